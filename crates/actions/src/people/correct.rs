//! Putting a mistake of one's own registration right: soon, seldom, and only what a slip of a finger can
//! have been.

use super::{
    identity_check,
    register::{self, seal},
};
use crate::{Answer, Failure, House, accounts::principals::Visitor};
use domain::{
    audit::Deed,
    fields::Complaints,
    people::{CheckOutcome, IdDocument, IdKind, check_name, is_slip},
    time::{HOUR_MS, UnixMs},
};
use registry::{AuditLine, Person};
use vault::Field;

/// How long after registering, in hours.
pub const CORRECTION_HOURS: i64 = 24;
/// How often.
pub const CORRECTIONS_MAX: i64 = 2;

/// What is right, as typed.
#[derive(Clone, Debug, Default)]
pub struct CorrectionForm {
    /// Name.
    pub name: String,
    /// Code of the kind of document.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
}

/// What one may know of one's own registration.
#[derive(Clone, Debug)]
pub struct MyRegistration {
    /// Masked name.
    pub masked_name: String,
    /// Kind of document.
    pub id_kind: IdKind,
    /// What was said of whether name and document belong together, and when.
    pub checked: Option<(CheckOutcome, UnixMs)>,
    /// Until when it may be put right; `None` when that time, or those times, are over.
    pub until: Option<UnixMs>,
}

/// When and how often this person may still put their registration right.
async fn until(house: &House, person: &Person) -> Answer<Option<UnixMs>> {
    let until = person.new.registered.plus(CORRECTION_HOURS * HOUR_MS);
    let times = house.registry.count_corrections(person.number).await?;
    Ok((house.now() < until && times < CORRECTIONS_MAX).then_some(until))
}

/// One's own registration.
///
/// # Errors
/// `NotFound` when the person is gone meanwhile.
pub async fn mine(house: &House, caller: &Visitor) -> Answer<MyRegistration> {
    let person = house.registry.person(caller.person).await?.ok_or(Failure::NotFound)?;
    let checked = house.registry.identity_check(caller.person).await?;
    Ok(MyRegistration {
        masked_name: super::masked_name(house, caller.person)?,
        id_kind: person.new.id_kind,
        checked: checked.map(|checked| (checked.outcome, checked.at)),
        until: until(house, &person).await?,
    })
}

/// Puts name and document right. Visits stay those of the same person; what stood before is kept.
///
/// # Errors
/// `Invalid` at `name`, `id_kind`, `id_number`; `Conflict` when it is too late or was done too often.
pub async fn correct(house: &House, caller: &Visitor, form: &CorrectionForm) -> Answer<()> {
    let person = house.registry.person(caller.person).await?.ok_or(Failure::NotFound)?;
    if until(house, &person).await?.is_none() {
        return Err(Failure::Conflict(
            "登记 24 小时内可以自己改正两次，现在不能再改：请提交更正申请，或带证件找值守人员",
        ));
    }
    let (name, id) = typed(house, form)?;
    let same_id = super::id_index(house, &id).as_slice() == person.new.id_index;
    let renamed = !register::is_named(house, &person, &id, &name)?;
    if same_id && !renamed {
        return Err(Failure::field("name", "与现在的登记相同，不用改"));
    }
    if !same_id && !is_slip(&on_record(house, &person)?, &id) {
        let says = "只能改正打错的一两位；号码完全不同的，请提交更正申请";
        return Err(Failure::field("id_number", says));
    }
    let said = identity_check::of_typed(house, caller.actor(), &name, &id).await?;
    let sealed = seal(house, &name, &id, None, person.new.consent_version)?;
    let what = match (renamed, same_id) {
        (true, true) => "改正姓名",
        (false, _) => "改正证件号码",
        (true, false) => "改正姓名和证件号码",
    };
    let line = line(house, caller, &person, what);
    if !house.registry.correct_person(caller.person, &sealed, house.now(), &line).await? {
        return Err(Failure::field("id_number", "这个证件已由别人登记，请核对"));
    }
    if let Some(said) = said {
        let subject = identity_check::subject(caller.person);
        let line = identity_check::line(house, caller.actor(), subject, said.outcome);
        house.registry.note_identity_check(caller.person, &said, false, &line).await?;
    }
    super::note_active(house, caller.person).await?;
    house.catch_up().await
}

fn typed(house: &House, form: &CorrectionForm) -> Result<(String, IdDocument), Complaints> {
    let mut complaints = Complaints::default();
    let name = complaints.take("name", check_name(&form.name));
    let kind = IdKind::from_code(form.id_kind.trim()).ok_or("请选择证件类型");
    let kind = complaints.take("id_kind", kind);
    let id = kind.and_then(|kind| {
        let id = IdDocument::parse(kind, &form.id_number, house.now());
        complaints.take("id_number", id)
    });
    name.zip(id).ok_or(complaints)
}

/// The document on record: compared by the program, shown to nobody.
fn on_record(house: &House, person: &Person) -> Answer<IdDocument> {
    let number = house.vault.open(Field::IdNumber, &person.new.id_sealed)?;
    IdDocument::parse(person.new.id_kind, &number, house.now()).map_err(Failure::broken)
}

fn line(house: &House, caller: &Visitor, person: &Person, what: &str) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::RegistrationCorrected,
        subject: identity_check::subject(person.number),
        detail: format!("登记后 24 小时内本人{what}"),
    }
}
