//! Families: who may be added by whom, one entry for one person, and who keeps control.

use crate::support::{
    complains, conflict, device, lines, not_found, number, sign_up, too_many, visitor, visits_at,
};
use actions::{
    Answer, Failure,
    accounts::principals::Visitor,
    checkins::{
        receipt::{Receipt, receipt},
        record::{Scanned, record},
    },
    people::family::{
        self as at_family, FAMILY_MAX, FORMS_A_DAY, add, answer, erased_in, family, receipt_of,
        remove,
    },
    retention::daily,
    reverse_scans::{IdForm, by_id_number},
};
use domain::{
    audit::Deed,
    checkins::Method,
    entry_policy::Decision,
    health_status::Colour,
    people::{CheckOutcome, MemberForm, PersonForm, resident_id_check},
    presence::{Nearness, Told},
    privacy::CURRENT,
    time::{DAY_MS, MINUTE_MS},
};
use testkit::TestHouse;

/// A child born in 2020, different for each `n`.
pub(crate) fn child(n: u32) -> MemberForm {
    let body = format!("34999920200101{n:03}");
    let check = char::from(resident_id_check(body.as_bytes()).unwrap());
    MemberForm {
        relation: "child".to_owned(),
        name: "王小小".to_owned(),
        id_kind: "resident_id".to_owned(),
        id_number: format!("{body}{check}"),
        of_age: false,
        consent: true,
    }
}

/// A press for a member where the door asks nothing of it.
async fn check_in(t: &TestHouse, guardian: &Visitor, id: i64, code: &str) -> Answer<Receipt> {
    at_family::check_in(t, guardian, id, code, Method::Browser.into()).await
}

/// A parent without a phone.
fn parent(t: &TestHouse) -> MemberForm {
    let PersonForm { name, id_kind, id_number, .. } = t.person_form();
    MemberForm {
        relation: "parent".to_owned(),
        name,
        id_kind,
        id_number,
        of_age: true,
        consent: true,
    }
}

#[tokio::test]
async fn a_child_cannot_register_alone_and_its_guardian_registers_it() {
    let t = TestHouse::new().await;
    let (guardian, _) = visitor(&t).await;
    let form = child(1);
    let alone = PersonForm {
        name: form.name.clone(),
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
        phone: t.fresh_phone(),
        of_age: true,
        consent: true,
    };
    complains("id_number", sign_up(&t, &alone).await);
    let added = add(&t, &guardian, &form).await.unwrap();
    assert_eq!((added.masked_name.as_str(), added.waits), ("王*小", false));
    let (subject, detail) = lines(&t, Deed::FamilyChanged).await.swap_remove(0);
    assert_eq!(subject, "人员 2");
    assert!(detail.contains("儿童") && detail.contains(&format!("第 {CURRENT} 版")), "{detail}");
    let stored = t.registry.family_of(domain::people::PersonNumber(1)).await.unwrap();
    assert_eq!((stored[0].consent_version, stored[0].consented), (CURRENT, t.now()));
    complains("id_number", add(&t, &guardian, &form).await);
    let without = MemberForm { consent: false, ..child(2) };
    complains("consent", add(&t, &guardian, &without).await);
}

