//! A second officer agrees or turns down; whoever proposed it may take it back.

use super::is_theirs;
use crate::{Answer, Failure, House, accounts::principals::PolicyOfficer};
use domain::{audit::Deed, entry_policy::NOTE_CHARS_MAX, text::line};
use registry::{AuditLine, PolicyOutcome};

const DECIDED: &str = "这个策略已经处理过，请看最新状态";

/// Agrees to a proposal: it holds from the moment that was wanted, or from now.
///
/// # Errors
/// `NotFound` for one that is not there or not theirs; `Conflict` for one's own, or when it does not
/// wait any more.
pub async fn approve(house: &House, caller: &PolicyOfficer, version: u32) -> Answer<()> {
    let own = theirs(house, caller, version).await?;
    if own {
        return Err(Failure::Conflict("不能复核自己提出的策略，请另一位防控专员复核"));
    }
    decide(house, caller, version, (PolicyOutcome::Approved, "")).await?;
    house.catch_up().await
}

/// Turns a proposal down.
///
/// # Errors
/// As [`approve`], and `Invalid` at `reason`.
pub async fn refuse(
    house: &House,
    caller: &PolicyOfficer,
    version: u32,
    reason: &str,
) -> Answer<()> {
    let own = theirs(house, caller, version).await?;
    if own {
        return Err(Failure::Conflict("这是您自己提出的策略，可以撤回"));
    }
    let reason = line(reason, NOTE_CHARS_MAX, "请写明不同意的原因", "不能超过 200 个字");
    let reason = reason.map_err(|says| Failure::field("reason", says))?;
    decide(house, caller, version, (PolicyOutcome::Refused, &reason)).await
}

/// Takes one's own proposal back.
///
/// # Errors
/// `NotFound` for one that is not there or not theirs; `Conflict` for somebody else's, or when it was
/// decided meanwhile.
pub async fn withdraw(house: &House, caller: &PolicyOfficer, version: u32) -> Answer<()> {
    let own = theirs(house, caller, version).await?;
    if !own {
        return Err(Failure::Conflict("只有提出的人可以撤回"));
    }
    decide(house, caller, version, (PolicyOutcome::Withdrawn, "")).await
}

/// Whether the caller proposed it; fails for one that is not in their region.
async fn theirs(house: &House, caller: &PolicyOfficer, version: u32) -> Answer<bool> {
    let found = house.registry.policy(version).await?.ok_or(Failure::NotFound)?;
    if !is_theirs(house, caller, &found.reach).await? {
        return Err(Failure::NotFound);
    }
    Ok(found.proposed_by == caller.account)
}

async fn decide(
    house: &House,
    caller: &PolicyOfficer,
    version: u32,
    (outcome, reason): (PolicyOutcome, &str),
) -> Answer<()> {
    let what = match outcome {
        PolicyOutcome::Approved => "同意",
        PolicyOutcome::Refused => "不同意",
        PolicyOutcome::Withdrawn => "撤回",
    };
    let detail = if reason.is_empty() { what.to_owned() } else { format!("{what}：{reason}") };
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::PolicyDecided,
        subject: format!("通行策略 {version}"),
        detail,
    };
    let by = (outcome, caller.account);
    let done = house.registry.decide_policy(version, by, reason, &line).await?;
    if done { Ok(()) } else { Err(Failure::Conflict(DECIDED)) }
}
