//! An entry as the visit store has it: plain numbers, and back.
//!
//! The store keeps small numbers of a visit that many visits have in common once for all of them, so
//! spare bits of these cost nothing (`docs/decisions/0045-policy-versions-are-whole.md`):
//!
//! | number | bits |
//! |---|---|
//! | flags | 0–3 the cause, 4–11 the lowest eight of the policy's version, 12–15 what was shown of where they stand |
//! | verdict | 0–1 the decision, 2–7 the next six of the version |
//! | status | 0–3 the colour, 4–5 the highest two of the version, 6 that the version is whole, 7 free |
//!
//! Visits from before have no more of the version than its lowest eight bits, and bit 6 is 0.

use crate::{Answer, Failure};
use domain::{
    checkins::{Entry, Method},
    checkpoints::CheckpointNumber,
    entry_policy::{Cause, Decision, VERSION_MAX, Verdict, advice, raises_alert},
    health_status::Colour,
    people::PersonNumber,
    presence::Presence,
    time::UnixMs,
};
use visits::Visit;

const CAUSE: u16 = 0x0f;
const DECISION: u8 = 0x03;
const COLOUR: u8 = 0x0f;
const WHOLE: u8 = 1 << 6;

/// What is in the store about an entry, read back.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    /// Who.
    pub person: PersonNumber,
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// What the door did.
    pub decision: Decision,
    /// Colour shown then.
    pub colour: Colour,
    /// Why it was not a pass.
    pub cause: Option<Cause>,
    /// What the door was shown of where they stand.
    pub presence: Presence,
    /// The policy it was judged by.
    pub policy: KeptVersion,
}

impl Recorded {
    /// The same with another judgement.
    pub(crate) fn judged(self, verdict: &Verdict) -> Self {
        Self {
            decision: verdict.decision(),
            colour: verdict.colour(),
            cause: verdict.cause(),
            presence: verdict.presence(),
            policy: KeptVersion::Whole(verdict.policy_version()),
            ..self
        }
    }

    /// Whether they left.
    #[must_use]
    pub fn leaves(&self) -> bool {
        self.method == Method::Exit
    }

    /// Whether staff must write down what they did.
    #[must_use]
    pub fn raises_alert(&self) -> bool {
        raises_alert(self.decision, self.colour, self.cause)
    }

    /// What to do, for the visitor and the guard; key into the catalogues.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        let of_presence = self.presence.says().filter(|_| self.cause == Some(Cause::Presence));
        match of_presence {
            _ if self.leaves() => "已登记离开",
            Some(says) => says,
            None => advice(self.decision, self.colour, self.cause),
        }
    }

    /// What is to be looked at besides, so that no doubt is silent because of a graver one.
    #[must_use]
    pub fn besides(&self) -> Option<&'static str> {
        self.presence.says().filter(|_| self.cause != Some(Cause::Presence))
    }
}

/// What a visit keeps of a policy's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptVersion {
    /// All of it.
    Whole(u32),
    /// The lowest eight bits: a visit from before versions were kept whole.
    LowestBits(u8),
}

impl KeptVersion {
    /// The version, given the highest that there is; `None` when it cannot be told.
    #[must_use]
    pub fn exact(self, highest: u32) -> Option<u32> {
        match self {
            Self::Whole(version) => Some(version),
            Self::LowestBits(bits) => (highest < 256).then_some(u32::from(bits)),
        }
    }
}

/// What the store keeps of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// As the visit's number of this name.
    pub flags: u16,
    /// As the visit's number of this name.
    pub verdict: u8,
    /// As the visit's number of this name.
    pub status: u8,
}

impl Marks {
    /// Of a judgement; `None` for a version beyond the highest that there can be.
    #[must_use]
    pub fn of(
        decision: Decision,
        colour: Colour,
        cause: Option<Cause>,
        presence: Presence,
        version: u32,
    ) -> Option<Self> {
        if version > VERSION_MAX {
            return None;
        }
        let [_, _, high, low] = version.to_be_bytes();
        Some(Self {
            flags: u16::from(Cause::number(cause))
                | u16::from(low) << 4
                | u16::from(presence.number()) << 12,
            verdict: decision.number() | high << 2,
            status: colour.number() | high >> 6 << 4 | WHOLE,
        })
    }

