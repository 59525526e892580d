//! No visits at all: for commands that change the registry beside a running server, which has the visits
//! to itself.

use crate::store::{
    AppendError, Appended, BoxFuture, CloseError, Cursor, KeepError, Page, ReadError, StoreHealth,
    VisitStore,
};
use visitlog::{Persons, Visit, Window};

const SAYS: &str = "this command works without the visits";

/// Refuses everything that has to do with visits.
#[derive(Clone, Copy, Debug)]
pub struct AbsentVisits;

fn unread<'a, T: Send + 'a>() -> BoxFuture<'a, Result<T, ReadError>> {
    Box::pin(async { Err(ReadError::Failed(SAYS.to_owned())) })
}

fn unkept<'a>() -> BoxFuture<'a, Result<(), KeepError>> {
    Box::pin(async { Err(KeepError(SAYS.to_owned())) })
}

impl VisitStore for AbsentVisits {
    fn append(&self, _: Visit) -> BoxFuture<'_, Result<Appended, AppendError>> {
        Box::pin(async { Err(AppendError::Stopped(SAYS.to_owned())) })
    }

    fn append_all(&self, _: Vec<Visit>) -> BoxFuture<'_, Result<Vec<Appended>, AppendError>> {
        Box::pin(async { Err(AppendError::Stopped(SAYS.to_owned())) })
    }

    fn visits_of(&self, _: u64, _: i64, _: i64) -> BoxFuture<'_, Result<Vec<Visit>, ReadError>> {
        unread()
    }

    fn visits_at(&self, _: Window) -> BoxFuture<'_, Result<Vec<Visit>, ReadError>> {
        unread()
    }

    fn visits_of_page(
        &self,
        _: u64,
        _: i64,
        _: i64,
        _: Option<Cursor>,
        _: usize,
    ) -> BoxFuture<'_, Result<Page, ReadError>> {
        unread()
    }

    fn visits_at_page(
        &self,
        _: Window,
        _: Option<Cursor>,
        _: usize,
    ) -> BoxFuture<'_, Result<Page, ReadError>> {
        unread()
    }

    fn visits_of_many<'a>(
        &'a self,
        _: &'a [u64],
        _: i64,
        _: i64,
    ) -> BoxFuture<'a, Result<Vec<Vec<Visit>>, ReadError>> {
        unread()
    }

    fn visits_at_windows<'a>(
        &'a self,
        _: &'a [Window],
    ) -> BoxFuture<'a, Result<Vec<Vec<Visit>>, ReadError>> {
        unread()
    }

    fn persons_between(&self, _: i64, _: i64) -> BoxFuture<'_, Result<Persons, ReadError>> {
        unread()
    }

    fn drop_before(&self, _: i64) -> BoxFuture<'_, Result<(), KeepError>> {
        unkept()
    }

    fn tidy(&self) -> BoxFuture<'_, Result<(), KeepError>> {
        unkept()
    }

    fn day_of(&self, ms: i64) -> i64 {
        ms.div_euclid(86_400_000)
    }

    fn health(&self) -> StoreHealth {
        StoreHealth::Stopped(SAYS.to_owned())
    }

    fn close(&self) -> BoxFuture<'_, Result<(), CloseError>> {
        Box::pin(async { Ok(()) })
    }
}
