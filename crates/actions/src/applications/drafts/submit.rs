//! Drafts with nothing wrong become applications.

use super::{
    super::submit::{CHECKPOINTS_MAX, TOO_MANY_CHECKPOINTS, line, record},
    judge::Judged,
    organisation,
    rows::judged,
};
use crate::{Answer, Failure, House, accounts::principals::Manager};
use domain::checkpoints::{CheckpointForm, CheckpointNumber};
use registry::ToSubmit;

/// Drafts of one transaction; others who write wait for no more than that.
const BATCH_ROWS: usize = 100;

/// What became of all drafts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// So many are applications now.
    pub submitted: usize,
    /// So many are drafts still.
    pub left: usize,
}

/// Submits every draft that nothing is wrong with, as far as there is room. When it breaks off, what
/// was submitted stays so.
///
/// # Errors
/// `Conflict` without an organisation or with too many checkpoints.
pub async fn submit_all(house: &House, caller: &Manager) -> Answer<Submitted> {
    let organisation = organisation(house, caller).await?;
    let drafts = judged(house, organisation).await?;
    let total = drafts.len();
    let (mut submitted, mut full) = (0, false);
    let good: Vec<Judged> =
        drafts.into_iter().filter(|draft| draft.complaints.is_empty()).collect();
    for batch in good.chunks(BATCH_ROWS) {
        let made = submit(house, caller, organisation, batch).await?;
        submitted += made.into_iter().flatten().count();
        full = house.registry.count_checkpoints_of(organisation).await? >= CHECKPOINTS_MAX;
        if full {
            break;
        }
    }
    if full && submitted == 0 {
        return Err(TOO_MANY_CHECKPOINTS);
    }
    Ok(Submitted { submitted, left: total - submitted })
}

/// Writes a draft anew and submits it.
///
/// # Errors
/// `Invalid` at each field: then it is kept as it was typed; otherwise as [`super::change`] and
/// [`submit_all`].
pub async fn submit_one(
    house: &House,
    caller: &Manager,
    (id, round): (i64, i64),
    form: &CheckpointForm,
) -> Answer<CheckpointNumber> {
    super::change(house, caller, (id, round), form).await?;
    let draft = super::one(house, caller, id).await?;
    if !draft.complaints.is_empty() {
        return Err(Failure::Invalid(draft.complaints));
    }
    let organisation = organisation(house, caller).await?;
    let made = submit(house, caller, organisation, &[draft]).await?;
    if let Some(number) = made.into_iter().flatten().next() {
        return Ok(number);
    }
    let doors = house.registry.count_checkpoints_of(organisation).await?;
    let taken = Failure::Conflict("这个门刚有人申请过，请核对");
    Err(if doors >= CHECKPOINTS_MAX { TOO_MANY_CHECKPOINTS } else { taken })
}

async fn submit(
    house: &House,
    caller: &Manager,
    organisation: i64,
    drafts: &[Judged],
) -> Answer<Vec<Option<CheckpointNumber>>> {
    let rows: Answer<Vec<ToSubmit>> = drafts
        .iter()
        .map(|draft| {
            let record = record(house, organisation, &draft.form.check()?, None)?;
            Ok(ToSubmit { id: draft.id, round: draft.round, record })
        })
        .collect();
    let line = line(house, caller, "由草稿提交");
    Ok(house.registry.submit_drafts(organisation, &rows?, CHECKPOINTS_MAX, &line).await?)
}
