//! Families: children and others without a phone, whom somebody registers and checks in, one at a time
//! (`docs/decisions/0038-families.md`).

use super::{
    identity_check,
    register::{self, CONSENT_VERSION, seal},
};
use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    checkins::{
        receipt::{Receipt, receipt},
        record::{Scanned, record},
    },
    retention,
};
use domain::{
    audit::{Actor, Deed},
    checkins::Method,
    people::{MemberForm, NewMember, PersonNumber, Relation},
    time::UnixMs,
};
use registry::{AuditLine, FamilyAdded, FamilyMember, NewFamilyMember};
use vault::Field;

/// Most members of a family.
pub const FAMILY_MAX: i64 = 8;
/// Most people who check in for one person.
pub const GUARDIANS_MAX: i64 = 3;
/// Forms of new members that one person sends on a day: more than a family takes, less than it takes to
/// try out names and numbers.
pub const FORMS_A_DAY: i64 = 20;

/// A member of one's own family.
#[derive(Clone, Debug)]
pub struct Member {
    /// Number, in addresses.
    pub id: i64,
    /// Masked name.
    pub masked_name: String,
    /// Who they are to the guardian.
    pub relation: Relation,
    /// Since when.
    pub since: UnixMs,
    /// Whether another guardian is still to agree; until then nobody checks in for them here.
    pub waits: bool,
    pub(crate) person: PersonNumber,
}

/// Somebody who wants to check in for a person that the caller checks in for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Number, in addresses.
    pub id: i64,
    /// Who wants that, masked.
    pub who: String,
    /// For whom, masked.
    pub whom: String,
    /// When.
    pub asked: UnixMs,
}

/// One's own family.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its members.
    pub members: Vec<Member>,
    /// Who wants to share one of them.
    pub requests: Vec<Request>,
}

fn member(house: &House, stored: &FamilyMember) -> Answer<Member> {
    Ok(Member {
        id: stored.id,
        masked_name: house.vault.open(Field::MaskedName, &stored.masked_sealed)?,
        relation: stored.relation,
        since: stored.consented,
        waits: stored.confirmed.is_none(),
        person: stored.person,
    })
}

/// The caller's family.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn family(house: &House, caller: &Visitor) -> Answer<Family> {
    let stored = house.registry.family_of(caller.person).await?;
    let members = stored.iter().map(|stored| member(house, stored)).collect::<Answer<_>>()?;
    let stored = house.registry.family_requests(caller.person).await?;
    let request = |stored: &FamilyMember| {
        Ok(Request {
            id: stored.id,
            who: house.vault.open(Field::MaskedName, &stored.guardian_sealed)?,
            whom: house.vault.open(Field::MaskedName, &stored.masked_sealed)?,
            asked: stored.consented,
        })
    };
    let requests = stored.iter().map(request).collect::<Answer<_>>()?;
    Ok(Family { members, requests })
}

/// The month in which each of these members is erased if they do not enter any more, `2027-05`, in their
/// order; nothing of one who waits. Not the day: it would tell on which day somebody was last at a door,
/// also with others. Nor does it tell what holds somebody back: whoever is over goes within this month.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn erased_in(house: &House, members: &[Member]) -> Answer<Vec<Option<String>>> {
    let people = members.iter().filter(|member| !member.waits).map(|member| member.person);
    let days = retention::erased_on(house, &people.collect::<Vec<_>>()).await?;
    let month = |member: &Member| {
        let day = days.get(&member.person)?;
        Some((*day).max(house.now()).month_text())
    };
    Ok(members.iter().map(month).collect())
}

/// Adds a child, or somebody without a phone, to the caller's family. A person whom somebody else checks
/// in for already waits until that guardian has agreed.
///
/// # Errors
/// `Invalid` at `relation`, `name`, `id_kind`, `id_number`, `of_age`, `consent`; `Conflict` when the
/// family is full; `TooMany` on this day.
pub async fn add(house: &House, caller: &Visitor, form: &MemberForm) -> Answer<Member> {
    let new = form.check(house.now())?;
    let subject = caller.person.0.to_be_bytes();
    if !house.registry.try_today("family", &subject, house.now(), FORMS_A_DAY).await? {
        let says = "今天添加家人的次数太多，请明天再试";
        return Err(Failure::TooMany { says, retry_after_s: 3600 });
    }
    let person = person(house, caller, &new).await?;
    let added = NewFamilyMember {
        guardian: caller.person,
        person,
        relation: new.relation,
        consent_version: CONSENT_VERSION,
        at: house.now(),
    };
    let kind = if new.guarded { "儿童" } else { "无手机人员" };
    let detail = format!("添加{kind}（{}），同意说明第 {CONSENT_VERSION} 版", new.relation.label());
    let line = line(house, caller, identity_check::subject(person), detail);
    let limits = (FAMILY_MAX, GUARDIANS_MAX);
    let id = match house.registry.add_family_member(&added, limits, &line).await? {
        FamilyAdded::Added { id, .. } => id,
        FamilyAdded::There => return Err(Failure::field("id_number", "这位家人已经添加过了")),
        FamilyAdded::Full => {
            return Err(Failure::Conflict("家人已满 8 位，请先移除不再需要的"));
        }
        FamilyAdded::Guarded => {
            return Err(Failure::field("id_number", "这位家人已由三位家人登记，不能再添加"));
        }
    };
    super::note_active(house, caller.person).await?;
    let stored = house.registry.family_member(caller.person, id).await?;
    member(house, &stored.ok_or(Failure::NotFound)?)
}

