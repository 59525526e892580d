//! What a duty screen shows when it opens.

use super::announce::{Announcement, Shown};
use crate::{
    Answer, Failure, House,
    accounts::principals::DutyDevice,
    checkins::{gate::Recorded, receipt, record::shown},
    people::masked_name,
};
use domain::{
    checkins::RESULT_FRESH_MS,
    checkpoints::CheckpointNumber,
    duty::{self, RECENT_MAX},
    entry_policy::raises_alert,
    time::{HOUR_MS, UnixMs},
};
use registry::{Alert, NewAlert};
use std::sync::Arc;
use tokio::sync::broadcast;
use vault::Purpose;
use visits::{Visit, Window};

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
    let window = Window { checkpoint: caller.checkpoint.0, from_ms: day.0, to_ms: now.plus(1).0 };
    let visits = house.visits.visits_at(window).await.map_err(Failure::broken)?;
    let mut alerts = house.registry.alerts_at(caller.checkpoint, day, ALERTS_MAX).await?;
    if open_missing(house, &visits, &alerts).await? {
        alerts = house.registry.alerts_at(caller.checkpoint, day, ALERTS_MAX).await?;
    }
    let mut recent = Vec::new();
    for visit in visits.iter().rev().take(RECENT_MAX) {
        let recorded = Recorded::from(visit);
        let name = masked_name(house, recorded.person)?;
        recent.push(Arc::new(shown(&name, &recorded, None, open_alert(&alerts, &recorded))));
    }
    let heads = house.registry.heads(caller.checkpoint, &now.date_text()).await?;
    Ok(Screen {
        name: record.name,
        door: record.door,
        proof_word: proof_word(house, caller.checkpoint, now),
        proof_word_before: (now.0.rem_euclid(HOUR_MS) < WORD_OVERLAP_MS)
            .then(|| proof_word(house, caller.checkpoint, now.plus(-HOUR_MS))),
        recent,
        entries: visits.len() as u64,
        heads: u64::try_from(heads).unwrap_or(0),
        abnormal: alerts.iter().filter(|alert| alert.new.entered >= day).count() as u64,
        open_alerts: open_alerts(house, &alerts).await?,
        now,
    })
}

/// How long the word of the hour before is still shown, in milliseconds.
const WORD_OVERLAP_MS: i64 = RESULT_FRESH_MS;

/// Opens alerts that an abnormal entry of the day should have and has not, as after a crash between
/// the entry and its alert; whether there were any.
async fn open_missing(house: &House, visits: &[Visit], alerts: &[Alert]) -> Answer<bool> {
    let mut any = false;
    for recorded in visits.iter().map(Recorded::from) {
        if !raises_alert(recorded.decision, recorded.colour) {
            continue;
        }
        let new = NewAlert {
            checkpoint: recorded.checkpoint,
            person: recorded.person,
            entered: recorded.entered,
        };
        if !alerts.iter().any(|alert| alert.new == new) {
            house.registry.open_alert(&new, house.now()).await?;
            any = true;
        }
    }
    Ok(any)
}

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
        let name = masked_name(house, recorded.person)?;
        let shown = shown(&name, &recorded, None, Some(alert.id));
        open.push(OpenAlert { id: alert.id, shown: Arc::new(shown) });
    }
    Ok(open)
}

/// The word a door shows in the hour of `at`.
pub(crate) fn proof_word(house: &House, checkpoint: CheckpointNumber, at: UnixMs) -> String {
    let mut message = checkpoint.0.to_be_bytes().to_vec();
    message.extend_from_slice(&at.hour_number().to_be_bytes());
    let mac = house.vault.mac(Purpose::ProofWord, &message);
    duty::proof_word([mac[0], mac[1]])
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
