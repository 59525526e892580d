//! The second step of signing in: the code from the text message. Which sign-in waits stands in a
//! cookie, so that it is in no address.

use super::sign_in::Next;
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, query_text, said, show, to},
    pages::local,
    seat::{self, SignInToken},
};
use actions::{
    Failure, House,
    accounts::second_factor::{self, TRUSTED_DAYS, Waiting},
};
use askama::Template;
use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/second_factor.html")]
pub(super) struct SecondFactor {
    pub(super) p: Page,
    pub(super) waiting: Waiting,
    pub(super) next: String,
    pub(super) sent: bool,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

impl SecondFactor {
    fn trusted_days(&self) -> i64 {
        TRUSTED_DAYS
    }
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    sms_code: String,
    trust: String,
    next: String,
}

/// The address of this step.
pub(super) const STEP: &str = "/login/code";

/// `GET /login/code`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    token: Option<SignInToken>,
    query: Asked<Next>,
) -> Shown {
    let next = local(&asked(query).next).unwrap_or_default().to_owned();
    form(&house, p, token.as_ref(), next, false, Said::default()).await
}

/// `POST /login/code/again`
pub async fn send_again(
    State(house): State<Arc<House>>,
    p: Page,
    token: Option<SignInToken>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    let Some(SignInToken(held)) = &token else { return Ok(to("/login")) };
    match second_factor::send_again(&house, held).await {
        Ok(()) => form(&house, p, token.as_ref(), next, true, Said::default()).await,
        Err(Failure::NotFound) => Ok(to("/login")),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, token.as_ref(), next, false, said).await
        }
    }
}

/// `POST /login/code`
pub async fn finish(
    State(house): State<Arc<House>>,
    p: Page,
    token: Option<SignInToken>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    let Some(SignInToken(held)) = &token else { return Ok(to("/login")) };
    match second_factor::finish(&house, held, &typed.sms_code, !typed.trust.is_empty()).await {
        Ok(both) => {
            let aim = local(&next).unwrap_or(both.staff.role().home());
            let signed_in = seat::staff_cookie(&house, &both.token);
            let done = seat::no_sign_in_cookie(&house);
            let trusted =
                both.trusted.map(|trusted| AppendHeaders(seat::trusted_cookie(&house, &trusted)));
            Ok((AppendHeaders(signed_in), AppendHeaders(done), trusted, to(aim)).into_response())
        }
        Err(Failure::NotFound) => Ok(to("/login")),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, token.as_ref(), next, false, said).await
        }
    }
}

/// The address of this step, keeping where to go on to.
pub(super) fn step(next: &str) -> String {
    if next.is_empty() { STEP.to_owned() } else { query_text(STEP, &[("next", next)]) }
}

async fn form(
    house: &House,
    p: Page,
    token: Option<&SignInToken>,
    next: String,
    sent: bool,
    said: Said,
) -> Shown {
    // Without a sign-in that waits, the password comes first.
    let Some(SignInToken(token)) = token else { return Ok(to("/login")) };
    let waiting = match second_factor::look(house, token).await {
        Ok(waiting) => waiting,
        Err(Failure::NotFound) => return Ok(to("/login")),
        Err(failure) => return Err(crate::pages::desk::failed(&p)(failure)),
    };
    let page =
        SecondFactor { p: p.clone(), waiting, next, sent, marks: said.marks, notice: said.notice };
    show(&p, said.status, &page)
}
