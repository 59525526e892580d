//! 我的码: a code on the person's screen, scanned by staff.

use crate::support::{
    Refuses, complains, conflict, device, lines, number, parts, refused, sign_up, visitor,
    visits_at,
};
use actions::{
    Failure,
    accounts::principals::Visitor,
    duty::screen,
    people::{
        my_code::{LASTS_MS, my_code},
        session::revoke_all,
    },
    reverse_scans::by_code::by_code,
};
use domain::{audit::Deed, checkins::Method, entry_policy::Decision, venue_codes::Standing};
use proptest::prelude::*;
use std::sync::Arc;
use testkit::TestHouse;
use visits::AppendError;

fn text(t: &TestHouse, person: &Visitor) -> String {
    my_code(t, person).unwrap().text
}

#[track_caller]
fn says<T>(word: &str, answer: actions::Answer<T>) {
    match refused(answer) {
        Failure::Invalid(complaints) => {
            let said = complaints.about("code").unwrap_or_default();
            assert!(said.contains(word), "{said}");
        }
        other => panic!("no complaint at code, but: {other}"),
    }
}

#[tokio::test]
async fn a_code_lets_its_person_in_once_and_is_in_the_audit() {
    let t = TestHouse::new().await;
    let (door, elsewhere) = (t.door().await, t.door().await);
    let (guard, other) = (device(&t, &door).await, device(&t, &elsewhere).await);
    let (person, form) = visitor(&t).await;
    let code = text(&t, &person);
    let mut listener = screen::listen(&t, &guard);
    let shown = by_code(&t, &guard, &format!(" {}\r\n", code.to_lowercase())).await.unwrap();
    assert_eq!((shown.masked_name.as_str(), shown.decision), ("王*明", Decision::Pass));
    assert_eq!(shown.method, Method::StaffPersonalCode);
    assert!(listener.try_recv().is_ok(), "the same card as for a scan");
    for guard in [&guard, &other] {
        says("已经用过", by_code(&t, guard, &code).await);
    }
    let stored = visits_at(&t, &door).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].person, number(&t, &form).await.0);
    let looks = lines(&t, Deed::ReverseScanned).await;
    assert_eq!(looks.last().unwrap().1, "我的码");
    assert!(by_code(&t, &other, &text(&t, &person)).await.is_ok(), "the next code");
}

#[tokio::test]
async fn a_code_ends_with_its_minute_and_with_the_session() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, form) = visitor(&t).await;
    let (first, second) = (text(&t, &person), text(&t, &person));
    t.clock.advance_ms(LASTS_MS - 1);
    assert!(by_code(&t, &guard, &first).await.is_ok());
    t.clock.advance_ms(1);
    says("已过期", by_code(&t, &guard, &second).await);
    let third = text(&t, &person);
    revoke_all(&t, &person).await.unwrap();
    says("已退出登录", by_code(&t, &guard, &third).await);
    let (again, _) = sign_up(&t, &form).await.unwrap();
    assert!(by_code(&t, &guard, &text(&t, &again)).await.is_ok());
}

#[tokio::test]
async fn a_code_says_nothing_of_its_person_and_no_two_are_alike() {
    let t = TestHouse::new().await;
    let (person, form) = visitor(&t).await;
    let (one, other) = (my_code(&t, &person).unwrap(), my_code(&t, &person).unwrap());
    assert_eq!(one.ends, t.now().plus(LASTS_MS));
    assert!(one.text.len() <= 96, "{}", one.text.len());
    let alike = one.text.bytes().zip(other.text.bytes()).filter(|(a, b)| a == b).count();
    assert!(alike < 30, "{alike} of {} characters are alike", one.text.len());
    let tail = &form.id_number[14..];
    assert!(!one.text.contains(tail) && one.svg.contains("<path"));
}

#[tokio::test]
async fn what_is_no_code_of_this_house_is_refused_with_a_word() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, _) = visitor(&t).await;
    let code = text(&t, &person);
    says("没有读全", by_code(&t, &guard, &code[..code.len() - 3]).await);
    says("没有读全", by_code(&t, &guard, "FYM1:0189").await);
    let mut forged = code.clone();
    forged.replace_range(30..31, if &code[30..31] == "A" { "B" } else { "A" });
    says("伪造", by_code(&t, &guard, &forged).await);
    says("场所码", by_code(&t, &guard, &t.printed_url(&door.code)).await);
    says("不是本系统", by_code(&t, &guard, "WM:2026:anything").await);
    says("请扫描", by_code(&t, &guard, " ").await);
    assert!(visits_at(&t, &door).await.is_empty());
    assert!(lines(&t, Deed::ReverseScanned).await.is_empty(), "nobody was looked at");
    t.set_standing(&door.code, Standing::Suspended).await;
    conflict(by_code(&t, &guard, &code).await);
    t.set_standing(&door.code, Standing::Current).await;
    assert!(by_code(&t, &guard, &code).await.is_ok(), "a closed door does not use a code up");
}

#[tokio::test]
async fn an_entry_that_fails_gives_the_code_back() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, _) = visitor(&t).await;
    let code = text(&t, &person);
    let inside = Arc::clone(&t.visits);
    let reason = AppendError::Full;
    parts(&mut t).visits = Arc::new(Refuses::new(&inside, reason));
    assert!(by_code(&t, &guard, &code).await.is_err());
    parts(&mut t).visits = inside;
    assert!(by_code(&t, &guard, &code).await.is_ok());
}

#[test]
fn a_code_with_any_character_changed_is_refused() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (t, guard, code) = runtime.block_on(async {
        let t = TestHouse::new().await;
        let door = t.door().await;
        let guard = device(&t, &door).await;
        let (person, _) = visitor(&t).await;
        let code = text(&t, &person);
        (t, guard, code)
    });
    let changed = (0..code.len(), "[A-Z2-7]");
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() };
    proptest!(config, |((at, by) in changed)| {
        t.clock.advance_ms(1_100);
        let mut forged = code.clone();
        forged.replace_range(at..=at, &by);
        if forged != code {
            complains("code", runtime.block_on(by_code(&t, &guard, &forged)));
        }
    });
}
