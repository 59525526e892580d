//! Everything that is kept of a person, for that person, after a fresh code by text message: a session
//! lasts a year and a phone changes hands.

use super::{
    births::Births,
    consent::{self, Step},
    family::{Member, erased_in, family},
    looks::{Look, looks, subject},
    mine::{Doors, MyEntry, visits},
    phones,
};
use crate::{
    Answer, Failure, House,
    accounts::{
        principals::Visitor,
        sms_codes::{self, CodeUse},
    },
    entry_apps,
    health_status::{self, tested_by},
    offline_codes::list::{MyOfflineCode, list},
    requests::{RequestRow, mine},
};
use domain::{
    audit::Deed,
    entry_apps::App,
    health_status::HealthStatus,
    people::{BirthMonth, CheckOutcome, IdKind},
    phones::Phone,
    time::UnixMs,
};
use registry::{AuditLine, Person};
use std::{net::IpAddr, sync::Arc};
use tokio::sync::Semaphore;
use vault::Field;

/// Files that are put together at the same time; whoever comes beyond that is told to try again. They
/// read much, and nobody at a door must wait for them.
static UNDER_WAY: Semaphore = Semaphore::const_new(2);

/// Everything that is kept of a person.
#[derive(Clone, Debug)]
pub struct MyData {
    /// When this was put together.
    pub made: UnixMs,
    /// Their number in this system.
    pub number: u64,
    /// Whole name.
    pub name: String,
    /// Kind of document.
    pub id_kind: IdKind,
    /// Its whole number.
    pub id_number: String,
    /// Month of birth, where the document says it: it is kept beside the document.
    pub born: Option<BirthMonth>,
    /// Phone.
    pub phone: String,
    /// When they registered.
    pub registered: UnixMs,
    /// The day on which all of this is erased if they do nothing from now on.
    pub erased_on: UnixMs,
    /// What was said of whether name and document belong together, when, and by whom.
    pub checked: Option<(CheckOutcome, UnixMs, String)>,
    /// When another phone takes the place of this one, unless it is stopped, and which, masked.
    pub phone_waiting: Option<(UnixMs, String)>,
    /// Whom they check in, and the month in which each is erased who does not enter any more.
    pub family: Vec<(Member, Option<String>)>,
    /// The health status that is known now, and who said it.
    pub status: HealthStatus,
    /// Who made the last test, when that is known.
    pub tested_by: Option<Arc<str>>,
    /// Entries that are still kept, the oldest first.
    pub visits: Vec<MyEntry>,
    /// Steps of the consent, the newest first.
    pub consents: Vec<Step>,
    /// Apps that know them.
    pub apps: Vec<(App, UnixMs)>,
    /// Offline codes.
    pub offline_codes: Vec<MyOfflineCode>,
    /// Requests.
    pub requests: Vec<RequestRow>,
    /// Who looked.
    pub looks: Vec<Look>,
}

/// Where the code goes, `138****8000`.
///
/// # Errors
/// `NotFound` when the person is gone; `Conflict` when there is no phone on record.
pub async fn phone_masked(house: &House, caller: &Visitor) -> Answer<String> {
    let (_, phone) = own(house, caller).await?;
    Ok(phone.masked())
}

/// Sends a code to the phone on record.
///
/// # Errors
/// As [`sms_codes::send`], and as [`phone_masked`].
pub async fn send_code(house: &House, caller: &Visitor, from: Option<IpAddr>) -> Answer<()> {
    let (_, phone) = own(house, caller).await?;
    sms_codes::send_to(house, CodeUse::OwnData, &phone, from).await
}

/// Puts everything together, after the code that was sent. In the audit first.
///
/// # Errors
/// `Invalid` at `sms_code` when it is wrong; `Busy` when others are being put together.
pub async fn collect(house: &House, caller: &Visitor, sms_code: &str) -> Answer<MyData> {
    let Ok(_permit) = UNDER_WAY.try_acquire() else { return Err(Failure::Busy) };
    let (stored, phone) = own(house, caller).await?;
    sms_codes::beside(Ok(()), sms_code)?;
    let code = sms_codes::verify(house, CodeUse::OwnData, &phone, sms_code).await?;
    code.use_up(house).await?;
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::OwnDataTaken,
        subject: subject(caller.person),
        detail: String::new(),
    };
    house.registry.audit(&[line]).await?;
    super::note_active(house, caller.person).await?;
    let mut doors = Doors::default();
    let mut entries = Vec::new();
    for recorded in visits(house, caller).await? {
        entries.push(doors.entry(house, &recorded).await?);
    }
    let members = family(house, caller).await?.members;
    let erased = erased_in(house, &members).await?;
    let relatives = members.into_iter().zip(erased).collect();
    let made = house.now();
    let status = health_status::known(house, caller.person, health_status::Look::Page, made).status;
    Ok(MyData {
        made,
        number: caller.person.0,
        name: house.vault.open(Field::PersonName, &stored.new.name_sealed)?,
        id_kind: stored.new.id_kind,
        id_number: house.vault.open(Field::IdNumber, &stored.new.id_sealed)?,
        born: Births::new(&house.vault).open(stored.new.born_sealed.as_deref()),
        phone: phone.as_str().to_owned(),
        registered: stored.new.registered,
        erased_on: super::erased_on(house, caller.person).await?,
        checked: house
            .registry
            .identity_check(caller.person)
            .await?
            .map(|said| (said.outcome, said.at, said.source)),
        phone_waiting: phones::mine(house, caller).await?.waiting,
        family: relatives,
        tested_by: tested_by(house, &status),
        status,
        visits: entries,
        consents: consent::consent(house, caller).await?.steps,
        apps: entry_apps::mine(house, caller).await?,
        offline_codes: list(house, caller).await?.0,
        requests: mine::mine(house, caller).await?,
        looks: looks(house, caller).await?,
    })
}

async fn own(house: &House, caller: &Visitor) -> Answer<(Person, Phone)> {
    let stored = house.registry.person(caller.person).await?.ok_or(Failure::NotFound)?;
    let sealed = stored.new.phone_sealed.as_deref();
    let sealed = sealed.ok_or(Failure::Conflict("没有登记手机号，请先用手机号登记"))?;
    let phone = house.vault.open(Field::Phone, sealed)?;
    let phone = Phone::parse(&phone).map_err(Failure::broken)?;
    Ok((stored, phone))
}
