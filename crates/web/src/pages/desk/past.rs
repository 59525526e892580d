//! What has happened to a door, in the order of time: to its application and to the door itself.

use super::event_text;
use actions::applications::{Event, mine::CheckpointEvent};
use domain::time::UnixMs;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: UnixMs,
    /// What, key into the catalogues.
    pub what: &'static str,
    /// Why, as it was written; may be empty.
    pub reason: String,
}

/// Both histories as one, oldest first.
#[must_use]
pub fn past(events: &[Event], life: &[CheckpointEvent]) -> Vec<Past> {
    let events = events.iter().map(|event| Past {
        at: event.at,
        what: event_text(&event.state),
        reason: event.reason.clone(),
    });
    let life = life.iter().map(|event| Past {
        at: event.at,
        what: event.happening.label(),
        reason: event.reason.clone(),
    });
    let mut all: Vec<Past> = events.chain(life).collect();
    // What came at the same moment keeps its order: the application first.
    all.sort_by_key(|past| past.at);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{applications::State, checkpoints::Happening};

    #[test]
    fn both_histories_are_told_in_the_order_of_time() {
        let event = |at, state| Event { at: UnixMs(at), state, reason: String::new() };
        let events =
            [event(1, State::Submitted), event(2, State::Approved), event(5, State::Submitted)];
        let life = [CheckpointEvent {
            at: UnixMs(3),
            happening: Happening::CodeReplaced,
            reason: "丢失".into(),
        }];
        let told: Vec<_> = past(&events, &life).into_iter().map(|past| past.what).collect();
        let label = Happening::CodeReplaced.label();
        assert_eq!(told, ["提交申请", "通过申请", label, "提交申请"]);
    }
}
