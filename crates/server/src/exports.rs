//! The disk of this machine, for files that are kept to be downloaded.

use actions::posters::jobs::{Disk, ExportFile};
use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt, path::Path};

/// The disk on which the data folder is.
pub(crate) struct OwnDisk;

impl Disk for OwnDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn ExportFile>> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
        Ok(Box::new(file))
    }

    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        let about = rustix::fs::statvfs(folder)?;
        Ok(about.f_bavail.saturating_mul(about.f_frsize))
    }
}
