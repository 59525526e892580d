//! Venue codes and the doors behind them.

use crate::checkins::look::Door;
use domain::{
    checkpoints::CheckpointNumber,
    time::UnixMs,
    venue_codes::{Standing, VenueCode},
};
use registry::VenueCodeRow;
use std::{collections::HashMap, sync::Arc};

/// A venue code as a scan finds it.
#[derive(Clone, Debug)]
pub struct MirroredCode {
    /// The sixteen characters.
    pub code: VenueCode,
    /// What has become of it.
    pub standing: Standing,
    /// When it was issued or last changed.
    pub since: UnixMs,
    /// Its door.
    pub door: Arc<Door>,
}

/// Every code.
#[derive(Default)]
pub(super) struct Doors {
    codes: HashMap<VenueCode, MirroredCode>,
    of: HashMap<CheckpointNumber, Vec<VenueCode>>,
}

impl Doors {
    /// Takes a code in, in place of what was known of it. What is none cannot be asked for.
    pub(super) fn put(&mut self, row: &VenueCodeRow) {
        let Some(code) = VenueCode::parse(&row.code) else { return };
        let (checkpoint, standing, since) = (row.checkpoint, row.standing, row.since);
        let door = Arc::new(Door::from(row));
        let mirrored = MirroredCode { code, standing, since, door };
        if self.codes.insert(code, mirrored).is_none() {
            self.of.entry(checkpoint).or_default().push(code);
        }
    }

    /// Every door that has or had a code.
    pub(super) fn all(&self) -> Vec<CheckpointNumber> {
        self.of.keys().copied().collect()
    }

    pub(super) fn code(&self, code: &VenueCode) -> Option<&MirroredCode> {
        self.codes.get(code)
    }

    /// The newest that is current or suspended.
    pub(super) fn code_of(&self, checkpoint: CheckpointNumber) -> Option<&MirroredCode> {
        let codes = self.of.get(&checkpoint)?.iter().filter_map(|code| self.codes.get(code));
        codes
            .filter(|code| matches!(code.standing, Standing::Current | Standing::Suspended))
            .max_by_key(|code| code.since)
    }
}
