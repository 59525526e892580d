//! Opening, keeping, refusing; and many writers at once.

use super::{
    made::{AWKWARD, NOON, account, line, person, record},
    support::{BackEnd, on_both, on_postgres, on_sqlite},
};
use domain::{accounts::Role, audit::Deed, checkpoints::CheckpointNumber};
use registry::RegistryError;

on_both!(
    a_database_answers_and_after_closing_does_not,
    opening_again_keeps_everything,
    many_opening_at_once_all_open,
    a_newer_database_is_refused,
    a_reference_to_nothing_is_refused,
    sixty_writers_at_once_lose_nothing,
    refused_deeds_hold_no_connection_and_no_lock,
    readers_are_served_while_somebody_writes,
);

async fn a_database_answers_and_after_closing_does_not(at: &BackEnd) {
    let again = at.open_again().await.unwrap();
    again.ping().await.unwrap();
    again.close().await;
    assert!(again.ping().await.is_err());
    at.registry.ping().await.unwrap();
}

async fn opening_again_keeps_everything(at: &BackEnd) {
    at.an_open_door(AWKWARD, "code").await;
    at.a_person("a").await;
    at.registry.close().await;
    let again = at.open_again().await.unwrap();
    assert_eq!(again.venue_code("code").await.unwrap().unwrap().name, AWKWARD);
    let given = again.insert_people(&["a", "b"].map(person)).await.unwrap();
    assert_eq!(given.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
    assert_eq!(again.count_people().await.unwrap(), 2);
    assert_eq!(again.audit_page(None, 9, 0).await.unwrap().len(), 2);
    again.close().await;
}

async fn many_opening_at_once_all_open(at: &BackEnd) {
    let (a, b, c) = tokio::join!(at.open_again(), at.open_again(), at.open_again());
    for one in [a, b, c] {
        let one = one.unwrap();
        assert_eq!(one.regions().await.unwrap().len(), 181);
        one.close().await;
    }
}

/// Many of the same process share a PostgreSQL, and may be started on an empty one together.
#[tokio::test]
async fn many_opening_an_empty_postgresql_at_once_all_open() {
    on_postgres(async |at| {
        at.run("drop schema public cascade; create schema public").await.unwrap();
        many_opening_at_once_all_open(at).await;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let migrations = std::fs::read_dir(folder).unwrap().count();
        let made = at.number("select count(*) from _sqlx_migrations").await;
        assert_eq!(usize::try_from(made).unwrap(), migrations, "each was made once");
    })
    .await;
}

/// Neither memory nor pages of one connection wait for another's (`.cargo/config.toml`).
#[tokio::test]
async fn connections_of_sqlite_share_no_lock() {
    on_sqlite(async |at| {
        let built_with = async |option: &str| {
            at.number(&format!("select sqlite_compileoption_used('{option}')")).await == 1
        };
        assert!(built_with("DEFAULT_MEMSTATUS=0").await);
        assert!(!built_with("ENABLE_MEMORY_MANAGEMENT").await);
        assert!(built_with("THREADSAFE=1").await, "what is asked is what it says");
    })
    .await;
}

async fn a_newer_database_is_refused(at: &BackEnd) {
    at.a_person("a").await;
    at.run(
        "insert into _sqlx_migrations \
         (version, description, installed_on, success, checksum, execution_time) \
         select 99990101000000, 'of the future', installed_on, success, checksum, execution_time \
         from _sqlx_migrations where version = 1",
    )
    .await
    .unwrap();
    for _ in 0..2 {
        let refused = at.open_again().await.unwrap_err();
        assert!(matches!(refused, RegistryError::Newer(99_990_101_000_000)), "{refused}");
        assert!(refused.to_string().contains("99990101000000"), "{refused}");
    }
    at.run("delete from _sqlx_migrations where version = 99990101000000").await.unwrap();
    let again = at.open_again().await.unwrap();
    assert_eq!(again.count_people().await.unwrap(), 1);
    again.close().await;
}

async fn a_reference_to_nothing_is_refused(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    let refused = at.registry.count_head(CheckpointNumber(99), "2026-11-22").await.unwrap_err();
    let RegistryError::Sql(sqlx::Error::Database(refused)) = refused else {
        panic!("not refused by the database: {refused}");
    };
    assert!(refused.is_foreign_key_violation(), "{refused}");
}

/// What one of many writers does: a person, an account with its line, a door of one organisation.
async fn write(registry: registry::Registry, n: u32) -> Result<(), RegistryError> {
    let registered = line(Deed::AccountRegistered, NOON);
    let applied = line(Deed::ApplicationSubmitted, NOON);
    let document = person(&format!("{n}"));
    let (people, made, door) = (
        registry.insert_people(&[document]).await?,
        registry
            .insert_account(&account(Role::Manager, &format!("{n}")), None, &registered)
            .await?,
        registry.insert_checkpoint(&record(1, "万达", &format!("{n}")), &applied).await?,
    );
    assert!(people[0].is_some() && made.is_some() && door.is_some());
    registry.touch_session(b"none", NOON).await
}

async fn sixty_writers_at_once_lose_nothing(at: &BackEnd) {
    at.an_organisation("万达").await;
    let writers: Vec<_> = (0..60).map(|n| tokio::spawn(write(at.registry.clone(), n))).collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    at.assert_dense("people", "number", 60).await;
    at.assert_dense("accounts", "id", 60).await;
    at.assert_dense("checkpoints", "number", 60).await;
    at.assert_dense("applications", "id", 60).await;
    at.assert_dense("application_events", "id", 60).await;
    at.assert_dense("audit", "seq", 120).await;
}

async fn refused_deeds_hold_no_connection_and_no_lock(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    // Each is refused half way, after its line was written. There are eight connections.
    for _ in 0..40 {
        assert!(!at.approve(1, "other").await);
    }
    at.a_person("a").await;
    at.assert_dense("audit", "seq", 2).await;
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 1);
}

async fn readers_are_served_while_somebody_writes(at: &BackEnd) {
    let people: Vec<_> = (0..300).map(|n| person(&format!("{n}"))).collect();
    let (written, ()) = tokio::join!(at.registry.insert_people(&people), async {
        for _ in 0..20 {
            let count = at.registry.count_people().await.unwrap();
            assert!(count == 0 || count == 300, "half of a call was seen: {count}");
        }
    });
    assert_eq!(written.unwrap().len(), 300);
}
