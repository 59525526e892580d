//! A privacy officer answers a request: carries it out, or turns it down with a reason.

use super::queue::found;
use crate::{
    Answer, Failure, House,
    accounts::principals::PrivacyOfficer,
    people::{nobody, register::seal},
};
use domain::{
    audit::Deed,
    people::IdDocument,
    requests::{RequestKind, RequestState, check_reason},
    time::DAY_MS,
};
use registry::{AuditLine, CarriedOut, PersonRequest, RequestDecision};
use vault::Field;

/// Days for which a case, or a look at a contact, keeps a person from being erased: as long as what
/// belongs to a case is meant to be kept.
pub const CASE_DAYS: i64 = 90;

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Carried out.
    CarryOut,
    /// Turned down.
    Refuse,
}

impl Outcome {
    /// The outcome that a form or program names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "carry_out" => Some(Self::CarryOut),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }
}

/// Answers a request; the person reads the reason.
///
/// # Errors
/// `NotFound` when there is none; `Invalid` at `outcome` and `reason`; `Conflict` when it was answered
/// meanwhile, when the document is somebody else's, or when a case keeps the data.
pub async fn decide(
    house: &House,
    caller: &PrivacyOfficer,
    id: i64,
    outcome: &str,
    reason: &str,
) -> Answer<()> {
    let request = found(house, id).await?;
    let mut complaints = domain::fields::Complaints::default();
    let outcome = complaints
        .take("outcome", Outcome::from_code(outcome.trim()).ok_or("请选择办理还是不予办理"));
    let reason = complaints.take("reason", check_reason(reason));
    let (Some(outcome), Some(reason)) = (outcome, reason) else { return Err(complaints.into()) };
    let state = match outcome {
        Outcome::CarryOut => RequestState::Done,
        Outcome::Refuse => RequestState::Refused,
    };
    let decision = RequestDecision {
        state,
        reason_sealed: house.vault.seal(Field::Note, &reason, &*house.dice)?,
        by: caller.account,
        at: house.now(),
    };
    let done = match (outcome, request.new.kind) {
        (Outcome::Refuse, _) => refuse(house, caller, &request, &decision).await?,
        (_, RequestKind::Correction) => correct(house, caller, &request, &decision).await?,
        (_, RequestKind::Erasure) => erase(house, caller, &request, &decision).await?,
    };
    house.catch_up().await?;
    match done {
        CarriedOut::Done => Ok(()),
        CarriedOut::NotOpen => Err(Failure::Conflict("这个要求已经办过了，请刷新页面")),
        CarriedOut::DocumentTaken => {
            Err(Failure::Conflict("这个证件已有别人登记，请核对；确认无误请联系系统管理员"))
        }
        CarriedOut::Kept => Err(Failure::Conflict(KEPT)),
    }
}

const KEPT: &str =
    "90 天内有病例或流调涉及这个人，按规定现在不能删除；请写明理由不予办理，期满后可以再提";

fn line(house: &House, caller: &PrivacyOfficer, request: &PersonRequest, deed: Deed) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed,
        subject: format!("人员 {}", request.new.person.0),
        detail: format!("要求 {}", request.id),
    }
}

async fn refuse(
    house: &House,
    caller: &PrivacyOfficer,
    request: &PersonRequest,
    decision: &RequestDecision,
) -> Answer<CarriedOut> {
    let line = line(house, caller, request, Deed::RequestRefused);
    let refused = house.registry.refuse_request(request.id, decision, &line).await?;
    Ok(if refused { CarriedOut::Done } else { CarriedOut::NotOpen })
}

async fn correct(
    house: &House,
    caller: &PrivacyOfficer,
    request: &PersonRequest,
    decision: &RequestDecision,
) -> Answer<CarriedOut> {
    let line = line(house, caller, request, Deed::PersonCorrected);
    // The line is on disk before the identity is opened, and stands in the change as well.
    let looked = AuditLine { deed: Deed::RequestOpened, ..line.clone() };
    house.registry.audit(&[looked]).await?;
    let (name, id) = right(house, request).await?;
    let right = seal(house, &name, &id, None, 0)?;
    let (person, id) = (request.new.person, request.id);
    Ok(house.registry.correct_as_requested(id, person, &right, decision, &line).await?)
}

/// Name and document as they will be.
async fn right(house: &House, request: &PersonRequest) -> Answer<(String, IdDocument)> {
    let stored = house.registry.person(request.new.person).await?.ok_or(Failure::NotFound)?.new;
    let name = request.new.name_sealed.as_deref().unwrap_or(&stored.name_sealed);
    let name = house.vault.open(Field::PersonName, name)?;
    let (kind, sealed) = match &request.new.document {
        Some((kind, sealed)) => (*kind, sealed),
        None => (stored.id_kind, &stored.id_sealed),
    };
    let number = house.vault.open(Field::IdNumber, sealed)?;
    let id = IdDocument::parse(kind, &number, house.now());
    Ok((name, id.map_err(|_| Failure::Conflict("证件号码现在不能识别，请本人重新提出"))?))
}

async fn erase(
    house: &House,
    caller: &PrivacyOfficer,
    request: &PersonRequest,
    decision: &RequestDecision,
) -> Answer<CarriedOut> {
    let line = line(house, caller, request, Deed::PersonErased);
    let since = house.now().plus(-CASE_DAYS * DAY_MS);
    let (person, id) = (request.new.person, request.id);
    let nobody = nobody(house)?;
    Ok(house.registry.erase_person(id, person, &nobody, decision, since, &line).await?)
}
