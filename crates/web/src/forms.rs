//! Forms: from this house's own pages only, within their limits.

use crate::{
    answer,
    frame::{Frame, Letters},
    page::Page,
    seat,
};
use actions::House;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Multipart, Request, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde::de::DeserializeOwned;
use std::{collections::HashMap, sync::Arc};

/// A form whose hidden field `csrf` is the one this browser was given.
pub struct Checked<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<House>> for Checked<T> {
    type Rejection = Response;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let page = Page::from_request_parts(&mut parts, house).await?;
        let seat = parts.extensions.get::<Frame>().map(|frame| frame.seat);
        let refuse = |trouble| answer::trouble(&page, trouble);
        if !is_form(&parts.headers) {
            return Err(refuse(&NOT_A_FORM));
        }
        let foreign = seat::is_cross_site(&parts.headers);
        let body = Bytes::from_request(Request::from_parts(parts, body), house);
        let body = body.await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => refuse(&TOO_LARGE),
            _ => refuse(&BROKEN_OFF),
        })?;
        let (guards, rest): (Vec<_>, Vec<_>) =
            form_urlencoded::parse(&body).partition(|(name, _)| name == "csrf");
        let guards: Vec<_> = guards.iter().map(|(_, guard)| &**guard).collect();
        if foreign || !holds(house, seat, &guards) {
            return Err(refuse(&STALE));
        }
        let rest: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
        serde_urlencoded::from_str(&rest).map(Self).map_err(|_| refuse(&UNREADABLE))
    }
}

/// A file from this house's own pages: the field `file` of a form with `csrf`, as `multipart/form-data`
/// (RFC 7578).
#[derive(Default)]
pub struct CheckedFile {
    /// The file's bytes.
    pub file: Vec<u8>,
    /// The other fields.
    pub fields: HashMap<String, String>,
}

/// Most parts of a form with a file.
const PARTS_MAX: usize = 8;

impl FromRequest<Arc<House>> for CheckedFile {
    type Rejection = Response;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let page = Page::from_request_parts(&mut parts, house).await?;
        let seat = parts.extensions.get::<Frame>().map(|frame| frame.seat);
        let refuse = |trouble| answer::trouble(&page, trouble);
        let foreign = seat::is_cross_site(&parts.headers);
        let multipart = Multipart::from_request(Request::from_parts(parts, body), house).await;
        let (guards, form) = parts_of(multipart.map_err(|_| refuse(&NOT_A_FORM))?).await.map_err(
            |error| match error.status() {
                StatusCode::PAYLOAD_TOO_LARGE => refuse(&TOO_LARGE),
                _ => refuse(&BROKEN_OFF),
            },
        )?;
        let guards: Vec<_> = guards.iter().map(String::as_str).collect();
        if foreign || !holds(house, seat, &guards) {
            return Err(refuse(&STALE));
        }
        Ok(form)
    }
}

/// Whether a form's only guard is this browser's random cookie, which pages of this house alone can
/// know. Where no page is, none is made for a browser without one: nothing is guarded by nothing.
fn holds(house: &House, seat: Option<Letters>, guards: &[&str]) -> bool {
    match (seat, guards) {
        (Some(seat), [guard]) if !seat.is_empty() => house.same_secret(&seat, guard),
        _ => false,
    }
}

/// The guards, and the rest of the form; what has no name is passed over.
async fn parts_of(mut multipart: Multipart) -> Result<(Vec<String>, CheckedFile), MultipartError> {
    let (mut guards, mut form) = (Vec::new(), CheckedFile::default());
    for _ in 0..PARTS_MAX {
        let Some(field) = multipart.next_field().await? else { break };
        match field.name().map(str::to_owned).as_deref() {
            Some("csrf") => guards.push(field.text().await?),
            Some("file") => form.file = field.bytes().await?.to_vec(),
            Some(name) => {
                form.fields.insert(name.to_owned(), field.text().await?);
            }
            None => {}
        }
    }
    Ok((guards, form))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// What can be wrong with a form as a whole.
const STALE: answer::Trouble = answer::Trouble {
    status: StatusCode::FORBIDDEN,
    title: "页面已过期",
    says: "请返回上一页，刷新后再提交。刚才填写的内容没有保存。",
};
const NOT_A_FORM: answer::Trouble = answer::Trouble {
    status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
    title: "提交的格式不对",
    says: "请从页面上提交。",
};
const TOO_LARGE: answer::Trouble = answer::Trouble {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    title: "提交的内容太长",
    says: "表单最多 64 KB，文件的上限写在选择文件的地方。请返回，缩短或换小一些的文件后再提交。",
};
const BROKEN_OFF: answer::Trouble = answer::Trouble {
    status: StatusCode::BAD_REQUEST,
    title: "提交中断",
    says: "网络中断，请返回后再试一次。",
};
const UNREADABLE: answer::Trouble = answer::Trouble {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    title: "提交的内容看不懂",
    says: "请返回页面重新填写。",
};
