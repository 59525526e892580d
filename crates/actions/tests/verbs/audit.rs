//! The audit list: complete, recording its own readers, and without a person in it.

use crate::at_rest::{a_full_story, an_app};
use crate::support::{auditor, lines};
use actions::audit::{Filter, PAGE_ROWS, list};
use domain::audit::Deed;
use testkit::TestHouse;

#[tokio::test]
async fn reading_the_audit_is_written_down() {
    let t = TestHouse::new().await;
    let caller = auditor(&t).await;
    let first = list(&t, &caller, Filter::default()).await.unwrap();
    assert_eq!(first[0].deed, Deed::AuditRead, "the reader sees their own line");
    assert!(first[0].actor.starts_with("审计员 "));
    let narrowed = Filter { deed: Some(Deed::SignIn), page: -5 };
    list(&t, &caller, narrowed).await.unwrap();
    let written = lines(&t, Deed::AuditRead).await;
    assert_eq!(written[0], ("登录".to_owned(), "第 1 页".to_owned()));
    assert_eq!(written[1].0, "全部");
}

#[tokio::test]
async fn an_audit_that_cannot_be_written_is_not_read() {
    let t = TestHouse::new().await;
    let caller = auditor(&t).await;
    t.spoil_audit().await;
    assert!(list(&t, &caller, Filter::default()).await.is_err());
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let t = TestHouse::new().await;
    let caller = auditor(&t).await;
    for _ in 0..PAGE_ROWS + 5 {
        list(&t, &caller, Filter { page: 9, ..Filter::default() }).await.unwrap();
    }
    let first = list(&t, &caller, Filter::default()).await.unwrap();
    let second = list(&t, &caller, Filter { page: 1, ..Filter::default() }).await.unwrap();
    assert_eq!(first.len(), usize::try_from(PAGE_ROWS).unwrap());
    // The second look wrote a line of its own, which moved everything by one.
    assert_eq!(second[0].seq, first[first.len() - 1].seq);
    let numbers: Vec<i64> = first.iter().chain(&second[1..]).map(|row| row.seq).collect();
    assert!(numbers.is_sorted_by(|a, b| *a == b + 1));
}

#[tokio::test]
async fn no_line_holds_a_name_a_phone_or_an_id_number() {
    let t = TestHouse::with_two_steps_and(an_app()).await;
    let secrets = a_full_story(&t).await;
    let auditor = auditor(&t).await;
    let mut rows = Vec::new();
    for page in 0..4 {
        rows.extend(list(&t, &auditor, Filter { deed: None, page }).await.unwrap());
    }
    let deeds: std::collections::HashSet<Deed> = rows.iter().map(|row| row.deed).collect();
    let unseen: Vec<Deed> = Deed::ALL.into_iter().filter(|deed| !deeds.contains(deed)).collect();
    assert_eq!(unseen, [], "the story does everything that leaves a line");
    for row in &rows {
        let text = format!("{} {} {}", row.actor, row.subject, row.detail);
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{text} holds {secret}");
        }
    }
}
