//! A file system in memory that fails on demand and loses what was not synced. For tests.
//!
//! Each file has what its readers see and what would survive a power cut; so has the list of
//! names. [`Simulated::fail`] arms one fault at the n-th operation from now of a kind.
//! [`Simulated::after_power_cut`] gives the folder as the next boot would find it,
//! [`Simulated::after_kill`] as the next process would.

use std::{collections::BTreeMap, io, sync::Arc};

use parking_lot::Mutex;

use super::{Lock, LockError, Storage, StorageFile};

/// A disk writes sectors whole; between them a power cut may tear a write.
const SECTOR_BYTES: usize = 512;

/// Kinds of operation that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Any of the others, whichever comes.
    Any,
    /// [`StorageFile::write_at`].
    Write,
    /// [`StorageFile::sync`].
    Sync,
    /// [`StorageFile::set_length`].
    SetLength,
    /// [`Storage::create`].
    Create,
    /// [`Storage::rename`].
    Rename,
    /// [`Storage::remove`].
    Remove,
    /// [`Storage::sync_dir`].
    SyncDir,
}

/// What happens at an operation that was made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An input/output error, this once. A write writes half before; a sync makes nothing durable
    /// and what it was asked to sync never will be, as on Linux.
    Broken,
    /// No space left, from this operation on until [`Simulated::make_room`]. A write writes half.
    NoRoom,
    /// The power goes: this operation does nothing and neither does any after it.
    PowerCut,
}

/// The folder; clones share it.
#[derive(Clone, Default)]
pub struct Simulated {
    world: Arc<Mutex<World>>,
}

#[derive(Default)]
struct World {
    /// Contents by inode; a file that has lost its name lives on while it is open.
    files: BTreeMap<u64, Contents>,
    next_inode: u64,
    names: BTreeMap<String, u64>,
    /// Changes of names since the last directory sync, oldest first.
    unsynced_names: Vec<(String, Option<u64>)>,
    durable_names: BTreeMap<String, u64>,
    armed: Vec<(Operation, u64, Fault)>,
    operations: u64,
    no_room: bool,
    power_is_out: bool,
    locked: bool,
}

#[derive(Clone, Default)]
struct Contents {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// Written, and the kernel has given up on writing it back: readers see it, no sync saves it.
    lost: bool,
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

    /// Operations so far that could have failed.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.world.lock().operations
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
        let world = self.world.lock();
        let next = World {
            files: world.files.clone(),
            next_inode: world.next_inode,
            names: world.names.clone(),
            unsynced_names: world.unsynced_names.clone(),
            durable_names: world.durable_names.clone(),
            ..World::default()
        };
        Self { world: Arc::new(Mutex::new(next)) }
    }

    /// The folder as the next boot finds it. `dice(n)` must give a number below `n`; it decides
    /// which of the unsynced sectors and names had reached the disk.
    #[must_use]
    pub fn after_power_cut(&self, dice: &mut dyn FnMut(u64) -> u64) -> Self {
        let world = self.world.lock();
        let mut names = world.durable_names.clone();
        // A journal keeps the order of names: some first part of the changes is there.
        let kept = dice(world.unsynced_names.len() as u64 + 1) as usize;
        for (name, inode) in &world.unsynced_names[..kept] {
            apply(&mut names, name, *inode);
        }
        let mut files = BTreeMap::new();
        for inode in names.values() {
            let survived = world.files[inode].torn(dice);
            let contents = Contents { live: survived.clone(), durable: survived, lost: false };
            files.insert(*inode, contents);
        }
        let next = World {
            files,
            next_inode: world.next_inode,
            durable_names: names.clone(),
            names,
            ..World::default()
        };
        Self { world: Arc::new(Mutex::new(next)) }
    }
}

impl Contents {
    /// What a power cut leaves: of every sector the old or the new, and any length between.
    fn torn(&self, dice: &mut dyn FnMut(u64) -> u64) -> Vec<u8> {
        let (short, long) =
            (self.durable.len().min(self.live.len()), self.durable.len().max(self.live.len()));
        let length = short + dice((long - short) as u64 + 1) as usize;
        let mut bytes = vec![0; length];
        for start in (0..length).step_by(SECTOR_BYTES) {
            let end = (start + SECTOR_BYTES).min(length);
            let changed = slice(&self.durable, start, end) != slice(&self.live, start, end);
            let newer = changed && !self.lost && dice(2) == 1;
            let source = slice(if newer { &self.live } else { &self.durable }, start, end);
            bytes[start..start + source.len()].copy_from_slice(source);
        }
        bytes
    }
}

fn slice(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..).map_or(&[], |rest| &rest[..rest.len().min(end - start)])
}

fn apply(names: &mut BTreeMap<String, u64>, name: &str, inode: Option<u64>) {
    match inode {
        Some(inode) => names.insert(name.to_owned(), inode),
        None => names.remove(name),
    };
}

impl World {
    /// Counts one operation and says which fault it meets.
    fn meets(&mut self, operation: Operation) -> Result<(), Fault> {
        if self.power_is_out {
            return Err(Fault::PowerCut);
        }
        self.operations += 1;
        let mut met = None;
        self.armed.retain_mut(|(kind, left, fault)| {
            if *kind != Operation::Any && *kind != operation {
                return true;
            }
            *left -= 1;
            if *left == 0 {
                met = Some(*fault);
            }
            *left > 0
        });
        self.no_room |= met == Some(Fault::NoRoom);
        self.power_is_out |= met == Some(Fault::PowerCut);
        let takes_room = matches!(operation, Operation::Write | Operation::Create);
        match met {
            Some(Fault::NoRoom) | None if self.no_room && takes_room => Err(Fault::NoRoom),
            Some(Fault::NoRoom) | None => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    fn name(&mut self, name: &str, inode: Option<u64>) {
        apply(&mut self.names, name, inode);
        self.unsynced_names.push((name.to_owned(), inode));
    }

    fn inode(&self, path: &str) -> io::Result<u64> {
        self.names.get(path).copied().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

fn failure(fault: Fault) -> io::Error {
    match fault {
        Fault::Broken => io::Error::other("simulated input/output error"),
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
        if world.locked {
            return Err(LockError::Held { pid: Some(std::process::id()) });
        }
        world.locked = true;
        Ok(Box::new(Held(Arc::clone(&self.world))))
    }

    fn create_dir(&self, _dir: &str) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let world = self.world.lock();
        let folder = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let inside = world.names.keys().filter_map(|name| name.strip_prefix(&folder));
        Ok(inside.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        let inode = self.world.lock().inode(path)?;
        Ok(Box::new(SimulatedFile { world: Arc::clone(&self.world), inode }))
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        let mut world = self.world.lock();
        world.meets(Operation::Create).map_err(failure)?;
        let inode = if let Ok(inode) = world.inode(path) {
            inode
        } else {
            world.next_inode += 1;
            let inode = world.next_inode;
            world.files.insert(inode, Contents::default());
            world.name(path, Some(inode));
            inode
        };
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
        let inside = |name: &str| name.rsplit_once('/').map_or("", |(folder, _)| folder) == dir;
        let changes = std::mem::take(&mut world.unsynced_names);
        for (name, inode) in changes {
            if inside(&name) {
                apply(&mut world.durable_names, &name, inode);
            } else {
                world.unsynced_names.push((name, inode));
            }
        }
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
        Ok(self.world.lock().files[&self.inode].live.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let world = self.world.lock();
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(buffer.len());
        let source = slice(&world.files[&self.inode].live, start, end);
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
