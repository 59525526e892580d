//! Signing in by an app: bound at first use, never as somebody else, and never in anybody's way.

use crate::support::{complains, not_found, not_signed_in, sign_up, visitor};
use actions::{
    accounts::{principals::Visitor, sms_codes::CodeUse},
    entry_apps::{
        CODE_BYTES_MAX, CameBack, Ticket, begin, bind, come_back, mine, read_ticket, unbind,
    },
    people::{register::register, session},
};
use domain::{
    entry_apps::{App, Identity, Trouble},
    people::PersonForm,
    time::MINUTE_MS,
    venue_codes::VenueCode,
};
use proptest::prelude::*;
use std::{net::IpAddr, sync::Arc, time::Duration};
use testkit::{FakeApp, Says, TestHouse};
use tokio::time::timeout;

/// Two browsers.
const SEAT: &str = "abcdefghijklmnopqrstuvwxyz234567";
const OTHER_SEAT: &str = "abcdefghijklmnopqrstuvwxyz234566";

struct Site {
    t: TestHouse,
    wechat: Arc<FakeApp>,
    alipay: Arc<FakeApp>,
    wanshitong: Arc<FakeApp>,
    code: VenueCode,
}

impl Site {
    async fn new() -> Self {
        let app = |account| Arc::new(FakeApp::of(account));
        let (wechat, alipay, wanshitong) = (app("o-1"), app("a-1"), app("w-1"));
        let t = TestHouse::with_entry_apps(vec![
            (App::Wechat, wechat.clone()),
            (App::Alipay, alipay.clone()),
            (App::Wanshitong, wanshitong.clone()),
        ])
        .await;
        let code = VenueCode::parse("abcdefghijklmnop").unwrap();
        Self { t, wechat, alipay, wanshitong, code }
    }

    /// The state that goes along to an app.
    async fn state(&self, seat: &str, app: App) -> String {
        let address = begin(&self.t, seat, app, &self.code).await.unwrap();
        address.split_once("state=").unwrap().1.to_owned()
    }

    /// There and back with a code that nobody has used.
    async fn there_and_back(&self, app: App) -> CameBack {
        let state = self.state(SEAT, app).await;
        come_back(&self.t, SEAT, app, &state, Some(&self.t.fresh_token()), None).await.unwrap()
    }

