//! The life of a code: its door closed and opened by its manager, stopped by the authority, the
//! code replaced when somebody else may have it.

use crate::{
    Answer, Failure, House,
    accounts::principals::{Manager, Reviewer},
    applications::submit::managed_checkpoint,
};
use domain::{
    applications::check_reason,
    audit::{Actor, Deed},
    checkpoints::{CheckpointNumber, Happening, Standing},
    venue_codes::{VenueCode, fresh_short_number},
};
use registry::{AuditLine, Checkpoint, NewCode, Step};

/// Codes are 80 random bits and short numbers 25: a second roll is rare, a fifth means a fault.
const ROLLS_MAX: usize = 5;

const ELSEWHERE: Failure = Failure::Conflict("这个检查点的状态刚变过，请看最新状态");

/// What a manager reports about the poster at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PosterFault {
    /// It cannot be read well any more; nobody else has it.
    Damaged,
    /// It is gone.
    Lost,
    /// Somebody shows its code elsewhere.
    Copied,
}

impl PosterFault {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Damaged, Self::Lost, Self::Copied];

    /// The name on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::Copied => "copied",
        }
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Damaged => "破损、褪色，看不清",
            Self::Lost => "丢失、被揭走",
            Self::Copied => "码被拍走，贴到别处冒用",
        }
    }
}

/// Reports what is wrong with the poster of the code with this short number. A damaged one is
/// printed again; of a lost or copied one the code is replaced, and whoever scans the old one is
/// told so. Answers whether there is a new code.
///
/// # Errors
/// `Invalid` at `fault` when nothing known is chosen; `NotFound` for somebody else's; `Conflict`
/// when the door is not open or its code was replaced meanwhile.
pub async fn report_poster(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
    short_number: &str,
    fault: &str,
) -> Answer<bool> {
    let checkpoint = managed_checkpoint(house, caller, number).await?;
    let fault = PosterFault::ALL.into_iter().find(|known| known.code() == fault);
    let fault = fault.ok_or_else(|| Failure::field("fault", "请选择海报怎么了"))?;
    let deed = match fault {
        PosterFault::Damaged => Deed::PosterDamaged,
        PosterFault::Lost | PosterFault::Copied => Deed::CodeReplaced,
    };
    let line = audit(house, caller.actor(), deed, number, fault.label());
    if fault == PosterFault::Damaged {
        take(house, number, Happening::PosterDamaged, fault.label(), &line).await?;
        return Ok(false);
    }
    replace(house, &checkpoint, short_number, fault.label(), &line).await?;
    Ok(true)
}

async fn replace(
    house: &House,
    checkpoint: &Checkpoint,
    replaces: &str,
    reason: &str,
    line: &AuditLine,
) -> Answer<()> {
    let step = Step { checkpoint: checkpoint.number, happening: Happening::CodeReplaced, reason };
    for _ in 0..ROLLS_MAX {
        let seen = house.registry.code_of(checkpoint.number).await?;
        if checkpoint.standing != Standing::Open
            || seen.is_none_or(|seen| seen.short_number != replaces)
        {
            return Err(ELSEWHERE);
        }
        let code = VenueCode::fresh(&*house.dice);
        let short_number = fresh_short_number(&checkpoint.record.county, &*house.dice);
        let new = NewCode { replaces, code: code.as_str(), short_number: &short_number };
        if house.registry.replace_code(&step, &new, line).await? {
            return house.catch_up().await;
        }
    }
    Err(ELSEWHERE)
}

/// Closes one's own door: its code answers that it is closed, and nothing is recorded.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` when it is not open.
pub async fn close(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<()> {
    managed_checkpoint(house, caller, number).await?;
    let line = audit(house, caller.actor(), Deed::CheckpointClosed, number, "");
    take(house, number, Happening::Closed, "", &line).await
}

/// Opens one's own closed door again, with the code that it had.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` when it is not closed.
pub async fn reopen(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<()> {
    managed_checkpoint(house, caller, number).await?;
    let line = audit(house, caller.actor(), Deed::CheckpointReopened, number, "");
    take(house, number, Happening::Reopened, "", &line).await
}

/// Stops a door for now, with a reason that its manager reads.
///
/// # Errors
/// `Invalid` at `reason`; `NotFound` outside of the reviewer's scope; `Conflict` when it is not
/// open.
pub async fn suspend(
    house: &House,
    caller: &Reviewer,
    number: CheckpointNumber,
    reason: &str,
) -> Answer<()> {
    within(house, caller, number).await?;
    let reason = check_reason(reason)
        .map_err(|_| Failure::field("reason", "请写明暂停的原因，不超过 200 个字，对方会看到"))?;
    let line = audit(house, caller.actor(), Deed::CheckpointSuspended, number, &reason);
    take(house, number, Happening::Suspended, &reason, &line).await
}

/// Lets a stopped door go on.
///
/// # Errors
/// `NotFound` outside of the reviewer's scope; `Conflict` when it is not suspended.
pub async fn resume(house: &House, caller: &Reviewer, number: CheckpointNumber) -> Answer<()> {
    within(house, caller, number).await?;
    let line = audit(house, caller.actor(), Deed::CheckpointResumed, number, "");
    take(house, number, Happening::Resumed, "", &line).await
}

/// Outside of the reviewer's scope there is no such door.
async fn within(house: &House, caller: &Reviewer, number: CheckpointNumber) -> Answer<()> {
    let checkpoint = house.registry.checkpoint(number).await?;
    let within = checkpoint.is_some_and(|found| caller.scope.covers(&found.record.township));
    if within { Ok(()) } else { Err(Failure::NotFound) }
}

async fn take(
    house: &House,
    checkpoint: CheckpointNumber,
    happening: Happening,
    reason: &str,
    line: &AuditLine,
) -> Answer<()> {
    let step = Step { checkpoint, happening, reason };
    if !house.registry.change_checkpoint(&step, line).await? {
        return Err(ELSEWHERE);
    }
    house.catch_up().await
}

fn audit(
    house: &House,
    actor: Actor,
    deed: Deed,
    number: CheckpointNumber,
    detail: &str,
) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor,
        deed,
        subject: format!("检查点 {}", number.0),
        detail: detail.to_owned(),
    }
}
