//! Being offered a door or a unit: accepting, declining, and laying a door down again.

use super::{account, door, line};
use crate::{Answer, Failure, House, accounts::principals::Manager};
use domain::{audit::Deed, checkpoints::CheckpointNumber, time::UnixMs};
use registry::Answered;

/// Invitations shown at once.
const SHOWN_MAX: i64 = 200;

/// Something that waits for the caller's answer.
#[derive(Clone, Debug)]
pub struct ForMe {
    /// Number.
    pub id: i64,
    /// The unit that asks.
    pub unit: String,
    /// The door; empty for the whole unit.
    pub door: String,
    /// Until when it may be answered.
    pub until: UnixMs,
}

/// What waits for the caller's answer, oldest first.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn for_me(house: &House, caller: &Manager) -> Answer<Vec<ForMe>> {
    let index = account(house, caller).await?.new.phone_index;
    let open = house.registry.invitations_for(&index, house.now(), SHOWN_MAX).await?;
    let for_me = |open: registry::Invitation| ForMe {
        id: open.id,
        unit: open.unit,
        door: open.door,
        until: open.expires,
    };
    Ok(open.into_iter().map(for_me).collect())
}

/// Accepts: the door, or the unit with all its doors, is the caller's to manage.
///
/// # Errors
/// `NotFound` when it is not the caller's, answered, taken back or too old; `Conflict` for a unit
/// when the caller has one already.
pub async fn accept(house: &House, caller: &Manager, id: i64) -> Answer<()> {
    answer(house, caller, id, true).await
}

/// Declines.
///
/// # Errors
/// `NotFound` as [`accept`].
pub async fn decline(house: &House, caller: &Manager, id: i64) -> Answer<()> {
    answer(house, caller, id, false).await
}

async fn answer(house: &House, caller: &Manager, id: i64, accepts: bool) -> Answer<()> {
    let detail = if accepts { "接受" } else { "谢绝" };
    let line = line(house, caller, Deed::InvitationAnswered, format!("邀请 {id}"), detail);
    match house.registry.answer_invitation(id, caller.account, accepts, &line).await? {
        Answered::Done => Ok(()),
        Answered::Gone => Err(Failure::NotFound),
        Answered::HasUnit => Err(Failure::Conflict("您已有单位：一个账号只能管理一个单位")),
    }
}

/// Lays a door down that was taken over: its unit's manager manages it again.
///
/// # Errors
/// `NotFound` when the caller does not manage it.
pub async fn lay_down(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<()> {
    let line = line(house, caller, Deed::InvitationAnswered, door(number), "不再管理");
    let done = house.registry.lay_down(number, caller.account, &line).await?;
    if done { Ok(()) } else { Err(Failure::NotFound) }
}
