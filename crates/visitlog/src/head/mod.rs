//! What the store holds at one moment, as readers see it: tables and runs of unsealed visits in
//! memory, segments on disk.
//!
//! A visit is in exactly one of them. It begins in the active table; a full table is frozen, then
//! sorted into runs (segments in memory, one for each day), and runs are sealed into segments on
//! disk. Each step replaces the whole [`State`] at once, so that whoever took one before goes on
//! seeing what it had.

mod runs;
mod table;

use std::sync::Arc;

use parking_lot::RwLock;

use crate::{
    errors::ReadError,
    format::page::Order,
    segment::{Ask, Memory, Segment, Slot, scan},
    visit::Visit,
};

pub(crate) use runs::{MERGE_RUNS, compact, day_of, sort_into_runs};
pub(crate) use table::{Table, mix};

/// A table that one thread adds to and others read.
pub(crate) type Active = RwLock<Table>;

/// A full table that waits to be sorted into runs.
#[derive(Clone)]
pub(crate) struct Frozen {
    pub(crate) table: Arc<Active>,
    /// Every visit of this part of the log and of those before it is in this table or came into
    /// memory before it, so that they can be sealed together.
    pub(crate) seals_part: Option<u64>,
}

/// Everything the store holds.
#[derive(Clone)]
pub(crate) struct State {
    /// Visits before this have been deleted, ms since 1970 UTC.
    pub(crate) kept_from_ms: i64,
    /// No visit outside of the active table was entered after this, ms since 1970 UTC.
    pub(crate) older_last_ms: i64,
    pub(crate) active: Arc<Active>,
    pub(crate) frozen: Vec<Frozen>,
    pub(crate) runs: Vec<Arc<Segment>>,
    pub(crate) segments: Vec<Slot>,
    /// What cases keep, by the case's number.
    pub(crate) extracts: Vec<(u64, Slot)>,
}

impl State {
    /// Hands the active table over to the keeper and begins with `next`.
    pub(crate) fn freeze(&mut self, next: Table, seals_part: Option<u64>) {
        let table = std::mem::replace(&mut self.active, Arc::new(RwLock::new(next)));
        if let Some((_, last_ms)) = table.read().reach() {
            self.older_last_ms = self.older_last_ms.max(last_ms);
        }
        self.frozen.push(Frozen { table, seals_part });
    }

    /// Whether the visit's identity is stored anywhere but in the active table.
    pub(crate) fn contains_older(&self, visit: &Visit) -> Result<bool, ReadError> {
        if visit.entered_ms > self.older_last_ms {
            return Ok(false);
        }
        for frozen in self.frozen.iter().rev() {
            let table = frozen.table.read();
            let reached = table
                .reach()
                .is_some_and(|(first, last)| first <= visit.entered_ms && visit.entered_ms <= last);
            if reached && table.contains(visit) {
                return Ok(true);
            }
        }
        let (from_ms, to_ms) = (visit.entered_ms, visit.entered_ms + 1);
        for run in self.runs.iter().rev() {
            if let Some(clip) = run.clip(from_ms, to_ms)
                && contains(run, clip, visit)?
            {
                return Ok(true);
            }
        }
        for slot in &self.segments {
            if let Some((segment, clip)) = slot.reaching(from_ms, to_ms)?
                && contains(segment, clip, visit)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Visits in memory.
    pub(crate) fn head_visits(&self) -> u64 {
        let tables = self.tables().map(|table| table.read().len() as u64).sum::<u64>();
        tables + self.runs.iter().map(|run| run.visits()).sum::<u64>()
    }

    /// Bytes of memory that they take.
    pub(crate) fn head_bytes(&self) -> usize {
        let tables = self.tables().map(|table| table.read().bytes()).sum::<usize>();
        tables + self.runs.iter().map(|run| run.memory_bytes()).sum::<usize>()
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = &Arc<Active>> {
        self.frozen.iter().map(|frozen| &frozen.table).chain([&self.active])
    }
}

fn contains(segment: &Segment, (from, to): (u32, u32), visit: &Visit) -> Result<bool, ReadError> {
    let ask = Ask { major: u64::from(visit.checkpoint), from, to, tag: 0 };
    let mut found = false;
    scan(segment, Order::Checkpoint, &[ask], &mut Memory::default(), &mut |_, piece| {
        found |= piece.entries().0.contains(&visit.person);
        Ok(())
    })?;
    Ok(found)
}

/// One consistent view: a state and how much of its active table was there.
#[derive(Clone)]
pub(crate) struct View {
    state: Arc<State>,
    active_len: usize,
}

impl View {
    /// Of the state that is current while the caller holds its lock.
    pub(crate) fn of(state: &Arc<State>) -> Self {
        let active_len = state.active.read().len();
        Self { state: Arc::clone(state), active_len }
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The tables and how much of each belongs to this view.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&Active, usize)> {
        let frozen = self.state.frozen.iter().map(|frozen| (&*frozen.table, usize::MAX));
        frozen.chain([(&*self.state.active, self.active_len)])
    }
}
