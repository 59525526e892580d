//! The reviewer's queue: what waits, what decides it, and the decision.

use super::{Event, mine::category_name};
use crate::{Answer, Failure, House, accounts::principals::Reviewer, regions};
use domain::{
    applications::{State, check_reason},
    audit::{Actor, Deed},
    checkpoints::{self, CheckpointNumber},
    organisations::{CreditCheck, CreditCode},
    people::mask_name,
    phones::Phone,
    regions::Region,
    time::UnixMs,
    venue_codes::{VenueCode, fresh_short_number},
};
use registry::{ApplicationRow, AuditLine, Checkpoint, CheckpointEvent, QueueFilter};
use vault::Field;

/// Most rows of one page of the queue.
pub const PAGE_ROWS: i64 = 50;

/// What the queue is narrowed to.
#[derive(Clone, Debug)]
pub struct Filter {
    /// State of the applications.
    pub state: State,
    /// Part of a name or address; empty for all.
    pub text: String,
    /// Page, from 0.
    pub page: i64,
}

/// A row of the queue.
#[derive(Clone, Debug)]
pub struct Row {
    /// The application's number.
    pub id: i64,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Organisation's name.
    pub organisation: String,
    /// Category's name.
    pub category_name: String,
    /// Township's name.
    pub township_name: String,
    /// When it was submitted (last time).
    pub submitted: UnixMs,
    /// How many times it was submitted.
    pub round: i64,
    /// Whether something speaks against a quick yes.
    pub doubtful: bool,
}

/// The queue's page.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The rows, longest waiting first.
    pub rows: Vec<Row>,
    /// How many there are in this state within the reviewer's scope (with the text filter).
    pub total: i64,
    /// How many wait, came back, were approved, within the scope.
    pub counts: [(State, i64); 3],
    /// Name of the county this reviewer is narrowed to.
    pub county_name: Option<String>,
}

/// One application with the facts that decide it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Its row.
    pub row: Row,
    /// Where it stands.
    pub state: State,
    /// The door that it is for.
    pub checkpoint: CheckpointNumber,
    /// Where the door stands.
    pub standing: checkpoints::Standing,
    /// What has happened to the door since it was approved, oldest first.
    pub life: Vec<CheckpointEvent>,
    /// County's name.
    pub county_name: String,
    /// Responsible person, masked.
    pub responsible_name: String,
    /// Responsible person's phone, masked.
    pub responsible_phone: String,
    /// Credit code and how it fares, if one was given.
    pub credit: Option<(String, CreditCheck)>,
    /// Other checkpoints of this organisation.
    pub siblings: i64,
    /// Checkpoints elsewhere with the same name, after evening out: (name, door, address).
    pub similar: Vec<(String, String, String)>,
    /// Everything that happened, oldest first.
    pub events: Vec<Event>,
}

/// A page of the queue, within the reviewer's scope.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn queue(house: &House, caller: &Reviewer, filter: &Filter) -> Answer<Queue> {
    let regions = regions::all(house).await?;
    let narrowed = |state, text: &str| QueueFilter {
        state,
        county: caller.scope.county().map(str::to_owned),
        text: text.trim().to_owned(),
        limit: PAGE_ROWS,
        offset: filter.page.clamp(0, PAGES_MAX) * PAGE_ROWS,
    };
    let wanted = narrowed(filter.state, &filter.text);
    let mut counts = State::ALL.map(|state| (state, 0));
    for (state, count) in &mut counts {
        *count = house.registry.queue_total(&narrowed(*state, "")).await?;
    }
    let rows = house.registry.queue(&wanted).await?;
    Ok(Queue {
        rows: rows.iter().map(|application| row(application, &regions)).collect(),
        total: house.registry.queue_total(&wanted).await?,
        counts,
        county_name: caller.scope.county().map(|code| regions::name_of(&regions, code)),
    })
}

/// Pages one can turn to; a reviewer narrows the list long before.
const PAGES_MAX: i64 = 10_000;

fn credit(application: &ApplicationRow) -> Option<(String, CreditCheck)> {
    let code = CreditCode::parse(application.credit_code.as_deref()?).ok()?;
    Some((code.as_str().to_owned(), code.check()))
}

