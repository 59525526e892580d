//! Places of the register as a reviewer's program sees them.

use crate::api::v1::told::ms;
use actions::places::{self, Candidate, PAGE_ROWS, Places, Row, Show};
use domain::{places::Match, time::UnixMs};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of the register.
#[derive(Serialize, ToSchema)]
pub struct RegisterPlaces {
    /// Those of this page, in the order in which they came in.
    places: Vec<RegisterPlace>,
    /// How many the query has.
    total: i64,
    /// How many of the query's open ones may be confirmed with one decision; what has two
    /// organisations is among them.
    likely: i64,
    /// How many stand where within the reviewer's scope, without the query.
    counts: PlaceCounts,
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

impl RegisterPlaces {
    pub(super) fn new(list: Places, seen: UnixMs) -> Self {
        Self {
            total: list.total,
            likely: list.likely,
            counts: PlaceCounts::of(&list.counts),
            page: list.page,
            pages: list.pages(),
            page_size_max: PAGE_ROWS,
            region: list.narrowed_to.map(|(code, _)| code),
            seen_ms: seen.0,
            places: list.rows.into_iter().map(RegisterPlace::from).collect(),
        }
    }
}

/// How many places stand where.
#[derive(Serialize, ToSchema)]
pub struct PlaceCounts {
    /// Nobody has said which organisation it is.
    open: i64,
    /// Somebody has.
    confirmed: i64,
    /// Somebody has looked, and nobody has applied for it.
    no_unit: i64,
    /// The last list does not have it any more.
    gone: i64,
}

impl PlaceCounts {
    fn of(counts: &[(Show, i64)]) -> Self {
        let of = |show| counts.iter().find(|(s, _)| *s == show).map_or(0, |(_, count)| *count);
        Self {
            open: of(Show::State(Match::Open)),
            confirmed: of(Show::State(Match::Confirmed)),
            no_unit: of(Show::State(Match::NoUnit)),
            gone: of(Show::Gone),
        }
    }
}

/// A place of the register.
#[derive(Serialize, ToSchema)]
pub struct RegisterPlace {
    /// Its number.
    id: i64,
    /// How many times it was decided which organisation it is; goes along with a decision.
    round: i64,
    /// Registered name.
    name: String,
    /// Address.
    address: String,
    /// Credit code, if it has one.
    credit_code: Option<String>,
    /// The category's name; none when it is not known.
    category_name: Option<String>,
    /// The county's name, with the township's when that is known.
    region_name: String,
    /// `open`, `confirmed`, `no_unit`.
    state: &'static str,
    /// Number of the organisation that it is, when that is settled.
    organisation: Option<i64>,
    /// That organisation's name.
    organisation_name: Option<String>,
    /// Whether an organisation or a checkpoint has its credit code or a similar name.
    hinted: bool,
    /// Whether the last list does not have it any more.
    gone: bool,
    /// When it came in first, milliseconds since 1970 UTC.
    listed_ms: i64,
    /// When a list had it last.
    seen_ms: i64,
    /// When it was decided last; none when it never was.
    decided_ms: Option<i64>,
}

impl From<Row> for RegisterPlace {
    fn from(row: Row) -> Self {
        let (organisation, organisation_name) = row.unit.unzip();
        Self {
            id: row.id,
            round: row.round,
            name: row.name,
            address: row.address,
            credit_code: row.credit_code,
            category_name: Some(row.category_name).filter(|name| !name.is_empty()),
            region_name: row.region_name,
            state: row.state.code(),
            organisation,
            organisation_name,
            hinted: row.hinted,
            gone: row.gone,
            listed_ms: row.listed.0,
            seen_ms: row.seen.0,
            decided_ms: ms(row.decided),
        }
    }
}

/// One place with the organisations that it may be.
#[derive(Serialize, ToSchema)]
pub struct PlaceDetail {
    /// As in the list.
    #[serde(flatten)]
    row: RegisterPlace,
    /// Organisations that it may be, what speaks most for first.
    candidates: Vec<PlaceCandidate>,
    /// Organisations whose name or credit code was looked for by `unit`.
    found: Vec<PlaceCandidate>,
}

impl From<places::Detail> for PlaceDetail {
    fn from(detail: places::Detail) -> Self {
        let each = |all: Vec<Candidate>| all.into_iter().map(PlaceCandidate::from).collect();
        Self {
            row: detail.row.into(),
            candidates: each(detail.candidates),
            found: each(detail.found),
        }
    }
}

/// An organisation that a place may be.
#[derive(Serialize, ToSchema)]
pub struct PlaceCandidate {
    /// Its number.
    organisation: i64,
    /// Its name.
    name: String,
    /// Its credit code, if it gave one.
    credit_code: Option<String>,
    /// Its checkpoint that is most like the place: name and door.
    checkpoint: Option<String>,
    /// Address of that checkpoint.
    checkpoint_address: Option<String>,
    /// How much speaks for it, 0 to 100.
    points: u8,
    /// Whether the credit codes agree; none when one has none.
    same_credit: Option<bool>,
    /// How alike the names are, 0 to 100.
    alike: u8,
    /// Whether it is the same house; none when one address is not known.
    same_house: Option<bool>,
}

impl From<Candidate> for PlaceCandidate {
    fn from(candidate: Candidate) -> Self {
        let (checkpoint, checkpoint_address) = candidate.door.unzip();
        Self {
            organisation: candidate.organisation,
            name: candidate.name,
            credit_code: candidate.credit_code,
            checkpoint,
            checkpoint_address,
            points: candidate.score.points,
            same_credit: candidate.score.credit,
            alike: candidate.score.name,
            same_house: candidate.score.address,
        }
    }
}
