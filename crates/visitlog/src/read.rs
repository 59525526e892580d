//! The questions: by person and by checkpoint, one or many at a time, of one consistent view.

mod persons;

pub use persons::Persons;

use crate::{
    engine::Engine,
    errors::ReadError,
    format::{page::Order, segment::DAY_MS},
    head::{View, day_of},
    segment::{Ask, Found, Memory, Segment, Slot, day_start_ms, scan},
    visit::{TIME_MS_MAX, TIME_MS_MIN, Visit, Window},
};

/// A checkpoint's visits are gathered for so long at a time, ms: four hours.
const STRETCH_MS: i64 = 4 * 3_600_000;

/// The store as it was at one moment. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    view: View,
    utc_offset_s: i32,
    /// Look into what this case keeps instead of into the store.
    case: Option<u64>,
}

/// Who entered during a window: a part of the answer of [`Snapshot::entries_at`].
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    /// The window's place among those asked for.
    pub window: usize,
    /// The persons, one for each entry.
    pub persons: &'a [u64],
    /// When they entered, ms since 1970 UTC, in the same order.
    pub entered_ms: &'a [i64],
}

/// One question about one major number and a stretch of time.
#[derive(Clone, Copy)]
struct Question {
    major: u64,
    from_ms: i64,
    to_ms: i64,
    tag: usize,
}

impl Snapshot {
    pub(crate) fn new(view: View, utc_offset_s: i32) -> Self {
        Self { view, utc_offset_s, case: None }
    }

    /// The same moment, looking only into what a case keeps.
    #[must_use]
    pub fn of_case(&self, case: u64) -> Self {
        Self { case: Some(case), ..self.clone() }
    }

    /// Whether everything of `from_ms..to_ms` is in memory: a question about it waits for no disk.
    #[must_use]
    pub fn is_in_memory(&self, from_ms: i64, to_ms: i64) -> bool {
        let apart = |slot: &Slot| matches!(slot.reaching(from_ms, to_ms), Ok(None));
        self.case.is_none() && self.view.state().segments.iter().all(apart)
    }

    /// A person's visits with `from_ms <= entered_ms < to_ms`, in the order of (entry time,
    /// checkpoint). Reads a day at a time.
    #[must_use]
    pub fn visits_of(&self, person: u64, from_ms: i64, to_ms: i64) -> Visits {
        Visits::new(self.clone(), Order::Person, person, from_ms, to_ms)
    }

    /// A checkpoint's visits in the order of (entry time, person). Reads a few hours at a time.
    #[must_use]
    pub fn visits_at(&self, window: Window) -> Visits {
        let Window { checkpoint, from_ms, to_ms } = window;
        Visits::new(self.clone(), Order::Checkpoint, u64::from(checkpoint), from_ms, to_ms)
    }

    /// The visits of many persons in one pass; one list for each, in their order.
    ///
    /// # Errors
    /// [`ReadError::TooMany`] when the lists together would be longer than `visits_max`, or any
    /// other [`ReadError`].
    pub fn visits_of_many(
        &self,
        persons: &[u64],
        from_ms: i64,
        to_ms: i64,
        visits_max: usize,
    ) -> Result<Vec<Vec<Visit>>, ReadError> {
        let persons = persons.iter().enumerate();
        let questions =
            persons.map(|(tag, person)| Question { major: *person, from_ms, to_ms, tag });
        self.lists(Order::Person, questions.collect(), visits_max)
    }

    /// The visits of many windows in one pass; one list for each, in their order.
    ///
    /// # Errors
    /// As [`Snapshot::visits_of_many`].
    pub fn visits_at_windows(
        &self,
        windows: &[Window],
        visits_max: usize,
    ) -> Result<Vec<Vec<Visit>>, ReadError> {
        self.lists(Order::Checkpoint, questions_at(windows), visits_max)
    }

