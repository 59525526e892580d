//! Questions to an outside source, asked beside the scan: a bounded queue, each person once at a
//! time, and the answers for as long as they are fresh, or as long as no newer one is to be had.

use super::asking::Openings;
use crate::{aging::Aging, checkins::stored::Recorded};
use domain::{
    health_status::{Colour, FIRST_FRESHNESS, Freshness, HealthStatus, Itinerary},
    people::PersonNumber,
    time::{HOUR_MS, UnixMs},
};
use parking_lot::Mutex;
use std::{collections::HashMap, time::Duration};
use tokio::sync::mpsc;

/// How long a source may take for one answer.
pub const ASK_WAIT: Duration = Duration::from_secs(3);
/// Questions that may wait; one more is not asked, and its entry stays a recheck.
const WAITING_MAX: usize = 8_192;
/// A question this old is not asked any more: nobody stands at the door waiting for it.
pub(crate) const QUESTION_AGE_MS_MAX: i64 = 5_000;
/// A person whom the source did not answer about is not asked about again for this long.
const ASK_AGAIN_MS: i64 = 10_000;
/// Most answers kept; beyond it the older ones are forgotten early, and asked for again.
const ANSWERS_MAX: usize = 500_000;
/// While a source fails, its last answer is shown with its age for this long. It lets nobody in who
/// would not be let in by its age.
const STALE_MS_MAX: i64 = HOUR_MS;

/// What is asked, and for which entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) person: PersonNumber,
    pub(crate) asked: UnixMs,
    /// The entry that waits; `None` when a page is looked at again.
    pub(crate) entry: Option<Recorded>,
}

/// What a source said of a person, each kind at its time.
#[derive(Clone, Copy, Default)]
struct Told {
    colour: Option<(HealthStatus, UnixMs)>,
    nucleic_acid: Option<(HealthStatus, UnixMs)>,
    rest: Option<(HealthStatus, UnixMs)>,
    /// When it last said nothing, unless it has said something since.
    nothing: Option<UnixMs>,
}

impl Told {
    /// Takes an answer in; what it does not speak of stays as it was.
    fn hear(&mut self, status: HealthStatus, now: UnixMs) {
        self.nothing = None;
        let heard = Some((status, now));
        if status.colour != Colour::Unknown {
            self.colour = heard;
        }
        if status.nucleic_acid.is_some() {
            self.nucleic_acid = heard;
        }
        if status.itinerary != Itinerary::Unknown || status.doses.is_some() {
            self.rest = heard;
        }
    }

    /// Whether the source has just failed.
    fn fails(&self, now: UnixMs) -> bool {
        self.nothing.is_some_and(|at| now.since(at) < ASK_AGAIN_MS)
    }

    /// What of it is fresh; all that is not too old while the source fails.
    fn fresh(&self, now: UnixMs, freshness: &Freshness) -> Option<HealthStatus> {
        let failing = self.fails(now);
        let of = |heard: Option<(HealthStatus, UnixMs)>, ms: i64| {
            let ms = if failing { ms.max(STALE_MS_MAX) } else { ms };
            heard.filter(|(_, at)| (0..=ms).contains(&now.since(*at))).map(|(status, _)| status)
        };
        let colour = of(self.colour, freshness.colour_ms);
        let test = of(self.nucleic_acid, freshness.nucleic_acid_ms);
        let rest = of(self.rest, freshness.rest_ms);
        colour.or(test).or(rest)?;
        let nobody = HealthStatus::unknown(now);
        let (colour, rest) = (colour.unwrap_or(nobody), rest.unwrap_or(nobody));
        Some(HealthStatus {
            nucleic_acid: test.and_then(|status| status.nucleic_acid),
            itinerary: rest.itinerary,
            doses: rest.doses,
            ..colour
        })
    }
}

/// The questions of a house.
pub struct Questions {
    answers: Mutex<Aging<PersonNumber, Told>>,
    /// How many questions about a person wait or are being asked.
    waiting: Mutex<HashMap<PersonNumber, u32>>,
    ask: mpsc::Sender<Question>,
    asked: Mutex<Option<mpsc::Receiver<Question>>>,
    pub(super) openings: Openings,
}

impl Default for Questions {
    fn default() -> Self {
        let (ask, asked) = mpsc::channel(WAITING_MAX);
        Self {
            answers: Mutex::new(Aging::new(FIRST_FRESHNESS.rest_ms, ANSWERS_MAX)),
            waiting: Mutex::default(),
            ask,
            asked: Mutex::new(Some(asked)),
            openings: Openings::default(),
        }
    }
}

impl Questions {
    /// What was answered about a person and is fresh, a colour for `colour_ms`. While the source
    /// fails, what it said last.
    pub(crate) fn answer(
        &self,
        person: PersonNumber,
        now: UnixMs,
        colour_ms: i64,
    ) -> Option<HealthStatus> {
        let told = *self.answers.lock().get(&person)?;
        told.fresh(now, &Freshness { colour_ms, ..FIRST_FRESHNESS })
    }

    /// Puts a question into the queue; whether an answer may come. Never waits.
    pub(crate) fn ask(&self, question: Question) -> bool {
        if self.answers.lock().get(&question.person).is_some_and(|told| told.fails(question.asked))
        {
            return false;
        }
        let mut waiting = self.waiting.lock();
        // A page that is only looked at waits for the question that is there.
        if question.entry.is_none() && waiting.contains_key(&question.person) {
            return true;
        }
        let queued = self.ask.try_send(question).is_ok();
        if queued {
            *waiting.entry(question.person).or_default() += 1;
        }
        queued
    }

