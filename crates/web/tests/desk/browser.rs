//! A small browser without scripts: it keeps cookies and sends the guard of the page it is on.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use std::{collections::BTreeMap, sync::Arc};
use testkit::TestHouse;
use web::front::Front;

/// An answer as a person sees it.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Seen {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a redirect leads.
    pub(crate) fn aim(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        self.header(header::LOCATION)
    }

    #[track_caller]
    pub(crate) fn says(&self, word: &str) {
        assert!(self.text().contains(word), "“{word}” is not on the page:\n{}", self.text());
    }

    #[track_caller]
    pub(crate) fn says_not(&self, word: &str) {
        assert!(!self.text().contains(word), "“{word}” is on the page:\n{}", self.text());
    }
}

/// A browser at a house.
pub(crate) struct Browser {
    pub(crate) router: Front,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) guard: String,
    /// What it says it is.
    pub(crate) agent: &'static str,
}

impl Browser {
    /// A browser that nobody has used yet.
    pub(crate) async fn new(t: &TestHouse) -> Self {
        let router = Front::new(Arc::clone(&t.house));
        let (cookies, guard) = (BTreeMap::new(), String::new());
        let mut browser = Self { router, cookies, guard, agent: "Mozilla/5.0" };
        browser.get("/login").await;
        browser
    }

    /// The browser of somebody signed in.
    pub(crate) async fn of(t: &TestHouse, token: &str) -> Self {
        let mut browser = Self::new(t).await;
        browser.cookies.insert("vc_staff".to_owned(), token.to_owned());
        browser
    }

    pub(crate) async fn get(&mut self, path: &str) -> Seen {
        let seen = self.send(Method::GET, path, String::new()).await;
        let text = seen.text();
        if let Some(guard) = text.split("name=\"csrf\" value=\"").nth(1) {
            self.guard = guard.split('"').next().unwrap().to_owned();
        }
        seen
    }

    /// Sends a form with the guard of the page before.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let guard = [("csrf", self.guard.as_str())];
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(guard)
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, path, body).await
    }

    /// Sends a form with a file, its parts divided by `--x`.
    pub(crate) async fn post_file(&mut self, path: &str, body: String) -> Seen {
        self.send_as(Method::POST, path, "multipart/form-data; boundary=x", body).await
    }

    /// Sends a form as another site would make this browser send it.
    pub(crate) async fn post_without_guard(&mut self, path: &str) -> Seen {
        self.send(Method::POST, path, String::new()).await
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Seen {
        self.send_as(method, path, "application/x-www-form-urlencoded", body).await
    }

    async fn send_as(&mut self, method: Method, path: &str, kind: &str, body: String) -> Seen {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, kind)
            .header(header::USER_AGENT, self.agent)
            .body(Body::from(body))
            .unwrap();
        let response = self.router.answer(request).await;
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Seen { status: parts.status, headers: parts.headers, bytes }
    }
}
