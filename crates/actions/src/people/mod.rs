//! People: registering once, being known afterwards, seeing one's own entries.

pub mod acting;
pub mod births;
pub mod consent;
pub mod correct;
pub mod family;
pub mod identity_check;
pub mod looks;
pub mod mine;
pub mod my_code;
pub mod my_data;
pub mod phones;
pub mod register;
pub mod session;

use crate::{Answer, Failure, House};
use domain::people::{IdDocument, PersonNumber, same_name};
use vault::{Field, Index};

/// A person's masked name. The full name stays sealed.
pub(crate) fn masked_name(house: &House, person: PersonNumber) -> Answer<String> {
    let sealed = house.mirror.masked_sealed(person).ok_or(Failure::NotFound)?;
    Ok(house.vault.open(Field::MaskedName, &sealed)?)
}

/// The blind index under which a document is found.
pub(crate) fn id_index(house: &House, id: &IdDocument) -> [u8; 32] {
    house.vault.blind(Index::IdNumber, &format!("{}:{}", id.kind().code(), id.identity()))
}

/// The blind index of a document and the name of whoever holds it, however it is spelled.
pub(crate) fn name_index(house: &House, id: &IdDocument, name: &str) -> [u8; 32] {
    let text = format!("{}:{}:{}", id.kind().code(), id.identity(), same_name(name));
    house.vault.blind(Index::NameOfId, &text)
}
