//! Applications as a reviewer's program sees them.

use crate::api::v1::checkpoints::{ApplicationStep, CheckpointStep, StateCounts};
use actions::{
    applications::review::{self, Changed, Detail, PAGE_ROWS, Queue, Row},
    places,
};
use domain::{organisations::CreditCheck, time::UnixMs};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of the queue.
#[derive(Serialize, ToSchema)]
pub struct Applications {
    /// Those of this page.
    applications: Vec<ApplicationRow>,
    /// How many the query has.
    total: i64,
    /// How many stand where within the reviewer's scope, without the query.
    counts: StateCounts,
    /// This page, from 0; one beyond the last is the last.
    page: i64,
    /// How many pages there are, at least one.
    pages: i64,
    /// Most rows of a page.
    page_size_max: i64,
    /// Code of the county or township that this reviewer is narrowed to; none for the whole city.
    region: Option<String>,
    /// When it was read, milliseconds since 1970 UTC; goes along with a decision about many.
    seen_ms: i64,
}

impl Applications {
    pub(super) fn new(queue: Queue, seen: UnixMs) -> Self {
        Self {
            total: queue.total,
            counts: StateCounts::of(&queue.counts),
            page: queue.page,
            pages: queue.pages(),
            page_size_max: PAGE_ROWS,
            region: queue.narrowed_to.map(|(code, _)| code),
            seen_ms: seen.0,
            applications: queue.rows.into_iter().map(ApplicationRow::from).collect(),
        }
    }
}

/// An application in the queue.
#[derive(Serialize, ToSchema)]
pub struct ApplicationRow {
    /// Its number.
    id: i64,
    /// Registered name of the place.
    name: String,
    /// Door.
    door: String,
    /// Address.
    address: String,
    /// The organisation's name.
    organisation: String,
    /// The category's name.
    category_name: String,
    /// The township's name.
    township_name: String,
    /// When it was submitted (last time), milliseconds since 1970 UTC.
    submitted_ms: i64,
    /// How many times it was submitted; goes along with a decision.
    round: i64,
    /// Whether something speaks against a quick yes.
    doubtful: bool,
}

impl From<Row> for ApplicationRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            door: row.door,
            address: row.address,
            organisation: row.organisation,
            category_name: row.category_name,
            township_name: row.township_name,
            submitted_ms: row.submitted.0,
            round: row.round,
            doubtful: row.doubtful,
        }
    }
}

/// An application with the facts that decide it.
#[derive(Serialize, ToSchema)]
pub struct Application {
    /// As in the queue; the door as it is.
    #[serde(flatten)]
    row: ApplicationRow,
    /// `submitted`, `endorsed` (waits for the second yes), `returned`, `approved`.
    state: &'static str,
    /// Number of the checkpoint that it is for.
    checkpoint: u32,
    /// Where that stands: `applying`, `open`, `suspended`, `closed`.
    standing: &'static str,
    /// The county's name.
    county_name: String,
    /// The responsible person, masked.
    masked_responsible_name: String,
    /// That person's phone, masked.
    masked_responsible_phone: String,
    /// Unified social credit code of the organisation, if it gave one.
    credit_code: Option<String>,
    /// How that fares against its check character: `agrees`, `differs`. Real codes that differ exist.
    credit_check: Option<&'static str>,
    /// Names of other organisations with the same credit code.
    same_credit: Vec<String>,
    /// How many other checkpoints this organisation has.
    siblings: i64,
    /// Checkpoints of other organisations with a similar name.
    similar: Vec<Neighbour>,
    /// Checkpoints of other organisations in the same house of the same street.
    near: Vec<Neighbour>,
    /// Whether the register of places has places in the door's county; only then it says anything.
    register_known: bool,
    /// Places of the register that this may be, what speaks most for first.
    listed_places: Vec<ListedPlace>,
    /// What a door in use is to become.
    changes: Vec<ChangedField>,
    /// What happened to the application, oldest first.
    history: Vec<ApplicationStep>,
    /// What happened to the door since it was approved, oldest first.
    life: Vec<CheckpointStep>,
}

impl From<Detail> for Application {
    fn from(detail: Detail) -> Self {
        let (credit_code, check) = detail.credit.unzip();
        Self {
            row: detail.row.into(),
            state: detail.state.code(),
            checkpoint: detail.checkpoint.0,
            standing: detail.standing.code(),
            county_name: detail.county_name,
            masked_responsible_name: detail.responsible_name,
            masked_responsible_phone: detail.responsible_phone,
            credit_code,
            credit_check: check.map(|check| match check {
                CreditCheck::Agrees => "agrees",
                CreditCheck::Differs => "differs",
            }),
            same_credit: detail.same_credit,
            siblings: detail.siblings,
            similar: detail.similar.into_iter().map(Neighbour::from).collect(),
            near: detail.near.into_iter().map(Neighbour::from).collect(),
            register_known: detail.listed.known,
            listed_places: detail.listed.places.into_iter().map(ListedPlace::from).collect(),
            changes: detail.changes.into_iter().map(ChangedField::from).collect(),
            history: detail.events.into_iter().map(ApplicationStep::from).collect(),
            life: detail.life.into_iter().map(CheckpointStep::from).collect(),
        }
    }
}

/// A checkpoint of another organisation.
#[derive(Serialize, ToSchema)]
pub struct Neighbour {
    /// Registered name.
    name: String,
    /// Door.
    door: String,
    /// Address.
    address: String,
}

impl From<review::Neighbour> for Neighbour {
    fn from(n: review::Neighbour) -> Self {
        Self { name: n.name, door: n.door, address: n.address }
    }
}

/// A place of the register that an application may be about.
#[derive(Serialize, ToSchema)]
pub struct ListedPlace {
    /// Its number.
    place: i64,
    /// How many times it was decided which unit it is; goes along with a decision.
    round: i64,
    /// Registered name.
    name: String,
    /// Address.
    address: String,
    /// Credit code, if it has one.
    credit_code: Option<String>,
    /// How much speaks for it, 0 to 100.
    points: u8,
    /// Whether the credit codes agree; none when one has none.
    same_credit: Option<bool>,
    /// How alike the names are, 0 to 100.
    alike: u8,
    /// Whether it is the same house; none when one address is not known.
    same_house: Option<bool>,
    /// Name of the organisation that it is, when that is settled.
    organisation: Option<String>,
    /// Whether that is the one of this application.
    confirmed: bool,
}

impl From<places::ListedPlace> for ListedPlace {
    fn from(listed: places::ListedPlace) -> Self {
        let (row, score) = (listed.row, listed.score);
        Self {
            place: row.id,
            round: row.round,
            name: row.name,
            address: row.address,
            credit_code: row.credit_code,
            points: score.points,
            same_credit: score.credit,
            alike: score.name,
            same_house: score.address,
            organisation: row.unit.map(|(_, name)| name),
            confirmed: listed.is_ours,
        }
    }
}

/// One thing that a change of a door changes.
#[derive(Serialize, ToSchema)]
pub struct ChangedField {
    /// `name`, `door`, `address`, `township`, `category`, `responsible`.
    field: &'static str,
    /// As it is, in words; people are masked.
    before: String,
    /// As it is to become.
    after: String,
}

impl From<Changed> for ChangedField {
    fn from(changed: Changed) -> Self {
        Self { field: changed.field, before: changed.before, after: changed.after }
    }
}
