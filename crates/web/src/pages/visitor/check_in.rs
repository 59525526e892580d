//! A scanned code: the door, and the way in for somebody known or new.

use super::{entry, register, show};
use crate::{
    answer::{PageFailure, Shown},
    cookies,
    forms::Checked,
    frame::Frame,
    page::{Page, Text},
    seat::{self, As},
    whole::to_the_end,
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    checkins::{
        look::{Door, Looked, Words, look},
        record::{Scanned, record},
    },
    duty::signs,
    people::mine::masked_name,
};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect},
};
use domain::{
    checkins::Method,
    entry_apps::App,
    presence::{SignSeen, Told},
    time::UnixMs,
};
use futures_util::future::{BoxFuture, Either, Ready, ready};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/check_in.html")]
struct CheckIn<'a> {
    p: &'a Page,
    code: &'a str,
    door: &'a Door,
    words: Words<'a>,
    masked_name: String,
    wait: Option<Wait>,
}

/// Why an entry was not recorded yet; the page tries again by itself.
#[derive(Clone, Copy)]
struct Wait {
    status: StatusCode,
    says: &'static str,
    seconds: u32,
}

/// Seconds after which a page without scripts comes back, beyond what it was told to wait.
const COME_BACK_S: u32 = 12;

#[derive(Template)]
#[template(path = "visitor/dead_code.html")]
struct DeadCode<'a> {
    p: &'a Page,
    title: &'static str,
    says: &'static str,
    door: Option<&'a Door>,
    since: Option<UnixMs>,
}

/// `GET /c/{code}`
///
/// Whoever is known is answered at once, and what takes longer for a stranger is boxed: a future of a
/// kilobyte for each of tens of thousands a second is not made just to be ready.
pub(super) fn page(
    State(house): State<Arc<House>>,
    p: Page,
    visitor: Option<As<Visitor>>,
    Extension(frame): Extension<Frame>,
    Path(code): Path<String>,
    // Taken and not copied, as extracting the headers alone would.
    request: Request,
) -> Either<Ready<Shown>, BoxFuture<'static, Shown>> {
    let door = match (open_door(&house, &p, &code), visitor) {
        (Err(dead), _) => return Either::Left(ready(dead)),
        (Ok(door), Some(As(visitor))) => {
            return Either::Left(ready(known(&house, &p, &code, &door, &visitor, None)));
        }
        (Ok(door), None) => door,
    };
    let headers = request.into_parts().0.headers;
    let shown = async move { entry::unknown(&house, &p, &frame, &headers, &code, &door).await };
    Either::Right(Box::pin(shown))
}

/// `GET /c/{code}/{token}`: the code of a door's sign. What it shows is the door's page, at its own
/// address; a photo of an earlier code says that it is one.
pub(super) async fn signed_page(
    State(house): State<Arc<House>>,
    p: Page,
    Extension(frame): Extension<Frame>,
    Path((code, token)): Path<(String, String)>,
) -> Shown {
    let door = match open_door(&house, &p, &code) {
        Ok(door) => door,
        Err(dead) => return dead,
    };
    let door_page = Redirect::to(&format!("/c/{code}"));
    if !door.settings.has_sign {
        return Ok(door_page.into_response());
    }
    let (status, title, says) = match signs::opened(&house, &code, &token) {
        SignSeen::Fresh => {
            let note = signs::note(&house, &frame.seat, &code);
            return Ok((seat::sign_cookie(&house, &note), door_page).into_response());
        }
        SignSeen::Old => OLD_SIGN,
        SignSeen::Missing | SignSeen::NotAsked => NO_SIGN,
    };
    show(&p, status, &DeadCode { p: &p, title, says, door: Some(&door), since: None })
}

const OLD_SIGN: (StatusCode, &str, &str) =
    (StatusCode::GONE, "这个电子码已过期", "电子码每 15 秒更换一次。请扫门口屏幕上现在的码。");
const NO_SIGN: (StatusCode, &str, &str) =
    (StatusCode::NOT_FOUND, "这不是场所码", "网址不完整或有错，请重新扫门口的码。");

/// What is sent along with a scan, where its door asks for it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    pub(super) position: String,
}

