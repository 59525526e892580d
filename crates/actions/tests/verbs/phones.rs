//! Another phone: changed, lost and objected to, changed at a door; and a registration put right.

use crate::support::{
    complains, conflict, device, lines, not_found, not_signed_in, number, sign_up, too_many,
    visitor,
};
use actions::{
    accounts::sms_codes::CodeUse,
    checkins::record::record,
    people::{
        correct::{self, CorrectionForm, correct},
        family,
        phones::{
            CLAIMS_A_DAY, ChangeForm, ClaimForm, at_door, change, claim, complete_due, mine,
            object, send_to_old, stop_mine,
        },
        session,
    },
    sms::TextMessage,
};
use domain::{
    audit::Deed,
    checkins::Method,
    health_status::Colour,
    people::{CheckOutcome, MemberForm, PersonForm},
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use testkit::{Door, TestHouse, id_number};

/// A form for this phone with its code; and what proves the rest.
async fn changing(t: &TestHouse, phone: &str) -> ChangeForm {
    t.clock.advance_ms(MINUTE_MS + 1_000);
    let sms_code = t.sms_code(CodeUse::NewPhone, phone).await;
    ChangeForm { phone: phone.to_owned(), sms_code, ..ChangeForm::default() }
}

#[tokio::test]
async fn a_new_phone_takes_both_codes_or_the_document_and_ends_every_other_session() {
    let t = TestHouse::new().await;
    for by_document in [false, true] {
        let form = t.person_form();
        let (me, token) = sign_up(&t, &form).await.unwrap();
        let new = t.fresh_phone();
        let mut typed = changing(&t, &new).await;
        complains("old_code", change(&t, &me, &typed).await);
        if by_document {
            typed.id_number = id_number(9_999);
            complains("id_number", change(&t, &me, &typed).await);
            typed.id_number = form.id_number.clone();
        } else {
            send_to_old(&t, &me, None).await.unwrap();
            typed.old_code = "00000x".to_owned();
            complains("old_code", change(&t, &me, &typed).await);
            typed.old_code = t.outbox.code(&form.phone).unwrap();
        }
        let (_, fresh) = change(&t, &me, &typed).await.unwrap();
        not_signed_in(session::visitor(&t, &token).await);
        assert!(session::visitor(&t, &fresh).await.is_ok());
        let told = t.outbox.notices(&form.phone);
        assert!(matches!(&told[..], [TextMessage::PhoneChanged { .. }]), "{told:?}");
        // The old phone opens nothing any more, the new one does.
        complains("phone", sign_up(&t, &form).await);
        let now = PersonForm { phone: new, ..form };
        sign_up(&t, &now).await.unwrap();
    }
}

#[tokio::test]
async fn the_session_alone_or_the_new_phone_alone_changes_nothing() {
    let t = TestHouse::new().await;
    let (me, form) = visitor(&t).await;
    let typed = ChangeForm { id_number: form.id_number.clone(), ..Default::default() };
    complains("phone", change(&t, &me, &typed).await);
    let new = t.fresh_phone();
    let typed = ChangeForm { phone: new.clone(), sms_code: "123456".to_owned(), ..typed };
    complains("sms_code", change(&t, &me, &typed).await);
    let same = changing(&t, &form.phone).await;
    complains("phone", change(&t, &me, &same).await);
    for n in 0..4 {
        let guess = ChangeForm { id_number: id_number(500 + n), ..typed.clone() };
        complains("id_number", change(&t, &me, &guess).await);
    }
    let guess = ChangeForm { id_number: id_number(600), ..typed };
    assert_eq!(too_many(change(&t, &me, &guess).await), 3600);
    assert!(mine(&t, &me).await.unwrap().masked.starts_with("199****"));
}

/// A claim with a right code for this new phone.
async fn claiming(t: &TestHouse, form: &PersonForm, phone: &str) -> ClaimForm {
    t.clock.advance_ms(MINUTE_MS + 1_000);
    let sms_code = t.sms_code(CodeUse::NewPhone, phone).await;
    ClaimForm {
        name: form.name.clone(),
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
        phone: phone.to_owned(),
        sms_code,
    }
}

#[tokio::test]
async fn a_lost_phone_is_replaced_after_two_days_in_which_it_was_told() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    let (me, token) = sign_up(&t, &form).await.unwrap();
    t.police.say(CheckOutcome::Agrees);
    let new = t.fresh_phone();
    let due = claim(&t, &claiming(&t, &form, &new).await).await.unwrap();
    assert_eq!(due, t.now().plus(48 * HOUR_MS));
    let told = t.outbox.notices(&form.phone);
    assert!(matches!(&told[..], [TextMessage::PhoneChange { hours: 48, .. }]), "{told:?}");
    let now = PersonForm { phone: new.clone(), ..form.clone() };
    complains("phone", sign_up(&t, &now).await);
    assert_eq!(mine(&t, &me).await.unwrap().waiting.unwrap().0, due);
    t.clock.advance_ms(due.since(t.now()) - 1);
    assert_eq!(complete_due(&t).await.unwrap(), 0);
    assert!(session::visitor(&t, &token).await.is_ok());
    t.clock.advance_ms(1);
    assert_eq!(complete_due(&t).await.unwrap(), 1);
    assert_eq!(complete_due(&t).await.unwrap(), 0);
    not_signed_in(session::visitor(&t, &token).await);
    sign_up(&t, &now).await.unwrap();
    complains("phone", sign_up(&t, &form).await);
    assert_eq!(t.outbox.notices(&new).len(), 1);
}

