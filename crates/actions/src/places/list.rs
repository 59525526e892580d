//! The places of the register, narrowed, and one of them with the units that it may be.

use crate::{Answer, Failure, House, accounts::principals::Reviewer, categories, regions};
use domain::{
    categories::Tree,
    places::{Facts, Match, Score, WORTH_MIN, score},
    regions::{Region, RegionCode},
    sorting::Sort,
    time::UnixMs,
};
use registry::{Place, PlaceFilter, Unit};
use std::collections::HashSet;

/// Most rows of one page of the list.
pub const PAGE_ROWS: i64 = 50;
/// Most units looked at for each reason, most candidates shown, most units found by name.
pub(super) const SHOWN_MAX: i64 = 10;

/// Which places are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Those of the last list in this state.
    State(Match),
    /// Those that the last list does not have any more.
    Gone,
}

impl Show {
    /// All of them, in the order of work.
    pub const ALL: [Self; 4] = [
        Self::State(Match::Open),
        Self::State(Match::Confirmed),
        Self::State(Match::NoUnit),
        Self::Gone,
    ];

    /// As addresses have it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::State(state) => state.code(),
            Self::Gone => "gone",
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
            Self::State(state) => state.label(),
            Self::Gone => "已移出名录",
        }
    }
}

/// What the list is narrowed to.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Which places.
    pub show: Show,
    /// County (six digits) or township (nine digits).
    pub region: Option<String>,
    /// Category, or group of categories: the one digit that its categories begin with.
    pub category: Option<String>,
    /// Only those with a hint of a unit, or only those without one.
    pub hinted: Option<bool>,
    /// Part of a name, an address or a credit code; empty for all.
    pub text: String,
    /// The order.
    pub sort: Sort,
    /// Page, from 0.
    pub page: i64,
}

impl Filter {
    /// Everything of a kind.
    #[must_use]
    pub fn all(show: Show) -> Self {
        Self {
            show,
            region: None,
            category: None,
            hinted: None,
            text: String::new(),
            sort: Sort::Usual,
            page: 0,
        }
    }

    /// Whether more than a kind is asked for.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let all = self.region.is_none() && self.category.is_none() && self.hinted.is_none();
        !(all && self.text.trim().is_empty())
    }

    /// As the registry is asked, within the reviewer's scope.
    pub(super) fn within(&self, caller: &Reviewer) -> PlaceFilter {
        let (county, township) = regions::within(&caller.scope, self.region.as_deref());
        PlaceFilter {
            state: match self.show {
                Show::State(state) => Some(state),
                Show::Gone => None,
            },
            gone: self.show == Show::Gone,
            county,
            township,
            category: self.category.clone(),
            hinted: self.hinted,
            likely: false,
            listed_until: None,
            text: self.text.trim().to_owned(),
            sort: self.sort,
            after: 0,
            limit: PAGE_ROWS,
            offset: 0,
        }
    }
}

/// A place in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// Registered name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Credit code, if it has one.
    pub credit_code: Option<String>,
    /// Category's name; empty when it is not known.
    pub category_name: String,
    /// County's name, with the township's when it is known.
    pub region_name: String,
    /// Whether it is settled which unit it is.
    pub state: Match,
    /// Number and name of the unit that it is.
    pub unit: Option<(i64, String)>,
    /// How many times that was decided.
    pub round: i64,
    /// When it came in first.
    pub listed: UnixMs,
    /// When a list had it last.
    pub seen: UnixMs,
    /// When it was decided last.
    pub decided: Option<UnixMs>,
    /// Whether the last list does not have it any more.
    pub gone: bool,
    /// Whether a unit or a door has its credit code or a similar name.
    pub hinted: bool,
}

