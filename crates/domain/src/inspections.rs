//! Inspections (检查): what somebody finds at a door, until when it is to be put right, and how it ends.

mod form;

pub use form::{InspectionForm, NewInspection};

use crate::{
    text::line,
    time::{DAY_MS, UnixMs},
};

/// Most characters of what the inspector writes, and of what the manager answers.
pub const WORDS_CHARS_MAX: usize = 200;
/// Fewest days to put something right.
pub const DAYS_MIN: i64 = 1;
/// Most days to put something right.
pub const DAYS_MAX: i64 = 30;

/// What is wrong at a door, after the rules of the notice on using venue codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// No code hangs at the door.
    NotPosted,
    /// One code stands for several doors.
    SharedCode,
    /// Name or address on the poster are not the place's.
    AnotherName,
    /// The poster hangs where it is hard to see or to scan.
    BadlyHung,
    /// The poster is bent, covered, faded or torn.
    Unreadable,
    /// Nobody at the door checks who scans.
    NobodyChecks,
    /// Showing a code takes the place of scanning.
    ShownInstead,
    /// One scans and several go in.
    OneForSeveral,
    /// Nothing at the door reminds people to scan.
    NoReminder,
    /// Somebody without a phone was turned away and not helped.
    NotHelped,
    /// Something else, said in words.
    Other,
}

impl Finding {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 11] = [
        Self::NotPosted,
        Self::SharedCode,
        Self::AnotherName,
        Self::BadlyHung,
        Self::Unreadable,
        Self::NobodyChecks,
        Self::ShownInstead,
        Self::OneForSeveral,
        Self::NoReminder,
        Self::NotHelped,
        Self::Other,
    ];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPosted => "not_posted",
            Self::SharedCode => "shared_code",
            Self::AnotherName => "another_name",
            Self::BadlyHung => "badly_hung",
            Self::Unreadable => "unreadable",
            Self::NobodyChecks => "nobody_checks",
            Self::ShownInstead => "shown_instead",
            Self::OneForSeveral => "one_for_several",
            Self::NoReminder => "no_reminder",
            Self::NotHelped => "not_helped",
            Self::Other => "other",
        }
    }

    /// The finding stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.code() == code)
    }

    /// The Chinese words, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NotPosted => "没有张贴场所码",
            Self::SharedCode => "几个门共用一个码",
            Self::AnotherName => "码上的名称、地址与实际不符",
            Self::BadlyHung => "海报张贴不当，不便扫码",
            Self::Unreadable => "海报弯折、遮挡或破损",
            Self::NobodyChecks => "没有专人值守查验",
            Self::ShownInstead => "以亮码代替扫码",
            Self::OneForSeveral => "一人扫码、多人进出",
            Self::NoReminder => "门口没有扫码提醒",
            Self::NotHelped => "没有手机的人未得到协助",
            Self::Other => "其他问题",
        }
    }
}

/// Where an inspection stands, with what belongs to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing was found.
    InOrder,
    /// Something was found; waits for the manager.
    Open {
        /// The last millisecond of the day until which it is to be put right.
        deadline: UnixMs,
    },
    /// The manager said what was done; waits for the inspector.
    Answered {
        /// The deadline that was given.
        deadline: UnixMs,
        /// What was done.
        words: String,
    },
    /// It was not enough; waits for the manager again.
    SentBack {
        /// The new deadline.
        deadline: UnixMs,
        /// Why.
        reason: String,
    },
    /// What was done was accepted.
    Accepted,
}

