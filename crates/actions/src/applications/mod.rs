//! Applications: submitted, sent back, corrected, approved.

pub mod drafts;
pub mod mine;
pub mod review;
pub mod submit;

use crate::{Answer, House};
use domain::{applications::State, audit::Actor, time::UnixMs};

/// One thing that happened to an application.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: UnixMs,
    /// What it became.
    pub state: State,
    /// The reason, when it was sent back.
    pub reason: String,
    /// Who.
    pub actor: Actor,
}

/// Everything that happened to an application, oldest first.
pub(crate) async fn events(house: &House, application: i64) -> Answer<Vec<Event>> {
    let events = house.registry.application_events(application).await?;
    let event = |e: registry::ApplicationEvent| Event {
        at: e.at,
        state: e.state,
        reason: e.reason,
        actor: e.actor,
    };
    Ok(events.into_iter().map(event).collect())
}
