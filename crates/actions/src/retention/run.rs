//! The run of a day: who was seen is noted, visits go, then people and what has ended.

use super::{delete_old_visits, note_days, people};
use crate::{Answer, House};
use domain::{
    audit::{Actor, Deed},
    retention::{Hold, Kept},
    time::{DAY_MS, UnixMs},
};
use registry::AuditLine;
use std::collections::BTreeMap;

/// Rows of what has ended that are deleted in one transaction.
const ROWS_AT_ONCE: i64 = 2_000;

/// What a run deleted, or would delete: how many of each kind, and nobody by name or number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What went, or would go.
    pub removed: BTreeMap<Kept, u64>,
    /// Whose time is over and who are held back, by what.
    pub held: BTreeMap<Hold, u64>,
}

impl Report {
    /// How many of a kind.
    #[must_use]
    pub fn of(&self, kind: Kept) -> u64 {
        self.removed.get(&kind).copied().unwrap_or(0)
    }

    /// How many are held back by this.
    #[must_use]
    pub fn held_by(&self, hold: Hold) -> u64 {
        self.held.get(&hold).copied().unwrap_or(0)
    }
}

/// Everything that is due on a day. Harmless when it was done; meant for just after midnight.
///
/// # Errors
/// Of any part; visits are deleted whatever becomes of the rest, and the next time does what is left.
pub async fn daily(house: &House, go_on: impl Fn() -> bool) -> Answer<()> {
    let noted = note_days(house, &go_on).await;
    // Visits go on their day also when nobody could note who was seen.
    delete_old_visits(house).await?;
    noted?;
    let last = house.registry.retention_runs(1).await?.pop();
    let done = last.is_some_and(|run| run.ended.is_some() && run.day == house.now().day_start());
    if !done {
        run(house, go_on).await?;
    }
    Ok(())
}

/// Erases people who gave no sign of life for long, and deletes what has ended, under a run that goes on
/// when it is interrupted. `None` when it was told to stop before it was through.
///
/// # Errors
/// `Broken` when a store cannot be read or written; what was done stays done and counted.
pub async fn run(house: &House, go_on: impl Fn() -> bool) -> Answer<Option<Report>> {
    let now = house.now();
    let id = house.registry.begin_retention_run(now.day_start(), now).await?;
    let held = people::sweep(house, Some(id), &go_on).await?.held;
    for kind in Kept::ALL {
        delete_over(house, id, kind, &go_on).await?;
    }
    if !go_on() {
        return Ok(None);
    }
    let counts = house.registry.retention_runs(1).await?.pop().map(|run| run.counts);
    let report = Report { removed: counts.unwrap_or_default().into_iter().collect(), held };
    house.registry.end_retention_run(id, &line(house, id, &report)).await?;
    house.registry.sweep_retention_runs(over_before(house, Kept::Requests)).await?;
    tracing::info!(
        people = report.of(Kept::People),
        families = report.of(Kept::Families),
        corrections = report.of(Kept::Corrections),
        phone_changes = report.of(Kept::PhoneChanges),
        requests = report.of(Kept::Requests),
        consents = report.of(Kept::Consents),
        held = report.held.values().sum::<u64>(),
        "what was kept long enough is deleted"
    );
    Ok(Some(report))
}

/// What a run would do now; nothing is written.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn preview(house: &House) -> Answer<Report> {
    let found = people::sweep(house, None, &|| true).await?;
    let mut removed = BTreeMap::from([(Kept::People, found.over)]);
    for kind in Kept::ALL.into_iter().filter(|kind| *kind != Kept::People) {
        removed.insert(kind, house.registry.count_over(kind, over_before(house, kind)).await?);
    }
    removed.retain(|_, count| *count > 0);
    Ok(Report { removed, held: found.held })
}

/// The moment before which something of a kind must have ended to be deleted now.
fn over_before(house: &House, kind: Kept) -> UnixMs {
    let kept = house.settings.kept;
    let days = match kind {
        Kept::People => kept.inactive,
        Kept::Families | Kept::Corrections | Kept::PhoneChanges => kept.ended,
        Kept::Requests | Kept::Consents => kept.proof,
    };
    // As with everything: gone on the day that many days after its own.
    house.now().day_start().plus((1 - i64::from(days)) * DAY_MS)
}

async fn delete_over(house: &House, run: i64, kind: Kept, go_on: &impl Fn() -> bool) -> Answer<()> {
    let before = over_before(house, kind);
    while go_on() {
        let gone = house.registry.delete_over(run, kind, before, ROWS_AT_ONCE).await?;
        if gone < ROWS_AT_ONCE.unsigned_abs() {
            break;
        }
    }
    Ok(())
}

fn line(house: &House, id: i64, report: &Report) -> AuditLine {
    let mut detail: Vec<String> =
        report.removed.iter().map(|(kind, count)| format!("{} {count}", kind.label())).collect();
    if detail.is_empty() {
        detail.push("没有到期的".to_owned());
    }
    let held: u64 = report.held.values().sum();
    if held > 0 {
        detail.push(format!("到期但暂留的登记 {held}"));
    }
    AuditLine {
        at: house.now(),
        actor: Actor::System,
        deed: Deed::RetentionRun,
        subject: format!("到期清理 {id}"),
        detail: detail.join("；"),
    }
}
