//! A client without scripts: keeps cookies and the guard of the last page, or speaks JSON.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt;
use std::{collections::BTreeMap, sync::Arc};
use testkit::TestHouse;
use web::front::Front;

/// An answer, read to its end.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Seen {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Self { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a redirect leads.
    #[track_caller]
    pub(crate) fn aim(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        self.header("location").to_owned()
    }

    #[track_caller]
    pub(crate) fn says(&self, status: StatusCode, words: &[&str]) {
        assert_eq!(self.status, status, "{}", self.text());
        for word in words {
            assert!(self.text().contains(word), "“{word}” is not there:\n{}", self.text());
        }
    }

    #[track_caller]
    pub(crate) fn says_not(&self, word: &str) {
        assert!(!self.text().contains(word), "“{word}” is there:\n{}", self.text());
    }
}

/// A client of a house.
#[derive(Clone)]
pub(crate) struct Client {
    router: Front,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) guard: String,
}

impl Client {
    /// A browser that nobody has used yet; it has seen one page, so it has a guard for forms.
    pub(crate) async fn new(t: &TestHouse) -> Self {
        let router = Front::new(Arc::clone(&t.house));
        let mut client = Self { router, cookies: BTreeMap::new(), guard: String::new() };
        client.get("/login").await;
        assert!(!client.guard.is_empty());
        client
    }

    /// A browser that holds this cookie.
    pub(crate) async fn with(t: &TestHouse, name: &str, token: &str) -> Self {
        let mut client = Self::new(t).await;
        client.cookies.insert(name.to_owned(), token.to_owned());
        client
    }

    pub(crate) async fn get(&mut self, path: &str) -> Seen {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Seen {
        let seen = self.read(Method::GET, path, headers, String::new()).await;
        if let Some(guard) = seen.text().split("name=\"csrf\" value=\"").nth(1) {
            self.guard = guard.split('"').next().unwrap().to_owned();
        }
        seen
    }

    /// Sends a form with the guard of the page before.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.post_with(path, fields, &[]).await
    }

    pub(crate) async fn post_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", &self.guard)
            .extend_pairs(fields)
            .finish();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        self.read(Method::POST, path, &[&form, headers].concat(), body).await
    }

    /// Sends a JSON body.
    pub(crate) async fn json(&mut self, path: &str, body: &str, headers: &[(&str, &str)]) -> Seen {
        let json = [("content-type", "application/json")];
        self.read(Method::POST, path, &[&json, headers].concat(), body.to_owned()).await
    }

    pub(crate) async fn read(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Seen {
        let seen = Seen::of(self.send(method, path, headers, body).await).await;
        for cookie in seen.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        seen
    }

    /// Sends a request; the answer's body is not read, so a live stream can be looked at.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in [("host", "127.0.0.1:8080"), ("cookie", &*cookies.join("; "))] {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.call(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Response {
        self.router.answer(request).await
    }
}
