//! What a simulated folder holds: what its readers see, and what a power cut would leave of it.

use std::{collections::BTreeMap, io};

use super::{Fault, Operation};

/// A disk writes sectors whole; between them a power cut may tear a write.
const SECTOR_BYTES: usize = 512;

#[derive(Default)]
pub(super) struct World {
    /// Contents by inode; a file that has lost its name lives on while it is open.
    pub(super) files: BTreeMap<u64, Contents>,
    pub(super) next_inode: u64,
    /// Files and folders; a folder's own name has no `/` in it.
    pub(super) names: BTreeMap<String, u64>,
    /// Changes of names since their folder was synced, oldest first.
    pub(super) unsynced_names: Vec<(String, Option<u64>)>,
    pub(super) durable_names: BTreeMap<String, u64>,
    pub(super) armed: Vec<(Operation, u64, Fault)>,
    pub(super) operations: u64,
    pub(super) reads: u64,
    pub(super) no_room: bool,
    pub(super) power_is_out: bool,
    pub(super) locked: bool,
}

#[derive(Clone, Default)]
pub(super) struct Contents {
    pub(super) live: Vec<u8>,
    pub(super) durable: Vec<u8>,
    /// Written, and the kernel has given up on writing it back: readers see it, no sync saves it.
    pub(super) lost: bool,
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

impl World {
    /// Counts one operation and says which fault it meets.
    pub(super) fn meets(&mut self, operation: Operation) -> Result<(), Fault> {
        if self.power_is_out {
            return Err(Fault::PowerCut);
        }
        if operation.changes_the_disk() {
            self.operations += 1;
        } else {
            self.reads += u64::from(operation == Operation::Read);
        }
        let mut met = None;
        self.armed.retain_mut(|(kind, left, fault)| {
            let any = *kind == Operation::Any && operation.changes_the_disk();
            if !any && *kind != operation {
                return true;
            }
            *left -= 1;
            if *left == 0 {
                met = Some((*kind, *fault));
            }
            *left > 0
        });
        let fault = met.map(|(_, fault)| fault);
        self.no_room |= fault == Some(Fault::NoRoom);
        self.power_is_out |= fault == Some(Fault::PowerCut);
        match met {
            // Asked for by name, even a sync can find no room.
            Some((kind, Fault::NoRoom)) if kind == operation => Err(Fault::NoRoom),
            Some((_, Fault::NoRoom)) | None if self.no_room && operation.takes_room() => {
                Err(Fault::NoRoom)
            }
            Some((_, Fault::NoRoom)) | None => Ok(()),
            Some((_, fault)) => Err(fault),
        }
    }

    pub(super) fn name(&mut self, name: &str, inode: Option<u64>) {
        apply(&mut self.names, name, inode);
        self.unsynced_names.push((name.to_owned(), inode));
    }

    /// Gives a new, empty file or folder that name.
    pub(super) fn make(&mut self, name: &str) -> u64 {
        self.next_inode += 1;
        self.files.insert(self.next_inode, Contents::default());
        self.name(name, Some(self.next_inode));
        self.next_inode
    }

    pub(super) fn inode(&self, path: &str) -> io::Result<u64> {
        self.names.get(path).copied().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    /// Whether the folder that a path is in is there.
    pub(super) fn has_folder_of(&self, path: &str) -> bool {
        let folder = folder_of(path);
        folder.is_empty() || self.names.contains_key(folder)
    }

    pub(super) fn sync_dir(&mut self, dir: &str) {
        for (name, inode) in std::mem::take(&mut self.unsynced_names) {
            if folder_of(&name) == dir {
                apply(&mut self.durable_names, &name, inode);
            } else {
                self.unsynced_names.push((name, inode));
            }
        }
    }

    pub(super) fn after_kill(&self) -> Self {
        Self {
            files: self.files.clone(),
            next_inode: self.next_inode,
            names: self.names.clone(),
            unsynced_names: self.unsynced_names.clone(),
            durable_names: self.durable_names.clone(),
            ..Self::default()
        }
    }

    pub(super) fn after_power_cut(&self, dice: &mut dyn FnMut(u64) -> u64) -> Self {
        let mut changes: BTreeMap<&str, Vec<&(String, Option<u64>)>> = BTreeMap::new();
        for change in &self.unsynced_names {
            changes.entry(folder_of(&change.0)).or_default().push(change);
        }
        let mut names = self.durable_names.clone();
        // Within a folder some first part of the changes is there; folders do not wait for each
        // other.
        for changes in changes.values() {
            let kept = dice(changes.len() as u64 + 1) as usize;
            changes[..kept].iter().for_each(|(name, inode)| apply(&mut names, name, *inode));
        }
        let folders = names.clone();
        names.retain(|name, _| {
            let folder = folder_of(name);
            folder.is_empty() || folders.contains_key(folder)
        });
        let mut files = BTreeMap::new();
        for inode in names.values() {
            let survived = self.files[inode].torn(dice);
            let contents = Contents { live: survived.clone(), durable: survived, lost: false };
            files.insert(*inode, contents);
        }
        let next_inode = self.next_inode;
        Self { files, next_inode, durable_names: names.clone(), names, ..Self::default() }
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(super) fn slice(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..).map_or(&[], |rest| &rest[..rest.len().min(end - start)])
}

fn apply(names: &mut BTreeMap<String, u64>, name: &str, inode: Option<u64>) {
    match inode {
        Some(inode) => names.insert(name.to_owned(), inode),
        None => names.remove(name),
    };
}
