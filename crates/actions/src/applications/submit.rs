//! The manager applies for a checkpoint, or applies again after it came back.

use crate::{Answer, Failure, House, accounts::principals::Manager, categories, regions};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointForm, CheckpointNumber, NewCheckpoint, Standing},
};
use registry::{AuditLine, CheckpointRecord};
use vault::{Field, Index};

/// Most checkpoints of one organisation.
pub const CHECKPOINTS_MAX: i64 = 10_000;

pub(super) const TOO_MANY_CHECKPOINTS: Failure = Failure::Conflict("一个单位最多 10000 个检查点");
const DOOR_TAKEN: &str = "这个门已经申请过了：名称、门和地址都相同";

/// A form for a new checkpoint with what is known already: the unit's name and place, and for its first
/// door the manager as the responsible person. `None` without an organisation.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn blank(house: &House, caller: &Manager) -> Answer<Option<CheckpointForm>> {
    let Some(organisation) = house.registry.organisation_of(caller.account).await? else {
        return Ok(None);
    };
    let own = house.registry.account(caller.account).await?.ok_or(Failure::NotSignedIn)?;
    let (responsible_name, responsible_phone) =
        if house.registry.count_checkpoints_of(organisation.id).await? == 0 {
            (
                house.vault.open(Field::PersonName, &own.new.name_sealed)?,
                house.vault.open(Field::Phone, &own.new.phone_sealed)?,
            )
        } else {
            Default::default()
        };
    Ok(Some(CheckpointForm {
        name: organisation.new.name,
        county: organisation.new.county,
        township: organisation.new.township,
        responsible_name,
        responsible_phone,
        ..CheckpointForm::default()
    }))
}

/// Applies for a new checkpoint.
///
/// # Errors
/// `Invalid` at each field (a door applied for twice: at `door`); `Conflict` without an
/// organisation or with too many checkpoints.
pub async fn submit(
    house: &House,
    caller: &Manager,
    form: &CheckpointForm,
) -> Answer<CheckpointNumber> {
    let organisation = own_organisation(house, caller).await?;
    if house.registry.count_checkpoints_of(organisation).await? >= CHECKPOINTS_MAX {
        return Err(TOO_MANY_CHECKPOINTS);
    }
    let record = checked(house, organisation, form, (None, None)).await?;
    let line = line(house, caller, "新申请");
    let number = house.registry.insert_checkpoint(&record, &line).await?;
    number.ok_or_else(|| Failure::field("door", DOOR_TAKEN))
}

/// Submits a corrected form of the round that was read.
///
/// # Errors
/// As `submit`; `NotFound` for somebody else's; `Conflict` when it did not come back, and when it was
/// corrected or decided since it was read.
pub async fn resubmit(
    house: &House,
    caller: &Manager,
    (checkpoint, round): (CheckpointNumber, i64),
    form: &CheckpointForm,
) -> Answer<()> {
    let own = own_checkpoint(house, caller, checkpoint).await?;
    let (_, state) = house.registry.application_of(checkpoint).await?.ok_or(Failure::NotFound)?;
    let not_returned = Failure::Conflict("这件申请现在不能修改：它没有被退回");
    if state.resubmit().is_err() {
        return Err(not_returned);
    }
    let kept = Some(own.record.category.as_str());
    let record = checked(house, own.record.organisation, form, (Some(checkpoint), kept)).await?;
    let line = line(house, caller, &format!("改正后重新提交，检查点 {}", checkpoint.0));
    let done = match own.standing {
        Standing::Applying => {
            house.registry.correct_checkpoint((checkpoint, round), &record, &line).await?
        }
        _ => {
            let index = phone_index(house, form)?;
            house.registry.propose((checkpoint, round), &record, &index, &line).await?
        }
    };
    if done { Ok(()) } else { Err(WRITTEN_SINCE) }
}

/// Applies for a change of a door in use: its name, address, category or responsible person. The
/// door stays as it is until that is approved, and keeps its code.
///
/// # Errors
/// As [`submit`]; `NotFound` for somebody else's; `Conflict` when nothing is changed, while the door
/// has no code yet or another change is under way, and when it was changed since it was read.
pub async fn change(
    house: &House,
    caller: &Manager,
    (checkpoint, round): (CheckpointNumber, i64),
    form: &CheckpointForm,
) -> Answer<()> {
    let own = own_checkpoint(house, caller, checkpoint).await?;
    let (_, state) = house.registry.application_of(checkpoint).await?.ok_or(Failure::NotFound)?;
    if state != State::Approved {
        return Err(UNDER_WAY);
    }
    let kept = Some(own.record.category.as_str());
    let record = checked(house, own.record.organisation, form, (Some(checkpoint), kept)).await?;
    let before = super::mine::form(house, own.record)?;
    if form.check()? == before.check()? {
        return Err(Failure::Conflict("没有改动：内容与现在的相同"));
    }
    let line = line(house, caller, &format!("变更，检查点 {}", checkpoint.0));
    let index = phone_index(house, form)?;
    let done = house.registry.propose((checkpoint, round), &record, &index, &line).await?;
    if done { Ok(()) } else { Err(WRITTEN_SINCE) }
}

