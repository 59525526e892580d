//! Saves good rows, each of them whole: organisation, door, application, code and audit line.

use super::GoodRow;
use crate::{Answer, House, applications::submit};
use domain::{
    audit::{Actor, Deed},
    text::same_form,
    venue_codes::{VenueCode, fresh_short_number},
};
use registry::{AuditLine, ListedCheckpoint, NewOrganisation};

/// Rows of one transaction.
pub const BATCH_ROWS: usize = 500;
/// Codes rolled for a row: a short number has 25 random bits, so that among tens of thousands of
/// doors in a county some are taken.
const ROLLS: usize = 5;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The door is open and has its code.
    Imported,
    /// Somebody applied for the same door meanwhile.
    AlreadyThere,
    /// The database did not take it; nothing of it is saved.
    NotSaved,
}

/// Saves up to [`BATCH_ROWS`] rows in one transaction. When that cannot be done, nothing of it is
/// saved and each row is tried in a transaction of its own.
///
/// # Errors
/// `Broken` when not one row could be saved.
pub async fn save(house: &House, rows: &[GoodRow]) -> Answer<Vec<Saved>> {
    let batch = listed(house, rows)?;
    if let Ok(Some(taken)) = house.registry.import_checkpoints(&batch).await {
        return Ok(taken.into_iter().map(outcome).collect());
    }
    let mut saved = Vec::with_capacity(rows.len());
    let mut last_error = None;
    for row in rows {
        let one = listed(house, std::slice::from_ref(row))?;
        saved.push(match house.registry.import_checkpoints(&one).await {
            Ok(Some(taken)) => taken.first().map_or(Saved::NotSaved, |taken| outcome(*taken)),
            Ok(None) => Saved::NotSaved,
            Err(error) => {
                last_error = Some(error);
                Saved::NotSaved
            }
        });
    }
    match last_error {
        Some(error) if saved.iter().all(|s| *s == Saved::NotSaved) => Err(error.into()),
        _ => Ok(saved),
    }
}

fn outcome(taken: bool) -> Saved {
    if taken { Saved::Imported } else { Saved::AlreadyThere }
}

fn listed(house: &House, rows: &[GoodRow]) -> Answer<Vec<ListedCheckpoint>> {
    rows.iter().map(|row| one(house, row)).collect()
}

fn one(house: &House, row: &GoodRow) -> Answer<ListedCheckpoint> {
    let township = &row.organisation.township;
    let at = house.now();
    let code = || {
        let short = fresh_short_number(row.checkpoint.township.county(), &*house.dice);
        (VenueCode::fresh(&*house.dice).as_str().to_owned(), short)
    };
    Ok(ListedCheckpoint {
        organisation: NewOrganisation {
            account: None,
            name: row.organisation.name.clone(),
            same_name: same_form(&row.organisation.name),
            credit_code: row.organisation.credit_code.as_ref().map(|c| c.as_str().to_owned()),
            county: township.county().to_owned(),
            township: township.as_str().to_owned(),
            made: at,
        },
        // The registry puts its organisation's number in.
        record: submit::record(house, 0, &row.checkpoint, row.position)?,
        codes: std::iter::repeat_with(code).take(ROLLS).collect(),
        line: AuditLine {
            at,
            actor: Actor::System,
            deed: Deed::ApplicationApproved,
            subject: String::new(),
            detail: format!("按清单第 {} 行导入", row.row),
        },
    })
}