    /// Whether a question about this person waits or is being asked.
    pub(crate) fn is_waiting(&self, person: PersonNumber) -> bool {
        self.waiting.lock().contains_key(&person)
    }

    /// Keeps what a source said, or that it said nothing.
    pub(crate) fn told(&self, person: PersonNumber, status: Option<HealthStatus>, now: UnixMs) {
        let mut answers = self.answers.lock();
        let mut told = answers.get(&person).copied().unwrap_or_default();
        match status {
            Some(status) => told.hear(status, now),
            None => told.nothing = Some(now),
        }
        answers.insert(person, told, now);
    }

    /// One question about this person is done with.
    pub(crate) fn done(&self, person: PersonNumber) {
        let mut waiting = self.waiting.lock();
        if let Some(count) = waiting.get_mut(&person) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&person);
            }
        }
    }

    /// How many people wait for an answer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// The other end of the queue; the first caller gets it.
    pub(crate) fn take(&self) -> Option<mpsc::Receiver<Question>> {
        self.asked.lock().take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkins::stored::KeptVersion;
    use domain::health_status::NucleicAcid;
    use domain::{
        checkins::Method, checkpoints::CheckpointNumber, entry_policy::Decision, presence::Presence,
    };

    fn question(person: u64, ms: i64) -> Question {
        let person = PersonNumber(person);
        let entry = Recorded {
            person,
            checkpoint: CheckpointNumber(1),
            entered: UnixMs(ms),
            method: Method::Browser,
            decision: Decision::Recheck,
            colour: Colour::Unknown,
            cause: None,
            presence: Presence::default(),
            policy: KeptVersion::Whole(1),
        };
        Question { person, asked: UnixMs(ms), entry: Some(entry) }
    }

    fn green(now: UnixMs) -> HealthStatus {
        HealthStatus { colour: Colour::Green, ..HealthStatus::unknown(now) }
    }

    #[test]
    fn each_kind_is_fresh_for_its_own_time() {
        let (questions, person) = (Questions::default(), PersonNumber(1));
        let test = Some(NucleicAcid::of(UnixMs(1), true));
        let status = HealthStatus { nucleic_acid: test, doses: Some(3), ..green(UnixMs(0)) };
        questions.told(person, Some(status), UnixMs(0));
        let at = |ms| questions.answer(person, UnixMs(ms), FIRST_FRESHNESS.colour_ms);
        assert_eq!(at(10_000), Some(status));
        let later = at(10_001).unwrap();
        assert_eq!((later.colour, later.nucleic_acid), (Colour::Unknown, test));
        let later = at(60_001).unwrap();
        assert_eq!((later.nucleic_acid, later.doses), (None, Some(3)));
        assert_eq!(at(86_400_001), None);
        assert_eq!(at(-1), None, "a clock that was set back makes nothing fresh");
        // Another answer about the colour alone leaves the rest.
        questions.told(person, Some(green(UnixMs(50_000))), UnixMs(50_000));
        let both = at(51_000).unwrap();
        assert_eq!((both.colour, both.nucleic_acid), (Colour::Green, test));
    }

    #[test]
    fn while_a_source_fails_its_last_answer_stays_with_its_age() {
        let (questions, person) = (Questions::default(), PersonNumber(1));
        questions.told(person, Some(green(UnixMs(0))), UnixMs(0));
        let at = |ms| questions.answer(person, UnixMs(ms), FIRST_FRESHNESS.colour_ms);
        assert_eq!(at(300_000), None);
        questions.told(person, None, UnixMs(300_000));
        assert_eq!(at(300_001), Some(green(UnixMs(0))), "confirmed when it was");
        assert_eq!(at(310_000), None, "then it is asked again");
        questions.told(person, None, UnixMs(HOUR_MS + 1));
        assert_eq!(at(HOUR_MS + 2), None, "but not for ever");
    }

    #[test]
    fn a_full_queue_takes_no_more_and_says_so() {
        let questions = Questions::default();
        for n in 0..WAITING_MAX as u64 {
            assert!(questions.ask(question(n, 1)));
        }
        assert!(!questions.ask(question(1 << 40, 1)));
        assert!(!questions.is_waiting(PersonNumber(1 << 40)));
        assert_eq!(questions.waiting(), WAITING_MAX);
    }

    #[test]
    fn whom_the_source_does_not_answer_about_is_not_asked_about_at_every_scan() {
        let questions = Questions::default();
        assert!(questions.ask(question(1, 1_000)));
        questions.done(PersonNumber(1));
        questions.told(PersonNumber(1), None, UnixMs(2_000));
        assert!(!questions.ask(question(1, 2_000 + ASK_AGAIN_MS - 1)));
        assert!(questions.ask(question(1, 2_000 + ASK_AGAIN_MS)));
        assert!(questions.ask(question(2, 2_000)));
    }

    #[test]
    fn two_entries_of_one_person_wait_each_and_a_page_waits_with_them() {
        let questions = Questions::default();
        let person = PersonNumber(1);
        assert!(questions.ask(question(1, 1)) && questions.ask(question(1, 2)));
        assert!(questions.ask(Question { entry: None, ..question(1, 3) }));
        questions.done(person);
        assert!(questions.is_waiting(person));
        questions.done(person);
        assert!(!questions.is_waiting(person));
    }
}
