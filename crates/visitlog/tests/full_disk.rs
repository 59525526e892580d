//! A disk that is really full: reads go on, those who wait are told at once, and writing goes on
//! by itself when there is room.
//!
//! The same story twice: on a small tmpfs, mounted in a namespace of its own, for which the test
//! starts itself once more; and on a folder of the disk with a limit put over it, which needs no
//! right to mount. Where mounting is refused, the second one stands for both.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use common::{MIDNIGHT_MS, all_of};
use visitlog::{
    AppendError, CommitError, Engine, Health, MaintainError, Options, Visit, Watch,
    storage::{Disk, Lock, LockError, Storage, StorageFile},
};

const DISK_BYTES: u64 = 400 * 1024;

/// What takes room and can be removed: more than sealing needs beside the log.
const BALLAST_BYTES: u64 = 160 * 1024;

/// Nobody may wait longer for an answer.
const AT_ONCE: Duration = Duration::from_secs(5);

/// In which mounted folder the test is to run, when it was started by itself.
const MOUNTED: &str = "VISITLOG_TEST_MOUNTED";

const OPTIONS: fn() -> Options = || Options {
    part_bytes_max: 20_000,
    run_visits: 200,
    seal_visits: 1_000_000,
    ..Options::default()
};

fn batch(number: u64) -> Vec<Visit> {
    let visit = |n: u64| Visit {
        person: n % 200,
        entered_ms: MIDNIGHT_MS + (n * 1_000) as i64,
        checkpoint: (n % 7) as u32,
        operator: 0,
        ..common::visit(n)
    };
    (number * 50..(number + 1) * 50).map(visit).collect()
}

/// An answer, or a failed test when none comes soon.
fn append(engine: &Engine, visits: Vec<Visit>) -> Result<(), CommitError> {
    let (sender, answer) = mpsc::channel();
    engine.submit_all(visits, move |outcome| sender.send(outcome).unwrap()).unwrap();
    answer.recv_timeout(AT_ONCE).expect("an answer at once").map(drop)
}

fn fill_up_and_make_room(open: impl Fn() -> Engine, make_room: impl FnOnce()) {
    let engine = open();
    let full = (0..).find(|number| match append(&engine, batch(*number)) {
        Ok(()) => false,
        Err(CommitError::NoRoom(_)) => true,
        Err(other) => panic!("full in another way: {other}"),
    });
    let full = full.unwrap();
    assert!(full > 50, "it was not full from the start: {full}");
    let mut stored: Vec<_> = (0..full).flat_map(batch).collect();
    let sort = |visits: &mut Vec<Visit>| visits.sort_by_key(|v| (v.person, v.entered_ms));
    sort(&mut stored);

    // Many wait; each is told.
    let (sender, answers) = mpsc::channel();
    for number in full..full + 30 {
        let sender = sender.clone();
        engine.submit_all(batch(number), move |outcome| sender.send(outcome).unwrap()).unwrap();
    }
    for _ in 0..30 {
        let answer = answers.recv_timeout(AT_ONCE).expect("an answer at once");
        assert!(matches!(answer, Err(CommitError::NoRoom(_))), "{answer:?}");
    }
    assert!(matches!(engine.health(), Health::NoRoom(_)));
    assert_eq!(all_of(&engine), stored, "reading goes on");
    assert!(append(&engine, batch(3)).is_ok(), "what is there is known");
    assert_eq!(
        engine.append(stored[0]).map(|answer| answer.already_there),
        Ok(true),
        "and one alone"
    );
    let refused = engine.seal();
    assert!(
        matches!(
            refused,
            Err(MaintainError::NoRoom(_)
                | MaintainError::Append(AppendError::Commit(CommitError::NoRoom(_))))
        ),
        "{refused:?}"
    );
    assert_eq!(all_of(&engine), stored, "nothing is lost by trying");

    make_room();
    assert!(append(&engine, batch(full)).is_ok(), "writing goes on by itself");
    assert_eq!(engine.health(), Health::Writing);
    stored.extend(batch(full));
    sort(&mut stored);
    engine.seal().unwrap();
    assert_eq!(engine.stats().log_parts, 1, "sealing has freed the log");
    for number in full + 1..full + 20 {
        append(&engine, batch(number)).unwrap();
        stored.extend(batch(number));
    }
    sort(&mut stored);
    engine.close();
    let engine = open();
    assert_eq!(engine.recovery().torn_tail, None);
    assert_eq!(all_of(&engine), stored);
}

