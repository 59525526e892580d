//! Entry policy: what a verdict follows from. Judging is here and nowhere else.

use crate::{
    health_status::{Colour, HealthStatus, Itinerary},
    time::{HOUR_MS, UnixMs},
};

/// The rules in force, as data with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPolicy {
    /// Grows with every change; a verdict keeps it.
    pub version: u32,
    /// A colour confirmed longer ago than this counts as unknown, in milliseconds.
    pub colour_age_ms_max: i64,
    /// A green code of the authority's own register counts for this long after it was set, in
    /// milliseconds; any other colour counts until it is changed.
    pub register_green_ms_max: i64,
    /// The newest negative sample may be this old, in hours; `None` asks for no test.
    pub nucleic_acid_hours_max: Option<i64>,
}

/// How far a source's clock may run ahead of ours, in milliseconds. What lies further in the future
/// is not believed.
pub const AHEAD_MS_MAX: i64 = 60_000;

/// The policy a city starts with: green, fresh within a minute, a negative test within 72 hours.
pub const FIRST_POLICY: EntryPolicy = EntryPolicy {
    version: 1,
    colour_age_ms_max: 60_000,
    register_green_ms_max: 24 * HOUR_MS,
    nucleic_acid_hours_max: Some(72),
};

/// What the door does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// 放行
    Pass,
    /// 复核
    Recheck,
    /// 劝返并处置
    Stop,
}

impl Decision {
    /// All decisions; the position is the number in the visit store and never changes.
    pub const ALL: [Self; 3] = [Self::Pass, Self::Recheck, Self::Stop];

    /// The name on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Recheck => "recheck",
            Self::Stop => "stop",
        }
    }

    /// The word shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Pass => "放行",
            Self::Recheck => "复核",
            Self::Stop => "劝返",
        }
    }

    /// The number in the visit store.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Recheck => 1,
            Self::Stop => 2,
        }
    }

    /// The decision with this number; what is not known is a recheck, never a pass.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Recheck)
    }
}

/// Why a verdict is not a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The colour itself.
    Colour,
    /// The last confirmation is too old.
    Stale,
    /// A positive test.
    Positive,
    /// No negative test, or one too old.
    NucleicAcid,
    /// The itinerary.
    Itinerary,
}

impl Cause {
    /// All causes; the position plus one is the number in the visit store and never changes.
    pub const ALL: [Self; 5] =
        [Self::Colour, Self::Stale, Self::Positive, Self::NucleicAcid, Self::Itinerary];

    /// The number in the visit store; 0 stands for no cause.
    #[must_use]
    pub fn number(cause: Option<Self>) -> u8 {
        let at = Self::ALL.iter().position(|c| Some(*c) == cause).map_or(0, |at| at + 1);
        u8::try_from(at).unwrap_or(0)
    }

    /// The cause with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// A judgement. Only [`judge`] makes one, so a visit cannot be recorded unjudged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    decision: Decision,
    colour: Colour,
    cause: Option<Cause>,
    policy_version: u32,
}

impl Verdict {
    /// What the door does.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// The colour to show: green only when green and fresh.
    #[must_use]
    pub fn colour(&self) -> Colour {
        self.colour
    }

    /// Why it is not a pass.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// The version of the policy it came from.
    #[must_use]
    pub fn policy_version(&self) -> u32 {
        self.policy_version
    }

    /// What to do, for the visitor and the guard; key into the catalogues.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        advice(self.decision, self.colour, self.cause)
    }

    /// Whether staff must write down what they did: every stop, and every recheck that rests on
    /// something known. A status that could not be found out is checked on the spot and leaves no
    /// alert behind, or one failing source would bury every door in them.
    #[must_use]
    pub fn raises_alert(&self) -> bool {
        raises_alert(self.decision, self.colour)
    }
}

/// See [`Verdict::raises_alert`]; also for what is read back from the store.
#[must_use]
pub fn raises_alert(decision: Decision, colour: Colour) -> bool {
    match decision {
        Decision::Pass => false,
        Decision::Stop => true,
        Decision::Recheck => !matches!(colour, Colour::None | Colour::Unknown),
    }
}

