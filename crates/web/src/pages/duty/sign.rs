//! The electronic sign of a door: a code that changes, for everybody to scan, and nothing of anybody.

use super::unbound;
use crate::{
    answer::{PageFailure, Shown},
    page::Page,
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::SignScreen,
    duty::signs::{self, STEP_MS, Sign},
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse},
};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "duty/sign.html")]
struct SignPage<'a> {
    p: &'a Page,
    sign: Option<&'a Sign>,
    /// Why there is no code.
    says: &'static str,
    seconds: i64,
}

/// `GET /sign`: the page draws itself anew as often as the code changes.
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    caller: Option<As<SignScreen>>,
) -> Shown {
    let Some(As(caller)) = caller else { return unbound::stranger(&p) };
    let (sign, says) = match signs::sign(&house, &caller) {
        Ok(sign) => (Some(sign), ""),
        Err(Failure::Conflict(says)) => (None, says),
        Err(failure) => return Err(PageFailure(p, failure)),
    };
    let page = SignPage { p: &p, sign: sign.as_ref(), says, seconds: STEP_MS / 1000 };
    let html = page.render().map_err(|e| PageFailure(p.clone(), Failure::broken(e)))?;
    Ok((StatusCode::OK, Html(html)).into_response())
}
