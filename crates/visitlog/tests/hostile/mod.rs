//! The bodies of the fuzz targets in `fuzz/`, which `tests/corpus.rs` runs on fixed inputs too.
//! Each takes any bytes, must come back soon, and fails when the engine breaks a promise.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub(crate) mod life;
pub(crate) mod log;
pub(crate) mod manifest;
pub(crate) mod segment;

use std::{collections::BTreeSet, sync::Arc};

use visitlog::{
    Engine, Health, OpenError, Options, Snapshot, Visit, VisitKey, Watch, Window,
    format::{manifest::Manifest, part, segment as segment_format},
    storage::{Storage, simulated::Simulated},
};

/// The civil day of most inputs.
pub(crate) const DAY: i64 = 20_779;

/// When it begins at UTC+8.
pub(crate) const MIDNIGHT_MS: i64 = DAY * segment_format::DAY_MS - 8 * 3_600_000;

/// Parts of a few frames, runs of a few visits, sealed soon.
pub(crate) const TINY: Options = Options {
    queue_visits_max: 70_000,
    group_visits_max: 1_000,
    part_bytes_max: 700,
    room_bytes: 100,
    run_visits: 8,
    seal_visits: 64,
    head_visits_max: 1_000_000,
    utc_offset_s: 8 * 3_600,
};

/// All of time.
pub(crate) const EVER: (i64, i64) = (i64::MIN, i64::MAX);

/// One of a few thousand different visits of the day and those after it.
pub(crate) fn visit(n: u64) -> Visit {
    let entered_ms = MIDNIGHT_MS + (n * 977_000) as i64;
    Visit {
        person: n % 11,
        checkpoint: (n % 5) as u32,
        entered_ms,
        recorded_ms: entered_ms + (n % 3) as i64 * 400,
        method: (n % 4) as u8,
        operator: (n % 2) as u32 * 70_000,
        verdict: 1,
        status: 2,
        flags: 0,
    }
}

/// A folder with these files in it, durably, and with the folders that every store has.
pub(crate) fn folder(manifest: &[u8], files: &[(String, Vec<u8>)]) -> Simulated {
    let storage = Simulated::new();
    storage.create_dir("log").unwrap();
    storage.create_dir("segments").unwrap();
    let manifest = ("MANIFEST".to_owned(), manifest.to_vec());
    for (path, bytes) in files.iter().chain([&manifest]) {
        storage.create(path).unwrap();
        storage.overwrite(path, bytes);
    }
    for dir in ["", "log", "segments"] {
        storage.sync_dir(dir).unwrap();
    }
    storage
}

/// As [`folder`], with a manifest that can be written.
pub(crate) fn store(manifest: &Manifest, files: &[(String, Vec<u8>)]) -> Simulated {
    folder(&visitlog::format::manifest::encode(manifest), files)
}

/// A part with one frame for each list of visits.
pub(crate) fn log_part(sequence: u64, first_frame: u64, frames: &[&[Visit]]) -> (String, Vec<u8>) {
    let mut bytes = part::encode(part::Header { sequence, first_frame }).to_vec();
    for (after, visits) in (0..).zip(frames) {
        visitlog::format::frame::encode(first_frame.wrapping_add(after), visits, &mut bytes);
    }
    (part::path(sequence), bytes)
}

pub(crate) fn open(storage: &Simulated, options: Options) -> Result<Engine, OpenError> {
    let opened = Engine::open_on(Arc::new(storage.clone()), options, Watch::default());
    if let Err(OpenError::Io { what, path, source }) = &opened {
        panic!("nothing fails here, and yet {what} {}: {source}", path.display());
    }
    opened
}

/// The visits of those persons and through those checkpoints, asked for in every way there is;
/// `None` when a question failed.
pub(crate) fn ask(snapshot: &Snapshot, whom: &Whom, from_ms: i64, to_ms: i64) -> Option<Answer> {
    let persons: Vec<u64> = whom.persons.iter().copied().collect();
    let windows: Vec<Window> = whom
        .checkpoints
        .iter()
        .map(|checkpoint| Window { checkpoint: *checkpoint, from_ms, to_ms })
        .collect();
    let of_many = snapshot.visits_of_many(&persons, from_ms, to_ms, usize::MAX);
    let at_windows = snapshot.visits_at_windows(&windows, usize::MAX);
    let mut entries = 0;
    let counted = snapshot.entries_at(&windows, |part| {
        assert_eq!(part.persons.len(), part.entered_ms.len());
        entries += part.persons.len();
    });
    let (of_many, at_windows) = (of_many.ok()?, at_windows.ok()?);
    assert!(counted.is_ok(), "the same pages as before");
    assert_eq!(entries, at_windows.iter().map(Vec::len).sum::<usize>());
    Some(Answer { of_persons: of_many.concat(), at_checkpoints: at_windows.concat() })
}

/// Whom a question is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whom {
    pub(crate) persons: BTreeSet<u64>,
    pub(crate) checkpoints: BTreeSet<u32>,
}

impl Whom {
    pub(crate) fn of<'a>(visits: impl IntoIterator<Item = &'a Visit>) -> Self {
        let mut whom = Self::default();
        for visit in visits {
            whom.persons.insert(visit.person);
            whom.checkpoints.insert(visit.checkpoint);
        }
        whom
    }
}

/// What was answered, by person and by checkpoint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) of_persons: Vec<Visit>,
    pub(crate) at_checkpoints: Vec<Visit>,
}

impl Answer {
    /// The identities in it, which must be the same in both orders.
    pub(crate) fn keys(&self) -> BTreeSet<VisitKey> {
        let keys: BTreeSet<_> = self.of_persons.iter().map(Visit::key).collect();
        let same: BTreeSet<_> = self.at_checkpoints.iter().map(Visit::key).collect();
        assert_eq!(keys, same, "both orders hold the same visits");
        keys
    }
}

/// Nothing that is read may end the writing.
pub(crate) fn writes(engine: &Engine) {
    if let Health::Stopped(reason) = engine.health() {
        panic!("the store has stopped: {reason}");
    }
}

/// Takes small numbers off the front of an input; an input that has ended gives zeros.
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl Input<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `sides`, which is at most 256.
    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        u64::from(self.byte()) % sides
    }
}
