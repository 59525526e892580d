//! The inspections of a part of the city, narrowed, and one of them with all that happened.

use super::within;
use crate::{Answer, House, accounts::principals::Inspector, regions};
use domain::{
    audit::Actor,
    checkpoints::CheckpointNumber,
    inspections::{Finding, State},
    regions::{Region, RegionCode},
    time::UnixMs,
};
use registry::{Inspection, InspectionFilter, InspectionTally, Which};
use vault::Field;

/// Most rows of one page of the list.
pub const PAGE_ROWS: i64 = 50;
/// Most rows of a file.
pub const EXPORT_ROWS_MAX: i64 = 10_000;
/// Most earlier inspections that are shown at a door.
const EARLIER_MAX: i64 = 10;

/// Which inspections are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// All of them.
    #[default]
    All,
    /// Those that the inspector is to look at again.
    ToCheck,
    /// Those past their deadline.
    Overdue,
    /// Those that wait for their managers, late or not.
    ToPutRight,
    /// Those that were accepted.
    Accepted,
    /// Those that found nothing.
    InOrder,
}

impl Show {
    /// All of them, in the order of work.
    pub const ALL: [Self; 6] =
        [Self::All, Self::ToCheck, Self::Overdue, Self::ToPutRight, Self::Accepted, Self::InOrder];

    /// As addresses have it; empty for all.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::ToCheck => "to_check",
            Self::Overdue => "overdue",
            Self::ToPutRight => "to_put_right",
            Self::Accepted => "accepted",
            Self::InOrder => "in_order",
        }
    }

    /// What `code` means.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|show| show.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "全部",
            Self::ToCheck => "待复查",
            Self::Overdue => "已逾期",
            Self::ToPutRight => "待整改",
            Self::Accepted => "已办结",
            Self::InOrder => "未发现问题",
        }
    }

    /// How many of a tally are shown.
    #[must_use]
    pub fn of(self, tally: &InspectionTally) -> i64 {
        match self {
            Self::All => tally.all,
            Self::ToCheck => tally.wait_for_inspector,
            Self::Overdue => tally.overdue,
            Self::ToPutRight => tally.wait_for_manager,
            Self::Accepted => tally.accepted,
            Self::InOrder => tally.in_order,
        }
    }

    fn which(self, now: UnixMs) -> Which {
        match self {
            Self::All => Which::All,
            Self::ToCheck => Which::WaitForInspector,
            Self::Overdue => Which::Overdue(now),
            Self::ToPutRight => Which::WaitForManager,
            Self::Accepted => Which::Accepted,
            Self::InOrder => Which::InOrder,
        }
    }
}

/// What the list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Which inspections.
    pub show: Show,
    /// County (six digits) or township (nine digits).
    pub region: Option<String>,
    /// Part of a name, door, address or unit; empty for all.
    pub text: String,
    /// Page, from 0.
    pub page: i64,
}

impl Filter {
    /// Whether anything is asked for.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.show != Show::All || self.region.is_some() || !self.text.trim().is_empty()
    }

    fn within(&self, caller: &Inspector) -> InspectionFilter {
        let (county, township) = regions::within(&caller.scope, self.region.as_deref());
        InspectionFilter {
            which: Which::All,
            county,
            township,
            manager: None,
            checkpoint: None,
            text: self.text.trim().to_owned(),
            limit: PAGE_ROWS,
            offset: 0,
        }
    }
}

/// An inspection in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// Its door.
    pub checkpoint: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Names of county and township.
    pub region_name: String,
    /// Name of its unit.
    pub organisation_name: String,
    /// When it was recorded.
    pub at: UnixMs,
    /// What was found.
    pub findings: Vec<Finding>,
    /// More about it.
    pub note: String,
    /// Where it stands.
    pub state: State,
    /// Whether its manager is late.
    pub overdue: bool,
    /// How many times it was changed; goes along with a step.
    pub round: i64,
    /// Last change.
    pub changed: UnixMs,
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct List {
    /// The rows, newest change first.
    pub rows: Vec<Row>,
    /// How many there are with the filter.
    pub total: i64,
    /// How many stand where, with the filter's region and text.
    pub tally: InspectionTally,
    /// The page, from 0: the last one when a later one was asked for.
    pub page: i64,
    /// How many pages there are, at least one.
    pub pages: i64,
}

/// A page of the list within the inspector's scope.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn list(house: &House, caller: &Inspector, filter: &Filter) -> Answer<List> {
    page_of(house, filter.within(caller), filter).await
}

