//! Checkpoints as they go over the wire.

use crate::api::v1::told::ms;
use actions::{
    applications::{
        Event,
        mine::{self, Device, Mine, Row},
    },
    invitations::DoorManager,
};
use domain::{applications::State, checkpoints::CheckpointForm};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is applied for, as typed. What is left out is empty.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CheckpointFields {
    /// Registered name of the place, exactly as on the wall; 60 characters.
    name: String,
    /// Which door of it; 30 characters.
    #[schema(example = "东门")]
    door: String,
    /// Address; 80 characters.
    address: String,
    /// County code.
    #[schema(example = "341202")]
    county: String,
    /// Township code.
    #[schema(example = "341202004")]
    township: String,
    /// Category code.
    #[schema(example = "105")]
    category: String,
    /// Name of the person responsible for this door.
    responsible_name: String,
    /// That person's mobile number.
    responsible_phone: String,
}

impl From<CheckpointFields> for CheckpointForm {
    fn from(f: CheckpointFields) -> Self {
        Self {
            name: f.name,
            door: f.door,
            address: f.address,
            county: f.county,
            township: f.township,
            category: f.category,
            responsible_name: f.responsible_name,
            responsible_phone: f.responsible_phone,
        }
    }
}

impl From<CheckpointForm> for CheckpointFields {
    fn from(f: CheckpointForm) -> Self {
        Self {
            name: f.name,
            door: f.door,
            address: f.address,
            county: f.county,
            township: f.township,
            category: f.category,
            responsible_name: f.responsible_name,
            responsible_phone: f.responsible_phone,
        }
    }
}

/// What is applied for in place of what was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckpointWritten {
    /// The round that was read: when it was written or decided meanwhile, nothing is changed.
    pub(super) round: i64,
    /// All of its fields.
    pub(super) form: CheckpointFields,
}

/// A checkpoint in the list.
#[derive(Serialize, ToSchema)]
pub struct CheckpointRow {
    /// Its number.
    id: u32,
    /// Registered name.
    name: String,
    /// Door.
    door: String,
    /// Address.
    address: String,
    /// `applying` (no code yet), `open`, `suspended` (by the authority), `closed` (by its manager).
    standing: &'static str,
    /// Where its application stands: `submitted`, `endorsed` (by the first of two reviewers),
    /// `returned`, `approved`.
    state: &'static str,
    /// Why it came back; none unless it is `returned`.
    reason: Option<String>,
    /// Last change, milliseconds since 1970 UTC.
    changed_ms: i64,
    /// Grows whenever its application is written or decided; whoever corrects or changes it says
    /// which one they read.
    round: i64,
    /// Entries since midnight.
    entries_today: u64,
}

impl From<Row> for CheckpointRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.number.0,
            name: row.name,
            door: row.door,
            address: row.address,
            standing: row.standing.code(),
            state: row.state.code(),
            reason: some(row.reason),
            changed_ms: row.changed.0,
            round: row.round,
            entries_today: row.today,
        }
    }
}

/// A checkpoint.
#[derive(Serialize, ToSchema)]
pub struct Checkpoint {
    /// As in the list.
    #[serde(flatten)]
    row: CheckpointRow,
    /// What was applied for.
    form: CheckpointFields,
    /// What it is to become, while a change of it is under way.
    proposed: Option<CheckpointFields>,
    /// Characters of what was applied for, or of the change, that no poster can show.
    undrawable: Vec<char>,
    /// County's name.
    county_name: String,
    /// Township's name.
    township_name: String,
    /// Category's name.
    category_name: String,
    /// What happened to its application, oldest first.
    history: Vec<ApplicationStep>,
    /// What happened to it since it was approved, oldest first.
    life: Vec<CheckpointStep>,
    /// Its code, once approved.
    code: Option<VenueCode>,
    /// Its duty devices, revoked ones among them.
    devices: Vec<DutyDeviceRow>,
    /// Whether it is of the caller's own unit; otherwise the caller took it over.
    own: bool,
    /// Who manages it in place of its unit's manager, or is asked to.
    manager: Option<CheckpointManager>,
}

