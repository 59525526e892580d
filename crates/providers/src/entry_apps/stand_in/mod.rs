//! A stand-in for the platforms of all entry apps, for tests and the demonstration: the pages on which
//! one signs in, and the servers that exchange codes, in the real wire shapes, with the ways in which
//! these fail. It knows three invented people and checks what the real ones check: identifiers,
//! secrets, signatures, addresses to come back to, and that each code is used once.

mod exchange;
mod pages;
mod people;

pub use people::{Mood, Who};

use super::{
    Alipay, AlipaySettings, Oidc, OidcSettings, UnionPay, UnionPaySettings, Wanshitong,
    WanshitongSettings, Wechat, WechatSettings,
};
use actions::entry_apps::EntryApp;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use domain::{
    entry_apps::App,
    outside::{Clock, Dice, roll},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, header, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};

/// What every platform here knows the house by.
const CLIENT: &str = "stand-in-venuecode";
/// What every platform here has given it.
const SECRET: &str = "stand-in-secret";
/// With what 云闪付 seals phones here.
const PHONE_KEY: &str = "0123456789abcdeffedcba98765432100011223344556677";
/// Key pair of the house and, at once, of 支付宝; it opens nothing anywhere else.
const PRIVATE_KEY: &str = include_str!("private_key.txt");
const PUBLIC_KEY: &str = include_str!("public_key.txt");

/// Longest request that is read.
const REQUEST_BYTES_MAX: usize = 16 * 1024;
/// Connections at once.
const CONNECTIONS_MAX: usize = 64;
/// How long a request's head may take.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// Codes that are remembered; then all are forgotten.
const CODES_MAX: usize = 1_000;
/// How long a slow server does not answer: longer than anybody waits.
const SLOW: Duration = Duration::from_secs(30);

/// A running stand-in; it ends when dropped.
pub struct StandIn {
    /// Where it is.
    pub url: String,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    platforms: Arc<Platforms>,
    task: JoinHandle<()>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a code was given for.
#[derive(Clone)]
struct Given {
    app: App,
    who: Who,
    mood: Mood,
    back: String,
    nonce: String,
    challenge: String,
    scope: String,
    used: bool,
}

/// What the servers of the platforms know.
struct Platforms {
    url: String,
    /// Where browsers may be sent back to.
    home: String,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    codes: Mutex<HashMap<String, Given>>,
    /// Tokens that 云闪付 has given to the server; the last one alone is good.
    backend_tokens: AtomicU64,
}

impl Platforms {
    fn backend_token(&self) -> String {
        format!("stand-in-backend-{}", self.backend_tokens.load(Ordering::Relaxed))
    }

    fn give(&self, given: Given) -> String {
        let code = HEXLOWER.encode(&roll::<16>(&*self.dice));
        let mut codes = self.codes.lock();
        if codes.len() >= CODES_MAX {
            codes.clear();
        }
        codes.insert(code.clone(), given);
        code
    }

    /// What a code was given for, and whether this is the first time it is shown.
    fn take(&self, app: App, code: &str) -> Option<Given> {
        let mut codes = self.codes.lock();
        let given = codes.get_mut(code).filter(|given| given.app == app)?;
        let before = given.clone();
        given.used = true;
        Some(before)
    }

    /// What a code was given for that has been exchanged.
    fn exchanged(&self, app: App, code: &str) -> Option<Given> {
        let codes = self.codes.lock();
        codes.get(code).filter(|given| given.app == app && given.used).cloned()
    }
}

impl StandIn {
    /// Listens on a free port of this address; sends browsers back to addresses that begin with
    /// `home` alone.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub async fn start(
        at: IpAddr,
        home: &str,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((at, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let platforms = Arc::new(Platforms {
            url: url.clone(),
            home: home.to_owned(),
            clock: Arc::clone(&clock),
            dice: Arc::clone(&dice),
            codes: Mutex::default(),
            backend_tokens: AtomicU64::default(),
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&platforms)));
        Ok(Self { url, clock, dice, platforms, task })
    }

    /// How often 云闪付 was asked for a token of the server; the real one shuts out who asks often.
    #[must_use]
    pub fn backend_tokens(&self) -> u64 {
        self.platforms.backend_tokens.load(Ordering::Relaxed)
    }

    /// All apps, as they are set up to ask this stand-in.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn apps(&self) -> io::Result<Vec<(App, Arc<dyn EntryApp>)>> {
        let (clock, dice) = (|| Arc::clone(&self.clock), Arc::clone(&self.dice));
        Ok(vec![
            (App::Wechat, Arc::new(Wechat::new(self.wechat())?) as Arc<dyn EntryApp>),
            (App::Alipay, Arc::new(Alipay::new(self.alipay(), clock())?)),
            (App::UnionPay, Arc::new(UnionPay::new(self.unionpay(), clock(), dice)?)),
            (App::Wanshitong, Arc::new(Wanshitong::new(self.wanshitong(), clock())?)),
            (App::Oidc, Arc::new(Oidc::new(self.oidc(), clock())?)),
        ])
    }

