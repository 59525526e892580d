//! Questions to an outside source, asked beside the scan: a bounded queue, each person once at a
//! time, and the answers for as long as they are fresh.

use crate::aging::Aging;
use domain::{
    checkins::Method, checkpoints::CheckpointNumber, entry_policy::FIRST_POLICY,
    health_status::HealthStatus, people::PersonNumber, time::UnixMs,
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
/// Answers kept of one minute.
const ANSWERS_MAX: usize = 500_000;

/// What is asked, and for which entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) person: PersonNumber,
    pub(crate) asked: UnixMs,
    /// Door, entry time and way of the entry that waits; `None` when a page is looked at again.
    pub(crate) entry: Option<(CheckpointNumber, UnixMs, Method)>,
}

/// What a source said.
enum Told {
    Status(HealthStatus),
    Nothing(UnixMs),
}

/// The questions of a house.
pub struct Questions {
    answers: Mutex<Aging<PersonNumber, Told>>,
    /// How many questions about a person wait or are being asked.
    waiting: Mutex<HashMap<PersonNumber, u32>>,
    ask: mpsc::Sender<Question>,
    asked: Mutex<Option<mpsc::Receiver<Question>>>,
}

impl Default for Questions {
    fn default() -> Self {
        let (ask, asked) = mpsc::channel(WAITING_MAX);
        Self {
            answers: Mutex::new(Aging::new(FIRST_POLICY.colour_age_ms_max, ANSWERS_MAX)),
            waiting: Mutex::default(),
            ask,
            asked: Mutex::new(Some(asked)),
        }
    }
}

impl Questions {
    /// The fresh answer about a person, if there is one.
    pub(crate) fn answer(&self, person: PersonNumber, now: UnixMs) -> Option<HealthStatus> {
        match self.answers.lock().get(&person)? {
            Told::Status(status)
                if now.since(status.confirmed) <= FIRST_POLICY.colour_age_ms_max =>
            {
                Some(*status)
            }
            _ => None,
        }
    }

    /// Puts a question into the queue; whether an answer may come. Never waits.
    pub(crate) fn ask(&self, question: Question) -> bool {
        if let Some(Told::Nothing(at)) = self.answers.lock().get(&question.person)
            && question.asked.since(*at) < ASK_AGAIN_MS
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
        let told = status.map_or(Told::Nothing(now), Told::Status);
        self.answers.lock().insert(person, told, now);
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

    fn question(person: u64, ms: i64) -> Question {
        let entry = Some((CheckpointNumber(1), UnixMs(ms), Method::Browser));
        Question { person: PersonNumber(person), asked: UnixMs(ms), entry }
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
