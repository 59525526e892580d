//! The manifest of an open store, and who may change it: one at a time, durably, in one step.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    format::manifest::Manifest,
    log::{Fault, replace_manifest},
    storage::Storage,
};

pub(crate) struct Catalog {
    pub(crate) storage: Arc<dyn Storage>,
    manifest: Mutex<Manifest>,
}

impl Catalog {
    pub(crate) fn new(storage: Arc<dyn Storage>, manifest: Manifest) -> Self {
        Self { storage, manifest: Mutex::new(manifest) }
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
