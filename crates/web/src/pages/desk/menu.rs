//! The menu of each role, and how times and steps read in tables.

use domain::{accounts::Role, applications::State, time::UnixMs};

/// The name of a role's desk, key into the catalogues.
#[must_use]
pub fn brand(role: &Role) -> &'static str {
    match role {
        Role::Manager => "安康码核验管理平台",
        Role::Reviewer => "场所码 · 审核台",
        Role::Investigator => "场所码 · 流调台",
        Role::Auditor => "场所码 · 审计台",
        Role::Administrator => "场所码 · 系统管理",
    }
}

/// The menu of a role: address and label. Only what leads somewhere.
#[must_use]
pub fn menu(role: &Role) -> &'static [(&'static str, &'static str)] {
    match role {
        Role::Manager => &[("/venue", "检查点"), ("/venue/checkpoints/new", "申请注册检查点")],
        Role::Reviewer => &[("/review", "审核")],
        Role::Investigator => &[("/cases", "病例")],
        Role::Auditor => &[("/audit", "审计记录")],
        Role::Administrator => &[("/accounts", "账号")],
    }
}

/// `2026-11-22 14:32`, as tables show a time.
#[must_use]
pub fn minute_text(at: &UnixMs) -> String {
    let mut text = at.date_time_text();
    text.truncate(text.len().saturating_sub(3));
    text
}

/// What happened to an application, key into the catalogues.
#[must_use]
pub fn event_text(state: &State) -> &'static str {
    match state {
        State::Submitted => "提交申请",
        State::Returned => "退回申请",
        State::Approved => "通过申请",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_shows_minutes() {
        assert_eq!(minute_text(&UnixMs(1_795_329_127_000)), "2026-11-22 14:32");
    }

    #[test]
    fn every_role_starts_at_the_first_entry_of_its_menu() {
        for role in Role::ALL {
            assert_eq!(menu(&role).first().map(|(address, _)| *address), Some(role.home()));
        }
    }
}
