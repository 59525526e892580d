//! The register of places: taken from the authority's list, compared with units, settled by a person.

mod decide;
pub mod import;
mod like;
mod list;
mod take;

pub use decide::{Decision, MANY_MAX, Sure, SureOnes, confirm_sure, decide, sure_ones};
pub use import::TakenPlaces;
pub(crate) use like::of_door;
pub use like::{Listed, ListedPlace};
pub use list::{Candidate, Detail, Filter, PAGE_ROWS, Places, Row, Show, list, one};
pub use take::{PlaceFault, TAKEN_MAX, take};
