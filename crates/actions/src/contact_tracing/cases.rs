//! Opening a case and finding it again.

use crate::{Answer, House, accounts::principals::Investigator};
use domain::{contact_tracing::CaseForm, time::UnixMs};

/// A case in the list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// Number.
    pub id: i64,
    /// The authority's number of the case.
    pub case_number: String,
    /// Why it was opened.
    pub reason: String,
    /// Masked name of the person.
    pub masked_name: String,
    /// When it was opened.
    pub opened: UnixMs,
}

/// Opens a case. Seeking the person and opening the case are in the audit before anything is
/// answered, also when nobody is found.
///
/// # Errors
/// `Invalid` at each field; at `id_number` when nobody with this document is registered.
pub async fn open(house: &House, caller: &Investigator, form: &CaseForm) -> Answer<i64> {
    let _ = (house, caller, form);
    todo!()
}

/// The cases this investigator opened, newest first, at most 200.
pub async fn list(house: &House, caller: &Investigator) -> Answer<Vec<CaseRow>> {
    let _ = (house, caller);
    todo!()
}
