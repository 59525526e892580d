//! The verdict that follows: an entry recorded with its status unknown is judged when the answer
//! comes, and the page and the door are told.

use super::{
    gate::Recorded,
    record::{raise, shown},
};
use crate::{
    House,
    aging::Aging,
    duty::announce::{Announcement, Shown},
    health_status::{self, ASK_WAIT, Known, Look, QUESTION_AGE_MS_MAX, Question},
};
use domain::{
    checkins::RESULT_FRESH_MS,
    checkpoints::CheckpointNumber,
    entry_policy::{Cause, Decision, EntryPolicy, Site, Verdict, judge},
    health_status::Colour,
    people::PersonNumber,
    time::UnixMs,
};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::{sync::Semaphore, task::JoinSet};

/// Questions being asked at the same time: 2,500 answers a second of a source that takes 200 ms.
const ASKING_MAX: usize = 512;
/// Verdicts remembered of ten minutes; beyond it the older ones are forgotten early, and their pages
/// show what was recorded.
const VERDICTS_MAX: usize = 1_000_000;

/// Which entry.
type Entry = (PersonNumber, CheckpointNumber, UnixMs);

/// Verdicts that followed, for as long as a result counts as fresh. The visit itself stays as it was
/// recorded.
pub struct Followed(Mutex<Aging<Entry, Verdict>>);

impl Default for Followed {
    fn default() -> Self {
        Self(Mutex::new(Aging::new(RESULT_FRESH_MS, VERDICTS_MAX)))
    }
}

impl Followed {
    /// What is to be shown of an entry: the verdict that followed, where one did.
    pub(crate) fn over(&self, recorded: Recorded) -> Recorded {
        if recorded.colour != Colour::Unknown {
            return recorded;
        }
        let entry = (recorded.person, recorded.checkpoint, recorded.entered);
        match self.0.lock().get(&entry) {
            Some(verdict) => recorded.judged(verdict),
            None => recorded,
        }
    }
}

/// Asks the waiting questions until the house closes; the second caller finds nothing to do.
pub async fn run(house: Arc<House>) {
    let Some(mut questions) = house.questions.take() else { return };
    let room = Arc::new(Semaphore::new(ASKING_MAX));
    let mut asking = JoinSet::new();
    while let Some(question) = questions.recv().await {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        while asking.try_join_next().is_some() {}
        let house = Arc::clone(&house);
        asking.spawn(async move {
            let waited = Waited(&house, question.person);
            settle(&house, question).await;
            drop(waited);
            drop(place);
        });
    }
}

/// Lets the page stop waiting, whatever comes of the question.
struct Waited<'a>(&'a House, PersonNumber);

impl Drop for Waited<'_> {
    fn drop(&mut self) {
        self.0.questions.done(self.1);
    }
}

async fn settle(house: &House, question: Question) {
    let asked = house.now();
    if asked.since(question.asked) > QUESTION_AGE_MS_MAX {
        return;
    }
    if !health_status::known(house, question.person, Look::Entry, asked).settled {
        let answer = health_status::ask(house, question.person, asked);
        let status = match tokio::time::timeout(ASK_WAIT, answer).await {
            Ok(Ok(status)) => status,
            Ok(Err(error)) => {
                tracing::error!(%error, "an outside source could not be asked");
                None
            }
            Err(_) => None,
        };
        house.questions.told(question.person, status, house.now());
    }
    if let Some(entry) = question.entry {
        // Also what was answered earlier, when nothing newer is to be had.
        let known = health_status::known(house, question.person, Look::Entry, house.now());
        tell(house, question.person, entry, &known).await;
    }
}

/// The policy at a door; of one that was closed meanwhile, what holds in the whole city.
fn policy_at(house: &House, checkpoint: CheckpointNumber, now: UnixMs) -> EntryPolicy {
    let code = house.mirror.code_of(checkpoint);
    let nowhere = Site { checkpoint, county: "", township: "", category: "" };
    house.mirror.policy(&code.as_ref().map_or(nowhere, |code| code.door.site()), now)
}

/// Judges the entry by what was answered, and tells the door.
async fn tell(house: &House, person: PersonNumber, entry: Recorded, known: &Known) {
    let now = house.now();
    let Recorded { checkpoint, entered, .. } = entry;
    let born = house.mirror.birth_month(person);
    let verdict = judge(&policy_at(house, checkpoint, now), &known.status, born, now)
        .with_presence(entry.presence);
    let says_nothing = verdict.colour() == Colour::Unknown && verdict.decision() != Decision::Stop;
    if says_nothing && verdict.cause() != Some(Cause::Stale) {
        return;
    }
    house.followed.0.lock().insert((person, checkpoint, entered), verdict, now);
    let recorded = entry.judged(&verdict);
    house.metrics.followed();
    if let Ok(masked_name) = crate::people::masked_name(house, person) {
        let shown = shown(&masked_name, &recorded, Some(known), None);
        let shown = Arc::new(Shown { test_free: verdict.is_test_free(), ..shown });
        house.announcer.tell(checkpoint, Announcement::Verdict(shown));
    }
    raise(house, &recorded, None);
}
