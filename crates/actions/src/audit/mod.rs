//! The audit list: who did what, when, to what, and why.

use crate::{Answer, House, accounts::principals::Auditor};
use domain::{
    audit::{Actor, Deed},
    time::UnixMs,
};
use registry::{AuditLine, StoredAudit};
use std::collections::{HashMap, hash_map::Entry};

/// Rows of one page.
pub const PAGE_ROWS: i64 = 100;

/// What the list is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only this deed.
    pub deed: Option<Deed>,
    /// Page, from 0.
    pub page: i64,
}

/// A line of the audit.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Running number.
    pub seq: i64,
    /// When.
    pub at: UnixMs,
    /// Who: role and number, such as `流调员 7` or `值守设备 3`.
    pub actor: String,
    /// What.
    pub deed: Deed,
    /// To what: `病例 3`, `人员 17`, never a name.
    pub subject: String,
    /// Why or with what outcome.
    pub detail: String,
}

/// A page, newest first. Reading it is itself written down.
///
/// # Errors
/// `Broken` when the registry cannot be read or written.
pub async fn list(house: &House, caller: &Auditor, filter: Filter) -> Answer<Vec<AuditRow>> {
    let page = filter.page.clamp(0, PAGES_MAX);
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::AuditRead,
        subject: filter.deed.map_or("全部", Deed::label).to_owned(),
        detail: format!("第 {} 页", page + 1),
    };
    house.registry.audit(&[line]).await?;
    let stored = house.registry.audit_page(filter.deed, PAGE_ROWS, page * PAGE_ROWS).await?;
    let mut roles = HashMap::new();
    for line in &stored {
        if let Actor::Account(id) = line.line.actor
            && let Entry::Vacant(vacant) = roles.entry(id)
        {
            let account = house.registry.account(id).await?;
            vacant.insert(account.map_or("账号", |account| account.new.role.label()));
        }
    }
    Ok(stored.into_iter().map(|line| row(line, &roles)).collect())
}

/// Pages one can turn to.
const PAGES_MAX: i64 = 100_000;

fn row(stored: StoredAudit, roles: &HashMap<i64, &'static str>) -> AuditRow {
    let line = stored.line;
    let actor = match line.actor {
        Actor::Account(id) => format!("{} {id}", roles.get(&id).copied().unwrap_or("账号")),
        Actor::Device(id) => format!("值守设备 {id}"),
        Actor::Person(number) => format!("人员 {number}"),
        Actor::System => "系统".to_owned(),
        Actor::Nobody => "未登录".to_owned(),
    };
    AuditRow {
        seq: stored.seq,
        at: line.at,
        actor,
        deed: line.deed,
        subject: line.subject,
        detail: line.detail,
    }
}
