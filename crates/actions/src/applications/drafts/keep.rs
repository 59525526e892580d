//! A draft is kept, changed, thrown away.

use super::{DRAFTS_MAX, judge, organisation};
use crate::{Answer, Failure, House, accounts::principals::Manager};
use domain::checkpoints::CheckpointForm;
use registry::NewDraft;

const TOO_MANY: Failure = Failure::Conflict("一个单位最多 10000 条草稿，请先提交或删除一些");

/// Keeps a form as it is; the draft's number.
///
/// # Errors
/// `Conflict` without an organisation or with too many drafts.
pub async fn keep(house: &House, caller: &Manager, form: &CheckpointForm) -> Answer<i64> {
    let organisation = organisation(house, caller).await?;
    let new = [judge::draft(house, 0, form, &[])?];
    let kept = keep_many(house, organisation, &new).await?;
    kept.first().copied().ok_or(Failure::NotFound)
}

pub(super) async fn keep_many(
    house: &House,
    organisation: i64,
    new: &[NewDraft],
) -> Answer<Vec<i64>> {
    let now = house.now();
    let kept = house.registry.insert_drafts(organisation, new, DRAFTS_MAX, now).await?;
    kept.ok_or(TOO_MANY)
}

/// Writes a draft, of which the `round`-th version was on the page, anew.
///
/// # Errors
/// `NotFound` for one that is gone or somebody else's; `Conflict` when somebody changed it meanwhile.
/// Nothing of the form is kept then.
pub async fn change(
    house: &House,
    caller: &Manager,
    (id, round): (i64, i64),
    form: &CheckpointForm,
) -> Answer<()> {
    let organisation = organisation(house, caller).await?;
    let new = judge::draft(house, 0, form, &[])?;
    let now = house.now();
    if house.registry.change_draft(organisation, (id, round), &new, now).await? {
        return Ok(());
    }
    super::one(house, caller, id).await?;
    Err(Failure::Conflict("这条草稿刚被修改或提交过，请打开最新的再改；这里填的还没有保存"))
}

/// Throws one draft away, or all of them; says how many.
///
/// # Errors
/// `Conflict` without an organisation.
pub async fn delete(house: &House, caller: &Manager, only: Option<i64>) -> Answer<u64> {
    let organisation = organisation(house, caller).await?;
    Ok(house.registry.delete_drafts(organisation, only).await?)
}
