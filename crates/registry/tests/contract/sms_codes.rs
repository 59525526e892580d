//! Codes by text message: one a minute, a few tries, used once.

use super::{
    made::NOON,
    support::{BackEnd, on_both},
};
use domain::time::{DAY_MS, MINUTE_MS, UnixMs};
use registry::{PutCode, SmsCode, SmsCount, SmsDay};

on_both!(
    a_second_code_within_the_minute_is_refused,
    a_phone_has_so_many_codes_a_day,
    an_address_and_the_house_have_so_many_codes_a_day_for_all_phones_together,
    two_codes_asked_for_at_once_are_one,
    a_newer_code_takes_the_place_of_the_old_with_fresh_tries,
    tries_run_out,
    tries_side_by_side_do_not_outrun_the_count,
    a_code_works_until_it_expires,
    a_code_is_for_one_phone_and_one_use,
    a_code_is_used_once,
    expired_codes_are_swept_and_counted,
);

const TRIES_MAX: i64 = 5;

fn code(mac: &[u8], sent: UnixMs) -> SmsCode {
    SmsCode { code_mac: mac.to_vec(), sent, expires: sent.plus(5 * MINUTE_MS), tries: 0 }
}

async fn put(at: &BackEnd, mac: &[u8], sent: UnixMs) -> bool {
    put_for(at, (b"139", "register"), &code(mac, sent), sent.plus(-MINUTE_MS)).await
        == PutCode::Stored
}

/// Codes of one phone for one use in a day.
const DAILY_MAX: i64 = 4;

async fn put_for(
    at: &BackEnd,
    (phone, code_use): (&[u8], &'static str),
    code: &SmsCode,
    before: UnixMs,
) -> PutCode {
    let day = SmsDay { by: SmsCount::Phone, subject: phone, max: DAILY_MAX };
    at.registry.put_sms_code(phone, code_use, code, before, &[day]).await.unwrap()
}

async fn a_phone_has_so_many_codes_a_day(at: &BackEnd) {
    let minutes = |n: i64| NOON.plus(n * 2 * MINUTE_MS);
    for n in 0..DAILY_MAX {
        let code = code(b"one", minutes(n));
        assert_eq!(put_for(at, (b"139", "recovery"), &code, minutes(n)).await, PutCode::Stored);
    }
    let late = code(b"two", minutes(4));
    let put = put_for(at, (b"139", "recovery"), &late, minutes(4)).await;
    assert_eq!(put, PutCode::DayIsFull(SmsCount::Phone));
    let tried = at.registry.try_sms_code(b"139", "recovery", minutes(4), TRIES_MAX).await.unwrap();
    assert_eq!(tried.unwrap().code_mac, b"one", "what is refused is not stored");
    // Other phones and other uses count apart.
    for (phone, code_use) in [(b"138", "recovery"), (b"139", "sign_in")] {
        assert_eq!(put_for(at, (phone, code_use), &late, minutes(4)).await, PutCode::Stored);
    }
    let tomorrow = code(b"two", NOON.plus(DAY_MS));
    let put = put_for(at, (b"139", "recovery"), &tomorrow, NOON.plus(DAY_MS)).await;
    assert_eq!(put, PutCode::Stored);
    at.registry.sweep_sms_codes(NOON.plus(DAY_MS)).await.unwrap();
    assert_eq!(at.number("select count(*) from sms_counts").await, 1, "counts of days before go");
}

async fn an_address_and_the_house_have_so_many_codes_a_day_for_all_phones_together(at: &BackEnd) {
    let put = async |phone: &[u8], address: &[u8], sent: UnixMs| {
        let days = [
            SmsDay { by: SmsCount::Phone, subject: phone, max: 9 },
            SmsDay { by: SmsCount::Address, subject: address, max: 2 },
            SmsDay { by: SmsCount::House, subject: b"", max: 3 },
        ];
        let code = code(b"one", sent);
        at.registry.put_sms_code(phone, "visitor", &code, sent, &days).await.unwrap()
    };
    assert_eq!(put(b"131", b"here", NOON).await, PutCode::Stored);
    assert_eq!(put(b"132", b"here", NOON).await, PutCode::Stored);
    assert_eq!(put(b"133", b"here", NOON).await, PutCode::DayIsFull(SmsCount::Address));
    let none = at.registry.use_sms_code(b"133", "visitor").await.unwrap();
    assert!(!none, "what is refused is not stored");
    // A refusal by the address took nothing from the phone or the house.
    assert_eq!(put(b"133", b"there", NOON).await, PutCode::Stored);
    assert_eq!(put(b"134", b"there", NOON).await, PutCode::DayIsFull(SmsCount::House));
    assert_eq!(put(b"134", b"there", NOON.plus(DAY_MS)).await, PutCode::Stored);
}

async fn attempt(at: &BackEnd, now: UnixMs) -> Option<SmsCode> {
    at.registry.try_sms_code(b"139", "register", now, TRIES_MAX).await.unwrap()
}

async fn a_second_code_within_the_minute_is_refused(at: &BackEnd) {
    assert!(put(at, b"one", NOON).await);
    assert!(!put(at, b"two", NOON.plus(1)).await);
    assert!(!put(at, b"two", NOON.plus(MINUTE_MS)).await, "sent at `sent_before` is too late");
    assert_eq!(attempt(at, NOON).await.unwrap().code_mac, b"one");
    assert!(put(at, b"two", NOON.plus(MINUTE_MS + 1)).await);
    assert_eq!(attempt(at, NOON).await.unwrap().code_mac, b"two");
}

async fn two_codes_asked_for_at_once_are_one(at: &BackEnd) {
    let (one, other) = tokio::join!(put(at, b"one", NOON), put(at, b"two", NOON));
    assert!(one ^ other);
    let kept = attempt(at, NOON).await.unwrap().code_mac;
    assert_eq!(kept, if one { b"one" } else { b"two" });
}

async fn a_newer_code_takes_the_place_of_the_old_with_fresh_tries(at: &BackEnd) {
    put(at, b"one", NOON).await;
    for _ in 0..TRIES_MAX {
        attempt(at, NOON).await;
    }
    let later = NOON.plus(2 * MINUTE_MS);
    assert!(put(at, &[0, 255, 1], later).await);
    let fresh = attempt(at, later).await.unwrap();
    assert_eq!((fresh.code_mac, fresh.tries), (vec![0, 255, 1], 1));
    assert_eq!((fresh.sent, fresh.expires), (later, later.plus(5 * MINUTE_MS)));
}

async fn tries_run_out(at: &BackEnd) {
    put(at, b"one", NOON).await;
    for count in 1..=TRIES_MAX {
        assert_eq!(attempt(at, NOON).await.unwrap().tries, count);
    }
    assert!(attempt(at, NOON).await.is_none());
}

async fn tries_side_by_side_do_not_outrun_the_count(at: &BackEnd) {
    put(at, b"one", NOON).await;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let registry = at.registry.clone();
            tokio::spawn(async move {
                registry.try_sms_code(b"139", "register", NOON, TRIES_MAX).await.unwrap()
            })
        })
        .collect();
    let mut counted = Vec::new();
    for one in tries {
        counted.extend(one.await.unwrap().map(|code| code.tries));
    }
    counted.sort_unstable();
    assert_eq!(counted, [1, 2, 3, 4, 5]);
}

