//! A page of the review queue, narrowed to what the reviewer wants to see.

use crate::{Answer, House, accounts::principals::Reviewer, categories, regions};
use domain::{
    applications::{ReviewSteps, State, Voice},
    categories::Tree,
    regions::{Region, RegionCode},
    sorting::Sort,
    time::{DAY_MS, UnixMs},
};
use registry::{ApplicationRow, QueueFilter};

/// Most rows of one page of the queue.
pub const PAGE_ROWS: i64 = 50;

/// What the queue is narrowed to.
#[derive(Clone, Debug)]
pub struct Filter {
    /// State of the applications.
    pub state: State,
    /// County (six digits) or township (nine digits).
    pub region: Option<String>,
    /// Category, or group of categories: the one digit that its categories begin with.
    pub category: Option<String>,
    /// Submitted at least so many days ago.
    pub days: Option<i64>,
    /// Only doubtful ones, or only those that are not.
    pub doubtful: Option<bool>,
    /// Part of a name or address; empty for all.
    pub text: String,
    /// The order.
    pub sort: Sort,
    /// Page, from 0.
    pub page: i64,
}

impl Filter {
    /// Everything in a state.
    #[must_use]
    pub fn all(state: State) -> Self {
        Self {
            state,
            region: None,
            category: None,
            days: None,
            doubtful: None,
            text: String::new(),
            sort: Sort::Usual,
            page: 0,
        }
    }

    /// Whether more than a state is asked for.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let all = self.region.is_none() && self.category.is_none() && self.days.is_none();
        !(all && self.doubtful.is_none() && self.text.trim().is_empty())
    }

    /// As the registry is asked, within the reviewer's scope.
    pub(super) fn within(&self, caller: &Reviewer, now: UnixMs) -> QueueFilter {
        let (county, township) = regions::within(&caller.scope, self.region.as_deref());
        QueueFilter {
            state: self.state,
            county,
            township,
            category: self.category.clone(),
            submitted_until: self.days.map(|days| now.plus(-days.saturating_mul(DAY_MS))),
            doubtful: self.doubtful,
            except_endorsed_by: None,
            text: self.text.trim().to_owned(),
            sort: self.sort,
            limit: PAGE_ROWS,
            offset: 0,
        }
    }
}

/// The state whose applications wait for this reviewer first.
#[must_use]
pub fn first_state(house: &House, caller: &Reviewer) -> State {
    house.settings.review_steps.first_for(&caller.scope)
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
    /// How many there are in this state within the reviewer's scope (with the filter).
    pub total: i64,
    /// The page, from 0: the last one when a later one was asked for.
    pub page: i64,
    /// How many wait, came back, were approved, within the scope; those that wait for a second yes
    /// only where there is one, or where some are left.
    pub counts: Vec<(State, i64)>,
    /// Code and name of the county or township this reviewer is narrowed to.
    pub narrowed_to: Option<(String, String)>,
    /// What a yes makes of an application in this state, if the caller may give it to any.
    pub yes: Option<State>,
}

impl Queue {
    /// How many pages there are, at least one.
    #[must_use]
    pub fn pages(&self) -> i64 {
        (self.total.saturating_add(PAGE_ROWS - 1) / PAGE_ROWS).max(1)
    }
}

/// A page of the queue, within the reviewer's scope.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn queue(house: &House, caller: &Reviewer, filter: &Filter) -> Answer<Queue> {
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let now = house.now();
    let mut wanted = filter.within(caller, now);
    let mut counts = State::ALL.map(|state| (state, 0));
    for (state, count) in &mut counts {
        let all = Filter::all(*state).within(caller, now);
        *count = house.registry.queue_total(&all).await?;
    }
    let in_state = counts.iter().find(|(state, _)| *state == filter.state);
    let total = match in_state {
        Some((_, count)) if !filter.narrows() => *count,
        _ => house.registry.queue_total(&wanted).await?,
    };
    // A page that was emptied meanwhile is the one before.
    let page = filter.page.clamp(0, (total - 1).max(0) / PAGE_ROWS);
    wanted.offset = page * PAGE_ROWS;
    let rows = house.registry.queue(&wanted).await?;
    let narrowed_to = caller.scope.region().map(RegionCode::as_str);
    let two = house.settings.review_steps == ReviewSteps::Two;
    let counts =
        counts.into_iter().filter(|(state, count)| *state != State::Endorsed || two || *count > 0);
    let voice = Voice { scope: &caller.scope, endorsed_it: false };
    Ok(Queue {
        rows: rows.iter().map(|application| row(application, &regions, &tree)).collect(),
        total,
        page,
        counts: counts.collect(),
        narrowed_to: narrowed_to.map(|code| (code.to_owned(), regions::name_of(&regions, code))),
        yes: house.settings.review_steps.approve(filter.state, &voice).ok(),
    })
}

pub(super) fn row(application: &ApplicationRow, regions: &[Region], tree: &Tree) -> Row {
    Row {
        id: application.id,
        name: application.name.clone(),
        door: application.door.clone(),
        address: application.address.clone(),
        organisation: application.organisation_name.clone(),
        category_name: tree.name_of(&application.category),
        township_name: regions::name_of(regions, &application.township),
        submitted: application.submitted,
        round: application.round,
        doubtful: application.doubtful,
    }
}
