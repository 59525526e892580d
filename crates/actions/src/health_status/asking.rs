//! Asking an outside source who knows people by name and document. Identities are opened for that by
//! the program alone, under an audit line that is on disk first and lets it open so many, for so long
//! (`docs/decisions/0036-identities-opened-for-questions.md`).

use super::{Identity, Subject};
use crate::{Answer, Failure, House};
use domain::{
    audit::{Actor, Deed},
    health_status::HealthStatus,
    people::PersonNumber,
    time::{HOUR_MS, UnixMs},
};
use registry::AuditLine;
use tokio::sync::Mutex;
use vault::Field;

/// Most identities that are opened under one audit line.
pub const OPENINGS_MAX: u32 = 10_000;
/// How long an audit line lets identities be opened.
pub const OPENINGS_MS: i64 = HOUR_MS;

/// Under which audit line identities are being opened.
#[derive(Default)]
pub(crate) struct Openings(Mutex<Option<Span>>);

#[derive(Clone, Copy)]
struct Span {
    since: UnixMs,
    opened: u32,
}

impl Openings {
    /// Counts one opening. When it returns, the line that it stands under is on disk.
    async fn one(&self, house: &House) -> Answer<()> {
        let mut span = self.0.lock().await;
        let now = house.now();
        let lasts = |span: &Span| {
            (0..OPENINGS_MS).contains(&now.since(span.since)) && span.opened < OPENINGS_MAX
        };
        if !span.as_ref().is_some_and(lasts) {
            house.registry.audit(&[line(now, *span)]).await?;
            *span = Some(Span { since: now, opened: 0 });
        }
        if let Some(span) = &mut *span {
            span.opened += 1;
        }
        Ok(())
    }
}

fn line(now: UnixMs, before: Option<Span>) -> AuditLine {
    let until = now.plus(OPENINGS_MS).clock_text();
    let before = before.map_or_else(String::new, |span| {
        format!("；上一段（{} 起）打开 {} 次", span.since.date_time_text(), span.opened)
    });
    AuditLine {
        at: now,
        actor: Actor::System,
        deed: Deed::HealthStatusAsked,
        subject: "已扫码人员".to_owned(),
        detail: format!(
            "为核验刚登记进入的人员，程序向外部查询健康码：到 {until} 为止最多打开 {OPENINGS_MAX} 次\
             姓名和证件号码，不显示、不留存{before}"
        ),
    }
}

/// Asks the house's source about a person who has just entered, or looks at their own result.
///
/// # Errors
/// `Broken` when the audit or the person cannot be read or written; then nothing was opened.
pub(crate) async fn ask(
    house: &House,
    person: PersonNumber,
    now: UnixMs,
) -> Answer<Option<HealthStatus>> {
    if house.health.rests(now) {
        return Ok(None);
    }
    let identity = match house.health.needs_identity() {
        true => Some(identity(house, person).await?),
        false => None,
    };
    let subject = Subject { person, identity };
    Ok(house.health.ask(&subject, now).await)
}

async fn identity(house: &House, person: PersonNumber) -> Answer<Identity> {
    house.questions.openings.one(house).await?;
    let stored = house.registry.person(person).await?.ok_or(Failure::NotFound)?.new;
    Ok(Identity {
        name: house.vault.open(Field::PersonName, &stored.name_sealed)?,
        id_kind: stored.id_kind,
        id_number: house.vault.open(Field::IdNumber, &stored.id_sealed)?,
    })
}
