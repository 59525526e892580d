//! Messages to managers: what there is to tell, and when a text message may say so.

use crate::{
    checkpoints::Happening,
    time::{DAY_MS, HOUR_MS, MINUTE_MS, UnixMs},
};

/// What a manager is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A door was approved and has its code.
    Approved,
    /// An application for a door came back.
    Returned,
    /// A change of a door in use was approved.
    ChangeApproved,
    /// A change of a door in use came back; the door stays as it is.
    ChangeReturned,
    /// A door was stopped by the authority.
    Suspended,
    /// A stopped door may go on.
    Resumed,
    /// A door has another code.
    CodeReplaced,
    /// The account's password was set anew.
    PasswordReset,
    /// Somebody took over a door.
    DoorTaken,
    /// Somebody declined a door, or laid it down.
    DoorLeft,
    /// A door is no longer this account's to manage.
    DoorWithdrawn,
    /// Somebody took over the whole unit.
    UnitTaken,
    /// Somebody declined the unit.
    UnitDeclined,
    /// An inspection found something at a door.
    InspectionFindings,
    /// The time to put it right is nearly over.
    InspectionDue,
    /// The time to put it right is over.
    InspectionOverdue,
    /// What was done about it was accepted.
    InspectionAccepted,
    /// What was done about it was not enough.
    InspectionSentBack,
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::Approved,
        Self::Returned,
        Self::ChangeApproved,
        Self::ChangeReturned,
        Self::Suspended,
        Self::Resumed,
        Self::CodeReplaced,
        Self::PasswordReset,
        Self::DoorTaken,
        Self::DoorLeft,
        Self::DoorWithdrawn,
        Self::UnitTaken,
        Self::UnitDeclined,
        Self::InspectionFindings,
        Self::InspectionDue,
        Self::InspectionOverdue,
        Self::InspectionAccepted,
        Self::InspectionSentBack,
    ];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Returned => "returned",
            Self::ChangeApproved => "change_approved",
            Self::ChangeReturned => "change_returned",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::CodeReplaced => "code_replaced",
            Self::PasswordReset => "password_reset",
            Self::DoorTaken => "door_taken",
            Self::DoorLeft => "door_left",
            Self::DoorWithdrawn => "door_withdrawn",
            Self::UnitTaken => "unit_taken",
            Self::UnitDeclined => "unit_declined",
            Self::InspectionFindings => "inspection_findings",
            Self::InspectionDue => "inspection_due",
            Self::InspectionOverdue => "inspection_overdue",
            Self::InspectionAccepted => "inspection_accepted",
            Self::InspectionSentBack => "inspection_sent_back",
        }
    }

    /// What managers are told of something that happened to their door; nothing of what concerns
    /// only whoever did it.
    #[must_use]
    pub fn of(happening: Happening) -> Option<Self> {
        match happening {
            Happening::CodeReplaced => Some(Self::CodeReplaced),
            Happening::Suspended => Some(Self::Suspended),
            Happening::Resumed => Some(Self::Resumed),
            Happening::PosterDamaged | Happening::Closed | Happening::Reopened => None,
        }
    }

    /// The kind stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What it says, in Chinese; key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Approved => "已通过审核，可以下载海报",
            Self::Returned => "申请被退回，请改正后重新提交",
            Self::ChangeApproved => "变更已通过审核",
            Self::ChangeReturned => "变更被退回，检查点内容不变",
            Self::Suspended => "已被暂停，扫码暂不登记",
            Self::Resumed => "已恢复，可以继续扫码登记",
            Self::CodeReplaced => "场所码已更换，旧海报作废，请换上新的",
            Self::PasswordReset => "账号密码已重新设置",
            Self::DoorTaken => "受邀人已接受，由其管理这个检查点",
            Self::DoorLeft => "受邀人不再管理这个检查点",
            Self::DoorWithdrawn => "您不再管理这个检查点",
            Self::UnitTaken => "单位已由新的管理员接手",
            Self::UnitDeclined => "对方没有接手单位",
            Self::InspectionFindings => "检查发现问题，请整改并答复",
            Self::InspectionDue => "整改期限临近，请尽快答复",
            Self::InspectionOverdue => "已过整改期限，请立即整改答复",
            Self::InspectionAccepted => "整改已通过复查",
            Self::InspectionSentBack => "整改未通过，请按新期限整改",
        }
    }
}

