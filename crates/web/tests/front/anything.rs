//! Ten thousand requests that nobody would send: any method, paths of the table and none of it,
//! any headers, any body. Nothing breaks, nothing panics; full (503) is the only excuse.

use crate::client::Client;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, StatusCode, header},
};
use domain::accounts::Role;
use http_body_util::BodyExt;
use rand::{
    Rng, RngExt, SeedableRng,
    rngs::StdRng,
    seq::{IndexedRandom, IteratorRandom},
};
use testkit::{TestHouse, id_number};
use web::routes::{Kind, Route, table};

/// How many.
const REQUESTS: usize = 10_000;

/// Field names of every form and endpoint, so that some requests get past the first check.
const FIELDS: [&str; 24] = [
    "name",
    "id_kind",
    "id_number",
    "phone",
    "sms_code",
    "consent",
    "label",
    "disposition",
    "note",
    "password",
    "next",
    "county",
    "township",
    "category",
    "door",
    "address",
    "credit_code",
    "role",
    "case_number",
    "reason",
    "state",
    "page",
    "window_minutes",
    "code",
];

struct Nonsense<'a> {
    dice: StdRng,
    routes: Vec<Route>,
    /// Cookie headers of nobody and of everybody, each with the guard of its browser.
    seats: Vec<(String, String)>,
    code: &'a str,
}

impl Nonsense<'_> {
    fn text(&mut self) -> String {
        let chars: Vec<char> =
            "aZ07/%?&=;:.,-_<>\"'\\ \u{0}\u{7f}é张𠮷\u{202e}％\r\n".chars().collect();
        let length = if self.dice.random_ratio(1, 40) { 5000 } else { 24 };
        let length = self.dice.random_range(0..length);
        (0..length).map(|_| *chars.choose(&mut self.dice).unwrap()).collect()
    }

    fn value(&mut self) -> String {
        let known = [
            "",
            "0",
            "1",
            "-1",
            "9223372036854775807",
            "9223372036854775808",
            "1e9",
            "null",
            "341202",
            "341202001",
            "105",
            "resident_id",
            "passport",
            "13800138000",
            "000000",
            "cleared",
            "submitted",
            "2026-11-22",
            "../../etc/passwd",
            "' or 1=1 --",
            "2026-13-45",
        ];
        match self.dice.random_range(0..10) {
            0..5 => (*known.choose(&mut self.dice).unwrap()).to_owned(),
            5 => self.code.to_owned(),
            6 => id_number(self.dice.random_range(0..50)),
            _ => self.text(),
        }
    }

    fn escaped(text: &str) -> String {
        form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }

    fn path(&mut self) -> String {
        let mut path = if self.dice.random_ratio(4, 5) {
            // The few addresses that take JSON would hardly be met among so many.
            let of_api = self.dice.random_ratio(1, 4);
            let some = self.routes.iter().filter(|route| !of_api || route.kind == Kind::Api);
            let template = some.choose(&mut self.dice).unwrap().path;
            let parts: Vec<&str> = template.split('/').collect();
            let parts = parts.iter().map(|part| match part.starts_with('{') {
                true => Self::escaped(&self.value()),
                false => (*part).to_owned(),
            });
            parts.collect::<Vec<_>>().join("/")
        } else {
            let raw =
                ["//", "/%", "/%ff%fe", "/c/%00", "/..%2f..", "/c//r/", "/assets/..%2fkey", "*"];
            (*raw.choose(&mut self.dice).unwrap()).to_owned()
        };
        if self.dice.random_ratio(1, 3) {
            let field = FIELDS.choose(&mut self.dice).unwrap();
            path = format!(
                "{path}?{field}={}&{}",
                Self::escaped(&self.value()),
                Self::escaped(&self.text())
            );
        }
        path
    }

    fn method(&mut self) -> Method {
        let rare = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEAD", "BREW"];
        match self.dice.random_range(0..10) {
            0..4 => Method::GET,
            4..9 => Method::POST,
            _ => Method::from_bytes(rare.choose(&mut self.dice).unwrap().as_bytes()).unwrap(),
        }
    }

    /// A body and the content type it claims to be.
    fn body(&mut self, guard: &str) -> (Vec<u8>, &'static str) {
        let form = "application/x-www-form-urlencoded";
        match self.dice.random_range(0..10) {
            0..5 => {
                let mut body = form_urlencoded::Serializer::new(String::new());
                body.append_pair("csrf", guard);
                for _ in 0..self.dice.random_range(0..10) {
                    body.append_pair(FIELDS.choose(&mut self.dice).unwrap(), &self.value());
                }
                (body.finish().into_bytes(), form)
            }
            5..7 => {
                let field = *FIELDS.choose(&mut self.dice).unwrap();
                let body = serde_json::json!({ field: self.value(), "code": self.code });
                let mut body = body.to_string().into_bytes();
                if self.dice.random_ratio(1, 2) {
                    let at = self.dice.random_range(0..body.len());
                    body[at] = self.dice.random();
                }
                (body, "application/json")
            }
            7 => {
                let mut body = Vec::new();
                for (name, value) in [("csrf", guard.to_owned()), ("file", self.value())] {
                    let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"");
                    body.extend_from_slice(format!("{head}\r\n\r\n{value}\r\n").as_bytes());
                }
                body.extend_from_slice(b"--x--\r\n");
                if self.dice.random_ratio(1, 2) {
                    body.truncate(self.dice.random_range(0..body.len()));
                }
                (body, "multipart/form-data; boundary=x")
            }
            _ => {
                let length = *[0, 10, 400, 70_000].choose(&mut self.dice).unwrap();
                let mut body = vec![0; length];
                self.dice.fill_bytes(&mut body);
                let kinds =
                    [form, "application/json", "multipart/form-data; boundary=x", "text/\u{7f}"];
                (body, *kinds[..3].choose(&mut self.dice).unwrap())
            }
        }
    }

    fn request(&mut self) -> Request<Body> {
        let uri = self.path();
        // Signing out would make everybody a stranger for the rest: only strangers and forgers try.
        let seats = match uri.contains("out") {
            true => vec![self.seats.first().unwrap(), self.seats.last().unwrap()],
            false => self.seats.iter().collect(),
        };
        let (cookies, guard) = (*seats.choose(&mut self.dice).unwrap()).clone();
        let (body, kind) = self.body(&guard);
        let mut request = Request::builder().method(self.method()).uri(uri);
        request = request.header("host", "127.0.0.1:8080").header(header::CONTENT_TYPE, kind);
        request = request.header(header::COOKIE, cookies);
        for name in [
            "authorization",
            "cookie",
            "origin",
            "sec-fetch-site",
            "accept-language",
            "accept-encoding",
            "user-agent",
            "x-part",
            "range",
            "if-none-match",
            "content-length",
        ] {
            if self.dice.random_ratio(1, 12) {
                let bytes: Vec<u8> =
                    (0..self.dice.random_range(0..30)).map(|_| self.dice.random()).collect();
                if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                    request = request.header(HeaderName::from_static(name), value);
                }
            }
        }
        request.body(Body::from(body)).unwrap_or_else(|_| Request::new(Body::empty()))
    }
}

