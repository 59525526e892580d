//! Which unit a place is: said by a person, one by one or for all that can be told without a doubt.

use super::list::{Candidate, Filter, PAGE_ROWS, Row, Show, candidates, row, within};
use crate::{Answer, Failure, House, accounts::principals::Reviewer, categories, regions};
use domain::{
    audit::{Actor, Deed},
    places::{Match, SURE_MIN, WORTH_MIN},
    regions::RegionCode,
    sorting::Sort,
    time::UnixMs,
};
use registry::{AuditLine, Place, PlaceDecision, PlaceFilter};

/// Most places settled with one decision.
pub const MANY_MAX: usize = 1_000;
/// Most places looked at for one decision: what has two units takes a look and is left.
const LOOKED_MAX: usize = 3_000;
/// Places of one transaction.
const BATCH_ROWS: i64 = 100;

/// What is said about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is this unit.
    Is(i64),
    /// No unit has applied for it.
    NoUnit,
    /// Nobody has looked, after all.
    Open,
}

/// Says what unit a place is that had been decided `round` times when the caller looked.
///
/// # Errors
/// `NotFound` outside of the scope; `Invalid` at `organisation` for no such unit; `Conflict` when
/// somebody decided meanwhile.
pub async fn decide(
    house: &House,
    caller: &Reviewer,
    (id, round): (i64, i64),
    decision: Decision,
) -> Answer<Match> {
    let place = within(house, caller, id).await?;
    let (state, organisation, detail) = match decision {
        Decision::Is(unit) => {
            if !may_be(house, caller, &place, unit).await? {
                return Err(Failure::field("organisation", "没有这个单位，请重新选择"));
            }
            (Match::Confirmed, Some(unit), format!("单位 {unit}"))
        }
        Decision::NoUnit => (Match::NoUnit, None, "没有对应的单位".to_owned()),
        Decision::Open => (Match::Open, None, "撤回".to_owned()),
    };
    let line = line(house.now(), caller.actor(), &place, detail);
    let decision = PlaceDecision { id, round, state, organisation, line };
    match house.registry.decide_places(&[decision]).await?.first() {
        Some(true) => Ok(state),
        _ => Err(Failure::Conflict("这个场所刚有人处理过，请看最新内容再决定")),
    }
}

/// Whether a place may be this unit: one that lies in the caller's scope or has a door there, or one
/// that speaks for itself. Of others not even the name is the caller's to read.
async fn may_be(house: &House, caller: &Reviewer, place: &Place, unit: i64) -> Answer<bool> {
    let Some(found) = house.registry.organisation(unit).await? else { return Ok(false) };
    if caller.scope.covers(&found.new.township) {
        return Ok(true);
    }
    let known = candidates(house, place).await?;
    if known.iter().any(|one| one.organisation == unit && one.score.points >= WORTH_MIN) {
        return Ok(true);
    }
    let region = caller.scope.region().map_or("", RegionCode::as_str);
    Ok(house.registry.has_door_in(unit, region).await?)
}

/// What one decision about many would confirm.
#[derive(Clone, Debug)]
pub struct SureOnes {
    /// Those looked at that one unit alone is sure for, each with that unit's name.
    pub rows: Vec<(Row, String)>,
    /// So many were looked at, at most [`PAGE_ROWS`].
    pub looked_at: i64,
    /// So many places of the filter may be sure, looked at or not; what has two units is among them.
    pub likely: i64,
}

/// The first of the places that [`confirm_sure`] would confirm.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn sure_ones(house: &House, caller: &Reviewer, filter: &Filter) -> Answer<SureOnes> {
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let likely = PlaceFilter { likely: true, ..open(filter).within(caller) };
    let places = house.registry.places(&likely).await?;
    let mut rows = Vec::new();
    for place in &places {
        let candidates = candidates(house, place).await?;
        if let Some(unit) = sure(&candidates) {
            rows.push((row(place, &regions, &tree), unit.name.clone()));
        }
    }
    Ok(SureOnes {
        rows,
        looked_at: i64::try_from(places.len()).unwrap_or(PAGE_ROWS),
        likely: house.registry.places_total(&likely).await?,
    })
}

/// The open ones of the filter.
fn open(filter: &Filter) -> Filter {
    let (show, sort) = (Show::State(Match::Open), Sort::Usual);
    Filter { show, sort, page: 0, ..filter.clone() }
}

/// What came of settling many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sure {
    /// So many were settled.
    pub confirmed: i64,
    /// So many were looked at and left: two units speak for them, or none enough.
    pub doubted: i64,
    /// So many of the filter are still open, for whatever reason.
    pub left: i64,
}

/// Confirms up to [`MANY_MAX`] open places of the filter that were listed until `seen`, when the caller
/// looked, and that one unit alone speaks for without a doubt. When it breaks off, what was settled
/// stays.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn confirm_sure(
    house: &House,
    caller: &Reviewer,
    filter: &Filter,
    seen: UnixMs,
) -> Answer<Sure> {
    let open = open(filter).within(caller);
    let at = house.now();
    let mut wanted = PlaceFilter {
        likely: true,
        listed_until: Some(seen.min(at)),
        limit: BATCH_ROWS,
        ..open.clone()
    };
    let (mut confirmed, mut doubted) = (0, 0);
    while confirmed < MANY_MAX && confirmed + doubted < LOOKED_MAX {
        let places = house.registry.places(&wanted).await?;
        let Some(last) = places.last() else { break };
        wanted.after = last.id;
        let mut batch = Vec::new();
        for place in &places {
            match sure(&candidates(house, place).await?) {
                Some(Candidate { organisation: unit, .. }) => batch.push(PlaceDecision {
                    id: place.id,
                    round: place.round,
                    state: Match::Confirmed,
                    organisation: Some(*unit),
                    line: line(
                        at,
                        caller.actor(),
                        place,
                        format!("单位 {unit}，与其他无疑点的一并"),
                    ),
                }),
                None => doubted += 1,
            }
        }
        batch.truncate(MANY_MAX - confirmed);
        let done = house.registry.decide_places(&batch).await?;
        confirmed += done.into_iter().filter(|done| *done).count();
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let left = house.registry.places_total(&open).await?;
    Ok(Sure { confirmed: count(confirmed), doubted: count(doubted), left })
}

/// The unit, when exactly one is sure.
fn sure(candidates: &[Candidate]) -> Option<&Candidate> {
    let mut sure = candidates.iter().filter(|candidate| candidate.score.points >= SURE_MIN);
    let one = sure.next()?;
    sure.next().is_none().then_some(one)
}

fn line(at: UnixMs, actor: Actor, place: &Place, detail: String) -> AuditLine {
    let subject = format!("名录场所 {}", place.id);
    AuditLine { at, actor, deed: Deed::PlaceMatched, subject, detail }
}
