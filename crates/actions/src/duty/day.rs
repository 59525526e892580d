//! A door's day in memory: how many entered and who came last. Read from the store once, when a
//! screen first looks; afterwards each entry adds itself, and no look reads the day again.

use crate::{Answer, Failure, House, checkins::gate::Recorded};
use domain::{
    checkpoints::CheckpointNumber,
    duty::RECENT_MAX,
    people::PersonNumber,
    time::{MINUTE_MS, UnixMs},
};
use parking_lot::{Mutex, RwLock};
use registry::NewAlert;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};
use visits::{PAGE_VISITS_MAX, Window};

/// Doors remembered; far more than have screens. Beyond it all are read anew.
const DOORS_MAX: usize = 20_000;
/// An entry may be told to the door this much later than it stands in the store.
const LATE_MS_MAX: i64 = MINUTE_MS;

/// The days of doors whose screens were opened.
#[derive(Default)]
pub struct Days {
    doors: RwLock<HashMap<CheckpointNumber, Arc<DoorDay>>>,
}

#[derive(Default)]
struct DoorDay {
    day: Mutex<Day>,
    /// Held by whoever reads the store.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Day {
    /// Its first moment; none before the store was read.
    start: Option<UnixMs>,
    entries: u64,
    exits: u64,
    /// Newest first.
    recent: VecDeque<Recorded>,
    /// Entries told while the store is being read.
    meanwhile: Vec<Recorded>,
    /// Entries of the last minute before the store was read, should they be told afterwards.
    counted: HashSet<(UnixMs, PersonNumber)>,
}

/// What a screen shows of a day.
pub(crate) struct Today {
    pub(crate) entries: u64,
    /// Those who left.
    pub(crate) exits: u64,
    /// Newest first, at most 20.
    pub(crate) recent: Vec<Recorded>,
}

impl Days {
    /// Adds an entry after its commit. A door without a screen costs one look.
    pub(crate) fn add(&self, recorded: &Recorded) {
        let door = self.doors.read().get(&recorded.checkpoint).cloned();
        if let Some(door) = door {
            door.day.lock().add(recorded);
        }
    }

    fn door(&self, checkpoint: CheckpointNumber) -> Arc<DoorDay> {
        if let Some(door) = self.doors.read().get(&checkpoint) {
            return Arc::clone(door);
        }
        let mut doors = self.doors.write();
        if doors.len() >= DOORS_MAX {
            doors.clear();
        }
        Arc::clone(doors.entry(checkpoint).or_default())
    }
}

impl Day {
    fn add(&mut self, recorded: &Recorded) {
        let Some(start) = self.start else {
            self.meanwhile.push(*recorded);
            return;
        };
        let day = recorded.entered.day_start();
        if day > start {
            self.begin(day);
        }
        if day >= start && !self.counted.contains(&(recorded.entered, recorded.person)) {
            self.count(recorded);
        }
    }

    /// A new day has begun and nobody has entered yet.
    fn begin(&mut self, start: UnixMs) {
        *self = Self { start: Some(start), ..Self::default() };
    }

    fn count(&mut self, recorded: &Recorded) {
        if recorded.leaves() {
            self.exits += 1;
        } else {
            self.entries += 1;
        }
        self.recent.push_front(*recorded);
        self.recent.truncate(RECENT_MAX);
    }

    /// What is known of the day that began at `start`; `None` when the store must be read.
    fn today(&mut self, start: UnixMs) -> Option<Today> {
        let known = self.start.filter(|known| *known <= start)?;
        if known < start {
            self.begin(start);
        }
        Some(Today {
            entries: self.entries,
            exits: self.exits,
            recent: self.recent.iter().copied().collect(),
        })
    }
}

