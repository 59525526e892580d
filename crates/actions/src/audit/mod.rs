//! The audit list: who did what, when, to what, and why.

use crate::{Answer, House, accounts::principals::Auditor};
use domain::{audit::Deed, time::UnixMs};

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
    /// To what: `case 3`, `person 17`, never a name.
    pub subject: String,
    /// Why or with what outcome.
    pub detail: String,
}

/// A page, newest first. Reading it is itself written down.
pub async fn list(house: &House, caller: &Auditor, filter: Filter) -> Answer<Vec<AuditRow>> {
    let _ = (house, caller, filter);
    todo!()
}
