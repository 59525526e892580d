//! What the desk's pages share.

mod counties;
mod lists;
mod marks;
mod menu;
mod parts_of_files;
mod past;
pub(crate) mod poster_jobs;
mod replies;
#[cfg(test)]
pub(crate) mod samples;
mod words;

pub use counties::{County, Township, counties, counties_of, part_of_city};
pub use lists::{list_address, next_after};
pub use marks::{Marks, Said, said};
pub use menu::{
    brand, come_back, event_text, here, inspection_text, menu, minute_text, other_language,
};
pub use parts_of_files::{FilePart, part_of_file, send as send_part};
pub use past::{Past, past};
pub use poster_jobs::{Room, Typed, Wanted as WantedJobs};
pub use replies::{Asked, asked, attachment, failed, number, query_text, show, stem, to};
pub(crate) use words::listed;
pub use words::{Words, category, optional, page, region, searched, sort};
