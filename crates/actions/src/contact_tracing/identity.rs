//! One person's identity, opened within a case; in the audit first.

use super::{cases, view};
use crate::{Answer, Failure, House, accounts::principals::Investigator};
use domain::{
    audit::Deed,
    contact_tracing::WINDOW_MINUTES_MAX,
    people::{IdDocument, IdKind, PersonNumber},
};
use registry::AuditLine;
use vault::Field;

/// Who somebody is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Full name.
    pub name: String,
    /// Kind of document.
    pub id_kind: IdKind,
    /// Masked number of the document, `341***********1234`.
    pub masked_id: String,
    /// Phone in full, to call them; `None` for somebody whom staff or a family member registered.
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
    let case = cases::own(house, caller, case).await?;
    if person != case.person {
        let traced = view::trace(house, &case, WINDOW_MINUTES_MAX).await?;
        let met = traced.found.iter().flat_map(|(_, found)| found).any(|(met, _)| *met == person);
        if !met {
            return Err(Failure::NotFound);
        }
    }
    house.registry.audit(&[line(house, caller, case.id, person)]).await?;
    read(house, person).await
}

/// The line that stands in the audit before an identity is opened.
pub(crate) fn line(
    house: &House,
    caller: &Investigator,
    case: i64,
    person: PersonNumber,
) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::IdentityOpened,
        subject: format!("人员 {}", person.0),
        detail: format!("病例 {case}"),
    }
}

/// Opens the seals. Only after the audit line is on disk.
pub(crate) async fn read(house: &House, person: PersonNumber) -> Answer<Identity> {
    let stored = house.registry.person(person).await?.ok_or(Failure::NotFound)?.new;
    let number = house.vault.open(Field::IdNumber, &stored.id_sealed)?;
    let phone = stored.phone_sealed.as_deref();
    let id = IdDocument::parse(stored.id_kind, &number, house.now());
    Ok(Identity {
        name: house.vault.open(Field::PersonName, &stored.name_sealed)?,
        id_kind: stored.id_kind,
        // A stored number was checked once; should a later rule refuse it, show nothing of it.
        masked_id: id.map_or_else(|_| "***".to_owned(), |id| id.masked()),
        phone: phone.map(|sealed| house.vault.open(Field::Phone, sealed)).transpose()?,
    })
}
