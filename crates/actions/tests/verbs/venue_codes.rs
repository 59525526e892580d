//! Venue codes: what a scanned code leads to, and that a stopped one registers nothing.

use crate::support::{
    complains, conflict, lines, manager, not_found, reviewer, token_of, visitor, visits_at,
};
use actions::{
    Answer,
    applications::mine,
    checkins::{
        look::{Looked, look},
        receipt::Receipt,
        record::record,
    },
    venue_codes::{close, reopen, report_poster, resume, suspend},
};
use domain::{audit::Deed, checkins::Method, venue_codes::Standing};
use testkit::{Door, TestHouse};

#[tokio::test]
async fn a_code_in_use_leads_to_its_door() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    for code in [door.code.clone(), door.code.to_uppercase()] {
        let Looked::Door(found) = look(&t, &code) else { panic!("not a door") };
        assert_eq!(found.checkpoint, door.number);
        assert_eq!(
            (found.words().name, found.words().county_name),
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

#[tokio::test]
async fn the_authority_stops_a_door_with_a_reason_and_lets_it_go_on() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let here = reviewer(&t, "341202").await;
    let elsewhere = reviewer(&t, "341203").await;
    complains("reason", suspend(&t, &here, door.number, " ").await);
    complains("reason", suspend(&t, &here, door.number, &"长".repeat(201)).await);
    not_found(suspend(&t, &elsewhere, door.number, "核实场所").await);
    conflict(resume(&t, &here, door.number).await);
    suspend(&t, &here, door.number, "核实场所").await.unwrap();
    assert!(matches!(look(&t, &door.code), Looked::Suspended(_)));
    conflict(record(&t, &person, &door.code, Method::Browser).await);
    conflict(suspend(&t, &here, door.number, "再一次").await);
    // Its manager sees why, and cannot undo it.
    let caller = manager(&t, &door.manager).await;
    let mine = mine::one(&t, &caller, door.number).await.unwrap();
    assert_eq!(mine.life.last().map(|event| event.reason.as_str()), Some("核实场所"));
    conflict(reopen(&t, &caller, door.number).await);
    conflict(close(&t, &caller, door.number).await);
    not_found(resume(&t, &elsewhere, door.number).await);
    resume(&t, &here, door.number).await.unwrap();
    assert!(record(&t, &person, &door.code, Method::Browser).await.is_ok());
    let written = lines(&t, Deed::CheckpointSuspended).await;
    assert_eq!(written, [(format!("检查点 {}", door.number.0), "核实场所".to_owned())]);
    assert_eq!(lines(&t, Deed::CheckpointResumed).await.len(), 1);
}

#[tokio::test]
async fn a_copied_code_is_replaced_once_and_entries_go_on_with_the_new_one() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let caller = manager(&t, &door.manager).await;
    let seen = mine::one(&t, &caller, door.number).await.unwrap().code.unwrap();
    complains("fault", report_poster(&t, &caller, door.number, &seen.short_number, "").await);
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    let strange = report_poster(&t, &stranger, door.number, &seen.short_number, "lost").await;
    not_found(strange);
    conflict(report_poster(&t, &caller, door.number, "FY-1202-00000", "copied").await);
    let replaced = report_poster(&t, &caller, door.number, &seen.short_number, "copied").await;
    assert!(replaced.unwrap());
    let Looked::Replaced(_, since) = look(&t, &door.code) else { panic!("not replaced") };
    assert_eq!(since, t.now());
    conflict(record(&t, &person, &door.code, Method::Browser).await);
    let new = mine::one(&t, &caller, door.number).await.unwrap().code.unwrap();
    assert_ne!(new.short_number, seen.short_number);
    assert!(record(&t, &person, token_of(&new.url), Method::Browser).await.is_ok());
    conflict(report_poster(&t, &caller, door.number, &seen.short_number, "copied").await);
    assert_eq!(lines(&t, Deed::CodeReplaced).await.len(), 1);
}

#[tokio::test]
async fn nothing_happens_to_a_door_when_it_cannot_be_written_down() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let here = reviewer(&t, "341202").await;
    let seen = mine::one(&t, &caller, door.number).await.unwrap().code.unwrap();
    t.spoil_audit().await;
    assert!(close(&t, &caller, door.number).await.is_err());
    assert!(suspend(&t, &here, door.number, "核实场所").await.is_err());
    for fault in ["damaged", "lost", "copied"] {
        let done = report_poster(&t, &caller, door.number, &seen.short_number, fault).await;
        assert!(done.is_err(), "{fault}");
    }
    assert!(matches!(look(&t, &door.code), Looked::Door(_)));
}
