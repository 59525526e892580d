//! Entry policies: read, compared, proposed, decided by another officer.

use super::{
    problems::{Asked, Elsewhere, Guarded, Named, Typed},
    told::{Told, done, made, ms, read},
};
use crate::{
    api::json::{JsonBody, QueryOf},
    pages::desk::{Words, number, page},
    routes::{Route, Who},
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::PolicyOfficer,
    entry_policy::{
        Where, decide,
        list::{self, Listed},
        preview::{self, Tally},
        propose,
    },
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{get, post},
};
use domain::{
    entry_policy::{Otherwise, PolicyForm, Reach, Rules},
    fields::Complaints,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let who = Who::PolicyOfficer;
    let all = "/api/v1/entry-policies";
    vec![
        Route::api(Method::GET, all, who, get(list)),
        Route::api(Method::POST, all, who, post(create)),
        Route::api(Method::POST, "/api/v1/entry-policies/preview", who, post(compare)),
        Route::api(Method::GET, "/api/v1/entry-policies/{version}", who, get(one)),
        Route::api(Method::POST, "/api/v1/entry-policies/{version}/approve", who, post(approve)),
        Route::api(Method::POST, "/api/v1/entry-policies/{version}/refuse", who, post(refuse)),
        Route::api(Method::POST, "/api/v1/entry-policies/{version}/withdraw", who, post(withdraw)),
    ]
}

/// What a policy asks. A green, fresh code alone passes; a positive test is stopped whatever stands
/// here.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRules {
    /// What a red code does: `recheck` or `stop`.
    red: String,
    /// What a yellow code does.
    yellow: String,
    /// What a gray code does.
    gray: String,
    /// What happens to somebody without a code.
    none: String,
    /// What happens when no source can say, or what it said is too old.
    unknown: String,
    /// The newest negative sample may be this old, 1 to 720; none asks for no test.
    nucleic_acid_hours_max: Option<i64>,
    /// What happens without one that is new enough.
    untested: String,
    /// Children younger than this many years need no test, 1 to 18; none lets no child do without.
    #[serde(default)]
    test_free_under_years: Option<i64>,
    /// People of this many years and older need none, 50 to 120.
    #[serde(default)]
    test_free_from_years: Option<i64>,
    /// What happens to somebody who was in a region of risk; `pass` does not look at it.
    risk: String,
    /// What happens when the itinerary is not known; `pass` does not ask for one.
    no_itinerary: String,
}

impl From<Rules> for PolicyRules {
    fn from(rules: Rules) -> Self {
        let code = |rule: Otherwise| rule.code().to_owned();
        let or_pass = |rule: Option<Otherwise>| rule.map_or("pass", Otherwise::code).to_owned();
        Self {
            red: code(rules.red),
            yellow: code(rules.yellow),
            gray: code(rules.gray),
            none: code(rules.none),
            unknown: code(rules.unknown),
            nucleic_acid_hours_max: rules.nucleic_acid_hours_max,
            untested: code(rules.untested),
            test_free_under_years: rules.test_free_under_years.map(i64::from),
            test_free_from_years: rules.test_free_from_years.map(i64::from),
            risk: or_pass(rules.risk),
            no_itinerary: or_pass(rules.no_itinerary),
        }
    }
}

/// A policy to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntryPolicy {
    /// Short code number of the one door that it is for; leave out `region` and `category` then.
    #[serde(default)]
    door: Option<String>,
    /// Code of the county or township; none for the city.
    #[serde(default)]
    region: Option<String>,
    /// Code of the kind of place or of a group of them; none for every kind.
    #[serde(default)]
    category: Option<String>,
    /// From when, milliseconds since 1970 UTC; none as soon as a second officer agrees.
    #[serde(default)]
    begins_ms: Option<i64>,
    /// What it asks; none takes back what was asked there.
    rules: Option<PolicyRules>,
    /// Why; 200 characters.
    #[serde(default)]
    note: String,
}

impl From<NewEntryPolicy> for PolicyForm {
    fn from(new: NewEntryPolicy) -> Self {
        let text = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        let reach = if new.door.is_some() { "checkpoint" } else { "places" };
        let form = Self {
            reach: reach.to_owned(),
            region: new.region.unwrap_or_default(),
            category: new.category.unwrap_or_default(),
            door: new.door.unwrap_or_default(),
            begins: new.begins_ms.map(Self::begins_text).unwrap_or_default(),
            note: new.note,
            ..Self::default()
        };
        match new.rules {
            None => Self { take_back: "1".to_owned(), ..form },
            Some(rules) => Self {
                red: rules.red,
                yellow: rules.yellow,
                gray: rules.gray,
                none: rules.none,
                unknown: rules.unknown,
                nucleic_acid_hours: text(rules.nucleic_acid_hours_max),
                untested: rules.untested,
                test_free_under: text(rules.test_free_under_years),
                test_free_from: text(rules.test_free_from_years),
                risk: rules.risk,
                no_itinerary: rules.no_itinerary,
                ..form
            },
        }
    }
}

