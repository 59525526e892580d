//! What is measured, one thing a file.

pub(crate) mod ask;
pub(crate) mod columns;
pub(crate) mod commit;
pub(crate) mod load;
pub(crate) mod reopen;