    /// Settings for 微信.
    #[must_use]
    pub fn wechat(&self) -> WechatSettings {
        WechatSettings {
            app_id: CLIENT.to_owned(),
            secret: SECRET.to_owned(),
            pages: self.url.clone(),
            endpoint: self.url.clone(),
        }
    }

    /// Settings for 支付宝.
    #[must_use]
    pub fn alipay(&self) -> AlipaySettings {
        AlipaySettings {
            app_id: CLIENT.to_owned(),
            private_key: PRIVATE_KEY.to_owned(),
            public_key: PUBLIC_KEY.to_owned(),
            pages: self.url.clone(),
            endpoint: self.url.clone(),
        }
    }

    /// Settings for 云闪付.
    #[must_use]
    pub fn unionpay(&self) -> UnionPaySettings {
        UnionPaySettings {
            app_id: CLIENT.to_owned(),
            secret: SECRET.to_owned(),
            phone_key: Some(PHONE_KEY.to_owned()),
            pages: self.url.clone(),
            endpoint: self.url.clone(),
        }
    }

    /// Settings for 皖事通.
    #[must_use]
    pub fn wanshitong(&self) -> WanshitongSettings {
        WanshitongSettings {
            app_code: CLIENT.to_owned(),
            pages: self.url.clone(),
            exchange: format!("{}/uccp-user/exchange", self.url),
        }
    }

    /// Settings for the sign-on.
    #[must_use]
    pub fn oidc(&self) -> OidcSettings {
        OidcSettings {
            issuer: self.url.clone(),
            client_id: CLIENT.to_owned(),
            secret: SECRET.to_owned(),
            name: None,
            id_number_claim: Some("id_number".to_owned()),
        }
    }
}

async fn serve(listener: TcpListener, platforms: Arc<Platforms>) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else { return };
        let Ok((tcp, _)) = listener.accept().await else { continue };
        let platforms = Arc::clone(&platforms);
        tokio::spawn(async move {
            let _permit = permit;
            let answer = service_fn(move |request| {
                let platforms = Arc::clone(&platforms);
                async move { Ok::<_, Infallible>(answer(&platforms, request).await) }
            });
            let served = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_WAIT)
                .serve_connection(TokioIo::new(tcp), answer)
                .await;
            if served.is_err() {
                tracing::debug!("a connection to the stand-in broke off");
            }
        });
    }
}

/// A request as the platforms look at it.
struct Asked {
    path: String,
    query: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
    json: serde_json::Value,
    authorization: String,
}

impl Asked {
    fn of(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    fn field(&self, name: &str) -> &str {
        self.form.get(name).map_or("", String::as_str)
    }

    fn said(&self, name: &str) -> &str {
        self.json.get(name).and_then(serde_json::Value::as_str).unwrap_or_default()
    }
}

type Answer = Response<Full<Bytes>>;

fn say(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}

fn pairs(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

async fn answer(platforms: &Platforms, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(body) = Limited::new(body, REQUEST_BYTES_MAX).collect().await else {
        return say(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too long");
    };
    let body = body.to_bytes();
    let asked = Asked {
        path: parts.uri.path().to_owned(),
        query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
        form: pairs(&body),
        json: serde_json::from_slice(&body).unwrap_or_default(),
        authorization: authorization.to_owned(),
    };
    match (&parts.method, asked.path.as_str()) {
        (&Method::GET, "/connect/oauth2/authorize") => pages::wechat(platforms, &asked),
        (&Method::GET, "/oauth2/publicAppAuthorize.htm") => pages::alipay(platforms, &asked),
        (&Method::GET, "/s/open/html/oauth.html") => pages::unionpay(platforms, &asked),
        (&Method::GET, "/uccp-server/login") => pages::wanshitong(platforms, &asked),
        (&Method::GET, "/uccp-server/bridge-token") => pages::bridge_token(platforms, &asked),
        (&Method::GET, "/oidc/authorize") => pages::oidc(platforms, &asked),
        (&Method::GET, "/.well-known/openid-configuration") => exchange::discovery(platforms),
        (&Method::GET, "/sns/oauth2/access_token") => exchange::wechat(platforms, &asked).await,
        (&Method::POST, "/gateway.do") => exchange::alipay(platforms, &asked).await,
        (&Method::POST, "/open/access/1.0/backendToken") => {
            exchange::backend_token(platforms, &asked)
        }
        (&Method::POST, "/open/access/1.0/token") => exchange::unionpay(platforms, &asked).await,
        (&Method::POST, "/open/access/1.0/user.mobile") => {
            exchange::mobile(platforms, &asked).await
        }
        (&Method::POST, "/uccp-user/exchange") => exchange::wanshitong(platforms, &asked).await,
        (&Method::POST, "/oidc/token") => exchange::oidc(platforms, &asked).await,
        (&Method::GET, "/oidc/userinfo") => exchange::userinfo(&asked),
        _ => say(StatusCode::NOT_FOUND, "text/plain", "no such address"),
    }
}
