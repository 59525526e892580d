//! Ten thousand requests at the right address with the right method and the wrong everything else:
//! raw bytes for numbers, bodies one bit off, sessions that end in the middle. Nothing breaks.

use crate::support::callers;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::collections::BTreeMap;
use testkit::{TestHouse, id_number, phone_number};
use tower::ServiceExt;
use web::routes::{Kind, Route, Who, table};

const REQUESTS: usize = 10_000;

/// Names of fields and of what addresses ask for.
const NAMES: [&str; 30] = [
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
    "window",
    "code",
    "q",
    "id",
    "deed",
    "checkpoint",
    "entered",
    "back",
];

/// Words that some check somewhere takes.
const WORDS: [&str; 34] = [
    "",
    "0",
    "1",
    "2",
    "-1",
    "007",
    "1e9",
    "9223372036854775807",
    "9223372036854775808",
    "NaN",
    "18446744073709551616",
    "-9223372036854775808",
    "341202",
    "341203",
    "341202001",
    "105",
    "110",
    "resident_id",
    "passport",
    "cleared",
    "turned_back",
    "submitted",
    "returned",
    "approved",
    "reviewer",
    "auditor",
    "case_opened",
    "东门",
    "𠮷野家",
    "\u{0}",
    "\u{202e}\r\n",
    "a'--",
    "%",
    "1795329127000",
];

struct Garbage {
    dice: StdRng,
    routes: Vec<Route>,
    /// Cookies and guard of each kind of caller.
    seats: Vec<(Option<Who>, String, String)>,
    /// Codes of the house.
    codes: Vec<String>,
}

impl Garbage {
    fn bytes(&mut self, length_max: usize) -> Vec<u8> {
        let length = self.dice.random_range(0..=length_max);
        (0..length).map(|_| self.dice.random()).collect()
    }

    fn value(&mut self) -> Vec<u8> {
        match self.dice.random_range(0..10) {
            0..5 => WORDS.choose(&mut self.dice).unwrap().as_bytes().to_vec(),
            5 => self.codes.choose(&mut self.dice).unwrap().clone().into_bytes(),
            6 => id_number(self.dice.random_range(0..30)).into_bytes(),
            7 => phone_number(self.dice.random_range(0..30)).into_bytes(),
            8 => self.bytes(20),
            _ => vec![b'9'; self.dice.random_range(1..3000)],
        }
    }

    /// Bytes as a path or a query carries them.
    fn escaped(bytes: &[u8]) -> String {
        form_urlencoded::byte_serialize(bytes).collect::<String>().replace('+', "%20")
    }

    fn address(&mut self, route: usize) -> String {
        let template = self.routes[route].path;
        let parts: Vec<String> = template
            .split('/')
            .map(
                |part| {
                    if part.starts_with('{') { Self::escaped(&self.value()) } else { part.into() }
                },
            )
            .collect();
        let mut address = parts.join("/");
        if self.dice.random_ratio(1, 3) {
            address = format!("{address}?{}", self.pairs(3));
        }
        if self.dice.random_ratio(1, 30) {
            address = format!("/{}{address}", Self::escaped(&self.bytes(8)));
        }
        address
    }

