//! People in few bytes: 32 for what is asked of everybody, 8 for the mark of a token that was right, and
//! the masked name as it is sealed, or opened in the same place.
//!
//! Numbers are dense, so the number is the place: blocks of 4,096 that never move once they are
//! there, and their names one after the other.

use super::{
    KnownPerson,
    slot::{NOBODY, Slot, consent_byte},
};
use domain::{
    health_status::HealthStatus,
    people::{BirthMonth, PersonNumber},
};
use std::{
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// People of a block.
const BLOCK: usize = 4_096;
/// Highest number; a province has 61 million people.
const NUMBER_MAX: u64 = 100_000_000;
/// Bytes of sealed names that a fresh block has room for before it must grow.
const NAMES_BYTES: usize = BLOCK * 36;

/// Everybody.
#[derive(Default)]
pub(super) struct People {
    blocks: Vec<Option<Box<Block>>>,
    last: u64,
    wrong: Option<PersonNumber>,
    /// The highest number of an organisation that tests.
    organisation_last: u16,
}

struct Block {
    slots: Vec<Slot>,
    /// Marks of tokens that were right; 0 for none. What they say stays true whatever becomes of the person.
    proven: Vec<AtomicU64>,
    names: Vec<u8>,
}

/// What a person's tokens are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Tokens of another epoch have ended.
    pub(crate) epoch: i64,
    /// The mark of the last token that was right.
    pub(crate) proven: Option<NonZeroU64>,
}

/// A masked name as it lies in memory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MaskedName {
    /// As it is shown.
    Open(String),
    /// As the registry has it.
    Sealed(Vec<u8>),
}

/// Stands before an opened name and its length. Nothing sealed begins with it, and what the registry
/// has is kept so that it does not either.
const OPEN: u8 = 0;
/// Begins what the registry has in place of a sealed name, where that begins like an opened one.
const NOT_SEALED: u8 = u8::MAX;

/// The registry holds somebody who does not fit.
#[derive(Debug, thiserror::Error)]
#[error("person {0} has a number, a session epoch or a name beyond what fits into memory")]
pub(super) struct DoesNotFit(u64);

fn place(person: PersonNumber) -> Option<(usize, usize)> {
    let number = usize::try_from(person.0).ok().filter(|_| person.0 <= NUMBER_MAX)?;
    Some((number / BLOCK, number % BLOCK))
}

impl People {
    /// The last number up to which everybody was handed over.
    pub(super) fn last(&self) -> PersonNumber {
        PersonNumber(self.last)
    }

    /// Whether everybody handed over could be kept.
    pub(super) fn fits(&self) -> Result<(), DoesNotFit> {
        self.wrong.map_or(Ok(()), |person| Err(DoesNotFit(person.0)))
    }

    /// Takes in the next one in the order of numbers.
    pub(super) fn put_next(&mut self, known: &KnownPerson, born: Option<BirthMonth>) {
        self.put(known, born);
        self.last = self.last.max(known.number.0);
    }

    /// Takes somebody in, in place of what was known of them. Those before may not be there yet.
    pub(super) fn put(&mut self, known: &KnownPerson, born: Option<BirthMonth>) {
        self.put_with(known, known.status, born);
        self.note_organisation(known.status);
    }

    fn put_with(
        &mut self,
        known: &KnownPerson,
        status: Option<HealthStatus>,
        born: Option<BirthMonth>,
    ) {
        let fits = (|| {
            let (block, at) = place(known.number)?;
            let epoch = u32::try_from(known.session_epoch).ok()?;
            let name_bytes = u8::try_from(known.masked_sealed.len()).ok()?;
            let born = born.map_or(0, BirthMonth::number);
            let consent = consent_byte(known.consent_version);
            let slot = Slot { epoch, born, name_bytes, consent, ..Slot::of(status) };
            self.block(block).put(at, &known.masked_sealed, slot)
        })();
        if fits.is_none() {
            self.wrong = Some(known.number);
        }
    }

    /// Takes somebody in whose status comes, or came, by itself.
    pub(super) fn put_but_status(&mut self, known: &KnownPerson, born: Option<BirthMonth>) {
        let status = self.any_slot(known.number).and_then(Slot::status);
        self.put_with(known, status, born);
        self.last = self.last.max(known.number.0);
    }

