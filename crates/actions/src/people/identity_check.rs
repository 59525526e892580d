//! Asking somebody who knows whether a name and a document belong together: at registration, and later
//! for those who registered while nobody could be asked
//! (`docs/decisions/0039-identity-check.md`).

use super::id_index;
use crate::{Answer, Failure, House, health_status::Identity, sms::BoxFuture};
use domain::{
    audit::{Actor, Deed},
    fields::Complaints,
    people::{CheckOutcome, IdDocument, PersonNumber},
    time::UnixMs,
};
use registry::{AuditLine, IdentityCheck, Person};
use std::time::Duration;
use vault::Field;

/// How long somebody who registers waits for the answer.
pub const CHECK_WAIT: Duration = Duration::from_secs(3);
/// People who are asked about later, in one round.
pub const ROUND_MAX: i64 = 100;
/// Failures in a row after which a round ends: whoever knows is out of reach.
const FAILURES_MAX: u32 = 3;

/// Somebody who knows who holds a document.
pub trait IdentityChecker: Send + Sync + 'static {
    /// Whether there is anybody at all.
    fn is_there(&self) -> bool {
        true
    }

    /// Its name in the settings, kept beside each answer.
    fn name(&self) -> &str;

    /// Whether the name is that of the document's holder. [`CheckOutcome::Failed`] when it cannot be
    /// reached, is too slow or answers about somebody else; [`CheckOutcome::NotChecked`] when it does
    /// not know this kind of document.
    fn check<'a>(&'a self, who: &'a Identity, now: UnixMs) -> BoxFuture<'a, CheckOutcome>;
}

/// Nobody is asked.
pub struct NoChecker;

impl IdentityChecker for NoChecker {
    fn is_there(&self) -> bool {
        false
    }

    fn name(&self) -> &'static str {
        "off"
    }

    fn check<'a>(&'a self, _: &'a Identity, _: UnixMs) -> BoxFuture<'a, CheckOutcome> {
        Box::pin(async { CheckOutcome::NotChecked })
    }
}

/// What is wrong, when name and document do not belong together.
const DIFFERS: &str =
    "姓名与证件号码不一致，请对照证件核对这两项；确认无误的，请带证件找门口值守人员登记";

/// The same, at the second field.
const DIFFERS_TOO: &str = "与姓名不一致，请逐位核对";

/// Asks about somebody, within the time.
async fn ask(house: &House, who: &Identity) -> CheckOutcome {
    let asked = house.checker.check(who, house.now());
    tokio::time::timeout(CHECK_WAIT, asked).await.unwrap_or(CheckOutcome::Failed)
}

/// What was said, as it is kept.
fn said(house: &House, outcome: CheckOutcome, tries: i64) -> IdentityCheck {
    let at = house.now();
    let source = house.checker.name().to_owned();
    IdentityCheck { outcome, source, at, tries, next: outcome.next_try(tries, at) }
}

/// What is kept of somebody who was registered without being asked about, as at a door.
pub(crate) fn later(house: &House) -> Option<IdentityCheck> {
    let at = house.now();
    house.checker.is_there().then(|| IdentityCheck {
        outcome: CheckOutcome::NotChecked,
        source: house.checker.name().to_owned(),
        at,
        tries: 0,
        next: Some(at),
    })
}

/// Asks about somebody who has just typed a name and a document; `None` when nobody is asked. Whether
/// the answer can be kept now or later, it is in the audit.
///
/// # Errors
/// `Invalid` at `name` and `id_number` when they do not belong together.
pub(crate) async fn of_typed(
    house: &House,
    actor: Actor,
    name: &str,
    id: &IdDocument,
) -> Answer<Option<IdentityCheck>> {
    if !house.checker.is_there() {
        return Ok(None);
    }
    let who =
        Identity { name: name.to_owned(), id_kind: id.kind(), id_number: id.number().to_owned() };
    let outcome = ask(house, &who).await;
    if outcome != CheckOutcome::Differs {
        return Ok(Some(said(house, outcome, 1)));
    }
    let known = house.registry.person_by_id(&id_index(house, id)).await?;
    let subject = known.map_or_else(|| "未登记的证件".to_owned(), |known| subject(known.number));
    house.registry.audit(&[line(house, actor, subject, outcome)]).await?;
    let mut complaints = Complaints::one("name", DIFFERS);
    complaints.add("id_number", DIFFERS_TOO);
    Err(Failure::Invalid(complaints))
}

/// How the audit names a person.
pub(crate) fn subject(person: PersonNumber) -> String {
    format!("人员 {}", person.0)
}

/// The audit's line of an answer.
pub(crate) fn line(
    house: &House,
    actor: Actor,
    subject: String,
    outcome: CheckOutcome,
) -> AuditLine {
    let detail = format!("{}（来源 {}）", outcome.label(), house.checker.name());
    AuditLine { at: house.now(), actor, deed: Deed::IdentityChecked, subject, detail }
}

/// Asks about those whose time has come; how many answers there were. Somebody whose name turns out not
/// to be that of their document is signed out everywhere and has to put it right.
///
/// # Errors
/// `Broken` when the audit or the registry cannot be written; then nothing more is opened.
pub async fn catch_up(house: &House, go_on: impl Fn() -> bool) -> Answer<u32> {
    if !house.checker.is_there() {
        return Ok(0);
    }
    let due = house.registry.due_identity_checks(house.now(), ROUND_MAX).await?;
    if due.is_empty() {
        return Ok(0);
    }
    house.registry.audit(&[opening(house, due.len())]).await?;
    let (mut answers, mut failures) = (0, 0);
    for (person, before) in &due {
        if !go_on() || failures >= FAILURES_MAX {
            break;
        }
        let outcome = ask(house, &identity(house, person)?).await;
        failures = if outcome == CheckOutcome::Failed { failures + 1 } else { 0 };
        answers += u32::from(outcome != CheckOutcome::Failed);
        let said = said(house, outcome, before.tries + 1);
        let line = line(house, Actor::System, subject(person.number), outcome);
        let differs = outcome == CheckOutcome::Differs;
        house.registry.note_identity_check(person.number, &said, differs, &line).await?;
    }
    house.catch_up().await?;
    Ok(answers)
}

fn identity(house: &House, person: &Person) -> Answer<Identity> {
    Ok(Identity {
        name: house.vault.open(Field::PersonName, &person.new.name_sealed)?,
        id_kind: person.new.id_kind,
        id_number: house.vault.open(Field::IdNumber, &person.new.id_sealed)?,
    })
}

/// What is on disk before any identity is opened.
fn opening(house: &House, count: usize) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: Actor::System,
        deed: Deed::IdentityChecked,
        subject: "待补核人员".to_owned(),
        detail: format!(
            "为补做身份核验，程序最多打开 {count} 人的姓名和证件号码（来源 {}），不显示、不留存",
            house.checker.name()
        ),
    }
}
