//! Entry policy: what a verdict follows from. Judging is here and nowhere else.

mod form;
mod reach;
mod rules;
mod typical;

pub use form::{NOTE_CHARS_MAX, NewPolicy, PolicyForm};
pub use reach::{AgreedPolicy, Policies, Reach, Site};
pub use rules::{FIRST_RULES, Otherwise, Rules};
pub use typical::{TypicalPerson, typical_people};

use crate::{
    health_status::{Colour, HealthStatus, Itinerary},
    people::BirthMonth,
    presence::Presence,
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
    /// What it asks of a status.
    pub rules: Rules,
}

/// The highest version there can be: what a visit keeps of it has sixteen bits.
pub const VERSION_MAX: u32 = 65_535;

/// How far a source's clock may run ahead of ours, in milliseconds. What lies further in the future
/// is not believed.
pub const AHEAD_MS_MAX: i64 = 60_000;

/// The policy a city starts with: green, fresh within a minute, a negative test within 72 hours.
pub const FIRST_POLICY: EntryPolicy = EntryPolicy {
    version: 1,
    colour_age_ms_max: 60_000,
    register_green_ms_max: 24 * HOUR_MS,
    rules: FIRST_RULES,
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
    /// The door asked whether they stand there, and was not shown it.
    Presence,
}

impl Cause {
    /// All causes; the position plus one is the number in the visit store and never changes.
    pub const ALL: [Self; 6] = [
        Self::Colour,
        Self::Stale,
        Self::Positive,
        Self::NucleicAcid,
        Self::Itinerary,
        Self::Presence,
    ];

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
    test_free: bool,
    presence: Presence,
    policy_version: u32,
}

impl Verdict {
    /// Of somebody who leaves: nothing is judged, and nothing of it can pass for a green code.
    #[must_use]
    pub fn leaving() -> Self {
        Self {
            decision: Decision::Recheck,
            colour: Colour::Unknown,
            cause: None,
            test_free: false,
            presence: Presence::default(),
            policy_version: 0,
        }
    }

    /// The same at a door that asked whether they stand there: who has not shown it does not pass, and
    /// nothing gets better.
    #[must_use]
    pub fn with_presence(self, presence: Presence) -> Self {
        let seen = Self { presence, ..self };
        if presence.is_doubtful() && self.decision == Decision::Pass {
            return Self { decision: Decision::Recheck, cause: Some(Cause::Presence), ..seen };
        }
        seen
    }

    /// What the door was shown of where they stand.
    #[must_use]
    pub fn presence(&self) -> Presence {
        self.presence
    }

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

    /// Whether it did without a test for the person's age.
    #[must_use]
    pub fn is_test_free(&self) -> bool {
        self.test_free
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
        raises_alert(self.decision, self.colour, self.cause)
    }
}

