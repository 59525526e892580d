//! What people do in a day: from when to when, at which hour most of them, behind which doors.

/// What a door leads into. Every door is of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The gate of where people live.
    Home,
    /// Where they work or learn.
    Work,
    /// Stations, shops, restaurants, hospitals.
    Public,
}

/// One entry that most people make on most days. Two of the same kind of door never overlap in
/// time, so that nobody can be behind one door twice in the same ms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activity {
    pub(crate) kind: Kind,
    /// First minute of the day, the busiest one, and the one after the last.
    pub(crate) minutes: (u32, u32, u32),
}

/// A city with three visits a person a day has the first three, and so on.
pub(crate) const ACTIVITIES: [Activity; 8] = [
    activity(Kind::Work, (7 * 60, 8 * 60 + 10, 10 * 60 + 30)),
    activity(Kind::Home, (15 * 60, 18 * 60 + 20, 23 * 60)),
    activity(Kind::Public, (17 * 60, 18 * 60 + 40, 21 * 60 + 30)),
    activity(Kind::Public, (6 * 60, 7 * 60 + 30, 10 * 60)),
    activity(Kind::Public, (11 * 60, 12 * 60 + 5, 13 * 60 + 30)),
    activity(Kind::Work, (12 * 60 + 30, 13 * 60 + 20, 15 * 60)),
    activity(Kind::Public, (14 * 60, 15 * 60 + 20, 17 * 60)),
    activity(Kind::Home, (10 * 60 + 30, 11 * 60 + 50, 12 * 60 + 30)),
];

const fn activity(kind: Kind, minutes: (u32, u32, u32)) -> Activity {
    Activity { kind, minutes }
}

impl Activity {
    /// How many of `count` have come before this minute of the day: a triangle's area.
    pub(crate) fn come_before(&self, minute: u32, count: u64) -> u64 {
        let (first, busiest, end) = self.minutes;
        let [first, busiest, end, now] =
            [first, busiest, end, minute.clamp(first, end)].map(u64::from);
        let (rising, falling, all) = (busiest - first, end - busiest, end - first);
        if now <= busiest {
            count * (now - first) * (now - first) / (rising * all)
        } else {
            count - count * (end - now) * (end - now) / (falling * all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_comes_between_the_first_minute_and_the_last() {
        for activity in ACTIVITIES {
            let (first, busiest, end) = activity.minutes;
            assert!(first < busiest && busiest < end && end <= 24 * 60);
            assert_eq!(activity.come_before(first, 1_001), 0);
            assert_eq!(activity.come_before(end, 1_001), 1_001);
            let by_minute = (0..=1_440).map(|minute| activity.come_before(minute, 1_001));
            assert!(by_minute.is_sorted());
        }
    }

    #[test]
    fn activities_behind_the_same_kind_of_door_do_not_overlap() {
        for (index, one) in ACTIVITIES.iter().enumerate() {
            for other in &ACTIVITIES[index + 1..] {
                // At weekends many enter a relative's gate in the hours of work.
                let public = Kind::Public;
                let kinds_meet = (one.kind == public) == (other.kind == public);
                let apart = one.minutes.2 <= other.minutes.0 || other.minutes.2 <= one.minutes.0;
                assert!(!kinds_meet || apart, "{one:?} {other:?}");
            }
        }
    }
}
