//! The demo city's last two weeks: households that live together, workplaces, shops, a weekly
//! rhythm. The same every time but for the day it ends on.

use super::people::PEOPLE;
use actions::{House, checkins::stored::Marks};
use domain::{
    checkins::Method,
    checkpoints::CheckpointNumber,
    entry_policy::{Decision, FIRST_POLICY},
    health_status::Colour,
    presence::Presence,
    time::{DAY_MS, MINUTE_MS, UnixMs},
};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use visits::{BATCH_VISITS_MAX, Visit};

const DAYS: i64 = 14;
/// People of one household come home through the same door.
const HOUSEHOLD: u64 = 3;

/// Writes two weeks of visits up to now.
pub(crate) async fn load(house: &House) -> anyhow::Result<()> {
    let doors = house.registry.open_checkpoints().await?;
    let now = house.now();
    let mut dice = StdRng::seed_from_u64(341_200);
    let mut waiting = Vec::with_capacity(BATCH_VISITS_MAX);
    for day in (0..DAYS).rev() {
        let midnight = now.day_start().plus(-day * DAY_MS);
        for person in 1..=PEOPLE {
            for (door, minute) in plan(person, day, &doors, &mut dice) {
                let entered = midnight.plus(minute * MINUTE_MS + dice.random_range(0..MINUTE_MS));
                if entered < now {
                    waiting.push(visit(person, door, entered, &mut dice));
                }
                if waiting.len() == BATCH_VISITS_MAX {
                    house.visits.append_all(std::mem::take(&mut waiting)).await?;
                }
            }
        }
    }
    house.visits.append_all(waiting).await?;
    Ok(())
}

/// Where a person goes on a day, and at which minute of it.
fn plan(
    person: u64,
    day: i64,
    doors: &[CheckpointNumber],
    dice: &mut impl Rng,
) -> Vec<(CheckpointNumber, i64)> {
    let door = |n: u64| doors[usize::try_from(n % doors.len() as u64).unwrap_or(0)];
    let (home, work) = (person / HOUSEHOLD * 17, person * 31 % 23);
    let mut stops = Vec::new();
    if day % 7 < 5 && dice.random_bool(0.8) {
        stops.push((door(work), dice.random_range(440..560)));
    }
    // A few places draw most people: the market, the shop, the station.
    for _ in 0..dice.random_range(0..4) {
        let popular = dice.random_range(0.0_f64..1.0).powi(3) * doors.len() as f64;
        stops.push((door(popular as u64), dice.random_range(480..1_260)));
    }
    stops.push((door(home), dice.random_range(1_020..1_330)));
    stops
}

/// A visit as the gate would have recorded it for somebody who passed.
fn visit(person: u64, door: CheckpointNumber, entered: UnixMs, dice: &mut impl Rng) -> Visit {
    let methods =
        [Method::Wechat, Method::Wechat, Method::Alipay, Method::UnionPay, Method::Browser];
    let Marks { flags, verdict, status } = passed();
    Visit {
        person,
        checkpoint: door.0,
        entered_ms: entered.0,
        recorded_ms: entered.0,
        method: methods[dice.random_range(0..methods.len())].number(),
        operator: 0,
        verdict,
        status,
        flags,
    }
}

/// What the gate notes of a green code under the first policy.
fn passed() -> Marks {
    let presence = Presence::default();
    Marks::of(Decision::Pass, Colour::Green, None, presence, FIRST_POLICY.version)
        .unwrap_or(Marks { flags: 0, verdict: 0, status: 0 })
}
