//! Applications: a checkpoint on its way to a code, sent back with a reason or approved.

use crate::text::line;

/// Most characters of a reason.
pub const REASON_CHARS_MAX: usize = 200;

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for the reviewer.
    Submitted,
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
    pub const ALL: [Self; 3] = [Self::Submitted, Self::Returned, Self::Approved];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
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
            Self::Returned => "已退回",
            Self::Approved => "已通过",
        }
    }

    /// The reviewer approves.
    ///
    /// # Errors
    /// When it does not wait for the reviewer.
    pub fn approve(self) -> Result<Self, WrongState> {
        self.step(Self::Submitted, Self::Approved)
    }

    /// The reviewer sends back.
    ///
    /// # Errors
    /// When it does not wait for the reviewer.
    pub fn send_back(self) -> Result<Self, WrongState> {
        self.step(Self::Submitted, Self::Returned)
    }

    /// The manager submits the corrected form.
    ///
    /// # Errors
    /// When it did not come back.
    pub fn resubmit(self) -> Result<Self, WrongState> {
        self.step(Self::Returned, Self::Submitted)
    }

    fn step(self, from: Self, to: Self) -> Result<Self, WrongState> {
        if self == from { Ok(to) } else { Err(WrongState(self)) }
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

    #[test]
    fn the_way_there_and_back() {
        let state = State::Submitted.send_back().and_then(State::resubmit).and_then(State::approve);
        assert_eq!(state, Ok(State::Approved));
    }

    #[test]
    fn nothing_happens_twice_or_out_of_turn() {
        assert!(State::Approved.approve().is_err());
        assert!(State::Approved.send_back().is_err());
        assert!(State::Returned.approve().is_err());
        assert!(State::Submitted.resubmit().is_err());
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }
}
