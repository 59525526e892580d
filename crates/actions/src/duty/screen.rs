//! What a duty screen shows when it opens.

use super::{
    announce::{Announcement, Shown},
    day,
    proof_words::proof_word,
};
use crate::{
    Answer, Failure, House,
    accounts::principals::DutyDevice,
    alerts::raised,
    checkins::{gate::Recorded, receipt, record::shown},
    people::masked_name,
};
use domain::{
    checkins::RESULT_FRESH_MS,
    time::{HOUR_MS, UnixMs},
};
use registry::Alert;
use std::sync::Arc;
use tokio::sync::broadcast;

/// The whole screen.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// The proof word of this hour.
    pub proof_word: String,
    /// The word of the hour before, during the first ten minutes of an hour: whoever entered just
    /// before the hour still shows it.
    pub proof_word_before: Option<String>,
    /// The last entries of today, newest first, at most 20.
    pub recent: Vec<Arc<Shown>>,
    /// Entries today.
    pub entries: u64,
    /// How many left today, at a way out.
    pub exits: Option<u64>,
    /// Heads counted today.
    pub heads: u64,
    /// Abnormal entries today.
    pub abnormal: u64,
    /// Alerts without a disposition, oldest first.
    pub open_alerts: Vec<OpenAlert>,
    /// The time on the server, so that the screen's clock is right.
    pub now: UnixMs,
}

/// An alert that waits for staff.
#[derive(Clone, Debug)]
pub struct OpenAlert {
    /// Number.
    pub id: i64,
    /// The entry that raised it.
    pub shown: Arc<Shown>,
}

/// The screen of a device's door.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn open(house: &House, caller: &DutyDevice) -> Answer<Screen> {
    let now = house.now();
    let checkpoint = house.registry.checkpoint(caller.checkpoint).await?;
    let record = checkpoint.ok_or(Failure::NotFound)?.record;
    let day = now.day_start();
    if let Err(error) = raised::open_all(house).await {
        tracing::error!(%error, "a screen is shown without alerts that could not be opened");
    }
    let today = day::today(house, caller.checkpoint, now).await?;
    let alerts = house.registry.alerts_at(caller.checkpoint, day, ALERTS_MAX).await?;
    let mut recent = Vec::with_capacity(today.recent.len());
    for recorded in today.recent {
        let recorded = house.followed.over(recorded);
        let name = masked_name(house, recorded.person)?;
        recent.push(Arc::new(shown(&name, &recorded, None, open_alert(&alerts, &recorded))));
    }
    let settings = house.registry.door_settings(caller.checkpoint).await?;
    let heads = house.registry.heads(caller.checkpoint, &now.date_text()).await?;
    Ok(Screen {
        name: record.name,
        door: record.door,
        proof_word: proof_word(house, caller.checkpoint, now),
        proof_word_before: (now.0.rem_euclid(HOUR_MS) < WORD_OVERLAP_MS)
            .then(|| proof_word(house, caller.checkpoint, now.plus(-HOUR_MS))),
        recent,
        entries: today.entries,
        exits: settings.is_exit.then_some(today.exits),
        heads: u64::try_from(heads).unwrap_or(0),
        abnormal: alerts.iter().filter(|alert| alert.new.entered >= day).count() as u64,
        open_alerts: open_alerts(house, &alerts).await?,
        now,
    })
}

/// How long the word of the hour before is still shown, in milliseconds.
const WORD_OVERLAP_MS: i64 = RESULT_FRESH_MS;

/// Alerts looked at; a door with more has other worries.
const ALERTS_MAX: i64 = 500;

fn open_alert(alerts: &[Alert], recorded: &Recorded) -> Option<i64> {
    let same = |alert: &&Alert| {
        !alert.closed
            && alert.new.person == recorded.person
            && alert.new.entered == recorded.entered
    };
    alerts.iter().find(same).map(|alert| alert.id)
}

async fn open_alerts(house: &House, alerts: &[Alert]) -> Answer<Vec<OpenAlert>> {
    let mut open = Vec::new();
    for alert in alerts.iter().filter(|alert| !alert.closed) {
        let new = alert.new;
        let recorded = match receipt::stored(house, new.person, new.checkpoint, new.entered).await {
            Ok(recorded) => recorded,
            // Its visit is past its days and deleted: there is nothing left to deal with.
            Err(Failure::NotFound) => continue,
            Err(other) => return Err(other),
        };
        let recorded = house.followed.over(recorded);
        let name = masked_name(house, recorded.person)?;
        let shown = shown(&name, &recorded, None, Some(alert.id));
        open.push(OpenAlert { id: alert.id, shown: Arc::new(shown) });
    }
    Ok(open)
}

/// Listens to a device's door.
pub fn listen(house: &House, caller: &DutyDevice) -> broadcast::Receiver<Announcement> {
    house.announcer.subscribe(caller.checkpoint)
}

/// Counts one head; how many today.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn count_head(house: &House, caller: &DutyDevice) -> Answer<u64> {
    let heads = house.registry.count_head(caller.checkpoint, &house.now().date_text()).await?;
    house.announcer.tell(caller.checkpoint, Announcement::Head);
    Ok(u64::try_from(heads).unwrap_or(0))
}
