//! Who was seen is noted before their visits go: a day once, when it is a week old.

use crate::{Answer, Failure, House};
use domain::{
    people::PersonNumber,
    time::{DAY_MS, UnixMs},
};

/// How many days old a day is when it is noted: what comes late has come by then, and weeks are left for
/// a registry that is away.
const AGE_DAYS: i64 = 7;

/// People who are handed over at once: two megabytes.
const NOTED_AT_ONCE: usize = 131_072;

/// A civil day as a number: days since 1970, UTC+8.
pub(super) fn day_number(at: UnixMs) -> i64 {
    let first = UnixMs(0).day_start();
    at.day_start().since(first) / DAY_MS
}

/// The first moment of a day.
pub(super) fn day_start(number: i64) -> UnixMs {
    UnixMs(0).day_start().plus(number.saturating_mul(DAY_MS))
}

/// As it is kept: two bytes reach to 2149.
pub(super) fn short(number: i64) -> u16 {
    u16::try_from(number.clamp(0, i64::from(registry::ERASED) - 1)).unwrap_or(0)
}

/// Notes the days that are old enough and have not been noted; how many. Told to stop, it ends after a
/// day. Harmless when there is nothing to do, or when it was interrupted.
///
/// # Errors
/// `Broken` when a store cannot be read or written; the days before stay noted.
pub async fn note_days(house: &House, go_on: impl Fn() -> bool) -> Answer<u64> {
    let registry = &house.registry;
    let today = day_number(house.now());
    let (visit_days, inactive) = (house.settings.visit_days, house.settings.kept.inactive);
    let began = registry.keeping_began(today).await?;
    let last = today - AGE_DAYS.min(i64::from(visit_days));
    let next = registry.noted_until().await?.unwrap_or(began - 1) + 1;
    let kept_from = day_number(domain::retention::kept_from(house.now(), visit_days));
    if next < kept_from {
        // Visits may have gone that nobody noted: whoever made them counts as seen until then.
        registry.set_keeping_began(kept_from).await?;
    }
    let mut count = 0;
    // Further back nobody is kept for a visit.
    for day in next.max(last - i64::from(inactive))..=last {
        if !go_on() {
            break;
        }
        let (from, to) = (day_start(day).0, day_start(day + 1).0);
        let seen = house.visits.persons_between(from, to).await.map_err(Failure::broken)?;
        let mark = short(day);
        let mut some = seen.some_from(0, NOTED_AT_ONCE);
        while let Some(last) = some.last().copied() {
            registry.note_seen(some.into_iter().map(|who| (PersonNumber(who), mark))).await?;
            let next = last.checked_add(1);
            some = next.map(|next| seen.some_from(next, NOTED_AT_ONCE)).unwrap_or_default();
        }
        registry.set_noted_until(day).await?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_number_from_its_first_moment_to_its_last() {
        // 2026-11-22 00:00 in China.
        let midnight = UnixMs(1_795_276_800_000);
        let number = day_number(midnight);
        assert_eq!(day_start(number), midnight);
        assert_eq!(day_number(midnight.plus(DAY_MS - 1)), number);
        assert_eq!(day_number(midnight.plus(-1)), number - 1);
        assert_eq!((short(-1), short(number), short(i64::MAX)), (0, 20_779, u16::MAX - 1));
    }
}
