//! Who may have how many connections: no caller holds more of them than are left for others.

use domain::networks::{Network, subscriber};
use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The connections that may be open.
pub(super) struct Seats {
    /// Most at the same time.
    max: usize,
    /// Many people stand behind each of these; they may hold all.
    proxies: Vec<Network>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    /// Only who holds one is in here, so it never has more lines than there are seats.
    by: HashMap<IpAddr, usize>,
}

/// Why a connection is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// All seats are taken.
    Full,
    /// This caller holds as many as are free.
    EnoughOfOne,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "as many are open as may be",
            Self::EnoughOfOne => "one address holds as many as are left for all others",
        })
    }
}

/// A connection's place, given back when it ends.
pub(super) struct Seat {
    seats: Arc<Seats>,
    of: Option<IpAddr>,
}

impl Seats {
    pub(super) fn new(max: usize, proxies: Vec<Network>) -> Arc<Self> {
        Arc::new(Self { max, proxies, taken: Mutex::default() })
    }

    /// A place for a caller. Alone, one may hold half of all; `n` of them the `n + 1`th part each, so
    /// that whoever comes next still finds as many. This machine and trusted proxies count in the
    /// whole alone.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Result<Seat, Refused> {
        let of = (!self.stands_for_many(peer)).then(|| subscriber(peer));
        let mut taken = self.taken();
        let free = self.max.saturating_sub(taken.all);
        if free == 0 {
            return Err(Refused::Full);
        }
        if let Some(of) = of {
            let held = taken.by.get(&of).copied().unwrap_or(0);
            if held >= free {
                return Err(Refused::EnoughOfOne);
            }
            taken.by.insert(of, held + 1);
        }
        taken.all += 1;
        Ok(Seat { seats: Arc::clone(self), of })
    }

    fn stands_for_many(&self, peer: IpAddr) -> bool {
        peer.to_canonical().is_loopback() || self.proxies.iter().any(|proxy| proxy.holds(peer))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.all -= 1;
        let Some(of) = self.of else { return };
        if let Some(held) = taken.by.get_mut(&of) {
            *held -= 1;
            if *held == 0 {
                taken.by.remove(&of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Takes as many as one gets.
    fn all_of(seats: &Arc<Seats>, peer: &str) -> Vec<Seat> {
        std::iter::from_fn(|| seats.take(ip(peer)).ok()).collect()
    }

    #[test]
    fn one_caller_gets_half_and_each_further_one_as_many_as_are_then_free() {
        let seats = Seats::new(1_000, Vec::new());
        let first = all_of(&seats, "203.0.113.1");
        assert_eq!(first.len(), 500);
        assert_eq!(seats.take(ip("203.0.113.1")).err(), Some(Refused::EnoughOfOne));
        let second = all_of(&seats, "203.0.113.2");
        assert_eq!(second.len(), 250);
        drop(first);
        assert_eq!(all_of(&seats, "203.0.113.3").len(), 375, "what was given back is there again");
    }

    #[test]
    fn whoever_comes_after_many_greedy_ones_still_finds_a_place() {
        let seats = Seats::new(1_000, Vec::new());
        // They press all the time, so each ends with the same share.
        let mut greedy = Vec::new();
        for _ in 0..1_000 {
            for n in 1..=50 {
                greedy.extend(seats.take(ip(&format!("203.0.113.{n}"))));
            }
        }
        let held: Vec<usize> = seats.taken().by.values().copied().collect();
        assert!(held.len() == 50 && held.iter().all(|held| (18..=21).contains(held)), "{held:?}");
        assert!(all_of(&seats, "198.51.100.1").len() >= 9);
    }

    #[test]
    fn this_machine_and_trusted_proxies_may_hold_all() {
        let seats = Seats::new(10, vec![Network::parse("10.0.0.0/8").unwrap()]);
        for many in ["127.0.0.1", "::1", "10.1.2.3", "::ffff:10.1.2.3"] {
            let held = all_of(&seats, many);
            assert_eq!(held.len(), 10, "{many}");
            assert_eq!(seats.take(ip(many)).err(), Some(Refused::Full));
        }
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_caller() {
        let seats = Seats::new(10, Vec::new());
        let _held = all_of(&seats, "2001:db8::1");
        assert_eq!(seats.take(ip("2001:db8::2")).err(), Some(Refused::EnoughOfOne));
        assert!(seats.take(ip("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let seats = Seats::new(10_000, Vec::new());
        for n in 0..100_000_u32 {
            let _gone = seats.take(IpAddr::from(n.to_be_bytes()));
        }
        let taken = seats.taken();
        assert_eq!((taken.all, taken.by.len()), (0, 0));
    }
}
