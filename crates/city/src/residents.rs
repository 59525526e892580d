//! The people: who goes when, and what is fixed about each, computed instead of remembered.

use domain::{checkins::Method, entry_policy::Decision, health_status::Colour};

use crate::{
    activity::{ACTIVITIES, Activity, Kind},
    dice::{below, mix, once_in, roll},
    places::Places,
    plan::CityPlan,
};

/// Persons of a household; they come home together.
const HOUSEHOLD: u64 = 3;
/// One in so many goes somewhere else than to a favourite place.
const SOMEWHERE_ELSE_ONE_IN: u32 = 5;
/// Favourite places of a person for each activity.
const FAVOURITES: u32 = 4;
/// Of ten who work, so many visit a relative at weekends instead.
const VISIT_RELATIVES_OF_TEN: u32 = 7;
/// One person in so many is not green on a day.
const NOT_GREEN_ONE_IN: u32 = 100;
/// Of a hundred persons so many have no phone and are always helped by the staff.
const WITHOUT_PHONE_OF_HUNDRED: u32 = 4;
/// One of the others in so many has left theirs at home or its battery is empty.
const PHONE_EMPTY_ONE_IN: u32 = 100;

// What a roll is about; the activity is added to the last.
const ABOUT_HOME: u64 = 1;
const ABOUT_WORK: u64 = 2;
const ABOUT_RELATIVES: u64 = 3;
const ABOUT_PHONE: u64 = 4;
const ABOUT_HEALTH: u64 = 0x100;
const ABOUT_ROUND: u64 = 0x1_0000;
const ABOUT_FAVOURITES: u64 = 0x100_0000;

/// All people of a city.
///
/// There are as many households in an upper half as in a lower, and each person of the one has a
/// counterpart in the other: on a day when one stays in, the other goes twice, so that the number
/// of visits is known beforehand.
#[derive(Debug)]
pub(crate) struct Residents {
    households: u64,
    seed: u64,
}

/// One activity on one day: everybody's turn, in an order of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub(crate) activity: Activity,
    index: u64,
    seed: u64,
    health_seed: u64,
    weekend: bool,
    step: u64,
    start: u64,
}

/// One who goes: who and where, how it is scanned and how it is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Going {
    pub(crate) person: u64,
    pub(crate) checkpoint: u32,
    pub(crate) method: u8,
    pub(crate) by_staff: bool,
    pub(crate) verdict: u8,
    pub(crate) status: u8,
    /// Unused random bits.
    pub(crate) bits: u64,
}

impl Residents {
    pub(crate) fn new(plan: &CityPlan) -> Self {
        Self { households: plan.persons / (2 * HOUSEHOLD), seed: plan.seed }
    }

    /// How many turns there are in every round, which is also how many people go out at all.
    pub(crate) fn out_of_doors(&self) -> u64 {
        self.half() * 2
    }

    fn half(&self) -> u64 {
        self.households * HOUSEHOLD
    }

    /// The round of an activity on a day that is so many days since 1970.
    pub(crate) fn round(&self, index: usize, day: i64) -> Round {
        let seed = roll(self.seed, ABOUT_ROUND + index as u64, day.cast_unsigned());
        // A step without a common divisor reaches every household once.
        let mut step = seed % self.households;
        while gcd(step, self.households) != 1 {
            step += 1;
        }
        Round {
            activity: ACTIVITIES[index],
            index: index as u64,
            seed,
            health_seed: roll(self.seed, ABOUT_HEALTH, day.cast_unsigned()),
            // The first day of 1970 was a Thursday.
            weekend: (day + 3).rem_euclid(7) >= 5,
            step,
            start: mix(seed) % self.households,
        }
    }

    /// Whose turn it is, from 0 below [`Residents::out_of_doors`], and where they go.
    pub(crate) fn turn(&self, round: &Round, turn: u64, places: &Places) -> Going {
        let second_half = turn >= self.half();
        let of_half = if second_half { turn - self.half() } else { turn };
        let household = (of_half / HOUSEHOLD * round.step + round.start) % self.households;
        let lower = household * HOUSEHOLD + of_half % HOUSEHOLD;
        let upper = match roll(round.seed, 0, lower) >> 61 {
            0..3 => second_half,
            3..6 => !second_half,
            both => both == 7,
        };
        let index = if upper { lower + self.half() } else { lower };
        let bits = roll(round.seed, 1 + u64::from(second_half), index);
        let (verdict, status) = health(roll(round.health_seed, 0, index));
        let (method, by_staff) = self.scanned(index, bits);
        let checkpoint = self.door(round, index, mix(bits), places);
        Going { person: index + 1, checkpoint, method, by_staff, verdict, status, bits: mix(!bits) }
    }

    fn door(&self, round: &Round, index: u64, bits: u64, places: &Places) -> u32 {
        let (first, second) = halves(bits);
        match round.activity.kind {
            Kind::Home => places.draw(Kind::Home, roll(self.seed, ABOUT_HOME, index / HOUSEHOLD)),
            Kind::Work if round.weekend && below(first, 10) < VISIT_RELATIVES_OF_TEN => {
                places.draw(Kind::Home, roll(self.seed, ABOUT_RELATIVES, index))
            }
            Kind::Work => places.draw(Kind::Work, roll(self.seed, ABOUT_WORK, index)),
            Kind::Public if once_in(first, SOMEWHERE_ELSE_ONE_IN) => {
                places.draw(Kind::Public, mix(bits))
            }
            Kind::Public => {
                let favourite = u64::from(below(second, FAVOURITES));
                let about = ABOUT_FAVOURITES + round.index * u64::from(FAVOURITES) + favourite;
                places.draw(Kind::Public, roll(self.seed, about, index))
            }
        }
    }

    /// The method's number, and whether it was staff who scanned.
    fn scanned(&self, index: u64, bits: u64) -> (u8, bool) {
        let (first, second) = halves(roll(self.seed, ABOUT_PHONE, index));
        let without_phone = below(first, 100) < WITHOUT_PHONE_OF_HUNDRED;
        if without_phone || once_in(halves(bits).0, PHONE_EMPTY_ONE_IN) {
            return (Method::StaffIdNumber.number(), true);
        }
        let method = match below(second, 100) {
            0..80 => Method::Wechat,
            80..92 => Method::Alipay,
            92..97 => Method::Wanshitong,
            97..99 => Method::UnionPay,
            _ => Method::Browser,
        };
        (method.number(), false)
    }
}

/// Verdict and status, by their numbers.
fn health(bits: u64) -> (u8, u8) {
    let (first, second) = halves(bits);
    let (decision, colour) = match below(second, 10) {
        _ if !once_in(first, NOT_GREEN_ONE_IN) => (Decision::Pass, Colour::Green),
        0..6 => (Decision::Recheck, Colour::Yellow),
        6..9 => (Decision::Recheck, Colour::Gray),
        _ => (Decision::Stop, Colour::Red),
    };
    (decision.number(), colour.number())
}

fn halves(bits: u64) -> (u32, u32) {
    ((bits >> 32) as u32, bits as u32)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
