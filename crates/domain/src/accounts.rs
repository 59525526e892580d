//! Accounts: roles, and what a password must be.

use crate::{phones::Phone, regions::RegionCode, regions::Scope};

/// What an account is for. One role each, so that system, security and audit stay apart
/// (GB/T 22239-2019, 8.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// 场所管理员: applies for the doors of one organisation
    Manager,
    /// 审核员
    Reviewer,
    /// 巡查员: looks at the doors of a part of the city, and whether what was found is put right
    Inspector,
    /// 流调员
    Investigator,
    /// 审计员
    Auditor,
    /// 系统管理员: makes accounts, sees neither visits nor identities
    Administrator,
    /// 防控专员: proposes and decides what lets people in, sees neither visits nor identities
    PolicyOfficer,
    /// 个人信息保护专员: answers people's requests about their own data and sees whoever asks, nobody else
    PrivacyOfficer,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 8] = [
        Self::Manager,
        Self::Reviewer,
        Self::Inspector,
        Self::Investigator,
        Self::Auditor,
        Self::Administrator,
        Self::PolicyOfficer,
        Self::PrivacyOfficer,
    ];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Reviewer => "reviewer",
            Self::Inspector => "inspector",
            Self::Investigator => "investigator",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::PolicyOfficer => "policy_officer",
            Self::PrivacyOfficer => "privacy_officer",
        }
    }

    /// The role stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// The Chinese name, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Manager => "场所管理员",
            Self::Reviewer => "审核员",
            Self::Inspector => "巡查员",
            Self::Investigator => "流调员",
            Self::Auditor => "审计员",
            Self::Administrator => "系统管理员",
            Self::PolicyOfficer => "防控专员",
            Self::PrivacyOfficer => "个人信息保护专员",
        }
    }

    /// Whether an account of this role may be narrowed to a county or township.
    #[must_use]
    pub fn has_region(self) -> bool {
        matches!(self, Self::Reviewer | Self::Inspector | Self::PolicyOfficer)
    }

    /// Where this role starts.
    #[must_use]
    pub fn home(self) -> &'static str {
        match self {
            Self::Manager => "/venue",
            Self::Reviewer => "/review",
            Self::Inspector => "/inspections",
            Self::Investigator => "/cases",
            Self::Auditor => "/audit",
            Self::Administrator => "/accounts",
            Self::PolicyOfficer => "/policy",
            Self::PrivacyOfficer => "/requests",
        }
    }
}

/// The scope stored with an account: a county's or a township's code, or nothing for the city.
#[must_use]
pub fn scope(region: Option<&str>) -> Scope {
    match region {
        None => Scope::City,
        Some(code) => match RegionCode::parse(code) {
            Some(code) if code.as_str().len() == 9 => Scope::Township(code),
            Some(code) => Scope::County(code),
            // A stored code that cannot be read must not widen what is seen: it covers nothing.
            None => RegionCode::parse("000000").map_or(Scope::City, Scope::County),
        },
    }
}

/// Fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Most characters of a password; bounds the work of hashing.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// Checks a new password: 10 to 128 characters, letters and digits, not the phone number.
///
/// # Errors
/// Says what is missing.
pub fn check_password(password: &str, phone: &Phone) -> Result<(), &'static str> {
    let count = password.chars().count();
    if count < PASSWORD_CHARS_MIN {
        return Err("密码至少 10 位");
    }
    if count > PASSWORD_CHARS_MAX {
        return Err("密码不能超过 128 位");
    }
    let letters = password.chars().any(char::is_alphabetic);
    let digits = password.chars().any(|c| c.is_ascii_digit());
    if !letters || !digits {
        return Err("密码要同时有字母和数字");
    }
    if password.contains(phone.as_str()) {
        return Err("密码里不能有手机号码");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_named() {
        let phone = Phone::parse("13800138000").unwrap();
        for weak in ["", "abc1", "abcdefghijk", "12345678901", "x13800138000"] {
            assert!(check_password(weak, &phone).is_err(), "{weak}");
        }
        assert!(check_password("qinghe-2026-fuyang", &phone).is_ok());
        assert!(check_password(&"a1".repeat(65), &phone).is_err());
    }

    #[test]
    fn a_scope_that_cannot_be_read_sees_nothing() {
        assert!(!scope(Some("broken")).covers("341202"));
        assert!(scope(None).covers("341202"));
        assert!(scope(Some("341202")).covers("341202"));
        assert!(scope(Some("341202001")).covers("341202001"));
        assert!(!scope(Some("341202001")).covers("341202"));
    }
}
