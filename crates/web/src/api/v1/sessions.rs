//! Sessions of accounts, for programs: a token for phone and password, who it belongs to, its end.

use super::{
    problems::{FromElsewhere, Full, Named, Often, SignedIn as OfStaff, Typed},
    told::{Told, done, made, read},
};
use crate::{
    api::json::JsonBody,
    routes::{Route, Who},
    seat::{As, StaffToken},
};
use actions::{
    Failure, House,
    accounts::{
        principals::Staff,
        second_factor::{self, Begun},
        session::{self, IDLE_MS_MAX, Token},
        sign_in::{self, SignedIn},
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode},
    response::IntoResponse,
    routing::{delete, get, post},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURRENT: &str = "/api/v1/sessions/current";
const SECOND_FACTOR: &str = "/api/v1/sessions/second-factor";
const CODES: &str = "/api/v1/sessions/second-factor/codes";

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::api(Method::POST, "/api/v1/sessions", Who::Anyone, post(create)),
        Route::api(Method::POST, SECOND_FACTOR, Who::Anyone, post(finish)),
        Route::api(Method::POST, CODES, Who::Anyone, post(send_again)),
        Route::api(Method::GET, CURRENT, Who::Staff, get(current)),
        Route::api(Method::DELETE, CURRENT, Who::Staff, delete(end)),
        Route::api(
            Method::POST,
            "/api/v1/sign-in-links/{link}/session",
            Who::Anyone,
            post(create_by_link),
        ),
    ]
}

/// Phone and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// Mobile number.
    #[schema(example = "13800138000")]
    phone: String,
    /// Password.
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct SignedInAs {
    /// `manager`, `reviewer`, `investigator`, `auditor`, `administrator`.
    role: &'static str,
    /// The account's name, masked.
    masked_name: String,
    /// Code of the county (six digits) or township (nine) that a reviewer is narrowed to; none for
    /// the whole city.
    region: Option<String>,
    /// The session ends when it is not used for so long.
    idle_ms_max: i64,
}

impl From<&Staff> for SignedInAs {
    fn from(staff: &Staff) -> Self {
        Self {
            role: staff.role().code(),
            masked_name: staff.masked_name().to_owned(),
            region: staff.region().map(str::to_owned),
            idle_ms_max: IDLE_MS_MAX,
        }
    }
}

/// A session that has just begun.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// To be sent with every request as `Authorization: Bearer …`. Said this once.
    token: String,
    /// Who it belongs to.
    #[serde(flatten)]
    who: SignedInAs,
}

/// A sign-in that waits for the code that was sent by text message.
#[derive(Serialize, ToSchema)]
pub struct WaitsForCode {
    /// Names the sign-in for ten minutes; to be sent with the code.
    waiting: String,
    /// Where the code went, masked.
    masked_phone: String,
}

/// The second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// What the first step answered.
    waiting: String,
    /// The code from the text message.
    sms_code: String,
}

/// 201 with the token of a session that has just begun.
pub(super) async fn begun(house: &House, Token(token): Token) -> Told {
    let staff = session::staff(house, &token).await?;
    made(CURRENT.to_owned(), Session { token, who: SignedInAs::from(&staff) })
}

/// Signs in by phone and password; where a second factor is wanted, a code is sent and the sign-in
/// waits for it.
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "sessions", request_body = NewSession,
    responses(
        (status = 201, description = "signed in", body = Session),
        (status = 202, description = "a code was sent; see sessions/second-factor", body = WaitsForCode),
        FromElsewhere, Typed, Often, Full,
    )
)]
pub async fn create(State(house): State<Arc<House>>, JsonBody(new): JsonBody<NewSession>) -> Told {
    match sign_in::by_password(&house, &new.phone, &new.password, None).await? {
        SignedIn::In(token, _) => begun(&house, token).await,
        SignedIn::CodeSent(Begun { token: Token(waiting), phone: masked_phone }) => {
            let waits = WaitsForCode { waiting, masked_phone };
            Ok((StatusCode::ACCEPTED, Json(waits)).into_response())
        }
    }
}

/// Finishes a sign-in with the code.
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factor", tag = "sessions", request_body = SecondFactor,
    responses(
        (status = 201, description = "signed in", body = Session),
        FromElsewhere, Typed, Full,
    )
)]
pub async fn finish(
    State(house): State<Arc<House>>,
    JsonBody(typed): JsonBody<SecondFactor>,
) -> Told {
    let both = second_factor::finish(&house, &typed.waiting, &typed.sms_code, false).await;
    begun(&house, both.map_err(over)?.token).await
}

/// A sign-in is named in the body: that it is not there is a complaint about that field.
fn over(failure: Failure) -> Failure {
    match failure {
        Failure::NotFound => Failure::field("waiting", "登录已过期，请重新输入密码"),
        other => other,
    }
}

/// Which sign-in waits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// What the first step answered.
    waiting: String,
}

/// Sends another code; earlier ones no longer work.
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factor/codes",
    tag = "sessions", request_body = NewCode,
    responses((status = 204, description = "sent"), FromElsewhere, Typed, Often)
)]
pub async fn send_again(
    State(house): State<Arc<House>>,
    JsonBody(typed): JsonBody<NewCode>,
) -> Told {
    second_factor::send_again(&house, &typed.waiting).await.map_err(over)?;
    done()
}

/// Signs in by a one-time link; `link` is the last part of its address. The link is used up.
#[utoipa::path(
    post, path = "/api/v1/sign-in-links/{link}/session", tag = "sessions",
    params(("link" = String, Path, description = "The last part of the link")),
    responses(
        (status = 201, description = "signed in", body = Session),
        FromElsewhere, Named,
    )
)]
pub async fn create_by_link(State(house): State<Arc<House>>, Path(link): Path<String>) -> Told {
    let (token, _) = sign_in::by_link(&house, &link).await?;
    begun(&house, token).await
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/v1/sessions/current", tag = "sessions", security(("staff" = [])),
    responses(
        (status = 200, description = "the caller", body = SignedInAs),
        OfStaff,
    )
)]
pub async fn current(As(staff): As<Staff>) -> Told {
    read(SignedInAs::from(&staff))
}

/// Signs out: the token is nobody's from now on.
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", tag = "sessions", security(("staff" = [])),
    responses(
        (status = 204, description = "signed out"),
        OfStaff, FromElsewhere,
    )
)]
pub async fn end(
    State(house): State<Arc<House>>,
    As(_): As<Staff>,
    token: Option<StaffToken>,
) -> Told {
    if let Some(StaffToken(token)) = token {
        session::sign_out(&house, &token).await?;
    }
    done()
}
