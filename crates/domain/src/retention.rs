//! How long visits are kept: whole civil days, so that a day is deleted at once.

use crate::time::{DAY_MS, UnixMs};

/// When a visit is deleted: the first moment of the civil day that many days after its own, so
/// that it is never older than that many days.
#[must_use]
pub fn deleted_on(entered: UnixMs, kept_days: u32) -> UnixMs {
    entered.day_start().plus(i64::from(kept_days) * DAY_MS)
}

/// The first moment from which visits are kept at `now`.
#[must_use]
pub fn kept_from(now: UnixMs, kept_days: u32) -> UnixMs {
    now.day_start().plus((1 - i64::from(kept_days)) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-22 10:00 in China.
    const MORNING: UnixMs = UnixMs(1_795_312_800_000);

    #[test]
    fn a_visit_of_the_22nd_kept_for_28_days_is_deleted_on_the_20th_at_midnight() {
        let deleted = deleted_on(MORNING, 28);
        assert_eq!(deleted.date_time_text(), "2026-12-20 00:00:00");
        assert_eq!(kept_from(deleted, 28).date_time_text(), "2026-11-23 00:00:00");
        assert_eq!(kept_from(deleted.plus(-1), 28).date_time_text(), "2026-11-22 00:00:00");
    }

    proptest! {
        #[test]
        fn what_is_kept_is_exactly_what_is_not_deleted_yet_and_never_older_than_promised(
            ago_ms in 0..60 * DAY_MS,
            now in 0..4_000_000_000_000_i64,
            kept_days in 1..60_u32,
        ) {
            let (now, entered) = (UnixMs(now), UnixMs(now - ago_ms));
            let kept = entered >= kept_from(now, kept_days);
            prop_assert_eq!(kept, now < deleted_on(entered, kept_days));
            prop_assert!(!kept || now.since(entered) < i64::from(kept_days) * DAY_MS);
        }
    }
}
