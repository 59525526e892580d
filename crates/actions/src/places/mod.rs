//! The register of places: taken from the authority's list, compared with units, settled by a person.

mod decide;
pub mod import;
mod like;
mod list;

pub use decide::{Decision, MANY_MAX, Sure, confirm_sure, decide};
pub(crate) use like::of_door;
pub use like::{Listed, ListedPlace};
pub use list::{Candidate, Detail, Filter, PAGE_ROWS, Places, Row, Show, list, one};