#[test]
fn a_full_tmpfs_is_reported_read_and_written_to_again() {
    if let Ok(dir) = std::env::var(MOUNTED) {
        let (store, ballast) = (Path::new(&dir).join("store"), Path::new(&dir).join("ballast"));
        std::fs::write(&ballast, vec![7; BALLAST_BYTES as usize]).unwrap();
        let open = || Engine::open(&store, OPTIONS()).unwrap();
        return fill_up_and_make_room(open, || std::fs::remove_file(&ballast).unwrap());
    }
    let dir = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size={DISK_BYTES} none \"$1\" || exit 77; \
         exec \"$0\" --exact a_full_tmpfs_is_reported_read_and_written_to_again"
    );
    let outcome = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script])
        .args([std::env::current_exe().unwrap(), PathBuf::from(dir.path())])
        .env(MOUNTED, dir.path())
        .output();
    let refused = match &outcome {
        Ok(output) => output.status.code() == Some(77) || said(output).contains("unshare:"),
        Err(_) => true,
    };
    if refused {
        return on_a_limited_folder();
    }
    let output = outcome.unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("1 passed"), "{}", said(&output));
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_folder_at_its_limit_is_reported_read_and_written_to_again() {
    on_a_limited_folder();
}

fn on_a_limited_folder() {
    let dir = tempfile::tempdir().unwrap();
    let limit = Arc::new(AtomicU64::new(DISK_BYTES - BALLAST_BYTES));
    let open = || {
        let disk = Disk::new(dir.path()).unwrap();
        let limited = Limited { disk, dir: dir.path().to_owned(), limit: Arc::clone(&limit) };
        Engine::open_on(Arc::new(limited), OPTIONS(), Watch::default()).unwrap()
    };
    fill_up_and_make_room(open, || limit.store(DISK_BYTES, Ordering::SeqCst));
}

/// A folder whose files together may not be longer than a limit.
struct Limited {
    disk: Disk,
    dir: PathBuf,
    limit: Arc<AtomicU64>,
}

impl Limited {
    fn file(&self, file: Box<dyn StorageFile>) -> Box<dyn StorageFile> {
        let (dir, limit) = (self.dir.clone(), Arc::clone(&self.limit));
        Box::new(LimitedFile { file, dir, limit })
    }
}

impl Storage for Limited {
    fn lock(&self) -> Result<Lock, LockError> {
        self.disk.lock()
    }

    fn create_dir(&self, dir: &str) -> io::Result<()> {
        self.disk.create_dir(dir)
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(self.file(self.disk.open(path)?))
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(self.file(self.disk.create(path)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }
}

struct LimitedFile {
    file: Box<dyn StorageFile>,
    dir: PathBuf,
    limit: Arc<AtomicU64>,
}

impl StorageFile for LimitedFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let after = (offset + bytes.len() as u64).max(self.file.length()?);
        let grows = after - self.file.length()?;
        let left = self.limit.load(Ordering::SeqCst).saturating_sub(used(&self.dir)?);
        if grows > left {
            // As much as fits, as a disk would.
            let fits = bytes.len() - (grows - left).min(bytes.len() as u64) as usize;
            self.file.write_at(&bytes[..fits], offset)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.write_at(bytes, offset)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.file.set_length(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

/// Bytes of all files.
fn used(dir: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { used(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
