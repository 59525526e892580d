//! Reverse scans: staff register a person who has no phone.

use crate::{Answer, House, accounts::principals::DutyDevice, duty::announce::Shown};
use std::sync::Arc;

/// What staff typed.
#[derive(Clone, Debug, Default)]
pub struct IdForm {
    /// Code of the kind of document.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
    /// Name; needed only when nobody with this document is registered yet.
    pub name: String,
}

/// Registers an entry by ID number; the same card as for a scan.
///
/// # Errors
/// `Invalid` at `id_kind`, `id_number`, or at `name` when the person is new and no name was given;
/// `Conflict` when the door has no code in use; `Busy`.
pub async fn by_id_number(house: &House, caller: &DutyDevice, form: &IdForm) -> Answer<Arc<Shown>> {
    let _ = (house, caller, form);
    todo!()
}
