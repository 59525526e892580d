//! Passwords: one's own changed, a forgotten one recovered by phone, one set by a link; and the other
//! sessions of one's account.

use super::{
    problems::{FromElsewhere, Full, Named, Often, SignedIn, Typed},
    sessions::{Session, begun},
    told::{Told, done, read},
};
use crate::{
    address::Client,
    api::json::JsonBody,
    routes::{Route, Who},
    seat::{As, StaffToken},
};
use actions::{
    House,
    accounts::{
        own::{self, PasswordForm},
        principals::Staff,
        recover::{self, RecoverForm},
        session::Token,
    },
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{delete, get, post, put},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (staff, anyone) = (Who::Staff, Who::Anyone);
    vec![
        Route::api(Method::PUT, "/api/v1/account/password", staff, put(change)),
        Route::api(Method::DELETE, "/api/v1/sessions/others", staff, delete(end_others)),
        Route::api(Method::POST, "/api/v1/recoveries/sms-codes", anyone, post(send_code)),
        Route::api(Method::POST, "/api/v1/recoveries", anyone, post(recover)),
        Route::api(Method::GET, "/api/v1/password-links/{link}", anyone, get(look)),
        Route::api(Method::PUT, "/api/v1/password-links/{link}/password", anyone, put(set_by_link)),
    ]
}

/// One's own password to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnPassword {
    /// The one in force.
    current: String,
    /// The new one.
    password: String,
}

/// The password that a link allows to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkedPassword {
    /// The new one.
    password: String,
}

/// The number to which a code is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecoveryCode {
    /// Mobile number.
    phone: String,
}

/// A forgotten password.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewRecovery {
    /// Mobile number.
    phone: String,
    /// The code that was sent to it.
    sms_code: String,
    /// The new password.
    password: String,
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub struct SessionsEnded {
    /// So many.
    ended: u64,
}

/// Whose password a link sets.
#[derive(Serialize, ToSchema)]
pub struct PasswordLink {
    /// The account's phone, masked.
    masked_phone: String,
}

/// The token that a caller has, who is signed in.
fn held(token: Option<StaffToken>) -> String {
    token.map(|StaffToken(token)| token).unwrap_or_default()
}

/// Changes the caller's password. This session goes on, all others of the account end.
#[utoipa::path(
    put, path = "/api/v1/account/password", tag = "accounts", request_body = OwnPassword,
    security(("staff" = [])),
    responses((status = 204, description = "changed"), SignedIn, FromElsewhere, Typed, Often, Full)
)]
pub async fn change(
    State(house): State<Arc<House>>,
    As(caller): As<Staff>,
    token: Option<StaffToken>,
    JsonBody(new): JsonBody<OwnPassword>,
) -> Told {
    let form = PasswordForm { current: new.current, password: new.password };
    own::change_password(&house, &caller, &held(token), &form).await?;
    done()
}

/// Ends every session of the caller's account but this one.
#[utoipa::path(
    delete, path = "/api/v1/sessions/others", tag = "sessions", security(("staff" = [])),
    responses(
        (status = 200, description = "how many", body = SessionsEnded),
        SignedIn, FromElsewhere,
    )
)]
pub async fn end_others(
    State(house): State<Arc<House>>,
    As(caller): As<Staff>,
    token: Option<StaffToken>,
) -> Told {
    let ended = own::sign_out_elsewhere(&house, &caller, &Token(held(token))).await?;
    read(SessionsEnded { ended })
}

/// Sends a manager who has forgotten the password a code; the answer is the same for every number.
#[utoipa::path(
    post, path = "/api/v1/recoveries/sms-codes", tag = "accounts", request_body = NewRecoveryCode,
    responses((status = 204, description = "sent, if there is such"), FromElsewhere, Typed, Often)
)]
pub async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    JsonBody(new): JsonBody<NewRecoveryCode>,
) -> Told {
    recover::send_code(&house, &new.phone, from).await?;
    done()
}

/// Sets a forgotten password and signs in; every other session of the account ends.
#[utoipa::path(
    post, path = "/api/v1/recoveries", tag = "accounts", request_body = NewRecovery,
    responses(
        (status = 201, description = "set and signed in", body = Session),
        FromElsewhere, Typed, Full,
    )
)]
pub async fn recover(
    State(house): State<Arc<House>>,
    JsonBody(new): JsonBody<NewRecovery>,
) -> Told {
    let form = RecoverForm { phone: new.phone, sms_code: new.sms_code, password: new.password };
    begun(&house, recover::recover(&house, &form).await?).await
}

/// Whose password a link sets; uses nothing up.
#[utoipa::path(
    get, path = "/api/v1/password-links/{link}", tag = "accounts",
    params(("link" = String, Path, description = "The last part of the link")),
    responses((status = 200, description = "whose", body = PasswordLink), Named)
)]
pub async fn look(State(house): State<Arc<House>>, Path(link): Path<String>) -> Told {
    read(PasswordLink { masked_phone: own::look(&house, &link).await? })
}

/// Sets the password that a link is for, once; every session of the account ends.
#[utoipa::path(
    put, path = "/api/v1/password-links/{link}/password", tag = "accounts",
    request_body = LinkedPassword,
    params(("link" = String, Path, description = "The last part of the link")),
    responses((status = 204, description = "set"), FromElsewhere, Named, Typed, Full)
)]
pub async fn set_by_link(
    State(house): State<Arc<House>>,
    Path(link): Path<String>,
    JsonBody(new): JsonBody<LinkedPassword>,
) -> Told {
    own::set_by_link(&house, &link, &new.password).await?;
    done()
}