    /// Hands out who entered during the windows, piece by piece in no particular order, in one
    /// pass: a page that several windows reach into is read and decoded once.
    ///
    /// # Errors
    /// [`ReadError`]; some pieces may have been handed out by then.
    pub fn entries_at(
        &self,
        windows: &[Window],
        mut each: impl FnMut(Entries<'_>),
    ) -> Result<(), ReadError> {
        let questions = self.prepared(questions_at(windows));
        let mut memory = Memory::default();
        self.scan_segments(Order::Checkpoint, &questions, &mut memory, &mut |window, found| {
            let (persons, entered_ms) = found.entries();
            each(Entries { window, persons, entered_ms });
            Ok(())
        })?;
        let (mut visits, mut persons, mut entered) = (Vec::new(), Vec::new(), Vec::new());
        for question in &questions {
            visits.clear();
            self.collect_from_tables(Order::Checkpoint, question, &mut visits);
            if !visits.is_empty() {
                persons.clear();
                persons.extend(visits.iter().map(|visit| visit.person));
                entered.clear();
                entered.extend(visits.iter().map(|visit| visit.entered_ms));
                let window = question.tag;
                each(Entries { window, persons: &persons, entered_ms: &entered });
            }
        }
        Ok(())
    }

    fn lists(
        &self,
        order: Order,
        questions: Vec<Question>,
        visits_max: usize,
    ) -> Result<Vec<Vec<Visit>>, ReadError> {
        let mut lists = vec![Vec::new(); questions.len()];
        let mut left = visits_max;
        let mut take = |count: usize| {
            left = left.checked_sub(count).ok_or(ReadError::TooMany { visits_max })?;
            Ok::<(), ReadError>(())
        };
        let questions = self.prepared(questions);
        self.scan_segments(order, &questions, &mut Memory::default(), &mut |tag, found| {
            take(found.len())?;
            found.visits(&mut lists[tag])
        })?;
        for question in &questions {
            let list = &mut lists[question.tag];
            let before = list.len();
            self.collect_from_tables(order, question, list);
            take(list.len() - before)?;
        }
        for list in &mut lists {
            sort(order, list);
        }
        Ok(lists)
    }

    /// Sorted for one sweep, and without what has been deleted.
    fn prepared(&self, mut questions: Vec<Question>) -> Vec<Question> {
        for question in &mut questions {
            question.from_ms = self.kept_from(question.from_ms);
        }
        questions.retain(|question| question.from_ms < question.to_ms);
        questions.sort_unstable_by_key(|question| (question.major, question.from_ms));
        questions
    }

    /// A case keeps days that the store has deleted.
    fn kept_from(&self, from_ms: i64) -> i64 {
        if self.case.is_some() { from_ms } else { from_ms.max(self.view.state().kept_from_ms) }
    }

    /// Runs and segments that may have something of the stretch.
    fn reaching(&self, from_ms: i64, to_ms: i64) -> Result<Vec<&Segment>, ReadError> {
        let state = self.view.state();
        let mut segments = Vec::new();
        let take = |slot: &Slot| slot.reaching(from_ms, to_ms).map(|found| found.is_some());
        if let Some(case) = self.case {
            for (_, slot) in state.extracts.iter().filter(|(of, _)| *of == case) {
                if take(slot)? {
                    segments.extend(slot.ready());
                }
            }
            return Ok(segments);
        }
        for slot in &state.segments {
            if take(slot)? {
                segments.extend(slot.ready());
            }
        }
        let runs = state.runs.iter().filter(|run| run.clip(from_ms, to_ms).is_some());
        segments.extend(runs.map(|run| &**run));
        Ok(segments)
    }

    fn scan_segments(
        &self,
        order: Order,
        questions: &[Question],
        memory: &mut Memory,
        each: &mut dyn FnMut(usize, &mut Found<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let from_ms = questions.iter().map(|question| question.from_ms).min().unwrap_or(0);
        let to_ms = questions.iter().map(|question| question.to_ms).max().unwrap_or(0);
        let mut asks = Vec::new();
        for segment in self.reaching(from_ms, to_ms)? {
            asks.clear();
            asks.extend(questions.iter().filter_map(|question| {
                let (from, to) = segment.clip(question.from_ms, question.to_ms)?;
                Some(Ask { major: question.major, from, to, tag: question.tag })
            }));
            scan(segment, order, &asks, memory, each)?;
        }
        Ok(())
    }

    fn collect_from_tables(&self, order: Order, question: &Question, out: &mut Vec<Visit>) {
        if self.case.is_some() {
            return;
        }
        let stretch = (question.from_ms, question.to_ms);
        for (table, len) in self.view.tables() {
            let table = table.read();
            match order {
                Order::Person => table.collect_of(question.major, stretch, len, out),
                // Every question of this order was made from a checkpoint's number.
                Order::Checkpoint => table.collect_at(question.major as u32, stretch, len, out),
            }
        }
    }

    /// Everything of one major number and stretch, sorted.
    fn collect(
        &self,
        order: Order,
        question: Question,
        memory: &mut Memory,
    ) -> Result<Vec<Visit>, ReadError> {
        let mut visits = Vec::new();
        let questions = self.prepared(vec![question]);
        self.scan_segments(order, &questions, memory, &mut |_, found| found.visits(&mut visits))?;
        for question in &questions {
            self.collect_from_tables(order, question, &mut visits);
        }
        sort(order, &mut visits);
        Ok(visits)
    }

    /// From the start of the first day that this view can have to the end of its last.
    fn reach(&self) -> Option<(i64, i64)> {
        let state = self.view.state();
        let slots: Box<dyn Iterator<Item = i64>> = match self.case {
            Some(case) => Box::new(
                state
                    .extracts
                    .iter()
                    .filter(move |(of, _)| *of == case)
                    .map(|(_, slot)| slot.day()),
            ),
            None => Box::new(
                state.segments.iter().map(Slot::day).chain(state.runs.iter().map(|run| run.day())),
            ),
        };
        let tables = self.view.tables().filter(|_| self.case.is_none());
        let in_tables = tables.filter_map(|(table, _)| table.read().reach());
        let of_days = slots.map(|day| {
            let start = day_start_ms(day, self.utc_offset_s);
            (start, start + DAY_MS - 1)
        });
        of_days.chain(in_tables).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

fn questions_at(windows: &[Window]) -> Vec<Question> {
    let questions = windows.iter().enumerate().map(|(tag, window)| Question {
        major: u64::from(window.checkpoint),
        from_ms: window.from_ms,
        to_ms: window.to_ms,
        tag,
    });
    questions.collect()
}

fn sort(order: Order, visits: &mut [Visit]) {
    visits.sort_unstable_by_key(|visit| order.key(visit));
}

/// Visits that are read as they are asked for. Ends after the first error.
pub struct Visits {
    snapshot: Snapshot,
    order: Order,
    major: u64,
    next_ms: i64,
    to_ms: i64,
    gathered: std::vec::IntoIter<Visit>,
    memory: Memory,
}

impl Visits {
    fn new(snapshot: Snapshot, order: Order, major: u64, from_ms: i64, to_ms: i64) -> Self {
        // Nothing is kept outside of these, and inside no sum can overflow.
        let (from_ms, to_ms) = (from_ms.max(TIME_MS_MIN), to_ms.min(TIME_MS_MAX));
        let reach = snapshot.reach().unwrap_or((TIME_MS_MAX, TIME_MS_MIN));
        let (next_ms, to_ms) = (from_ms.max(reach.0), to_ms.min(reach.1 + 1));
        let (gathered, memory) = (Vec::new().into_iter(), Memory::default());
        Self { snapshot, order, major, next_ms, to_ms, gathered, memory }
    }

    fn gather(&mut self) -> Result<(), ReadError> {
        let until = match self.order {
            Order::Person => {
                let day = day_of(self.next_ms, self.snapshot.utc_offset_s);
                day_start_ms(day + 1, self.snapshot.utc_offset_s)
            }
            Order::Checkpoint => self.next_ms + STRETCH_MS,
        };
        let (from_ms, to_ms) = (self.next_ms, until.min(self.to_ms));
        self.next_ms = to_ms;
        let question = Question { major: self.major, from_ms, to_ms, tag: 0 };
        let visits = self.snapshot.collect(self.order, question, &mut self.memory)?;
        self.gathered = visits.into_iter();
        Ok(())
    }
}

impl Iterator for Visits {
    type Item = Result<Visit, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(visit) = self.gathered.next() {
                return Some(Ok(visit));
            }
            if self.next_ms >= self.to_ms {
                return None;
            }
            if let Err(error) = self.gather() {
                self.next_ms = self.to_ms;
                return Some(Err(error));
            }
        }
    }
}

impl Engine {
    /// [`Snapshot::visits_of`] of this moment, at most `limit` of those that come after `after`
    /// (entry time, checkpoint).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn visits_of(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
        after: Option<(i64, u32)>,
        limit: usize,
    ) -> Result<Vec<Visit>, ReadError> {
        let from_ms = after.map_or(from_ms, |after| from_ms.max(after.0));
        let visits = self.snapshot().visits_of(person, from_ms, to_ms);
        let place = |visit: &Visit| (visit.entered_ms, visit.checkpoint);
        page(visits, limit, |visit| after.is_none_or(|after| place(visit) > after))
    }

    /// [`Snapshot::visits_at`] of this moment, at most `limit` of those that come after `after`
    /// (entry time, person).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn visits_at(
        &self,
        window: Window,
        after: Option<(i64, u64)>,
        limit: usize,
    ) -> Result<Vec<Visit>, ReadError> {
        let from_ms = after.map_or(window.from_ms, |after| window.from_ms.max(after.0));
        let visits = self.snapshot().visits_at(Window { from_ms, ..window });
        let place = |visit: &Visit| (visit.entered_ms, visit.person);
        page(visits, limit, |visit| after.is_none_or(|after| place(visit) > after))
    }
}

fn page(
    visits: Visits,
    limit: usize,
    wanted: impl Fn(&Visit) -> bool,
) -> Result<Vec<Visit>, ReadError> {
    visits.filter(|visit| visit.as_ref().map_or(true, &wanted)).take(limit).collect()
}
