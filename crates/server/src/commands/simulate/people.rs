//! Everybody who lives in the simulated city: invented as the demo's people are, sealed on all
//! processors side by side, written in the order of their numbers.

use super::progress::Progress;
use crate::commands::demo;
use actions::House;
use domain::{health_status::HealthStatus, people::PersonNumber};
use registry::{BulkInsert, NewPerson};
use std::{collections::VecDeque, ops::RangeInclusive, sync::Arc};
use tokio::task::{JoinHandle, spawn_blocking};

/// People sealed and handed over at once.
const AT_ONCE: u64 = 2_000;
/// Such portions under way or waiting to be written.
const PORTIONS_AHEAD: usize = 4;
/// The session epoch of everybody.
pub(super) const EPOCH: i64 = 0;

/// Some people in a row, sealed, with what the register says of each.
struct Portion {
    people: Vec<NewPerson>,
    statuses: Vec<(PersonNumber, HealthStatus)>,
}

/// Registers people 1 to `people` with a health status each.
pub(super) async fn load(
    house: &Arc<House>,
    people: u64,
    bulk: &mut BulkInsert,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    progress.begin("people");
    let mut portions = portions(people);
    let mut ahead: VecDeque<JoinHandle<anyhow::Result<Portion>>> = VecDeque::new();
    let mut done = 0;
    loop {
        while ahead.len() < PORTIONS_AHEAD
            && let Some(numbers) = portions.next()
        {
            let house = Arc::clone(house);
            ahead.push_back(spawn_blocking(move || seal(&house, numbers)));
        }
        let Some(next) = ahead.pop_front() else { break };
        let portion = next.await??;
        let given = bulk.people(&portion.people).await?;
        anyhow::ensure!(given.start == done + 1, "somebody is there already");
        bulk.health_statuses(&portion.statuses).await?;
        done = given.end - 1;
        progress.step(done, people)?;
    }
    progress.end("registered", done)?;
    Ok(())
}

/// The numbers 1 to `people` in portions.
fn portions(people: u64) -> impl Iterator<Item = RangeInclusive<u64>> {
    (0..people.div_ceil(AT_ONCE)).map(move |n| n * AT_ONCE + 1..=((n + 1) * AT_ONCE).min(people))
}

fn seal(house: &House, numbers: RangeInclusive<u64>) -> anyhow::Result<Portion> {
    let now = house.now();
    let status = |n| {
        // Who has no colour of their own has what the outside source would say.
        let status = demo::people::coloured(n, now);
        let status = status.or_else(|| house.health.at_hand(PersonNumber(n), now));
        Some((PersonNumber(n), status?))
    };
    // Tokens for load runs are issued by number alone.
    let people = numbers.clone().map(|n| {
        demo::people::person(house, n).map(|new| NewPerson { session_epoch: EPOCH, ..new })
    });
    Ok(Portion {
        people: people.collect::<anyhow::Result<_>>()?,
        statuses: numbers.filter_map(status).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_everybody_once_and_in_order() {
        for people in [60, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE + 7] {
            assert!(portions(people).flatten().eq(1..=people), "{people}");
            assert!(portions(people).all(|numbers| numbers.count() as u64 <= AT_ONCE));
        }
    }
}