#[tokio::test]
async fn a_guardian_is_told_the_month_in_which_a_member_is_erased_and_no_day() {
    let t = TestHouse::new().await;
    daily(&t, || true).await.unwrap();
    let door = t.door().await;
    let ((guardian, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    let member = add(&t, &guardian, &child(1)).await.unwrap();
    let told = async || {
        let members = family(&t, &guardian).await.unwrap().members;
        erased_in(&t, &members).await.unwrap()
    };
    let month_in = |days: i64| Some(t.now().plus(days * DAY_MS).month_text());
    assert_eq!(told().await, [month_in(180)]);
    t.clock.advance_ms(100 * DAY_MS);
    assert_eq!(told().await, [month_in(80)], "looking is no sign of life of theirs");
    let waits = add(&t, &other, &child(1)).await.unwrap();
    assert!(waits.waits);
    assert_eq!(erased_in(&t, &[waits]).await.unwrap(), [None], "nothing before they are family");
    check_in(&t, &guardian, member.id, &door.code).await.unwrap();
    assert_eq!(told().await, [month_in(180)]);
    t.clock.advance_ms(400 * DAY_MS);
    assert_eq!(told().await, [month_in(0)], "whatever holds them back: no month that is over");
}

#[tokio::test]
async fn each_member_is_an_entry_of_its_own_with_its_own_verdict() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (guardian, guardians) = visitor(&t).await;
    let mother = parent(&t);
    let (one, other) =
        (add(&t, &guardian, &child(1)).await.unwrap(), add(&t, &guardian, &mother).await.unwrap());
    let red = PersonForm { id_number: mother.id_number.clone(), ..guardians };
    crate::support::colour(&t, &red, Colour::Red).await;
    record(&t, &guardian, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(1);
    let first = check_in(&t, &guardian, one.id, &door.code).await.unwrap();
    t.clock.advance_ms(1);
    let second = check_in(&t, &guardian, other.id, &door.code).await.unwrap();
    assert_eq!((first.method, first.colour), (Method::Family, Colour::Green));
    assert_eq!((second.method, second.colour), (Method::Family, Colour::Red));
    let visits = visits_at(&t, &door).await;
    assert_eq!(visits.iter().map(|visit| visit.person).collect::<Vec<_>>(), [1, 2, 3]);
    let again = check_in(&t, &guardian, one.id, &door.code).await.unwrap();
    assert!(again.again, "one scan, one entry");
    let (member, seen) = receipt_of(&t, &guardian, one.id, &first.id).await.unwrap();
    assert_eq!((member.id, seen.entered), (one.id, first.entered));
    not_found(receipt_of(&t, &guardian, other.id, &first.id).await);
    not_found(receipt(&t, &guardian, &second.id).await);
}

#[tokio::test]
async fn a_door_that_asks_for_the_position_asks_it_of_a_member_as_of_its_guardian() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    crate::door_settings::asks_position(&t, &door).await;
    let (guardian, _) = visitor(&t).await;
    let one = add(&t, &guardian, &child(1)).await.unwrap();
    let enter = async |position| {
        t.clock.advance_ms(2 * MINUTE_MS);
        let scanned = Scanned { position, ..Method::Browser.into() };
        at_family::check_in(&t, &guardian, one.id, &door.code, scanned).await.unwrap()
    };
    let near = enter(Told::read("32.8905,115.814,20")).await;
    assert_eq!((near.decision, near.presence.nearness), (Decision::Pass, Nearness::Near));
    assert_eq!(near.method, Method::Family, "whatever app the guardian holds");
    let far = enter(Told::read("33.1,115.814,20")).await;
    assert_eq!(far.advice, "扫码的位置离这个门较远，请值守人员复核");
    let untold = enter(None).await;
    assert_eq!((untold.decision, untold.colour), (Decision::Recheck, Colour::Green));
    assert_eq!(untold.advice, "没有得到位置，请值守人员复核");
    for position in [None, Told::read("33.1,115.814,20"), Told::read("32.8905,115.814,20")] {
        t.clock.advance_ms(2 * MINUTE_MS);
        let scanned = Scanned { position, ..Method::Browser.into() };
        let own = record(&t, &guardian, &door.code, scanned).await.unwrap();
        let theirs = enter(position).await;
        let seen = (theirs.decision, theirs.advice, theirs.presence);
        assert_eq!(seen, (own.decision, own.advice, own.presence), "the same rules");
    }
}

#[tokio::test]
async fn a_member_who_leaves_by_a_way_out_has_a_result_too() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    crate::door_settings::way_out(&t, &door).await;
    let (guardian, _) = visitor(&t).await;
    let one = add(&t, &guardian, &child(1)).await.unwrap();
    let left = check_in(&t, &guardian, one.id, &door.code).await.unwrap();
    let (_, seen) = receipt_of(&t, &guardian, one.id, &left.id).await.unwrap();
    assert_eq!((seen.method, seen.leaves), (Method::Exit, true));
}

#[tokio::test]
async fn nobody_else_checks_a_member_in_or_sees_what_they_did() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (guardian, _) = visitor(&t).await;
    let (stranger, _) = visitor(&t).await;
    let one = add(&t, &guardian, &child(1)).await.unwrap();
    let entry = check_in(&t, &guardian, one.id, &door.code).await.unwrap();
    not_found(check_in(&t, &stranger, one.id, &door.code).await);
    not_found(receipt_of(&t, &stranger, one.id, &entry.id).await);
    not_found(remove(&t, &stranger, one.id).await);
    remove(&t, &guardian, one.id).await.unwrap();
    not_found(check_in(&t, &guardian, one.id, &door.code).await);
    not_found(remove(&t, &guardian, one.id).await);
    assert!(family(&t, &guardian).await.unwrap().members.is_empty());
}

#[tokio::test]
async fn an_entry_at_a_door_by_staff_is_not_the_guardians_to_see() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (guardian, _) = visitor(&t).await;
    let form = child(1);
    let one = add(&t, &guardian, &form).await.unwrap();
    let device = device(&t, &door).await;
    let at_door = IdForm { id_kind: form.id_kind, id_number: form.id_number, ..IdForm::default() };
    by_id_number(&t, &device, &at_door).await.unwrap();
    let visit = visits_at(&t, &door).await.swap_remove(0);
    let id = format!("{}-{}", visit.checkpoint, visit.entered_ms);
    not_found(receipt_of(&t, &guardian, one.id, &id).await);
}

