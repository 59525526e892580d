//! Another phone: changed by whoever has both, or has the session and the document; and put in place of
//! a lost one, after a time in which the old phone may object
//! (`docs/decisions/0040-phones.md`).

use super::{
    identity_check,
    register::{is_named, seated},
};
use crate::{
    Answer, Failure, House,
    accounts::{
        principals::{DutyDevice, Visitor},
        sms_codes::{self, CodeUse},
    },
    sms::TextMessage,
};
use domain::{
    audit::{Actor, Deed},
    fields::Complaints,
    people::{CheckOutcome, IdDocument, IdKind, check_name},
    phones::Phone,
    time::{DAY_MS, HOUR_MS, UnixMs},
};
use registry::{AuditLine, Person, PhoneChange, PhoneOutcome};
use std::net::IpAddr;
use vault::{Field, Index};

/// How long the old phone may object, in hours.
pub const OBJECT_HOURS: i64 = 48;
/// After an objection nothing is changed from afar for so many days.
pub const STOPPED_DAYS: i64 = 7;
/// How often a lost phone is claimed on a day, of one document.
pub const CLAIMS_A_DAY: i64 = 3;
/// How many phones one duty device changes on a day.
pub const DOOR_CHANGES_A_DAY: i64 = 30;
/// Changes that are put into force in one round.
const ROUND_MAX: i64 = 200;

/// A change by somebody signed in.
#[derive(Clone, Debug, Default)]
pub struct ChangeForm {
    /// The new phone.
    pub phone: String,
    /// The code sent to it.
    pub sms_code: String,
    /// The code sent to the old one; or
    pub old_code: String,
    /// the number of one's own document.
    pub id_number: String,
}

/// Somebody who has lost their phone, or stands at a door with their document.
#[derive(Clone, Debug, Default)]
pub struct ClaimForm {
    /// Name.
    pub name: String,
    /// Code of the kind of document.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
    /// The new phone.
    pub phone: String,
    /// The code sent to it.
    pub sms_code: String,
}

/// What one may know of one's own phone.
#[derive(Clone, Debug)]
pub struct MyPhone {
    /// `138****8000`.
    pub masked: String,
    /// When another phone takes its place, unless it is stopped, and which.
    pub waiting: Option<(UnixMs, String)>,
}

fn line(house: &House, actor: Actor, person: &Person, detail: &str) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor,
        deed: Deed::PhoneChanged,
        subject: identity_check::subject(person.number),
        detail: detail.to_owned(),
    }
}

fn open_phone(house: &House, sealed: &[u8]) -> Answer<Phone> {
    let text = house.vault.open(Field::Phone, sealed)?;
    Phone::parse(&text).map_err(Failure::broken)
}

async fn own(house: &House, caller: &Visitor) -> Answer<(Person, Phone)> {
    let person = house.registry.person(caller.person).await?.ok_or(Failure::NotFound)?;
    let sealed = person.new.phone_sealed.as_deref().ok_or(Failure::NotFound)?;
    let phone = open_phone(house, sealed)?;
    Ok((person, phone))
}

/// One's own phone, and whether another one waits to take its place.
///
/// # Errors
/// `NotFound` when there is no phone on record.
pub async fn mine(house: &House, caller: &Visitor) -> Answer<MyPhone> {
    let (_, phone) = own(house, caller).await?;
    let waiting = house.registry.waiting_phone_change(caller.person).await?;
    let waiting = match waiting {
        Some(change) => Some((change.due, open_phone(house, &change.phone_sealed)?.masked())),
        None => None,
    };
    Ok(MyPhone { masked: phone.masked(), waiting })
}

/// Sends a code to one's own phone on record.
///
/// # Errors
/// As [`sms_codes::send`].
pub async fn send_to_old(house: &House, caller: &Visitor, from: Option<IpAddr>) -> Answer<()> {
    let (_, phone) = own(house, caller).await?;
    sms_codes::send_to(house, CodeUse::OldPhone, &phone, from).await
}

