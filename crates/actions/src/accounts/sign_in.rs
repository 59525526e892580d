//! Signing in by phone and password, or by a one-time link.

use super::{
    one_time_links, passwords,
    principals::Staff,
    second_factor::{self, Begun},
    session::{self, Token},
};
use crate::{Answer, Failure, House};
use domain::{
    audit::{Actor, Deed},
    phones::Phone,
    time::{MINUTE_MS, UnixMs},
};
use registry::{Account, AuditLine, LinkUse};
use tokio::sync::SemaphorePermit;
use vault::Index;

/// Wrong passwords in a row until an account is locked.
const TRIES_MAX: i64 = 5;
/// How long it is locked, in milliseconds.
const LOCKED_MS: i64 = 15 * MINUTE_MS;

/// What a right password leads to.
pub enum SignedIn {
    /// Signed in.
    In(Token, Staff),
    /// A code was sent to the account's phone, and signing in goes on with it.
    CodeSent(Begun),
}

/// Signs in by phone and password, or begins to where a code by text message is to follow: not from
/// a browser whose `trusted` token says that it was there before. Wrong phone and wrong password are
/// answered alike until five wrong tries lock the account for fifteen minutes, which tells that there
/// is one. A try counts before the password is compared, so that tries side by side cannot outrun the
/// count; the right one forgets them.
///
/// # Errors
/// `Invalid` at `password`; `TooMany` when locked, and when the account was sent too many codes on
/// this day; `Conflict` when the code cannot be sent.
pub async fn by_password(
    house: &House,
    phone: &str,
    password: &str,
    trusted: Option<&str>,
) -> Answer<SignedIn> {
    let account = match Phone::parse(phone) {
        Ok(phone) => {
            let index = house.vault.blind(Index::Phone, phone.as_str());
            house.registry.account_by_phone(&index).await?
        }
        Err(_) => None,
    };
    if let Some(account) = &account {
        unlocked(house, account.locked_until)?;
    }
    let turn = passwords::turn()?;
    let Some(account) = account else {
        passwords::verify(turn, house, password, None).await?;
        return Err(wrong());
    };
    compared(turn, house, &account, password).await?;
    if second_factor::is_wanted(house) && !second_factor::is_trusted(house, &account, trusted) {
        return Ok(SignedIn::CodeSent(second_factor::begin(house, &account).await?));
    }
    let (token, staff) = session::start(house, &account, None, "密码登录").await?;
    Ok(SignedIn::In(token, staff))
}

/// Whether a password is the account's; a wrong one counts as one at signing in does.
///
/// # Errors
/// `Invalid` when it is not; `TooMany` when locked.
pub(super) async fn is_right(house: &House, account: &Account, password: &str) -> Answer<()> {
    unlocked(house, account.locked_until)?;
    compared(passwords::turn()?, house, account, password).await?;
    Ok(house.registry.forgive_tries(account.id).await?)
}

/// Counts the try, then compares.
async fn compared(
    turn: SemaphorePermit<'static>,
    house: &House,
    account: &Account,
    password: &str,
) -> Answer<()> {
    let tries = count_try(house, account).await?;
    let stored = account.new.password_hash.clone();
    if passwords::verify(turn, house, password, Some(stored)).await? {
        return Ok(());
    }
    Err(refuse(house, account, tries).await?)
}

fn wrong() -> Failure {
    Failure::field("password", "手机号或密码不对")
}

/// Nothing is compared while an account is locked.
fn unlocked(house: &House, until: UnixMs) -> Answer<()> {
    let wait_ms = until.since(house.now());
    if wait_ms <= 0 {
        return Ok(());
    }
    Err(Failure::TooMany {
        says: "密码连续输错 5 次，账号已锁定，请 15 分钟后再试",
        retry_after_s: u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX),
    })
}

/// Counts a try; how many there are now.
async fn count_try(house: &House, account: &Account) -> Answer<i64> {
    let now = house.now();
    if let Some(tries) = house.registry.count_failed_try(account.id, now, TRIES_MAX).await? {
        return Ok(tries);
    }
    // Five are being compared, or were when the process ended: either way the account is locked.
    let until = lock(house, account).await?;
    unlocked(house, until)?;
    Err(wrong())
}

/// Locks an account; until when.
async fn lock(house: &House, account: &Account) -> Answer<UnixMs> {
    let until = house.now().plus(LOCKED_MS);
    let line = line(house, account, "锁定 15 分钟");
    house.registry.note_failed_try(account.id, 0, until, &line).await?;
    Ok(until)
}

async fn refuse(house: &House, account: &Account, tries: i64) -> Answer<Failure> {
    if tries >= TRIES_MAX {
        lock(house, account).await?;
    } else {
        house.registry.audit(&[line(house, account, "密码不对")]).await?;
    }
    Ok(wrong())
}

pub(super) fn line(house: &House, account: &Account, detail: &str) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: Actor::Nobody,
        deed: Deed::SignInRefused,
        subject: format!("账号 {}", account.id),
        detail: detail.to_owned(),
    }
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