/// Complaints at the fields as they are called here.
fn on_the_wire(failure: Failure) -> Failure {
    let Failure::Invalid(mut complaints) = failure else { return failure };
    for complaint in &mut complaints.0 {
        complaint.field = match complaint.field {
            "begins" => "begins_ms",
            "nucleic_acid_hours" => "nucleic_acid_hours_max",
            "test_free_under" => "test_free_under_years",
            "test_free_from" => "test_free_from_years",
            field => field,
        };
    }
    Failure::Invalid(complaints)
}

/// A policy.
#[derive(Serialize, ToSchema)]
pub struct EntryPolicy {
    /// Its number; every visit keeps that of the policy it was judged by.
    version: u32,
    /// The one door that it is for.
    checkpoint: Option<u32>,
    /// Code of the county or township; none for the city, and for one door.
    region: Option<String>,
    /// Code of the kind of place or of a group of them; none for every kind, and for one door.
    category: Option<String>,
    /// Where it holds, in words.
    place: String,
    /// What it asks; none takes back what was asked there.
    rules: Option<PolicyRules>,
    /// Why.
    note: String,
    /// `waits`, `ahead`, `holds`, `over`, `refused`, `withdrawn`.
    standing: &'static str,
    /// From when it holds, or is wanted to; none as soon as a second officer agrees.
    begins_ms: Option<i64>,
    /// When it was proposed.
    proposed_ms: i64,
    /// Who proposed it, masked.
    proposed_by: String,
    /// When it was decided.
    decided_ms: Option<i64>,
    /// Who decided, masked.
    decided_by: Option<String>,
    /// Why it was refused.
    reason: Option<String>,
    /// Whether the caller proposed it.
    own: bool,
}

impl From<Listed> for EntryPolicy {
    fn from(listed: Listed) -> Self {
        let row = listed.row;
        let (checkpoint, region, category) = match row.reach {
            Reach::Checkpoint(number) => (Some(number.0), None, None),
            Reach::Places { region, category } => {
                (None, region.map(|code| code.as_str().to_owned()), category)
            }
        };
        let place = match listed.place {
            Where::Door(words, _) => words,
            Where::Places(region, category) => format!(
                "{} · {}",
                region.as_deref().unwrap_or("全市"),
                category.as_deref().unwrap_or("所有类别")
            ),
        };
        Self {
            version: row.version,
            checkpoint,
            region,
            category,
            place,
            rules: row.new.rules.map(PolicyRules::from),
            note: row.new.note,
            standing: listed.standing.code(),
            begins_ms: ms(row.begins.or(row.new.begins)),
            proposed_ms: row.proposed.0,
            proposed_by: listed.proposed_by,
            decided_ms: row.decided.map(|(_, _, at)| at.0),
            decided_by: listed.decided_by,
            reason: Some(row.reason).filter(|reason| !reason.is_empty()),
            own: listed.own,
        }
    }
}

/// The policies.
#[derive(Serialize, ToSchema)]
pub struct EntryPolicies {
    /// Those that wait for a second officer, oldest first.
    waiting: Vec<EntryPolicy>,
    /// Those that hold or will hold.
    holding: Vec<EntryPolicy>,
    /// A page of all, newest first.
    all: Vec<EntryPolicy>,
    /// How many there are in all.
    total: i64,
    /// The page, from 0.
    page: i64,
    /// How many pages there are.
    pages: i64,
    /// Most rows of a page.
    page_size_max: i64,
}

/// One typical person under two policies.
#[derive(Serialize, ToSchema)]
pub struct ComparedPerson {
    /// Who, in Chinese.
    label: &'static str,
    /// `pass`, `recheck` or `stop` under what holds there now.
    before: &'static str,
    /// Under the proposal.
    after: &'static str,
}

/// How many people each decision would meet.
#[derive(Serialize, ToSchema)]
pub struct Decisions {
    /// Let in.
    pass: u64,
    /// Looked at by staff.
    recheck: u64,
    /// Turned away.
    stop: u64,
}

impl From<Tally> for Decisions {
    fn from(tally: Tally) -> Self {
        Self { pass: tally.pass, recheck: tally.recheck, stop: tally.stop }
    }
}

/// What a proposal would change.
#[derive(Serialize, ToSchema)]
pub struct PolicyPreview {
    /// Version of what holds there now.
    before_version: u32,
    /// Typical people.
    people: Vec<ComparedPerson>,
    /// Everybody whose status is in the register and still counts, now.
    registered_before: Decisions,
    /// The same people under the proposal.
    registered_after: Decisions,
}