/// Cookie headers of nobody, of each kind of caller, and of a forger.
async fn seats(t: &TestHouse, duty: &str) -> Vec<(String, String)> {
    let mut clients = vec![Client::new(t).await];
    clients.push(Client::with(t, "vc_visitor", &t.visitor().await.1).await);
    clients.push(Client::with(t, "vc_duty", duty).await);
    for role in Role::ALL {
        clients.push(Client::with(t, "vc_staff", &t.staff_token(role, "").await).await);
    }
    let mut forger = Client::new(t).await;
    for name in ["vc_visitor", "vc_duty", "vc_staff"] {
        forger.cookies.insert(name.to_owned(), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned());
    }
    clients.push(forger);
    let line = |client: &Client| {
        client.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ")
    };
    clients.iter().map(|client| (line(client), client.guard.clone())).collect()
}

#[tokio::test]
async fn ten_thousand_nonsense_requests_break_nothing() {
    let seed = std::env::var("VENUECODE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or(7);
    let t = TestHouse::new().await;
    let door = t.door().await;
    let duty = t.duty(&door).await;
    let client = Client::new(&t).await;
    let mut nonsense = Nonsense {
        dice: StdRng::seed_from_u64(seed),
        routes: table(),
        seats: seats(&t, &duty).await,
        code: &door.code,
    };
    let mut answers = std::collections::BTreeMap::new();
    for n in 0..REQUESTS {
        let request = nonsense.request();
        let what =
            format!("VENUECODE_SEED={seed}, request {n}: {} {}", request.method(), request.uri());
        let response = client.call(request).await;
        let status = response.status();
        let fine = !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE;
        let live =
            response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
        if !live {
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert!(fine, "{what}: {status}\n{}", String::from_utf8_lossy(&body));
        }
        *answers.entry(status.as_u16()).or_insert(0) += 1;
    }
    // Nonsense that is only ever turned away at the first step would try nothing.
    for status in [200, 303, 400, 401, 403, 404, 405, 415, 422] {
        assert!(answers.contains_key(&status), "VENUECODE_SEED={seed}: no {status} in {answers:?}");
    }
}
