//! A file system in memory that fails on demand and loses what was not synced. For tests.
//!
//! Each file has what its readers see and what would survive a power cut; so has the list of
//! names. [`Simulated::fail`] arms one fault at the n-th operation from now of a kind.
//! [`Simulated::after_power_cut`] gives the folder as the next boot would find it,
//! [`Simulated::after_kill`] as the next process would.

mod world;

use std::{io, sync::Arc};

use parking_lot::Mutex;
use world::{Contents, World, slice};

use super::{Lock, LockError, Storage, StorageFile};

/// Kinds of operation that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Any that changes the disk or makes it durable, whichever comes.
    Any,
    /// [`StorageFile::write_at`].
    Write,
    /// [`StorageFile::sync`].
    Sync,
    /// [`StorageFile::set_length`].
    SetLength,
    /// [`Storage::create_dir`], when the folder is not there.
    CreateDir,
    /// [`Storage::create`].
    Create,
    /// [`Storage::rename`].
    Rename,
    /// [`Storage::remove`].
    Remove,
    /// [`Storage::sync_dir`].
    SyncDir,
    /// [`StorageFile::read_at`], [`StorageFile::length`], [`Storage::open`] and [`Storage::list`].
    Read,
    /// [`Storage::lock`].
    Lock,
}

impl Operation {
    fn changes_the_disk(self) -> bool {
        !matches!(self, Self::Read | Self::Lock)
    }

    fn takes_room(self) -> bool {
        matches!(self, Self::Write | Self::Create | Self::CreateDir | Self::Rename)
    }
}

/// What happens at an operation that was made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An input/output error, this once. A write writes half before; a sync makes nothing durable
    /// and what it was asked to sync never will be, as on Linux.
    Broken,
    /// No space left, from this operation on until [`Simulated::make_room`], for whatever takes
    /// room, and for this one whatever it is when its kind was named. A write writes half.
    NoRoom,
    /// [`StorageFile::read_at`] gives half of what is there, as if the file ended; other reading
    /// operations do not mind. One that changes the disk is as with [`Fault::Broken`].
    Short,
    /// The power goes: this operation does nothing and neither does any after it.
    PowerCut,
}

/// The folder; clones share it.
#[derive(Clone, Default)]
pub struct Simulated {
    world: Arc<Mutex<World>>,
}

impl Simulated {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the `nth` (from 1) operation of that kind from now fail.
    pub fn fail(&self, operation: Operation, nth: u64, fault: Fault) {
        self.world.lock().armed.push((operation, nth, fault));
    }

    /// Ends a [`Fault::NoRoom`] and forgets every fault that is still armed.
    pub fn make_room(&self) {
        let mut world = self.world.lock();
        world.no_room = false;
        world.armed.clear();
    }

    /// Faults that have not been met yet.
    #[must_use]
    pub fn armed(&self) -> usize {
        self.world.lock().armed.len()
    }

    /// Operations so far that could have failed, without those of [`Simulated::reads`].
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.world.lock().operations
    }

    /// Operations of the kind [`Operation::Read`] so far.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.world.lock().reads
    }

    /// Paths of all files and folders, in order.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.world.lock().names.keys().cloned().collect()
    }

    /// The bytes of a file as readers see them, if it is there.
    #[must_use]
    pub fn contents(&self, path: &str) -> Option<Vec<u8>> {
        let world = self.world.lock();
        Some(world.files[world.names.get(path)?].live.clone())
    }

    /// Replaces the bytes of a file, durably, as a broken disk or a careless hand would.
    pub fn overwrite(&self, path: &str, bytes: &[u8]) {
        let mut world = self.world.lock();
        if let Some(inode) = world.names.get(path).copied() {
            let contents = Contents { live: bytes.to_vec(), durable: bytes.to_vec(), lost: false };
            world.files.insert(inode, contents);
        }
    }

    /// The folder as the next process finds it after this one was killed: everything that was
    /// written, durable or not.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        Self { world: Arc::new(Mutex::new(self.world.lock().after_kill())) }
    }

    /// The folder as the next boot finds it. `dice(n)` must give a number below `n`; it decides
    /// which of the unsynced sectors and names had reached the disk.
    #[must_use]
    pub fn after_power_cut(&self, dice: &mut dyn FnMut(u64) -> u64) -> Self {
        Self { world: Arc::new(Mutex::new(self.world.lock().after_power_cut(dice))) }
    }

    fn look(&self) -> io::Result<()> {
        look(&mut self.world.lock())
    }
}

fn look(world: &mut World) -> io::Result<()> {
    match world.meets(Operation::Read) {
        Ok(()) | Err(Fault::Short) => Ok(()),
        Err(fault) => Err(failure(fault)),
    }
}