#[tokio::test]
async fn whoever_has_the_old_phone_stops_it_by_session_or_by_code() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Agrees);
    for by_code in [true, false] {
        let form = t.person_form();
        let (me, token) = sign_up(&t, &form).await.unwrap();
        let thief = t.fresh_phone();
        claim(&t, &claiming(&t, &form, &thief).await).await.unwrap();
        if by_code {
            complains("sms_code", object(&t, &form.phone, "").await);
            let code = t.sms_code(CodeUse::Objection, &form.phone).await;
            assert_eq!(object(&t, &form.phone, &code).await.unwrap(), 1);
            let code = t.sms_code(CodeUse::Objection, &thief).await;
            assert_eq!(object(&t, &thief, &code).await.unwrap(), 0);
        } else {
            stop_mine(&t, &me).await.unwrap();
            not_found(stop_mine(&t, &me).await);
        }
        t.clock.advance_ms(3 * DAY_MS);
        assert_eq!(complete_due(&t).await.unwrap(), 0);
        assert!(session::visitor(&t, &token).await.is_ok());
        // For a week nobody tries that again from afar.
        conflict(claim(&t, &claiming(&t, &form, &thief).await).await);
        t.clock.advance_ms(5 * DAY_MS);
        claim(&t, &claiming(&t, &form, &thief).await).await.unwrap();
        stop_mine(&t, &me).await.unwrap();
    }
}

#[tokio::test]
async fn knowing_somebodys_name_and_number_with_a_new_phone_lets_nobody_in() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    sign_up(&t, &form).await.unwrap();
    let new = t.fresh_phone();
    // Where nobody can be asked, or does not agree, a person must look at the document.
    conflict(claim(&t, &claiming(&t, &form, &new).await).await);
    t.police.say(CheckOutcome::Failed);
    conflict(claim(&t, &claiming(&t, &form, &new).await).await);
    t.police.say(CheckOutcome::Differs);
    complains("name", claim(&t, &claiming(&t, &form, &new).await).await);
    assert_eq!(too_many(claim(&t, &claiming(&t, &form, &new).await).await), 3600);
    assert_eq!(CLAIMS_A_DAY, 3);
    t.clock.advance_ms(DAY_MS);
    t.police.say(CheckOutcome::Agrees);
    let other_name = PersonForm { name: "张三丰".to_owned(), ..form.clone() };
    complains("id_number", claim(&t, &claiming(&t, &other_name, &new).await).await);
    complains("id_number", claim(&t, &claiming(&t, &t.person_form(), &new).await).await);
    // Nobody who cannot be told can object.
    let typed = claiming(&t, &form, &new).await;
    t.outbox.fail(true);
    complains("sms_code", claim(&t, &typed).await);
    t.outbox.fail(false);
    t.clock.advance_ms(10 * DAY_MS);
    assert_eq!(complete_due(&t).await.unwrap(), 0);
    assert_eq!(t.outbox.notices(&form.phone), []);
}

#[tokio::test]
async fn at_a_door_a_person_looks_at_the_document_and_it_is_done_at_once() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let device = device(&t, &door).await;
    let form = t.person_form();
    let (_, token) = sign_up(&t, &form).await.unwrap();
    let new = t.fresh_phone();
    let typed = claiming(&t, &form, &new).await;
    let wrong = ClaimForm { sms_code: "00000x".to_owned(), ..typed.clone() };
    complains("sms_code", at_door(&t, &device, &wrong).await);
    assert_eq!(at_door(&t, &device, &typed).await.unwrap(), "王*明");
    not_signed_in(session::visitor(&t, &token).await);
    let now = PersonForm { phone: new, ..form.clone() };
    sign_up(&t, &now).await.unwrap();
    assert!(matches!(&t.outbox.notices(&form.phone)[..], [TextMessage::PhoneChanged { .. }]));
    let (subject, detail) = lines(&t, Deed::PhoneChanged).await.swap_remove(0);
    assert_eq!(subject, "人员 1");
    assert!(detail.contains(&format!("检查点 {}", door.number.0)), "{detail}");
}