#[tokio::test]
async fn who_has_a_phone_scans_alone() {
    let t = TestHouse::new().await;
    let (guardian, own) = visitor(&t).await;
    let (_, other) = visitor(&t).await;
    let with_phone = MemberForm { id_number: other.id_number, ..parent(&t) };
    complains("id_number", add(&t, &guardian, &with_phone).await);
    let self_again = MemberForm { id_number: own.id_number, ..parent(&t) };
    complains("id_number", add(&t, &guardian, &self_again).await);
    // A parent who gets a phone is free of whoever checked in for them.
    let mother = parent(&t);
    let one = add(&t, &guardian, &mother).await.unwrap();
    let other_name = MemberForm { name: "张三丰".to_owned(), ..mother.clone() };
    let (second, _) = visitor(&t).await;
    complains("name", add(&t, &second, &other_name).await);
    let MemberForm { name, id_kind, id_number, .. } = mother;
    let grown = PersonForm {
        name,
        id_kind,
        id_number,
        phone: t.fresh_phone(),
        of_age: true,
        consent: true,
    };
    sign_up(&t, &grown).await.unwrap();
    not_found(check_in(&t, &guardian, one.id, "abcdefghijklmnop").await);
    assert!(family(&t, &guardian).await.unwrap().members.is_empty());
    assert_eq!(number(&t, &grown).await, domain::people::PersonNumber(3));
}

#[tokio::test]
async fn a_second_guardian_waits_until_the_first_has_agreed() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let [first, second, third]: [Visitor; 3] =
        [visitor(&t).await.0, visitor(&t).await.0, visitor(&t).await.0];
    let form = child(1);
    add(&t, &first, &form).await.unwrap();
    let shared = add(&t, &second, &form).await.unwrap();
    assert!(shared.waits);
    not_found(check_in(&t, &second, shared.id, &door.code).await);
    not_found(answer(&t, &second, shared.id, true).await);
    not_found(answer(&t, &third, shared.id, true).await);
    let requests = family(&t, &first).await.unwrap().requests;
    assert_eq!((requests.len(), requests[0].whom.as_str()), (1, "王*小"));
    answer(&t, &first, requests[0].id, true).await.unwrap();
    check_in(&t, &second, shared.id, &door.code).await.unwrap();
    // Refused, it is gone; and a third one may wait again.
    let again = add(&t, &third, &form).await.unwrap();
    answer(&t, &second, again.id, false).await.unwrap();
    assert!(family(&t, &third).await.unwrap().members.is_empty());
    // With nobody left to ask, whoever waits is the guardian.
    let waits = add(&t, &third, &form).await.unwrap();
    assert!(waits.waits);
    for (guardian, of) in [(&first, &first), (&second, &second)] {
        let id = family(&t, of).await.unwrap().members[0].id;
        remove(&t, guardian, id).await.unwrap();
    }
    assert!(!family(&t, &third).await.unwrap().members[0].waits);
}

#[tokio::test]
async fn a_family_has_its_size_and_names_are_not_tried_out() {
    let t = TestHouse::new().await;
    let (guardian, _) = visitor(&t).await;
    let most = u32::try_from(FAMILY_MAX).unwrap();
    for n in 0..most {
        add(&t, &guardian, &child(n)).await.unwrap();
    }
    conflict(add(&t, &guardian, &child(most)).await);
    for n in 0..u32::try_from(FORMS_A_DAY).unwrap() - most - 1 {
        let answer = add(&t, &guardian, &child(100 + n)).await;
        assert!(!matches!(answer, Err(Failure::TooMany { .. })));
    }
    assert_eq!(too_many(add(&t, &guardian, &child(999)).await), 3600);
    t.clock.advance_ms(DAY_MS);
    conflict(add(&t, &guardian, &child(999)).await);
}

#[tokio::test]
async fn a_childs_name_must_be_that_of_its_document_too() {
    let t = TestHouse::new().await;
    let (guardian, _) = visitor(&t).await;
    t.police.say(CheckOutcome::Differs);
    complains("name", add(&t, &guardian, &child(1)).await);
    assert_eq!(t.registry.count_people().await.unwrap(), 1);
    t.police.say(CheckOutcome::Failed);
    add(&t, &guardian, &child(1)).await.unwrap();
    let kept = t.registry.identity_check(domain::people::PersonNumber(2)).await.unwrap().unwrap();
    assert_eq!(kept.outcome, CheckOutcome::Failed);
}
