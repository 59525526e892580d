//! Where the engine's files are: the one door to the operating system.
//!
//! Every path is relative to the store's folder, with `/` between folder and file. [`Disk`] is the
//! real thing; [`simulated`] is one that fails on demand, for tests.

mod disk;
pub mod simulated;

use std::{any::Any, io};

pub use disk::Disk;

/// Holding it holds the folder; dropping it lets go.
pub type Lock = Box<dyn Any + Send>;

/// Why the folder could not be locked.
#[derive(Debug)]
pub enum LockError {
    /// Someone else holds it.
    Held {
        /// The holder's process id, when it could be read.
        pid: Option<u32>,
    },
    /// The operating system refused.
    Io(io::Error),
}

/// A folder with files.
pub trait Storage: Send + Sync + 'static {
    /// Takes the folder for this process alone, until the lock is dropped.
    ///
    /// # Errors
    /// [`LockError`].
    fn lock(&self) -> Result<Lock, LockError>;

    /// Makes a folder inside of the store's, if it is not there.
    ///
    /// # Errors
    /// What the operating system says.
    fn create_dir(&self, dir: &str) -> io::Result<()>;

    /// Names of the files in a folder (`""` is the store's own), in no order.
    ///
    /// # Errors
    /// What the operating system says.
    fn list(&self, dir: &str) -> io::Result<Vec<String>>;

    /// Opens a file that exists, for reading and writing.
    ///
    /// # Errors
    /// What the operating system says; `NotFound` when there is none.
    fn open(&self, path: &str) -> io::Result<Box<dyn StorageFile>>;

    /// Makes an empty file, or empties the one that is there.
    ///
    /// # Errors
    /// What the operating system says.
    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>>;

    /// Gives a file another name in one step, in place of a file that may have had it.
    ///
    /// # Errors
    /// What the operating system says; nothing has changed then.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the operating system says.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// What the operating system says.
    fn sync_dir(&self, dir: &str) -> io::Result<()>;
}

/// An open file.
pub trait StorageFile: Send + Sync {
    /// Length in bytes.
    ///
    /// # Errors
    /// What the operating system says.
    fn length(&self) -> io::Result<u64>;

    /// Reads into `buffer` from `offset`; fewer bytes only at the end of the file.
    ///
    /// # Errors
    /// What the operating system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`. After an error any part of them may have been written.
    ///
    /// # Errors
    /// What the operating system says.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts or lengthens the file.
    ///
    /// # Errors
    /// What the operating system says.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Makes the contents and the length durable.
    ///
    /// # Errors
    /// What the operating system says. The contents' state is not known then, and asking again
    /// does not help: the kernel may have dropped what it could not write.
    fn sync(&self) -> io::Result<()>;
}

/// Whether an error means that room is missing, which may come back by itself.
pub(crate) fn is_no_room(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
