//! The questions: by person and by checkpoint, one or many at a time.

use crate::{
    engine::Engine,
    errors::TooMany,
    head::{Head, Mark},
    visit::{Visit, Window},
};

/// Questions of a batch answered before the writer may have its turn.
const QUESTIONS_PER_TURN: usize = 64;

impl Engine {
    /// A person's visits with `from_ms <= entered_ms < to_ms`, in the order of (entry time,
    /// checkpoint).
    #[must_use]
    pub fn visits_of(&self, person: u64, from_ms: i64, to_ms: i64) -> Vec<Visit> {
        self.visits_of_after(person, from_ms, to_ms, None, usize::MAX)
    }

    /// As [`Engine::visits_of`], at most `limit` of those that come after `after`.
    #[must_use]
    pub fn visits_of_after(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
        after: Option<(i64, u32)>,
        limit: usize,
    ) -> Vec<Visit> {
        let head = self.shared.head.read();
        let marks = head.marks(from_ms, to_ms);
        head.visits_of(&marks, person, (from_ms, to_ms), after, limit)
    }

    /// A checkpoint's visits in the order of (entry time, person).
    #[must_use]
    pub fn visits_at(&self, window: Window) -> Vec<Visit> {
        self.visits_at_after(window, None, usize::MAX)
    }

    /// As [`Engine::visits_at`], at most `limit` of those that come after `after`.
    #[must_use]
    pub fn visits_at_after(
        &self,
        window: Window,
        after: Option<(i64, u64)>,
        limit: usize,
    ) -> Vec<Visit> {
        let head = self.shared.head.read();
        let marks = head.marks(window.from_ms, window.to_ms);
        head.visits_at(&marks, window, after, limit)
    }

    /// The visits of many persons, all from one snapshot; one list for each, in their order.
    ///
    /// # Errors
    /// [`TooMany`] when the lists together would be longer than `visits_max`.
    pub fn visits_of_many(
        &self,
        persons: &[u64],
        from_ms: i64,
        to_ms: i64,
        visits_max: usize,
    ) -> Result<Vec<Vec<Visit>>, TooMany> {
        let marks = self.shared.head.read().marks(from_ms, to_ms);
        self.batch(persons, visits_max, |head, person, limit| {
            head.visits_of(&marks, *person, (from_ms, to_ms), None, limit)
        })
    }

    /// The visits of many windows, all from one snapshot; one list for each, in their order.
    ///
    /// # Errors
    /// [`TooMany`] when the lists together would be longer than `visits_max`.
    pub fn visits_at_windows(
        &self,
        windows: &[Window],
        visits_max: usize,
    ) -> Result<Vec<Vec<Visit>>, TooMany> {
        let from_ms = windows.iter().map(|window| window.from_ms).min().unwrap_or(0);
        let to_ms = windows.iter().map(|window| window.to_ms).max().unwrap_or(0);
        let marks: Vec<Mark> = self.shared.head.read().marks(from_ms, to_ms);
        self.batch(windows, visits_max, |head, window, limit| {
            head.visits_at(&marks, *window, None, limit)
        })
    }

    fn batch<Q>(
        &self,
        questions: &[Q],
        visits_max: usize,
        answer: impl Fn(&Head, &Q, usize) -> Vec<Visit>,
    ) -> Result<Vec<Vec<Visit>>, TooMany> {
        let mut left = visits_max;
        let mut answers = Vec::with_capacity(questions.len());
        for turn in questions.chunks(QUESTIONS_PER_TURN) {
            let head = self.shared.head.read();
            for question in turn {
                let found = answer(&head, question, left.saturating_add(1));
                left = left.checked_sub(found.len()).ok_or(TooMany { visits_max })?;
                answers.push(found);
            }
        }
        Ok(answers)
    }
}
