//! Stays: from an entry to the scan at a way out, where a place has one. Otherwise how long somebody
//! stayed is not known.

use crate::{
    checkpoints::CheckpointNumber,
    time::{DAY_MS, UnixMs},
};
use std::collections::HashSet;

/// The longest stay that is believed: whoever forgot to scan on the way out did not stay for a week.
pub const STAY_MS_MAX: i64 = DAY_MS;

/// Which way out belongs to which door: pairs of both.
#[derive(Clone, Debug, Default)]
pub struct WaysOut(HashSet<(CheckpointNumber, CheckpointNumber)>);

impl WaysOut {
    /// Of pairs of a door and a way out of the same place.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (CheckpointNumber, CheckpointNumber)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// The ways out of the place that a door leads into.
    pub fn of(&self, door: CheckpointNumber) -> impl Iterator<Item = CheckpointNumber> {
        self.0.iter().filter(move |(from, _)| *from == door).map(|(_, out)| *out)
    }

    fn leads_out(&self, door: CheckpointNumber, out: CheckpointNumber) -> bool {
        self.0.contains(&(door, out))
    }
}

/// A scan of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// When.
    pub at: UnixMs,
    /// Whether it was on the way out.
    pub leaves: bool,
}

/// What is known of a scan's stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// An entry; when they left is not known.
    Open,
    /// An entry, and when they left.
    Until(UnixMs),
    /// The scan on the way out that ended one stay or several.
    Ends,
    /// A scan on the way out without an entry: they were there.
    Alone,
}

/// What is known of the stay of each scan of one person, in the order of time. A scan on the way out
/// ends all entries into the same place since the last scan anywhere else.
#[must_use]
pub fn stays(scans: &[Scan], ways_out: &WaysOut) -> Vec<Stay> {
    let mut stays = Vec::with_capacity(scans.len());
    for (at, scan) in scans.iter().enumerate() {
        if !scan.leaves {
            stays.push(Stay::Open);
            continue;
        }
        let inside = scans[..at].iter().rev().take_while(|entry| {
            !entry.leaves
                && ways_out.leads_out(entry.checkpoint, scan.checkpoint)
                && scan.at.since(entry.at) <= STAY_MS_MAX
        });
        let count = inside.count();
        for stay in &mut stays[at - count..] {
            *stay = Stay::Until(scan.at);
        }
        stays.push(if count == 0 { Stay::Alone } else { Stay::Ends });
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_329_127_000;

    fn scan(checkpoint: u32, minutes: i64, leaves: bool) -> Scan {
        Scan {
            checkpoint: CheckpointNumber(checkpoint),
            at: UnixMs(NOW + minutes * 60_000),
            leaves,
        }
    }

    /// Doors 1 and 2 lead into one place, with the way out 9.
    fn mall() -> WaysOut {
        WaysOut::new([(1, 9), (2, 9)].map(|(a, b)| (CheckpointNumber(a), CheckpointNumber(b))))
    }

    #[test]
    fn a_way_out_ends_the_entries_into_its_place_since_anything_else() {
        let left = |minutes: i64| Stay::Until(UnixMs(NOW + minutes * 60_000));
        let scans = [
            scan(1, 0, false),
            scan(7, 10, false),
            scan(2, 20, false),
            scan(1, 25, false),
            scan(9, 60, true),
            scan(9, 61, true),
            scan(7, 70, false),
        ];
        let known =
            [Stay::Open, Stay::Open, left(60), left(60), Stay::Ends, Stay::Alone, Stay::Open];
        assert_eq!(stays(&scans, &mall()), known);
        let late = [scan(1, 0, false), scan(9, 24 * 60 + 1, true)];
        assert_eq!(stays(&late, &mall()), [Stay::Open, Stay::Alone]);
    }

    proptest! {
        #[test]
        fn a_stay_ends_after_it_began_at_a_way_out_of_its_own_place(
            picks in proptest::collection::vec((0_usize..4, 0_i64..500), 0..30),
        ) {
            let doors = [(1, false), (2, false), (7, false), (9, true)];
            let mut minutes = 0;
            let scans: Vec<Scan> = picks.iter().map(|(door, more)| {
                minutes += more;
                scan(doors[*door].0, minutes, doors[*door].1)
            }).collect();
            let known = stays(&scans, &mall());
            prop_assert_eq!(known.len(), scans.len());
            for (at, (scan, stay)) in scans.iter().zip(&known).enumerate() {
                prop_assert_eq!(scan.leaves, matches!(stay, Stay::Ends | Stay::Alone));
                if let Stay::Until(left) = stay {
                    prop_assert!(scan.checkpoint.0 != 7 && (0..=STAY_MS_MAX).contains(&left.since(scan.at)));
                    let out = scans[at..].iter().position(|one| one.leaves).unwrap();
                    prop_assert_eq!(scans[at + out].at, *left);
                    prop_assert!(scans[at..at + out].iter().all(|one| one.checkpoint.0 != 7));
                }
            }
        }
    }
}