/// A step that does not fit the state it was tried in, as when two people act at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an inspection that is {0} does not allow this step")]
pub struct WrongState(pub &'static str);

impl State {
    /// The names of all states, in the order of work.
    pub const CODES: [&'static str; 5] = ["open", "answered", "sent_back", "accepted", "in_order"];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InOrder => "in_order",
            Self::Open { .. } => "open",
            Self::Answered { .. } => "answered",
            Self::SentBack { .. } => "sent_back",
            Self::Accepted => "accepted",
        }
    }

    /// The state stored as these parts; none when they make no state.
    #[must_use]
    pub fn from_parts(code: &str, deadline: Option<UnixMs>, words: String) -> Option<Self> {
        Some(match (code, deadline) {
            ("in_order", None) => Self::InOrder,
            ("open", Some(deadline)) => Self::Open { deadline },
            ("answered", Some(deadline)) => Self::Answered { deadline, words },
            ("sent_back", Some(deadline)) => Self::SentBack { deadline, reason: words },
            ("accepted", _) => Self::Accepted,
            _ => return None,
        })
    }

    /// The Chinese name of the state with this code, key into the catalogues.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::InOrder => "未发现问题",
            Self::Open { .. } => "待整改",
            Self::Answered { .. } => "待复查",
            Self::SentBack { .. } => "退回整改",
            Self::Accepted => "已办结",
        }
    }

    /// The deadline, as long as there is something to be put right or to be looked at.
    #[must_use]
    pub fn deadline(&self) -> Option<UnixMs> {
        match self {
            Self::InOrder | Self::Accepted => None,
            Self::Open { deadline }
            | Self::Answered { deadline, .. }
            | Self::SentBack { deadline, .. } => Some(*deadline),
        }
    }

    /// What was answered, or why it was sent back; empty otherwise.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Answered { words, .. } => words,
            Self::SentBack { reason, .. } => reason,
            Self::InOrder | Self::Open { .. } | Self::Accepted => "",
        }
    }

    /// Whether the manager is to do something.
    #[must_use]
    pub fn waits_for_manager(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::SentBack { .. })
    }

    /// Whether the inspector is to look at what was done.
    #[must_use]
    pub fn waits_for_inspector(&self) -> bool {
        matches!(self, Self::Answered { .. })
    }

    /// Whether the manager is late. What was answered in the meantime is not: it waits for the inspector.
    #[must_use]
    pub fn is_overdue(&self, now: UnixMs) -> bool {
        self.waits_for_manager() && self.deadline().is_some_and(|deadline| now > deadline)
    }

    /// Once the manager has said what was done.
    ///
    /// # Errors
    /// When it does not wait for the manager.
    pub fn answered(&self, words: String) -> Result<Self, WrongState> {
        match self {
            Self::Open { deadline } | Self::SentBack { deadline, .. } => {
                Ok(Self::Answered { deadline: *deadline, words })
            }
            _ => Err(WrongState(self.code())),
        }
    }

    /// Once the inspector is content. That may be before the manager answers: the inspector has seen it.
    ///
    /// # Errors
    /// When there is nothing to be content with.
    pub fn accepted(&self) -> Result<Self, WrongState> {
        match self {
            Self::InOrder | Self::Accepted => Err(WrongState(self.code())),
            _ => Ok(Self::Accepted),
        }
    }

    /// Once the inspector has said that it is not enough. Also of what was not answered in time: it
    /// gets a new deadline.
    ///
    /// # Errors
    /// When it is over.
    pub fn sent_back(&self, reason: String, deadline: UnixMs) -> Result<Self, WrongState> {
        match self {
            Self::InOrder | Self::Accepted => Err(WrongState(self.code())),
            _ => Ok(Self::SentBack { deadline, reason }),
        }
    }
}

/// The last millisecond of the civil day (UTC+8) that lies so many days after `now`.
#[must_use]
pub fn deadline_after(now: UnixMs, days: i64) -> UnixMs {
    now.day_start().plus(days.saturating_add(1).saturating_mul(DAY_MS)).plus(-1)
}

/// When a manager is to be reminded next of a deadline: at the start of the day before it, then right
/// after it, then not any more. Always later than `now`.
#[must_use]
pub fn next_reminder(deadline: UnixMs, now: UnixMs) -> Option<UnixMs> {
    let eve = deadline.day_start().plus(-DAY_MS);
    [eve, deadline.plus(1)].into_iter().find(|at| *at > now)
}

/// Days to put something right.
///
/// # Errors
/// Says what may be chosen.
pub fn check_days(typed: &str) -> Result<i64, &'static str> {
    let days = typed.trim().parse::<i64>().ok();
    let days = days.filter(|days| (DAYS_MIN..=DAYS_MAX).contains(days));
    days.ok_or("整改期限请填 1 到 30 天")
}

