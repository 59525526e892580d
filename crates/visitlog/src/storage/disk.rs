//! The real file system.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::{Lock, LockError, Storage, StorageFile};

const LOCK_PATH: &str = "LOCK";

/// Longest lock file read: a process id and a line end.
const LOCK_BYTES_MAX: u64 = 16;

/// Who was where is nobody's business but the store's.
const FILE_MODE: u32 = 0o600;

/// A folder on a disk.
#[derive(Debug)]
pub struct Disk {
    dir: PathBuf,
}

impl Disk {
    /// Takes a folder, making it durably if it is not there.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn new(dir: impl Into<PathBuf>) -> io::Result<Self> {
        let dir = dir.into();
        if !dir.is_dir() {
            fs::create_dir_all(&dir)?;
            sync_ancestors(&dir)?;
        }
        Ok(Self { dir })
    }

    /// Takes a folder as it is; if it is not there, every use of it says so.
    #[must_use]
    pub fn existing(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.dir.clone() } else { self.dir.join(path) }
    }

    fn open_with(&self, path: &str, options: &mut OpenOptions) -> io::Result<File> {
        options.read(true).write(true).mode(FILE_MODE).open(self.at(path))
    }
}

/// Any of the folders above may be new, so each one's entry is made durable.
fn sync_ancestors(dir: &Path) -> io::Result<()> {
    for ancestor in dir.canonicalize()?.ancestors().skip(1) {
        match File::open(ancestor).and_then(|folder| folder.sync_all()) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => break,
            done => done?,
        }
    }
    Ok(())
}

impl Storage for Disk {
    fn lock(&self) -> Result<Lock, LockError> {
        let mut options = OpenOptions::new();
        let file = self
            .open_with(LOCK_PATH, options.create(true).truncate(false))
            .map_err(LockError::Io)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(LockError::Held { pid: holder(&file) }),
            Err(error) => return Err(LockError::Io(error.into())),
        }
        // Overwritten in place and best effort: a full disk must not keep the store closed.
        let _ = file.write_all_at(format!("{:<10}\n", std::process::id()).as_bytes(), 0);
        Ok(Box::new(file))
    }

    fn create_dir(&self, dir: &str) -> io::Result<()> {
        match fs::create_dir(self.at(dir)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.at(dir))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(DiskFile(self.open_with(path, &mut OpenOptions::new())?)))
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        let mut options = OpenOptions::new();
        Ok(Box::new(DiskFile(self.open_with(path, options.create(true).truncate(true))?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(from), self.at(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.at(path))
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        File::open(self.at(dir))?.sync_all()
    }
}

/// Best effort: the holder may be about to write its number.
fn holder(file: &File) -> Option<u32> {
    let mut text = String::new();
    file.take(LOCK_BYTES_MAX).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

struct DiskFile(File);

impl StorageFile for DiskFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match self.0.read_at(&mut buffer[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read_listed_renamed_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::new(dir.path().join("new/store")).unwrap();
        disk.create_dir("log").unwrap();
        disk.create_dir("log").unwrap();
        let file = disk.create("log/a").unwrap();
        file.write_at(b"hello", 2).unwrap();
        file.sync().unwrap();
        disk.sync_dir("log").unwrap();
        let mut buffer = [9; 10];
        assert_eq!(file.read_at(&mut buffer, 1).unwrap(), 6);
        assert_eq!(&buffer[..6], b"\0hello");
        file.set_length(3).unwrap();
        assert_eq!(disk.open("log/a").unwrap().length().unwrap(), 3);
        disk.rename("log/a", "log/b").unwrap();
        assert_eq!(disk.list("log").unwrap(), ["b"]);
        disk.remove("log/b").unwrap();
        assert_eq!(disk.open("log/b").err().unwrap().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_second_lock_is_refused_with_the_holders_process_id() {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::new(dir.path()).unwrap();
        let lock = disk.lock().unwrap();
        let own = std::process::id();
        assert!(matches!(disk.lock(), Err(LockError::Held { pid: Some(pid) }) if pid == own));
        drop(lock);
        disk.lock().unwrap();
    }
}
