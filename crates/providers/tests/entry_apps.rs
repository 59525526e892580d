//! Each adapter against a stand-in in the real wire shape: what it takes, and what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use actions::entry_apps::{APP_WAIT, Asked, Came, EntryApp, NoIdentity};
use bytes::Bytes;
use domain::{
    entry_apps::{App, Identity, Trouble},
    outside::{Clock, Dice},
    phones::Phone,
    time::UnixMs,
};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, StatusCode, header};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use providers::entry_apps::{
    Alipay, AlipaySettings, Oidc, OidcSettings, UnionPay, UnionPaySettings, Wanshitong,
    WanshitongSettings, Wechat, WechatSettings,
    stand_in::{Mood, StandIn, Who},
};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use testkit::SeededDice;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};

const HOME: &str = "http://127.0.0.1:8080";
const BACK: &str = "http://127.0.0.1:8080/apps/x/back";
const STATE: &str = "abcdefgh234567";

/// A clock that stands until it is moved.
#[derive(Default)]
struct Noon(AtomicI64);

impl Noon {
    fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for Noon {
    fn now(&self) -> UnixMs {
        UnixMs(1_795_329_127_000 + self.0.load(Ordering::Relaxed))
    }
}

struct Site {
    clock: Arc<Noon>,
    stand_in: StandIn,
    apps: Vec<(App, Arc<dyn EntryApp>)>,
}

fn dice() -> Arc<dyn Dice> {
    Arc::new(SeededDice::new(11))
}

const fn asked<'a>() -> Asked<'a> {
    Asked { back: BACK, state: STATE, nonce: "nonce-of-this-one", verifier: "a-verifier" }
}

/// What a browser is answered: its status, where it is sent, and the page.
async fn get(address: &str) -> (StatusCode, String, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let address = address.split('#').next().unwrap();
    let request = Request::get(address).body(Empty::new()).unwrap();
    let answer = client.request(request).await.unwrap();
    let aim = answer.headers().get(header::LOCATION);
    let aim = aim.map_or("", |aim| aim.to_str().unwrap()).to_owned();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, aim, String::from_utf8(body.to_vec()).unwrap())
}

fn of_query(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.into_owned().find(|(this, _)| this == name).map(|(_, value)| value)
}

impl Site {
    async fn new() -> Self {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let clock = Arc::new(Noon::default());
        let stand_in = StandIn::start(here, HOME, clock.clone(), dice()).await.unwrap();
        let apps = stand_in.apps().unwrap();
        Self { clock, stand_in, apps }
    }

    fn unionpay(&self, phone_key: Option<String>) -> UnionPay {
        let settings = UnionPaySettings { phone_key, ..self.stand_in.unionpay() };
        UnionPay::new(settings, self.clock.clone(), dice()).unwrap()
    }

    fn app(&self, app: App) -> &dyn EntryApp {
        &*self.apps.iter().find(|(this, _)| *this == app).unwrap().1
    }

    /// Signs in on the app's page as somebody; where the browser is sent back to.
    async fn sent_back(&self, app: App, who: Who, mood: Mood) -> String {
        let address = self.app(app).address(asked()).await.unwrap();
        let (page, fragment) = address.split_once('#').unwrap_or((&address, ""));
        let chosen = format!("{page}&who={}&mood={}#{fragment}", who.code(), mood.code());
        let (status, aim, page) = get(&chosen).await;
        assert_eq!(status, StatusCode::FOUND, "{page}");
        assert!(aim.starts_with(BACK), "{aim}");
        assert_eq!(of_query(&aim, "state").as_deref(), Some(STATE), "{aim}");
        aim
    }

    async fn code(&self, app: App, who: Who, mood: Mood) -> String {
        let aim = self.sent_back(app, who, mood).await;
        of_query(&aim, self.app(app).code_name()).unwrap()
    }

    async fn identity(&self, app: App, code: &str) -> Result<Identity, Trouble> {
        ask(self.app(app), code).await
    }
}

async fn ask(app: &dyn EntryApp, code: &str) -> Result<Identity, Trouble> {
    let answer = app.identity(Came { asked: asked(), code }).await;
    answer.map_err(|NoIdentity { trouble, why }| {
        assert!(!why.contains(code) && !why.contains("stand-in-secret"), "{why}");
        trouble
    })
}

#[tokio::test]
async fn everybody_is_the_same_account_again_and_nobody_elses() {
    let s = Site::new().await;
    for app in App::ALL {
        let mut accounts = Vec::new();
        for who in [Who::One, Who::Two, Who::One] {
            let code = s.code(app, who, Mood::Well).await;
            accounts.push(s.identity(app, &code).await.unwrap().external().to_owned());
        }
        assert_eq!(accounts[0], accounts[2], "{app:?}");
        assert_ne!(accounts[0], accounts[1], "{app:?}");
    }
}

