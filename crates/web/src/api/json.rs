//! JSON in: within its limit, of the right kind, from this house's own pages or a program; what is
//! wrong is named by field.

use crate::{answer, seat};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde::de::DeserializeOwned;

/// A JSON body.
pub struct JsonBody<T>(pub T);

fn refuse(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": format!("urn:venuecode:{code}"),
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    answer::problem_json(status, body)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        // A cookie must not work for another site's script; a program sends a token and no origin.
        if seat::is_cross_site(request.headers()) {
            return Err(refuse(StatusCode::FORBIDDEN, "cross-site", "不接受来自其他网站的请求"));
        }
        if !is_json(request.headers()) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(refuse(status, "not-json", "请求须为 application/json"));
        }
        let body =
            Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => {
                        refuse(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "请求超过 64 KiB")
                    }
                    _ => refuse(StatusCode::BAD_REQUEST, "broken-off", "请求没有发完"),
                }
            })?;
        read(&body).map(Self)
    }
}

/// Syntax errors are 400; a missing or wrong field is 422 and named.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut reader);
    if read.is_ok()
        && let Err(error) = reader.end()
    {
        return Err(refuse(StatusCode::BAD_REQUEST, "bad-json", &error.to_string()));
    }
    read.map_err(|error| {
        if !error.inner().is_data() {
            return refuse(StatusCode::BAD_REQUEST, "bad-json", &error.inner().to_string());
        }
        let said = error.inner().to_string();
        let field = missing_field(&said).unwrap_or_else(|| error.path().to_string());
        let body = serde_json::json!({
            "type": "urn:venuecode:invalid-input",
            "title": "Unprocessable Content",
            "status": 422,
            "detail": "有内容需要改正",
            "errors": [{ "field": field, "detail": said }],
        });
        answer::problem_json(StatusCode::UNPROCESSABLE_ENTITY, body)
    })
}

/// The field named by serde's "missing field `code`" (its path is that of the object around it).
fn missing_field(said: &str) -> Option<String> {
    let rest = said.strip_prefix("missing field `")?;
    Some(rest.split('`').next()?.to_owned())
}
