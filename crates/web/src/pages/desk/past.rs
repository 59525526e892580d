//! What has happened to a door, in the order of time: to its application and to the door itself.

use super::event_text;
use actions::applications::{Event, mine::CheckpointEvent};
use domain::{audit::Actor, time::UnixMs};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: UnixMs,
    /// What, key into the catalogues.
    pub what: &'static str,
    /// Why, as it was written; may be empty.
    pub reason: String,
    /// Masked name of who did it; empty for those who are not told.
    pub who: String,
}

/// Both histories as one, oldest first; with the names of those who did it, as far as `people` has
/// them.
#[must_use]
pub fn past(events: &[Event], life: &[CheckpointEvent], people: &[(i64, String)]) -> Vec<Past> {
    let who = |actor| {
        let Actor::Account(account) = actor else { return String::new() };
        let found = people.iter().find(|(id, _)| *id == account);
        found.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let events = events.iter().map(|event| Past {
        at: event.at,
        what: event_text(&event.state),
        reason: event.reason.clone(),
        who: who(event.actor),
    });
    let life = life.iter().map(|event| Past {
        at: event.at,
        what: event.happening.label(),
        reason: event.reason.clone(),
        who: who(event.actor),
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
        let actor = Actor::Account(3);
        let event = |at, state| Event { at: UnixMs(at), state, reason: String::new(), actor };
        let events =
            [event(1, State::Submitted), event(2, State::Approved), event(5, State::Submitted)];
        let life = [CheckpointEvent {
            at: UnixMs(3),
            happening: Happening::CodeReplaced,
            reason: "丢失".into(),
            actor: Actor::Account(4),
        }];
        let people = [(3, "李*".to_owned())];
        let past = past(&events, &life, &people);
        let told: Vec<_> = past.iter().map(|past| past.what).collect();
        let who: Vec<_> = past.iter().map(|past| past.who.as_str()).collect();
        assert_eq!(who, ["李*", "李*", "", "李*"]);
        let label = Happening::CodeReplaced.label();
        assert_eq!(told, ["提交申请", "通过申请", label, "提交申请"]);
    }
}
