//! Where visits are kept: the store's trait, its contract tests and its adapters.
//!
//! [`VisitStore`] is what the rest of the house sees. [`embedded`] keeps the visits in a folder of
//! this machine. Whatever keeps visits must pass [`contract::suite`].

mod absent;
#[doc(hidden)]
pub mod contract;
pub mod embedded;
mod store;

pub use absent::AbsentVisits;
pub use store::{
    AppendError, Appended, BATCH_VISITS_MAX, BackUpError, BackedUp, BoxFuture, CloseError, Cursor,
    KeepError, PAGE_VISITS_MAX, Page, READ_KEYS_MAX, READ_VISITS_MAX, ReadError, StoreHealth,
    VisitStore,
};
pub use visitlog::{InvalidVisit, Persons, TIME_MS_MAX, TIME_MS_MIN, Visit, VisitKey, Window};