/// How this browser comes to a door.
pub(super) fn scanned(
    house: &House,
    (code, door): (&str, &Door),
    frame: &Frame,
    headers: &HeaderMap,
    position: &str,
) -> Scanned {
    let sign = match door.settings.has_sign {
        true => signs::noted(house, &frame.seat, code, cookies::get(headers, cookies::SIGN)),
        false => SignSeen::NotAsked,
    };
    let position = door.settings.spot.and_then(|_| Told::read(position));
    Scanned { method: method(headers), position, sign }
}

/// `POST /c/{code}`
pub(super) async fn enter(
    State(house): State<Arc<House>>,
    p: Page,
    visitor: Option<As<Visitor>>,
    Extension(frame): Extension<Frame>,
    Path(code): Path<String>,
    headers: HeaderMap,
    Checked(sent): Checked<Sent>,
) -> Shown {
    let door = match open_door(&house, &p, &code) {
        Ok(door) => door,
        Err(dead) => return dead,
    };
    // The session ended meanwhile, or cookies are off: registering is the way in.
    let Some(As(visitor)) = visitor else { return register::blank(&house, &p, &code, &door) };
    let way = scanned(&house, (&code, &door), &frame, &headers, &sent.position);
    // They lie in the connection's buffer, which is wanted again.
    drop(headers);
    let (whole, scanned) = (Arc::clone(&house), code.clone());
    let entry = async move { record(&whole, &visitor, &scanned, way).await };
    match to_the_end(entry).await {
        Ok(receipt) => Ok(Redirect::to(&format!("/c/{code}/r/{}", receipt.id)).into_response()),
        Err(Failure::Busy) => known(&house, &p, &code, &door, &visitor, Some(FULL)),
        Err(Failure::TooMany { says, retry_after_s }) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let wait = Wait { status, says, seconds: retry_after_s };
            known(&house, &p, &code, &door, &visitor, Some(wait))
        }
        Err(failure) => Err(PageFailure(p, failure)),
    }
}

/// How an entry of this browser is made.
pub(crate) fn method(headers: &HeaderMap) -> Method {
    entry::app_of(headers).map_or(Method::Browser, App::method)
}

const FULL: Wait = Wait {
    status: StatusCode::SERVICE_UNAVAILABLE,
    says: "现在人多，正在自动重试，请不要关闭页面。",
    seconds: 1,
};

fn known(
    house: &House,
    p: &Page,
    code: &str,
    door: &Door,
    visitor: &Visitor,
    wait: Option<Wait>,
) -> Shown {
    let masked_name =
        masked_name(house, visitor).map_err(|failure| PageFailure(p.clone(), failure))?;
    let status = wait.map_or(StatusCode::OK, |wait| wait.status);
    let page = CheckIn { p, code, door, words: door.words(), masked_name, wait };
    let mut response = show(p, status, &page)?;
    if let Some(wait) = wait {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.seconds));
        // Without scripts the page comes back with its button; with them it has tried again before.
        let back = format!("{}; url=/c/{code}", wait.seconds + COME_BACK_S);
        if let Ok(back) = HeaderValue::try_from(back) {
            headers.insert(header::REFRESH, back);
        }
    }
    Ok(response)
}

/// The door behind a code, or the page that says why there is none.
pub(super) fn open_door(house: &House, p: &Page, code: &str) -> Result<Arc<Door>, Shown> {
    let dead = |status, title, says, door: Option<&Door>, since| {
        Err(show(p, status, &DeadCode { p, title, says, door, since }))
    };
    let (missing, gone) = (StatusCode::NOT_FOUND, StatusCode::GONE);
    match look(house, code) {
        Looked::Door(door) => Ok(door),
        Looked::Malformed => {
            dead(missing, "这不是场所码", "网址不完整或有错，请重新扫门口的码。", None, None)
        }
        Looked::Unknown => dead(
            missing,
            "没有这个场所码",
            "这个码没有登记过，可能是假码，请告诉值守人员。",
            None,
            None,
        ),
        Looked::Suspended(door) => {
            dead(gone, "这个场所码已暂停使用", "请找门口值守人员登记。", Some(&door), None)
        }
        Looked::Replaced(door, since) => {
            dead(gone, "这个场所码已更换", "请扫门口新贴的码。", Some(&door), Some(since))
        }
        Looked::Closed(door) => dead(gone, "这个检查点已关闭", "请走其他入口。", Some(&door), None),
    }
}