/// Changes one's own phone. Every session ends; the caller goes on with the token given.
///
/// # Errors
/// `Invalid` at `phone`, `sms_code`, `old_code` or `id_number`; `Conflict` when the phone on record
/// changed meanwhile; `TooMany` when the document's number was wrong too often on this day.
pub async fn change(
    house: &House,
    caller: &Visitor,
    form: &ChangeForm,
) -> Answer<(Visitor, String)> {
    let (person, old) = own(house, caller).await?;
    let new = checked(form, &old)?;
    let by_document = form.old_code.trim().is_empty();
    if by_document {
        is_own_document(house, &person, &form.id_number).await?;
    }
    let code = sms_codes::verify(house, CodeUse::NewPhone, &new, &form.sms_code).await?;
    if !by_document {
        let old_code = sms_codes::verify(house, CodeUse::OldPhone, &old, &form.old_code).await;
        old_code.map_err(|failure| at_field(failure, "old_code"))?.use_up(house).await?;
    }
    code.use_up(house).await?;
    let how = if by_document {
        "本人更换，核对证件号码"
    } else {
        "本人更换，核对原手机验证码"
    };
    let line = line(house, caller.actor(), &person, how);
    put(house, &person, &new, &line).await?;
    tell(house, &old, &TextMessage::PhoneChanged { phone: new.masked() }).await;
    let person = house.registry.person(caller.person).await?.ok_or(Failure::NotFound)?;
    Ok(seated(house, &person))
}

/// What can be seen to be wrong before any code is tried.
fn checked(form: &ChangeForm, old: &Phone) -> Result<Phone, Complaints> {
    let mut complaints = Complaints::default();
    let phone = complaints.take("phone", Phone::parse(&form.phone));
    if phone.as_ref() == Some(old) {
        complaints.add("phone", "这就是现在登记的手机号");
    }
    if form.sms_code.trim().is_empty() {
        complaints.add("sms_code", "请填写短信验证码");
    }
    if form.old_code.trim().is_empty() && form.id_number.trim().is_empty() {
        complaints.add("old_code", "请填写原手机收到的验证码，或填写您的证件号码");
    }
    match phone {
        Some(phone) if complaints.is_empty() => Ok(phone),
        _ => Err(complaints),
    }
}

/// A complaint about a code, at the field in which it stands here.
fn at_field(failure: Failure, field: &'static str) -> Failure {
    match failure {
        Failure::Invalid(complaints) => {
            let says =
                complaints.0.first().map_or("验证码不对或已过期", |first| first.says);
            Failure::field(field, says)
        }
        other => other,
    }
}

async fn is_own_document(house: &House, person: &Person, typed: &str) -> Answer<()> {
    let subject = person.number.0.to_be_bytes();
    if !house.registry.try_today("own_document", &subject, house.now(), 5).await? {
        let says = "今天填错证件号码的次数太多，请用原手机验证码，或明天再试";
        return Err(Failure::TooMany { says, retry_after_s: 3600 });
    }
    let id = IdDocument::parse(person.new.id_kind, typed, house.now());
    match id {
        Ok(id) if super::id_index(house, &id).as_slice() == person.new.id_index => Ok(()),
        _ => Err(Failure::field("id_number", "与您登记的证件号码不一致，请核对")),
    }
}

async fn put(house: &House, person: &Person, new: &Phone, line: &AuditLine) -> Answer<()> {
    let sealed = house.vault.seal(Field::Phone, new.as_str(), &*house.dice)?;
    let index = house.vault.blind(Index::Phone, new.as_str());
    let before = person.new.phone_index.as_deref().ok_or(Failure::NotFound)?;
    let phone = (sealed.as_slice(), index.as_slice());
    let put = house.registry.change_phone(person.number, phone, before, house.now(), line);
    if !put.await? {
        return Err(Failure::Conflict("手机号刚刚被改过，请刷新后再试"));
    }
    super::note_active(house, person.number).await?;
    house.catch_up().await
}

/// Tells a phone what happened. That it happened stands, whatever comes of it.
async fn tell(house: &House, phone: &Phone, message: &TextMessage) {
    if let Err(error) = house.sms.send(phone.as_str(), message).await {
        tracing::error!(%error, "a phone was not told that another takes its place");
    }
}

