//! The manager applies for a checkpoint, or applies again after it came back.

use crate::{Answer, House, accounts::principals::Manager};
use domain::checkpoints::{CheckpointForm, CheckpointNumber};

/// Most checkpoints of one organisation.
pub const CHECKPOINTS_MAX: i64 = 10_000;

/// Applies for a new checkpoint.
///
/// # Errors
/// `Invalid` at each field (a door applied for twice: at `door`); `Conflict` without an
/// organisation or with too many checkpoints.
pub async fn submit(house: &House, caller: &Manager, form: &CheckpointForm) -> Answer<CheckpointNumber> {
    let _ = (house, caller, form);
    todo!()
}

/// Submits a corrected form.
///
/// # Errors
/// As `submit`; `NotFound` for somebody else's; `Conflict` when it did not come back.
pub async fn resubmit(
    house: &House,
    caller: &Manager,
    checkpoint: CheckpointNumber,
    form: &CheckpointForm,
) -> Answer<()> {
    let _ = (house, caller, checkpoint, form);
    todo!()
}
