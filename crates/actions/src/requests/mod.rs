//! Requests of people about their own data: filed by the person, answered by a privacy officer.

pub mod decide;
pub mod file;
pub mod mine;
pub mod queue;

use crate::{Answer, House};
use domain::{
    requests::{RequestKind, RequestState},
    time::{DAY_MS, UnixMs},
};
use registry::PersonRequest;
use vault::Field;

/// A request with what can be said of it without opening an identity.
#[derive(Clone, Debug)]
pub struct RequestRow {
    /// Number.
    pub id: i64,
    /// What is asked for.
    pub kind: RequestKind,
    /// How it stands.
    pub state: RequestState,
    /// When it was filed.
    pub filed: UnixMs,
    /// The last moment of the day until which it is answered.
    pub due: UnixMs,
    /// Whole days that it is late; only while it is open.
    pub late_days: Option<i64>,
    /// When it was answered.
    pub decided: Option<UnixMs>,
    /// What was answered.
    pub reason: Option<String>,
}

fn row(house: &House, request: &PersonRequest) -> Answer<RequestRow> {
    let late_ms = house.now().since(request.new.due);
    let open = request.state == RequestState::Open;
    let reason = request.decision.as_ref().map(|d| house.vault.open(Field::Note, &d.reason_sealed));
    Ok(RequestRow {
        id: request.id,
        kind: request.new.kind,
        state: request.state,
        filed: request.new.filed,
        due: request.new.due,
        late_days: (open && late_ms > 0).then_some(late_ms / DAY_MS + 1),
        decided: request.decision.as_ref().map(|decision| decision.at),
        reason: reason.transpose()?,
    })
}
