//! Applications: a checkpoint on its way to a code, sent back with a reason or approved.

use crate::{regions::Scope, text::line};

/// Most characters of a reason.
pub const REASON_CHARS_MAX: usize = 200;

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for the reviewer.
    Submitted,
    /// A first reviewer said yes; waits for a second one, where reviews take two steps.
    Endorsed,
    /// Came back with a reason; waits for the manager.
    Returned,
    /// Approved; the checkpoint has its code.
    Approved,
}

/// A step that does not fit the state it was tried in, as when two people act at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the application is {0:?} and does not allow this step")]
pub struct WrongState(pub State);

impl State {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Submitted, Self::Endorsed, Self::Returned, Self::Approved];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Endorsed => "endorsed",
            Self::Returned => "returned",
            Self::Approved => "approved",
        }
    }

    /// The state stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// The Chinese name, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Submitted => "待审核",
            Self::Endorsed => "待复审",
            Self::Returned => "已退回",
            Self::Approved => "已通过",
        }
    }

    /// Whether it waits for a reviewer.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Submitted | Self::Endorsed)
    }

    /// A reviewer sends back.
    ///
    /// # Errors
    /// When it does not wait for a reviewer.
    pub fn send_back(self) -> Result<Self, WrongState> {
        if self.waits() { Ok(Self::Returned) } else { Err(WrongState(self)) }
    }

    /// The manager submits the corrected form.
    ///
    /// # Errors
    /// When it did not come back.
    pub fn resubmit(self) -> Result<Self, WrongState> {
        if self == Self::Returned { Ok(Self::Submitted) } else { Err(WrongState(self)) }
    }
}

/// How many people say yes before a door gets its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReviewSteps {
    /// One reviewer of the township, the county or the city.
    #[default]
    One,
    /// Two: anybody whose scope it is first, then somebody else of the county or the city.
    Two,
}

/// Whose yes is asked for.
#[derive(Clone, Debug)]
pub struct Voice<'a> {
    /// What the reviewer may see.
    pub scope: &'a Scope,
    /// Whether the reviewer said the first yes.
    pub endorsed_it: bool,
}

/// Why somebody's yes is not the one that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotYours {
    /// It does not wait for a reviewer.
    Decided,
    /// The second yes is somebody else's than the first.
    SamePerson,
    /// The second yes is the county's.
    Countys,
}

impl ReviewSteps {
    /// What a yes makes of an application in this state. Where one step is enough, that is so also
    /// for what was endorsed while there were two.
    ///
    /// # Errors
    /// When this reviewer's yes is not the one it waits for.
    pub fn approve(self, state: State, voice: &Voice<'_>) -> Result<State, NotYours> {
        match (self, state) {
            (_, State::Returned | State::Approved) => Err(NotYours::Decided),
            (Self::One, _) => Ok(State::Approved),
            (Self::Two, State::Submitted) => Ok(State::Endorsed),
            (Self::Two, State::Endorsed) if matches!(voice.scope, Scope::Township(_)) => {
                Err(NotYours::Countys)
            }
            (Self::Two, State::Endorsed) if voice.endorsed_it => Err(NotYours::SamePerson),
            (Self::Two, State::Endorsed) => Ok(State::Approved),
        }
    }

    /// The state whose applications wait for somebody with this scope first.
    #[must_use]
    pub fn first_for(self, scope: &Scope) -> State {
        match (self, scope) {
            (Self::Two, Scope::City | Scope::County(_)) => State::Endorsed,
            _ => State::Submitted,
        }
    }
}

/// A reason the manager can act on.
///
/// # Errors
/// When it is empty or longer than 200 characters.
pub fn check_reason(typed: &str) -> Result<String, &'static str> {
    line(typed, REASON_CHARS_MAX, "请写明退回原因，对方要据此改正", "退回原因不能超过 200 个字")
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::regions::RegionCode;
    use proptest::prelude::*;

    fn scopes() -> [Scope; 3] {
        let code = |text| RegionCode::parse(text).unwrap();
        [Scope::City, Scope::County(code("341202")), Scope::Township(code("341202001"))]
    }

    #[test]
    fn the_way_there_and_back() {
        let [city, ..] = scopes();
        let voice = Voice { scope: &city, endorsed_it: false };
        let state = State::Submitted.send_back().and_then(State::resubmit).unwrap();
        assert_eq!(ReviewSteps::One.approve(state, &voice), Ok(State::Approved));
    }

    #[test]
    fn two_steps_are_two_people_and_the_second_is_the_countys() {
        let [city, county, township] = scopes();
        let two = ReviewSteps::Two;
        let yes =
            |state, scope: &Scope, endorsed_it| two.approve(state, &Voice { scope, endorsed_it });
        for scope in scopes() {
            assert_eq!(yes(State::Submitted, &scope, false), Ok(State::Endorsed), "{scope:?}");
        }
        assert_eq!(yes(State::Endorsed, &township, false), Err(NotYours::Countys));
        assert_eq!(yes(State::Endorsed, &county, true), Err(NotYours::SamePerson));
        assert_eq!(yes(State::Endorsed, &county, false), Ok(State::Approved));
        assert_eq!(yes(State::Endorsed, &city, false), Ok(State::Approved));
        assert_eq!(two.first_for(&township), State::Submitted);
        assert_eq!(two.first_for(&county), State::Endorsed);
        assert_eq!(ReviewSteps::One.first_for(&county), State::Submitted);
    }

    proptest! {
        #[test]
        fn nothing_is_approved_with_fewer_people_than_asked_for(
            who in 0_usize..3, endorsed_it: bool, state in 0_usize..4,
        ) {
            let scope = &scopes()[who];
            let voice = Voice { scope, endorsed_it };
            let state = State::ALL[state];
            let one = ReviewSteps::One.approve(state, &voice);
            prop_assert_eq!(one.is_ok(), state.waits());
            if ReviewSteps::Two.approve(state, &voice) == Ok(State::Approved) {
                prop_assert!(state == State::Endorsed && !endorsed_it && who < 2);
            }
        }
    }

    #[test]
    fn nothing_happens_twice_or_out_of_turn() {
        assert!(State::Approved.send_back().is_err());
        assert!(State::Returned.send_back().is_err());
        assert!(State::Submitted.resubmit().is_err());
        assert!(State::Endorsed.resubmit().is_err());
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }
}