/// Reads a claim; every complaint at once.
fn claimed(house: &House, form: &ClaimForm) -> Result<(String, IdDocument, Phone), Complaints> {
    let mut complaints = Complaints::default();
    let name = complaints.take("name", check_name(&form.name));
    let kind = IdKind::from_code(form.id_kind.trim()).ok_or("请选择证件类型");
    let kind = complaints.take("id_kind", kind);
    let id = kind.and_then(|kind| {
        let id = IdDocument::parse(kind, &form.id_number, house.now());
        complaints.take("id_number", id)
    });
    let phone = complaints.take("phone", Phone::parse(&form.phone));
    if form.sms_code.trim().is_empty() {
        complaints.add("sms_code", "请填写短信验证码");
    }
    match (name, id, phone) {
        (Some(name), Some(id), Some(phone)) if complaints.is_empty() => Ok((name, id, phone)),
        _ => Err(complaints),
    }
}

/// Whose registration a claim is about, with the phone on record; the same words for a document that
/// nobody has and for a name that is not its holder's.
async fn holder(
    house: &House,
    name: &str,
    id: &IdDocument,
    new: &Phone,
) -> Answer<(Person, Phone)> {
    let nobody = || Failure::field("id_number", "没有这样的登记，请核对姓名和证件号码");
    let index = super::id_index(house, id);
    let person = house.registry.person_by_id(&index).await?.ok_or_else(nobody)?;
    if !is_named(house, &person, id, name)? {
        return Err(nobody());
    }
    let Some(sealed) = &person.new.phone_sealed else {
        return Err(Failure::field(
            "id_number",
            "这个证件没有登记过手机号，请直接扫门口的场所码登记",
        ));
    };
    let old = open_phone(house, sealed)?;
    if old == *new {
        let says = "这就是登记的手机号，请直接扫门口的场所码登记";
        return Err(Failure::field("phone", says));
    }
    Ok((person, old))
}

/// Asks for a new phone in place of one that was lost; when it comes into force. The old phone is told
/// and may object. The code of the new phone alone lets nobody in: the document's holder must be known
/// to be of this name, and time must pass.
///
/// # Errors
/// `Invalid` at each field; `Conflict` when nobody can be asked who holds the document, a change waits
/// already, or one was objected to; `TooMany` on this day.
pub async fn claim(house: &House, form: &ClaimForm) -> Answer<UnixMs> {
    let (name, id, new) = claimed(house, form)?;
    let code = sms_codes::verify(house, CodeUse::NewPhone, &new, &form.sms_code).await?;
    let index = super::id_index(house, &id);
    let now = house.now();
    if !house.registry.try_today("lost_phone", &index, now, CLAIMS_A_DAY).await? {
        let says = "这个证件今天申请的次数太多，请明天再试，或带证件找门口值守人员";
        return Err(Failure::TooMany { says, retry_after_s: 3600 });
    }
    let (person, old) = holder(house, &name, &id, &new).await?;
    let said = identity_check::of_typed(house, Actor::Nobody, &name, &id).await?;
    if said.is_none_or(|said| said.outcome != CheckOutcome::Agrees) {
        return Err(Failure::Conflict(
            "现在不能在网上核验身份：请带证件找任意场所门口的值守人员，当场换手机号",
        ));
    }
    code.use_up(house).await?;
    wait(house, &person, (&old, &new)).await
}

async fn wait(house: &House, person: &Person, (old, new): (&Phone, &Phone)) -> Answer<UnixMs> {
    let now = house.now();
    let mut change = PhoneChange {
        id: 0,
        person: person.number,
        phone_sealed: house.vault.seal(Field::Phone, new.as_str(), &*house.dice)?,
        phone_index: house.vault.blind(Index::Phone, new.as_str()).to_vec(),
        asked: now,
        due: now.plus(OBJECT_HOURS * HOUR_MS),
    };
    let asked = line(house, Actor::Nobody, person, "丢失手机，身份核验一致，等待原手机号 48 小时");
    let since = now.plus(-STOPPED_DAYS * DAY_MS);
    let id = house.registry.ask_phone_change(&change, since, &asked).await?;
    change.id = id.ok_or(Failure::Conflict(
        "这个登记已有换号申请在等待，或刚被原手机号阻止：请带证件找门口值守人员",
    ))?;
    super::note_active(house, person.number).await?;
    let message = TextMessage::PhoneChange { phone: new.masked(), hours: OBJECT_HOURS };
    if let Err(error) = house.sms.send(old.as_str(), &message).await {
        // Nobody who was not told can object.
        tracing::error!(%error, "the old phone was not told of a new one");
        let dropped = line(house, Actor::System, person, "原手机号通知不到，申请作废");
        let outcome = PhoneOutcome::Dropped;
        house.registry.end_phone_change(&change, outcome, now, &dropped).await?;
        return Err(Failure::field("sms_code", "短信暂时发不出去，请稍后再试"));
    }
    Ok(change.due)
}

