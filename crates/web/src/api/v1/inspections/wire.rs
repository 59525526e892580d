//! Inspections as programs see them.

use crate::api::v1::told::ms;
use actions::inspections::{self, Detail, Door, Found, List, PAGE_ROWS, Row, Tally};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of inspections.
#[derive(Serialize, ToSchema)]
pub struct Inspections {
    /// Newest change first.
    inspections: Vec<Inspection>,
    /// How many the query has.
    total: i64,
    /// How many stand where, with the query's region, checkpoint and text.
    counts: InspectionCounts,
    /// This page, from 0; one beyond the last is the last.
    page: i64,
    /// How many pages there are, at least one.
    pages: i64,
    /// Most rows of a page.
    page_size_max: i64,
}

impl From<List> for Inspections {
    fn from(list: List) -> Self {
        Self {
            total: list.total,
            counts: InspectionCounts::from(list.tally),
            page: list.page,
            pages: list.pages,
            page_size_max: PAGE_ROWS,
            inspections: list.rows.into_iter().map(Inspection::from).collect(),
        }
    }
}

/// How many inspections stand where.
#[derive(Serialize, ToSchema)]
pub struct InspectionCounts {
    /// All of them.
    all: i64,
    /// Answered; wait for an inspector.
    to_check: i64,
    /// Wait for their managers, and are late.
    overdue: i64,
    /// Wait for their managers, late or not.
    to_put_right: i64,
    /// What was done was accepted.
    accepted: i64,
    /// Nothing was found.
    in_order: i64,
}

impl From<Tally> for InspectionCounts {
    fn from(tally: Tally) -> Self {
        Self {
            all: tally.all,
            to_check: tally.wait_for_inspector,
            overdue: tally.overdue,
            to_put_right: tally.wait_for_manager,
            accepted: tally.accepted,
            in_order: tally.in_order,
        }
    }
}

/// An inspection.
#[derive(Serialize, ToSchema)]
pub struct Inspection {
    /// Its number.
    id: i64,
    /// How many times it was changed; goes along with what is decided or answered.
    round: i64,
    /// Number of its checkpoint.
    checkpoint: u32,
    /// Registered name.
    name: String,
    /// Which door.
    door: String,
    /// Address.
    address: String,
    /// Names of county and township.
    region_name: String,
    /// The organisation's name.
    organisation_name: String,
    /// When it was recorded, milliseconds since 1970 UTC.
    inspected_ms: i64,
    /// What was found: `not_posted`, `shared_code`, `another_name`, `badly_hung`, `unreadable`,
    /// `nobody_checks`, `shown_instead`, `one_for_several`, `no_reminder`, `not_helped`, `other`.
    findings: Vec<&'static str>,
    /// More about it.
    note: String,
    /// `in_order`, `open` and `sent_back` (wait for the manager), `answered` (waits for the inspector),
    /// `accepted`.
    state: &'static str,
    /// Whether its manager is late.
    overdue: bool,
    /// The last millisecond of the day until which it is to be put right; none when it is over.
    deadline_ms: Option<i64>,
    /// What the manager answered, or why it was sent back.
    words: String,
    /// Last change, milliseconds since 1970 UTC.
    changed_ms: i64,
}

impl From<Row> for Inspection {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            round: row.round,
            checkpoint: row.checkpoint.0,
            name: row.name,
            door: row.door,
            address: row.address,
            region_name: row.region_name,
            organisation_name: row.organisation_name,
            inspected_ms: row.at.0,
            findings: row.findings.iter().map(|finding| finding.code()).collect(),
            note: row.note,
            overdue: row.overdue,
            deadline_ms: ms(row.state.deadline()),
            words: row.state.words().to_owned(),
            state: row.state.code(),
            changed_ms: row.changed.0,
        }
    }
}

/// One inspection with all that happened to it.
#[derive(Serialize, ToSchema)]
pub struct InspectionDetail {
    /// As in the list.
    #[serde(flatten)]
    row: Inspection,
    /// Everything that happened to it, oldest first.
    events: Vec<InspectionStep>,
}

/// One thing that happened to an inspection.
#[derive(Serialize, ToSchema)]
pub struct InspectionStep {
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// Where it stood then.
    state: &'static str,
    /// What was answered, or why it was sent back.
    words: String,
    /// The deadline that held then.
    deadline_ms: Option<i64>,
    /// Masked name of who did it; empty for a manager who asks.
    masked_name: String,
}

impl From<inspections::Past> for InspectionStep {
    fn from(past: inspections::Past) -> Self {
        Self {
            at_ms: past.at.0,
            state: past.state.code(),
            words: past.state.words().to_owned(),
            deadline_ms: ms(past.state.deadline()),
            masked_name: past.who,
        }
    }
}

impl From<Detail> for InspectionDetail {
    fn from(detail: Detail) -> Self {
        Self {
            row: detail.row.into(),
            events: detail.past.into_iter().map(InspectionStep::from).collect(),
        }
    }
}

/// Doors that were found.
#[derive(Serialize, ToSchema)]
pub struct FoundDoors {
    /// Up to 20; the only one when it was found by what stands on its poster.
    doors: Vec<DoorToInspect>,
    /// Whether the code that was looked for was replaced, so that an old poster hangs there.
    replaced_code: bool,
}

impl From<Found> for FoundDoors {
    fn from(found: Found) -> Self {
        match found {
            Found::Door(door, replaced_code) => Self { doors: vec![door.into()], replaced_code },
            Found::Doors(doors) => Self {
                doors: doors.into_iter().map(DoorToInspect::from).collect(),
                replaced_code: false,
            },
        }
    }
}

/// A door with a code, as an inspector sees it.
#[derive(Serialize, ToSchema)]
pub struct DoorToInspect {
    /// Number of its checkpoint.
    checkpoint: u32,
    /// Registered name.
    name: String,
    /// Which door.
    door: String,
    /// Address.
    address: String,
    /// Names of county and township.
    region_name: String,
    /// The organisation's name.
    organisation_name: String,
    /// `open`, `suspended`, `closed`.
    standing: &'static str,
    /// The number at the foot of its poster.
    code_number: String,
    /// Whether there is an account that is told what was found.
    has_manager: bool,
    /// Number of its newest inspection, 0 for none; goes along with what is recorded.
    newest: i64,
}

impl From<Door> for DoorToInspect {
    fn from(door: Door) -> Self {
        Self {
            checkpoint: door.number.0,
            name: door.name,
            door: door.door,
            address: door.address,
            region_name: door.region_name,
            organisation_name: door.organisation_name,
            standing: door.standing.code(),
            code_number: door.short_number,
            has_manager: door.has_manager,
            newest: door.newest,
        }
    }
}

/// A door with its newest inspections.
#[derive(Serialize, ToSchema)]
pub struct InspectedDoor {
    /// The door.
    #[serde(flatten)]
    door: DoorToInspect,
    /// Up to 10, newest change first.
    inspections: Vec<Inspection>,
}

impl InspectedDoor {
    pub(super) fn new(door: Door, earlier: Vec<Row>) -> Self {
        Self { door: door.into(), inspections: earlier.into_iter().map(Inspection::from).collect() }
    }
}