async fn a_code_works_until_it_expires(at: &BackEnd) {
    put(at, b"one", NOON).await;
    let expires = NOON.plus(5 * MINUTE_MS);
    assert!(attempt(at, expires).await.is_none());
    let last = attempt(at, expires.plus(-1)).await.unwrap();
    assert_eq!(last.tries, 1, "a try too late is not counted");
}

async fn a_code_is_for_one_phone_and_one_use(at: &BackEnd) {
    put(at, b"one", NOON).await;
    let elsewhere = [(b"138", "register"), (b"139", "sign_in")];
    for (phone, code_use) in elsewhere {
        assert!(at.registry.try_sms_code(phone, code_use, NOON, 5).await.unwrap().is_none());
        assert!(!at.registry.use_sms_code(phone, code_use).await.unwrap());
        let own = code(b"own", NOON);
        assert_eq!(put_for(at, (phone, code_use), &own, UnixMs(0)).await, PutCode::Stored);
    }
    assert_eq!(attempt(at, NOON).await.unwrap().code_mac, b"one");
}

async fn a_code_is_used_once(at: &BackEnd) {
    put(at, b"one", NOON).await;
    let (one, other) = tokio::join!(
        at.registry.use_sms_code(b"139", "register"),
        at.registry.use_sms_code(b"139", "register"),
    );
    assert!(one.unwrap() ^ other.unwrap());
    assert!(!at.registry.use_sms_code(b"139", "register").await.unwrap());
    assert!(attempt(at, NOON).await.is_none());
}

async fn expired_codes_are_swept_and_counted(at: &BackEnd) {
    for (phone, sent) in [(b"137", NOON), (b"138", NOON.plus(1)), (b"139", NOON.plus(2))] {
        let own = code(b"own", sent);
        assert_eq!(put_for(at, (phone, "register"), &own, UnixMs(0)).await, PutCode::Stored);
    }
    let before = NOON.plus(5 * MINUTE_MS + 1);
    assert_eq!(at.registry.sweep_sms_codes(before).await.unwrap(), 1);
    assert_eq!(at.registry.sweep_sms_codes(before).await.unwrap(), 0);
    assert_eq!(at.number("select count(*) from sms_codes").await, 2, "what still works stays");
    assert!(attempt(at, NOON).await.is_some());
}
