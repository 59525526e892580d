//! The contacts of a case as a table; every identity in it is in the audit first.

use super::{
    cases,
    identity::{self, Identity},
    view::{self, Chosen, ContactRow, Names},
};
use crate::{Answer, Failure, House, accounts::principals::Investigator};
use domain::{audit::Deed, contact_tracing};
use registry::AuditLine;

/// Most rows of one table; a wider case is narrowed by a smaller window.
pub const ROWS_MAX: usize = 20_000;

/// One row.
#[derive(Clone, Debug)]
pub struct ExportRow {
    /// The meeting.
    pub contact: ContactRow,
    /// Who.
    pub identity: Identity,
}

/// The table with its file's name (without ending).
#[derive(Clone, Debug)]
pub struct Export {
    /// Name of the file, without ending.
    pub name: String,
    /// The rows.
    pub rows: Vec<ExportRow>,
}

/// Puts the table together, of everybody or of those near one entry.
///
/// # Errors
/// `NotFound` for a case opened by somebody else; `Conflict` with more than 20,000 rows.
pub async fn contacts(
    house: &House,
    caller: &Investigator,
    case: i64,
    window_minutes: Option<i64>,
    chosen: Option<Chosen>,
) -> Answer<Export> {
    let case = cases::own(house, caller, case).await?;
    let minutes = contact_tracing::window_minutes(window_minutes);
    let traced = view::trace(house, &case, minutes).await?;
    let found = view::narrowed(traced.found, chosen);
    let contacts = contact_tracing::contacts(case.person, &found);
    let of = chosen.map_or_else(String::new, |Chosen { checkpoint, entered }| {
        format!("检查点 {} {}，", checkpoint.0, entered.date_time_text())
    });
    if contacts.len() > ROWS_MAX {
        return Err(Failure::Conflict("关联人员超过 20000 人，请缩小时间窗口后再导出"));
    }
    let mut lines = vec![AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::ContactsExported,
        subject: format!("病例 {}", case.id),
        detail: format!("{of}前后 {minutes} 分钟，{} 人", contacts.len()),
    }];
    lines.extend(contacts.iter().map(|c| identity::line(house, caller, case.id, c.person)));
    house.registry.audit(&lines).await?;
    let met = view::contact_rows(house, &mut Names::default(), &contacts).await?;
    let mut rows = Vec::with_capacity(met.len());
    for contact in met {
        let identity = identity::read(house, contact.person).await?;
        rows.push(ExportRow { contact, identity });
    }
    let name = format!("{}-关联人员-{}", case.case_number, house.now().date_text());
    Ok(Export { name, rows })
}
