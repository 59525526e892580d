//! The manifest of an open store, and who may change it: one at a time, durably, in one step.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    format::manifest::Manifest,
    log::{Fault, replace_manifest},
    storage::Storage,
};

/// Where the log ends durably.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogEnd {
    /// The last part that a frame was added to.
    pub(crate) sequence: u64,
    /// How many of its bytes are durable, whole frames all of them.
    pub(crate) bytes: u64,
}

pub(crate) struct Catalog {
    pub(crate) storage: Arc<dyn Storage>,
    manifest: Mutex<Manifest>,
    log_end: Mutex<LogEnd>,
}

impl Catalog {
    pub(crate) fn new(storage: Arc<dyn Storage>, manifest: Manifest, log_end: LogEnd) -> Self {
        Self { storage, manifest: Mutex::new(manifest), log_end: Mutex::new(log_end) }
    }

    /// Says that the log is durable up to there.
    pub(crate) fn set_log_end(&self, log_end: LogEnd) {
        *self.log_end.lock() = log_end;
    }

    /// Looks at what is listed and at the durable end of the log of the same moment. Until `look`
    /// returns, none of the listed files is removed, because they go only after they have left
    /// the list; so it should only open them.
    pub(crate) fn hold<T>(&self, look: impl FnOnce(&Manifest, LogEnd) -> T) -> T {
        let manifest = self.manifest.lock();
        let log_end = *self.log_end.lock();
        look(&manifest, log_end)
    }

    /// What is listed now.
    pub(crate) fn manifest(&self) -> Manifest {
        self.manifest.lock().clone()
    }

    /// Gives a number for a new segment. It counts as used from the next change on; before that
    /// a crash gives it out again, and the file that had it was never listed.
    pub(crate) fn next_segment(&self) -> u64 {
        let mut manifest = self.manifest.lock();
        let sequence = manifest.next_segment;
        manifest.next_segment += 1;
        sequence
    }

    /// Changes what is listed, durably.
    pub(crate) fn change(&self, act: impl FnOnce(&mut Manifest)) -> Result<(), Fault> {
        let mut manifest = self.manifest.lock();
        let mut next = manifest.clone();
        act(&mut next);
        replace_manifest(&*self.storage, &next)?;
        *manifest = next;
        Ok(())
    }
}
