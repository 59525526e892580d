//! Contact tracing (流调): from one person's visits to the people who were there at the time.

mod stays;

pub use stays::{STAY_MS_MAX, Scan, Stay, WaysOut, stays};

use crate::{
    checkpoints::CheckpointNumber,
    fields::Complaints,
    people::{IdDocument, IdKind, PersonNumber},
    text::line,
    time::{DAY_MS, MINUTE_MS, UnixMs},
};
use std::collections::HashMap;

/// Days looked back, as a plan starts with.
pub const LOOK_BACK_DAYS: i64 = 14;
/// Minutes before and after an entry, as a plan starts with.
pub const WINDOW_MINUTES: i64 = 60;
/// The widest window an investigator may choose, in minutes.
pub const WINDOW_MINUTES_MAX: i64 = 240;

/// A case as typed into the form.
#[derive(Clone, Debug, Default)]
pub struct CaseForm {
    /// The authority's number of the case.
    pub case_number: String,
    /// Why the identity is opened.
    pub reason: String,
    /// Code of the kind of document.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
}

/// A case that may be opened.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// The authority's number of the case.
    pub case_number: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub id: IdDocument,
}

impl CaseForm {
    /// Checks the form: nobody is looked up without a case number and a reason.
    ///
    /// # Errors
    /// Every complaint at once, each at its field.
    pub fn check(&self, today: UnixMs) -> Result<NewCase, Complaints> {
        let mut complaints = Complaints::default();
        let case_number = complaints.take(
            "case_number",
            line(&self.case_number, 40, "请填写病例编号", "病例编号不能超过 40 个字"),
        );
        let reason = complaints.take(
            "reason",
            line(&self.reason, 200, "请写明查询事由，事由和病例一起保存", "事由不能超过 200 个字"),
        );
        let kind = complaints
            .take("id_kind", IdKind::from_code(self.id_kind.trim()).ok_or("请选择证件类型"));
        let id = kind.and_then(|kind| {
            complaints.take("id_number", IdDocument::parse(kind, &self.id_number, today))
        });
        match (case_number, reason, id) {
            (Some(case_number), Some(reason), Some(id)) => Ok(NewCase { case_number, reason, id }),
            _ => Err(complaints),
        }
    }
}

/// Minutes around an entry within the allowed range.
#[must_use]
pub fn window_minutes(asked: Option<i64>) -> i64 {
    asked.unwrap_or(WINDOW_MINUTES).clamp(1, WINDOW_MINUTES_MAX)
}

/// The time looked back from `now`, half open.
#[must_use]
pub fn look_back(now: UnixMs) -> (UnixMs, UnixMs) {
    (now.plus(-LOOK_BACK_DAYS * DAY_MS), now.plus(1))
}

/// One entry of the case, and the span around it in which others count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// When the case entered.
    pub entered: UnixMs,
    /// When they left, where a way out was scanned.
    pub left: Option<UnixMs>,
}

impl Exposure {
    /// The span in which others count who entered, half open: so many minutes before the entry, and
    /// after it until the case left, or as many minutes where that is not known.
    #[must_use]
    pub fn window(&self, minutes: i64) -> (UnixMs, UnixMs) {
        let to = self.left.unwrap_or(self.entered.plus(minutes * MINUTE_MS));
        (self.entered.plus(-minutes * MINUTE_MS), to.plus(1))
    }

    /// The span in which others left before the case came, half open.
    #[must_use]
    pub fn before(&self, minutes: i64) -> (UnixMs, UnixMs) {
        (self.entered.plus(-minutes * MINUTE_MS), self.entered)
    }

    /// Without those who had left before the case entered. `gone` is who scanned a way out of the same
    /// place in [`Self::before`], and when.
    #[must_use]
    pub fn together(
        &self,
        entries: Vec<(PersonNumber, UnixMs)>,
        gone: &[(PersonNumber, UnixMs)],
    ) -> Vec<(PersonNumber, UnixMs)> {
        let had_left = |(person, entered): &(PersonNumber, UnixMs)| {
            *entered < self.entered
                && gone
                    .iter()
                    .any(|(who, left)| who == person && left >= entered && *left < self.entered)
        };
        entries.into_iter().filter(|entry| !had_left(entry)).collect()
    }
}

/// Somebody who entered where the case did, near in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who.
    pub person: PersonNumber,
    /// How many of the case's entries they were near to.
    pub meetings: u32,
    /// The smallest time between their entry and the case's, in milliseconds.
    pub nearest_ms: i64,
    /// Where that was.
    pub nearest_checkpoint: CheckpointNumber,
    /// When they entered there.
    pub nearest_entered: UnixMs,
    /// Where they were near last.
    pub last_checkpoint: CheckpointNumber,
    /// When they entered there.
    pub last_entered: UnixMs,
}

