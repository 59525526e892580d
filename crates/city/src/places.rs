//! The doors: how many of each kind, and how the people choose among them.

use crate::{activity::Kind, dice, plan::CityPlan};

/// Of every ten doors, how many are gates of homes, workplaces and public ones.
const OF_TEN: [u32; 3] = [3, 3, 4];
/// In a city with fewer visits a person a day nobody goes behind public doors.
const PUBLIC_FROM_VISITS_PER_DAY: u32 = 3;
/// Where people live differs less than where they go.
const HOME_BUSIEST_SHARE: f64 = 0.2;
/// Workplaces have this many times as large a share of large ones as public doors.
const WORK_BUSIEST_SHARE_TIMES: f64 = 20.0;
/// So many that the least popular door has a ticket of its own.
const TICKETS_PER_DOOR: usize = 16;

/// All doors, by kind.
#[derive(Debug)]
pub(crate) struct Places {
    lotteries: [Lottery; 3],
}

impl Places {
    pub(crate) fn new(plan: &CityPlan) -> Self {
        let [homes, works, public] = counts(plan);
        // Whoever registers a door is given the next number, whatever the door is.
        let numbers = shuffled(plan.checkpoints, plan.seed);
        let (home_numbers, rest) = numbers.split_at(homes as usize);
        let (work_numbers, public_numbers) = rest.split_at(works as usize);
        debug_assert_eq!(public_numbers.len(), public as usize, "every door is of one kind");
        let work_share = (plan.busiest_share * WORK_BUSIEST_SHARE_TIMES).min(1.0);
        Self {
            lotteries: [
                Lottery::new(home_numbers, HOME_BUSIEST_SHARE),
                Lottery::new(work_numbers, work_share),
                Lottery::new(public_numbers, plan.busiest_share),
            ],
        }
    }

    /// A door of this kind; the popular ones come up more often. The same bits are the same door.
    pub(crate) fn draw(&self, kind: Kind, bits: u64) -> u32 {
        self.lotteries[kind as usize].draw(bits)
    }
}

/// How many doors of each kind; together all of them.
fn counts(plan: &CityPlan) -> [u32; 3] {
    let mut of_ten = OF_TEN;
    if plan.visits_per_day < PUBLIC_FROM_VISITS_PER_DAY {
        of_ten[Kind::Public as usize] = 0;
    }
    let all: u32 = of_ten.iter().sum();
    let share = |part: u32| u64::from(plan.checkpoints) * u64::from(part) / u64::from(all);
    // A share of the checkpoints is below their number.
    let homes = (share(of_ten[0]) as u32).max(1);
    let public = if of_ten[2] == 0 { 0 } else { (share(of_ten[2]) as u32).max(1) };
    [homes, plan.checkpoints - homes - public, public]
}

/// The numbers from 1 up to `count` in no order.
fn shuffled(count: u32, seed: u64) -> Vec<u32> {
    let mut numbers: Vec<u32> = (1..=count).collect();
    for last in (1..count).rev() {
        let bits = (dice::roll(seed, u64::from(last), 0) >> 32) as u32;
        numbers.swap(last as usize, dice::below(bits, last + 1) as usize);
    }
    numbers
}

/// Doors on tickets, the popular ones on many.
#[derive(Debug)]
struct Lottery {
    tickets: Vec<u32>,
    /// Its length is a power of two; so many bits name a ticket.
    bits: u32,
}

impl Lottery {
    fn new(doors: &[u32], busiest_share: f64) -> Self {
        let count = (doors.len() * TICKETS_PER_DOOR).next_power_of_two();
        if doors.is_empty() {
            return Self { tickets: Vec::new(), bits: 0 };
        }
        let tickets = (0..count).map(|ticket| {
            let place = place((ticket as f64 + 0.5) / count as f64, busiest_share);
            // Rounds down, into the doors.
            doors[((place * doors.len() as f64) as usize).min(doors.len() - 1)]
        });
        Self { tickets: tickets.collect(), bits: count.trailing_zeros() }
    }

    fn draw(&self, bits: u64) -> u32 {
        // The upper bits; at most as many as a ticket's place in memory has.
        let ticket = bits.checked_shr(64 - self.bits).unwrap_or(0) as usize;
        self.tickets.get(ticket).copied().unwrap_or(1)
    }
}

/// Where, from the most popular door at 0 to the least at 1, the one lies behind which this share
/// of all entries has happened: density even up to `busiest_share` and as 1/rank beyond.
fn place(share: f64, busiest_share: f64) -> f64 {
    let whole = 1.0 - busiest_share.ln();
    let reached = share * whole;
    if reached <= 1.0 { reached * busiest_share } else { busiest_share * (reached - 1.0).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_door_has_one_number_and_one_kind() {
        for checkpoints in [3, 4, 7, 100, 1_001] {
            for visits_per_day in 1..=8 {
                let plan = CityPlan { checkpoints, visits_per_day, ..CityPlan::default() };
                let counts = counts(&plan);
                assert_eq!(counts.iter().sum::<u32>(), checkpoints);
                assert!(counts[0] > 0 && counts[1] > 0);
                assert_eq!(counts[2] > 0, visits_per_day >= 3);
                let mut numbers = shuffled(checkpoints, 7);
                assert_ne!(numbers, shuffled(checkpoints, 8), "another seed, another order");
                numbers.sort_unstable();
                assert!(numbers.iter().copied().eq(1..=checkpoints));
            }
        }
    }

    #[test]
    fn doors_are_as_popular_as_their_rank_says() {
        let doors: Vec<u32> = (0..10_000).collect();
        let lottery = Lottery::new(&doors, 0.001);
        let below = |rank| lottery.tickets.iter().filter(|door| **door < rank).count() as f64;
        let all = lottery.tickets.len() as f64;
        // 1 + ln(1/0.001) = 7.908: the ten busiest have one part of it, ten times as many 1 + ln 10.
        assert!((below(10) / all - 1.0 / 7.908).abs() < 0.001);
        assert!((below(100) / all - (1.0 + 10_f64.ln()) / 7.908).abs() < 0.001);
        let drawn: std::collections::HashSet<_> = lottery.tickets.iter().collect();
        assert_eq!(drawn.len(), doors.len(), "nobody is left out");
    }

    #[test]
    fn doors_that_are_all_alike_have_as_many_tickets() {
        let lottery = Lottery::new(&[1, 2, 3, 4], 1.0);
        assert!((1..=4).all(|door| lottery.tickets.iter().filter(|d| **d == door).count() == 16));
    }
}
