//! Finds the people who gave no sign of life for long, and erases those whom nothing holds back.

use super::{
    lives::{Judged, last_visits, lives},
    note_days::{day_number, short},
};
use crate::{Answer, House, people::nobody};
use domain::{
    people::PersonNumber,
    retention::{Hold, Stay},
    time::{HOUR_MS, UnixMs},
};
use registry::{ERASED, SEEN_BLOCK, SeenDays};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

/// Blocks of days that are read at once: a megabyte and a half.
const BLOCKS_AT_ONCE: u64 = 64;
/// People who are judged at once.
const JUDGED_AT_ONCE: usize = 200;
/// People who are erased in one transaction: nobody else writes meanwhile, for some hundredths of a second.
const ERASED_AT_ONCE: usize = 50;
/// An entry that was under way when its person was judged is found by asking a little further back.
const LATE_MS: i64 = HOUR_MS;
/// Between two such transactions others have their turn.
const PAUSE: Duration = Duration::from_millis(10);

/// What was found of people.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many are over, and were erased when there is a run.
    pub(super) over: u64,
    /// How many are held back, by what.
    pub(super) held: BTreeMap<Hold, u64>,
}

/// Goes through everybody. With a run, whoever is over is erased for it; without one nothing is written.
/// Told to stop, it ends within some seconds, and says what it has found until then.
pub(super) async fn sweep(
    house: &House,
    run: Option<i64>,
    go_on: &impl Fn() -> bool,
) -> Answer<Found> {
    let today = day_number(house.now());
    let cutoff = today - i64::from(house.settings.kept.inactive);
    let mut sweep = Sweep { house, run, cutoff, found: Found::default() };
    if house.registry.keeping_began(today).await? > cutoff {
        // Everybody counts as active on that day.
        return Ok(sweep.found);
    }
    let last = house.registry.last_person().await?;
    for first in (0..=last.0 / SEEN_BLOCK).step_by(BLOCKS_AT_ONCE as usize) {
        let blocks = first..=(first + BLOCKS_AT_ONCE - 1).min(last.0 / SEEN_BLOCK);
        let noted = house.registry.seen_days(*blocks.start(), *blocks.end()).await?;
        let mut noted: HashMap<u64, SeenDays> = noted.into_iter().collect();
        for block in blocks {
            if !go_on() {
                return Ok(sweep.found);
            }
            let days = noted.remove(&block).unwrap_or_default();
            sweep.block(block, &days, last, go_on).await?;
        }
    }
    Ok(sweep.found)
}

struct Sweep<'a> {
    house: &'a House,
    run: Option<i64>,
    /// Whoever was last active on this day, or before it, may be over.
    cutoff: i64,
    found: Found,
}

impl Sweep<'_> {
    async fn block(
        &mut self,
        block: u64,
        days: &SeenDays,
        last: PersonNumber,
        go_on: &impl Fn() -> bool,
    ) -> Answer<()> {
        let first = block * SEEN_BLOCK;
        let cutoff = short(self.cutoff);
        let unseen = (first..)
            .zip(days.iter())
            .filter(|(number, day)| *day <= cutoff && (1..=last.0).contains(number));
        let unseen: HashSet<u64> = unseen.map(|(number, _)| number).collect();
        let (Some(from), Some(to)) = (unseen.iter().min(), unseen.iter().max()) else {
            return Ok(());
        };
        let deeds =
            self.house.registry.deeds_between(PersonNumber(*from), PersonNumber(*to)).await?;
        let (mut known, mut left) = (Vec::new(), Vec::new());
        for (person, deed) in deeds.into_iter().filter(|(person, _)| unseen.contains(&person.0)) {
            match deed {
                None => known.push((person, ERASED)),
                Some(deed) if day_number(deed) > self.cutoff => {
                    known.push((person, short(day_number(deed))));
                }
                Some(_) => left.push(person),
            }
        }
        self.note(known).await?;
        for some in left.chunks(JUDGED_AT_ONCE) {
            if !go_on() {
                return Ok(());
            }
            self.judge(some).await?;
        }
        Ok(())
    }

    /// Notes what need not be looked at again for long.
    async fn note(&self, known: Vec<(PersonNumber, u16)>) -> Answer<()> {
        if self.run.is_some() && !known.is_empty() {
            self.house.registry.note_seen(known).await?;
        }
        Ok(())
    }

    async fn judge(&mut self, people: &[PersonNumber]) -> Answer<()> {
        let (house, now) = (self.house, self.house.now());
        let (mut known, mut over) = (Vec::new(), Vec::new());
        for judged in lives(house, people).await? {
            match judged.life.stays(now, house.settings.kept.inactive) {
                Stay::Until(_) => {
                    known.push((judged.resting.person, short(day_number(judged.life.last_active))));
                }
                Stay::Held(hold) => *self.found.held.entry(hold).or_default() += 1,
                Stay::Over => over.push(judged),
            }
        }
        self.note(known).await?;
        let Some(run) = self.run else {
            self.found.over += over.len() as u64;
            return Ok(());
        };
        for some in over.chunks(ERASED_AT_ONCE) {
            self.found.over += self.erase(run, some, now).await?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Erases those who have not entered since they were judged.
    async fn erase(&self, run: i64, over: &[Judged], judged_at: UnixMs) -> Answer<u64> {
        let house = self.house;
        let people: Vec<PersonNumber> = over.iter().map(|judged| judged.resting.person).collect();
        let came: HashSet<PersonNumber> = last_visits(house, &people, judged_at.plus(-LATE_MS))
            .await?
            .into_iter()
            .map(|(who, _)| who)
            .collect();
        let mut judged = Vec::with_capacity(over.len());
        for one in over.iter().filter(|one| !came.contains(&one.resting.person)) {
            judged.push((one.resting.clone(), nobody(house)?));
        }
        let erased = house.registry.erase_resting(run, &judged, house.now()).await?;
        // Their sessions end within this process now, and within the others as every change does.
        house.catch_up().await?;
        Ok(erased)
    }
}
