//! Audit lines: complete, in order, narrowed to one deed.

use super::{
    made::{AWKWARD, NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    audit::{Actor, Deed},
    time::UnixMs,
};
use registry::AuditLine;

on_both!(
    every_deed_and_actor_comes_back,
    awkward_texts_come_back,
    lines_are_newest_first_and_paged,
    lines_are_narrowed_to_one_deed,
    limits_below_zero_are_zero,
    lines_are_written_all_or_none,
    lines_written_at_once_are_numbered_without_a_hole,
);

async fn every_deed_and_actor_comes_back(at: &BackEnd) {
    let actors = [Actor::Account(7), Actor::Device(i64::MAX), Actor::System, Actor::Nobody];
    for (seq, deed) in (1..).zip(Deed::ALL) {
        let actor = actors[usize::try_from(seq).unwrap() % actors.len()];
        let new = AuditLine { actor, ..line(deed, NOON.plus(seq)) };
        at.registry.audit(&[new]).await.unwrap();
        let stored = at.registry.audit_page(None, 1, 0).await.unwrap().remove(0);
        assert_eq!((stored.seq, stored.line.at), (seq, NOON.plus(seq)));
        assert_eq!((stored.line.deed, stored.line.actor), (deed, actor));
    }
}

async fn awkward_texts_come_back(at: &BackEnd) {
    let new = AuditLine {
        subject: AWKWARD.to_owned(),
        detail: AWKWARD.repeat(100),
        at: UnixMs(i64::MIN),
        ..line(Deed::CaseOpened, NOON)
    };
    at.registry.audit(&[new]).await.unwrap();
    let stored = at.registry.audit_page(None, 1, 0).await.unwrap().remove(0).line;
    assert_eq!((stored.subject.as_str(), stored.at), (AWKWARD, UnixMs(i64::MIN)));
    assert_eq!(stored.detail, AWKWARD.repeat(100));
}

async fn page(at: &BackEnd, deed: Option<Deed>, limit: i64, offset: i64) -> Vec<i64> {
    let lines = at.registry.audit_page(deed, limit, offset).await.unwrap();
    lines.iter().map(|stored| stored.seq).collect()
}

async fn lines_are_newest_first_and_paged(at: &BackEnd) {
    assert!(page(at, None, 9, 0).await.is_empty());
    // Their order is that of writing, whatever the clock said.
    let lines = [3, 1, 2, 1, 0].map(|ms| line(Deed::SignIn, NOON.plus(ms)));
    at.registry.audit(&lines).await.unwrap();
    assert_eq!(page(at, None, 9, 0).await, [5, 4, 3, 2, 1]);
    assert_eq!(page(at, None, 2, 0).await, [5, 4]);
    assert_eq!(page(at, None, 2, 3).await, [2, 1]);
    assert!(page(at, None, 2, 5).await.is_empty());
}

async fn lines_are_narrowed_to_one_deed(at: &BackEnd) {
    let deeds = [Deed::SignIn, Deed::SignInRefused, Deed::SignIn, Deed::CaseOpened, Deed::SignIn];
    at.registry.audit(&deeds.map(|deed| line(deed, NOON))).await.unwrap();
    assert_eq!(page(at, Some(Deed::SignIn), 9, 0).await, [5, 3, 1]);
    assert_eq!(page(at, Some(Deed::SignIn), 1, 1).await, [3]);
    assert_eq!(page(at, Some(Deed::SignInRefused), 9, 0).await, [2]);
    assert!(page(at, Some(Deed::AuditRead), 9, 0).await.is_empty());
}

async fn limits_below_zero_are_zero(at: &BackEnd) {
    at.registry.audit(&[line(Deed::SignIn, NOON)]).await.unwrap();
    assert!(page(at, None, -1, 0).await.is_empty());
    assert_eq!(page(at, None, 9, -1).await, [1]);
}

async fn lines_are_written_all_or_none(at: &BackEnd) {
    at.registry.audit(&[]).await.unwrap();
    // A number that is taken refuses the third line of five.
    at.run("insert into audit values (3, 0, 'nobody', 0, 'sign_in', '', '')").await.unwrap();
    let lines = [0; 5].map(|_| line(Deed::CaseOpened, NOON));
    assert!(at.registry.audit(&lines).await.is_err());
    assert_eq!(at.lines_of(Deed::CaseOpened).await, 0);
    assert_eq!(at.number("select value from counters where name = 'audit'").await, 0);
}

async fn lines_written_at_once_are_numbered_without_a_hole(at: &BackEnd) {
    let lines = [line(Deed::SignIn, NOON), line(Deed::SignIn, NOON)];
    let write = || at.registry.audit(&lines);
    let (a, b, c, d) = tokio::join!(write(), write(), write(), write());
    for one in [a, b, c, d] {
        one.unwrap();
    }
    at.assert_dense("audit", "seq", 8).await;
}
