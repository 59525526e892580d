//! The manager's drafts, each judged anew: what is wrong may have changed since it was written.

use super::{
    judge::{Judge, Judged},
    organisation,
};
use crate::{Answer, Failure, House, accounts::principals::Manager, categories, regions};
use registry::Draft;

/// Drafts of one page.
pub const PAGE_ROWS: usize = 50;

/// A page of drafts.
#[derive(Clone, Debug)]
pub struct Drafts {
    /// The drafts of the page, in the order in which they came.
    pub rows: Vec<Judged>,
    /// How many there are in all.
    pub total: usize,
    /// How many of them may not be submitted.
    pub faulty: usize,
    /// The page, from 0.
    pub page: usize,
    /// How many pages there are, at least one.
    pub pages: usize,
}

/// A page of the unit's drafts; only those with something wrong when `faulty` is asked for. A page
/// beyond the last is the last.
///
/// # Errors
/// `Conflict` without an organisation.
pub async fn list(house: &House, caller: &Manager, faulty: bool, page: usize) -> Answer<Drafts> {
    let organisation = organisation(house, caller).await?;
    let all = judged(house, organisation).await?;
    let (total, bad) = (all.len(), all.iter().filter(|row| !row.complaints.is_empty()).count());
    let shown: Vec<Judged> =
        all.into_iter().filter(|row| !faulty || !row.complaints.is_empty()).collect();
    let pages = shown.len().div_ceil(PAGE_ROWS).max(1);
    let page = page.min(pages - 1);
    let rows = shown.into_iter().skip(page * PAGE_ROWS).take(PAGE_ROWS).collect();
    Ok(Drafts { rows, total, faulty: bad, page, pages })
}

/// One draft.
///
/// # Errors
/// `NotFound` for one that is gone or somebody else's.
pub async fn one(house: &House, caller: &Manager, id: i64) -> Answer<Judged> {
    let organisation = organisation(house, caller).await?;
    let drafts = house.registry.drafts_of(organisation).await?;
    let judge = judge(house, organisation, &drafts).await?;
    let draft = drafts.into_iter().find(|draft| draft.id == id).ok_or(Failure::NotFound)?;
    judge.judge(house, draft)
}

/// All drafts of a unit, judged.
pub(super) async fn judged(house: &House, organisation: i64) -> Answer<Vec<Judged>> {
    let drafts = house.registry.drafts_of(organisation).await?;
    let judge = judge(house, organisation, &drafts).await?;
    drafts.into_iter().map(|draft| judge.judge(house, draft)).collect()
}

async fn judge(house: &House, organisation: i64, drafts: &[Draft]) -> Answer<Judge> {
    let taken = house.registry.taken_drafts(organisation).await?;
    let tree = categories::tree(house).await?;
    Ok(Judge::new((&regions::all(house).await?, tree), taken, drafts))
}
