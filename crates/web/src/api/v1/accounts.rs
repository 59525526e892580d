//! Accounts: a venue manager registers; the administrator lists and invites; somebody invited sets
//! the account up.

use super::{
    problems::{FromElsewhere, Full, Guarded, Named, Often, Typed},
    sessions::{Session, begun},
    told::{Told, done, read},
};
use crate::{
    address::Client,
    api::json::JsonBody,
    pages::desk::number,
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::{
        make::{self, AccountRow, NewAccountForm, SetUpForm},
        principals::Administrator,
        register::{RegisterForm, register_manager},
        sms_codes::{self, CodeUse},
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode},
    response::IntoResponse,
    routing::{get, post},
};
use domain::regions::Region;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let accounts = "/api/v1/accounts";
    let invitation = "/api/v1/invitations/{link}";
    vec![
        Route::api(Method::POST, accounts, Who::Anyone, post(register)),
        Route::api(Method::POST, "/api/v1/accounts/sms-codes", Who::Anyone, post(send_code)),
        Route::api(Method::GET, accounts, Who::Administrator, get(list)),
        Route::api(
            Method::POST,
            "/api/v1/accounts/{id}/password-links",
            Who::Administrator,
            post(password_link),
        ),
        Route::api(Method::POST, "/api/v1/invitations", Who::Administrator, post(invite)),
        Route::api(Method::GET, invitation, Who::Anyone, get(look)),
        Route::api(Method::POST, "/api/v1/invitations/{link}/account", Who::Anyone, post(set_up)),
    ]
}

/// A venue manager's account to be.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewManager {
    /// Name.
    name: String,
    /// Mobile number.
    phone: String,
    /// The code that was sent to it.
    sms_code: String,
    /// Password.
    password: String,
}

/// The number to which a code is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSmsCode {
    /// Mobile number.
    phone: String,
}

/// Which account is to be set up by whoever gets the link.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewInvitation {
    /// `reviewer`, `inspector`, `investigator`, `auditor` or `administrator`.
    role: String,
    /// Code of the county or township that a reviewer or inspector is narrowed to; empty for the whole city.
    county: String,
}

/// A link that was just made.
#[derive(Serialize, ToSchema)]
pub struct InvitationLink {
    /// The whole link; works once, for 24 hours. Said this once.
    url: String,
}

/// What a link is for.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    /// `reviewer`, `inspector`, `investigator`, `auditor` or `administrator`.
    role: &'static str,
    /// Code of the county or township it is narrowed to.
    county: Option<String>,
    /// Name of that region.
    county_name: Option<String>,
}

/// What somebody invited says.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewStaff {
    /// Name.
    name: String,
    /// Mobile number.
    phone: String,
    /// The code that was sent to it, where a second factor is wanted.
    sms_code: String,
    /// Password.
    password: String,
}

/// All accounts but the managers'.
#[derive(Serialize, ToSchema)]
pub struct Accounts {
    /// The accounts.
    accounts: Vec<Account>,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub struct Account {
    /// Number.
    id: i64,
    /// `reviewer`, `inspector`, `investigator`, `auditor` or `administrator`.
    role: &'static str,
    /// Masked name.
    masked_name: String,
    /// Masked phone.
    masked_phone: String,
    /// Code of the county or township it is narrowed to.
    county: Option<String>,
    /// Name of that region.
    county_name: Option<String>,
    /// When it was made, milliseconds since 1970 UTC.
    made_ms: i64,
}

/// Code and name.
fn said(county: Option<Region>) -> (Option<String>, Option<String>) {
    county.map(|region| (region.code.as_str().to_owned(), region.name)).unzip()
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        let (county, county_name) = said(row.county);
        Self {
            id: row.id,
            role: row.role.code(),
            masked_name: row.name,
            masked_phone: row.phone,
            county,
            county_name,
            made_ms: row.made.0,
        }
    }
}

