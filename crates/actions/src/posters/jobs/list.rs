//! The caller's jobs: how far each is, and ending one.

use super::Caller;
use crate::{Answer, Failure, House, posters::Order, regions};
use domain::{
    posters::{JOB_HOURS, JobForm, JobState},
    regions::Region,
    time::{HOUR_MS, UnixMs},
};
use registry::{PosterJob, PostersOf};

/// Jobs that are listed.
const LISTED_MAX: i64 = 50;

/// A job as its owner sees it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Number.
    pub id: i64,
    /// Name of the region; none for the own unit.
    pub region_name: Option<String>,
    /// Which poster; none for one that the program knows no more.
    pub order: Option<Order>,
    /// What it makes.
    pub form: JobForm,
    /// Where it stands.
    pub state: JobState,
    /// Posters that are done, those that could not be drawn among them.
    pub done: usize,
    /// Posters in all.
    pub total: usize,
    /// Jobs that come before it, while it waits.
    pub ahead: i64,
    /// Posters that could not be drawn.
    pub not_drawn: i64,
    /// The first of these: door, name and why.
    pub named: Vec<String>,
    /// What the file is called.
    pub file_name: String,
    /// Its length.
    pub bytes: i64,
    /// When it was ordered.
    pub made: UnixMs,
    /// Until when the file is there.
    pub kept_until: Option<UnixMs>,
}

/// Until when the file of a job that ended then is there.
pub(super) fn kept_until(ended: UnixMs) -> UnixMs {
    ended.plus(JOB_HOURS * HOUR_MS)
}

/// The caller's jobs, newest first.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn list<'a>(house: &House, caller: impl Into<Caller<'a>>) -> Answer<Vec<Job>> {
    let caller = caller.into();
    let regions = regions::all(house).await?;
    let now = house.now();
    let mut jobs = Vec::new();
    for row in house.registry.poster_jobs_of(caller.account(), LISTED_MAX).await? {
        let over = row.ended.is_some_and(|ended| kept_until(ended) <= now);
        if over || !caller.may_print(house, &row.new.of).await? {
            continue;
        }
        let region_name = region_name(&row, &regions);
        jobs.push(job(house, row, region_name));
    }
    Ok(jobs)
}

/// One of the caller's jobs.
///
/// # Errors
/// `NotFound` for somebody else's, and after its time.
pub async fn one<'a>(house: &House, caller: impl Into<Caller<'a>>, id: i64) -> Answer<Job> {
    let row = caller.into().own(house, id).await?;
    if row.ended.is_some_and(|ended| kept_until(ended) <= house.now()) {
        return Err(Failure::NotFound);
    }
    let regions = regions::all(house).await?;
    let region_name = region_name(&row, &regions);
    Ok(job(house, row, region_name))
}

/// The name of the region whose posters a job makes; none for those of a unit.
fn region_name(row: &PosterJob, regions: &[Region]) -> Option<String> {
    match &row.new.of {
        PostersOf::Region(code) => Some(regions::name_of(regions, code)),
        PostersOf::Organisation(_) => None,
    }
}

fn job(house: &House, row: PosterJob, region_name: Option<String>) -> Job {
    let whole = usize::try_from(row.new.total).unwrap_or(0);
    let seen = house.poster_jobs.progress(row.id).map(|progress| progress.seen());
    let (done, total) = match (row.state, seen) {
        (JobState::Done, _) => (whole, whole),
        // Before the codes are read nobody knows better than the order.
        (JobState::Drawing, Some((done, total))) if total > 0 => (done, total),
        _ => (0, whole),
    };
    Job {
        id: row.id,
        region_name,
        order: Order::from_name(&row.new.poster),
        form: row.new.form,
        state: row.state,
        done,
        total,
        ahead: row.ahead,
        not_drawn: row.drawn.not_drawn,
        named: row.drawn.not_drawn_list.lines().map(str::to_owned).collect(),
        file_name: row.drawn.file_name,
        bytes: row.drawn.bytes,
        made: row.made,
        kept_until: row.ended.map(kept_until),
    }
}

/// Ends a job that waits or is being drawn; forgets one that has ended, with its file.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` when it ended at this moment.
pub async fn cancel<'a>(house: &House, caller: impl Into<Caller<'a>>, id: i64) -> Answer<()> {
    let job = caller.into().own(house, id).await?;
    if job.state.has_ended() {
        if house.registry.delete_poster_job(id).await? {
            house.poster_jobs.exports.remove(id).await;
        }
        return Ok(());
    }
    if !house.registry.cancel_poster_job(id, house.now()).await? {
        return Err(Failure::Conflict("任务刚刚结束，请看最新状态"));
    }
    if let Some(progress) = house.poster_jobs.progress(id) {
        progress.stop();
    }
    Ok(())
}
