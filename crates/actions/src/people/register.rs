//! A visitor registers once.

use super::{consent, identity_check, session};
use crate::{
    Answer, Failure, House,
    accounts::{
        principals::Visitor,
        sms_codes::{self, CodeUse},
    },
};
use domain::{
    audit::{Actor, Deed},
    outside::roll,
    people::{self, CheckOutcome, IdDocument, PersonForm, mask_name, same_name},
    phones::Phone,
    time::UnixMs,
};
use registry::{AuditLine, ConsentHow, IdentityCheck, NewPerson, Person};
use vault::{Field, Index, Vault};

/// Version of the privacy notice in force.
pub const CONSENT_VERSION: i64 = domain::privacy::CURRENT;
/// The fields of the form, as they stand on it.
const FIELDS: [&str; 7] =
    ["name", "id_kind", "id_number", "of_age", "phone", "sms_code", "consent"];

/// Registers a person, or finds the one who has this document already, and gives a session token
/// that lasts a year. Where somebody can be asked, name and document must belong together; when they
/// cannot be reached, that is caught up with later.
///
/// # Errors
/// `Invalid` with every complaint: `name`, `id_kind`, `id_number`, `phone`, `sms_code`, `of_age`,
/// `consent`.
pub async fn register(
    house: &House,
    form: &PersonForm,
    sms_code: &str,
) -> Answer<(Visitor, String)> {
    let checked = form.check(house.now());
    let checked = sms_codes::beside(checked, sms_code);
    let new = checked.map_err(|complaints| complaints.in_order(&FIELDS))?;
    let code = sms_codes::verify(house, CodeUse::Visitor, &new.phone, sms_code).await?;
    let index = super::id_index(house, &new.id);
    // Whoever has a right code for their own phone only has got so far: nobody else can try names.
    if let Some(known) = house.registry.person_by_id(&index).await? {
        let token = known_person(house, &known, &new).await?;
        code.use_up(house).await?;
        let_in(house, &known, &new.phone).await?;
        super::note_active(house, known.number).await?;
        return Ok(token);
    }
    let said = identity_check::of_typed(house, Actor::Nobody, &new.name, &new.id).await?;
    code.use_up(house).await?;
    let sealed = seal(house, &new.name, &new.id, Some(&new.phone), CONSENT_VERSION)?;
    insert(house, Actor::Nobody, &sealed, said.as_ref()).await?;
    // When somebody registered the same document at the same moment, nothing was inserted and they are
    // found here, to be compared as anybody known.
    let person = house.registry.person_by_id(&index).await?.ok_or(Failure::NotFound)?;
    phone_agrees(house, &person, &new.phone)?;
    if !is_named(house, &person, &new.id, &new.name)? {
        return Err(Failure::field("name", OTHER_NAME));
    }
    let_in(house, &person, &new.phone).await?;
    super::note_active(house, person.number).await?;
    Ok(seated(house, &person))
}

/// Puts a person into the registry, with what was said of their document.
pub(crate) async fn insert(
    house: &House,
    actor: Actor,
    sealed: &NewPerson,
    said: Option<&IdentityCheck>,
) -> Answer<()> {
    let asked = said.filter(|said| said.tries > 0);
    let line = |number| {
        asked.map(|said| {
            let subject = identity_check::subject(number);
            identity_check::line(house, actor, subject, said.outcome)
        })
    };
    house.registry.register_person(sealed, said, line).await?;
    house.catch_up().await
}

const OTHER_PHONE: &str =
    "这个证件已用另一个手机号登记，请用原来的手机号；原手机号不能用了，请在首页选“手机丢失或换号”";
pub(crate) const OTHER_NAME: &str = "姓名与这个证件已登记的不一致，请核对";