/// Sends a code by text message for registering; the answer is the same whether the number is known.
#[utoipa::path(
    post, path = "/api/v1/accounts/sms-codes", tag = "accounts", request_body = NewSmsCode,
    responses((status = 204, description = "sent"), FromElsewhere, Typed, Often)
)]
pub async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    JsonBody(new): JsonBody<NewSmsCode>,
) -> Told {
    sms_codes::send(&house, CodeUse::Account, &new.phone, from).await?;
    done()
}

/// Registers a venue manager and signs the account in.
#[utoipa::path(
    post, path = "/api/v1/accounts", tag = "accounts", request_body = NewManager,
    responses(
        (status = 201, description = "registered and signed in", body = Session),
        FromElsewhere, Typed, Full,
    )
)]
pub async fn register(
    State(house): State<Arc<House>>,
    JsonBody(new): JsonBody<NewManager>,
) -> Told {
    let NewManager { name, phone, sms_code, password } = new;
    let form = RegisterForm { name, phone, sms_code, password };
    begun(&house, register_manager(&house, &form).await?).await
}

/// The accounts, without the managers'.
#[utoipa::path(
    get, path = "/api/v1/accounts", tag = "accounts", security(("staff" = [])),
    responses((status = 200, description = "the accounts", body = Accounts), Guarded)
)]
pub async fn list(State(house): State<Arc<House>>, As(caller): As<Administrator>) -> Told {
    let rows = make::list(&house, &caller).await?;
    read(Accounts { accounts: rows.into_iter().map(Account::from).collect() })
}

/// Makes a one-time link for a new account.
#[utoipa::path(
    post, path = "/api/v1/invitations", tag = "accounts", request_body = NewInvitation,
    security(("staff" = [])),
    responses(
        (status = 201, description = "the link", body = InvitationLink),
        Guarded, Typed,
    )
)]
pub async fn invite(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    JsonBody(new): JsonBody<NewInvitation>,
) -> Told {
    let form = NewAccountForm { role: new.role, county: new.county };
    let url = make::invite(&house, &caller, &form).await?;
    // No Location: the link is a secret, and heads of answers are written into logs.
    Ok((StatusCode::CREATED, Json(InvitationLink { url })).into_response())
}

/// What a link is for; uses nothing up. `link` is the last part of its address.
#[utoipa::path(
    get, path = "/api/v1/invitations/{link}", tag = "accounts",
    params(("link" = String, Path, description = "The last part of the link")),
    responses((status = 200, description = "what it is for", body = Invitation), Named)
)]
pub async fn look(State(house): State<Arc<House>>, Path(link): Path<String>) -> Told {
    let found = make::look(&house, &link).await?;
    let (county, county_name) = said(found.county);
    read(Invitation { role: found.role.code(), county, county_name })
}

/// Sets the account up and signs it in. The link is used up when that succeeds.
#[utoipa::path(
    post, path = "/api/v1/invitations/{link}/account", tag = "accounts", request_body = NewStaff,
    params(("link" = String, Path, description = "The last part of the link")),
    responses(
        (status = 201, description = "made and signed in", body = Session),
        FromElsewhere, Named, Typed, Full,
    )
)]
pub async fn set_up(
    State(house): State<Arc<House>>,
    Path(link): Path<String>,
    JsonBody(new): JsonBody<NewStaff>,
) -> Told {
    let form = SetUpForm {
        name: new.name,
        phone: new.phone,
        sms_code: new.sms_code,
        password: new.password,
    };
    let (token, _) = make::set_up(&house, &link, &form).await?;
    begun(&house, token).await
}

/// Makes a link with which somebody of the authority sets a new password.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/password-links",
    tag = "accounts", security(("staff" = [])),
    params(("id" = i64, Path, description = "The account's number")),
    responses((status = 201, description = "the link", body = InvitationLink), Guarded, Named)
)]
pub async fn password_link(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(id): Path<String>,
) -> Told {
    let url = make::password_link(&house, &caller, number(&id)?).await?;
    Ok((StatusCode::CREATED, Json(InvitationLink { url })).into_response())
}