/// Everything that people do with their registration, each verb once; gives what must stay sealed.
pub(crate) async fn a_registration_lived_with(t: &TestHouse, door: &Door) -> Vec<String> {
    t.police.say(CheckOutcome::Agrees);
    let typed =
        PersonForm {
            name: "令狐晚晴".to_owned(), id_number: id_number(7_100), ..t.person_form()
        };
    let (me, _) = sign_up(t, &typed).await.unwrap();
    let fixed = PersonForm { id_number: slipped(7_100), ..typed.clone() };
    correct(t, &me, &right(&fixed)).await.unwrap();
    let member = MemberForm {
        relation: "parent".to_owned(),
        name: "令狐老英雄".to_owned(),
        id_kind: "resident_id".to_owned(),
        id_number: id_number(7_200),
        of_age: true,
        consent: true,
    };
    let added = family::add(t, &me, &member).await.unwrap();
    family::check_in(t, &me, added.id, &door.code, Method::Family.into()).await.unwrap();
    family::remove(t, &me, added.id).await.unwrap();
    let (thief, new) = (t.fresh_phone(), t.fresh_phone());
    claim(t, &claiming(t, &fixed, &thief).await).await.unwrap();
    stop_mine(t, &me).await.unwrap();
    let changing = ChangeForm { id_number: fixed.id_number.clone(), ..changing(t, &new).await };
    change(t, &me, &changing).await.unwrap();
    *t.police.says.lock() = None;
    let numbers = [typed.id_number, fixed.id_number, member.id_number];
    [typed.name, member.name, typed.phone, thief, new].into_iter().chain(numbers).collect()
}

fn right(form: &PersonForm) -> CorrectionForm {
    CorrectionForm {
        name: form.name.clone(),
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
    }
}

/// The number of `n` whose serial has one other digit.
fn slipped(n: u32) -> String {
    let number = id_number(n);
    let digit = if &number[16..17] == "9" { "8" } else { "9" };
    let body = format!("{}{digit}", &number[..16]);
    let check = domain::people::resident_id_check(body.as_bytes()).unwrap();
    format!("{body}{}", char::from(check))
}

#[tokio::test]
async fn a_slip_is_put_right_within_a_day_and_twice() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let typed = PersonForm { id_number: id_number(7_000), ..t.person_form() };
    let (me, token) = sign_up(&t, &typed).await.unwrap();
    record(&t, &me, &door.code, Method::Browser).await.unwrap();
    complains("name", correct(&t, &me, &right(&typed)).await);
    let other = CorrectionForm { id_number: id_number(7_777), ..right(&typed) };
    complains("id_number", correct(&t, &me, &other).await);
    let fixed = PersonForm { id_number: slipped(7_000), ..typed.clone() };
    t.police.say(CheckOutcome::Differs);
    complains("id_number", correct(&t, &me, &right(&fixed)).await);
    t.police.say(CheckOutcome::Agrees);
    correct(&t, &me, &right(&fixed)).await.unwrap();
    assert_eq!(number(&t, &fixed).await.0, 1);
    assert!(session::visitor(&t, &token).await.is_ok());
    let renamed = PersonForm { name: "王晓明".to_owned(), ..fixed.clone() };
    correct(&t, &me, &right(&renamed)).await.unwrap();
    sign_up(&t, &renamed).await.unwrap();
    conflict(correct(&t, &me, &right(&fixed)).await);
    assert_eq!(lines(&t, Deed::RegistrationCorrected).await.len(), 2);
    assert_eq!(correct::mine(&t, &me).await.unwrap().until, None);
}

#[tokio::test]
async fn after_a_day_it_is_too_late_and_nobody_takes_somebody_elses_document() {
    let t = TestHouse::new().await;
    let typed = PersonForm { id_number: id_number(7_000), ..t.person_form() };
    let (me, _) = sign_up(&t, &typed).await.unwrap();
    let neighbour = PersonForm { id_number: slipped(7_000), ..t.person_form() };
    sign_up(&t, &neighbour).await.unwrap();
    let theirs = CorrectionForm { id_number: slipped(7_000), ..right(&typed) };
    complains("id_number", correct(&t, &me, &theirs).await);
    let renamed = CorrectionForm { name: "王晓明".to_owned(), ..right(&typed) };
    t.clock.advance_ms(DAY_MS);
    conflict(correct(&t, &me, &renamed).await);
}

#[tokio::test]
async fn a_red_code_stays_with_its_document_when_a_number_is_put_right() {
    let t = TestHouse::new().await;
    let typed = PersonForm { id_number: id_number(7_000), ..t.person_form() };
    let (me, _) = sign_up(&t, &typed).await.unwrap();
    crate::support::colour(&t, &typed, Colour::Red).await;
    let fixed = PersonForm { id_number: slipped(7_000), ..typed.clone() };
    correct(&t, &me, &right(&fixed)).await.unwrap();
    let person = number(&t, &fixed).await;
    assert_eq!(t.registry.health_status(person).await.unwrap(), None);
    // Whoever has that document gets it back.
    sign_up(&t, &PersonForm { phone: t.fresh_phone(), ..typed.clone() }).await.unwrap();
    let other = number(&t, &typed).await;
    assert_ne!(other, person);
    let status = t.registry.health_status(other).await.unwrap().unwrap();
    assert_eq!(status.colour, Colour::Red);
}