/// What a manager answers.
///
/// # Errors
/// Says what is missing.
pub fn check_answer(typed: &str) -> Result<String, &'static str> {
    line(typed, WORDS_CHARS_MAX, "请写明已经怎样整改", "答复不能超过 200 个字")
}

/// Why an inspector sends something back.
///
/// # Errors
/// Says what is missing.
pub fn check_reason(typed: &str) -> Result<String, &'static str> {
    line(typed, WORDS_CHARS_MAX, "请写明还要整改什么，对方会看到", "退回原因不能超过 200 个字")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-22 14:32:07 in Fuyang.
    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    #[test]
    fn what_is_stored_comes_back() {
        for finding in Finding::ALL {
            assert_eq!(Finding::from_code(finding.code()), Some(finding));
        }
        let words = "贴好了".to_owned();
        for state in [
            State::InOrder,
            State::Open { deadline: NOW },
            State::Answered { deadline: NOW, words: words.clone() },
            State::SentBack { deadline: NOW, reason: words },
            State::Accepted,
        ] {
            assert!(State::CODES.contains(&state.code()));
            let words = state.words().to_owned();
            assert_eq!(State::from_parts(state.code(), state.deadline(), words), Some(state));
        }
        assert_eq!(State::from_parts("open", None, String::new()), None);
    }

    #[test]
    fn late_is_the_day_after_and_never_while_the_inspector_is_waited_for() {
        let deadline = deadline_after(NOW, 1);
        let open = State::Open { deadline };
        assert!(!open.is_overdue(deadline) && open.is_overdue(deadline.plus(1)));
        let answered = open.answered("贴好了".into()).unwrap();
        assert!(!answered.is_overdue(deadline.plus(DAY_MS)));
        let back = answered.sent_back("歪了".into(), deadline.plus(DAY_MS)).unwrap();
        assert!(back.is_overdue(deadline.plus(DAY_MS + 1)));
    }

    #[test]
    fn each_step_begins_where_it_may() {
        let open = State::Open { deadline: NOW };
        let answered = open.answered("好了".into()).unwrap();
        let back = answered.sent_back("没有".into(), NOW).unwrap();
        assert!(answered.answered("再答".into()).is_err());
        assert!(back.answered("好了".into()).unwrap().waits_for_inspector());
        for waiting in [&open, &answered, &back] {
            assert_eq!(waiting.accepted(), Ok(State::Accepted));
        }
        for over in [State::InOrder, State::Accepted] {
            assert_eq!(over.answered("x".into()), Err(WrongState(over.code())));
            assert!(over.accepted().is_err() && over.sent_back("x".into(), NOW).is_err());
        }
    }

    #[test]
    fn reminders_come_on_the_day_before_and_right_after() {
        let deadline = deadline_after(NOW, 3);
        let eve = next_reminder(deadline, NOW).unwrap();
        assert_eq!(eve.date_time_text(), "2026-11-24 00:00:00");
        let late = next_reminder(deadline, eve).unwrap();
        assert_eq!(late.date_time_text(), "2026-11-26 00:00:00");
        assert_eq!(next_reminder(deadline, late), None);
        // What is due tomorrow was just said; the next thing to say is that it is late.
        let tomorrow = deadline_after(NOW, 1);
        assert_eq!(next_reminder(tomorrow, NOW), Some(tomorrow.plus(1)));
    }

    proptest! {
        #[test]
        fn a_deadline_ends_its_civil_day_and_reminders_end(
            at in 0_i64..4_000_000_000_000, days in DAYS_MIN..=DAYS_MAX,
        ) {
            let now = UnixMs(at);
            let deadline = deadline_after(now, days);
            prop_assert_eq!(deadline.plus(1), deadline.plus(1).day_start());
            prop_assert_eq!(deadline.day_start().since(now.day_start()), days * DAY_MS);
            let open = State::Open { deadline };
            prop_assert!(!open.is_overdue(now) && open.is_overdue(deadline.plus(1)));
            let mut said = 0;
            let mut at = now;
            while let Some(next) = next_reminder(deadline, at) {
                prop_assert!(next > at);
                at = next;
                said += 1;
            }
            prop_assert!(said <= 2 && open.is_overdue(at));
            prop_assert_eq!(check_days(&days.to_string()), Ok(days));
        }
    }
}
