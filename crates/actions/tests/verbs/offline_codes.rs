//! 离线码: printed by the person, held out on paper, revoked.

use crate::support::{
    colour, conflict, device, lines, not_found, number, refused, visitor, visits_at,
};
use actions::{
    Answer, Failure,
    accounts::principals::Visitor,
    offline_codes::{
        list::{list, one, pdf},
        make::make,
        revoke::revoke,
    },
    reverse_scans::by_code::by_code,
};
use domain::{
    audit::Deed,
    checkins::Method,
    entry_policy::Decision,
    health_status::Colour,
    offline_codes::{CODES_MAX, LISTED_DAYS, Standing, number_text},
    people::PersonNumber,
    time::DAY_MS,
};
use testkit::TestHouse;
use vault::Vault;

#[track_caller]
fn says<T>(word: &str, answer: Answer<T>) {
    match refused(answer) {
        Failure::Invalid(complaints) => {
            let said = complaints.about("code").unwrap_or_default();
            assert!(said.contains(word), "{said}");
        }
        other => panic!("no complaint at code, but: {other}"),
    }
}

async fn printed(t: &TestHouse, person: &Visitor) -> (i64, String) {
    let number = make(t, person, person.person()).await.unwrap();
    (number, one(t, person, number).await.unwrap().text)
}

#[tokio::test]
async fn a_printed_code_lets_its_person_in_again_and_again_by_todays_colour() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, form) = visitor(&t).await;
    let (code, text) = printed(&t, &person).await;
    for _ in 0..2 {
        let shown = by_code(&t, &guard, &text).await.unwrap();
        assert_eq!((shown.masked_name.as_str(), shown.decision), ("王*明", Decision::Pass));
        assert_eq!(shown.method, Method::StaffOfflineCode);
        t.clock.advance_ms(61_000);
    }
    colour(&t, &form, Colour::Red).await;
    assert_eq!(by_code(&t, &guard, &text).await.unwrap().decision, Decision::Stop);
    assert_eq!(visits_at(&t, &door).await.len(), 3);
    let made = lines(&t, Deed::OfflineCodeMade).await;
    let subject = format!("人员 {}", number(&t, &form).await.0);
    assert_eq!(made, [(subject, format!("离线码 {}", number_text(code)))]);
    let looked = lines(&t, Deed::ReverseScanned).await;
    assert_eq!(looked[0].1, format!("离线码 {}", number_text(code)));
}

#[tokio::test]
async fn a_printed_code_says_little_and_nothing_that_must_not_be_carried() {
    let t = TestHouse::new().await;
    let (person, form) = visitor(&t).await;
    let (number, text) = printed(&t, &person).await;
    let code = one(&t, &person, number).await.unwrap();
    assert_eq!(code.card.masked_name, "王*明");
    assert_eq!(code.card.last_four, form.id_number[14..]);
    assert!(code.svg.contains("<path"));
    let bytes = base45::decode(&text[4..]).unwrap();
    for secret in [form.id_number.as_bytes(), form.name.as_bytes(), form.phone.as_bytes(), b"green"]
    {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    assert!(bytes.len() <= 150, "{}", bytes.len());
    assert!(pdf(&t, &person, number).await.unwrap().starts_with(b"%PDF"));
}

#[tokio::test]
async fn expired_revoked_unknown_and_foreign_codes_are_refused_each_with_its_word() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, _) = visitor(&t).await;
    let (first, text) = printed(&t, &person).await;
    let (_, lasting) = printed(&t, &person).await;
    revoke(&t, &person, first).await.unwrap();
    conflict(revoke(&t, &person, first).await);
    says("已作废", by_code(&t, &guard, &text).await);
    says("没有读全", by_code(&t, &guard, &format!("{}:", &lasting[..lasting.len() - 3])).await);
    says("内容不对", by_code(&t, &guard, "FY1:6BF").await);
    let card = one(&t, &person, first).await.unwrap().card;
    let elsewhere = Vault::from_master_key([9; 32]);
    let foreign = actions::offline_codes::format::write(&elsewhere, &card).unwrap();
    says("不是本市", by_code(&t, &guard, &foreign).await);
    let unknown = actions::offline_codes::format::Card { number: 7, ..card };
    let unknown = actions::offline_codes::format::write(&t.vault, &unknown).unwrap();
    says("没有登记过", by_code(&t, &guard, &unknown).await);
    assert!(by_code(&t, &guard, &lasting).await.is_ok());
    t.clock.advance_ms(181 * DAY_MS);
    says("已过期", by_code(&t, &guard, &lasting).await);
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}

#[tokio::test]
async fn a_visitor_acts_for_themselves_and_nobody_else() {
    let t = TestHouse::new().await;
    let ((one_of_them, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    let (code, _) = printed(&t, &other).await;
    for not_theirs in [other.person(), PersonNumber(9_999)] {
        not_found(make(&t, &one_of_them, not_theirs).await);
    }
    not_found(one(&t, &one_of_them, code).await);
    not_found(pdf(&t, &one_of_them, code).await);
    not_found(revoke(&t, &one_of_them, code).await);
    assert!(list(&t, &one_of_them).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn the_list_shows_what_works_and_for_a_month_what_does_not() {
    let t = TestHouse::new().await;
    let (person, _) = visitor(&t).await;
    let (first, _) = printed(&t, &person).await;
    for _ in 1..CODES_MAX {
        t.clock.advance_ms(1_000);
        printed(&t, &person).await;
    }
    conflict(make(&t, &person, person.person()).await);
    revoke(&t, &person, first).await.unwrap();
    let at = t.now();
    let (codes, bearers) = list(&t, &person).await.unwrap();
    assert_eq!((codes.len(), bearers.len()), (CODES_MAX, 1));
    assert_eq!(codes.last().unwrap().standing, Standing::Revoked(at));
    assert_eq!(codes[0].standing, Standing::InForce);
    assert!(one(&t, &person, first).await.unwrap().text.is_empty(), "nothing to scan");
    conflict(pdf(&t, &person, first).await);
    t.clock.advance_ms(LISTED_DAYS * DAY_MS + 1);
    assert_eq!(list(&t, &person).await.unwrap().0.len(), CODES_MAX - 1);
}