impl From<preview::Preview> for PolicyPreview {
    fn from(seen: preview::Preview) -> Self {
        let people = seen.people.into_iter().map(|one| ComparedPerson {
            label: one.label,
            before: one.before.code(),
            after: one.after.code(),
        });
        Self {
            before_version: seen.before_version,
            people: people.collect(),
            registered_before: seen.registered_before.into(),
            registered_after: seen.registered_after.into(),
        }
    }
}

/// What is asked for.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageOf {
    /// Page of all, from 0.
    #[param(value_type = Option<i64>, minimum = 0)]
    page: String,
}

/// Why it is turned down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRefusal {
    /// In words; 200 characters.
    reason: String,
}

/// Every policy: what waits, what holds, what there was.
#[utoipa::path(
    get, path = "/api/v1/entry-policies", tag = "entry policies", params(PageOf),
    security(("staff" = [])),
    responses((status = 200, description = "the policies", body = EntryPolicies), Guarded, Asked)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<PolicyOfficer>,
    QueryOf(query): QueryOf<PageOf>,
) -> Told {
    let mut complaints = Complaints::default();
    let page = page(&query.page, &mut complaints);
    let page = Words(page, complaints).whole()?;
    let desk = list::desk(&house, &caller, page).await?;
    let each = |listed: Vec<Listed>| listed.into_iter().map(EntryPolicy::from).collect();
    read(EntryPolicies {
        waiting: each(desk.waiting),
        holding: each(desk.holding),
        all: each(desk.all),
        total: desk.total,
        page: desk.page,
        pages: desk.pages,
        page_size_max: list::PAGE_ROWS,
    })
}

/// One policy.
#[utoipa::path(
    get, path = "/api/v1/entry-policies/{version}", tag = "entry policies",
    security(("staff" = [])), params(("version" = u32, Path, description = "Its number")),
    responses((status = 200, description = "the policy", body = EntryPolicy), Guarded, Named)
)]
pub async fn one(
    State(house): State<Arc<House>>,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
) -> Told {
    read(EntryPolicy::from(list::one(&house, &caller, number(&version)?).await?))
}

/// Compares a policy to be with what holds at the doors it is for; nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/entry-policies/preview", tag = "entry policies",
    request_body = NewEntryPolicy, security(("staff" = [])),
    responses((status = 200, description = "compared", body = PolicyPreview), Guarded, Typed)
)]
pub async fn compare(
    State(house): State<Arc<House>>,
    As(caller): As<PolicyOfficer>,
    JsonBody(new): JsonBody<NewEntryPolicy>,
) -> Told {
    let seen = preview::of_form(&house, &caller, &new.into()).await.map_err(on_the_wire)?;
    read(PolicyPreview::from(seen))
}

/// Proposes a policy; it holds when another officer has agreed.
#[utoipa::path(
    post, path = "/api/v1/entry-policies", tag = "entry policies",
    request_body = NewEntryPolicy, security(("staff" = [])),
    responses((status = 201, description = "proposed", body = EntryPolicy), Guarded, Typed, Elsewhere)
)]
pub async fn create(
    State(house): State<Arc<House>>,
    As(caller): As<PolicyOfficer>,
    JsonBody(new): JsonBody<NewEntryPolicy>,
) -> Told {
    let version = propose::propose(&house, &caller, &new.into()).await.map_err(on_the_wire)?;
    let place = format!("/api/v1/entry-policies/{version}");
    made(place, EntryPolicy::from(list::one(&house, &caller, version).await?))
}

/// Agrees to somebody else's proposal.
#[utoipa::path(
    post, path = "/api/v1/entry-policies/{version}/approve", tag = "entry policies",
    security(("staff" = [])), params(("version" = u32, Path, description = "Its number")),
    responses((status = 204, description = "agreed on"), Guarded, Named, Elsewhere)
)]
pub async fn approve(
    State(house): State<Arc<House>>,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
) -> Told {
    decide::approve(&house, &caller, number(&version)?).await?;
    done()
}

/// Turns somebody else's proposal down.
#[utoipa::path(
    post, path = "/api/v1/entry-policies/{version}/refuse", tag = "entry policies",
    request_body = PolicyRefusal, security(("staff" = [])),
    params(("version" = u32, Path, description = "Its number")),
    responses((status = 204, description = "turned down"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn refuse(
    State(house): State<Arc<House>>,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
    JsonBody(new): JsonBody<PolicyRefusal>,
) -> Told {
    decide::refuse(&house, &caller, number(&version)?, &new.reason).await?;
    done()
}

/// Takes one's own proposal back.
#[utoipa::path(
    post, path = "/api/v1/entry-policies/{version}/withdraw", tag = "entry policies",
    security(("staff" = [])), params(("version" = u32, Path, description = "Its number")),
    responses((status = 204, description = "taken back"), Guarded, Named, Elsewhere)
)]
pub async fn withdraw(
    State(house): State<Arc<House>>,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
) -> Told {
    decide::withdraw(&house, &caller, number(&version)?).await?;
    done()
}