/// Puts together who was met, given for each exposure the entries found around it. Most meetings
/// first, then nearest in time. The case itself is left out.
#[must_use]
pub fn contacts(
    case: PersonNumber,
    found: &[(Exposure, Vec<(PersonNumber, UnixMs)>)],
) -> Vec<Contact> {
    let mut by_person: HashMap<PersonNumber, (Contact, usize)> = HashMap::new();
    for (at, (exposure, entries)) in found.iter().enumerate() {
        for (person, entered) in entries.iter().filter(|(person, _)| *person != case) {
            let gap_ms = entered.since(exposure.entered).abs();
            let fresh = Contact {
                person: *person,
                meetings: 0,
                nearest_ms: i64::MAX,
                nearest_checkpoint: exposure.checkpoint,
                nearest_entered: *entered,
                last_checkpoint: exposure.checkpoint,
                last_entered: *entered,
            };
            let (contact, last) = by_person.entry(*person).or_insert((fresh, usize::MAX));
            if *last != at {
                contact.meetings += 1;
                *last = at;
            }
            if gap_ms < contact.nearest_ms {
                contact.nearest_ms = gap_ms;
                contact.nearest_checkpoint = exposure.checkpoint;
                contact.nearest_entered = *entered;
            }
            if contact.last_entered < *entered {
                contact.last_checkpoint = exposure.checkpoint;
                contact.last_entered = *entered;
            }
        }
    }
    let mut all: Vec<Contact> = by_person.into_values().map(|(contact, _)| contact).collect();
    all.sort_by_key(|c| (std::cmp::Reverse(c.meetings), c.nearest_ms, c.person));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exposure(checkpoint: u32, entered: i64) -> Exposure {
        Exposure { checkpoint: CheckpointNumber(checkpoint), entered: UnixMs(entered), left: None }
    }

    #[test]
    fn two_meetings_outrank_one_near_one() {
        let case = PersonNumber(1);
        let (near, often) = (PersonNumber(2), PersonNumber(3));
        let found = vec![
            (
                exposure(7, 1_000_000),
                vec![
                    (case, UnixMs(1_000_000)),
                    (near, UnixMs(1_000_500)),
                    (often, UnixMs(1_300_000)),
                    (often, UnixMs(1_400_000)),
                ],
            ),
            (exposure(8, 9_000_000), vec![(often, UnixMs(8_900_000))]),
        ];
        let contacts = contacts(case, &found);
        assert_eq!(contacts.len(), 2);
        assert_eq!(
            (contacts[0].person, contacts[0].meetings, contacts[0].nearest_ms),
            (often, 2, 100_000)
        );
        assert_eq!(contacts[0].nearest_checkpoint, CheckpointNumber(8));
        let last = |contact: &Contact| (contact.last_checkpoint.0, contact.last_entered.0);
        assert_eq!((last(&contacts[0]), last(&contacts[1])), ((8, 8_900_000), (7, 1_000_500)));
        assert_eq!((contacts[1].person, contacts[1].meetings), (near, 1));
    }

    #[test]
    fn with_a_known_stay_those_count_who_were_there_during_it() {
        let stay = Exposure { left: Some(UnixMs(1_900_000)), ..exposure(7, 1_000_000) };
        assert_eq!(stay.window(10), (UnixMs(400_000), UnixMs(1_900_001)));
        assert_eq!(exposure(7, 1_000_000).window(10), (UnixMs(400_000), UnixMs(1_600_001)));
        let (gone, back, there) = (PersonNumber(2), PersonNumber(3), PersonNumber(4));
        let entries = vec![
            (gone, UnixMs(500_000)),
            (back, UnixMs(500_000)),
            (back, UnixMs(800_000)),
            (there, UnixMs(500_000)),
            (gone, UnixMs(1_200_000)),
        ];
        let left = [(gone, UnixMs(600_000)), (back, UnixMs(700_000)), (there, UnixMs(1_000_000))];
        let together = stay.together(entries, &left);
        let whos: Vec<_> = together.iter().map(|(who, at)| (who.0, at.0)).collect();
        assert_eq!(whos, [(3, 800_000), (4, 500_000), (2, 1_200_000)]);
    }

    #[test]
    fn nobody_is_looked_up_without_a_number_and_a_reason() {
        let complaints = CaseForm::default().check(UnixMs(0)).unwrap_err();
        for field in ["case_number", "reason", "id_kind"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
    }

    proptest! {
        #[test]
        fn everyone_near_is_listed_once_and_the_case_never(
            people in proptest::collection::vec((1u64..20, 0i64..100_000), 0..60)
        ) {
            let entries: Vec<_> = people.iter().map(|(p, t)| (PersonNumber(*p), UnixMs(*t))).collect();
            let listed = contacts(PersonNumber(1), &[(exposure(1, 50_000), entries)]);
            let mut expected: Vec<u64> = people.iter().map(|(p, _)| *p).filter(|p| *p != 1).collect();
            expected.sort_unstable();
            expected.dedup();
            let mut got: Vec<u64> = listed.iter().map(|c| c.person.0).collect();
            got.sort_unstable();
            prop_assert_eq!(got, expected);
            prop_assert!(listed.iter().all(|c| c.meetings == 1));
            for contact in &listed {
                let own = people.iter().filter(|(who, _)| *who == contact.person.0);
                prop_assert_eq!(own.map(|(_, at)| *at).max(), Some(contact.last_entered.0));
            }
        }
    }
}
