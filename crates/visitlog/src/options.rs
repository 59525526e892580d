//! The engine's limits and settings, each with a name, a default and a reason.

use crate::format::frame;

/// Visits that may wait for the writer before `submit` refuses; about half a second of a very
/// busy city, so that a full queue still drains within a request's patience.
pub const QUEUE_VISITS_MAX: usize = 20_000;

/// Visits written in one frame under one sync, and the largest batch.
pub const GROUP_VISITS_MAX: usize = 10_000;

/// Size at which a log part is closed and the next begun. Small enough to be sealed and deleted
/// soon, large enough that the roll-over costs nothing.
pub const PART_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Zeros written ahead of the log's end, so that the sync of a frame has neither a new length nor a new
/// block to note: it takes half as long then. Some seven thousand visits go into it.
pub const ROOM_BYTES: u64 = 256 * 1024;

/// Visits gathered in a table that fits a processor's cache, before they are sorted.
pub const RUN_VISITS: usize = 65_536;

/// Unsealed visits at which they are put into segments on disk: some ten times a day in a city of
/// eight million, well under a second of reading after a crash.
pub const SEAL_VISITS: u64 = 4_000_000;

/// Unsealed visits kept in memory before new ones are refused; reached only when sealing has
/// found no room for long. 1.5 to 6.4 GB.
pub const HEAD_VISITS_MAX: u64 = 100_000_000;

/// Most visits of a run; they are counted in 32 bits.
pub const RUN_VISITS_MAX: usize = 1 << 24;

/// China Standard Time, UTC+8: where a civil day begins unless the store was made otherwise.
pub const UTC_OFFSET_S: i32 = 8 * 3600;

/// Civil time is at most 14 hours from UTC anywhere; one more hour of slack.
pub const UTC_OFFSET_S_MAX: i32 = 15 * 3600;

/// Settings of one store; `Options::default()` suits production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// See [`QUEUE_VISITS_MAX`]; at least `group_visits_max`.
    pub queue_visits_max: usize,
    /// See [`GROUP_VISITS_MAX`]; from 1 up to [`frame::VISITS_MAX`].
    pub group_visits_max: usize,
    /// See [`PART_BYTES_MAX`]; a part always takes at least one frame, however small this is.
    pub part_bytes_max: u64,
    /// See [`ROOM_BYTES`]; 0 for none.
    pub room_bytes: u64,
    /// See [`RUN_VISITS`]; from 1 up to [`RUN_VISITS_MAX`].
    pub run_visits: usize,
    /// See [`SEAL_VISITS`]; looked at whenever `run_visits` have gathered.
    pub seal_visits: u64,
    /// See [`HEAD_VISITS_MAX`].
    pub head_visits_max: u64,
    /// Seconds east of UTC at which a civil day begins. Fixed when the store is made; opening it
    /// later with another value is refused.
    pub utc_offset_s: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue_visits_max: QUEUE_VISITS_MAX,
            group_visits_max: GROUP_VISITS_MAX,
            part_bytes_max: PART_BYTES_MAX,
            room_bytes: ROOM_BYTES,
            run_visits: RUN_VISITS,
            seal_visits: SEAL_VISITS,
            head_visits_max: HEAD_VISITS_MAX,
            utc_offset_s: UTC_OFFSET_S,
        }
    }
}

impl Options {
    /// Says which setting is out of range, if one is.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.group_visits_max == 0 || self.group_visits_max > frame::VISITS_MAX {
            return Err("group_visits_max must be from 1 to the most visits of a frame");
        }
        if self.queue_visits_max < self.group_visits_max {
            return Err("queue_visits_max must be at least group_visits_max");
        }
        if self.run_visits == 0 || self.run_visits > RUN_VISITS_MAX {
            return Err("run_visits must be from 1 to 16,777,216");
        }
        if self.utc_offset_s.abs() > UTC_OFFSET_S_MAX {
            return Err("utc_offset_s must be within 15 hours of UTC");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_defaults_are_in_range() {
        assert_eq!(Options::default().check(), Ok(()));
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let good = Options::default();
        assert!(Options { group_visits_max: 0, ..good }.check().is_err());
        assert!(Options { group_visits_max: frame::VISITS_MAX + 1, ..good }.check().is_err());
        assert!(Options { queue_visits_max: 9_999, ..good }.check().is_err());
        assert!(Options { run_visits: 0, ..good }.check().is_err());
        assert!(Options { run_visits: RUN_VISITS_MAX + 1, ..good }.check().is_err());
        assert!(Options { utc_offset_s: 16 * 3600, ..good }.check().is_err());
    }
}