#[tokio::test]
async fn each_app_proves_what_it_can_and_no_more() {
    let s = Site::new().await;
    for app in App::ALL {
        let code = s.code(app, Who::Two, Mood::Well).await;
        let said = s.identity(app, &code).await.unwrap();
        let whole = matches!(app, App::Wanshitong | App::Oidc);
        assert_eq!(said.name.as_deref(), whole.then_some(Who::Two.name()), "{app:?}");
        let number = whole.then(|| Who::Two.id_number());
        assert_eq!(said.id.map(|id| id.number().to_owned()), number);
        let phone = (whole || app == App::UnionPay).then_some(Who::Two.phone());
        assert_eq!(said.phone.as_ref().map(Phone::as_str), phone, "{app:?}");
    }
}

#[tokio::test]
async fn whatever_goes_wrong_with_a_phone_somebody_is_signed_in_and_types_it() {
    let s = Site::new().await;
    for mood in [Mood::PhoneRefused, Mood::PhoneBroken, Mood::PhoneGarbage, Mood::PhoneSlow] {
        let code = s.code(App::UnionPay, Who::One, mood).await;
        let said = timeout(APP_WAIT, s.identity(App::UnionPay, &code)).await.expect("in time");
        let said = said.unwrap();
        assert_eq!(said.external(), "unionpay-stand-in-one", "{mood:?}");
        assert_eq!(said.phone, None, "{mood:?}");
    }
    let other = Some("00".repeat(24));
    let code = s.code(App::UnionPay, Who::One, Mood::Well).await;
    let said = ask(&s.unionpay(other), &code).await.unwrap();
    assert_eq!(said.phone, None, "another key");
}

#[tokio::test]
async fn without_a_key_no_phone_is_asked_for_and_one_that_is_none_is_refused() {
    let s = Site::new().await;
    let plain = s.unionpay(None);
    let address = plain.address(asked()).await.unwrap();
    assert_eq!(of_query(&address, "scope").as_deref(), Some("upapi_base"));
    let (_, aim, _) = get(&format!("{address}&who=two&mood=well")).await;
    let code = of_query(&aim, "code").unwrap();
    let said = ask(&plain, &code).await.unwrap();
    assert_eq!((said.external(), said.phone.is_none()), ("unionpay-stand-in-two", true));
    // Somebody who has allowed less than is asked for is signed in all the same.
    let (_, aim, _) = get(&format!("{address}&who=two&mood=well")).await;
    let said = s.identity(App::UnionPay, &of_query(&aim, "code").unwrap()).await.unwrap();
    assert!(said.phone.is_none());
    for odd in ["", "a key", "0123456789abcdef"] {
        let settings =
            UnionPaySettings { phone_key: Some(odd.to_owned()), ..s.stand_in.unionpay() };
        assert!(UnionPay::new(settings, Arc::new(Noon::default()), dice()).is_err(), "{odd}");
    }
}

/// Each token of the server ends the one before, and who asks for many is shut out.
#[tokio::test]
async fn everybody_shares_one_token_of_the_server_and_wrong_codes_fetch_no_other() {
    let s = Site::new().await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(s.code(App::UnionPay, Who::One, Mood::Well).await);
    }
    let at_once = codes.iter().map(|code| s.identity(App::UnionPay, code));
    for said in futures_util::future::join_all(at_once).await {
        assert!(said.is_ok(), "{said:?}");
    }
    for _ in 0..5 {
        assert_eq!(s.identity(App::UnionPay, "made-up").await, Err(Trouble::Refused));
    }
    assert_eq!(s.stand_in.backend_tokens(), 1);
}

#[tokio::test]
async fn a_token_of_the_server_that_ended_early_is_asked_for_anew_once_a_minute() {
    let s = Site::new().await;
    let code = s.code(App::UnionPay, Who::One, Mood::Well).await;
    assert!(s.identity(App::UnionPay, &code).await.is_ok());
    // Another program with the same application takes a token of its own.
    let code = s.code(App::UnionPay, Who::One, Mood::Well).await;
    assert!(ask(&s.unionpay(None), &code).await.is_ok());
    let code = s.code(App::UnionPay, Who::One, Mood::Well).await;
    assert_eq!(s.identity(App::UnionPay, &code).await, Err(Trouble::Refused), "just now");
    s.clock.advance_ms(60_000);
    let code = s.code(App::UnionPay, Who::One, Mood::Well).await;
    assert!(s.identity(App::UnionPay, &code).await.is_ok(), "nobody notices");
    assert_eq!(s.stand_in.backend_tokens(), 3);
}

