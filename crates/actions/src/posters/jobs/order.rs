//! Ordering posters by the thousand.

use super::{Caller, KEPT_MAX, POSTERS_MAX, UNDER_WAY_MAX, WAITING_MAX};
use crate::{
    Answer, Failure, House,
    accounts::principals::{Manager, Reviewer},
    posters::{Order, Print, Size},
    regions,
};
use domain::{
    audit::Deed,
    fields::Complaints,
    posters::JobForm,
    regions::{Region, RegionCode, Scope},
};
use registry::{AuditLine, NewPosterJob, Ordered, PosterJobLimits, PostersOf};

/// What is typed.
#[derive(Clone, Debug, Default)]
pub struct Ordering {
    /// Name of the size.
    pub size: String,
    /// Whether it is for a printing shop.
    pub bleed: bool,
    /// Name of the form.
    pub form: String,
    /// County or township; a unit has none.
    pub region: String,
}

const LIMITS: PosterJobLimits =
    PosterJobLimits { under_way: UNDER_WAY_MAX, kept: KEPT_MAX, waiting: WAITING_MAX };

/// Orders the posters of all open doors of the caller's unit; the job's number.
///
/// # Errors
/// `Invalid` at `size` or `form`; `Conflict` when no door is open, and at every limit.
pub async fn order_of_unit(house: &House, caller: &Manager, typed: &Ordering) -> Answer<i64> {
    let mut complaints = Complaints::default();
    let Some((order, form)) = order_and_form(&mut complaints, typed) else {
        return Err(complaints.into());
    };
    let own = house.registry.organisation_of(caller.account).await?;
    let own = own.ok_or(Failure::Conflict(NONE_OPEN))?;
    order_of(house, caller.into(), PostersOf::Organisation(own.id), order, form).await
}

/// Orders the posters of all codes in use in a county or township; the job's number.
///
/// # Errors
/// `Invalid` at `region`, `size` or `form`; `Conflict` when no code is in use there, and at every
/// limit.
pub async fn order_of_region(house: &House, caller: &Reviewer, typed: &Ordering) -> Answer<i64> {
    let mut complaints = Complaints::default();
    let regions = regions::all(house).await?;
    // The city itself is no choice: it has more doors than anybody prints at once.
    let region = RegionCode::parse(typed.region.trim()).filter(|code| {
        let known = regions.iter().any(|region| region.code == *code && region.parent.is_some());
        known && caller.scope.covers(code.as_str())
    });
    let region = complaints.take("region", region.ok_or("请选择县区或乡镇街道"));
    let order = order_and_form(&mut complaints, typed);
    let (Some(region), Some((order, form))) = (region, order) else {
        return Err(complaints.into());
    };
    order_of(house, caller.into(), PostersOf::Region(region.as_str().to_owned()), order, form).await
}

/// The regions that the caller may choose from, in order of their codes, and the county around a
/// township.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn regions_of(house: &House, caller: &Reviewer) -> Answer<Vec<Region>> {
    let mut regions = regions::all(house).await?;
    let around = caller.scope.region().map(RegionCode::county);
    regions.retain(|region| {
        caller.scope.covers(region.code.as_str()) || around == Some(region.code.as_str())
    });
    Ok(regions)
}

/// Whether the caller may choose a county as a whole.
#[must_use]
pub fn has_whole_counties(caller: &Reviewer) -> bool {
    !matches!(caller.scope, Scope::Township(_))
}

const NONE_OPEN: &str = "没有在用的场所码：检查点审核通过后才有海报";

fn order_and_form(complaints: &mut Complaints, typed: &Ordering) -> Option<(Order, JobForm)> {
    let size = complaints.take("size", Size::from_code(&typed.size).ok_or("请选择海报尺寸"));
    let form = complaints.take("form", JobForm::from_code(&typed.form).ok_or("请选择文件形式"));
    let print = if typed.bleed { Print::WithBleed } else { Print::Trimmed };
    Some((Order { size: size?, print }, form?))
}

async fn order_of(
    house: &House,
    caller: Caller<'_>,
    of: PostersOf,
    order: Order,
    form: JobForm,
) -> Answer<i64> {
    let total = house.registry.count_codes_to_print(&of).await?;
    if total == 0 {
        return Err(Failure::Conflict(NONE_OPEN));
    }
    if total > POSTERS_MAX {
        return Err(Failure::Conflict("超过 5 万张，请按乡镇街道分开生成"));
    }
    let subject = match &of {
        PostersOf::Organisation(id) => format!("单位 {id}"),
        PostersOf::Region(code) => format!("地区 {code}"),
    };
    let detail = format!("{}，{}，{total} 张", order.name(), form.code());
    let (at, actor) = (house.now(), caller.actor());
    let line = AuditLine { at, actor, deed: Deed::PostersOrdered, subject, detail };
    let new = NewPosterJob { account: caller.account(), of, poster: order.name(), form, total };
    match house.registry.insert_poster_job(&new, LIMITS, &line).await? {
        Ordered::Waits(id) => {
            house.poster_jobs.ordered.notify_one();
            Ok(id)
        }
        Ordered::UnderWay => {
            Err(Failure::Conflict("已有 3 个任务在排队或生成，请等其中一个完成，或先取消一个"))
        }
        Ordered::Kept => Err(Failure::Conflict("最多保留 10 个文件，请先删除不用的")),
        Ordered::QueueFull => Err(Failure::Conflict("排队的任务太多，请过一会儿再试")),
    }
}