/// Blind index of the responsible person's phone.
fn phone_index(house: &House, form: &CheckpointForm) -> Answer<[u8; 32]> {
    Ok(house.vault.blind(Index::Phone, form.check()?.responsible_phone.as_str()))
}

const WRITTEN_SINCE: Failure = Failure::Conflict(
    "打开这一页以后，申请又有了变化，没有提交：请另开一页看最新内容，再决定是否照此修改",
);
const UNDER_WAY: Failure = Failure::Conflict("这个检查点有申请正在办理，现在不能变更");

/// Takes a change back: the door stays what it is.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` when there is none any more.
pub async fn withdraw(house: &House, caller: &Manager, checkpoint: CheckpointNumber) -> Answer<()> {
    own_checkpoint(house, caller, checkpoint).await?;
    let line = line(house, caller, &format!("撤回变更，检查点 {}", checkpoint.0));
    let done = house.registry.withdraw(checkpoint, WITHDRAWN, &line).await?;
    if done { Ok(()) } else { Err(Failure::Conflict("没有可以撤回的变更")) }
}

/// How a change that was taken back stands in the history.
const WITHDRAWN: &str = "撤回变更，内容不变";

pub(super) fn line(house: &House, caller: &Manager, detail: &str) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::ApplicationSubmitted,
        subject: format!("账号 {}", caller.account),
        detail: detail.to_owned(),
    }
}

/// The number of the manager's organisation.
///
/// # Errors
/// `Conflict` without one.
pub(crate) async fn own_organisation(house: &House, caller: &Manager) -> Answer<i64> {
    let organisation = house.registry.organisation_of(caller.account).await?;
    let organisation = organisation.ok_or(Failure::Conflict("请先登记单位，再申请检查点"))?;
    Ok(organisation.id)
}

/// A checkpoint of the manager's own organisation.
///
/// # Errors
/// `NotFound` for anything else, so that foreign numbers say nothing.
pub(crate) async fn own_checkpoint(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
) -> Answer<registry::Checkpoint> {
    let organisation = house.registry.organisation_of(caller.account).await?;
    let organisation = organisation.ok_or(Failure::NotFound)?.id;
    let checkpoint = house.registry.checkpoint(number).await?;
    checkpoint.filter(|c| c.record.organisation == organisation).ok_or(Failure::NotFound)
}

/// A checkpoint that the caller manages: of the own organisation, or taken over by invitation.
///
/// # Errors
/// `NotFound` for anything else, so that foreign numbers say nothing.
pub(crate) async fn managed_checkpoint(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
) -> Answer<registry::Checkpoint> {
    let checkpoint = house.registry.checkpoint(number).await?.ok_or(Failure::NotFound)?;
    if checkpoint.manager == Some(caller.account) {
        return Ok(checkpoint);
    }
    own_checkpoint(house, caller, number).await
}

/// The form as it is stored: checked, evened out, sealed. A door that is there already is not
/// compared with itself, and keeps its category also when others cannot choose it any more.
async fn checked(
    house: &House,
    organisation: i64,
    form: &CheckpointForm,
    (except, kept): (Option<CheckpointNumber>, Option<&str>),
) -> Answer<CheckpointRecord> {
    let new = form.check()?;
    regions::known(house, &new.township).await?;
    categories::known(house, &new.category, kept).await?;
    if house.registry.door_taken(&new.same_key(), except).await? {
        return Err(Failure::field("door", DOOR_TAKEN));
    }
    record(house, organisation, &new, None)
}

/// A checked checkpoint as it is stored; everything personal is sealed.
///
/// # Errors
/// `Broken` when a text is too long to seal.
pub fn record(
    house: &House,
    organisation: i64,
    new: &NewCheckpoint,
    position: Option<(f64, f64)>,
) -> Answer<CheckpointRecord> {
    let seal = |field, text: &str| house.vault.seal(field, text, &*house.dice);
    Ok(CheckpointRecord {
        organisation,
        same_key: new.same_key(),
        name: new.name.clone(),
        door: new.door.clone(),
        address: new.address.clone(),
        county: new.township.county().to_owned(),
        township: new.township.as_str().to_owned(),
        category: new.category.clone(),
        responsible_name_sealed: seal(Field::PersonName, &new.responsible_name)?,
        responsible_phone_sealed: seal(Field::Phone, new.responsible_phone.as_str())?,
        position,
    })
}