#[tokio::test]
async fn a_code_is_exchanged_once_and_never_one_that_was_not_given() {
    let s = Site::new().await;
    for app in App::ALL {
        let code = s.code(app, Who::One, Mood::Well).await;
        assert!(s.identity(app, &code).await.is_ok());
        assert_eq!(s.identity(app, &code).await, Err(Trouble::Refused), "{app:?} again");
        assert_eq!(s.identity(app, "never-given").await, Err(Trouble::Refused), "{app:?}");
    }
    // The code of one app is nothing in another.
    let code = s.code(App::Wechat, Who::One, Mood::Well).await;
    assert_eq!(s.identity(App::UnionPay, &code).await, Err(Trouble::Refused));
}

#[tokio::test]
async fn the_bad_days_of_each_platform_are_told_apart() {
    let s = Site::new().await;
    for app in App::ALL {
        for (mood, trouble) in
            [(Mood::Garbage, Trouble::Unreadable), (Mood::Refused, Trouble::Refused)]
        {
            let code = s.code(app, Who::One, mood).await;
            assert_eq!(s.identity(app, &code).await, Err(trouble), "{app:?}");
        }
        let code = s.code(app, Who::One, Mood::Slow).await;
        let soon = Duration::from_millis(200);
        assert!(timeout(soon, s.identity(app, &code)).await.is_err(), "{app:?} was to be slow");
        let aim = s.sent_back(app, Who::One, Mood::Declined).await;
        assert_eq!(of_query(&aim, s.app(app).code_name()), None, "{app:?}: {aim}");
    }
    let code = s.code(App::Wechat, Who::One, Mood::Snapshot).await;
    assert_eq!(s.identity(App::Wechat, &code).await, Err(Trouble::Snapshot));
}

#[tokio::test]
async fn an_answer_about_another_is_not_taken_where_that_can_be_told() {
    let s = Site::new().await;
    for app in [App::Alipay, App::Oidc] {
        let code = s.code(app, Who::One, Mood::Another).await;
        assert_eq!(s.identity(app, &code).await, Err(Trouble::Mismatch), "{app:?}");
    }
}

#[tokio::test]
async fn with_a_wrong_secret_nothing_is_given() {
    let s = Site::new().await;
    let wrong = || "another".to_owned();
    let wechat = Wechat::new(WechatSettings { secret: wrong(), ..s.stand_in.wechat() }).unwrap();
    let unionpay = UnionPaySettings { secret: wrong(), ..s.stand_in.unionpay() };
    let unionpay = UnionPay::new(unionpay, Arc::new(Noon::default()), dice()).unwrap();
    let oidc = OidcSettings { secret: wrong(), ..s.stand_in.oidc() };
    let oidc = Oidc::new(oidc, Arc::new(Noon::default())).unwrap();
    let wanshitong = WanshitongSettings { app_code: wrong(), ..s.stand_in.wanshitong() };
    let wanshitong = Wanshitong::new(wanshitong, Arc::new(Noon::default())).unwrap();
    for (app, port) in [
        (App::Wechat, &wechat as &dyn EntryApp),
        (App::UnionPay, &unionpay),
        (App::Oidc, &oidc),
        (App::Wanshitong, &wanshitong),
    ] {
        let code = s.code(app, Who::One, Mood::Well).await;
        assert_eq!(ask(port, &code).await, Err(Trouble::Refused), "{app:?}");
    }
}

/// A server that answers everything with this.
async fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = tcp.read(&mut head).await;
                let _ = tcp.write_all(&answer).await;
                let _ = tcp.shutdown().await;
            });
        }
    });
    url
}

