//! Alerts: an abnormal entry and what staff did about it (R13).

use crate::text::tidy;

/// Most characters of a note.
pub const NOTE_CHARS_MAX: usize = 200;

/// What staff did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// 劝返: asked to go back
    TurnedBack,
    /// 移交社区: handed over to the community
    HandedOver,
    /// 复核通过: checked again and let in
    Cleared,
}

impl Disposition {
    /// All dispositions, in the order a form offers them.
    pub const ALL: [Self; 3] = [Self::TurnedBack, Self::HandedOver, Self::Cleared];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TurnedBack => "turned_back",
            Self::HandedOver => "handed_over",
            Self::Cleared => "cleared",
        }
    }

    /// The disposition stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::TurnedBack => "劝返",
            Self::HandedOver => "移交社区",
            Self::Cleared => "复核通过",
        }
    }

    /// The note beside it. Letting somebody in after all needs a reason.
    ///
    /// # Errors
    /// When the note is missing where it is needed, or too long.
    pub fn check_note(self, typed: &str) -> Result<String, &'static str> {
        let note = tidy(typed);
        if note.chars().count() > NOTE_CHARS_MAX {
            return Err("备注不能超过 200 个字");
        }
        if self == Self::Cleared && note.is_empty() {
            return Err("复核通过请写明依据，例如“已出示 24 小时核酸报告”");
        }
        Ok(note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letting_in_after_all_needs_a_reason() {
        assert!(Disposition::Cleared.check_note(" ").is_err());
        assert_eq!(Disposition::Cleared.check_note(" 已出示报告 ").unwrap(), "已出示报告");
        assert_eq!(Disposition::TurnedBack.check_note("").unwrap(), "");
        assert!(Disposition::TurnedBack.check_note(&"长".repeat(201)).is_err());
    }
}
