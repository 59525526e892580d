//! Opened in an app: sent there and back, known or filled in, and never kept out.

use crate::{
    browser::{Browser, Seen},
    support::{known_visitor, typed, visits_at},
};
use axum::http::{StatusCode, header};
use domain::{
    checkins::Method,
    entry_apps::{App, Identity, Trouble},
    people::PersonForm,
};
use std::sync::Arc;
use testkit::{Door, FakeApp, Says, TestHouse};

const WECHAT: &str = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/8.0.49";

struct Site {
    t: TestHouse,
    wechat: Arc<FakeApp>,
    wanshitong: Arc<FakeApp>,
    door: Door,
}

impl Site {
    async fn new() -> Self {
        let wechat = Arc::new(FakeApp::of("o-1"));
        let wanshitong = Arc::new(FakeApp::of("w-1"));
        let oidc = Arc::new(FakeApp::of("s-1"));
        let t = TestHouse::with_entry_apps(vec![
            (App::Wechat, wechat.clone()),
            (App::Wanshitong, wanshitong.clone()),
            (App::Oidc, oidc),
        ])
        .await;
        let door = t.door().await;
        Self { t, wechat, wanshitong, door }
    }

    fn page(&self) -> String {
        format!("/c/{}", self.door.code)
    }

    async fn browser(&self, agent: &'static str) -> Browser {
        let mut browser = Browser::new(&self.t).await;
        browser.agent = agent;
        browser
    }

    /// Opens the code in 微信, which sends the browser back with this code; what it is told then.
    async fn there_and_back(&self, browser: &mut Browser, code: &str) -> Seen {
        let state = sent_away(&browser.get(&self.page()).await);
        browser.get(&format!("/apps/wechat/back?code={code}&state={state}")).await
    }

    /// Registers in this browser with a code by text message.
    async fn register(&self, browser: &mut Browser, form: &PersonForm) -> Seen {
        let page = self.page();
        browser.get(&page).await.says("首次登记");
        browser.post(&format!("{page}/sms-code"), &typed(form, "")).await.says("验证码已发送");
        let code = self.t.outbox.code(&form.phone).unwrap();
        browser.post(&format!("{page}/register"), &typed(form, &code)).await
    }
}

/// Sent to the app's own page; the state that goes along.
#[track_caller]
fn sent_away(seen: &Seen) -> String {
    assert_eq!(seen.status, StatusCode::FOUND, "{}", seen.text());
    let aim = seen.header(header::LOCATION);
    assert!(aim.starts_with("https://app.example/sign-in"), "{aim}");
    aim.split_once("state=").unwrap().1.to_owned()
}

#[tokio::test]
async fn somebody_new_in_an_app_registers_once_and_is_known_there_from_then_on() {
    let s = Site::new().await;
    let mut phone = s.browser(WECHAT).await;
    assert_eq!(s.there_and_back(&mut phone, "c1").await.aim(), s.page());
    let seen = phone.get(&s.page()).await;
    seen.says("已用微信登录。第一次请登记，以后用它扫码不用再填。");
    assert_eq!(visits_at(&s.t, &s.door).await, [], "a GET registers nothing");
    let form = s.t.person_form();
    let receipt = s.register(&mut phone, &form).await.aim().to_owned();
    phone.get(&receipt).await.says("登记成功");
    let me = phone.get("/me").await;
    me.says("扫码免填");
    me.says("微信");

    // The same account in a browser that has nothing: 微信 cleared its cookies, or a new phone.
    let mut later = s.browser(WECHAT).await;
    assert_eq!(s.there_and_back(&mut later, "c2").await.aim(), s.page());
    later.get(&s.page()).await.says("id=\"enter\"");
    s.t.clock.advance_ms(61_000);
    later.post(&s.page(), &[]).await.aim();
    let visits = visits_at(&s.t, &s.door).await;
    assert_eq!(visits.len(), 2);
    assert!(visits.iter().all(|v| v.person == visits[0].person));
    assert!(visits.iter().all(|v| v.method == Method::Wechat.number()));
}

