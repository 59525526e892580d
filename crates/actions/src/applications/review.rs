//! The reviewer's queue: what waits, what decides it, and the decision.

use super::Event;
use crate::{Answer, House, accounts::principals::Reviewer};
use domain::{applications::State, organisations::CreditCheck, time::UnixMs};

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
pub async fn queue(house: &House, caller: &Reviewer, filter: &Filter) -> Answer<Queue> {
    let _ = (house, caller, filter);
    todo!()
}

/// One application.
///
/// # Errors
/// `NotFound` outside of the reviewer's scope.
pub async fn one(house: &House, caller: &Reviewer, id: i64) -> Answer<Detail> {
    let _ = (house, caller, id);
    todo!()
}

/// Approves: the checkpoint gets its code.
///
/// # Errors
/// `NotFound` outside of the scope; `Conflict` when somebody decided meanwhile.
pub async fn approve(house: &House, caller: &Reviewer, id: i64) -> Answer<()> {
    let _ = (house, caller, id);
    todo!()
}

/// Sends back with a reason.
///
/// # Errors
/// `Invalid` at `reason`; otherwise as `approve`.
pub async fn send_back(house: &House, caller: &Reviewer, id: i64, reason: &str) -> Answer<()> {
    let _ = (house, caller, id, reason);
    todo!()
}
