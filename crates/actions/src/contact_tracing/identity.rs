//! One person's identity, opened within a case; in the audit first.

use crate::{Answer, House, accounts::principals::Investigator};
use domain::{people::IdKind, people::PersonNumber};

/// Who somebody is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Full name.
    pub name: String,
    /// Kind of document.
    pub id_kind: IdKind,
    /// Masked number of the document, `341***********1234`.
    pub masked_id: String,
    /// Phone in full, to call them; `None` for somebody registered at a door without one.
    pub phone: Option<String>,
}

/// Opens the identity of the case's person or of one of its contacts.
///
/// # Errors
/// `NotFound` for anybody who does not belong to the case within the widest window.
pub async fn open(
    house: &House,
    caller: &Investigator,
    case: i64,
    person: PersonNumber,
) -> Answer<Identity> {
    let _ = (house, caller, case, person);
    todo!()
}