#[tokio::test]
async fn whatever_the_app_says_wrong_the_form_is_there_and_says_why() {
    let s = Site::new().await;
    for (count, trouble) in Trouble::ALL.into_iter().enumerate() {
        s.wechat.say(Says::Trouble(trouble));
        let mut phone = s.browser(WECHAT).await;
        assert_eq!(s.there_and_back(&mut phone, &format!("c{count}")).await.aim(), s.page());
        let seen = phone.get(&s.page()).await;
        assert_eq!(seen.status, StatusCode::OK, "{trouble:?}: not sent away again");
        seen.says(&trouble.says().replace("{}", "微信"));
        seen.says("请用手机号和短信验证码登记，同样有效。");
        seen.says(&format!("href=\"/apps/wechat/go?c={}\">再用微信试一次", s.door.code));
        let receipt = s.register(&mut phone, &s.t.person_form()).await.aim().to_owned();
        phone.get(&receipt).await.says("登记成功");
    }
    s.wechat.say(Says::Nothing);
    let mut phone = s.browser(WECHAT).await;
    phone.get(&s.page()).await.says("微信暂时没有回应。");
    // The app works again, and is asked again when somebody wants that.
    s.wechat.say(Says::Account(Identity::of("o-9").unwrap()));
    let go = format!("/apps/wechat/go?c={}", s.door.code);
    phone.get(&go).await.says_not("暂时没有回应");
    let state = sent_away(&phone.get(&go).await);
    let back = format!("/apps/wechat/back?code=again&state={state}");
    assert_eq!(phone.get(&back).await.aim(), s.page());
    phone.get(&s.page()).await.says("已用微信登录");
}

#[tokio::test]
async fn whoever_does_not_come_back_from_an_app_finds_the_form_when_they_scan_again() {
    let s = Site::new().await;
    let mut phone = s.browser(WECHAT).await;
    sent_away(&phone.get(&s.page()).await);
    sent_away(&phone.get(&s.page()).await);
    s.t.clock.advance_ms(6_000);
    let seen = phone.get(&s.page()).await;
    assert_eq!(seen.status, StatusCode::OK, "not sent into the same page for ever");
    seen.says("没有得到微信的授权。");
    seen.says("再用微信试一次");
    let go = format!("/apps/wechat/go?c={}", s.door.code);
    let state = sent_away(&phone.get(&go).await);
    assert_eq!(
        phone.get(&format!("/apps/wechat/back?code=c1&state={state}")).await.aim(),
        s.page()
    );
    phone.get(&s.page()).await.says("已用微信登录");
    s.t.clock.advance_ms(6_000);
    s.register(&mut phone, &s.t.person_form()).await.aim();
    for odd in
        ["s.", "s.wechat", "s.wechat.", "s.wechat.x", "s.x.1", "s.wechat.99999999999999999999"]
    {
        let mut phone = s.browser(WECHAT).await;
        phone.cookies.insert("vc_app".to_owned(), odd.to_owned());
        sent_away(&phone.get(&s.page()).await);
    }
}

#[tokio::test]
async fn a_sign_in_begun_elsewhere_lets_nobody_in() {
    let s = Site::new().await;
    let form = s.t.person_form();
    let mut victim = s.browser(WECHAT).await;
    s.there_and_back(&mut victim, "c1").await;
    s.register(&mut victim, &form).await.aim();
    // Somebody has begun a sign-in and gets another browser to end it: and the other way round.
    let mut one = s.browser(WECHAT).await;
    let mut other = s.browser(WECHAT).await;
    let state = sent_away(&one.get(&s.page()).await);
    let seen = other.get(&format!("/apps/wechat/back?code=c2&state={state}")).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    seen.says("这次登录不是在这台手机上开始的");
    assert!(!other.cookies.contains_key("vc_visitor") && !other.cookies.contains_key("vc_app"));
    // Replayed, it lets nobody in a second time.
    let back = format!("/apps/wechat/back?code=c2&state={state}");
    assert_eq!(one.get(&back).await.aim(), s.page());
    assert!(one.cookies.contains_key("vc_visitor"));
    one.cookies.remove("vc_visitor");
    assert_eq!(one.get(&back).await.aim(), s.page());
    assert!(!one.cookies.contains_key("vc_visitor"));
    one.get(&s.page()).await.says("登录已用过或已超过 10 分钟");
    for odd in ["", "?state=", "?code=x", "?state=x&code=x", "?state=%FF", "?state=a&state=b"] {
        let seen = one.get(&format!("/apps/wechat/back{odd}")).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{odd}");
    }
}