pub(super) async fn page_of(
    house: &House,
    mut wanted: InspectionFilter,
    filter: &Filter,
) -> Answer<List> {
    let now = house.now();
    let tally = house.registry.tally_inspections(&wanted, now).await?;
    let total = filter.show.of(&tally);
    let pages = ((total + PAGE_ROWS - 1) / PAGE_ROWS).max(1);
    let page = filter.page.clamp(0, pages - 1);
    wanted.which = filter.show.which(now);
    wanted.offset = page * PAGE_ROWS;
    let regions = regions::all(house).await?;
    let rows = house.registry.inspections(&wanted).await?;
    let rows = rows.into_iter().map(|one| row(one, &regions, now)).collect();
    Ok(List { rows, total, tally, page, pages })
}

/// The rows of a file: all of the filter, up to [`EXPORT_ROWS_MAX`].
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn export(house: &House, caller: &Inspector, filter: &Filter) -> Answer<Vec<Row>> {
    let now = house.now();
    let wanted = InspectionFilter {
        which: filter.show.which(now),
        limit: EXPORT_ROWS_MAX,
        ..filter.within(caller)
    };
    let regions = regions::all(house).await?;
    let rows = house.registry.inspections(&wanted).await?;
    Ok(rows.into_iter().map(|one| row(one, &regions, now)).collect())
}

/// The newest inspections of a door within the inspector's scope.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn earlier(
    house: &House,
    caller: &Inspector,
    door: CheckpointNumber,
) -> Answer<Vec<Row>> {
    let wanted = InspectionFilter {
        checkpoint: Some(door),
        limit: EARLIER_MAX,
        ..Filter::default().within(caller)
    };
    let regions = regions::all(house).await?;
    let rows = house.registry.inspections(&wanted).await?;
    Ok(rows.into_iter().map(|one| row(one, &regions, house.now())).collect())
}

/// Code and name of the county or township that this inspector is narrowed to.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn narrowed_to(house: &House, caller: &Inspector) -> Answer<Option<(String, String)>> {
    let regions = regions::all(house).await?;
    let own = caller.scope.region().map(RegionCode::as_str);
    Ok(own.map(|code| (code.to_owned(), regions::name_of(&regions, code))))
}

fn row(one: Inspection, regions: &[Region], now: UnixMs) -> Row {
    let name = |code| regions::name_of(regions, code);
    Row {
        id: one.id,
        checkpoint: one.checkpoint,
        region_name: format!("{} {}", name(&one.county), name(&one.township)),
        name: one.name,
        door: one.door,
        address: one.address,
        organisation_name: one.organisation_name,
        at: one.at,
        findings: one.findings,
        note: one.note,
        overdue: one.state.is_overdue(now),
        state: one.state,
        round: one.round,
        changed: one.changed,
    }
}

/// One thing that happened to an inspection.
#[derive(Clone, Debug)]
pub struct Past {
    /// When.
    pub at: UnixMs,
    /// Where it stood then.
    pub state: State,
    /// Masked name of who did it; empty for those who are not told.
    pub who: String,
}

/// One inspection.
#[derive(Clone, Debug)]
pub struct Detail {
    /// As in the list.
    pub row: Row,
    /// Everything that happened to it, oldest first.
    pub past: Vec<Past>,
}

/// One inspection within the inspector's scope.
///
/// # Errors
/// `NotFound` outside of it.
pub async fn one(house: &House, caller: &Inspector, id: i64) -> Answer<Detail> {
    let inspection = within(house, caller, id).await?;
    detail(house, inspection, true).await
}

/// An inspection with its past; `named` for those who are told who did what.
pub(super) async fn detail(house: &House, one: Inspection, named: bool) -> Answer<Detail> {
    let mut past = Vec::new();
    for event in house.registry.inspection_events(one.id).await? {
        let who = if named { name_of(house, event.actor).await? } else { String::new() };
        past.push(Past { at: event.at, state: event.state, who });
    }
    let regions = regions::all(house).await?;
    Ok(Detail { row: row(one, &regions, house.now()), past })
}

async fn name_of(house: &House, actor: Actor) -> Answer<String> {
    let Actor::Account(account) = actor else { return Ok(String::new()) };
    let Some(found) = house.registry.account(account).await? else { return Ok(String::new()) };
    Ok(house.vault.open(Field::MaskedName, &found.new.masked_sealed)?)
}
