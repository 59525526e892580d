//! From a cookie (or, for the API, a bearer token) to a principal. The only way there.

use crate::{
    answer::{self, PageFailure},
    cookies,
    page::Page,
    pages::desk::come_back,
};
use actions::{
    Answer, Failure, House,
    accounts::{
        principals::{
            Administrator, Auditor, DutyDevice, Inspector, Investigator, Manager, PolicyOfficer,
            PrivacyOfficer, Reviewer, SignScreen, Staff, Visitor,
        },
        second_factor,
        session::{self, Token},
    },
    duty::devices,
    entry_apps, people,
};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// A principal of the caller. Refuses with what fits the address: a page or problem+json.
#[derive(Clone, Debug)]
pub struct As<P>(pub P);

/// Becomes a principal from what a request carries.
trait FromSeat: Sized {
    /// Where somebody who is nobody yet is sent; `None` says so on the spot.
    const ENTRANCE: Option<&'static str>;

    fn from_seat(house: &House, parts: &mut Parts) -> impl Future<Output = Answer<Self>> + Send;
}

/// The signed-in account, looked up once per request.
async fn staff(house: &House, parts: &mut Parts) -> Answer<Staff> {
    if let Some(known) = parts.extensions.get::<Staff>() {
        return Ok(known.clone());
    }
    let staff = session::staff(house, token(parts, cookies::STAFF)?).await?;
    parts.extensions.insert(staff.clone());
    Ok(staff)
}

/// Whoever is signed in, for the head of a page.
pub(crate) async fn anybody(house: &House, parts: &mut Parts) -> Option<Staff> {
    staff(house, parts).await.ok()
}

macro_rules! staff_principal {
    ($($name:ident $as:ident),*) => {$(
        impl FromSeat for $name {
            const ENTRANCE: Option<&'static str> = Some("/login");

            async fn from_seat(house: &House, parts: &mut Parts) -> Answer<Self> {
                staff(house, parts).await?.$as()
            }
        }
    )*};
}

staff_principal!(
    Manager as_manager, Reviewer as_reviewer, Inspector as_inspector,
    Investigator as_investigator, Auditor as_auditor, Administrator as_administrator,
    PolicyOfficer as_policy_officer, PrivacyOfficer as_privacy_officer
);

impl FromSeat for Staff {
    const ENTRANCE: Option<&'static str> = Some("/login");

    async fn from_seat(house: &House, parts: &mut Parts) -> Answer<Self> {
        staff(house, parts).await
    }
}

impl FromSeat for DutyDevice {
    const ENTRANCE: Option<&'static str> = None;

    async fn from_seat(house: &House, parts: &mut Parts) -> Answer<Self> {
        devices::device(house, token(parts, cookies::DUTY)?)
    }
}

impl FromSeat for SignScreen {
    const ENTRANCE: Option<&'static str> = None;

    async fn from_seat(house: &House, parts: &mut Parts) -> Answer<Self> {
        devices::sign(house, token(parts, cookies::DUTY)?)
    }
}

impl FromSeat for Visitor {
    const ENTRANCE: Option<&'static str> = None;

    async fn from_seat(house: &House, parts: &mut Parts) -> Answer<Self> {
        people::session::visitor(house, token(parts, cookies::VISITOR)?).await
    }
}

/// A bearer token when the API is asked, the cookie otherwise.
fn token<'a>(parts: &'a Parts, cookie: &str) -> Answer<&'a str> {
    let bearer = parts.headers.get(header::AUTHORIZATION).filter(|_| is_api(parts));
    let token = match bearer {
        Some(value) => value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")),
        None => cookies::get(&parts.headers, cookie),
    };
    token.ok_or(Failure::NotSignedIn)
}

fn is_api(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/api/")
}

#[allow(private_bounds, reason = "what can be a principal is settled in this file")]
impl<P: FromSeat + Send> FromRequestParts<Arc<House>> for As<P> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Response> {
        match P::from_seat(house, parts).await {
            Ok(principal) => Ok(Self(principal)),
            // Boxed, here and below: every request would keep the room for it.
            Err(failure) => Err(Box::pin(refuse::<P>(parts, house, failure)).await),
        }
    }
}

async fn refuse<P: FromSeat>(parts: &mut Parts, house: &Arc<House>, failure: Failure) -> Response {
    if is_api(parts) {
        return answer::problem(failure);
    }
    match (failure, P::ENTRANCE) {
        (Failure::NotSignedIn, Some(entrance)) => {
            // Only a page can be come back to, and what a form held is gone: that is said.
            let (next, lost) = if parts.method.is_safe() {
                (parts.uri.path_and_query().map_or("", PathAndQuery::as_str), "")
            } else {
                (come_back(parts.uri.path()), "&lost=1")
            };
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            Redirect::to(&format!("{entrance}?next={next}{lost}")).into_response()
        }
        (failure, _) => match Page::from_request_parts(parts, house).await {
            Ok(page) => PageFailure(page, failure).into_response(),
            Err(refused) => refused,
        },
    }
}

#[allow(private_bounds, reason = "what can be a principal is settled in this file")]
impl<P: FromSeat + Send> OptionalFromRequestParts<Arc<House>> for As<P> {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        house: &Arc<House>,
    ) -> Result<Option<Self>, Response> {
        match P::from_seat(house, parts).await {
            Ok(principal) => Ok(Some(Self(principal))),
            Err(Failure::NotSignedIn | Failure::Forbidden) => Ok(None),
            Err(failure) => Err(Box::pin(refuse::<P>(parts, house, failure)).await),
        }
    }
}

