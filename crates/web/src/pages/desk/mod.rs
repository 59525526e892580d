//! What the desk's pages share.

mod counties;
mod marks;
mod menu;
mod past;
mod replies;
#[cfg(test)]
pub(crate) mod samples;

pub use counties::{County, Township, counties};
pub use marks::{Marks, Said, said};
pub use menu::{brand, event_text, menu, minute_text, other_language};
pub use past::{Past, past};
pub use replies::{Asked, asked, attachment, failed, number, query_text, show, to};