fn failure(fault: Fault) -> io::Error {
    match fault {
        Fault::Broken | Fault::Short => io::Error::other("simulated input/output error"),
        Fault::NoRoom => io::ErrorKind::StorageFull.into(),
        Fault::PowerCut => io::Error::other("simulated power cut"),
    }
}

struct Held(Arc<Mutex<World>>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.lock().locked = false;
    }
}

impl Storage for Simulated {
    fn lock(&self) -> Result<Lock, LockError> {
        let mut world = self.world.lock();
        world.meets(Operation::Lock).map_err(|fault| LockError::Io(failure(fault)))?;
        if world.locked {
            return Err(LockError::Held { pid: Some(std::process::id()) });
        }
        world.locked = true;
        Ok(Box::new(Held(Arc::clone(&self.world))))
    }

    fn create_dir(&self, dir: &str) -> io::Result<()> {
        let mut world = self.world.lock();
        if !world.names.contains_key(dir) {
            world.meets(Operation::CreateDir).map_err(failure)?;
            world.make(dir);
        }
        Ok(())
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        self.look()?;
        let world = self.world.lock();
        let folder = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let inside = world.names.keys().filter_map(|name| name.strip_prefix(&folder));
        Ok(inside.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        self.look()?;
        let inode = self.world.lock().inode(path)?;
        Ok(Box::new(SimulatedFile { world: Arc::clone(&self.world), inode }))
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        let mut world = self.world.lock();
        world.meets(Operation::Create).map_err(failure)?;
        if !world.has_folder_of(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inode = world.inode(path).unwrap_or_else(|_| world.make(path));
        if let Some(contents) = world.files.get_mut(&inode) {
            contents.live.clear();
        }
        Ok(Box::new(SimulatedFile { world: Arc::clone(&self.world), inode }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut world = self.world.lock();
        world.meets(Operation::Rename).map_err(failure)?;
        let inode = world.inode(from)?;
        // One journal entry: the new name appears and the old one goes together. Kept as two in
        // the list, appearing first, so that a cut between them leaves a spare name behind.
        world.name(to, Some(inode));
        world.name(from, None);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut world = self.world.lock();
        world.meets(Operation::Remove).map_err(failure)?;
        world.inode(path)?;
        world.name(path, None);
        Ok(())
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        let mut world = self.world.lock();
        world.meets(Operation::SyncDir).map_err(failure)?;
        world.sync_dir(dir);
        Ok(())
    }
}

struct SimulatedFile {
    world: Arc<Mutex<World>>,
    inode: u64,
}

impl SimulatedFile {
    /// Runs one operation on the contents, or on half of it when the fault says so.
    fn change(
        &self,
        operation: Operation,
        act: impl FnOnce(&mut Contents, Option<Fault>),
    ) -> io::Result<()> {
        let mut world = self.world.lock();
        let fault = world.meets(operation).err();
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        let contents = world.files.get_mut(&self.inode).ok_or_else(gone)?;
        if fault != Some(Fault::PowerCut) {
            act(contents, fault);
        }
        fault.map_or(Ok(()), |fault| Err(failure(fault)))
    }
}

impl StorageFile for SimulatedFile {
    fn length(&self) -> io::Result<u64> {
        let mut world = self.world.lock();
        look(&mut world)?;
        Ok(world.files[&self.inode].live.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut world = self.world.lock();
        let met = world.meets(Operation::Read).err();
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(buffer.len());
        let mut source = slice(&world.files[&self.inode].live, start, end);
        match met {
            None => {}
            Some(Fault::Short) => source = &source[..source.len() / 2],
            Some(fault) => return Err(failure(fault)),
        }
        buffer[..source.len()].copy_from_slice(source);
        Ok(source.len())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.change(Operation::Write, |contents, fault| {
            let bytes = if fault.is_some() { &bytes[..bytes.len() / 2] } else { bytes };
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            let end = start + bytes.len();
            if contents.live.len() < end {
                contents.live.resize(end, 0);
            }
            contents.live[start..end].copy_from_slice(bytes);
            // Written anew, so the kernel tries again.
            contents.lost = false;
        })
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.change(Operation::SetLength, |contents, fault| {
            if fault.is_none() {
                contents.live.resize(usize::try_from(length).unwrap_or(usize::MAX), 0);
            }
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.change(Operation::Sync, |contents, fault| match fault {
            Some(_) => contents.lost = true,
            None if contents.lost => {}
            None => contents.durable.clone_from(&contents.live),
        })
    }
}