impl From<Mine> for Checkpoint {
    fn from(mine: Mine) -> Self {
        Self {
            row: mine.row.into(),
            form: mine.form.into(),
            proposed: mine.proposed.map(CheckpointFields::from),
            undrawable: mine.undrawable,
            county_name: mine.county_name,
            township_name: mine.township_name,
            category_name: mine.category_name,
            history: mine.events.into_iter().map(ApplicationStep::from).collect(),
            life: mine.life.into_iter().map(CheckpointStep::from).collect(),
            code: mine.code.map(|code| VenueCode { url: code.url, number: code.short_number }),
            devices: mine.devices.into_iter().map(DutyDeviceRow::from).collect(),
            own: mine.is_owner,
            manager: CheckpointManager::of(mine.manager),
        }
    }
}

/// Somebody who manages a checkpoint in place of its unit's manager, or is asked to.
#[derive(Serialize, ToSchema)]
pub struct CheckpointManager {
    /// Masked name; none before they have accepted.
    masked_name: Option<String>,
    /// Masked phone.
    masked_phone: String,
    /// Until when they may accept, milliseconds since 1970 UTC; none once they have.
    until_ms: Option<i64>,
}

impl CheckpointManager {
    fn of(manager: DoorManager) -> Option<Self> {
        let (masked_name, masked_phone, until_ms) = match manager {
            DoorManager::Nobody => return None,
            DoorManager::Invited { phone, until } => (None, phone, Some(until.0)),
            DoorManager::Somebody { name, phone } => (Some(name), phone, None),
        };
        Some(Self { masked_name, masked_phone, until_ms })
    }
}

/// The printed identity of a checkpoint.
#[derive(Serialize, ToSchema)]
pub struct VenueCode {
    /// What the QR code says.
    url: String,
    /// Its number for the telephone.
    #[schema(example = "FY-1202-7K3QD")]
    number: String,
}

/// One thing that happened to an application.
#[derive(Serialize, ToSchema)]
pub struct ApplicationStep {
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// What it became: `submitted`, `endorsed`, `returned`, `approved`.
    state: &'static str,
    /// Why, when it was sent back.
    reason: Option<String>,
}

impl From<Event> for ApplicationStep {
    fn from(event: Event) -> Self {
        Self { at_ms: event.at.0, state: event.state.code(), reason: some(event.reason) }
    }
}

/// One thing that happened to an approved checkpoint.
#[derive(Serialize, ToSchema)]
pub struct CheckpointStep {
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// `poster_damaged`, `code_replaced`, `closed`, `reopened`, `suspended`, `resumed`.
    happening: &'static str,
    /// Why, when that does not go without saying.
    reason: Option<String>,
}

impl From<mine::CheckpointEvent> for CheckpointStep {
    fn from(event: mine::CheckpointEvent) -> Self {
        Self { at_ms: event.at.0, happening: event.happening.code(), reason: some(event.reason) }
    }
}

/// A duty device.
#[derive(Serialize, ToSchema)]
pub struct DutyDeviceRow {
    /// Its number.
    id: i64,
    /// `duty`, a duty screen, or `sign`, an electronic sign.
    kind: &'static str,
    /// What it was called when enrolled.
    label: String,
    /// When it was enrolled, milliseconds since 1970 UTC.
    enrolled_ms: i64,
    /// When it was revoked, if it was.
    revoked_ms: Option<i64>,
}

impl From<Device> for DutyDeviceRow {
    fn from(device: Device) -> Self {
        Self {
            id: device.id,
            kind: device.kind.code(),
            label: device.label,
            enrolled_ms: device.enrolled.0,
            revoked_ms: ms(device.revoked),
        }
    }
}

/// How many applications stand where.
#[derive(Default, Serialize, ToSchema)]
pub struct StateCounts {
    /// Wait for the reviewer, or for the first of two.
    submitted: i64,
    /// Wait for the second reviewer.
    endorsed: i64,
    /// Came back.
    returned: i64,
    /// Approved.
    approved: i64,
}

impl StateCounts {
    pub(crate) fn of(counts: &[(State, i64)]) -> Self {
        let of = |state| counts.iter().find(|(s, _)| *s == state).map_or(0, |(_, count)| *count);
        Self {
            submitted: of(State::Submitted),
            endorsed: of(State::Endorsed),
            returned: of(State::Returned),
            approved: of(State::Approved),
        }
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
