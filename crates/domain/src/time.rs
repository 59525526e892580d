//! Points in time as milliseconds, and how they read on a wall in China.

use jiff::{Timestamp, civil, tz::Offset};

/// Seconds that civil time in China (UTC+8, no summer time) is ahead of UTC.
pub const CIVIL_OFFSET_SECONDS: i32 = 8 * 3600;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A point in time: milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMs(pub i64);

impl UnixMs {
    /// The time `ms` later (earlier when negative); stops at the ends of the range.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` until this time; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The civil date and time in China; years outside ±9999 are held at the end of the range.
    #[must_use]
    pub fn civil(self) -> civil::DateTime {
        let timestamp = Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        let offset = Offset::from_seconds(CIVIL_OFFSET_SECONDS).unwrap_or(Offset::UTC);
        offset.to_datetime(timestamp)
    }

    /// `2026-11-22`
    #[must_use]
    pub fn date_text(self) -> String {
        self.civil().date().to_string()
    }

    /// `2026-11`
    #[must_use]
    pub fn month_text(self) -> String {
        let date = self.civil().date();
        format!("{:04}-{:02}", date.year(), date.month())
    }

    /// `14:32:07`
    #[must_use]
    pub fn clock_text(self) -> String {
        let t = self.civil();
        format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
    }

    /// `2026-11-22 14:32:07`
    #[must_use]
    pub fn date_time_text(self) -> String {
        format!("{} {}", self.date_text(), self.clock_text())
    }

    /// `2026-11-22T06:32:07Z`, in UTC (ISO 8601).
    #[must_use]
    pub fn utc_text(self) -> String {
        let seconds = jiff::Timestamp::from_second(self.0.div_euclid(1000)).unwrap_or_default();
        seconds.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The first moment of this civil day.
    #[must_use]
    pub fn day_start(self) -> Self {
        let shifted = self.0.saturating_add(i64::from(CIVIL_OFFSET_SECONDS) * 1000);
        let start = shifted.div_euclid(DAY_MS).saturating_mul(DAY_MS);
        Self(start.saturating_sub(i64::from(CIVIL_OFFSET_SECONDS) * 1000))
    }

    /// Whole hours since 1970, the number of the current hour everywhere.
    #[must_use]
    pub fn hour_number(self) -> i64 {
        self.0.div_euclid(HOUR_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_afternoon_in_fuyang_reads_in_civil_time() {
        let t = UnixMs(1_795_329_127_000);
        assert_eq!(t.date_time_text(), "2026-11-22 14:32:07");
        assert_eq!(t.utc_text(), "2026-11-22T06:32:07Z");
        assert_eq!(t.day_start().date_time_text(), "2026-11-22 00:00:00");
        assert_eq!(t.day_start().plus(-1).date_text(), "2026-11-21");
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            let _ = UnixMs(ms).date_time_text();
            let _ = UnixMs(ms).day_start();
        }
    }
}
