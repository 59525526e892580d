//! A program that calls the API with nothing but a token.

use crate::{
    browser::Seen,
    support::{answer, ask, router},
};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::TestHouse;
use web::front::Front;

/// A program.
pub(crate) struct Program {
    router: Front,
    pub(crate) token: String,
}

impl Program {
    /// With this token; an empty one is sent as none.
    pub(crate) fn new(t: &TestHouse, token: &str) -> Self {
        Self { router: router(t), token: token.to_owned() }
    }

    /// Sends a body of this type.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: impl Into<Body>,
    ) -> Seen {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = Vec::new();
        if !self.token.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        headers.extend(kind.map(|kind| ("content-type", kind)));
        ask(&self.router, &method, path, &headers, body).await
    }

    /// Gets an answer and leaves its body unread.
    pub(crate) async fn open(&self, path: &str) -> Response {
        let bearer = format!("Bearer {}", self.token);
        answer(&self.router, &Method::GET, path, &[("authorization", &bearer)], "").await
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.send(Method::GET, path, None, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Seen {
        self.send(Method::POST, path, Some("application/json"), body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Seen {
        self.send(Method::PUT, path, Some("application/json"), body.to_string()).await
    }

    /// Posts no body at all.
    pub(crate) async fn press(&self, path: &str) -> Seen {
        self.send(Method::POST, path, None, "").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Seen {
        self.send(Method::DELETE, path, None, "").await
    }

    /// Posts again while passwords of other tests take all the places.
    pub(crate) async fn post_patiently(&self, path: &str, body: &Value) -> Seen {
        self.patiently(Method::POST, path, body).await
    }

    /// Sends again while passwords of other tests take all the places.
    pub(crate) async fn patiently(&self, method: Method, path: &str, body: &Value) -> Seen {
        loop {
            let kind = Some("application/json");
            let seen = self.send(method.clone(), path, kind, body.to_string()).await;
            if seen.status != StatusCode::SERVICE_UNAVAILABLE {
                return seen;
            }
            assert_eq!(seen.header(header::RETRY_AFTER), "1");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Seen {
    /// The JSON of an answer with this status.
    #[track_caller]
    pub(crate) fn told(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// Holds that this is 201 and that what was made is found where it says.
    #[track_caller]
    pub(crate) fn place(&self) -> &str {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.text());
        let place = self.header(header::LOCATION);
        assert!(place.starts_with("/api/v1/"), "{place}");
        place
    }

    /// Holds that this is a refusal, and which.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.kind(), "application/problem+json", "{}", self.text());
        assert_eq!(self.json()["status"], status);
        assert!(self.json()["type"].as_str().unwrap().starts_with("urn:venuecode:"));
    }

    /// Holds that exactly these fields are refused.
    #[track_caller]
    pub(crate) fn refuses_fields(&self, fields: &[&str]) {
        self.refuses(422);
        let errors = self.json()["errors"].clone();
        let named: Vec<&str> =
            errors.as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!(named, fields, "{}", self.text());
    }

    /// Holds that this is a file of this type.
    #[track_caller]
    pub(crate) fn is_file(&self, kind: &str, begins: &[u8]) {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        assert_eq!(self.kind(), kind);
        assert!(self.bytes.starts_with(begins), "{kind}");
        assert!(self.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
    }
}

/// A form for a door, as JSON.
pub(crate) fn door_form(t: &TestHouse) -> Value {
    let form = t.checkpoint_form();
    json!({
        "name": form.name,
        "door": form.door,
        "address": form.address,
        "county": form.county,
        "township": form.township,
        "category": form.category,
        "responsible_name": form.responsible_name,
        "responsible_phone": form.responsible_phone,
    })
}

/// The same with one field changed.
pub(crate) fn with(form: &Value, field: &str, text: &str) -> Value {
    let mut form = form.clone();
    form[field] = text.into();
    form
}
