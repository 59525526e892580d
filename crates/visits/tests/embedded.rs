//! The embedded store keeps every promise of the contract, and says what went wrong on the disk.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use visitlog::{
    Engine, Watch,
    storage::simulated::{Fault, Operation, Simulated},
};
use visits::{
    AppendError, Appended, StoreHealth, Visit, VisitStore,
    contract::{Maker, suite},
    embedded::{EmbeddedVisits, Options},
};

struct Folder(tempfile::TempDir);

impl Maker for Folder {
    type Store = EmbeddedVisits;

    async fn open(&mut self) -> EmbeddedVisits {
        EmbeddedVisits::open(self.0.path(), Options::default()).unwrap()
    }
}

fn visit(person: u64) -> Visit {
    Visit {
        person,
        checkpoint: 1,
        entered_ms: 1_795_363_200_000,
        recorded_ms: 1_795_363_200_000,
        method: 0,
        operator: 0,
        verdict: 0,
        status: 0,
        flags: 0,
    }
}

fn on(storage: &Simulated) -> EmbeddedVisits {
    EmbeddedVisits::of(
        Engine::open_on(Arc::new(storage.clone()), Options::default(), Watch::default()).unwrap(),
    )
}

#[tokio::test]
async fn the_embedded_store_keeps_the_contract() {
    suite(|| Folder(tempfile::tempdir().unwrap())).await;
}

#[test]
fn what_is_in_memory_is_answered_at_once_and_what_is_on_disk_on_another_thread() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = on(&Simulated::new());
    runtime.block_on(store.append(visit(1))).unwrap();
    let entered = visit(1).entered_ms;
    let asked = || store.visits_of(1, entered, entered + 1);
    // Here, outside of the runtime, there are no other threads to ask on.
    let here = || asked().as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(here(), Poll::Ready(Ok(found)) if found == [visit(1)]));
    runtime.block_on(store.tidy()).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(here)).is_err());
    assert_eq!(runtime.block_on(asked()).unwrap(), [visit(1)]);
}

#[tokio::test]
async fn a_full_disk_is_no_room_and_goes_away_by_itself() {
    let storage = Simulated::new();
    let store = on(&storage);
    storage.fail(Operation::Write, 1, Fault::NoRoom);
    assert!(matches!(store.append(visit(1)).await, Err(AppendError::NoRoom(_))));
    assert!(matches!(store.health(), StoreHealth::NoRoom(_)));
    storage.make_room();
    assert_eq!(store.append(visit(1)).await, Ok(Appended::New));
    assert_eq!(store.health(), StoreHealth::Writing);
}

#[tokio::test]
async fn a_failed_sync_stops_the_store_with_its_reason() {
    let storage = Simulated::new();
    let store = on(&storage);
    storage.fail(Operation::Sync, 1, Fault::Broken);
    let failed = store.append(visit(1)).await;
    assert!(matches!(&failed, Err(AppendError::Stopped(said)) if said.contains("syncing")));
    assert_eq!(store.append(visit(1)).await, failed, "it is not tried again");
    assert!(matches!(store.health(), StoreHealth::Stopped(_)));
    assert_eq!(store.visits_of(1, i64::MIN, i64::MAX).await, Ok(vec![]), "never readable");
}

#[tokio::test]
async fn a_store_is_used_behind_the_trait_object() {
    let store: Arc<dyn VisitStore> = Arc::new(on(&Simulated::new()));
    assert_eq!(store.append(visit(1)).await, Ok(Appended::New));
}
