//! Deleting what has been kept long enough: visits, people who are not seen any more, and what has ended
//! (`docs/decisions/0049-nobody-is-kept-without-a-purpose.md`).

mod delete_visits;
mod lives;
mod note_days;
mod people;
mod run;

pub use delete_visits::delete_old_visits;
pub(crate) use lives::erased_on;
pub use note_days::note_days;
pub use run::{Report, daily, preview, run};
