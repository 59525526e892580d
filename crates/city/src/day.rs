//! The visits in the order of time: a minute's worth at once, each at its own ms.

use visitlog::Visit;

use crate::{
    City,
    activity::ACTIVITIES,
    dice::{below, once_in, roll},
    residents::Round,
};

pub(crate) const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: u64 = 60_000;
const MINUTES: u32 = 24 * 60;
/// One visit in so many is scanned where there is no network and uploaded hours later.
const OFFLINE_ONE_IN: u32 = 100;
/// An upload comes from one hour after the entry up to eight.
const UPLOAD_AFTER_MS: (u32, u32) = (3_600_000, 8 * 3_600_000);

/// All visits from a day on. Rising entry times; never ends early, never repeats an identity.
#[derive(Debug)]
pub struct Visits<'a> {
    city: &'a City,
    /// Day of the plan and minute of that day whose visits come next.
    day: u32,
    minute: u32,
    rounds: Vec<Round>,
    gathered: Vec<Visit>,
    next: usize,
}

impl<'a> Visits<'a> {
    pub(crate) fn new(city: &'a City, day: u32) -> Self {
        Self { city, day, minute: 0, rounds: Vec::new(), gathered: Vec::new(), next: 0 }
    }

    fn day_start_ms(&self) -> i64 {
        self.city.plan.first_day_ms + i64::from(self.day) * DAY_MS
    }

    fn begin_day(&mut self) {
        // Midnight in China is on the day before in UTC; noon is on the same day nearly everywhere.
        let day = (self.day_start_ms() + DAY_MS / 2).div_euclid(DAY_MS);
        let activities = 0..ACTIVITIES.len().min(self.city.plan.visits_per_day as usize);
        let rounds = activities.map(|index| self.city.residents.round(index, day));
        self.rounds = rounds.collect();
    }

    fn gather_minute(&mut self) {
        if self.minute == 0 || self.rounds.is_empty() {
            self.begin_day();
        }
        let City { places, residents, .. } = self.city;
        let turns = residents.out_of_doors();
        self.gathered.clear();
        self.next = 0;
        for round in &self.rounds {
            let from = round.activity.come_before(self.minute, turns);
            let to = round.activity.come_before(self.minute + 1, turns);
            self.gathered.extend((from..to).map(|turn| {
                let going = residents.turn(round, turn, places);
                Visit {
                    person: going.person,
                    checkpoint: going.checkpoint,
                    entered_ms: 0,
                    recorded_ms: upload_delay_ms(going.bits),
                    method: going.method,
                    // Each door has one who is on duty.
                    operator: if going.by_staff { going.checkpoint } else { 0 },
                    verdict: going.verdict,
                    status: going.status,
                    flags: 0,
                }
            }));
        }
        self.set_times();
        self.minute += 1;
        if self.minute == MINUTES {
            (self.day, self.minute) = (self.day + 1, 0);
        }
    }

    /// Puts the minute's visits into a random order and gives them times that rise with it.
    fn set_times(&mut self) {
        let count = self.gathered.len() as u64;
        let start_ms = self.day_start_ms() + i64::from(self.minute) * MINUTE_MS.cast_signed();
        let seed = roll(self.city.plan.seed, start_ms.cast_unsigned(), count);
        for place in 0..self.gathered.len() {
            let bits = roll(seed, place as u64, 0);
            // A minute of half of mankind has fewer than 2^32 visits.
            let others = self.gathered.len() as u32 - place as u32;
            self.gathered.swap(place, place + below(bits as u32, others) as usize);
            let within = ((place as u64) << 16 | bits >> 48) * MINUTE_MS / (count << 16);
            let visit = &mut self.gathered[place];
            visit.entered_ms = start_ms + within.cast_signed();
            visit.recorded_ms += visit.entered_ms;
        }
    }
}

fn upload_delay_ms(bits: u64) -> i64 {
    if !once_in((bits >> 32) as u32, OFFLINE_ONE_IN) {
        return 0;
    }
    let (least, most) = UPLOAD_AFTER_MS;
    i64::from(least + below(bits as u32, most - least))
}

impl Iterator for Visits<'_> {
    type Item = Visit;

    fn next(&mut self) -> Option<Visit> {
        loop {
            if let Some(visit) = self.gathered.get(self.next) {
                self.next += 1;
                return Some(*visit);
            }
            if self.day >= self.city.plan.days {
                return None;
            }
            self.gather_minute();
        }
    }
}
