//! Deleting what has been kept long enough.

mod delete_visits;

pub use delete_visits::delete_old_visits;
