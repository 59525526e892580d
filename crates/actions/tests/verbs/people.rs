//! People: registering once, being known, and tokens that are not believed.

use crate::support::{another, complains, not_signed_in, number, sign_up, visitor};
use actions::{
    accounts::sms_codes::CodeUse,
    checkins::record::record,
    people::{
        mine::me,
        register::register,
        session::{self, LASTS_S, revoke_all},
    },
};
use domain::{checkins::Method, people::PersonForm, time::DAY_MS};
use testkit::TestHouse;

#[tokio::test]
async fn the_same_document_and_phone_are_the_same_person() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let form = t.person_form();
    let (first, _) = sign_up(&t, &form).await.unwrap();
    record(&t, &first, &door.code, Method::Wechat).await.unwrap();
    let spelled = PersonForm {
        name: format!(" {} ", form.name),
        id_number: format!("{} {}", &form.id_number[..6], form.id_number[6..].to_lowercase()),
        phone: format!("+86{}", form.phone),
        ..form.clone()
    };
    t.clock.advance_ms(61_000);
    let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
    let (second, _) = register(&t, &spelled, &code).await.unwrap();
    assert_eq!(me(&t, &second, 0).await.unwrap().entries.len(), 1, "the entries are there");
    assert_eq!(t.registry.count_people().await.unwrap(), 1);
}

#[tokio::test]
async fn somebody_elses_document_is_refused_at_the_phone_or_at_the_name() {
    let t = TestHouse::new().await;
    let (_, form) = visitor(&t).await;
    let other_phone = PersonForm { phone: t.fresh_phone(), ..form.clone() };
    complains("phone", sign_up(&t, &other_phone).await);
    let other_name = PersonForm { name: "张三丰".to_owned(), ..form.clone() };
    complains("name", sign_up(&t, &other_name).await);
    let neither = PersonForm { name: "张三丰".to_owned(), ..other_phone };
    complains("name", sign_up(&t, &neither).await);
    sign_up(&t, &form).await.unwrap();
}

#[tokio::test]
async fn everything_wrong_is_marked_at_once_and_consent_is_required() {
    let t = TestHouse::new().await;
    for field in ["name", "id_kind", "phone", "sms_code", "consent"] {
        complains(field, register(&t, &PersonForm::default(), "").await);
    }
    let form = t.person_form();
    let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
    let without = PersonForm { consent: false, ..form.clone() };
    complains("consent", register(&t, &without, &code).await);
    let wrong = PersonForm { id_number: "34120219900101001X".to_owned(), ..form.clone() };
    complains("id_number", register(&t, &wrong, &code).await);
    complains("sms_code", register(&t, &form, &another(&code)).await);
    assert_eq!(t.registry.count_people().await.unwrap(), 0);
    register(&t, &form, &code).await.unwrap();
    complains("sms_code", register(&t, &form, &code).await);
}

#[tokio::test]
async fn one_document_registered_with_two_phones_at_once_belongs_to_one() {
    let t = TestHouse::new().await;
    let one = t.person_form();
    let two = PersonForm { phone: t.fresh_phone(), ..one.clone() };
    let one_code = t.sms_code(CodeUse::Visitor, &one.phone).await;
    let two_code = t.sms_code(CodeUse::Visitor, &two.phone).await;
    let (first, second) =
        tokio::join!(register(&t, &one, &one_code), register(&t, &two, &two_code));
    assert!(first.is_ok() != second.is_ok());
    complains("phone", if first.is_ok() { second } else { first });
    assert_eq!(t.registry.count_people().await.unwrap(), 1);
}

#[tokio::test]
async fn a_session_lasts_a_year() {
    let t = TestHouse::new().await;
    let (_, token) = sign_up(&t, &t.person_form()).await.unwrap();
    assert_eq!(LASTS_S, 365 * DAY_MS / 1000);
    t.clock.advance_ms(LASTS_S * 1000);
    assert!(session::visitor(&t, &token).await.is_ok());
    t.clock.advance_ms(1000);
    not_signed_in(session::visitor(&t, &token).await);
}

#[tokio::test]
async fn a_forged_session_is_nobodys() {
    let t = TestHouse::new().await;
    let (_, token) = sign_up(&t, &t.person_form()).await.unwrap();
    let other = TestHouse::new().await;
    not_signed_in(session::visitor(&t, "").await);
    not_signed_in(session::visitor(&t, &token[1..]).await);
    not_signed_in(session::visitor(&t, &"a".repeat(64)).await);
    not_signed_in(session::visitor(&t, &"场".repeat(22)).await);
    not_signed_in(session::visitor(&other, &token).await);
    for at in [0, 20, 40, 63] {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'c' { b'd' } else { b'c' };
        not_signed_in(session::visitor(&t, std::str::from_utf8(&forged).unwrap()).await);
    }
    assert!(session::visitor(&t, &token).await.is_ok());
}

#[tokio::test]
async fn revoking_ends_every_session_of_this_person_and_of_no_other() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    let (person, first) = sign_up(&t, &form).await.unwrap();
    let (_, second) = sign_up(&t, &form).await.unwrap();
    let (_, others) = sign_up(&t, &t.person_form()).await.unwrap();
    revoke_all(&t, &person).await.unwrap();
    not_signed_in(session::visitor(&t, &first).await);
    not_signed_in(session::visitor(&t, &second).await);
    assert!(session::visitor(&t, &others).await.is_ok());
    let (_, fresh) = sign_up(&t, &form).await.unwrap();
    assert!(session::visitor(&t, &fresh).await.is_ok());
}

#[tokio::test]
async fn numbers_of_people_are_dense() {
    let t = TestHouse::new().await;
    let mut forms = Vec::new();
    for _ in 0..3 {
        let (_, form) = visitor(&t).await;
        sign_up(&t, &form).await.unwrap();
        forms.push(form);
    }
    for (at, form) in forms.iter().enumerate() {
        assert_eq!(number(&t, form).await.0, at as u64 + 1);
    }
}