/// The person behind a form: known without a phone, or registered now.
async fn person(house: &House, caller: &Visitor, new: &NewMember) -> Answer<PersonNumber> {
    let index = super::id_index(house, &new.id);
    let known = house.registry.person_by_id(&index).await?;
    if let Some(known) = &known {
        if known.number == caller.person {
            return Err(Failure::field("id_number", "这是您自己的证件"));
        }
        if known.new.phone_index.is_some() {
            let says = "这位家人已用自己的手机号登记，请本人扫码";
            return Err(Failure::field("id_number", says));
        }
        if !register::is_named(house, known, &new.id, &new.name)? {
            return Err(Failure::field("name", register::OTHER_NAME));
        }
    }
    let said = identity_check::of_typed(house, caller.actor(), &new.name, &new.id).await?;
    if let Some(known) = known {
        if let Some(said) = &said {
            let subject = identity_check::subject(known.number);
            let line = identity_check::line(house, caller.actor(), subject, said.outcome);
            house.registry.note_identity_check(known.number, said, false, &line).await?;
        }
        return Ok(known.number);
    }
    let sealed = seal(house, &new.name, &new.id, None, CONSENT_VERSION)?;
    register::insert(house, caller.actor(), &sealed, said.as_ref()).await?;
    let person = house.registry.person_by_id(&index).await?.ok_or(Failure::NotFound)?;
    match register::is_named(house, &person, &new.id, &new.name)? {
        true => Ok(person.number),
        false => Err(Failure::field("name", register::OTHER_NAME)),
    }
}

fn line(house: &House, caller: &Visitor, subject: String, detail: String) -> AuditLine {
    let actor: Actor = caller.actor();
    AuditLine { at: house.now(), actor, deed: Deed::FamilyChanged, subject, detail }
}

/// One confirmed member of the caller's family.
pub(crate) async fn one(house: &House, caller: &Visitor, id: i64) -> Answer<Member> {
    let stored = house.registry.family_member(caller.person, id).await?;
    let stored = stored.filter(|stored| stored.confirmed.is_some());
    member(house, &stored.ok_or(Failure::NotFound)?)
}

/// Takes a member out of the caller's family.
///
/// # Errors
/// `NotFound` when there is none of this number.
pub async fn remove(house: &House, caller: &Visitor, id: i64) -> Answer<()> {
    let stored = house.registry.family_member(caller.person, id).await?;
    let stored = stored.ok_or(Failure::NotFound)?;
    let subject = identity_check::subject(stored.person);
    let line = line(house, caller, subject, "移除家人".to_owned());
    match house.registry.end_family_member(caller.person, id, house.now(), &line).await? {
        true => Ok(()),
        false => Err(Failure::NotFound),
    }
}

/// Agrees to share a member with somebody else, or not.
///
/// # Errors
/// `NotFound` when nobody waits for the caller's answer under this number.
pub async fn answer(house: &House, caller: &Visitor, id: i64, agree: bool) -> Answer<()> {
    let detail = if agree { "同意共同登记" } else { "不同意共同登记" };
    let line = line(house, caller, format!("家人 {id}"), detail.to_owned());
    let now = house.now();
    match house.registry.answer_family_request(caller.person, id, agree, now, &line).await? {
        true => Ok(()),
        false => Err(Failure::NotFound),
    }
}

/// Checks a member of the caller's family in: one visit of one person, with a verdict of its own. What
/// the door asks of a scan, it asks of this one as well: `scanned` is how the guardian's phone answered.
///
/// # Errors
/// `NotFound` when they are not of the family, or not confirmed; otherwise as [`record`].
pub async fn check_in(
    house: &House,
    caller: &Visitor,
    id: i64,
    code: &str,
    scanned: Scanned,
) -> Answer<Receipt> {
    let person = one(house, caller, id).await?.person;
    let scanned = Scanned { method: Method::Family, ..scanned };
    record(house, &Visitor { person }, code, scanned).await
}

/// What was recorded of a member, as their guardian sees it, and who that is.
///
/// # Errors
/// `NotFound` for anybody who is not of the family, and anything that is not theirs.
pub async fn receipt_of(
    house: &House,
    caller: &Visitor,
    id: i64,
    entry: &str,
) -> Answer<(Member, Receipt)> {
    let member = one(house, caller, id).await?;
    let receipt = receipt(house, &Visitor { person: member.person }, entry).await?;
    // What they did otherwise is their own. On the way out every entry is one of leaving, whoever made it.
    match receipt.method {
        Method::Family | Method::Exit => Ok((member, receipt)),
        _ => Err(Failure::NotFound),
    }
}
