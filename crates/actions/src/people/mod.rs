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

use crate::{Answer, Failure, House, mirror::MaskedName};
use domain::{
    outside::roll,
    people::{IdDocument, IdKind, PersonNumber, same_name},
    retention::Life,
    time::UnixMs,
};
use registry::NewPerson;
use vault::{Field, Index};

/// A person's masked name. The full name stays sealed.
pub(crate) fn masked_name(house: &House, person: PersonNumber) -> Answer<String> {
    match house.mirror.masked_name(person).ok_or(Failure::NotFound)? {
        MaskedName::Open(name) => Ok(name),
        MaskedName::Sealed(sealed) => {
            let name = house.vault.open(Field::MaskedName, &sealed)?;
            house.mirror.opened(person, &sealed, &name);
            Ok(name)
        }
    }
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

/// What stands in place of a name.
const NOBODY: &str = "已删除";

/// What stands in place of an erased person: no name, no number, and an index by which nobody is found.
pub(crate) fn nobody(house: &House) -> Answer<NewPerson> {
    let seal = |field, text: &str| house.vault.seal(field, text, &*house.dice);
    Ok(NewPerson {
        id_kind: IdKind::ResidentId,
        id_sealed: seal(Field::IdNumber, "")?,
        id_index: roll::<32>(&*house.dice).to_vec(),
        name_sealed: seal(Field::PersonName, NOBODY)?,
        masked_sealed: seal(Field::MaskedName, NOBODY)?,
        phone_sealed: None,
        phone_index: None,
        name_index: None,
        born_sealed: None,
        registered: house.now(),
        consent_version: 0,
        session_epoch: 0,
    })
}

/// Notes that somebody is there: they did something themselves, and their registration is kept from this
/// day on. Entering notes nothing; visits speak for themselves.
pub(crate) async fn note_active(house: &House, person: PersonNumber) -> Answer<()> {
    Ok(house.registry.note_active(person, house.now()).await?)
}

/// The day on which somebody is erased if they do nothing from now on. What may hold them back is not
/// looked at: it can be a case that is kept secret.
pub(crate) async fn erased_on(house: &House, person: PersonNumber) -> Answer<UnixMs> {
    let code_ends = house.registry.last_code_ends(person).await?;
    let life = Life { last_active: house.now(), code_ends, hold: None };
    Ok(life.erased_on(house.settings.kept.inactive))
}
