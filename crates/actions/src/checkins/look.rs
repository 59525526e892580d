//! What a scanned code leads to. Looking registers nothing.

use crate::{Answer, Failure, House};
use domain::{
    checkpoints::{CheckpointNumber, DoorSettings},
    entry_policy::Site,
    time::UnixMs,
    venue_codes::{Standing, VenueCode},
};
use std::sync::Arc;

/// A door that can be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Number.
    pub checkpoint: CheckpointNumber,
    /// How it is set up.
    pub settings: DoorSettings,
    /// All its words, one after the other: a scan looks at most of them, and each that lay by itself
    /// would be waited for by itself.
    words: Box<str>,
    /// Where each word ends, in the order of [`Words`].
    ends: [usize; 7],
}

/// What a door is called and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'a> {
    /// Registered name.
    pub name: &'a str,
    /// Door.
    pub door: &'a str,
    /// Address.
    pub address: &'a str,
    /// County's name.
    pub county_name: &'a str,
    /// County code.
    pub county: &'a str,
    /// Township code.
    pub township: &'a str,
    /// Code of its kind of place.
    pub category: &'a str,
}

impl Door {
    /// The door with this number, set up like this, with these words.
    #[must_use]
    pub fn new(checkpoint: CheckpointNumber, settings: DoorSettings, words: &Words<'_>) -> Self {
        let Words { name, door, address, county_name, county, township, category } = *words;
        let words = [name, door, address, county_name, county, township, category];
        let mut end = 0;
        let ends = words.map(|word| {
            end += word.len();
            end
        });
        Self { checkpoint, settings, words: words.concat().into(), ends }
    }

    /// Its words.
    #[must_use]
    pub fn words(&self) -> Words<'_> {
        let mut begin = 0;
        let [name, door, address, county_name, county, township, category] = self.ends.map(|end| {
            let word = self.words.get(begin..end).unwrap_or_default();
            begin = end;
            word
        });
        Words { name, door, address, county_name, county, township, category }
    }

    /// What decides which entry policy holds here.
    #[must_use]
    pub fn site(&self) -> Site<'_> {
        let Words { county, township, category, .. } = self.words();
        Site { checkpoint: self.checkpoint, county, township, category }
    }
}

/// What a code turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A door in use.
    Door(Arc<Door>),
    /// Not sixteen base32 characters.
    Malformed,
    /// Nobody has this code.
    Unknown,
    /// Stopped by the authority for now.
    Suspended(Arc<Door>),
    /// Another code hangs there since this time.
    Replaced(Arc<Door>, UnixMs),
    /// The door was closed for good.
    Closed(Arc<Door>),
}

impl From<&registry::VenueCodeRow> for Door {
    fn from(row: &registry::VenueCodeRow) -> Self {
        let words = Words {
            name: &row.name,
            door: &row.door,
            address: &row.address,
            county_name: &row.county_name,
            county: &row.county,
            township: &row.township,
            category: &row.category,
        };
        Self::new(row.checkpoint, row.settings, &words)
    }
}

/// Looks a code up.
#[must_use]
pub fn look(house: &House, code: &str) -> Looked {
    let Some(code) = VenueCode::parse(code) else { return Looked::Malformed };
    let Some(found) = house.mirror.code(&code) else { return Looked::Unknown };
    match found.standing {
        Standing::Current => Looked::Door(found.door),
        Standing::Suspended => Looked::Suspended(found.door),
        Standing::Replaced(since) => Looked::Replaced(found.door, since),
        Standing::Closed => Looked::Closed(found.door),
    }
}

/// The door behind a code in use.
///
/// # Errors
/// `Invalid` at `code` when it is malformed; `NotFound` when nobody has it; `Conflict` when it is
/// suspended, replaced or closed.
pub(crate) fn door(house: &House, code: &str) -> Answer<Arc<Door>> {
    match look(house, code) {
        Looked::Door(door) => Ok(door),
        Looked::Malformed => Err(Failure::field("code", "这不是场所码，应为 16 位字母和数字")),
        Looked::Unknown => Err(Failure::NotFound),
        Looked::Suspended(_) => Err(Failure::Conflict("这个场所码已暂停使用，请找值守人员登记")),
        Looked::Replaced(..) => Err(Failure::Conflict("这个场所码已更换，请扫门口新的场所码")),
        Looked::Closed(_) => Err(Failure::Conflict("这个检查点已关闭")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_door_says_every_word_it_was_given(words in any::<[String; 7]>()) {
            let [name, door, address, county_name, county, township, category] = &words;
            let given = Words { name, door, address, county_name, county, township, category };
            let made = Door::new(CheckpointNumber(7), DoorSettings::default(), &given);
            prop_assert_eq!(made.words(), given);
            let site = made.site();
            prop_assert_eq!((site.checkpoint, site.county), (CheckpointNumber(7), county.as_str()));
            prop_assert_eq!((site.township, site.category), (township.as_str(), category.as_str()));
        }
    }
}
