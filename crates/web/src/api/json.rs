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

const BAD_JSON: &str = "请求不是正确的 JSON";

/// Syntax errors are 400; a missing or wrong field is 422 and named.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut reader);
    if read.is_ok() && reader.end().is_err() {
        return Err(refuse(StatusCode::BAD_REQUEST, "bad-json", BAD_JSON));
    }
    read.map_err(|error| {
        if !error.inner().is_data() {
            return refuse(StatusCode::BAD_REQUEST, "bad-json", BAD_JSON);
        }
        // What serde says repeats the value, and the value may be somebody's ID number.
        let (field, says) = match missing_field(&error.inner().to_string()) {
            Some(field) => (field, "缺少这个字段"),
            None => (error.path().to_string(), "这个字段的类型不对"),
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let body = serde_json::json!({
            "type": "urn:venuecode:invalid-input",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": "有内容需要改正",
            "errors": [{ "field": field, "detail": says }],
        });
        answer::problem_json(StatusCode::UNPROCESSABLE_ENTITY, body)
    })
}

/// The field named by serde's "missing field `code`" (its path is that of the object around it).
fn missing_field(said: &str) -> Option<String> {
    let rest = said.strip_prefix("missing field `")?;
    Some(rest.split('`').next()?.to_owned())
}
