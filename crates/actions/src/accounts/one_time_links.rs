//! Links that work once: signing in, setting up an account, enrolling a duty device.

use crate::{Answer, Failure, House, house::fresh_token};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    outside::Dice,
    time::{HOUR_MS, UnixMs},
};
use registry::{AuditLine, Link, LinkUse, Registry};
use vault::{Purpose, Vault};

/// How long a sign-in or set-up link works, in milliseconds.
pub const LASTS_MS: i64 = 24 * HOUR_MS;

/// Makes a link and gives its token; only a MAC of it is stored.
pub(crate) async fn make(
    house: &House,
    link_use: LinkUse,
    lasts_ms: i64,
    line: Option<&AuditLine>,
) -> Answer<String> {
    let token = house.fresh_token();
    let mac = house.vault.mac(Purpose::OneTimeLink, token.as_bytes());
    let link = Link { link_use, expires: house.now().plus(lasts_ms) };
    house.registry.insert_link(&mac, &link, line).await?;
    Ok(token)
}

/// A link that still works, and the MAC it is stored under.
///
/// # Errors
/// `NotFound` when it is unknown, used or too old.
pub(crate) async fn find(house: &House, token: &str) -> Answer<([u8; 32], Link)> {
    let mac = house.vault.mac(Purpose::OneTimeLink, token.as_bytes());
    let link = house.registry.link(&mac, house.now()).await?.ok_or(Failure::NotFound)?;
    Ok((mac, link))
}

/// The link with which the first administrator is set up, while there is no account at all but
/// venue managers'. For the command line.
///
/// # Errors
/// `Conflict` when there is somebody already.
pub async fn first_set_up(house: &House) -> Answer<String> {
    if !house.registry.staff_accounts().await?.is_empty() {
        return Err(Failure::Conflict("已有账号，请由系统管理员新建"));
    }
    // One at a time: a link printed by an earlier start must not make another administrator.
    house.registry.void_first_links().await?;
    let link_use = LinkUse::SetUp { role: Role::Administrator, county: None };
    let token = make(house, link_use, LASTS_MS, None).await?;
    Ok(format!("{}/set-up/{token}", house.settings.public_url))
}

/// The token of a link that sets up another administrator. For the command line, beside a running
/// house.
///
/// # Errors
/// Of the registry.
pub async fn administrator_link(
    registry: &Registry,
    vault: &Vault,
    dice: &dyn Dice,
    now: UnixMs,
) -> Result<String, registry::RegistryError> {
    let token = fresh_token(dice);
    let link_use = LinkUse::SetUp { role: Role::Administrator, county: None };
    let link = Link { link_use, expires: now.plus(LASTS_MS) };
    let line = AuditLine {
        at: now,
        actor: Actor::System,
        deed: Deed::AccountMade,
        subject: Role::Administrator.label().to_owned(),
        detail: "命令行".to_owned(),
    };
    let mac = vault.mac(Purpose::OneTimeLink, token.as_bytes());
    registry.insert_link(&mac, &link, Some(&line)).await?;
    Ok(token)
}

/// A link that signs an account in once. For the command line of the demonstration.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn sign_in_link(house: &House, account: i64) -> Answer<String> {
    let token = make(house, LinkUse::SignIn { account }, LASTS_MS, None).await?;
    Ok(format!("{}/sign-in/{token}", house.settings.public_url))
}
