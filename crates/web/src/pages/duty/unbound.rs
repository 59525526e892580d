//! A device that belongs to no door: what to do, in three steps.

use crate::{
    answer::{PageFailure, Shown},
    page::Page,
};
use actions::Failure;
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse},
};

#[derive(Template)]
#[template(path = "duty/unbound.html")]
struct Unbound<'a> {
    p: &'a Page,
    title: &'static str,
}

/// The screen was opened by a device that is not enrolled, or not any more.
pub(super) fn stranger(p: &Page) -> Shown {
    draw(p, StatusCode::UNAUTHORIZED, "这台设备还没有绑定")
}

/// The link was used, is too old or never was.
pub(super) fn dead_link(p: &Page) -> Shown {
    draw(p, StatusCode::NOT_FOUND, "绑定链接已用过或已过期")
}

fn draw(p: &Page, status: StatusCode, title: &'static str) -> Shown {
    let html = Unbound { p, title }.render();
    let html = html.map_err(|e| PageFailure(p.clone(), Failure::broken(e)))?;
    Ok((status, Html(html)).into_response())
}