    /// Takes a status in, also before the person it is of.
    pub(super) fn put_status(&mut self, person: PersonNumber, status: HealthStatus) {
        let Some((block, at)) = place(person) else {
            self.wrong = Some(person);
            return;
        };
        if let Some(slot) = self.block(block).slots.get_mut(at) {
            let Slot { epoch, name_at, name_bytes, born, consent, flags, .. } = *slot;
            let said = Slot::of(Some(status));
            let flags = said.flags.with_there(flags.there());
            *slot = Slot { epoch, name_at, name_bytes, born, consent, flags, ..said };
        }
        self.note_organisation(Some(status));
    }

    fn note_organisation(&mut self, status: Option<HealthStatus>) {
        let test = status.and_then(|status| status.nucleic_acid);
        let organisation = test.and_then(|test| test.organisation).map_or(0, |known| known.0);
        self.organisation_last = self.organisation_last.max(organisation);
    }

    /// The highest number of an organisation that tests.
    pub(super) fn organisation_last(&self) -> u16 {
        self.organisation_last
    }

    fn any_slot(&self, person: PersonNumber) -> Option<&Slot> {
        let (block, at) = place(person)?;
        self.blocks.get(block)?.as_deref()?.slots.get(at)
    }

    /// Gives back what blocks have too much.
    pub(super) fn shrink(&mut self) {
        for block in self.blocks.iter_mut().flatten() {
            block.names.shrink_to_fit();
        }
    }

    fn block(&mut self, block: usize) -> &mut Block {
        if self.blocks.len() <= block {
            self.blocks.resize_with(block + 1, || None);
        }
        self.blocks[block].get_or_insert_with(|| {
            let names = Vec::with_capacity(NAMES_BYTES);
            let proven = (0..BLOCK).map(|_| AtomicU64::new(0)).collect();
            Box::new(Block { slots: vec![NOBODY; BLOCK], proven, names })
        })
    }

    /// Forgets somebody.
    pub(super) fn remove(&mut self, person: PersonNumber) {
        let block = place(person).and_then(|(block, at)| Some((self.blocks.get_mut(block)?, at)));
        if let Some((Some(block), at)) = block {
            let gone = std::mem::replace(&mut block.slots[at], NOBODY);
            block.wipe(&gone);
        }
    }

    fn slot(&self, person: PersonNumber) -> Option<(&Block, &Slot)> {
        let (block, at) = place(person)?;
        let block = self.blocks.get(block)?.as_deref()?;
        block.slots.get(at).filter(|slot| slot.flags.there()).map(|slot| (block, slot))
    }

    /// Somebody who is there, and the mark of their last token that was right.
    fn with_mark(&self, person: PersonNumber) -> Option<(&Slot, &AtomicU64)> {
        let (block, slot) = self.slot(person)?;
        Some((slot, block.proven.get(place(person)?.1)?))
    }

    /// What a person's tokens are held against.
    pub(super) fn session(&self, person: PersonNumber) -> Option<Session> {
        let (slot, mark) = self.with_mark(person)?;
        let proven = NonZeroU64::new(mark.load(Relaxed));
        Some(Session { epoch: i64::from(slot.epoch), proven })
    }

    /// Keeps the mark of a token that was right.
    pub(super) fn proven(&self, person: PersonNumber, mark: NonZeroU64) {
        if let Some((_, kept)) = self.with_mark(person) {
            kept.store(mark.get(), Relaxed);
        }
    }

    /// The version of the privacy notice that a person agreed to.
    pub(super) fn consent(&self, person: PersonNumber) -> Option<i64> {
        self.slot(person).map(|(_, slot)| i64::from(slot.consent) - 1)
    }

    /// A person's masked name.
    pub(super) fn masked_name(&self, person: PersonNumber) -> Option<MaskedName> {
        let (block, slot) = self.slot(person)?;
        let kept = block.names.get(slot.name())?;
        let open = kept.split_first_chunk().filter(|([first, _], _)| *first == OPEN);
        Some(match open {
            Some(([_, bytes], rest)) => {
                let name = rest.get(..usize::from(*bytes))?.to_vec();
                MaskedName::Open(String::from_utf8(name).ok()?)
            }
            None => MaskedName::Sealed(kept.to_vec()),
        })
    }