    fn pairs(&mut self, most: usize) -> String {
        let count = self.dice.random_range(0..=most);
        let pairs = (0..count).map(|_| {
            let name = *NAMES.choose(&mut self.dice).unwrap();
            format!("{name}={}", Self::escaped(&self.value()))
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    fn json(&mut self) -> String {
        let mut object = serde_json::Map::new();
        for _ in 0..self.dice.random_range(0..5) {
            let text = String::from_utf8_lossy(&self.value()).into_owned();
            let value = match self.dice.random_range(0..6) {
                0 => serde_json::json!(self.dice.random::<f64>()),
                1 => serde_json::json!([text, null]),
                _ => text.into(),
            };
            object.insert((*NAMES.choose(&mut self.dice).unwrap()).to_owned(), value);
        }
        serde_json::Value::from(object).to_string()
    }

    /// A body and its kind: mostly what the address expects, sometimes with one byte changed.
    fn body(&mut self, kind: Kind, guard: &str) -> (Vec<u8>, &'static str) {
        const KINDS: [&str; 3] =
            ["application/x-www-form-urlencoded", "application/json", "multipart/form-data"];
        let expected = match kind {
            Kind::Api => (self.json().into_bytes(), KINDS[1]),
            _ => (format!("csrf={guard}&{}", self.pairs(9)).into_bytes(), KINDS[0]),
        };
        let (mut body, kind) = match self.dice.random_range(0..10) {
            0 => (self.bytes(500), *KINDS.choose(&mut self.dice).unwrap()),
            1 => (vec![b'a'; 70_000], expected.1),
            _ => expected,
        };
        if self.dice.random_ratio(1, 8) && !body.is_empty() {
            let at = self.dice.random_range(0..body.len());
            body[at] = self.dice.random();
        }
        (body, kind)
    }

    fn request(&mut self) -> Request<Body> {
        let at = self.dice.random_range(0..self.routes.len());
        let (who, kind) = (self.routes[at].who, self.routes[at].kind);
        let mut method = self.routes[at].method.clone();
        if self.dice.random_ratio(1, 10) {
            let odd = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "CONNECT", "场"];
            let odd = odd.choose(&mut self.dice).unwrap().as_bytes();
            method = Method::from_bytes(odd).unwrap_or(Method::HEAD);
        }
        // Mostly somebody who may be there.
        let own = self.seats.iter().position(|(seat, ..)| *seat == Some(who));
        let any = self.dice.random_range(0..self.seats.len());
        let seat = own.filter(|_| self.dice.random_ratio(3, 4)).unwrap_or(any);
        let (_, cookies, guard) = self.seats[seat].clone();
        let (body, content) = self.body(kind, &guard);
        let address = self.address(at);
        let mut request = Request::builder().method(method).uri(address);
        request = request.header(header::CONTENT_TYPE, content).header("host", "127.0.0.1:8080");
        request = request.header(header::COOKIE, cookies);
        for name in ["authorization", "cookie", "range", "accept-encoding", "accept-language"] {
            if self.dice.random_ratio(1, 15) {
                let words = ["Bearer ", "vc_staff=", "bytes=5-1", "gzip;q=9", "en-", "Basic eA=="];
                let mut value = words.choose(&mut self.dice).unwrap().as_bytes().to_vec();
                value.extend(self.bytes(40).iter().map(|b| 32 + b % 95));
                request = request.header(name, value);
            }
        }
        request.body(Body::from(body)).unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a new run tries something new, and says what")]
fn seed() -> u64 {
    let wanted = std::env::var("VENUECODE_SEED").ok();
    wanted.map_or_else(rand::random, |seed| seed.parse().expect("a number"))
}

#[tokio::test]
async fn ten_thousand_wrong_requests_at_the_right_addresses_break_nothing() {
    let seed = seed();
    let t = TestHouse::new().await;
    let callers = callers(&t).await;
    let router = callers[0].1.router.clone();
    let mut garbage = Garbage {
        dice: StdRng::seed_from_u64(seed),
        // Signing out would leave only strangers; `callers.rs` tries it.
        routes: table().into_iter().filter(|route| !route.path.ends_with("out")).collect(),
        seats: callers.iter().map(|(who, b)| (*who, b.cookie(), b.guard.clone())).collect(),
        codes: vec![t.door().await.code, "aaaaaaaaaaaaaaaa".to_owned(), "1-1".to_owned()],
    };
    let mut answers = BTreeMap::new();
    for n in 0..REQUESTS {
        let request = garbage.request();
        let what = format!("VENUECODE_SEED={seed}, {n}: {} {}", request.method(), request.uri());
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        *answers.entry(status.as_u16()).or_insert(0) += 1;
        if answer.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            continue;
        }
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let fine = !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE;
        assert!(fine, "{what}: {status}\n{}", String::from_utf8_lossy(&body));
        t.clock.advance_ms(10);
    }
    // Turned away at the first step alone, nothing would have been tried.
    for status in [200, 303, 400, 401, 403, 404, 405, 413, 415, 422] {
        let some = answers.get(&status).is_some_and(|count| *count >= 10);
        assert!(some, "VENUECODE_SEED={seed}: few {status} in {answers:?}");
    }
}
