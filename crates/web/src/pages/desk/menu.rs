//! The menu of each role, and how times and steps read in tables.

use super::query_text;
use crate::{i18n::Lang, page::Page};
use domain::{accounts::Role, applications::State, inspections, time::UnixMs};

/// The name of a role's desk, key into the catalogues.
#[must_use]
pub fn brand(role: &Role) -> &'static str {
    match role {
        Role::Manager => "安康码核验管理平台",
        Role::Reviewer => "场所码 · 审核台",
        Role::Inspector => "场所码 · 巡查台",
        Role::Investigator => "场所码 · 流调台",
        Role::Auditor => "场所码 · 审计台",
        Role::Administrator => "场所码 · 系统管理",
        Role::PolicyOfficer => "场所码 · 防控策略",
        Role::PrivacyOfficer => "场所码 · 个人信息保护",
    }
}

/// The menu of a role: address and label. Only what leads somewhere.
#[must_use]
pub fn menu(role: &Role) -> &'static [(&'static str, &'static str)] {
    match role {
        Role::Manager => &[
            ("/venue", "检查点"),
            ("/venue/checkpoints/new", "申请注册检查点"),
            ("/venue/drafts", "批量申请"),
            ("/venue/inspections", "检查"),
            ("/venue/messages", "消息"),
        ],
        Role::Reviewer => &[("/review", "审核"), ("/places", "名录"), ("/posters", "海报")],
        Role::Inspector => &[("/inspections", "检查"), ("/inspections/new", "登记检查")],
        Role::Investigator => &[("/cases", "病例"), ("/health-status", "健康码登记")],
        Role::Auditor => &[("/audit", "审计记录")],
        Role::PolicyOfficer => &[("/policy", "通行策略")],
        Role::PrivacyOfficer => &[("/requests", "个人信息要求")],
        Role::Administrator => {
            &[("/accounts", "账号"), ("/categories", "场所类别"), ("/layouts", "海报版式")]
        }
    }
}

/// The entry of the menu under which a page is: the longest address that it begins with; empty for none.
#[must_use]
pub fn here(role: &Role, path: &str) -> &'static str {
    let is_under = |address: &&str| match path.strip_prefix(address) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    };
    let addresses = menu(role).iter().map(|(address, _)| *address);
    addresses.filter(is_under).max_by_key(|address| address.len()).unwrap_or_default()
}

/// The switch to the other language: address, the language's own name, its code.
#[must_use]
pub fn other_language(p: &Page) -> (String, &'static str, &'static str) {
    let (to, name, code) = match p.lang {
        Lang::Zh => ("en", "English", "en"),
        Lang::En => ("zh", "中文", "zh-CN"),
    };
    (query_text("/lang", &[("to", to), ("next", come_back(&p.path))]), name, code)
}

/// The nearest address that can be come back to from a page that only a form leads to.
#[must_use]
pub fn come_back(path: &str) -> &str {
    if path == "/places/sure/confirm" {
        return "/places/sure";
    }
    let desks = [
        "/review",
        "/places",
        "/layouts",
        "/posters",
        "/health-status",
        "/venue/poster-jobs",
        "/account",
        "/accounts",
    ];
    for desk in desks {
        if path.strip_prefix(desk).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return desk;
        }
    }
    if path.starts_with("/login/") {
        return "/login";
    }
    let ends = [
        "/code",
        "/identities/",
        "/contacts.csv",
        "/duty-links",
        "/devices/",
        "/poster",
        "/close",
        "/reopen",
        "/upload",
        "/submit",
        "/save",
        "/delete",
        "/withdraw",
        "/take-back",
        "/approve",
        "/refuse",
        "/invite",
        "/invitations/",
        "/lay-down",
        "/words",
        "/accept",
        "/send-back",
        "/answer",
        "/decision",
        "/embargo",
    ];
    let end = ends.into_iter().filter_map(|end| path.find(end)).min();
    end.map_or(path, |end| &path[..end])
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
        State::Endorsed => "初审通过",
        State::Returned => "退回申请",
        State::Approved => "通过申请",
    }
}

/// What happened to an inspection, key into the catalogues.
#[must_use]
pub fn inspection_text(state: &inspections::State) -> &'static str {
    match state {
        inspections::State::InOrder => "检查，未发现问题",
        inspections::State::Open { .. } => "检查，发现问题",
        inspections::State::Answered { .. } => "答复",
        inspections::State::SentBack { .. } => "退回整改",
        inspections::State::Accepted => "整改合格，办结",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::table;
    use axum::http::Method;
    use std::collections::HashSet;

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

    #[test]
    fn a_page_is_under_the_nearest_entry_of_the_menu() {
        for role in Role::ALL {
            for (address, _) in menu(&role) {
                assert_eq!(here(&role, address), *address);
            }
        }
        for (role, path, expected) in [
            (Role::Investigator, "/health-status/look", "/health-status"),
            (Role::Investigator, "/cases/5", "/cases"),
            (Role::Investigator, "/casesandmore", ""),
            (Role::Inspector, "/inspections/7", "/inspections"),
            (Role::Inspector, "/inspections/new", "/inspections/new"),
            (Role::Manager, "/venue/checkpoints/3", "/venue"),
            (Role::Administrator, "/account", ""),
        ] {
            assert_eq!(here(&role, path), expected, "{path}");
        }
    }

    #[test]
    fn the_language_switch_leads_back_to_a_page() {
        let pages: HashSet<&str> =
            table().iter().filter(|r| r.method == Method::GET).map(|r| r.path).collect();
        for rooms in [
            crate::pages::venue::routes(),
            crate::pages::authority::routes(),
            crate::pages::accounts::routes(),
        ] {
            for route in rooms.iter().filter(|route| route.path != "/logout") {
                assert!(pages.contains(come_back(route.path)), "{}", route.path);
            }
        }
    }
}
