//! What programs send: JSON and files within their limits and of the right kind, and the words of a
//! query; what is wrong is named by field.

use super::openapi::FieldError;
use crate::answer;
use actions::Failure;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use std::io;
use utoipa::IntoParams;

/// A JSON body.
pub struct JsonBody<T>(pub T);

pub(crate) fn refuse(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": format!("urn:venuecode:{code}"),
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    answer::problem_json(status, body)
}

/// What the front says to a request that another site's page made.
pub(crate) fn cross_site() -> Response {
    refuse(StatusCode::FORBIDDEN, "cross-site", "不接受来自其他网站的请求")
}

/// Something typed cannot be taken.
pub(crate) fn invalid(errors: Vec<FieldError>) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let body = serde_json::json!({
        "type": "urn:venuecode:invalid-input",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": "有内容需要改正",
        "errors": errors,
    });
    answer::problem_json(status, body)
}

fn is_one_of(headers: &HeaderMap, kinds: &[&str]) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| kinds.iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

/// Why a body did not come as a whole.
fn not_whole(rejection: &BytesRejection, too_large: &'static str) -> Response {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "too-large", too_large)
        }
        _ => refuse(StatusCode::BAD_REQUEST, "broken-off", "请求没有发完"),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Response;

    // A function inside of another keeps the request once more; this one is kept by every scan.
    fn from_request(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, Response>> + Send {
        let is_json = is_one_of(request.headers(), &["application/json"]);
        let body = is_json.then(|| Bytes::from_request(request, state));
        async move {
            let Some(body) = body else {
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return Err(refuse(status, "not-json", "请求须为 application/json"));
            };
            let body = body.await.map_err(|why| not_whole(&why, "请求超过 64 KiB"))?;
            read(&body).map(Self)
        }
    }
}

/// JSON that begins with room for so many bytes: it does not grow by copying when that is enough.
pub(crate) fn in_json(value: &impl Serialize, bytes: usize) -> Response {
    let mut body = Pieces(Vec::with_capacity(bytes));
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => ([(header::CONTENT_TYPE, JSON)], body.0).into_response(),
        Err(error) => answer::problem(Failure::broken(error)),
    }
}

/// JSON as it is written. Most of its pieces are one mark, which is set and not copied.
struct Pieces(Vec<u8>);

impl io::Write for Pieces {
    #[inline]
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece).map(|()| piece.len())
    }

    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        match piece {
            [mark] => self.0.push(*mark),
            piece => self.0.extend_from_slice(piece),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A file as the body of a request, of one of these content types.
pub(crate) async fn file(request: Request, kinds: &[&str]) -> Result<Vec<u8>, Response> {
    if !is_one_of(request.headers(), kinds) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(refuse(status, "not-such-a-file", "不接受这种类型的文件"));
    }
    let body = Bytes::from_request(request, &()).await;
    Ok(body.map_err(|why| not_whole(&why, "文件太大"))?.to_vec())
}

/// The words of a query. One that is not described is refused and not passed over, so that a list
/// is never longer than was meant.
pub struct QueryOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + IntoParams> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let query = parts.uri.query().unwrap_or_default();
        let described = T::into_params(|| None);
        let known = form_urlencoded::parse(query.as_bytes())
            .all(|(name, _)| described.iter().any(|described| described.name == name));
        let read = serde_urlencoded::from_str(query).ok().filter(|_| known);
        read.map(Self)
            .ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "bad-query", "网址中的查询条件有误"))
    }
}

/// Most characters of a field's name that are said back.
const FIELD_CHARS_MAX: usize = 60;
const BAD_JSON: &str = "请求不是正确的 JSON";
const NO_OBJECT: &str = "请求须为一个 JSON 对象";

/// What was sent, an object. What is right is read once; where a wrong one is wrong takes reading it
/// again.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    // A list of values without names would be taken for an object's, in the order of our fields.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(refuse(StatusCode::BAD_REQUEST, "bad-json", NO_OBJECT));
    }
    serde_json::from_slice(body).map_err(|_| wrong::<T>(body))
}

/// Syntax errors are 400; a missing or wrong field is 422 and named.
fn wrong<T: DeserializeOwned>(body: &[u8]) -> Response {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let error = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) if error.inner().is_data() => error,
        _ => return refuse(StatusCode::BAD_REQUEST, "bad-json", BAD_JSON),
    };
    // What serde says repeats the value, and the value may be somebody's ID number.
    let said = error.inner().to_string();
    let (field, says) = if let Some(field) = named(&said, "missing field `") {
        (field, "缺少这个字段")
    } else if let Some(field) = named(&said, "unknown field `") {
        (field, "没有这个字段")
    } else {
        (error.path().to_string(), "这个字段的类型不对")
    };
    invalid(vec![FieldError::new(field, says)])
}

/// The field named by serde's "missing field `code`" (its path is that of the object around it).
fn named(said: &str, before: &str) -> Option<String> {
    let rest = said.strip_prefix(before)?;
    Some(rest.split('`').next()?.chars().take(FIELD_CHARS_MAX).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::to_bytes;

    #[tokio::test]
    async fn json_is_whole_with_more_room_and_with_less_than_it_needs() {
        let value = serde_json::json!({
            "": "\u{1}\"\\", "place": "场所 <b>&", "none": null, "numbers": [0, -1, 1.5, i64::MIN],
        });
        for bytes in [0, 1, 1_024] {
            let body = in_json(&value, bytes).into_body();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            assert_eq!(&body[..], value.to_string().as_bytes(), "{bytes}");
        }
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sent {
        code: String,
        people: Vec<Person>,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Person {
        number: u32,
    }

    async fn told(body: &str) -> (u16, serde_json::Value) {
        let answer = read::<Sent>(body.as_bytes()).unwrap_err();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn what_is_right_is_read_and_of_the_rest_is_said_what_is_wrong_and_where() {
        let right = read::<Sent>(br#" {"code":"x","people":[{"number":1}]} "#).unwrap();
        assert_eq!((right.code.as_str(), right.people[0].number), ("x", 1));
        for (body, field, says) in [
            (r#"{"people":[]}"#, "code", "缺少这个字段"),
            (r#"{"code":"x","people":[],"more":1}"#, "more", "没有这个字段"),
            (r#"{"code":7,"people":[]}"#, "code", "这个字段的类型不对"),
            (
                r#"{"code":"x","people":[{"number":1},{"number":"341202"}]}"#,
                "people[1].number",
                "这个字段的类型不对",
            ),
        ] {
            let (status, body) = told(body).await;
            let errors = serde_json::json!([{"field": field, "detail": says}]);
            assert_eq!((status, &body["errors"]), (422, &errors));
            assert!(!body.to_string().contains("341202"), "no value is said back");
        }
        for body in
            ["", "{", r#"{"code":"x","people":[]} x"#, r#"{"code":"x","people":[}"#, r#" ["x",[]]"#]
        {
            let (status, told) = told(body).await;
            assert_eq!((status, &told["type"]), (400, &"urn:venuecode:bad-json".into()), "{body}");
        }
    }
}