/// What a text message says of a kind: its words, and the day until which something is to be done.
#[must_use]
pub fn sms_words(kind: MessageKind, deadline: Option<UnixMs>) -> String {
    match deadline {
        None => kind.label().to_owned(),
        Some(until) => {
            let day = until.civil();
            format!("{}（期限{}月{}日）", kind.label(), day.month(), day.day())
        }
    }
}

/// How long messages are gathered before one text message tells of them all, in milliseconds.
pub const GATHER_MS: i64 = 2 * MINUTE_MS;
/// Text messages are sent from this hour of the day, UTC+8.
const FROM_HOUR: i64 = 8;
/// And until this one.
const UNTIL_HOUR: i64 = 21;

/// When a text message about something of `at` may be sent: after a time of gathering, by day. A
/// new password is told at once, in case it was not the account's owner who set it.
#[must_use]
pub fn sms_due(kind: MessageKind, at: UnixMs) -> UnixMs {
    if kind == MessageKind::PasswordReset {
        return at;
    }
    by_day(at.plus(GATHER_MS))
}

/// This moment, or the next one at which people may be sent text messages.
#[must_use]
pub fn by_day(at: UnixMs) -> UnixMs {
    let midnight = at.day_start();
    let passed = at.since(midnight);
    if passed < FROM_HOUR * HOUR_MS {
        midnight.plus(FROM_HOUR * HOUR_MS)
    } else if passed >= UNTIL_HOUR * HOUR_MS {
        midnight.plus(DAY_MS + FROM_HOUR * HOUR_MS)
    } else {
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-22 14:32:07 in Fuyang.
    const AFTERNOON: UnixMs = UnixMs(1_795_329_127_000);

    #[test]
    fn every_kind_is_found_by_its_code() {
        for kind in MessageKind::ALL {
            assert_eq!(MessageKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(MessageKind::from_code("nothing"), None);
    }

    #[test]
    fn nobody_is_woken_but_for_a_new_password() {
        let night = AFTERNOON.day_start().plus(23 * HOUR_MS);
        let morning = AFTERNOON.day_start().plus(DAY_MS + 8 * HOUR_MS);
        assert_eq!(sms_due(MessageKind::Approved, AFTERNOON), AFTERNOON.plus(GATHER_MS));
        assert_eq!(sms_due(MessageKind::Approved, night), morning);
        assert_eq!(sms_due(MessageKind::Returned, night.plus(4 * HOUR_MS)), morning);
        assert_eq!(sms_due(MessageKind::PasswordReset, night), night);
    }

    #[test]
    fn a_text_message_names_the_day_and_is_as_short_as_providers_want() {
        let says = sms_words(MessageKind::InspectionFindings, Some(AFTERNOON));
        assert_eq!(says, "检查发现问题，请整改并答复（期限11月22日）");
        assert_eq!(sms_words(MessageKind::Resumed, None), MessageKind::Resumed.label());
        for kind in MessageKind::ALL {
            assert!(sms_words(kind, Some(AFTERNOON)).chars().count() <= 30, "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_message_comes_by_day_and_within_eleven_hours(at in 0_i64..4_000_000_000_000) {
            let due = by_day(UnixMs(at));
            let hour = due.since(due.day_start()) / HOUR_MS;
            prop_assert!((FROM_HOUR..UNTIL_HOUR).contains(&hour));
            prop_assert!((0..=11 * HOUR_MS).contains(&due.since(UnixMs(at))));
        }
    }
}
