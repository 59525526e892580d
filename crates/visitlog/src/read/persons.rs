//! Who has any visit at all in a stretch of time: for whoever notes that somebody was seen.

use std::collections::BTreeMap;

use super::Snapshot;
use crate::{
    errors::ReadError,
    format::page::{Order, ROWS_MAX},
    segment::{PageReader, Segment},
};

/// Numbers of one block of [`Persons`].
const BLOCK: u64 = 4_096;
const WORDS: usize = BLOCK as usize / 64;

/// A set of persons, a bit for each. Numbers that lie close together take little: 8 million in a row
/// take a megabyte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Persons {
    blocks: BTreeMap<u64, Box<[u64; WORDS]>>,
}

impl Persons {
    /// Adds one.
    pub fn insert(&mut self, person: u64) {
        let block = self.blocks.entry(person / BLOCK).or_insert_with(|| Box::new([0; WORDS]));
        let at = (person % BLOCK) as usize;
        block[at / 64] |= 1 << (at % 64);
    }

    /// Everybody, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.blocks.iter().flat_map(|(block, words)| numbers(*block, words))
    }

    /// The first of those from this number on, at most `most` of them, in order.
    #[must_use]
    pub fn some_from(&self, first: u64, most: usize) -> Vec<u64> {
        let blocks = self.blocks.range(first / BLOCK..);
        let all = blocks.flat_map(|(block, words)| numbers(*block, words));
        all.filter(|person| *person >= first).take(most).collect()
    }

    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.values().flat_map(|words| words.iter()).map(|w| w.count_ones() as usize).sum()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

/// The numbers whose bits are set.
fn numbers(block: u64, words: &[u64; WORDS]) -> impl Iterator<Item = u64> + '_ {
    let there = (0..BLOCK).filter(move |at| words[*at as usize / 64] >> (at % 64) & 1 == 1);
    there.map(move |at| block * BLOCK + at)
}

impl Snapshot {
    /// Everybody with a visit of `from_ms <= entered_ms < to_ms`. Reads the half of the store that is
    /// in the order of persons, a page at a time.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn persons_between(&self, from_ms: i64, to_ms: i64) -> Result<Persons, ReadError> {
        let from_ms = self.kept_from(from_ms);
        let mut persons = Persons::default();
        if from_ms >= to_ms {
            return Ok(persons);
        }
        let mut buffer = Vec::new();
        for segment in self.reaching(from_ms, to_ms)? {
            buffer = gather(segment, (from_ms, to_ms), buffer, &mut persons)?;
        }
        if self.case.is_some() {
            return Ok(persons);
        }
        for (table, len) in self.view.tables() {
            let table = table.read();
            let reaches =
                table.reach().is_some_and(|(first, last)| first < to_ms && from_ms <= last);
            if reaches {
                let wanted = table.visits().take(len);
                wanted
                    .filter(|visit| (from_ms..to_ms).contains(&visit.entered_ms))
                    .for_each(|visit| persons.insert(visit.person));
            }
        }
        Ok(persons)
    }
}

fn gather(
    segment: &Segment,
    (from_ms, to_ms): (i64, i64),
    buffer: Vec<u8>,
    persons: &mut Persons,
) -> Result<Vec<u8>, ReadError> {
    let Some((from, to)) = segment.clip(from_ms, to_ms) else { return Ok(buffer) };
    let pages = segment.index(Order::Person).pages();
    let mut reader = PageReader::new(segment, Order::Person, buffer);
    let mut keys = Box::new(([0; ROWS_MAX], [0; ROWS_MAX]));
    let mut last = None;
    for number in 0..pages {
        let page = reader.page(number, pages)?;
        let (majors, times) = &mut *keys;
        page.keys(majors, times);
        for (person, time) in majors.iter().zip(times.iter()).take(page.rows()) {
            // Somebody's visits stand together.
            if (from..to).contains(time) && last != Some(*person) {
                last = Some(*person);
                persons.insert(*person);
            }
        }
    }
    Ok(reader.into_buffer())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_set_of_persons_is_a_set_in_order(
            numbers in proptest::collection::vec(prop_oneof![0..20_000_u64, any::<u64>()], 0..200),
        ) {
            let mut persons = Persons::default();
            numbers.iter().for_each(|number| persons.insert(*number));
            let wanted: BTreeSet<u64> = numbers.into_iter().collect();
            prop_assert_eq!(persons.len(), wanted.len());
            prop_assert_eq!(persons.is_empty(), wanted.is_empty());
            for first in wanted.iter().copied().chain([0, 4_095, u64::MAX]) {
                let some: Vec<u64> = wanted.range(first..).take(3).copied().collect();
                prop_assert_eq!(persons.some_from(first, 3), some);
            }
            prop_assert!(persons.iter().eq(wanted));
        }
    }
}
