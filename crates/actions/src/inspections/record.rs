//! An inspection is recorded: all in order, or what was found and until when it is to be put right.

use super::find_door::door;
use crate::{Answer, Failure, House, accounts::principals::Inspector};
use domain::{
    audit::Deed,
    checkpoints::CheckpointNumber,
    inspections::{InspectionForm, next_reminder},
};
use registry::{AuditLine, RecordedInspection};

/// Records what was found at a door whose newest inspection was `seen` when the inspector looked (0
/// for none), and tells its managers; the inspection's number.
///
/// # Errors
/// `NotFound` outside of the scope; `Invalid` at `outcome`, `findings`, `note`, `days`; `Conflict`
/// when the door was inspected meanwhile, as by a second press of the button.
pub async fn record(
    house: &House,
    caller: &Inspector,
    (number, seen): (CheckpointNumber, i64),
    form: &InspectionForm,
) -> Answer<i64> {
    door(house, caller, number).await?;
    let now = house.now();
    let new = form.check(now)?;
    let inspection = RecordedInspection {
        checkpoint: number,
        inspector: caller.account,
        new: &new,
        seen,
        remind: new.state().deadline().and_then(|deadline| next_reminder(deadline, now)),
    };
    let line = AuditLine {
        at: now,
        actor: caller.actor(),
        deed: Deed::InspectionRecorded,
        subject: format!("检查点 {}", number.0),
        detail: format!("问题 {} 项", new.findings().len()),
    };
    let recorded = house.registry.record_inspection(&inspection, &line).await?;
    recorded.ok_or(Failure::Conflict("这个门刚有了新的检查记录，请看过以后再提交"))
}
