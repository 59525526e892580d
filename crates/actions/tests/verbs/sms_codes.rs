//! Codes by text message: six digits, five minutes, five tries, so many a day; and what they never tell.

use crate::support::{complains, number, parts, sign_up, too_many};
use actions::{
    Answer, Failure,
    accounts::sms_codes::{CodeUse, SmsLimits, send},
    people::register::register,
};
use domain::{
    people::PersonForm,
    time::{DAY_MS, MINUTE_MS},
};
use proptest::prelude::*;
use std::net::IpAddr;
use testkit::TestHouse;

const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));
const THERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 8)));

#[tokio::test]
async fn a_code_has_six_digits_and_works_for_five_minutes() {
    let t = TestHouse::new().await;
    for (ms, works) in [(5 * MINUTE_MS - 1, true), (5 * MINUTE_MS, false)] {
        let form = t.person_form();
        let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
        assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        t.clock.advance_ms(ms);
        assert_eq!(register(&t, &form, &code).await.is_ok(), works, "after {ms} ms");
    }
}

#[tokio::test]
async fn a_code_can_be_tried_five_times() {
    let t = TestHouse::new().await;
    for (wrong, works) in [(4, true), (5, false)] {
        let form = t.person_form();
        let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
        for _ in 0..wrong {
            complains("sms_code", register(&t, &form, "00000x").await);
        }
        assert_eq!(register(&t, &form, &code).await.is_ok(), works, "after {wrong} wrong tries");
    }
}

#[tokio::test]
async fn a_code_is_typed_as_people_type_it() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
    let wide: String =
        code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    register(&t, &form, &format!(" {} {}", &wide[..9], &wide[9..])).await.unwrap();
}

#[tokio::test]
async fn a_phone_gets_one_code_a_minute_and_ten_a_day() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    for _ in 0..10 {
        send(&t, CodeUse::Visitor, &phone, HERE).await.unwrap();
        assert_eq!(too_many(send(&t, CodeUse::Visitor, &phone, HERE).await), 60);
        t.clock.advance_ms(MINUTE_MS);
    }
    assert_eq!(too_many(send(&t, CodeUse::Visitor, &phone, HERE).await), 3600);
    send(&t, CodeUse::Visitor, &t.fresh_phone(), HERE).await.unwrap();
    t.clock.advance_ms(DAY_MS);
    send(&t, CodeUse::Visitor, &phone, HERE).await.unwrap();
}

#[tokio::test]
async fn an_address_and_the_house_have_their_limits_and_touch_nobody_else() {
    let mut t = TestHouse::new().await;
    let limits = SmsLimits { address_per_day: 3, house_per_day: 5 };
    parts(&mut t).settings.sms_limits = limits;
    let ask = async |from| send(&t, CodeUse::Visitor, &t.fresh_phone(), from).await;
    for _ in 0..3 {
        ask(HERE).await.unwrap();
    }
    assert_eq!(too_many(ask(HERE).await), 3600);
    ask(THERE).await.unwrap();
    ask(None).await.unwrap();
    assert_eq!(too_many(ask(THERE).await), 3600, "five in all");
    assert_eq!(too_many(ask(None).await), 3600);
    t.clock.advance_ms(DAY_MS);
    ask(HERE).await.unwrap();
}

/// What somebody hears, with nothing that is their own.
fn said<T>(answer: Answer<T>) -> String {
    match answer {
        Ok(_) => "done".to_owned(),
        Err(Failure::Invalid(complaints)) => complaints.to_string(),
        Err(other) => other.to_string(),
    }
}

/// Something that somebody does at the form with a phone that is known, or is not.
#[derive(Clone, Debug)]
enum Step {
    Send,
    WrongCode(u32),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Send),
        (0u32..1_000_000).prop_map(Step::WrongCode),
        prop_oneof![Just(1_000), Just(MINUTE_MS), Just(5 * MINUTE_MS), Just(DAY_MS)]
            .prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whoever does not have the phone in hand hears the same of one that is registered and of one that
    /// is not, whatever they do and for whatever document.
    #[test]
    fn no_answer_tells_whether_a_phone_is_known(steps in steps(), of_holder in any::<bool>()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let t = TestHouse::new().await;
            let known = t.person_form();
            sign_up(&t, &known).await.unwrap();
            assert_eq!(number(&t, &known).await.0, 1);
            t.clock.advance_ms(DAY_MS);
            let base = if of_holder { known.clone() } else { t.person_form() };
            let unknown = PersonForm { phone: t.fresh_phone(), ..base.clone() };
            let known = PersonForm { phone: known.phone, ..base };
            for step in &steps {
                let mut heard = Vec::new();
                for form in [&known, &unknown] {
                    heard.push(match step {
                        Step::Send => said(send(&t, CodeUse::Visitor, &form.phone, HERE).await),
                        Step::WrongCode(guess) => {
                            let right = t.outbox.code(&form.phone).unwrap_or_default();
                            let guess = format!("{guess:06}");
                            let guess = if guess == right { "x".to_owned() } else { guess };
                            said(register(&t, form, &guess).await)
                        }
                        Step::Wait(_) => String::new(),
                    });
                }
                if let Step::Wait(ms) = step {
                    t.clock.advance_ms(*ms);
                }
                assert_eq!(heard[0], heard[1], "{step:?}");
            }
        });
    }
}