    /// Puts a name in place of the sealed one that it was opened from, if that is still there.
    pub(super) fn opened(&mut self, person: PersonNumber, sealed: &[u8], name: &str) {
        let Some((slot, (block, _))) = self.any_slot(person).copied().zip(place(person)) else {
            return;
        };
        let block = self.blocks.get_mut(block).and_then(Option::as_deref_mut);
        let kept = block.and_then(|block| block.names.get_mut(slot.name()));
        let (Some(kept), Ok(bytes)) = (kept, u8::try_from(name.len())) else { return };
        if kept == sealed && name.len() + 2 <= kept.len() {
            let (head, rest) = kept.split_at_mut(2);
            head.copy_from_slice(&[OPEN, bytes]);
            rest[..name.len()].copy_from_slice(name.as_bytes());
            rest[name.len()..].fill(0);
        }
    }

    /// When a person was born.
    pub(super) fn born(&self, person: PersonNumber) -> Option<BirthMonth> {
        self.slot(person).and_then(|(_, slot)| BirthMonth::from_number(slot.born))
    }

    /// What the register says of a block of people, and when they were born; `None` beyond the last
    /// block.
    pub(super) fn statuses_of(
        &self,
        block: usize,
    ) -> Option<Vec<(HealthStatus, Option<BirthMonth>)>> {
        let slots = self.blocks.get(block)?.as_deref().map_or(&[][..], |block| &block.slots);
        let there = slots.iter().filter(|slot| slot.flags.there());
        let said = |slot: &Slot| Some((slot.status()?, BirthMonth::from_number(slot.born)));
        Some(there.filter_map(said).collect())
    }

    /// What the register of health status says.
    pub(super) fn status(&self, person: PersonNumber) -> Option<HealthStatus> {
        let (_, slot) = self.slot(person)?;
        slot.status()
    }
}

impl Block {
    /// Puts somebody at their place; where their name is, is found here.
    fn put(&mut self, at: usize, name: &[u8], slot: Slot) -> Option<()> {
        let there = self.slots.get_mut(at)?;
        let old = self.names.get_mut(there.name());
        let name_at = match old {
            Some(old) if there.flags.there() && old.len() == name.len() => {
                old.copy_from_slice(name);
                there.name_at
            }
            _ => {
                let (end, gone) = (u32::try_from(self.names.len()).ok()?, *there);
                self.names.extend_from_slice(name);
                self.wipe(&gone);
                end
            }
        };
        // Nobody who writes into the registry without the key makes a name.
        match self.names.get_mut(name_at as usize) {
            Some(first) if name.first() == Some(&OPEN) => *first = NOT_SEALED,
            _ => {}
        }
        let there = self.slots.get_mut(at)?;
        *there = Slot { name_at, flags: slot.flags.with_there(true), ..slot };
        Some(())
    }
}