fn row(application: &ApplicationRow, regions: &[Region]) -> Row {
    let doubtful = application.same_named > 0
        || credit(application).is_some_and(|(_, check)| check == CreditCheck::Differs);
    Row {
        id: application.id,
        name: application.name.clone(),
        door: application.door.clone(),
        address: application.address.clone(),
        organisation: application.organisation_name.clone(),
        category_name: category_name(&application.category),
        township_name: regions::name_of(regions, &application.township),
        submitted: application.submitted,
        round: application.round,
        doubtful,
    }
}

/// An application within the reviewer's scope; outside of it there is none.
async fn within(house: &House, caller: &Reviewer, id: i64) -> Answer<ApplicationRow> {
    let application = house.registry.application(id).await?;
    application.filter(|found| caller.scope.covers(&found.county)).ok_or(Failure::NotFound)
}

/// One application.
///
/// # Errors
/// `NotFound` outside of the reviewer's scope.
pub async fn one(house: &House, caller: &Reviewer, id: i64) -> Answer<Detail> {
    let application = within(house, caller, id).await?;
    let checkpoint = house.registry.checkpoint(application.checkpoint).await?;
    let Checkpoint { number, record, standing, .. } = checkpoint.ok_or(Failure::NotFound)?;
    let regions = regions::all(house).await?;
    let responsible = house.vault.open(Field::PersonName, &record.responsible_name_sealed)?;
    let phone = house.vault.open(Field::Phone, &record.responsible_phone_sealed)?;
    let siblings = house.registry.count_checkpoints_of(application.organisation).await? - 1;
    let organisation = application.organisation;
    Ok(Detail {
        row: row(&application, &regions),
        state: application.state,
        checkpoint: number,
        standing,
        life: house.registry.checkpoint_events(number).await?,
        county_name: regions::name_of(&regions, &application.county),
        responsible_name: mask_name(&responsible),
        responsible_phone: Phone::parse(&phone).map(|p| p.masked()).unwrap_or_default(),
        credit: credit(&application),
        siblings,
        similar: house.registry.same_named(&record.same_name, organisation, SIMILAR_MAX).await?,
        events: super::events(house, id).await?,
    })
}

/// Similar checkpoints shown beside an application.
const SIMILAR_MAX: i64 = 10;

/// Codes are 80 random bits and short numbers 25: a second roll is rare, a fifth means a fault.
const ROLLS_MAX: usize = 5;

const DECIDED: Failure = Failure::Conflict("这件申请已有人处理，请看最新状态");

/// Approves what was submitted the `round`-th time: the checkpoint gets its code.
///
/// # Errors
/// `NotFound` outside of the scope; `Conflict` when somebody decided meanwhile.
pub async fn approve(house: &House, caller: &Reviewer, id: i64, round: i64) -> Answer<()> {
    for _ in 0..ROLLS_MAX {
        let application = within(house, caller, id).await?;
        application.state.approve().map_err(|_| DECIDED)?;
        as_seen(&application, round)?;
        let code = VenueCode::fresh(&*house.dice);
        let number = fresh_short_number(&application.county, &*house.dice);
        let line = line(house, caller.actor(), Deed::ApplicationApproved, id);
        let seen = (id, round);
        if house.registry.approve_application(seen, code.as_str(), &number, &line).await? {
            return house.catch_up().await;
        }
    }
    Err(DECIDED)
}

/// Refuses a decision about something else than what was on the page: the manager has submitted
/// again meanwhile.
fn as_seen(application: &ApplicationRow, round: i64) -> Answer<()> {
    if application.round == round {
        return Ok(());
    }
    Err(Failure::Conflict("对方刚重新提交过，请看最新内容再决定"))
}

/// Sends what was submitted the `round`-th time back with a reason.
///
/// # Errors
/// `Invalid` at `reason`; otherwise as `approve`.
pub async fn send_back(
    house: &House,
    caller: &Reviewer,
    id: i64,
    round: i64,
    reason: &str,
) -> Answer<()> {
    let application = within(house, caller, id).await?;
    application.state.send_back().map_err(|_| DECIDED)?;
    as_seen(&application, round)?;
    let reason = check_reason(reason).map_err(|says| Failure::field("reason", says))?;
    let line = line(house, caller.actor(), Deed::ApplicationReturned, id);
    let done = house.registry.return_application((id, round), &reason, &line).await?;
    if done { Ok(()) } else { Err(DECIDED) }
}

fn line(house: &House, actor: Actor, deed: Deed, id: i64) -> AuditLine {
    AuditLine {
        at: house.now(), actor, deed, subject: format!("申请 {id}"), detail: String::new()
    }
}
