//! What these tests share: asking with nothing but what is written here, becoming somebody, and
//! looking into the house.

use crate::browser::{Browser, Seen};
use actions::{
    accounts::sms_codes::CodeUse,
    applications::{mine, review, submit},
    people::register::register,
};
use axum::{
    body::Body,
    http::{Method, Request, header},
    response::Response,
};
use domain::{
    accounts::Role, applications::State, checkpoints::CheckpointForm, people::PersonForm,
};
use http_body_util::BodyExt;
use std::sync::Arc;
use testkit::{Door, TestHouse};
use visits::{Visit, Window};
use web::{front::Front, routes::Who};

pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The web side of a house.
pub(crate) fn router(t: &TestHouse) -> Front {
    Front::new(Arc::clone(&t.house))
}

/// The answer with its body still open.
pub(crate) async fn answer(
    router: &Front,
    method: &Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router.answer(request.body(body.into()).unwrap()).await
}

/// The whole answer.
pub(crate) async fn ask(
    router: &Front,
    method: &Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Seen {
    let (parts, body) = answer(router, method, path, headers, body).await.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Seen { status: parts.status, headers: parts.headers, bytes }
}

impl Browser {
    /// The browser of whoever holds this token under this cookie.
    pub(crate) async fn holding(t: &TestHouse, cookie: &str, token: &str) -> Self {
        let mut browser = Self::new(t).await;
        browser.cookies.insert(cookie.to_owned(), token.to_owned());
        browser
    }

    /// The cookies as a browser sends them.
    pub(crate) fn cookie(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        cookies.join("; ")
    }

    /// Sends a body with headers of its own, besides the cookies; keeps no cookie.
    pub(crate) async fn ask(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Seen {
        let cookie = self.cookie();
        let mut all = vec![("host", "127.0.0.1:8080"), ("cookie", cookie.as_str())];
        all.extend(headers);
        ask(&self.router, method, path, &all, body).await
    }
}

impl Seen {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn kind(&self) -> &str {
        self.header(header::CONTENT_TYPE)
    }
}

/// Every kind of caller with a browser of its own; `None` is nobody.
pub(crate) async fn callers(t: &TestHouse) -> Vec<(Option<Who>, Browser)> {
    let door = t.door().await;
    let (_, visitor) = t.visitor().await;
    let duty = t.duty(&door).await;
    let sign = t.sign(&door).await;
    let mut all = vec![
        (None, Browser::new(t).await),
        (Some(Who::Visitor), Browser::holding(t, "vc_visitor", &visitor).await),
        (Some(Who::Duty), Browser::holding(t, "vc_duty", &duty).await),
        (Some(Who::Sign), Browser::holding(t, "vc_duty", &sign).await),
    ];
    for (who, role) in [
        (Who::Manager, Role::Manager),
        (Who::Reviewer, Role::Reviewer),
        (Who::Inspector, Role::Inspector),
        (Who::Investigator, Role::Investigator),
        (Who::Auditor, Role::Auditor),
        (Who::Administrator, Role::Administrator),
        (Who::PolicyOfficer, Role::PolicyOfficer),
        (Who::PrivacyOfficer, Role::PrivacyOfficer),
    ] {
        all.push((Some(who), Browser::of(t, &t.staff_token(role, "").await).await));
    }
    all
}

/// The path of a route with a number at every variable.
pub(crate) fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        // There is a group of categories 1 from the start.
        "{code}" => "0",
        part if part.starts_with('{') => "1",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What somebody types to register and enter.
pub(crate) fn typed<'a>(form: &'a PersonForm, sms_code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", &form.name),
        ("id_kind", &form.id_kind),
        ("id_number", &form.id_number),
        ("phone", &form.phone),
        ("sms_code", sms_code),
        ("consent", "1"),
    ]
}

/// Somebody registered, with a browser that knows them.
pub(crate) async fn known_visitor(t: &TestHouse) -> Browser {
    Browser::holding(t, "vc_visitor", &signed_up(t, &t.person_form()).await).await
}

/// Registers this person; the session's token.
pub(crate) async fn signed_up(t: &TestHouse, form: &PersonForm) -> String {
    let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
    register(&t.house, form, &code).await.unwrap().1
}

/// Everything recorded at a door.
pub(crate) async fn visits_at(t: &TestHouse, door: &Door) -> Vec<Visit> {
    let window = Window { checkpoint: door.number.0, from_ms: 0, to_ms: i64::MAX };
    t.visits.visits_at(window).await.unwrap()
}

/// An approved door made from this form, which belongs to a new manager.
pub(crate) async fn door_of(t: &TestHouse, form: &CheckpointForm) -> Door {
    let token = t.manager_with_organisation().await;
    let manager = t.staff(&token).await.as_manager().unwrap();
    let number = submit::submit(&t.house, &manager, form).await.unwrap();
    let reviewer = t.staff_token(Role::Reviewer, "341202").await;
    let reviewer = t.staff(&reviewer).await.as_reviewer().unwrap();
    let filter = review::Filter::all(State::Submitted);
    let queue = review::queue(&t.house, &reviewer, &filter).await.unwrap();
    review::approve(&t.house, &reviewer, queue.rows.last().unwrap().id, 1).await.unwrap();
    let url = mine::one(&t.house, &manager, number).await.unwrap().code.unwrap().url;
    Door { number, code: url.rsplit('/').next().unwrap().to_owned(), manager: token }
}

/// Everything the house has written down, byte for byte.
pub(crate) fn written(t: &TestHouse) -> Vec<(String, Vec<u8>)> {
    let (mut files, mut folders) = (Vec::new(), vec![t.data()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().ends_with("-shm") {
                files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}
