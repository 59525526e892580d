//! A visitor registers once.

use super::{consent, session};
use crate::{
    Answer, Failure, House,
    accounts::{
        principals::Visitor,
        sms_codes::{self, CodeUse},
    },
};
use domain::{
    people::{IdDocument, PersonForm, mask_name},
    phones::Phone,
    time::UnixMs,
};
use registry::{ConsentHow, NewPerson, Person};
use vault::{Field, Index, Vault};

/// Version of the privacy notice in force.
pub const CONSENT_VERSION: i64 = domain::privacy::CURRENT;

/// Registers a person, or finds the one who has this document already, and gives a session token
/// that lasts a year.
///
/// # Errors
/// `Invalid` with every complaint: `name`, `id_kind`, `id_number`, `phone`, `sms_code`, `consent`.
pub async fn register(
    house: &House,
    form: &PersonForm,
    sms_code: &str,
) -> Answer<(Visitor, String)> {
    let checked = form.check(house.now());
    let new = sms_codes::beside(checked, sms_code)?;
    let code = sms_codes::verify(house, CodeUse::Visitor, &new.phone, sms_code).await?;
    let index = super::id_index(house, &new.id);
    if let Some(known) = house.registry.person_by_id(&index).await? {
        same_person(house, &known, &new.name, &new.phone)?;
        code.use_up(house).await?;
        return let_in(house, &known, &new.phone).await;
    }
    code.use_up(house).await?;
    let sealed = seal(house, &new.name, &new.id, Some(&new.phone), CONSENT_VERSION)?;
    // When somebody registered the same document at the same moment, nothing is inserted here and
    // they are found below, to be compared as anybody known.
    house.registry.insert_people(&[sealed]).await?;
    house.catch_up().await?;
    let person = house.registry.person_by_id(&index).await?.ok_or(Failure::NotFound)?;
    same_person(house, &person, &new.name, &new.phone)?;
    let_in(house, &person, &new.phone).await
}

const OTHER_PHONE: &str = "这个证件已用另一个手机号登记，请用原来的手机号，或请值守人员协助";

/// Somebody who knows a document's number does not become its holder: name and, where one is on
/// record, phone must agree too.
fn same_person(house: &House, known: &Person, name: &str, phone: &Phone) -> Answer<()> {
    if house.vault.open(Field::PersonName, &known.new.name_sealed)? != name {
        return Err(Failure::field("name", "姓名与这个证件已登记的不一致，请核对"));
    }
    let index = house.vault.blind(Index::Phone, phone.as_str());
    match &known.new.phone_index {
        Some(on_record) if on_record.as_slice() != index => {
            Err(Failure::field("phone", OTHER_PHONE))
        }
        _ => Ok(()),
    }
}

async fn let_in(house: &House, person: &Person, phone: &Phone) -> Answer<(Visitor, String)> {
    if person.new.phone_index.is_none() {
        let sealed = house.vault.seal(Field::Phone, phone.as_str(), &*house.dice)?;
        let index = house.vault.blind(Index::Phone, phone.as_str());
        let (number, at) = (person.number, house.now());
        if !house.registry.set_phone(number, &sealed, &index, CONSENT_VERSION, at).await? {
            // Another phone claimed this person at the same moment.
            return Err(Failure::field("phone", OTHER_PHONE));
        }
        house.catch_up().await?;
    } else if person.new.consent_version != CONSENT_VERSION {
        // The form has the notice in force, and they ticked it.
        consent::note(house, person.number, ConsentHow::Form).await?;
    }
    let token = session::issue(
        &house.vault,
        &house.mirror.keys(),
        person.number,
        person.session_epoch,
        house.now(),
    );
    Ok((Visitor { person: person.number }, token))
}

/// A person ready for the registry: everything personal is sealed.
///
/// # Errors
/// `Broken` when a text is too long to seal.
pub fn seal(
    house: &House,
    name: &str,
    id: &IdDocument,
    phone: Option<&Phone>,
    consent_version: i64,
) -> Answer<NewPerson> {
    let at = house.now();
    let vault: &Vault = &house.vault;
    let phone_sealed =
        phone.map(|phone| vault.seal(Field::Phone, phone.as_str(), &*house.dice)).transpose()?;
    Ok(NewPerson {
        id_kind: id.kind(),
        id_sealed: vault.seal(Field::IdNumber, id.number(), &*house.dice)?,
        id_index: super::id_index(house, id).to_vec(),
        name_sealed: vault.seal(Field::PersonName, name, &*house.dice)?,
        masked_sealed: vault.seal(Field::MaskedName, &mask_name(name), &*house.dice)?,
        phone_sealed,
        phone_index: phone.map(|phone| vault.blind(Index::Phone, phone.as_str()).to_vec()),
        name_index: Some(super::name_index(house, id, name).to_vec()),
        registered: UnixMs(at.0),
        consent_version,
    })
}