impl Row {
    /// Whether it is settled that it is this unit.
    #[must_use]
    pub fn is_unit(&self, organisation: i64) -> bool {
        self.unit.as_ref().is_some_and(|(unit, _)| *unit == organisation)
    }
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct Places {
    /// The rows, in the order in which they came in.
    pub rows: Vec<Row>,
    /// How many there are with the filter.
    pub total: i64,
    /// The page, from 0: the last one when a later one was asked for.
    pub page: i64,
    /// How many of each kind there are within the scope.
    pub counts: Vec<(Show, i64)>,
    /// How many of the filter may be settled together.
    pub likely: i64,
    /// Code and name of the county or township this reviewer is narrowed to.
    pub narrowed_to: Option<(String, String)>,
}

impl Places {
    /// How many pages there are, at least one.
    #[must_use]
    pub fn pages(&self) -> i64 {
        (self.total.saturating_add(PAGE_ROWS - 1) / PAGE_ROWS).max(1)
    }
}

/// A page of the list, within the reviewer's scope.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn list(house: &House, caller: &Reviewer, filter: &Filter) -> Answer<Places> {
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let mut counts = Show::ALL.map(|show| (show, 0));
    for (show, count) in &mut counts {
        *count = house.registry.places_total(&Filter::all(*show).within(caller)).await?;
    }
    let mut wanted = filter.within(caller);
    let total = house.registry.places_total(&wanted).await?;
    // A page that was emptied meanwhile is the one before.
    let page = filter.page.clamp(0, (total - 1).max(0) / PAGE_ROWS);
    wanted.offset = page * PAGE_ROWS;
    let rows = house.registry.places(&wanted).await?;
    let likely = match (filter.show, filter.hinted) {
        // What is likely has a hint: it need not be looked for.
        (Show::State(Match::Open), None | Some(true)) => {
            let likely = PlaceFilter { likely: true, hinted: None, ..wanted };
            house.registry.places_total(&likely).await?
        }
        _ => 0,
    };
    let narrowed_to = caller.scope.region().map(RegionCode::as_str);
    Ok(Places {
        rows: rows.iter().map(|place| row(place, &regions, &tree)).collect(),
        total,
        page,
        counts: counts.to_vec(),
        likely,
        narrowed_to: narrowed_to.map(|code| (code.to_owned(), regions::name_of(&regions, code))),
    })
}

pub(super) fn row(place: &Place, regions: &[Region], tree: &Tree) -> Row {
    let county = regions::name_of(regions, &place.county);
    Row {
        id: place.id,
        name: place.name.clone(),
        address: place.address.clone(),
        credit_code: place.credit_code.clone(),
        category_name: place.category.as_deref().map(|c| tree.name_of(c)).unwrap_or_default(),
        region_name: match &place.township {
            Some(township) => format!("{county} {}", regions::name_of(regions, township)),
            None => county,
        },
        state: place.state,
        unit: place.unit.clone(),
        round: place.round,
        listed: place.listed,
        seen: place.seen,
        decided: place.decided,
        gone: place.gone,
        hinted: place.hinted,
    }
}

/// A unit that a place may be.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its number.
    pub organisation: i64,
    /// Its name.
    pub name: String,
    /// Its credit code.
    pub credit_code: Option<String>,
    /// The door that is most like the place: its name with which door it is, and its address.
    pub door: Option<(String, String)>,
    /// What speaks for it.
    pub score: Score,
}

/// One place with the units that it may be.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The place.
    pub row: Row,
    /// Units that it may be, what speaks most for first.
    pub candidates: Vec<Candidate>,
    /// Units whose name was looked for.
    pub found: Vec<Candidate>,
}