    fn decision(self) -> Decision {
        Decision::from_number(self.verdict & DECISION)
    }

    fn colour(self) -> Colour {
        Colour::from_number(self.status & COLOUR)
    }

    fn cause(self) -> Option<Cause> {
        Cause::from_number((self.flags & CAUSE) as u8)
    }

    fn presence(self) -> Presence {
        Presence::from_number((self.flags >> 12) as u8)
    }

    fn policy(self) -> KeptVersion {
        let low = (self.flags >> 4 & 0xff) as u8;
        if self.status & WHOLE == 0 {
            return KeptVersion::LowestBits(low);
        }
        let high = self.verdict >> 2 | (self.status >> 4 & 0x03) << 6;
        KeptVersion::Whole(u32::from_be_bytes([0, 0, high, low]))
    }
}

impl From<&Visit> for Recorded {
    fn from(visit: &Visit) -> Self {
        let Visit { flags, verdict, status, .. } = *visit;
        let marks = Marks { flags, verdict, status };
        Self {
            person: PersonNumber(visit.person),
            checkpoint: CheckpointNumber(visit.checkpoint),
            entered: UnixMs(visit.entered_ms),
            method: Method::from_number(visit.method).unwrap_or(Method::Browser),
            decision: marks.decision(),
            colour: marks.colour(),
            cause: marks.cause(),
            presence: marks.presence(),
            policy: marks.policy(),
        }
    }
}

/// The store's form of an entry.
///
/// # Errors
/// `Broken` when the policy's version does not fit: it is never kept as another.
pub(super) fn visit(entry: &Entry, recorded: UnixMs) -> Answer<Visit> {
    let verdict = &entry.verdict;
    let version = verdict.policy_version();
    let (colour, cause) = (verdict.colour(), verdict.cause());
    let marks = Marks::of(verdict.decision(), colour, cause, verdict.presence(), version);
    let Marks { flags, verdict, status } =
        marks.ok_or_else(|| Failure::broken(format!("policy {version} does not fit a visit")))?;
    Ok(Visit {
        person: entry.person.0,
        checkpoint: entry.checkpoint.0,
        entered_ms: entry.entered.0,
        recorded_ms: recorded.0,
        method: entry.method.number(),
        operator: entry.operator.unwrap_or(0),
        verdict,
        status,
        flags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_visit_from_before_says_what_it_said_and_no_more_of_its_policy() {
        let before = Marks { flags: 0x2c1, verdict: 2, status: Colour::Red.number() };
        assert_eq!((before.decision(), before.colour()), (Decision::Stop, Colour::Red));
        assert_eq!(
            (before.cause(), before.policy()),
            (Some(Cause::Colour), KeptVersion::LowestBits(44))
        );
        assert_eq!(before.policy().exact(255), Some(44));
        assert_eq!(before.policy().exact(300), None, "44 or 300");
        assert_eq!(KeptVersion::Whole(300).exact(9_000), Some(300));
    }

    proptest! {
        #[test]
        fn a_judgement_comes_back_with_the_whole_of_its_version(
            decision in 0_u8..3, colour in 0_u8..6, cause in 0_u8..16,
            presence in 0_u8..16, version in 0_u32..=VERSION_MAX,
        ) {
            let (decision, colour) = (Decision::from_number(decision), Colour::from_number(colour));
            let cause = Cause::from_number(cause);
            let presence = Presence::from_number(presence);
            let marks = Marks::of(decision, colour, cause, presence, version).unwrap();
            prop_assert_eq!(marks.presence(), presence);
            prop_assert_eq!((marks.decision(), marks.colour()), (decision, colour));
            prop_assert_eq!((marks.cause(), marks.policy()), (cause, KeptVersion::Whole(version)));
            let beyond = VERSION_MAX + 1 + version;
            prop_assert_eq!(Marks::of(decision, colour, cause, presence, beyond), None);
        }

        #[test]
        fn any_numbers_are_read_as_something_that_is_no_better_than_they_say(
            flags: u16, verdict: u8, status: u8,
        ) {
            let marks = Marks { flags, verdict, status };
            let _ = (marks.cause(), marks.policy());
            prop_assert_eq!(marks.decision() == Decision::Pass, verdict & 3 == 0);
            prop_assert_eq!(marks.colour() == Colour::Green, status & 15 == Colour::Green.number());
        }
    }
}