/// Stops whatever waits to take the place of the phone that has this code; how many changes.
///
/// # Errors
/// `Invalid` at `phone` or `sms_code`.
pub async fn object(house: &House, phone: &str, sms_code: &str) -> Answer<usize> {
    let checked = Phone::parse(phone).map_err(|says| Complaints::one("phone", says));
    let phone = sms_codes::beside(checked, sms_code)?;
    let code = sms_codes::verify(house, CodeUse::Objection, &phone, sms_code).await?;
    code.use_up(house).await?;
    let index = house.vault.blind(Index::Phone, phone.as_str());
    let mut stopped = 0;
    for change in house.registry.phone_changes_of(&index).await? {
        stopped += usize::from(stop(house, &change, Actor::Nobody).await?);
    }
    Ok(stopped)
}

/// Stops the change that waits for the caller, who is signed in.
///
/// # Errors
/// `NotFound` when none waits.
pub async fn stop_mine(house: &House, caller: &Visitor) -> Answer<()> {
    let waiting = house.registry.waiting_phone_change(caller.person).await?;
    match stop(house, &waiting.ok_or(Failure::NotFound)?, caller.actor()).await? {
        true => Ok(()),
        false => Err(Failure::NotFound),
    }
}

async fn stop(house: &House, change: &PhoneChange, actor: Actor) -> Answer<bool> {
    let line = AuditLine {
        at: house.now(),
        actor,
        deed: Deed::PhoneChanged,
        subject: identity_check::subject(change.person),
        detail: "原手机号阻止了换号".to_owned(),
    };
    let outcome = PhoneOutcome::Stopped;
    let stopped = house.registry.end_phone_change(change, outcome, house.now(), &line).await?;
    super::note_active(house, change.person).await?;
    Ok(stopped)
}

/// Puts changes into force that nobody has objected to in time; how many.
///
/// # Errors
/// `Broken` when the registry cannot be read or written; the rest is done the next time.
pub async fn complete_due(house: &House) -> Answer<u32> {
    let mut done = 0;
    for change in house.registry.due_phone_changes(house.now(), ROUND_MAX).await? {
        let person = house.registry.person(change.person).await?.ok_or(Failure::NotFound)?;
        let line = line(house, Actor::System, &person, "丢失手机，等待期满，换为新手机号");
        let outcome = PhoneOutcome::Done;
        if !house.registry.end_phone_change(&change, outcome, house.now(), &line).await? {
            continue;
        }
        done += 1;
        let new = open_phone(house, &change.phone_sealed)?;
        let message = TextMessage::PhoneChanged { phone: new.masked() };
        tell(house, &new, &message).await;
        if let Some(old) = &person.new.phone_sealed {
            tell(house, &open_phone(house, old)?, &message).await;
        }
    }
    if done > 0 {
        house.catch_up().await?;
    }
    Ok(done)
}

/// Changes the phone of somebody who stands at a door with their document, at once; whose it is, masked.
///
/// # Errors
/// `Invalid` at each field; `TooMany` for a device on this day.
pub async fn at_door(house: &House, caller: &DutyDevice, form: &ClaimForm) -> Answer<String> {
    let (name, id, new) = claimed(house, form)?;
    let device = caller.device.to_be_bytes();
    if !house.registry.try_today("door_phone", &device, house.now(), DOOR_CHANGES_A_DAY).await? {
        let says = "这台设备今天换号的次数太多，请换一台或明天再试";
        return Err(Failure::TooMany { says, retry_after_s: 3600 });
    }
    let code = sms_codes::verify(house, CodeUse::NewPhone, &new, &form.sms_code).await?;
    let (person, old) = holder(house, &name, &id, &new).await?;
    code.use_up(house).await?;
    let seen = format!("门口核对证件后更换（检查点 {}）", caller.checkpoint.0);
    let line = line(house, Actor::Device(caller.device), &person, &seen);
    put(house, &person, &new, &line).await?;
    tell(house, &old, &TextMessage::PhoneChanged { phone: new.masked() }).await;
    super::masked_name(house, person.number)
}