/// One place; `wanted` is part of the name of a unit to look for, empty for none.
///
/// # Errors
/// `NotFound` outside of the reviewer's scope.
pub async fn one(house: &House, caller: &Reviewer, id: i64, wanted: &str) -> Answer<Detail> {
    let place = within(house, caller, id).await?;
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let region = caller.scope.region().map_or("", RegionCode::as_str);
    let found = house.registry.units_named(wanted.trim(), region, SHOWN_MAX).await?;
    let found = with_doors(house, found).await?;
    let mut candidates = candidates(house, &place).await?;
    candidates.retain(|candidate| candidate.score.points >= WORTH_MIN);
    candidates.truncate(usize::try_from(SHOWN_MAX).unwrap_or(0));
    Ok(Detail {
        row: row(&place, &regions, &tree),
        candidates,
        found: best_of_each(&place, &found),
    })
}

/// A place within the reviewer's scope; outside of it there is none.
pub(super) async fn within(house: &House, caller: &Reviewer, id: i64) -> Answer<Place> {
    let place = house.registry.place(id).await?;
    let covered =
        |place: &Place| caller.scope.covers(place.township.as_deref().unwrap_or(&place.county));
    place.filter(covered).ok_or(Failure::NotFound)
}

/// The units that a place may be, what speaks most for first.
pub(super) async fn candidates(house: &House, place: &Place) -> Answer<Vec<Candidate>> {
    let units = house.registry.units_like(place, SHOWN_MAX).await?;
    Ok(best_of_each(place, &with_doors(house, units).await?))
}

/// The same units, those that came without a door with some of theirs: a unit is compared by where it is,
/// not by its name alone.
async fn with_doors(house: &House, units: Vec<Unit>) -> Answer<Vec<Unit>> {
    let mut known: HashSet<i64> =
        units.iter().filter(|unit| unit.door.is_some()).map(|unit| unit.organisation).collect();
    let mut all = Vec::new();
    for unit in units {
        if unit.door.is_none() && known.insert(unit.organisation) {
            all.extend(house.registry.unit_doors(unit.organisation, SHOWN_MAX).await?);
        }
        all.push(unit);
    }
    Ok(all)
}

/// Each unit once, with the door that speaks most for it.
fn best_of_each(place: &Place, units: &[Unit]) -> Vec<Candidate> {
    let mut best: Vec<Candidate> = Vec::new();
    for unit in units {
        let candidate = Candidate {
            organisation: unit.organisation,
            name: unit.name.clone(),
            credit_code: unit.credit_code.clone(),
            door: unit
                .door
                .as_ref()
                .map(|door| (format!("{} · {}", door.name, door.door), door.address.clone())),
            score: likeness(place, unit),
        };
        match best.iter_mut().find(|known| known.organisation == unit.organisation) {
            Some(known) if rank(known) >= rank(&candidate) => {}
            Some(known) => *known = candidate,
            None => best.push(candidate),
        }
    }
    best.sort_by_key(|candidate| std::cmp::Reverse(candidate.score.points));
    best
}

/// What is known of a door counts before the unit by itself, of which less is known.
fn rank(candidate: &Candidate) -> (bool, u8) {
    (candidate.door.is_some(), candidate.score.points)
}

/// How like a unit is, by its own name or its door's.
pub(super) fn likeness(place: &Place, unit: &Unit) -> Score {
    let (by_door, by_unit) =
        (likeness_of_door(place, unit), by_name(place, unit, &unit.similar_name));
    if by_unit.points > by_door.points { by_unit } else { by_door }
}

/// How like its door is; without one, how like it is itself.
pub(super) fn likeness_of_door(place: &Place, unit: &Unit) -> Score {
    let name = unit.door.as_ref().map_or(&unit.similar_name, |door| &door.similar_name);
    by_name(place, unit, name)
}

fn by_name(place: &Place, unit: &Unit, name: &str) -> Score {
    let of_place = Facts {
        name: &place.similar_name,
        address: &place.near_address,
        county: &place.county,
        credit_code: place.credit_code.as_deref(),
    };
    let (address, county) = match &unit.door {
        Some(door) => (door.near_address.as_str(), &door.county),
        None => ("", &unit.county),
    };
    score(of_place, Facts { name, address, county, credit_code: unit.credit_code.as_deref() })
}
