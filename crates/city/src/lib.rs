//! A simulated city: households, workplaces and favourite places, and who enters which door when.
//!
//! ```
//! use city::{City, CityPlan};
//!
//! let plan = CityPlan { persons: 600, checkpoints: 30, days: 2, ..CityPlan::default() };
//! let city = City::new(plan)?;
//! let mut last_ms = plan.first_day_ms;
//! for visit in city.visits() {
//!     assert!(visit.entered_ms >= last_ms, "in the order of time");
//!     last_ms = visit.entered_ms;
//! }
//! # Ok::<(), city::BadPlan>(())
//! ```
//!
//! The same plan gives the same visits, in rising order of entry time, and no two with the same
//! identity. Nothing is remembered of a person: whatever is fixed about somebody is computed from
//! the seed, so that eight million people need no more memory than their doors do.

mod activity;
mod day;
mod dice;
mod places;
mod plan;
mod residents;

pub use day::Visits;
pub use plan::{BadPlan, CityPlan, PERSONS_MAX, PERSONS_MIN, VISITS_PER_DAY_MAX};

use places::Places;
use residents::Residents;

/// A city in which people can go about.
#[derive(Debug)]
pub struct City {
    plan: CityPlan,
    places: Places,
    residents: Residents,
}

impl City {
    /// Builds the doors; the people come when they are asked for.
    ///
    /// # Errors
    /// [`BadPlan`] names the first figure that is out of range.
    pub fn new(plan: CityPlan) -> Result<Self, BadPlan> {
        plan.check()?;
        Ok(Self { plan, places: Places::new(&plan), residents: Residents::new(&plan) })
    }

    /// The plan that it was built from.
    #[must_use]
    pub fn plan(&self) -> &CityPlan {
        &self.plan
    }

    /// How many visits there are in all days together.
    #[must_use]
    pub fn visits_total(&self) -> u64 {
        self.residents.out_of_doors()
            * u64::from(self.plan.visits_per_day)
            * u64::from(self.plan.days)
    }

    /// All visits of all days.
    #[must_use]
    pub fn visits(&self) -> Visits<'_> {
        Visits::new(self, 0)
    }

    /// All visits from this day of the plan on, counted from 0; what [`City::visits`] gives from
    /// there on.
    #[must_use]
    pub fn visits_from_day(&self, day: u32) -> Visits<'_> {
        Visits::new(self, day)
    }
}