    async fn ticket(&self, app: App) -> Ticket {
        match self.there_and_back(app).await {
            CameBack::New { code, ticket } => {
                assert_eq!(code, self.code);
                read_ticket(&self.t, SEAT, &ticket).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    async fn visitor(&self, app: App) -> Visitor {
        match self.there_and_back(app).await {
            CameBack::Known { token, .. } => session::visitor(&self.t, &token).await.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    async fn trouble(&self, app: App) -> Trouble {
        trouble(self.there_and_back(app).await)
    }
}

/// Who that is; the number itself stays inside.
fn person(visitor: &Visitor) -> String {
    format!("{visitor:?}")
}

#[track_caller]
fn trouble(came: CameBack) -> Trouble {
    match came {
        CameBack::Failed { trouble, .. } => trouble,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_account_is_bound_at_first_use_and_known_from_then_on() {
    let s = Site::new().await;
    let ticket = s.ticket(App::Wechat).await;
    let (me, _) = visitor(&s.t).await;
    assert!(bind(&s.t, &me, &ticket).await.unwrap());
    assert_eq!(person(&s.visitor(App::Wechat).await), person(&me));
    assert_eq!(mine(&s.t, &me).await.unwrap(), [(App::Wechat, s.t.now())]);
    s.wechat.say(Says::Account(Identity::of("o-2").unwrap()));
    assert!(matches!(s.there_and_back(App::Wechat).await, CameBack::New { .. }), "another account");
    s.alipay.say(Says::Account(Identity::of("o-1").unwrap()));
    assert!(matches!(s.there_and_back(App::Alipay).await, CameBack::New { .. }), "another app");
}

#[tokio::test]
async fn the_same_document_through_another_app_is_the_same_person_after_the_text_message() {
    let s = Site::new().await;
    let (me, form) = visitor(&s.t).await;
    bind(&s.t, &me, &s.ticket(App::Wechat).await).await.unwrap();
    let ticket = s.ticket(App::Alipay).await;
    // Without the code by text message nobody joins anybody.
    complains("sms_code", register(&s.t, &form, "000000").await);
    let thief = PersonForm { phone: s.t.fresh_phone(), ..form.clone() };
    complains("phone", sign_up(&s.t, &thief).await);
    s.t.clock.advance_ms(61_000);
    let code = s.t.sms_code(CodeUse::Visitor, &form.phone).await;
    let (again, _) = register(&s.t, &form, &code).await.unwrap();
    assert!(bind(&s.t, &again, &ticket).await.unwrap());
    assert_eq!(person(&again), person(&me));
    assert_eq!(person(&s.visitor(App::Alipay).await), person(&me));
    assert_eq!(person(&s.visitor(App::Wechat).await), person(&me));
    assert_eq!(s.t.registry.count_people().await.unwrap(), 1);
}

#[tokio::test]
async fn an_account_stays_whose_it_is() {
    let s = Site::new().await;
    let (one, two) = (visitor(&s.t).await.0, visitor(&s.t).await.0);
    let (first, second) = (s.ticket(App::Wechat).await, s.ticket(App::Wechat).await);
    assert!(bind(&s.t, &one, &first).await.unwrap());
    assert!(!bind(&s.t, &two, &second).await.unwrap());
    assert_eq!(person(&s.visitor(App::Wechat).await), person(&one));
}

#[tokio::test]
async fn a_state_of_another_browser_or_app_or_maker_does_nothing() {
    let s = Site::new().await;
    let state = s.state(SEAT, App::Wechat).await;
    assert!(state.len() <= 128 && state.bytes().all(|b| b.is_ascii_alphanumeric()), "{state}");
    let foreign = async |seat: &str, app, state: &str| {
        let came = come_back(&s.t, seat, app, state, Some("code"), None).await.unwrap();
        assert!(matches!(came, CameBack::Foreign), "{seat} {app:?} {state}");
    };
    foreign(OTHER_SEAT, App::Wechat, &state).await;
    foreign("", App::Wechat, &state).await;
    foreign(SEAT, App::Alipay, &state).await;
    let shouted = state.to_ascii_uppercase();
    for odd in ["", "x", &shouted, &"a".repeat(76), &"场".repeat(26), &format!("{state}a")] {
        foreign(SEAT, App::Wechat, odd).await;
    }
    for at in 0..state.len() {
        let mut forged = state.clone().into_bytes();
        forged[at] = if forged[at] == b'a' { b'b' } else { b'a' };
        if forged != state.as_bytes() {
            foreign(SEAT, App::Wechat, std::str::from_utf8(&forged).unwrap()).await;
        }
    }
    assert!(s.wechat.asked.lock().is_empty(), "the app was not asked");
    // None of this has used the real one up.
    let came = come_back(&s.t, SEAT, App::Wechat, &state, Some("code"), None).await.unwrap();
    assert!(matches!(came, CameBack::New { .. }));
}

#[tokio::test]
async fn a_state_and_a_code_work_once() {
    let s = Site::new().await;
    let state = s.state(SEAT, App::Wechat).await;
    let again = async |state: &str, code| {
        come_back(&s.t, SEAT, App::Wechat, state, Some(code), None).await.unwrap()
    };
    assert!(matches!(again(&state, "code-1").await, CameBack::New { .. }));
    assert_eq!(trouble(again(&state, "code-1").await), Trouble::Stale);
    assert_eq!(trouble(again(&state, "code-2").await), Trouble::Stale);
    let next = s.state(SEAT, App::Wechat).await;
    assert_eq!(trouble(again(&next, "code-1").await), Trouble::Stale, "the code of before");
    assert_eq!(s.wechat.asked.lock().len(), 1);
    let both = s.state(SEAT, App::Wechat).await;
    let (one, two) = tokio::join!(again(&both, "code-3"), again(&both, "code-4"));
    let new = [one, two].iter().filter(|came| matches!(came, CameBack::New { .. })).count();
    assert_eq!(new, 1, "side by side");
}

#[tokio::test]
async fn a_sign_in_of_more_than_ten_minutes_is_over() {
    let s = Site::new().await;
    let state = s.state(SEAT, App::Wechat).await;
    s.t.clock.advance_ms(10 * MINUTE_MS + 1_000);
    let came = come_back(&s.t, SEAT, App::Wechat, &state, Some("code"), None).await.unwrap();
    assert_eq!(trouble(came), Trouble::Stale);
    assert!(s.wechat.asked.lock().is_empty());
}

#[tokio::test]
async fn whatever_goes_wrong_is_said_and_lets_nobody_in() {
    let s = Site::new().await;
    for trouble in [Trouble::Snapshot, Trouble::Silent, Trouble::Refused, Trouble::Unreadable] {
        s.wechat.say(Says::Trouble(trouble));
        assert_eq!(s.trouble(App::Wechat).await, trouble);
    }
    let state = s.state(SEAT, App::Wechat).await;
    let no_code = come_back(&s.t, SEAT, App::Wechat, &state, None, None).await.unwrap();
    assert_eq!(trouble(no_code), Trouble::Declined);
    let (state, long) = (s.state(SEAT, App::Wechat).await, "x".repeat(CODE_BYTES_MAX + 1));
    let too_long = come_back(&s.t, SEAT, App::Wechat, &state, Some(&long), None).await.unwrap();
    assert_eq!(trouble(too_long), Trouble::Unreadable);
    assert_eq!(begin(&s.t, SEAT, App::Oidc, &s.code).await, Err(Trouble::Refused), "not on");
}

#[tokio::test]
async fn a_flood_from_one_address_reaches_neither_the_app_nor_anybody_else() {
    let s = Site::new().await;
    let flood = IpAddr::from([203, 0, 113, 7]);
    while s.t.limits.sign_ins.take(flood, s.t.now()).is_ok() {}
    let come = async |from| {
        let state = s.state(SEAT, App::Wechat).await;
        come_back(&s.t, SEAT, App::Wechat, &state, Some(&s.t.fresh_token()), from).await.unwrap()
    };
    assert_eq!(trouble(come(Some(flood)).await), Trouble::Busy);
    assert!(s.wechat.asked.lock().is_empty());
    for other in [None, Some(IpAddr::from([203, 0, 113, 8]))] {
        assert!(matches!(come(other).await, CameBack::New { .. }), "{other:?}");
    }
    s.t.clock.advance_ms(MINUTE_MS);
    assert!(matches!(come(Some(flood)).await, CameBack::New { .. }), "a minute later");
}

#[tokio::test]
async fn an_app_that_hangs_is_not_waited_for() {
    let s = Site::new().await;
    let state = s.state(SEAT, App::Wechat).await;
    s.wechat.say(Says::Nothing);
    let coming = come_back(&s.t, SEAT, App::Wechat, &state, Some("code"), None);
    let came = timeout(Duration::from_secs(9), coming).await.expect("given up").unwrap();
    assert_eq!(trouble(came), Trouble::Silent);
}

fn proved(t: &TestHouse, account: &str, form: &PersonForm) -> Says {
    let identity = Identity::of(account).unwrap().with(
        Some(&form.name),
        Some(&form.id_number),
        Some(&form.phone),
        t.now(),
    );
    Says::Account(identity)
}

#[tokio::test]
async fn what_an_app_has_checked_is_filled_in_and_binds_nobody_else() {
    let s = Site::new().await;
    let (one, form) = visitor(&s.t).await;
    let (two, other) = visitor(&s.t).await;
    s.wanshitong.say(proved(&s.t, "w-1", &form));
    let ticket = s.ticket(App::Wanshitong).await;
    assert_eq!(ticket.identity.name.as_deref(), Some(form.name.as_str()));
    assert_eq!(ticket.identity.phone.as_ref().unwrap().as_str(), form.phone);
    assert!(!bind(&s.t, &two, &ticket).await.unwrap(), "the app says it is somebody else");
    assert!(bind(&s.t, &one, &ticket).await.unwrap());
    assert_eq!(person(&s.visitor(App::Wanshitong).await), person(&one));
    // The same account with another document: nobody is let in as the first.
    s.wanshitong.say(proved(&s.t, "w-1", &other));
    assert_eq!(s.trouble(App::Wanshitong).await, Trouble::Mismatch);
}

#[tokio::test]
async fn a_ticket_is_for_one_browser_and_half_an_hour() {
    let s = Site::new().await;
    let CameBack::New { ticket, .. } = s.there_and_back(App::Wechat).await else { panic!() };
    assert!(read_ticket(&s.t, SEAT, &ticket).is_some());
    assert!(read_ticket(&s.t, OTHER_SEAT, &ticket).is_none());
    let forged = ticket.replace(&ticket[40..42], "xx");
    for odd in ["", "场所码", &ticket[1..], forged.as_str(), &"A".repeat(2_000)] {
        assert!(read_ticket(&s.t, SEAT, odd).is_none(), "{odd}");
    }
    s.t.clock.advance_ms(30 * MINUTE_MS + 1);
    assert!(read_ticket(&s.t, SEAT, &ticket).is_none());
}

#[tokio::test]
async fn what_was_bound_can_be_forgotten_and_signing_out_everywhere_forgets_it() {
    let s = Site::new().await;
    let (me, _) = visitor(&s.t).await;
    for app in [App::Wechat, App::Alipay] {
        bind(&s.t, &me, &s.ticket(app).await).await.unwrap();
    }
    unbind(&s.t, &me, App::Wechat).await.unwrap();
    not_found(unbind(&s.t, &me, App::Wechat).await);
    assert!(matches!(s.there_and_back(App::Wechat).await, CameBack::New { .. }));
    let CameBack::Known { token, .. } = s.there_and_back(App::Alipay).await else { panic!() };
    session::revoke_all(&s.t, &me).await.unwrap();
    not_signed_in(session::visitor(&s.t, &token).await);
    assert!(matches!(s.there_and_back(App::Alipay).await, CameBack::New { .. }));
    assert_eq!(mine(&s.t, &me).await.unwrap(), []);
}

#[test]
fn no_state_and_no_ticket_that_somebody_makes_up_is_taken() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let s = runtime.block_on(Site::new());
    proptest!(|(state in "[a-z2-7]{0,90}", ticket in "[A-Za-z0-9_-]{0,300}")| {
        let came = come_back(&s.t, SEAT, App::Wechat, &state, Some("code"), None);
        let came = runtime.block_on(came).unwrap();
        prop_assert!(matches!(came, CameBack::Foreign));
        prop_assert!(read_ticket(&s.t, SEAT, &ticket).is_none());
    });
}
