//! One visit: the plain numbers that the engine keeps, and what it refuses to keep.

/// Earliest time accepted, inclusive: 2000-01-01T00:00:00Z in ms since 1970.
pub const TIME_MS_MIN: i64 = 946_684_800_000;

/// Latest time accepted, exclusive: 2200-01-01T00:00:00Z in ms since 1970.
pub const TIME_MS_MAX: i64 = 7_258_118_400_000;

/// One entry of one person through one checkpoint.
///
/// `(person, checkpoint, entered_ms)` is the visit's identity: the same identity written twice is
/// stored once and the first content stays. What the small numbers mean is the caller's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Visit {
    /// The person's dense number, given at registration.
    pub person: u64,
    /// The checkpoint's dense number.
    pub checkpoint: u32,
    /// When the person entered, ms since 1970 UTC, from [`TIME_MS_MIN`] up to [`TIME_MS_MAX`].
    pub entered_ms: i64,
    /// When the entry reached the system, same unit and range; later for offline uploads.
    pub recorded_ms: i64,
    /// How it was scanned.
    pub method: u8,
    /// Number of the operator or device of a reverse scan; 0 when there was none.
    pub operator: u32,
    /// The verdict shown at that moment.
    pub verdict: u8,
    /// The health status shown at that moment.
    pub status: u8,
    /// Free bits.
    pub flags: u16,
}

/// What makes two visits the same visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VisitKey {
    /// See [`Visit::person`].
    pub person: u64,
    /// See [`Visit::checkpoint`].
    pub checkpoint: u32,
    /// See [`Visit::entered_ms`].
    pub entered_ms: i64,
}

/// Why a visit is refused before it is queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVisit {
    /// The entry time is outside of the years 2000 to 2199.
    #[error("the entry time {0} ms is outside of the years 2000 to 2199")]
    EnteredOutOfRange(i64),
    /// The recorded time is outside of the years 2000 to 2199.
    #[error("the recorded time {0} ms is outside of the years 2000 to 2199")]
    RecordedOutOfRange(i64),
    /// The visit's day has been deleted.
    #[error("the entry time {entered_ms} ms is of a day that has been deleted")]
    DayDeleted {
        /// The entry time.
        entered_ms: i64,
        /// When the first day that is kept begins, ms since 1970 UTC.
        kept_from_ms: i64,
    },
}

impl Visit {
    /// The visit's identity.
    #[must_use]
    pub fn key(&self) -> VisitKey {
        VisitKey { person: self.person, checkpoint: self.checkpoint, entered_ms: self.entered_ms }
    }

    /// Refuses times that can only come from a broken clock or a wrong unit.
    ///
    /// # Errors
    /// [`InvalidVisit`] names the first time that is out of range.
    pub fn check(&self) -> Result<(), InvalidVisit> {
        let accepted = TIME_MS_MIN..TIME_MS_MAX;
        if !accepted.contains(&self.entered_ms) {
            return Err(InvalidVisit::EnteredOutOfRange(self.entered_ms));
        }
        if !accepted.contains(&self.recorded_ms) {
            return Err(InvalidVisit::RecordedOutOfRange(self.recorded_ms));
        }
        Ok(())
    }
}

impl Visit {
    /// Refuses visits of days that have been deleted.
    pub(crate) fn check_kept(&self, kept_from_ms: i64) -> Result<(), InvalidVisit> {
        let entered_ms = self.entered_ms;
        if entered_ms < kept_from_ms {
            return Err(InvalidVisit::DayDeleted { entered_ms, kept_from_ms });
        }
        Ok(())
    }
}

/// One checkpoint during one stretch of time, half-open: `from_ms <= entered_ms < to_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The checkpoint's number.
    pub checkpoint: u32,
    /// First ms inside.
    pub from_ms: i64,
    /// First ms after.
    pub to_ms: i64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn visit(entered_ms: i64, recorded_ms: i64) -> Visit {
        Visit {
            person: 1,
            checkpoint: 2,
            entered_ms,
            recorded_ms,
            method: 0,
            operator: 0,
            verdict: 0,
            status: 0,
            flags: 0,
        }
    }

    #[test]
    fn the_first_and_last_ms_of_the_range_are_accepted() {
        assert_eq!(visit(TIME_MS_MIN, TIME_MS_MAX - 1).check(), Ok(()));
    }

    #[test]
    fn a_time_outside_of_the_range_is_named() {
        let early = TIME_MS_MIN - 1;
        assert_eq!(visit(early, TIME_MS_MIN).check(), Err(InvalidVisit::EnteredOutOfRange(early)));
        assert_eq!(
            visit(TIME_MS_MIN, TIME_MS_MAX).check(),
            Err(InvalidVisit::RecordedOutOfRange(TIME_MS_MAX))
        );
        assert!(visit(1_700_000_000, TIME_MS_MIN).check().is_err(), "seconds are not ms");
        assert!(visit(i64::MIN, i64::MAX).check().is_err());
    }
}
