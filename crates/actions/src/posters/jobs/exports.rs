//! The files of jobs in their folder: written under another name, there when they are whole.

use super::{EXPORT_BYTES_MAX, FREE_BYTES_MIN};
use std::{
    fs::{self, DirBuilder},
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The disk, as far as it can be full or fail.
pub trait Disk: Send + Sync + 'static {
    /// A new file that its owner alone may read, in the place of any of this name.
    ///
    /// # Errors
    /// Of the system.
    fn create(&self, path: &Path) -> io::Result<Box<dyn ExportFile>>;

    /// Bytes that are free where this folder is.
    ///
    /// # Errors
    /// Of the system.
    fn free_bytes(&self, folder: &Path) -> io::Result<u64>;
}

/// A file that is being written.
pub trait ExportFile: Write + Send {
    /// Waits until what was written is on the disk.
    ///
    /// # Errors
    /// Of the system.
    fn sync(&mut self) -> io::Result<()>;
}

impl ExportFile for fs::File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// The folder with the files.
#[derive(Clone)]
pub(super) struct Exports {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    /// Bytes of all files, also of those that are being written.
    taken: Arc<AtomicU64>,
}

/// The ends of names: of a file that is whole, and of one that is being written.
const WHOLE: &str = "done";
const PART: &str = "part";

impl Exports {
    pub(super) fn new(folder: PathBuf, disk: Arc<dyn Disk>) -> Self {
        Self { folder, disk, taken: Arc::default() }
    }

    fn path(&self, id: i64, end: &str) -> PathBuf {
        self.folder.join(format!("{id}.{end}"))
    }

    /// A file for a job.
    pub(super) fn create(&self, id: i64) -> io::Result<Writing> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let file = self.disk.create(&self.path(id, PART))?;
        Ok(Writing { exports: self.clone(), id, file: Some(file), bytes: 0, refused: None })
    }

    pub(super) async fn open(&self, id: i64) -> io::Result<(tokio::fs::File, u64)> {
        let file = tokio::fs::File::open(self.path(id, WHOLE)).await?;
        let bytes = file.metadata().await?.len();
        Ok((file, bytes))
    }

    /// Removes the file of a job, if there is one.
    pub(super) async fn remove(&self, id: i64) {
        let (path, taken) = (self.path(id, WHOLE), Arc::clone(&self.taken));
        let removed = tokio::task::spawn_blocking(move || {
            let Ok(about) = fs::metadata(&path) else { return Ok(()) };
            fs::remove_file(&path)?;
            taken.fetch_sub(about.len(), Ordering::Relaxed);
            Ok::<_, io::Error>(())
        });
        if let Ok(Err(error)) = removed.await {
            tracing::error!(id, %error, "the file of a poster job cannot be removed");
        }
    }

    /// Removes what belongs to none of these jobs; those of them whose file is not there.
    pub(super) fn tidy_up(&self, jobs: &[i64]) -> io::Result<Vec<i64>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries.collect::<io::Result<Vec<_>>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let (mut there, mut taken) = (Vec::new(), 0);
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            let whole = name.strip_suffix(WHOLE).and_then(|name| name.strip_suffix('.'));
            let part = name.strip_suffix(PART).and_then(|name| name.strip_suffix('.'));
            let number = |name: &str| name.parse::<i64>().ok();
            match (whole.and_then(number), part.and_then(number)) {
                (Some(id), _) if jobs.contains(&id) => {
                    there.push(id);
                    taken += entry.metadata()?.len();
                }
                // What nobody here has written is not ours to remove.
                (None, None) => {}
                _ => fs::remove_file(entry.path())?,
            }
        }
        self.taken.store(taken, Ordering::Relaxed);
        Ok(jobs.iter().copied().filter(|id| !there.contains(id)).collect())
    }
}

/// Why no more is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The files of all jobs take all that they may.
    NoRoom,
    /// The disk has no more than what is left alone.
    DiskFull,
}

/// A file that is being written; gone when it is dropped before its end.
pub(super) struct Writing {
    exports: Exports,
    id: i64,
    file: Option<Box<dyn ExportFile>>,
    bytes: u64,
    refused: Option<Refused>,
}

impl Writing {
    /// Why the last bytes were not taken.
    pub(super) fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// Puts it on the disk under its name; its length.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        if let Some(mut file) = self.file.take() {
            let synced = file.flush().and_then(|()| file.sync());
            let renamed = synced.and_then(|()| {
                let whole = self.exports.path(self.id, WHOLE);
                fs::rename(self.exports.path(self.id, PART), whole)?;
                fs::File::open(&self.exports.folder)?.sync_all()
            });
            if let Err(error) = renamed {
                self.file = Some(file);
                return Err(error);
            }
        }
        Ok(self.bytes)
    }

    fn refuse(&mut self, why: Refused) -> io::Error {
        self.refused = Some(why);
        io::ErrorKind::StorageFull.into()
    }

    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        if self.exports.disk.free_bytes(&self.exports.folder)? < FREE_BYTES_MIN + bytes {
            return Err(self.refuse(Refused::DiskFull));
        }
        let taken = self.exports.taken.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if taken + bytes > EXPORT_BYTES_MAX {
            return Err(self.refuse(Refused::NoRoom));
        }
        Ok(())
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.refused.is_some() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.make_room(bytes.len() as u64)?;
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::BrokenPipe.into()) };
        match file.write_all(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.refused = is_full(&error).then_some(Refused::DiskFull);
                Err(error)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.flush(),
            None => Ok(()),
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            self.exports.taken.fetch_sub(self.bytes, Ordering::Relaxed);
            let removed = fs::remove_file(self.exports.path(self.id, PART));
            if let Err(error) = removed {
                tracing::error!(id = self.id, %error, "a file that was given up stays until the next start");
            }
        }
    }
}