/// Somebody who knows a document's number does not become its holder: name and, where one is on
/// record, phone must agree too.
async fn known_person(
    house: &House,
    known: &Person,
    new: &people::NewPerson,
) -> Answer<(Visitor, String)> {
    let named = is_named(house, known, &new.id, &new.name)?;
    let before = house.registry.identity_check(known.number).await?;
    let outcome = before.as_ref().map(|before| before.outcome);
    // A name that turned out to be wrong is put right by whoever has the phone and the right one.
    let to_put_right = !named && outcome == Some(CheckOutcome::Differs);
    if !named && !to_put_right {
        return Err(Failure::field("name", OTHER_NAME));
    }
    phone_agrees(house, known, &new.phone)?;
    if outcome == Some(CheckOutcome::Agrees) {
        return Ok(seated(house, known));
    }
    let actor = Actor::Nobody;
    let said = identity_check::of_typed(house, actor, &new.name, &new.id).await?;
    if let Some(said) = &said {
        if to_put_right && said.outcome != CheckOutcome::Agrees {
            return Err(Failure::field("name", OTHER_NAME));
        }
        let subject = identity_check::subject(known.number);
        let line = identity_check::line(house, actor, subject, said.outcome);
        house.registry.note_identity_check(known.number, said, false, &line).await?;
    } else if to_put_right {
        return Err(Failure::field("name", OTHER_NAME));
    }
    if to_put_right {
        rename(house, known, &new.id, &new.name).await?;
    }
    Ok(seated(house, known))
}

/// Gives a person another name, that of their document.
async fn rename(house: &House, known: &Person, id: &IdDocument, name: &str) -> Answer<()> {
    let sealed = seal(house, name, id, None, known.new.consent_version)?;
    let line = AuditLine {
        at: house.now(),
        actor: Actor::Nobody,
        deed: Deed::RegistrationCorrected,
        subject: identity_check::subject(known.number),
        detail: "核验不一致后重新登记，改正姓名".to_owned(),
    };
    house.registry.rename_person(known.number, &sealed, &line).await?;
    house.catch_up().await
}

/// Whether a name is the one on record, however it is spelled.
pub(crate) fn is_named(house: &House, known: &Person, id: &IdDocument, name: &str) -> Answer<bool> {
    if let Some(on_record) = &known.new.name_index
        && on_record.as_slice() == super::name_index(house, id, name)
    {
        return Ok(true);
    }
    // An index of before names were compared by form says nothing.
    let on_record = house.vault.open(Field::PersonName, &known.new.name_sealed)?;
    Ok(same_name(&on_record) == same_name(name))
}

fn phone_agrees(house: &House, known: &Person, phone: &Phone) -> Answer<()> {
    let index = house.vault.blind(Index::Phone, phone.as_str());
    match &known.new.phone_index {
        Some(on_record) if on_record.as_slice() != index => {
            Err(Failure::field("phone", OTHER_PHONE))
        }
        _ => Ok(()),
    }
}

/// Notes the phone of somebody who had none.
async fn let_in(house: &House, person: &Person, phone: &Phone) -> Answer<()> {
    if person.new.phone_index.is_some() {
        if person.new.consent_version != CONSENT_VERSION {
            // The form has the notice in force, and they ticked it.
            consent::note(house, person.number, ConsentHow::Form).await?;
        }
        return Ok(());
    }
    let sealed = house.vault.seal(Field::Phone, phone.as_str(), &*house.dice)?;
    let index = house.vault.blind(Index::Phone, phone.as_str());
    if house
        .registry
        .set_phone(person.number, &sealed, &index, CONSENT_VERSION, house.now())
        .await?
    {
        return Ok(());
    }
    // Another phone claimed this person at the same moment.
    Err(Failure::field("phone", OTHER_PHONE))
}

/// A session of a person.
pub(crate) fn seated(house: &House, person: &Person) -> (Visitor, String) {
    let token = session::issue(
        &house.vault,
        &house.mirror.keys(),
        person.number,
        person.new.session_epoch,
        house.now(),
    );
    (Visitor { person: person.number }, token)
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
        born_sealed: super::births::sealed(house, id)?,
        registered: UnixMs(at.0),
        consent_version,
        session_epoch: i64::from(u32::from_be_bytes(roll(&*house.dice)) >> 1),
    })
}