/// The token of the signed-in account, for signing out.
#[derive(Clone, Debug)]
pub struct StaffToken(pub String);

impl OptionalFromRequestParts<Arc<House>> for StaffToken {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<House>,
    ) -> Result<Option<Self>, Self::Rejection> {
        Ok(token(parts, cookies::STAFF).ok().map(|token| Self(token.to_owned())))
    }
}

/// The token of a sign-in that waits for its second factor.
#[derive(Clone, Debug)]
pub struct SignInToken(pub String);

impl OptionalFromRequestParts<Arc<House>> for SignInToken {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<House>,
    ) -> Result<Option<Self>, Self::Rejection> {
        let token = cookies::get(&parts.headers, cookies::SIGN_IN);
        Ok(token.map(|token| Self(token.to_owned())))
    }
}

/// What this browser holds of trust, and nothing for one that was never trusted.
pub(crate) fn trusted(headers: &HeaderMap) -> Option<&str> {
    cookies::get(headers, cookies::TRUSTED)
}

/// A `Set-Cookie` header to answer with.
pub type SetCookie = [(HeaderName, HeaderValue); 1];

fn cookie(house: &House, name: &str, value: &str, lasts_s: i64) -> SetCookie {
    [(header::SET_COOKIE, cookies::set(house, name, value, lasts_s))]
}

/// Keeps an account signed in; the server ends it after idling.
#[must_use]
pub fn staff_cookie(house: &House, token: &Token) -> SetCookie {
    cookie(house, cookies::STAFF, &token.0, 24 * 3600)
}

/// Signs the account of this browser out.
#[must_use]
pub fn no_staff_cookie(house: &House) -> SetCookie {
    cookie(house, cookies::STAFF, "", 0)
}

/// Remembers which sign-in waits for its second factor.
#[must_use]
pub(crate) fn sign_in_cookie(house: &House, token: &Token) -> SetCookie {
    cookie(house, cookies::SIGN_IN, &token.0, second_factor::LASTS_MS / 1000)
}

/// Forgets the sign-in that waited.
#[must_use]
pub(crate) fn no_sign_in_cookie(house: &House) -> SetCookie {
    cookie(house, cookies::SIGN_IN, "", 0)
}

/// Keeps this browser trusted.
#[must_use]
pub(crate) fn trusted_cookie(house: &House, trusted: &str) -> SetCookie {
    cookie(house, cookies::TRUSTED, trusted, second_factor::TRUSTED_DAYS * 24 * 3600)
}

/// Keeps a visitor known for a year.
#[must_use]
pub fn visitor_cookie(house: &House, token: &str) -> SetCookie {
    cookie(house, cookies::VISITOR, token, people::session::LASTS_S)
}

/// Forgets the visitor in this browser.
#[must_use]
pub fn no_visitor_cookie(house: &House) -> SetCookie {
    cookie(house, cookies::VISITOR, "", 0)
}

/// Keeps what a sign-in by an app left, until somebody has registered.
#[must_use]
pub(crate) fn app_cookie(house: &House, left: &str) -> SetCookie {
    cookie(house, cookies::APP, left, entry_apps::TICKET_LASTS_S)
}

/// Keeps for a while that this browser was sent to an app; what it comes back with takes its place.
#[must_use]
pub(crate) fn sent_cookie(house: &House, sent: &str) -> SetCookie {
    cookie(house, cookies::APP, sent, 2 * 60)
}

/// Forgets what a sign-in by an app left.
#[must_use]
pub(crate) fn no_app_cookie(house: &House) -> SetCookie {
    cookie(house, cookies::APP, "", 0)
}

/// Remembers which app this browser is inside of.
#[must_use]
pub(crate) fn inside_cookie(house: &House, app: &str) -> SetCookie {
    cookie(house, cookies::INSIDE, app, people::session::LASTS_S)
}

/// Forgets which app this browser is inside of.
#[must_use]
pub(crate) fn no_inside_cookie(house: &House) -> SetCookie {
    cookie(house, cookies::INSIDE, "", 0)
}

/// Keeps a duty device enrolled until it is revoked.
#[must_use]
pub fn duty_cookie(house: &House, token: &str) -> SetCookie {
    cookie(house, cookies::DUTY, token, 400 * 24 * 3600)
}

/// Keeps for a while that this browser opened the code of a door's sign in time.
#[must_use]
pub(crate) fn sign_cookie(house: &House, note: &str) -> SetCookie {
    cookie(house, cookies::SIGN, note, 15 * 60)
}

/// Remembers a choice of how pages look.
#[must_use]
pub(crate) fn choice_cookie(house: &House, name: &str, value: &str) -> SetCookie {
    cookie(house, name, value, 365 * 24 * 3600)
}

/// W3C Fetch Metadata Request Headers, 2.3.
static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a browser says that a request comes from another site.
pub(crate) fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&SEC_FETCH_SITE) {
        return !matches!(site, "same-origin" | "none");
    }
    match (text(&header::ORIGIN), text(&header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_none_or(|(_, authority)| authority != host)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_site_is_recognised() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            headers
        };
        assert!(is_cross_site(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(is_cross_site(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!is_cross_site(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(is_cross_site(&headers(&[
            ("origin", "https://elsewhere.example"),
            ("host", "here")
        ])));
        assert!(is_cross_site(&headers(&[("origin", "null"), ("host", "here")])));
        assert!(!is_cross_site(&headers(&[("origin", "http://here:80"), ("host", "here:80")])));
        assert!(!is_cross_site(&headers(&[])));
    }
}