#[tokio::test]
async fn whoever_is_known_in_a_browser_stays_who_they_are() {
    let s = Site::new().await;
    let mut phone = known_visitor(&s.t).await;
    phone.agent = WECHAT;
    let before = phone.cookies["vc_visitor"].clone();
    phone.get(&s.page()).await.says("id=\"enter\"");
    let go = format!("/apps/wechat/go?c={}", s.door.code);
    assert_eq!(phone.get(&go).await.aim(), s.page());
    phone.cookies.remove("vc_visitor");
    let state = sent_away(&phone.get(&s.page()).await);
    phone.cookies.insert("vc_visitor".to_owned(), before.clone());
    let back = format!("/apps/wechat/back?code=c1&state={state}");
    assert_eq!(phone.get(&back).await.aim(), s.page());
    assert_eq!(phone.cookies["vc_visitor"], before);
}

#[tokio::test]
async fn a_plain_browser_sees_the_form_with_the_sign_ons_beside_it() {
    let s = Site::new().await;
    let mut plain = s.browser("Mozilla/5.0 Chrome/156.0").await;
    let seen = plain.get(&s.page()).await;
    assert_eq!(seen.status, StatusCode::OK);
    seen.says("用皖事通登录");
    seen.says("用统一身份认证登录");
    seen.says_not("用微信登录");
    seen.says("id=\"bridge\"");
    let go = format!("/apps/oidc/go?c={}", s.door.code);
    let state = sent_away(&plain.get(&go).await);
    plain.get(&format!("/apps/oidc/back?error=access_denied&state={state}")).await.aim();
    plain.get(&s.page()).await.says("没有得到统一身份认证的授权。");
    // Without any app nothing of this is there.
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut phone = Browser::new(&t).await;
    phone.agent = WECHAT;
    let seen = phone.get(&format!("/c/{}", door.code)).await;
    assert_eq!(seen.status, StatusCode::OK);
    for gone in ["/apps/", "bridge", "open-as"] {
        seen.says_not(gone);
    }
    for path in ["/apps/wechat/go?c=", "/apps/wechat/back?code=1&state=1", "/demo/open-as?app=x"] {
        assert_eq!(phone.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_wanshitong_has_checked_is_filled_in_and_entries_say_so() {
    let s = Site::new().await;
    let form = s.t.person_form();
    let said = Identity::of(&form.id_number).unwrap().with(
        Some(&form.name),
        Some(&form.id_number),
        Some(&form.phone),
        s.t.now(),
    );
    s.wanshitong.say(Says::Account(said));
    let mut phone = s.browser("Mozilla/5.0 (Linux; Android 14)").await;
    let state = bridge_state(&phone.get(&s.page()).await);
    let bridge = [("state", state.as_str()), ("token", "from-the-bridge")];
    assert_eq!(
        phone.post_without_guard("/apps/wanshitong/back").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(phone.post("/apps/wanshitong/back", &bridge).await.aim(), s.page());
    let seen = phone.get(&s.page()).await;
    for value in [&form.name, &form.id_number, &form.phone] {
        seen.says(&format!("value=\"{value}\""));
    }
    s.register(&mut phone, &form).await.aim();
    let visits = visits_at(&s.t, &s.door).await;
    assert_eq!(visits[0].method, Method::Wanshitong.number());
    // Somebody else registers in a browser in which 皖事通 has checked the first: not bound.
    let mut other = s.browser("Mozilla/5.0 (Linux; Android 14)").await;
    let go = format!("/apps/wanshitong/go?c={}", s.door.code);
    let state = sent_away(&other.get(&go).await);
    other.get(&format!("/apps/wanshitong/back?code=t2&state={state}")).await.aim();
    assert!(other.cookies.contains_key("vc_visitor"), "the first one again");
}

/// The state that the page has for a token of the bridge.
#[track_caller]
fn bridge_state(seen: &Seen) -> String {
    let text = seen.text();
    let state = text.split("name=\"state\" value=\"").nth(1).unwrap();
    state.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_bridge_that_failed_is_not_asked_by_the_page_again_and_entries_say_where_they_were_made()
{
    let s = Site::new().await;
    s.wanshitong.say(Says::Trouble(Trouble::Unreadable));
    let mut phone = s.browser("Mozilla/5.0 (Linux; Android 14; wv)").await;
    let seen = phone.get(&s.page()).await;
    seen.says_not("data-failed");
    let state = bridge_state(&seen);
    let bridge = [("state", state.as_str()), ("token", "t1")];
    assert_eq!(phone.post("/apps/wanshitong/back", &bridge).await.aim(), s.page());
    let seen = phone.get(&s.page()).await;
    seen.says("皖事通的回答有误。");
    seen.says("id=\"bridge\" data-failed=\"1\"");
    assert_ne!(bridge_state(&seen), state, "for whoever presses the button");
    s.register(&mut phone, &s.t.person_form()).await.aim();
    assert_eq!(visits_at(&s.t, &s.door).await[0].method, Method::Wanshitong.number());
}

#[tokio::test]
async fn a_phone_that_an_app_says_is_filled_in_and_proved_as_any_other() {
    let s = Site::new().await;
    let form = s.t.person_form();
    let said = Identity::of("o-1").unwrap().with(None, None, Some(&form.phone), s.t.now());
    s.wechat.say(Says::Account(said));
    let mut phone = s.browser(WECHAT).await;
    s.there_and_back(&mut phone, "c1").await;
    let seen = phone.get(&s.page()).await;
    seen.says("已填好的内容来自该应用，请核对。");
    seen.says(&format!("value=\"{}\"", form.phone));
    let without_code = phone.post(&format!("{}/register", s.page()), &typed(&form, "000000")).await;
    assert_eq!(without_code.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!phone.cookies.contains_key("vc_visitor"));
    s.register(&mut phone, &form).await.aim();
    s.wechat.say(Says::Account(Identity::of("o-2").unwrap()));
    let mut other = s.browser(WECHAT).await;
    s.there_and_back(&mut other, "c2").await;
    other.get(&s.page()).await.says_not("已填好的内容");
}

#[tokio::test]
async fn an_app_is_forgotten_from_ones_own_page() {
    let s = Site::new().await;
    let mut phone = s.browser(WECHAT).await;
    s.there_and_back(&mut phone, "c1").await;
    s.register(&mut phone, &s.t.person_form()).await.aim();
    phone.get("/me").await.says("action=\"/me/apps/wechat/forget\"");
    assert_eq!(phone.post("/me/apps/alipay/forget", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(phone.post("/me/apps/wechat/forget", &[]).await.aim(), "/me");
    phone.get("/me").await.says_not("扫码免填");
    let mut later = s.browser(WECHAT).await;
    s.there_and_back(&mut later, "c2").await;
    later.get(&s.page()).await.says("已用微信登录");
}

#[tokio::test]
async fn an_old_or_foreign_or_broken_cookie_is_as_none() {
    let s = Site::new().await;
    for odd in ["t.", "t.AAAA", "wechat.", "x.y", ".", "场", "wechat.silent.more"] {
        let mut phone = s.browser(WECHAT).await;
        phone.cookies.insert("vc_app".to_owned(), odd.to_owned());
        if odd.is_ascii() {
            sent_away(&phone.get(&s.page()).await);
        }
    }
    let mut phone = s.browser("Mozilla/5.0").await;
    phone.cookies.insert("vc_inside".to_owned(), "nothing".to_owned());
    assert_eq!(phone.get(&s.page()).await.status, StatusCode::OK);
}