/// A door's day up to now; the first look after a start reads it from the store and opens the alerts
/// that a crash left out.
///
/// # Errors
/// `Broken` when the store or the registry cannot be read.
pub(crate) async fn today(
    house: &House,
    checkpoint: CheckpointNumber,
    now: UnixMs,
) -> Answer<Today> {
    let door = house.days.door(checkpoint);
    let start = now.day_start();
    let known = door.day.lock().today(start);
    if let Some(today) = known {
        return Ok(today);
    }
    let _reading = door.reading.lock().await;
    let known = door.day.lock().today(start);
    if let Some(today) = known {
        return Ok(today);
    }
    *door.day.lock() = Day::default();
    let (mut read, abnormal) = read(house, checkpoint, start, now).await?;
    for recorded in &abnormal {
        let Recorded { checkpoint, person, entered, .. } = *recorded;
        house.registry.open_alert(&NewAlert { checkpoint, person, entered }, now).await?;
    }
    let mut day = door.day.lock();
    let meanwhile = std::mem::take(&mut day.meanwhile);
    meanwhile.iter().for_each(|recorded| read.add(recorded));
    let today = read.today(start);
    *day = read;
    today.ok_or(Failure::NotFound)
}

/// The day out of the store, page by page, and its abnormal entries.
async fn read(
    house: &House,
    checkpoint: CheckpointNumber,
    start: UnixMs,
    now: UnixMs,
) -> Answer<(Day, Vec<Recorded>)> {
    let (mut day, mut abnormal) = (Day::default(), Vec::new());
    day.begin(start);
    // Entries made while this reads may carry a time a little later than `now`.
    let to = now.plus(LATE_MS_MAX);
    let window = Window { checkpoint: checkpoint.0, from_ms: start.0, to_ms: to.0 };
    let mut after = None;
    loop {
        let page = house.visits.visits_at_page(window, after, PAGE_VISITS_MAX).await;
        let page = page.map_err(Failure::broken)?;
        for recorded in page.visits.iter().map(Recorded::from) {
            day.count(&recorded);
            if now.since(recorded.entered) < LATE_MS_MAX {
                day.counted.insert((recorded.entered, recorded.person));
            }
            if recorded.raises_alert() {
                abnormal.push(recorded);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok((day, abnormal));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkins::stored::KeptVersion;
    use domain::{
        checkins::Method, entry_policy::Decision, health_status::Colour, presence::Presence,
        time::DAY_MS,
    };

    const START: UnixMs = UnixMs(1_795_276_800_000);

    fn entry(person: u64, ms: i64) -> Recorded {
        Recorded {
            person: PersonNumber(person),
            checkpoint: CheckpointNumber(1),
            entered: START.plus(ms),
            method: Method::Browser,
            decision: Decision::Pass,
            colour: Colour::Green,
            cause: None,
            presence: Presence::default(),
            policy: KeptVersion::Whole(1),
        }
    }

    #[test]
    fn a_day_counts_everybody_and_keeps_the_last_twenty() {
        let mut day = Day::default();
        day.begin(START);
        (0..50).for_each(|n| day.add(&entry(n, 1_000)));
        let today = day.today(START).unwrap();
        assert_eq!((today.entries, today.recent.len()), (50, RECENT_MAX));
        assert_eq!(today.recent[0].person, PersonNumber(49));
    }

    #[test]
    fn midnight_begins_a_new_day_with_or_without_an_entry() {
        let mut day = Day::default();
        day.begin(START);
        day.add(&entry(1, 0));
        day.add(&entry(2, DAY_MS));
        day.add(&entry(3, DAY_MS - 1));
        assert_eq!(day.today(START.plus(DAY_MS)).unwrap().entries, 1);
        assert_eq!(day.today(START.plus(2 * DAY_MS)).unwrap().entries, 0);
        assert!(day.today(START).is_none(), "a clock set back: the store knows");
    }

    #[test]
    fn an_entry_that_was_read_and_is_told_afterwards_counts_once() {
        let mut day = Day::default();
        day.begin(START);
        day.count(&entry(1, 5));
        day.counted.insert((START.plus(5), PersonNumber(1)));
        day.add(&entry(1, 5));
        day.add(&entry(2, 5));
        assert_eq!(day.today(START).unwrap().entries, 2);
    }

    #[test]
    fn before_the_store_was_read_nothing_is_known_and_nothing_is_lost() {
        let mut day = Day::default();
        day.add(&entry(1, 5));
        assert!(day.today(START).is_none());
        assert_eq!(day.meanwhile.len(), 1);
    }
}
