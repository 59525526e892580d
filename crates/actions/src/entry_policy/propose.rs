//! An officer proposes a policy, or that one is taken back; it waits for a second officer.

use super::{Names, is_theirs};
use crate::{Answer, Failure, House, accounts::principals::PolicyOfficer};
use domain::{
    audit::Deed,
    entry_policy::{NewPolicy, PolicyForm, Reach},
    fields::Complaints,
    regions::RegionCode,
    venue_codes::Printed,
};
use registry::{AuditLine, Proposed};

/// Keeps a proposal; its number.
///
/// # Errors
/// `Invalid` at `region`, `category`, `door`, `begins`, at each rule's field and `note`; `Conflict` when
/// a hundred wait already.
pub async fn propose(house: &House, caller: &PolicyOfficer, form: &PolicyForm) -> Answer<u32> {
    let (reach, new) = checked(house, caller, form).await?;
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::PolicyProposed,
        subject: String::new(),
        detail: new.note.clone(),
    };
    match house.registry.propose_policy(&reach, &new, caller.account, &line).await? {
        Proposed::Waits(version) => Ok(version),
        Proposed::Full => Err(Failure::Conflict("待复核的策略太多，请先处理已提出的")),
        Proposed::NoNumber => Err(Failure::Conflict("策略编号已经用完，请联系系统管理员")),
    }
}

/// Where it is to hold and what it says, both checked.
pub(super) async fn checked(
    house: &House,
    caller: &PolicyOfficer,
    form: &PolicyForm,
) -> Answer<(Reach, NewPolicy)> {
    let mut complaints = Complaints::default();
    let reach = match reach(house, caller, form).await {
        Ok(reach) => Some(reach),
        Err(Failure::Invalid(more)) => {
            complaints.0.extend(more.0);
            None
        }
        Err(failure) => return Err(failure),
    };
    match (reach, form.check(house.now())) {
        (Some(reach), Ok(new)) => Ok((reach, new)),
        (_, new) => {
            complaints.0.extend(new.err().unwrap_or_default().0);
            Err(complaints.into())
        }
    }
}

/// Where it is to hold.
async fn reach(house: &House, caller: &PolicyOfficer, form: &PolicyForm) -> Answer<Reach> {
    if form.reach == "checkpoint" {
        return at_door(house, caller, &form.door).await;
    }
    let names = Names::now(house).await?;
    let mut complaints = Complaints::default();
    let region = Some(form.region.trim()).filter(|code| !code.is_empty());
    // The city's own code means the city.
    let city = |code: &RegionCode| {
        names.regions.iter().any(|region| region.code == *code && region.parent.is_none())
    };
    let region = complaints.take(
        "region",
        match region.map(RegionCode::parse) {
            None => Ok(None),
            Some(Some(code)) if city(&code) => Ok(None),
            Some(Some(code)) if names.regions.iter().any(|region| region.code == code) => {
                Ok(Some(code))
            }
            Some(_) => Err("没有这个县区或乡镇街道，请重新选择"),
        },
    );
    let category = Some(form.category.trim()).filter(|code| !code.is_empty());
    let category = complaints.take(
        "category",
        match category {
            Some(code) if !names.has_category(code) => Err("没有这个场所类别，请重新选择"),
            other => Ok(other.map(str::to_owned)),
        },
    );
    let (Some(region), Some(category)) = (region, category) else {
        return Err(complaints.into());
    };
    let reach = Reach::Places { region, category };
    if is_theirs(house, caller, &reach).await? {
        Ok(reach)
    } else {
        Err(Failure::field("region", "不在您负责的范围内，请选择本辖区"))
    }
}

async fn at_door(house: &House, caller: &PolicyOfficer, short_number: &str) -> Answer<Reach> {
    let wrong = || Failure::field("door", "没有这个编号的检查点；编号在海报上，形如 FY-1234-56789");
    let Some(Printed::ShortNumber(number)) = Printed::read(short_number) else {
        return Err(wrong());
    };
    let found = house.registry.door_of_short_number(&number).await?;
    // Another code hangs at the door of an old number.
    let (door, _) = found.filter(|(_, replaced)| !replaced).ok_or_else(wrong)?;
    let reach = Reach::Checkpoint(door);
    if is_theirs(house, caller, &reach).await? { Ok(reach) } else { Err(wrong()) }
}
