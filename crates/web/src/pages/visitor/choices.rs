//! The landing page, and how pages look: language and large mode.

use super::show;
use crate::{answer::Shown, cookies, i18n::Lang, page::Page, seat};
use actions::House;
use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/home.html")]
struct HomePage<'a> {
    p: &'a Page,
}

/// `GET /`
pub(super) async fn home(p: Page) -> Shown {
    show(&p, StatusCode::OK, &HomePage { p: &p })
}

/// What a switch asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    on: String,
    to: String,
    next: String,
}

/// `GET /large?on=1&next=/c/…`
pub(super) async fn large(
    State(house): State<Arc<House>>,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Response {
    let choice = choice.map(|Query(choice)| choice).unwrap_or_default();
    let value = if choice.on == "1" { "1" } else { "0" };
    (seat::choice_cookie(&house, cookies::LARGE, value), back(&choice.next)).into_response()
}

/// `GET /lang?to=en&next=/c/…`
pub(super) async fn lang(
    State(house): State<Arc<House>>,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Response {
    let choice = choice.map(|Query(choice)| choice).unwrap_or_default();
    let value = if choice.to == "en" { "en" } else { "zh" };
    (seat::choice_cookie(&house, cookies::LANG, value), back(&choice.next)).into_response()
}

/// Shows a page as a switch says that was pressed beside its form: `1` and `0` of large mode, `en`,
/// `zh`. The cookie's name and value.
pub(super) fn choose(p: &mut Page, pressed: &str) -> (&'static str, &'static str) {
    match pressed {
        "en" | "zh" => {
            let (lang, value) = if pressed == "en" { (Lang::En, "en") } else { (Lang::Zh, "zh") };
            p.lang = lang;
            (cookies::LANG, value)
        }
        _ => {
            p.large = pressed == "1";
            (cookies::LARGE, if p.large { "1" } else { "0" })
        }
    }
}

/// Back to a page of this house, never out of it.
fn back(next: &str) -> Redirect {
    Redirect::to(crate::pages::local(next).unwrap_or("/"))
}

/// The address that the switches of a page lead back to: its own, or that of the page whose form it
/// answers. Many addresses take forms only.
pub(crate) fn come_back(path: &str) -> &str {
    let Some((before, last)) = path.rsplit_once('/') else { return path };
    match last {
        "register" | "sms-code" | "look" | "old-code" | "withdraw" | "revoke" | "sign-out" => {
            before
        }
        "code" if before != "/me" => before,
        "stop" if before == "/me/phone" => before,
        "remove" | "agree" | "decline" => "/me/family",
        "forget" => "/me",
        _ if before.starts_with("/c/") && before.ends_with("/family") => before,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::visitor::routes;
    use axum::http::Method;
    use std::collections::HashSet;

    #[test]
    fn the_switches_lead_back_to_a_page() {
        let routes = routes();
        let of = |method| routes.iter().filter(move |route| route.method == method);
        let pages: HashSet<&str> = of(Method::GET).map(|route| route.path).collect();
        for page in &pages {
            assert_eq!(come_back(page), *page, "a page is come back to itself");
        }
        for form in of(Method::POST) {
            assert!(pages.contains(come_back(form.path)), "{}", form.path);
        }
    }
}