/// See [`Verdict::raises_alert`]; also for what is read back from the store.
#[must_use]
pub fn raises_alert(decision: Decision, colour: Colour, cause: Option<Cause>) -> bool {
    match decision {
        // Somebody at the door sees at a glance whether they are there.
        Decision::Recheck if cause == Some(Cause::Presence) => false,
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
        (Decision::Stop, Some(Cause::NucleicAcid)) => {
            "核酸检测超过规定时间，请勿进入，配合值守人员"
        }
        (Decision::Stop, Some(Cause::Itinerary)) => "行程不符合进入要求，请勿进入，配合值守人员",
        (Decision::Stop, Some(Cause::Stale)) => "健康码状态已过期，请勿进入，配合值守人员",
        (Decision::Stop, _) if matches!(colour, Colour::None | Colour::Unknown) => {
            "没有可用的健康码状态，请勿进入，配合值守人员"
        }
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

/// Judges the status of somebody born then under a policy. A positive test stops, whatever the policy
/// says; a green, fresh code with all that the policy asks for passes; anything else is what the policy
/// makes of it. Age lets a test be missing and nothing else.
#[must_use]
pub fn judge(
    policy: &EntryPolicy,
    status: &HealthStatus,
    born: Option<BirthMonth>,
    now: UnixMs,
) -> Verdict {
    let rules = &policy.rules;
    let verdict = |decision, colour, cause| Verdict {
        decision,
        colour,
        cause,
        test_free: false,
        presence: Presence::default(),
        policy_version: policy.version,
    };
    let otherwise = |rule: Otherwise, colour, cause| verdict(rule.decision(), colour, Some(cause));
    let positive = status.nucleic_acid.is_some_and(|test| !test.negative);
    if positive && status.colour != Colour::Red {
        // A positive test outranks a code that has not turned yet.
        let colour = if status.colour == Colour::Green { Colour::Gray } else { status.colour };
        return verdict(Decision::Stop, colour, Some(Cause::Positive));
    }
    let of_colour = match status.colour {
        Colour::Red if positive => Some(Otherwise::Stop),
        Colour::Red => Some(rules.red),
        Colour::Yellow => Some(rules.yellow),
        Colour::Gray => Some(rules.gray),
        Colour::None => Some(rules.none),
        Colour::Unknown => Some(rules.unknown),
        Colour::Green => None,
    };
    if let Some(rule) = of_colour {
        return otherwise(rule, status.colour, Cause::Colour);
    }
    let age_ms = now.since(status.confirmed);
    if !(-AHEAD_MS_MAX..=policy.colour_age_ms_max).contains(&age_ms) {
        return otherwise(rules.unknown, Colour::Unknown, Cause::Stale);
    }
    let tested = rules.nucleic_acid_hours_max.is_none_or(|hours| {
        status.nucleic_acid.is_some_and(|test| {
            (-AHEAD_MS_MAX..=hours * HOUR_MS).contains(&now.since(test.sampled))
        })
    });
    let test_free = !tested && rules.is_test_free(born, now);
    if !tested && !test_free {
        return otherwise(rules.untested, Colour::Green, Cause::NucleicAcid);
    }
    let of_itinerary = match status.itinerary {
        Itinerary::Clear => None,
        Itinerary::Risk => rules.risk,
        Itinerary::Unknown => rules.no_itinerary,
    };
    if let Some(rule) = of_itinerary {
        return otherwise(rule, Colour::Green, Cause::Itinerary);
    }
    Verdict { test_free, ..verdict(Decision::Pass, Colour::Green, None) }
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
        let v = judge(&FIRST_POLICY, status, None, NOW);
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
    fn a_small_child_and_an_old_person_need_no_test_and_still_a_green_code() {
        let rules =
            Rules { test_free_under_years: Some(3), test_free_from_years: Some(80), ..FIRST_RULES };
        let policy = EntryPolicy { rules, ..FIRST_POLICY };
        let untested = HealthStatus { nucleic_acid: None, ..green() };
        let judged = |status: &HealthStatus, year| {
            let verdict = judge(&policy, status, BirthMonth::new(year, 6), NOW);
            (verdict.decision(), verdict.is_test_free())
        };
        for free in [2024, 1940] {
            assert_eq!(judged(&untested, free), (Decision::Pass, true), "{free}");
            assert_eq!(judged(&green(), free), (Decision::Pass, false), "tested all the same");
            let yellow = HealthStatus { colour: Colour::Yellow, ..untested };
            assert_eq!(judged(&yellow, free), (Decision::Recheck, false), "{free}");
            let positive = Some(NucleicAcid::of(NOW, false));
            let positive = HealthStatus { nucleic_acid: positive, ..green() };
            assert_eq!(judged(&positive, free), (Decision::Stop, false), "{free}");
        }
        for not in [2020, 1980, 1950] {
            assert_eq!(judged(&untested, not).0, Decision::Recheck, "{not}");
        }
        let nobody = judge(&policy, &untested, None, NOW);
        assert_eq!(nobody.decision(), Decision::Recheck, "an age that is not known");
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
    fn who_has_not_shown_that_they_stand_there_is_looked_at_and_leaves_no_alert() {
        use crate::presence::{Nearness, Presence};
        let far = Presence { nearness: Nearness::Far, ..Presence::default() };
        let at = |status: &HealthStatus, presence| {
            judge(&FIRST_POLICY, status, None, NOW).with_presence(presence)
        };
        let doubted = at(&green(), far);
        assert_eq!(doubted.decision(), Decision::Recheck);
        assert_eq!((doubted.cause(), doubted.presence()), (Some(Cause::Presence), far));
        assert!(!doubted.raises_alert());
        assert_eq!(at(&green(), Presence::default()).decision(), Decision::Pass);
        let red = at(&HealthStatus { colour: Colour::Red, ..green() }, far);
        assert_eq!((red.decision(), red.cause()), (Decision::Stop, Some(Cause::Colour)));
        assert!(red.raises_alert() && red.presence() == far);
        assert!(!Verdict::leaving().raises_alert());
        assert_ne!(Verdict::leaving().decision(), Decision::Pass);
    }

    #[test]
    fn what_could_not_be_found_out_leaves_no_alert() {
        let raises = |status: &HealthStatus| judge(&FIRST_POLICY, status, None, NOW).raises_alert();
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
            let verdict = judge(&FIRST_POLICY, &status, None, NOW);
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

        #[test]
        fn whatever_a_policy_asks_only_a_green_fresh_code_passes_and_a_positive_test_stops(
            colour in 0u8..6, age_ms in -200_000i64..200_000, hours in 0i64..200,
            test in proptest::option::of(any::<bool>()), itinerary in 0u8..3,
            stops in any::<[bool; 6]>(), hours_max in proptest::option::of(1i64..720),
            risk in proptest::option::of(any::<bool>()),
            born in proptest::option::of(0u16..4_300),
            under in proptest::option::of(1u8..=18), from in proptest::option::of(50u8..=120),
            no_itinerary in proptest::option::of(any::<bool>()),
        ) {
            let rule = |stop| if stop { Otherwise::Stop } else { Otherwise::Recheck };
            let rules = Rules {
                red: rule(stops[0]), yellow: rule(stops[1]), gray: rule(stops[2]),
                none: rule(stops[3]), unknown: rule(stops[4]), untested: rule(stops[5]),
                nucleic_acid_hours_max: hours_max, risk: risk.map(rule),
                test_free_under_years: under, test_free_from_years: from,
                no_itinerary: no_itinerary.map(rule),
            };
            let policy = EntryPolicy { version: 7, rules, ..FIRST_POLICY };
            let status = HealthStatus {
                colour: Colour::from_number(colour),
                confirmed: NOW.plus(-age_ms),
                nucleic_acid: test
                    .map(|negative| NucleicAcid::of(NOW.plus(-hours * HOUR_MS), negative)),
                itinerary: [Itinerary::Clear, Itinerary::Risk, Itinerary::Unknown][usize::from(itinerary)],
                ..HealthStatus::unknown(NOW)
            };
            let born = born.and_then(BirthMonth::from_number);
            let verdict = judge(&policy, &status, born, NOW);
            prop_assert_eq!(verdict.policy_version(), 7);
            let unaged = judge(&policy, &status, None, NOW);
            if verdict != unaged {
                prop_assert_eq!(unaged.cause(), Some(Cause::NucleicAcid), "age is for tests alone");
                prop_assert_ne!(test, Some(false));
                prop_assert!(rules.is_test_free(born, NOW));
                prop_assert!(verdict.is_test_free() || verdict.cause() == Some(Cause::Itinerary));
            }
            let green = status.colour == Colour::Green && age_ms.abs() <= 60_000;
            if verdict.decision() == Decision::Pass {
                prop_assert!(green && test != Some(false));
                prop_assert!(verdict.is_test_free()
                    || hours_max.is_none_or(|max| test == Some(true) && hours <= max));
            }
            prop_assert!(green || verdict.colour() != Colour::Green);
            prop_assert!(test != Some(false) || verdict.decision() == Decision::Stop);
            prop_assert_eq!(verdict.cause().is_none(), verdict.decision() == Decision::Pass);
        }
    }

    #[test]
    fn each_rule_of_a_policy_decides_for_what_it_is_about() {
        let with = |rules: Rules, status: &HealthStatus| {
            let verdict = judge(&EntryPolicy { rules, ..FIRST_POLICY }, status, None, NOW);
            (verdict.decision(), verdict.cause())
        };
        let stop = Otherwise::Stop;
        let of = |colour| HealthStatus { colour, ..green() };
        let cause = |cause| (Decision::Stop, Some(cause));
        let rules = FIRST_RULES;
        assert_eq!(
            with(Rules { yellow: stop, ..rules }, &of(Colour::Yellow)),
            cause(Cause::Colour)
        );
        assert_eq!(with(Rules { gray: stop, ..rules }, &of(Colour::Gray)), cause(Cause::Colour));
        assert_eq!(with(Rules { none: stop, ..rules }, &of(Colour::None)), cause(Cause::Colour));
        assert_eq!(
            with(Rules { unknown: stop, ..rules }, &of(Colour::Unknown)),
            cause(Cause::Colour)
        );
        let stale = HealthStatus { confirmed: NOW.plus(-60_001), ..green() };
        assert_eq!(with(Rules { unknown: stop, ..rules }, &stale), cause(Cause::Stale));
        let old = |hours: i64| HealthStatus {
            nucleic_acid: Some(NucleicAcid::of(NOW.plus(-hours * HOUR_MS), true)),
            ..green()
        };
        let day = Rules { nucleic_acid_hours_max: Some(24), untested: stop, ..rules };
        assert_eq!(with(day, &old(25)), cause(Cause::NucleicAcid));
        assert_eq!(with(day, &old(24)), (Decision::Pass, None));
        let free = Rules { nucleic_acid_hours_max: None, ..rules };
        assert_eq!(
            with(free, &HealthStatus { nucleic_acid: None, ..green() }),
            (Decision::Pass, None)
        );
        let risk = HealthStatus { itinerary: Itinerary::Risk, ..green() };
        assert_eq!(with(Rules { risk: Some(stop), ..rules }, &risk), cause(Cause::Itinerary));
        assert_eq!(with(Rules { risk: None, ..rules }, &risk), (Decision::Pass, None));
        let nowhere = HealthStatus { itinerary: Itinerary::Unknown, ..green() };
        assert_eq!(
            with(Rules { no_itinerary: Some(stop), ..rules }, &nowhere),
            cause(Cause::Itinerary)
        );
        assert_eq!(with(rules, &nowhere), (Decision::Pass, None));
        let red = Rules { red: Otherwise::Recheck, ..rules };
        assert_eq!(with(red, &of(Colour::Red)).0, Decision::Recheck);
        let ill =
            HealthStatus { nucleic_acid: Some(NucleicAcid::of(NOW, false)), ..of(Colour::Red) };
        assert_eq!(with(red, &ill).0, Decision::Stop);
    }
}