impl Block {
    /// A name that nobody has any more may have been opened.
    fn wipe(&mut self, gone: &Slot) {
        if let Some(name) = self.names.get_mut(gone.name()) {
            name.fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        health_status::{Colour, Itinerary, NucleicAcid, Source, TestOrganisation},
        time::UnixMs,
    };

    fn known(number: u64, name: &[u8], status: Option<HealthStatus>) -> KnownPerson {
        let number = PersonNumber(number);
        KnownPerson {
            number,
            masked_sealed: name.to_vec(),
            born_sealed: None,
            session_epoch: 3,
            consent_version: 2,
            status,
        }
    }

    fn sealed(name: &[u8]) -> MaskedName {
        MaskedName::Sealed(name.to_vec())
    }

    fn epoch(people: &People, number: u64) -> Option<i64> {
        people.session(PersonNumber(number)).map(|known| known.epoch)
    }

    #[test]
    fn everything_comes_back_as_exactly_as_it_went_in() {
        let mut people = People::default();
        let mut number = 0;
        let mut wanted = Vec::new();
        for colour in Colour::ALL {
            for itinerary in [Itinerary::Clear, Itinerary::Risk, Itinerary::Unknown] {
                for negative in [None, Some(true), Some(false)] {
                    number += 1_000;
                    let sampled = UnixMs(1_795_329_127_001);
                    let status = HealthStatus {
                        colour,
                        confirmed: UnixMs(1_795_329_127_999),
                        nucleic_acid: negative.map(|negative| NucleicAcid {
                            sampled,
                            negative,
                            organisation: negative.then_some(TestOrganisation(65_535)),
                        }),
                        itinerary,
                        doses: negative.map(|negative| if negative { 0 } else { 9 }),
                        source: Source::Register,
                    };
                    let born = BirthMonth::from_number(number as u16 % 4_000);
                    let one = known(number, format!("{number}").as_bytes(), Some(status));
                    people.put(&one, born);
                    wanted.push((number, status, born));
                }
            }
        }
        for (number, status, born) in wanted {
            let person = PersonNumber(number);
            assert_eq!(people.status(person), Some(status));
            assert_eq!(people.masked_name(person), Some(sealed(format!("{number}").as_bytes())));
            assert_eq!((epoch(&people, number), people.born(person)), (Some(3), born));
        }
        assert!(people.fits().is_ok());
    }

    #[test]
    fn a_status_may_come_before_its_person_or_after() {
        let status = HealthStatus {
            colour: Colour::Red,
            source: Source::Register,
            ..HealthStatus::unknown(UnixMs(7))
        };
        let mut people = People::default();
        people.put_status(PersonNumber(1), status);
        assert_eq!(people.status(PersonNumber(1)), None, "of nobody yet");
        for number in [1, 2] {
            people.put_but_status(&known(number, b"x", None), BirthMonth::new(1990, 5));
        }
        people.put_status(PersonNumber(2), status);
        people.shrink();
        for number in [1, 2] {
            assert_eq!(people.status(PersonNumber(number)), Some(status));
            assert_eq!(epoch(&people, number), Some(3));
            assert_eq!(people.born(PersonNumber(number)), BirthMonth::new(1990, 5));
        }
        assert_eq!(people.last(), PersonNumber(2));
    }

    #[test]
    fn who_is_not_there_is_not_there() {
        let mut people = People::default();
        people.put_next(&known(5, b"five", None), None);
        people.put(&known(9, b"nine", None), None);
        assert_eq!(people.last(), PersonNumber(5));
        for nobody in [0, 4, 6, 4_096, 1 << 40, u64::MAX] {
            assert_eq!(epoch(&people, nobody), None, "{nobody}");
        }
        assert_eq!((epoch(&people, 5), people.status(PersonNumber(5))), (Some(3), None));
        people.remove(PersonNumber(5));
        people.remove(PersonNumber(u64::MAX));
        assert_eq!(people.masked_name(PersonNumber(5)), None);
    }

    #[test]
    fn a_new_name_takes_the_place_of_the_old_and_the_neighbours_keep_theirs() {
        let mut people = People::default();
        for (number, name) in [(1, "one"), (2, "two"), (3, "three"), (2, "zwo"), (1, "eins")] {
            people.put(&known(number, name.as_bytes(), None), None);
        }
        let name = |n| people.masked_name(PersonNumber(n)).unwrap();
        assert_eq!([name(1), name(2), name(3)], [&b"eins"[..], b"zwo", b"three"].map(sealed));
    }

    const SEALED: &[u8] = b"\x01a sealed name, longer than the name";

    #[test]
    fn an_opened_name_takes_the_place_of_the_sealed_one_until_the_next() {
        let mut people = People::default();
        let of = |people: &People, n| people.masked_name(PersonNumber(n)).unwrap();
        let open = |name: &str| MaskedName::Open(name.to_owned());
        [1, 2].into_iter().for_each(|number| people.put(&known(number, SEALED, None), None));
        people.opened(PersonNumber(1), SEALED, "𠮷*明");
        assert_eq!([of(&people, 1), of(&people, 2)], [open("𠮷*明"), sealed(SEALED)]);
        people.put_status(PersonNumber(1), HealthStatus::unknown(UnixMs(7)));
        assert_eq!(of(&people, 1), open("𠮷*明"));
        let bytes = people.blocks[0].as_deref().unwrap().names.len();
        people.put(&known(1, SEALED, None), None);
        assert_eq!(of(&people, 1), sealed(SEALED));
        assert_eq!(people.blocks[0].as_deref().unwrap().names.len(), bytes, "in the same place");
        people.opened(PersonNumber(1), b"\x01another name, which is gone", "张*");
        people.opened(PersonNumber(1), SEALED, &"a".repeat(SEALED.len() - 1));
        people.opened(PersonNumber(1), SEALED, &"a".repeat(300));
        people.opened(PersonNumber(5_000), SEALED, "张*");
        assert_eq!(of(&people, 1), sealed(SEALED));
        let longest = "a".repeat(SEALED.len() - 2);
        people.opened(PersonNumber(1), SEALED, &longest);
        assert_eq!([of(&people, 1), of(&people, 2)], [open(&longest), sealed(SEALED)]);
    }

    #[test]
    fn what_is_in_the_registry_in_place_of_a_sealed_name_is_none_that_was_opened() {
        let mut people = People::default();
        people.put(&known(2, SEALED, None), None);
        for wrong in [&b""[..], b"\0", b"\0\x05Marie", b"\0\xff\xff"] {
            people.put(&known(1, wrong, None), None);
            people.put(&known(1, wrong, None), None);
            let Some(MaskedName::Sealed(kept)) = people.masked_name(PersonNumber(1)) else {
                panic!("{wrong:?} is shown");
            };
            assert_eq!((kept.len(), kept.first() == Some(&0)), (wrong.len(), false));
            assert_eq!(people.masked_name(PersonNumber(2)), Some(sealed(SEALED)));
        }
    }

    #[test]
    fn of_somebody_forgotten_or_renamed_no_name_stays_where_it_was() {
        let mut people = People::default();
        for number in [1, 2] {
            people.put(&known(number, SEALED, None), None);
            people.opened(PersonNumber(number), SEALED, "Marie");
        }
        people.remove(PersonNumber(1));
        people.put(&known(2, b"\x01shorter", None), None);
        let names = &people.blocks[0].as_deref().unwrap().names;
        assert!(!names.windows(5).any(|bytes| bytes == b"Marie"));
        assert_eq!(people.masked_name(PersonNumber(2)), Some(sealed(b"\x01shorter")));
    }

    #[test]
    fn a_mark_stays_with_its_person() {
        let mut people = People::default();
        let proven = |people: &People, n| people.session(PersonNumber(n))?.proven;
        let mark = |mark| NonZeroU64::new(mark);
        [1, 2].into_iter().for_each(|number| people.put(&known(number, b"x", None), None));
        assert_eq!([proven(&people, 1), proven(&people, 2)], [None; 2]);
        people.proven(PersonNumber(1), mark(7).unwrap());
        people.put(&known(1, b"longer", None), None);
        assert_eq!([proven(&people, 1), proven(&people, 2)], [mark(7), None]);
        people.proven(PersonNumber(1), mark(8).unwrap());
        people.proven(PersonNumber(5_000), mark(9).unwrap());
        assert_eq!([proven(&people, 1), proven(&people, 5_000)], [mark(8), None]);
    }

    #[test]
    fn somebody_who_does_not_fit_is_said() {
        let big = vec![0; 70_000];
        let wrong = [
            known(NUMBER_MAX + 1, b"x", None),
            known(1, &big, None),
            KnownPerson { session_epoch: 1 << 32, ..known(1, b"x", None) },
        ];
        for wrong in wrong {
            let mut people = People::default();
            people.put(&wrong, None);
            assert!(people.fits().is_err());
        }
    }

    #[test]
    fn a_consent_comes_back_also_one_taken_back() {
        let mut people = People::default();
        for version in [-1, 0, 1, 3, 254] {
            people.put(&KnownPerson { consent_version: version, ..known(1, b"x", None) }, None);
            assert_eq!(people.consent(PersonNumber(1)), Some(version));
        }
        people.put(&KnownPerson { consent_version: i64::MIN, ..known(1, b"x", None) }, None);
        assert_eq!(people.consent(PersonNumber(1)), Some(-1));
        assert_eq!(people.consent(PersonNumber(2)), None);
    }
}
