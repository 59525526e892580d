//! The contacts of a case as a table; every identity in it is in the audit first.

use super::{identity::Identity, view::ContactRow};
use crate::{Answer, House, accounts::principals::Investigator};

/// Most rows of one table; a wider case is narrowed by a smaller window.
pub const ROWS_MAX: usize = 20_000;

/// One row.
#[derive(Clone, Debug)]
pub struct ExportRow {
    /// The meeting.
    pub contact: ContactRow,
    /// Who.
    pub identity: Identity,
}

/// The table with its file's name (without ending).
#[derive(Clone, Debug)]
pub struct Export {
    /// Name of the file, without ending.
    pub name: String,
    /// The rows.
    pub rows: Vec<ExportRow>,
}

/// Puts the table together.
///
/// # Errors
/// `NotFound` for a case opened by somebody else; `Conflict` with more than 20,000 rows.
pub async fn contacts(
    house: &House,
    caller: &Investigator,
    case: i64,
    window_minutes: Option<i64>,
) -> Answer<Export> {
    let _ = (house, caller, case, window_minutes);
    todo!()
}
