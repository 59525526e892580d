//! Signing in by phone and password, or by a one-time link.

use super::{
    one_time_links, passwords,
    principals::Staff,
    session::{self, Token},
};
use crate::{Answer, Failure, House};
use domain::{
    audit::{Actor, Deed},
    phones::Phone,
    time::{MINUTE_MS, UnixMs},
};
use registry::{Account, AuditLine, LinkUse};
use vault::Index;

/// Wrong passwords in a row until an account is locked.
const TRIES_MAX: i64 = 5;
/// How long it is locked, in milliseconds.
const LOCKED_MS: i64 = 15 * MINUTE_MS;

/// Signs in by phone and password. Wrong phone and wrong password are answered alike; five wrong
/// tries lock the account for fifteen minutes.
///
/// # Errors
/// `Invalid` at `password`; `TooMany` when locked.
pub async fn by_password(house: &House, phone: &str, password: &str) -> Answer<(Token, Staff)> {
    let account = match Phone::parse(phone) {
        Ok(phone) => {
            let index = house.vault.blind(Index::Phone, phone.as_str());
            house.registry.account_by_phone(&index).await?
        }
        Err(_) => None,
    };
    if account.as_ref().is_some_and(|account| account.locked_until > house.now()) {
        return Err(Failure::TooMany {
            says: "密码连续输错 5 次，账号已锁定，请 15 分钟后再试",
            retry_after_s: 900,
        });
    }
    let stored = account.as_ref().map(|account| account.new.password_hash.clone());
    let right = passwords::verify(house, password, stored).await?;
    match account {
        Some(account) if right => session::start(house, &account, None, "密码登录").await,
        Some(account) => Err(refuse(house, &account).await?),
        None => Err(wrong()),
    }
}

fn wrong() -> Failure {
    Failure::field("password", "手机号或密码不对")
}

async fn refuse(house: &House, account: &Account) -> Answer<Failure> {
    let tries = account.failed_tries + 1;
    let now = house.now();
    let locked = tries >= TRIES_MAX;
    let (tries, until) = if locked { (0, now.plus(LOCKED_MS)) } else { (tries, UnixMs(0)) };
    let line = AuditLine {
        at: now,
        actor: Actor::Nobody,
        deed: Deed::SignInRefused,
        subject: format!("账号 {}", account.id),
        detail: if locked { "锁定 15 分钟" } else { "密码不对" }.to_owned(),
    };
    house.registry.note_failed_try(account.id, tries, until, &line).await?;
    Ok(wrong())
}

/// Signs in by a one-time link.
///
/// # Errors
/// `NotFound` when the link is unknown, used or too old.
pub async fn by_link(house: &House, link: &str) -> Answer<(Token, Staff)> {
    let (mac, found) = one_time_links::find(house, link).await?;
    let LinkUse::SignIn { account } = found.link_use else { return Err(Failure::NotFound) };
    let account = house.registry.account(account).await?.ok_or(Failure::NotFound)?;
    session::start(house, &account, Some(&mac), "一次性链接登录").await
}
