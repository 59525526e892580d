//! The queue of the privacy officer, and one request opened: the identity behind it is in the audit first.

use super::{RequestRow, row};
use crate::{
    Answer, Failure, House,
    accounts::principals::PrivacyOfficer,
    contact_tracing::identity::{self, Identity},
    people::masked_name,
};
use domain::{
    audit::Deed,
    people::{IdKind, PersonNumber},
    requests::RequestState,
};
use registry::{AuditLine, PersonRequest};
use vault::Field;

/// Rows of one page.
pub const PAGE_ROWS: i64 = 50;
/// Pages one can turn to.
const PAGES_MAX: i64 = 10_000;

/// A row of the queue.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// The request.
    pub request: RequestRow,
    /// Masked name of who asks.
    pub masked_name: String,
}

/// A page of the queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The state it is narrowed to.
    pub state: RequestState,
    /// Those due first at the front.
    pub rows: Vec<QueueRow>,
    /// How many there are in this state.
    pub total: i64,
    /// How many open ones are late.
    pub late: i64,
    /// This page, from 0.
    pub page: i64,
    /// How many pages there are; at least one.
    pub pages: i64,
}

/// A page of the requests in one state. Names nobody in full.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn queue(
    house: &House,
    _caller: &PrivacyOfficer,
    state: RequestState,
    page: i64,
) -> Answer<Queue> {
    let page = page.clamp(0, PAGES_MAX);
    let now = house.now();
    let (found, total, due) =
        house.registry.requests_in(state, now, PAGE_ROWS, page * PAGE_ROWS).await?;
    let mut rows = Vec::with_capacity(found.len());
    for request in &found {
        rows.push(QueueRow {
            request: row(house, request)?,
            masked_name: masked_name(house, request.new.person)?,
        });
    }
    let late = match state {
        RequestState::Open => due,
        RequestState::Done | RequestState::Refused => {
            house.registry.requests_in(RequestState::Open, now, 0, 0).await?.2
        }
    };
    let pages = ((total + PAGE_ROWS - 1) / PAGE_ROWS).max(1);
    Ok(Queue { state, rows, total, late, page, pages })
}

/// A request as an officer deals with it.
#[derive(Clone, Debug)]
pub struct OpenedRequest {
    /// The request.
    pub request: RequestRow,
    /// Who asks, by number; for the audit.
    pub person: PersonNumber,
    /// Who asks.
    pub identity: Identity,
    /// What they wrote.
    pub words: String,
    /// The name as it should be.
    pub name: Option<String>,
    /// The document as it should be.
    pub document: Option<(IdKind, String)>,
}

/// Opens a request with the identity of who asks.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn open(house: &House, caller: &PrivacyOfficer, id: i64) -> Answer<OpenedRequest> {
    let found = found(house, id).await?;
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::RequestOpened,
        subject: format!("人员 {}", found.new.person.0),
        detail: format!("要求 {id}"),
    };
    house.registry.audit(&[line]).await?;
    let new = &found.new;
    let opened = |field, sealed: &Vec<u8>| house.vault.open(field, sealed);
    let name = new.name_sealed.as_ref().map(|sealed| opened(Field::PersonName, sealed));
    let document = match &new.document {
        Some((kind, sealed)) => Some((*kind, opened(Field::IdNumber, sealed)?)),
        None => None,
    };
    Ok(OpenedRequest {
        request: row(house, &found)?,
        person: new.person,
        identity: identity::read(house, new.person).await?,
        // What an erased person wrote is gone, and another kind of text in its place.
        words: house.vault.open(Field::Note, &new.words_sealed).unwrap_or_default(),
        name: name.transpose()?,
        document,
    })
}

/// The request with this number.
pub(super) async fn found(house: &House, id: i64) -> Answer<PersonRequest> {
    house.registry.request(id).await?.ok_or(Failure::NotFound)
}
