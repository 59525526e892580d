//! Refusals and failures as people see them: a calm page in plain words, or problem+json
//! (RFC 9457) for programs. The inside goes to the log, once, here.

use crate::page::Page;
use actions::Failure;
use askama::Template;
use axum::{
    Json,
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use std::sync::OnceLock;

/// What a page's handler answers with.
pub type Shown = Result<Response, PageFailure>;

/// A failure on the way to a page.
#[derive(Debug)]
pub struct PageFailure(pub Page, pub Failure);

/// What went wrong, for a page of its own. Texts are Chinese and keys into the catalogues.
pub(crate) struct Trouble {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) says: &'static str,
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    p: &'a Page,
    title: &'a str,
    says: &'a str,
    reference: Option<&'a str>,
}

/// One address asks too much: said to people and to programs, and told when again.
pub(crate) fn too_many(page: Page, retry_after_s: u32) -> Response {
    let failure = Failure::TooMany {
        says: "这个网络的访问太频繁，请稍等片刻再试。",
        retry_after_s,
    };
    if crate::frame::is_bare(&page.path) {
        return problem(failure);
    }
    PageFailure(page, failure).into_response()
}

/// Seconds until a busy house is tried again.
const BUSY_RETRY_S: u32 = 1;

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        let Self(page, failure) = self;
        let reference = note(&failure, &page.nonce);
        let (status, title) = headline(&failure);
        let says = says(&failure);
        let mut response = draw(&page, status, title, says, reference);
        retry_after(&mut response, &failure);
        response
    }
}

/// A page that says what is wrong.
pub(crate) fn trouble(page: &Page, trouble: &Trouble) -> Response {
    draw(page, trouble.status, trouble.title, trouble.says, None)
}

fn draw(
    p: &Page,
    status: StatusCode,
    title: &str,
    says: &str,
    reference: Option<&str>,
) -> Response {
    let page = TroublePage { p, title, says, reference };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, title.to_owned()).into_response(),
    }
}

/// Logs what is broken and gives the reference number under which it is found.
fn note<'a>(failure: &Failure, nonce: &'a str) -> Option<&'a str> {
    let Failure::Broken(inner) = failure else { return None };
    let reference = nonce.get(..8).unwrap_or("-");
    tracing::error!(reference, error = %chain(&**inner), "a request failed");
    Some(reference)
}

/// An error and what caused it, on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}

fn headline(failure: &Failure) -> (StatusCode, &'static str) {
    match failure {
        Failure::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "有内容需要改正"),
        Failure::NotSignedIn => (StatusCode::UNAUTHORIZED, "还没有登录"),
        Failure::Forbidden => (StatusCode::FORBIDDEN, "没有权限"),
        Failure::NotFound => (StatusCode::NOT_FOUND, "没有找到"),
        Failure::Conflict(_) => (StatusCode::CONFLICT, "现在不能这样做"),
        Failure::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "操作太频繁"),
        Failure::Busy => (StatusCode::SERVICE_UNAVAILABLE, "现在人多"),
        Failure::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, "系统出错了"),
    }
}

fn says(failure: &Failure) -> &'static str {
    match failure {
        Failure::Invalid(complaints) => {
            complaints.0.first().map_or("请检查填写的内容。", |c| c.says)
        }
        Failure::NotSignedIn => "请先登录。市民请先扫一次门口的场所码完成登记。",
        Failure::Forbidden => "当前账号不能打开这个页面。请换一个账号登录。",
        Failure::NotFound => "这里没有内容，或者不属于您。链接可能已用过或已过期。",
        Failure::Conflict(says) | Failure::TooMany { says, .. } => says,
        Failure::Busy => "请稍等几秒再试，不用重新填写。",
        Failure::Broken(_) => "请稍后再试。刚才的内容可能没有保存，请先看一看再提交。",
    }
}

fn retry_after(response: &mut Response, failure: &Failure) {
    let seconds = match failure {
        Failure::Busy => BUSY_RETRY_S,
        Failure::TooMany { retry_after_s, .. } => *retry_after_s,
        _ => return,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

/// A failure as problem+json. The title is English and stable; the detail is Chinese.
pub(crate) fn problem(failure: Failure) -> Response {
    if matches!(failure, Failure::Busy) {
        return busy();
    }
    worded(failure)
}

/// What a full house says to thousands at once is put into words once.
fn busy() -> Response {
    static BODY: OnceLock<Bytes> = OnceLock::new();
    let body = BODY.get_or_init(|| {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let body = serde_json::json!({
            "type": format!("urn:venuecode:{}", code(&Failure::Busy)),
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": says(&Failure::Busy),
        });
        body.to_string().into()
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON)),
        (header::RETRY_AFTER, HeaderValue::from(BUSY_RETRY_S)),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, body.clone()).into_response()
}

fn worded(failure: Failure) -> Response {
    let code = code(&failure);
    note(&failure, "-");
    let (status, _) = headline(&failure);
    let title = status.canonical_reason().unwrap_or("error");
    let mut body = serde_json::json!({
        "type": format!("urn:venuecode:{code}"),
        "title": title,
        "status": status.as_u16(),
        "detail": says(&failure),
    });
    if let Failure::Invalid(complaints) = &failure {
        let errors: Vec<_> = complaints
            .0
            .iter()
            .map(|c| serde_json::json!({ "field": c.field, "detail": c.says }))
            .collect();
        body["errors"] = errors.into();
    }
    let mut response = problem_json(status, body);
    retry_after(&mut response, &failure);
    response
}

const PROBLEM_JSON: &str = "application/problem+json";

/// Any body as problem+json.
pub(crate) fn problem_json(status: StatusCode, body: serde_json::Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    let kind = HeaderValue::from_static(PROBLEM_JSON);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn code(failure: &Failure) -> &'static str {
    match failure {
        Failure::Invalid(_) => "invalid-input",
        Failure::NotSignedIn => "not-signed-in",
        Failure::Forbidden => "not-allowed",
        Failure::NotFound => "not-found",
        Failure::Conflict(_) => "conflict",
        Failure::TooMany { .. } => "too-many",
        Failure::Busy => "busy",
        Failure::Broken(_) => "broken",
    }
}

/// A status in words, for what no handler answered: no such address, a path that cannot be read,
/// a request that took too long, a panic. Without the frame of a page it is for a program.
pub(crate) fn in_words(page: Option<&Page>, status: StatusCode) -> Response {
    let busy = status == StatusCode::SERVICE_UNAVAILABLE;
    let mut response = if let Some(page) = page {
        let (title, says) = match status {
            StatusCode::METHOD_NOT_ALLOWED => ("不能这样打开", "请从页面上操作。"),
            _ if busy => ("现在人多", "请稍等几秒再试，不用重新填写。"),
            _ if status.is_server_error() => {
                ("系统出错了", "请稍后再试。刚才的内容可能没有保存，请先看一看再提交。")
            }
            _ => ("没有这个页面", "请核对网址，或重新扫码。"),
        };
        trouble(page, &Trouble { status, title, says })
    } else {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or("error"),
            "status": status.as_u16(),
        });
        problem_json(status, body)
    };
    if busy {
        retry_after(&mut response, &Failure::Busy);
    }
    response
}

/// Whether an answer is a refusal without words for people: a layer or an extractor made it.
pub(crate) fn is_wordless(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    (status.is_client_error() || status.is_server_error())
        && kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// After a panic. The frame around the request puts it into words.
pub(crate) fn panicked() -> Response {
    tracing::error!("a request panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
