//! Venue codes: what a scanned code leads to, and that a stopped one registers nothing.

use crate::support::{complains, conflict, not_found, visitor, visits_at};
use actions::{
    Answer,
    checkins::{
        look::{Looked, look},
        receipt::Receipt,
        record::record,
    },
};
use domain::{checkins::Method, venue_codes::Standing};
use testkit::{Door, TestHouse};

#[tokio::test]
async fn a_code_in_use_leads_to_its_door() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    for code in [door.code.clone(), door.code.to_uppercase()] {
        let Looked::Door(found) = look(&t, &code) else { panic!("not a door") };
        assert_eq!(found.checkpoint, door.number);
        assert_eq!(
            (found.name.as_str(), found.county_name.as_str()),
            ("阜阳市人民医院（南区）", "颍州区")
        );
    }
    assert!(visits_at(&t, &door).await.is_empty(), "looking registers nothing");
}

#[tokio::test]
async fn what_is_not_a_code_is_malformed_and_registers_nothing() {
    let t = TestHouse::new().await;
    let (person, _) = visitor(&t).await;
    for code in ["", "abc", "abcdefghijklmno1", "' or 1=1 --aaaaa", "场所码", "a\0aaaaaaaaaaaaaa"]
    {
        assert_eq!(look(&t, code), Looked::Malformed, "{code}");
        complains("code", record(&t, &person, code, Method::Browser).await);
    }
}

#[tokio::test]
async fn a_code_that_nobody_has_is_unknown() {
    let t = TestHouse::new().await;
    let (person, _) = visitor(&t).await;
    assert_eq!(look(&t, "aaaaaaaaaaaaaaaa"), Looked::Unknown);
    not_found(record(&t, &person, "aaaaaaaaaaaaaaaa", Method::Browser).await);
}

/// Scans a code after it came to this standing; what it looks like, and what recording answers.
async fn scanned(t: &TestHouse, door: &Door, standing: Standing) -> (Looked, Answer<Receipt>) {
    let (person, _) = visitor(t).await;
    t.set_standing(&door.code, standing).await;
    let looked = look(t, &door.code);
    (looked, record(t, &person, &door.code, Method::Wechat).await)
}

#[tokio::test]
async fn a_stopped_code_says_which_and_registers_nothing() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (looked, answer) = scanned(&t, &door, Standing::Suspended).await;
    assert!(matches!(looked, Looked::Suspended(found) if found.checkpoint == door.number));
    conflict(answer);
    let (looked, answer) = scanned(&t, &door, Standing::Replaced(t.now())).await;
    let replaced = matches!(looked, Looked::Replaced(_, since) if since == t.now());
    assert!(replaced, "since when is told");
    conflict(answer);
    let (looked, answer) = scanned(&t, &door, Standing::Closed).await;
    assert!(matches!(looked, Looked::Closed(_)));
    conflict(answer);
    assert!(visits_at(&t, &door).await.is_empty());
    let (looked, answer) = scanned(&t, &door, Standing::Current).await;
    assert!(matches!(looked, Looked::Door(_)) && answer.is_ok(), "it can be lifted again");
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}