/// What to do about a decision, for the visitor and the guard; key into the catalogues.
#[must_use]
pub fn advice(decision: Decision, colour: Colour, cause: Option<Cause>) -> &'static str {
    match (decision, cause) {
        (Decision::Pass, _) => "请进入",
        (Decision::Stop, Some(Cause::Positive)) => "核酸检测异常，请勿进入，配合值守人员处置",
        (Decision::Stop, _) => "请勿进入，在原地等候，配合值守人员处置",
        (_, Some(Cause::Stale)) => "健康码状态已过期，请值守人员复核",
        (_, Some(Cause::NucleicAcid)) => "核酸检测超过规定时间，请值守人员复核",
        (_, Some(Cause::Itinerary)) => "行程需要核对，请值守人员复核",
        _ => match colour {
            Colour::None => "还没有申领健康码，请值守人员复核",
            Colour::Unknown => "暂时查不到健康码状态，请值守人员复核",
            _ => "请值守人员复核后再进入",
        },
    }
}

/// Judges a status under a policy. Red and positive stop; green, fresh and complete passes;
/// everything else is checked again by a person.
#[must_use]
pub fn judge(policy: &EntryPolicy, status: &HealthStatus, now: UnixMs) -> Verdict {
    let age_ms = now.since(status.confirmed);
    let fresh = (-AHEAD_MS_MAX..=policy.colour_age_ms_max).contains(&age_ms);
    let verdict = |decision, colour, cause| Verdict {
        decision,
        colour,
        cause,
        policy_version: policy.version,
    };
    if status.colour == Colour::Red {
        return verdict(Decision::Stop, Colour::Red, Some(Cause::Colour));
    }
    if status.nucleic_acid.is_some_and(|test| !test.negative) {
        // A positive test outranks a code that has not turned yet.
        let colour = if status.colour == Colour::Green { Colour::Gray } else { status.colour };
        return verdict(Decision::Stop, colour, Some(Cause::Positive));
    }
    if status.colour != Colour::Green {
        return verdict(Decision::Recheck, status.colour, Some(Cause::Colour));
    }
    if !fresh {
        return verdict(Decision::Recheck, Colour::Unknown, Some(Cause::Stale));
    }
    let tested = policy.nucleic_acid_hours_max.is_none_or(|hours| {
        status.nucleic_acid.is_some_and(|test| {
            (-AHEAD_MS_MAX..=hours * HOUR_MS).contains(&now.since(test.sampled))
        })
    });
    if !tested {
        return verdict(Decision::Recheck, Colour::Green, Some(Cause::NucleicAcid));
    }
    if status.itinerary == Itinerary::Risk {
        return verdict(Decision::Recheck, Colour::Green, Some(Cause::Itinerary));
    }
    verdict(Decision::Pass, Colour::Green, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health_status::NucleicAcid;
    use proptest::prelude::*;

    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    fn green() -> HealthStatus {
        HealthStatus {
            colour: Colour::Green,
            confirmed: NOW,
            nucleic_acid: Some(NucleicAcid::of(NOW.plus(-11 * HOUR_MS), true)),
            itinerary: Itinerary::Clear,
            ..HealthStatus::unknown(NOW)
        }
    }

    fn decide(status: &HealthStatus) -> (Decision, Colour) {
        let v = judge(&FIRST_POLICY, status, NOW);
        (v.decision(), v.colour())
    }

    #[test]
    fn each_row_of_the_policy() {
        assert_eq!(decide(&green()), (Decision::Pass, Colour::Green));
        let red = HealthStatus { colour: Colour::Red, ..green() };
        assert_eq!(decide(&red), (Decision::Stop, Colour::Red));
        let yellow = HealthStatus { colour: Colour::Yellow, ..green() };
        assert_eq!(decide(&yellow), (Decision::Recheck, Colour::Yellow));
        let stale = HealthStatus { confirmed: NOW.plus(-60_001), ..green() };
        assert_eq!(decide(&stale), (Decision::Recheck, Colour::Unknown));
        let sample =
            |hours: i64, negative| Some(NucleicAcid::of(NOW.plus(-hours * HOUR_MS), negative));
        let old = HealthStatus { nucleic_acid: sample(73, true), ..green() };
        assert_eq!(decide(&old), (Decision::Recheck, Colour::Green));
        let untested = HealthStatus { nucleic_acid: None, ..green() };
        assert_eq!(decide(&untested).0, Decision::Recheck);
        let positive = HealthStatus { nucleic_acid: sample(1, false), ..green() };
        assert_eq!(decide(&positive), (Decision::Stop, Colour::Gray));
        let risk = HealthStatus { itinerary: Itinerary::Risk, ..green() };
        assert_eq!(decide(&risk).0, Decision::Recheck);
        assert_eq!(decide(&HealthStatus::unknown(NOW)), (Decision::Recheck, Colour::Unknown));
    }

    #[test]
    fn numbers_in_the_store_come_back_as_they_went() {
        for cause in Cause::ALL.into_iter().map(Some).chain([None]) {
            assert_eq!(Cause::from_number(Cause::number(cause)), cause);
        }
        for decision in Decision::ALL {
            assert_eq!(Decision::from_number(decision.number()), decision);
        }
        assert_eq!(Decision::from_number(200), Decision::Recheck);
    }

    #[test]
    fn a_clock_that_runs_ahead_does_not_make_anything_fresh() {
        let tomorrow = HealthStatus { confirmed: NOW.plus(24 * HOUR_MS), ..green() };
        assert_eq!(decide(&tomorrow), (Decision::Recheck, Colour::Unknown));
        let sampled = Some(NucleicAcid::of(NOW.plus(24 * HOUR_MS), true));
        let early = HealthStatus { nucleic_acid: sampled, ..green() };
        assert_eq!(decide(&early).0, Decision::Recheck);
    }

    #[test]
    fn what_could_not_be_found_out_leaves_no_alert() {
        let raises = |status: &HealthStatus| judge(&FIRST_POLICY, status, NOW).raises_alert();
        assert!(raises(&HealthStatus { colour: Colour::Red, ..green() }));
        assert!(raises(&HealthStatus { colour: Colour::Yellow, ..green() }));
        assert!(raises(&HealthStatus { nucleic_acid: None, ..green() }));
        assert!(!raises(&HealthStatus::unknown(NOW)));
        assert!(!raises(&HealthStatus { colour: Colour::None, ..green() }));
        assert!(!raises(&green()));
    }

    proptest! {
        #[test]
        fn a_pass_is_always_green_fresh_and_tested(
            colour in 0u8..6, age_ms in -200_000i64..200_000, hours in -100i64..200,
            negative: bool, tested: bool, itinerary in 0u8..3,
        ) {
            let status = HealthStatus {
                colour: Colour::from_number(colour),
                confirmed: NOW.plus(-age_ms),
                nucleic_acid: tested
                    .then_some(NucleicAcid::of(NOW.plus(-hours * HOUR_MS), negative)),
                itinerary: [Itinerary::Clear, Itinerary::Risk, Itinerary::Unknown][usize::from(itinerary)],
                ..HealthStatus::unknown(NOW)
            };
            let verdict = judge(&FIRST_POLICY, &status, NOW);
            if verdict.decision() == Decision::Pass {
                prop_assert!(status.colour == Colour::Green && age_ms.abs() <= 60_000);
                prop_assert!(tested && negative && (0..=72).contains(&hours));
                prop_assert_eq!(verdict.cause(), None);
            } else {
                prop_assert!(verdict.cause().is_some());
            }
            if verdict.colour() == Colour::Green {
                prop_assert!(status.colour == Colour::Green && age_ms.abs() <= 60_000);
            }
        }
    }
}
