//! A case kept secret for now: its person and its contacts are not shown who looked because of it.

use super::cases::own;
use crate::{Answer, Failure, House, accounts::principals::Investigator};
use domain::{audit::Deed, text::line};
use registry::AuditLine;
use vault::Field;

/// Keeps a case secret, or ends that; both with a reason, which the audit has a trace of and the case
/// keeps sealed.
///
/// # Errors
/// `NotFound` for a case opened by somebody else; `Invalid` at `embargo_reason`; `Conflict` when it is
/// so already.
pub async fn embargo(
    house: &House,
    caller: &Investigator,
    case: i64,
    secret: bool,
    reason: &str,
) -> Answer<()> {
    let case = own(house, caller, case).await?;
    let reason = line(reason, 200, "请写明理由", "理由不能超过 200 个字")
        .map_err(|says| Failure::field("embargo_reason", says))?;
    let (deed, says) = if secret {
        (Deed::CaseEmbargoed, "这个病例已经在保密中")
    } else {
        (Deed::EmbargoLifted, "这个病例没有在保密")
    };
    let audit = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed,
        subject: format!("病例 {}", case.id),
        detail: String::new(),
    };
    let sealed = house.vault.seal(Field::Note, &reason, &*house.dice)?;
    if house.registry.set_embargo(case.id, secret, &sealed, &audit).await? {
        Ok(())
    } else {
        Err(Failure::Conflict(says))
    }
}