#[tokio::test]
async fn an_answer_without_end_or_shape_is_no_identity_for_any_app() {
    let s = Site::new().await;
    let http =
        |body: &str| format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}").into_bytes();
    let deep = "[".repeat(60_000);
    let long = format!("{{\"openid\":\"{}\"}}", "x".repeat(200_000));
    for (answer, trouble) in [
        (http(&long), Trouble::Silent),
        (http(&deep), Trouble::Unreadable),
        (http("{}"), Trouble::Unreadable),
        (http("null"), Trouble::Unreadable),
        (http("\u{feff}{}"), Trouble::Unreadable),
        (
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\nconnection: close\r\n\r\n"
                .to_vec(),
            Trouble::Unreadable,
        ),
        (b"HTTP/1.1 503 Busy\r\nconnection: close\r\n\r\n".to_vec(), Trouble::Silent),
        (b"not http".to_vec(), Trouble::Silent),
        (Vec::new(), Trouble::Silent),
    ] {
        let url = answering(answer.clone()).await;
        let at = || url.clone();
        let clock = || s.clock.clone();
        let wechat = Wechat::new(WechatSettings { endpoint: at(), ..s.stand_in.wechat() }).unwrap();
        let alipay = AlipaySettings { endpoint: at(), ..s.stand_in.alipay() };
        let unionpay = UnionPaySettings { endpoint: at(), ..s.stand_in.unionpay() };
        let wanshitong = WanshitongSettings { exchange: at(), ..s.stand_in.wanshitong() };
        let said = String::from_utf8_lossy(&answer[..answer.len().min(80)]).into_owned();
        for port in [
            &wechat as &dyn EntryApp,
            &Alipay::new(alipay, clock()).unwrap(),
            &UnionPay::new(unionpay, clock(), dice()).unwrap(),
            &Wanshitong::new(wanshitong, clock()).unwrap(),
        ] {
            assert_eq!(ask(port, "code").await, Err(trouble), "{said}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_silent() {
    let s = Site::new().await;
    let nowhere = || "http://127.0.0.1:9".to_owned();
    let wechat = WechatSettings { endpoint: nowhere(), ..s.stand_in.wechat() };
    assert_eq!(ask(&Wechat::new(wechat).unwrap(), "code").await, Err(Trouble::Silent));
    let oidc = OidcSettings { issuer: nowhere(), ..s.stand_in.oidc() };
    let oidc = Oidc::new(oidc, Arc::new(Noon::default())).unwrap();
    assert_eq!(oidc.address(asked()).await.unwrap_err().trouble, Trouble::Silent);
}

#[tokio::test]
async fn an_issuer_that_names_itself_otherwise_is_not_believed() {
    let s = Site::new().await;
    let issuer = format!("{}/", s.stand_in.url);
    let oidc =
        Oidc::new(OidcSettings { issuer, ..s.stand_in.oidc() }, Arc::new(Noon::default())).unwrap();
    assert_eq!(oidc.address(asked()).await.unwrap_err().trouble, Trouble::Mismatch);
}

#[tokio::test]
async fn the_addresses_are_those_that_the_platforms_describe() {
    let s = Site::new().await;
    let url = &s.stand_in.url;
    let back = "http%3A%2F%2F127.0.0.1%3A8080%2Fapps%2Fx%2Fback";
    for (app, expected) in [
        (
            App::Wechat,
            format!(
                "{url}/connect/oauth2/authorize?appid=stand-in-venuecode&redirect_uri={back}\
                 &response_type=code&scope=snsapi_base&state={STATE}#wechat_redirect"
            ),
        ),
        (
            App::Alipay,
            format!(
                "{url}/oauth2/publicAppAuthorize.htm?app_id=stand-in-venuecode&scope=auth_base\
                 &redirect_uri={back}&state={STATE}"
            ),
        ),
        (
            App::UnionPay,
            format!(
                "{url}/s/open/html/oauth.html?appId=stand-in-venuecode&redirectUri={back}\
                 &responseType=code&scope=upapi_mobile&state={STATE}"
            ),
        ),
        (
            App::Wanshitong,
            format!(
                "{url}/uccp-server/login?appCode=stand-in-venuecode\
                 &service={back}%3Fstate%3D{STATE}"
            ),
        ),
    ] {
        assert_eq!(s.app(app).address(asked()).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn the_stand_in_sends_nobody_to_an_address_that_is_not_registered() {
    let s = Site::new().await;
    for back in ["https://elsewhere.example/apps/x/back", "http://127.0.0.1:80801/x", ""] {
        let asked = Asked { back, ..asked() };
        for app in [App::Wechat, App::Alipay, App::UnionPay, App::Oidc] {
            let address = s.app(app).address(asked).await.unwrap().replace('#', "&who=one#");
            let address = if address.contains("who=") { address } else { address + "&who=one" };
            let (status, aim, page) = get(&address).await;
            assert_eq!((status, aim.as_str()), (StatusCode::OK, ""), "{app:?}");
            assert!(page.contains("redirect_uri"), "{page}");
        }
    }
}

#[test]
fn keys_are_read_as_the_platforms_tool_writes_them_and_as_pem() {
    let key = include_str!("../src/entry_apps/stand_in/private_key.txt");
    let public = include_str!("../src/entry_apps/stand_in/public_key.txt");
    let settings = |private_key: &str, public_key: &str| AlipaySettings {
        app_id: "1".to_owned(),
        private_key: private_key.to_owned(),
        public_key: public_key.to_owned(),
        pages: String::new(),
        endpoint: String::new(),
    };
    let pem = |name: &str, text: &str| {
        format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", text.trim())
    };
    for (private, public) in
        [(key.to_owned(), public.to_owned()), (pem("PRIVATE KEY", key), pem("PUBLIC KEY", public))]
    {
        assert!(Alipay::new(settings(&private, &public), Arc::new(Noon::default())).is_ok());
    }
    for (private, public) in [(public, public), (key, key), ("", public), (key, ""), ("场", public)]
    {
        assert!(Alipay::new(settings(private, public), Arc::new(Noon::default())).is_err());
    }
}
