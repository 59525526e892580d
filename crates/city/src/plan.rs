//! The figures of a city, and which of them are possible.

/// Fewest persons: ten times two households, whose comings and goings balance each other.
pub const PERSONS_MIN: u64 = 60;

/// Most persons: half of mankind.
pub const PERSONS_MAX: u64 = 1 << 32;

/// Most visits a day that a person can be given something to do for.
pub const VISITS_PER_DAY_MAX: u32 = 8;

/// Most days: ten years.
pub(crate) const DAYS_MAX: u32 = 3_660;

/// Most checkpoints.
pub(crate) const CHECKPOINTS_MAX: u32 = 1 << 28;

/// What a city is like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CityPlan {
    /// Residents, numbered from 1; from [`PERSONS_MIN`] up to [`PERSONS_MAX`]. The last few stay
    /// at home when this is not a multiple of six.
    pub persons: u64,
    /// Doors, numbered from 1; at least 3.
    pub checkpoints: u32,
    /// Days, from 1 up to ten years.
    pub days: u32,
    /// Visits a person a day on the average, from 1 up to [`VISITS_PER_DAY_MAX`].
    pub visits_per_day: u32,
    /// When the first day begins, ms since 1970 UTC; 00:00 of civil time.
    pub first_day_ms: i64,
    /// Share of the public doors that are the busiest and equally busy, above 0 up to 1; from
    /// there on a door's visits fall as 1/rank. At 1 all doors are alike.
    pub busiest_share: f64,
    /// Another seed is another city of the same kind.
    pub seed: u64,
}

impl Default for CityPlan {
    /// A town of 100,000 for two weeks from Monday, 16 November 2026, 00:00 in China.
    fn default() -> Self {
        Self {
            persons: 100_000,
            checkpoints: 2_500,
            days: 14,
            visits_per_day: 5,
            first_day_ms: 1_794_758_400_000,
            busiest_share: 0.0005,
            seed: 1,
        }
    }
}

/// Which figure of a plan is out of range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum BadPlan {
    /// See [`CityPlan::persons`].
    #[error("a city has from {PERSONS_MIN} to {PERSONS_MAX} persons, not {0}")]
    Persons(u64),
    /// See [`CityPlan::checkpoints`].
    #[error("a city has from 3 to {CHECKPOINTS_MAX} checkpoints, not {0}")]
    Checkpoints(u32),
    /// See [`CityPlan::days`].
    #[error("a city is simulated for 1 to {DAYS_MAX} days, not {0}")]
    Days(u32),
    /// See [`CityPlan::visits_per_day`].
    #[error("a person has from 1 to {VISITS_PER_DAY_MAX} visits a day, not {0}")]
    VisitsPerDay(u32),
    /// See [`CityPlan::first_day_ms`]; the days must lie within the years 2000 to 2199.
    #[error("the days from {0} ms on are not within the years 2000 to 2199")]
    FirstDay(i64),
    /// See [`CityPlan::busiest_share`].
    #[error("the share of the busiest doors is above 0 and at most 1, not {0}")]
    BusiestShare(f64),
}

impl CityPlan {
    pub(crate) fn check(&self) -> Result<(), BadPlan> {
        if !(PERSONS_MIN..=PERSONS_MAX).contains(&self.persons) {
            return Err(BadPlan::Persons(self.persons));
        }
        if !(3..=CHECKPOINTS_MAX).contains(&self.checkpoints) {
            return Err(BadPlan::Checkpoints(self.checkpoints));
        }
        if !(1..=DAYS_MAX).contains(&self.days) {
            return Err(BadPlan::Days(self.days));
        }
        if !(1..=VISITS_PER_DAY_MAX).contains(&self.visits_per_day) {
            return Err(BadPlan::VisitsPerDay(self.visits_per_day));
        }
        // An offline upload may reach the system on the day after the last.
        let days_ms = i64::from(self.days + 1) * crate::day::DAY_MS;
        let first_days = visitlog::TIME_MS_MIN..visitlog::TIME_MS_MAX - days_ms;
        if !first_days.contains(&self.first_day_ms) {
            return Err(BadPlan::FirstDay(self.first_day_ms));
        }
        if !(self.busiest_share > 0.0 && self.busiest_share <= 1.0) {
            return Err(BadPlan::BusiestShare(self.busiest_share));
        }
        Ok(())
    }
}
