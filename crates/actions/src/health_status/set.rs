//! The authority says what somebody's health status is, or looks at what it has said. Whoever does
//! this has the document's number already and sees no more of a person than the masked name.

use crate::{
    Answer, House,
    accounts::principals::Investigator,
    people::{id_index, looks, masked_name, name_index},
};
use domain::{
    audit::{Actor, Deed},
    fields::Complaints,
    health_status::{HealthStatus, NewStatus, StatusForm},
    people::{IdDocument, IdKind},
    text,
};
use registry::{AuditLine, ListedStatus, TakenStatus};
use std::sync::Arc;

/// Most statements of one request.
pub const STATEMENTS_MAX: usize = 500;
/// Most characters of a reason.
const REASON_CHARS_MAX: usize = 200;

/// What is wrong with one of the statements: which, from 0, and what of it.
pub type StatementFault = (usize, Complaints);

/// What the register says of whoever has a document.
#[derive(Clone, Debug)]
pub struct Registered {
    /// `341***********1234`
    pub masked_id: String,
    /// Masked name; none when nobody has registered with the document.
    pub masked_name: Option<String>,
    /// What the register says, if anything.
    pub status: Option<HealthStatus>,
    /// Who tested, if it was said.
    pub organisation: Option<Arc<str>>,
}

/// Says what one person's status is; it is in force when this returns. `replaces` forgets all that was
/// said before. What became of it, and what the register says now.
///
/// # Errors
/// `Invalid` at each field of the form, and at `reason`.
pub async fn set(
    house: &House,
    caller: &Investigator,
    form: &StatusForm,
    reason: &str,
    replaces: bool,
) -> Answer<(TakenStatus, Registered)> {
    let mut complaints = Complaints::default();
    let reason = complaints.take("reason", checked_reason(reason));
    let new = form.check(house.now()).map_err(|wrong| complaints.0.extend(wrong.0)).ok();
    let (Some(reason), Some(new)) = (reason, new) else {
        return Err(complaints.in_order(&["id_kind", "id_number", "reason"]).into());
    };
    let row = ListedStatus { replaces, ..listed(house, &new) };
    // Whoever says what somebody's status is sees it as well.
    let line = line(house, caller.actor(), subject(house, &new.id).await?);
    let colour =
        new.said.colour.map_or_else(String::new, |(said, _)| format!("{}，", said.label()));
    let detail = |taken: &[TakenStatus]| format!("{reason}：{colour}{}", outcome(taken));
    let taken = house.registry.take_statuses(&[row], &line, detail).await?;
    house.catch_up().await?;
    let taken = taken.first().copied().unwrap_or(TakenStatus::Same);
    Ok((taken, registered(house, &new.id).await?))
}

/// Takes up to [`STATEMENTS_MAX`] statements that a program sends: all of them, or none when anything
/// is wrong with one; then everything that is wrong comes back. They are in force when this returns.
///
/// # Errors
/// `Invalid` at `reason`; `Broken` when the registry cannot be written.
pub async fn take(
    house: &House,
    caller: &Investigator,
    forms: &[StatusForm],
    reason: &str,
) -> Answer<Result<Vec<TakenStatus>, Vec<StatementFault>>> {
    let reason = checked_reason(reason).map_err(|says| Complaints::one("reason", says))?;
    let now = house.now();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (at, form) in forms.iter().enumerate() {
        match form.check(now) {
            Ok(new) => rows.push(listed(house, &new)),
            Err(complaints) => faults.push((at, complaints)),
        }
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let line = line(house, caller.actor(), "接口".to_owned());
    let detail = |taken: &[TakenStatus]| format!("{reason}：{}", outcome(taken));
    let taken = house.registry.take_statuses(&rows, &line, detail).await?;
    house.catch_up().await?;
    Ok(Ok(taken))
}

/// What the register says of whoever has a document. In the audit before anything is answered.
///
/// # Errors
/// `Invalid` at `id_kind`, `id_number` and `reason`.
pub async fn look(
    house: &House,
    caller: &Investigator,
    id_kind: &str,
    id_number: &str,
    reason: &str,
) -> Answer<Registered> {
    let mut complaints = Complaints::default();
    let reason = complaints.take("reason", checked_reason(reason));
    let kind = complaints.take("id_kind", IdKind::from_code(id_kind).ok_or("请选择证件类型"));
    let id = kind.and_then(|kind| {
        complaints.take("id_number", IdDocument::parse(kind, id_number, house.now()))
    });
    let (Some(reason), Some(id)) = (reason, id) else { return Err(complaints.into()) };
    let line = AuditLine {
        deed: Deed::HealthStatusSought,
        detail: reason,
        ..line(house, caller.actor(), subject(house, &id).await?)
    };
    house.registry.audit(&[line]).await?;
    registered(house, &id).await
}

/// Whom a look is about in the audit: the person, who is to see that it happened, or of a document that
/// nobody has registered with its masked number.
async fn subject(house: &House, id: &IdDocument) -> Answer<String> {
    let known = house.registry.person_by_id(&id_index(house, id)).await?;
    Ok(known.map_or_else(|| id.masked(), |person| looks::subject(person.number)))
}

fn checked_reason(typed: &str) -> Result<String, &'static str> {
    let empty = "请写明事由，事由会进入审计记录";
    text::line(typed, REASON_CHARS_MAX, empty, "事由不能超过 200 个字")
}

async fn registered(house: &House, id: &IdDocument) -> Answer<Registered> {
    let (person, status) = house.registry.status_by_id(&id_index(house, id)).await?;
    let test = status.and_then(|status| status.nucleic_acid);
    let organisation = match test.and_then(|test| test.organisation) {
        Some(number) => house.registry.test_organisation(number).await?.map(Arc::from),
        None => None,
    };
    let masked_name = person.map(|person| masked_name(house, person)).transpose()?;
    Ok(Registered { masked_id: id.masked(), masked_name, status, organisation })
}

/// A statement as the register takes it: what names a person becomes blind indexes.
pub(super) fn listed(house: &House, new: &NewStatus) -> ListedStatus {
    ListedStatus {
        id_index: id_index(house, &new.id),
        name_index: new.name.as_deref().map(|name| name_index(house, &new.id, name)),
        said: new.said,
        organisation: new.organisation.as_deref().map(Arc::from),
        replaces: false,
    }
}

/// The audit line of saying what a status is.
pub(super) fn line(house: &House, actor: Actor, subject: String) -> AuditLine {
    let (at, deed) = (house.now(), Deed::HealthStatusSet);
    AuditLine { at, actor, deed, subject, detail: String::new() }
}

/// What became of statements, for the audit.
pub(super) fn outcome(taken: &[TakenStatus]) -> String {
    let count = |wanted| taken.iter().filter(|taken| **taken == wanted).count();
    format!(
        "{} 条，生效 {}，没有变化 {}，等待登记 {}，姓名不符 {}",
        taken.len(),
        count(TakenStatus::Set),
        count(TakenStatus::Same),
        count(TakenStatus::Waits),
        count(TakenStatus::OtherName)
    )
}
