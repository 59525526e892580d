//! A backup is one moment of a store that goes on, and what is restored of it is that store.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../care/mod.rs"]
mod care;
#[path = "../common/mod.rs"]
mod common;
mod damage;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use care::{SEGMENT, fill, filled, flipped, kept, of_day, region_of, regions, since, store};
use common::{MIDNIGHT_MS, all_of, dice, no_room_ahead, open, visit_on};
use visitlog::{
    BackupContents, BackupError, Engine, OpenError, Options, Visit, check_archive, check_backup,
    check_backup_on, restore, restore_archive_on, restore_on, restore_segments_on,
    storage::Storage,
    storage::simulated::{Fault, Operation, Simulated},
    verify_on,
};

const PART: &str = "log/000000000002.log";
const SECOND: &str = "segments/000000000002.seg";

/// A folder with a backup of the store of [`fill`].
fn backed_up() -> Simulated {
    let folder = Simulated::new();
    open(&store(), Options::default()).unwrap().backup_on(&folder).unwrap();
    folder
}

fn archive_of(storage: &Simulated) -> Vec<u8> {
    let mut archive = Vec::new();
    open(storage, Options::default()).unwrap().backup_to(&mut archive).unwrap();
    archive
}

/// What a store restored from the folder holds; nothing when there is no backup.
fn restored(folder: &Simulated) -> Option<Vec<Visit>> {
    let target = Simulated::new();
    match restore_on(folder, &target) {
        Ok(contents) => assert_eq!(contents.damages, []),
        Err(error) => {
            assert!(is_missing_list(&error), "{error}");
            return None;
        }
    }
    assert_eq!(verify_on(&target).unwrap().damages, []);
    Some(all_of(&open(&target, Options::default()).unwrap()))
}

fn is_missing_list(error: &BackupError) -> bool {
    let damage = match error {
        BackupError::File(OpenError::Damaged(damage)) => damage,
        _ => return false,
    };
    damage.file == "BACKUP" && damage.what.contains("missing")
}

/// Every file of a store but its lock.
fn files_of(storage: &Simulated) -> Vec<(String, Option<Vec<u8>>)> {
    let paths = storage.paths().into_iter().filter(|path| path.contains('.') || path == "MANIFEST");
    paths.map(|path| (path.clone(), storage.contents(&path))).collect()
}

fn refused_file(outcome: Result<BackupContents, BackupError>) -> String {
    match outcome {
        Err(BackupError::File(OpenError::Damaged(damage))) => damage.file,
        other => panic!("not refused as damaged: {other:?}"),
    }
}

fn is_not_openable(target: &Simulated) -> bool {
    let refused = open(target, Options::default()).err().map(|error| error.to_string());
    refused.is_some_and(|said| said.contains("a restore into this folder was not finished"))
}

#[test]
fn a_restored_store_is_the_store_that_was_backed_up() {
    let storage = Simulated::new();
    let engine = open(&storage, no_room_ahead()).unwrap();
    fill(&engine);
    engine.drop_before(engine.day_of(MIDNIGHT_MS) + 1).unwrap();
    let (folder, mut archive) = (Simulated::new(), Vec::new());
    let report = engine.backup_on(&folder).unwrap();
    assert_eq!(report, engine.backup_to(&mut archive).unwrap());
    assert_eq!((report.copied_files, report.damages.len()), (report.files, 0));
    let (in_case, files) = (kept(&engine), files_of(&storage));
    assert!(!in_case.is_empty());
    for target in [Simulated::new(), Simulated::new()] {
        let contents = restore_on(&folder, &target).unwrap();
        assert_eq!(contents.files, report.files);
        assert_eq!(files_of(&target), files, "to the byte");
        let again = open(&target, Options::default()).unwrap();
        assert_eq!(all_of(&again), since(1, &filled()));
        assert_eq!(kept(&again), in_case);
        let forgotten = again.append(visit_on(0, 1));
        assert!(forgotten.unwrap_err().to_string().contains("deleted"), "and stays deleted");
        again.append(visit_on(3, 1)).unwrap();
    }
    let target = Simulated::new();
    restore_archive_on(&mut archive.as_slice(), &target).unwrap();
    assert_eq!(files_of(&target), files);
    assert_eq!(check_archive(&mut archive.as_slice()).unwrap().bytes, report.bytes);
}

#[test]
fn a_later_backup_copies_only_what_is_new_and_removes_what_is_gone() {
    let (storage, folder) = (Simulated::new(), Simulated::new());
    let engine = open(&storage, no_room_ahead()).unwrap();
    fill(&engine);
    engine.backup_on(&folder).unwrap();
    let again = engine.backup_on(&folder).unwrap();
    assert_eq!((again.copied_files, again.copied_bytes, again.removed_files), (0, 0, 0));

    let log_bytes = storage.contents(PART).unwrap().len();
    engine.append(visit_on(2, 200)).unwrap();
    let frame_bytes = (storage.contents(PART).unwrap().len() - log_bytes) as u64;
    let grown = engine.backup_on(&folder).unwrap();
    assert_eq!((grown.copied_files, grown.copied_bytes), (1, frame_bytes), "the log's new end");

    engine.seal().unwrap();
    let names = folder.paths();
    let sealed = engine.backup_on(&folder).unwrap();
    assert_eq!((sealed.copied_files, sealed.removed_files), (2, 1), "a segment for a log part");
    assert!(names.contains(&PART.to_owned()) && !folder.paths().contains(&PART.to_owned()));

    engine.drop_before(engine.day_of(MIDNIGHT_MS) + 1).unwrap();
    engine.drop_case(care::CASE).unwrap();
    let dropped = engine.backup_on(&folder).unwrap();
    assert_eq!((dropped.copied_files, dropped.copied_bytes), (0, 0));
    assert!(!folder.paths().contains(&SEGMENT.to_owned()), "what is deleted is not kept here");
    let listed = engine.stats().segments + engine.stats().log_parts;
    assert_eq!(dropped.files, listed);
    let mut expected = [of_day(1), of_day(2), vec![visit_on(2, 200)]].concat();
    expected.sort_by_key(|visit| visit.person);
    assert_eq!(restored(&folder).unwrap(), expected);
}

#[test]
fn backups_of_a_busy_store_have_everything_acknowledged_before_them() {
    let storage = Simulated::new();
    let options =
        Options { part_bytes_max: 1_500, run_visits: 16, seal_visits: 40, ..Options::default() };
    let engine = open(&storage, options).unwrap();
    let (acknowledged, total) = (AtomicU64::new(0), 600);
    let visit = |n: u64| visit_on((n / 100) as i64, n % 240);
    let folder = Simulated::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..total {
                engine.append(visit(n)).unwrap();
                acknowledged.store(n + 1, Ordering::SeqCst);
                if n % 90 == 89 {
                    engine.seal().unwrap();
                }
                if n == 450 {
                    engine.drop_before(engine.day_of(MIDNIGHT_MS) + 2).unwrap();
                }
            }
        });
        let mut before = 0;
        while before < total {
            before = acknowledged.load(Ordering::SeqCst);
            let target = Simulated::new();
            if before % 2 == 0 {
                assert_eq!(engine.backup_on(&folder).unwrap().damages, []);
                restore_on(&folder, &target).unwrap();
            } else {
                let mut archive = Vec::new();
                assert_eq!(engine.backup_to(&mut archive).unwrap().damages, []);
                restore_archive_on(&mut archive.as_slice(), &target).unwrap();
            }
            assert_eq!(verify_on(&target).unwrap().damages, []);
            let found = all_of(&open(&target, options).unwrap());
            let first = found.iter().map(|visit| visit.entered_ms).min();
            let kept_from =
                if first.is_some_and(|ms| ms < MIDNIGHT_MS + 200 * 61_000) { 0 } else { 2 };
            for n in (0..before).filter(|n| n / 100 >= kept_from) {
                assert!(found.contains(&visit(n)), "visit {n} of {before} is not in it");
            }
            let most = acknowledged.load(Ordering::SeqCst) + 1;
            assert!(found.len() as u64 <= most, "nothing that was never written");
        }
    });
}

/// A store that goes on after its first backup: (log end, segment, deleted day) all change.
fn second_backup(engine: &Engine) {
    engine.append(visit_on(2, 200)).unwrap();
    engine.seal().unwrap();
    engine.append(visit_on(2, 201)).unwrap();
    engine.drop_before(engine.day_of(MIDNIGHT_MS) + 1).unwrap();
}

#[test]
fn whatever_interrupts_a_backup_the_one_that_was_there_is_good() {
    let mut points = 0;
    for fault in [Fault::Broken, Fault::NoRoom, Fault::PowerCut] {
        for first in [true, false] {
            for nth in 1.. {
                let (storage, folder) = (Simulated::new(), Simulated::new());
                let engine = open(&storage, Options::default()).unwrap();
                fill(&engine);
                engine.append(visit_on(2, 199)).unwrap();
                if !first {
                    engine.backup_on(&folder).unwrap();
                    second_backup(&engine);
                }
                let old = restored(&folder);
                let new = all_of(&engine);
                let before = folder.operations();
                folder.fail(Operation::Any, nth, fault);
                let done = engine.backup_on(&folder);
                let steps = folder.operations() - before;
                folder.make_room();
                let killed = folder.after_kill();
                for seed in 0..3 {
                    let cut = folder.after_power_cut(&mut dice(nth * 10 + seed));
                    let found = restored(&cut);
                    let said = format!("{fault:?} at {nth}, first {first}, seed {seed}");
                    assert!(found.as_ref() == Some(&new) || found == old, "{said}");
                    assert!(done.is_err() || found.as_ref() == Some(&new), "{said}: it was done");
                    // And the next one comes through.
                    let next = engine.backup_on(&cut).unwrap();
                    assert_eq!(restored(&cut).as_ref(), Some(&new), "{said}");
                    assert_eq!(next.damages, [], "{said}");
                }
                assert!(restored(&killed).is_none_or(|found| found == new || Some(found) == old));
                engine.backup_on(&killed).unwrap();
                assert_eq!(restored(&killed), Some(new));
                let spare = killed.paths().iter().filter(|path| path.contains('/')).count() as u64;
                assert_eq!(spare, check_backup_on(&killed).unwrap().files, "nothing is left over");
                if done.is_ok() && steps < nth {
                    break;
                }
                points += 1;
            }
        }
    }
    assert!(points > 60, "{points}");
}

#[test]
fn a_store_that_cannot_be_read_spoils_no_backup() {
    for nth in 1.. {
        let (storage, folder) = (store(), Simulated::new());
        let engine = open(&storage, Options::default()).unwrap();
        engine.backup_on(&folder).unwrap();
        engine.append(visit_on(2, 200)).unwrap();
        let before = storage.reads();
        storage.fail(Operation::Read, nth, Fault::Broken);
        let done = engine.backup_on(&folder);
        let steps = storage.reads() - before;
        storage.make_room();
        let found = restored(&folder).unwrap();
        assert!(done.is_err() || found == all_of(&engine), "at {nth}");
        assert!(found.len() >= filled().len(), "at {nth}");
        if steps < nth {
            break;
        }
    }
}

#[test]
fn whatever_interrupts_a_restore_what_is_there_is_no_store_until_it_is_complete() {
    let (folder, archive) = (backed_up(), archive_of(&store()));
    for fault in [Fault::Broken, Fault::NoRoom, Fault::PowerCut] {
        for of_archive in [true, false] {
            for nth in 1.. {
                let target = Simulated::new();
                target.fail(Operation::Any, nth, fault);
                let done = match of_archive {
                    true => restore_archive_on(&mut archive.as_slice(), &target),
                    false => restore_on(&folder, &target),
                };
                let steps = target.operations();
                target.make_room();
                let cut = target.after_power_cut(&mut dice(nth));
                for left in [target.after_kill(), cut] {
                    let said = format!("{fault:?} at {nth}, archive {of_archive}");
                    let nothing = left.contents("MANIFEST").is_none_or(|bytes| bytes.is_empty());
                    if nothing {
                        let files = left.paths().iter().filter(|path| path.contains('/')).count();
                        assert!(done.is_err() && files == 0, "{said}: nothing was begun");
                        continue;
                    }
                    match open(&left, Options::default()) {
                        Ok(engine) => assert_eq!(all_of(&engine), filled(), "{said}"),
                        Err(error) => {
                            assert!(done.is_err(), "{said}: {error}");
                            assert!(error.to_string().contains("MANIFEST"), "{said}: {error}");
                        }
                    }
                }
                if done.is_ok() && steps < nth {
                    break;
                }
            }
        }
    }
}

fn other_store() -> (Engine, Vec<Visit>) {
    let other = |visit: &Visit| Visit { operator: visit.operator ^ 1, ..*visit };
    let engine = open(&Simulated::new(), Options::default()).unwrap();
    let old = [of_day(0), of_day(1)].concat();
    engine.append_all(old.iter().map(other).collect()).unwrap();
    engine.seal().unwrap();
    for visits in of_day(2).chunks(8) {
        engine.append_all(visits.iter().map(other).collect()).unwrap();
    }
    (engine, filled().iter().map(other).collect())
}

#[test]
fn another_store_with_the_same_names_is_backed_up_over_the_first_one() {
    let folder = backed_up();
    let (engine, expected) = other_store();
    for round in 0..3 {
        let report = engine.backup_on(&folder).unwrap();
        assert_eq!(report.copied_files, if round == 0 { 3 } else { 0 });
        assert_eq!(restored(&folder).unwrap(), expected);
    }
}

#[test]
fn another_store_with_the_same_names_spoils_no_backup_when_it_is_interrupted() {
    for nth in 1.. {
        let folder = backed_up();
        let (engine, expected) = other_store();
        let before = folder.operations();
        folder.fail(Operation::Any, nth, Fault::PowerCut);
        let done = engine.backup_on(&folder);
        let steps = folder.operations() - before;
        for seed in 0..4 {
            let found = restored(&folder.after_power_cut(&mut dice(nth * 10 + seed))).unwrap();
            assert!(found == expected || done.is_err() && found == filled(), "at {nth}");
        }
        if done.is_ok() && steps < nth {
            break;
        }
    }
}

#[test]
fn a_backup_goes_nowhere_where_it_does_not_belong() {
    let storage = store();
    let engine = open(&storage, Options::default()).unwrap();
    assert!(matches!(engine.backup_on(&storage), Err(BackupError::TargetIsStore)));
    let in_use = Simulated::new();
    let _held = in_use.lock().ok().unwrap();
    let refused = engine.backup_on(&in_use);
    assert!(matches!(refused, Err(BackupError::File(OpenError::InUse { .. }))));
    let folder = backed_up();
    assert!(matches!(restore_on(&folder, &storage), Err(BackupError::TargetNotEmpty)));
    let refused = open(&folder, Options::default()).err().unwrap().to_string();
    assert!(refused.contains("the manifest is gone"), "a backup is not a store: {refused}");
    assert!(is_missing_list(&restore_on(&Simulated::new(), &Simulated::new()).unwrap_err()));
    engine.close();
    assert!(matches!(engine.backup_on(&Simulated::new()), Err(BackupError::Closed)));
    let closed = engine.backup_to(&mut Vec::new());
    assert!(matches!(closed, Err(BackupError::Closed)));
}

#[test]
fn a_backup_whose_list_is_damaged_is_made_anew() {
    let (storage, folder) = (store(), backed_up());
    folder.overwrite("BACKUP", b"gone");
    let engine = open(&storage, Options::default()).unwrap();
    let report = engine.backup_on(&folder).unwrap();
    assert!(report.earlier_unusable.is_some());
    assert_eq!(report.copied_files, report.files);
    assert_eq!(restored(&folder).unwrap(), filled());
}

/// A writer that is full after so many bytes.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let count = bytes.len().min(self.0);
        self.0 -= count;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn one_file_that_finds_no_room_is_an_error() {
    let storage = store();
    let whole = archive_of(&storage).len();
    let engine = open(&storage, Options::default()).unwrap();
    for room in (0..whole).step_by(173) {
        let refused = engine.backup_to(&mut Full(room));
        assert!(matches!(refused, Err(BackupError::File(OpenError::Io { .. }))), "{room}");
    }
}

#[test]
fn folders_and_files_of_a_disk_work_alike() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let engine = Engine::open(at("store"), Options::default()).unwrap();
    fill(&engine);
    engine.backup(at("backup")).unwrap();
    let mut file = std::fs::File::create(at("backup.tar")).unwrap();
    engine.backup_to(&mut file).unwrap();
    engine.close();
    for (backup, target) in [("backup", "one"), ("backup.tar", "two")] {
        assert_eq!(check_backup(at(backup)).unwrap().damages, []);
        restore(at(backup), at(target)).unwrap();
        let again = Engine::open(at(target), Options::default()).unwrap();
        assert_eq!(all_of(&again), filled());
        assert_eq!(kept(&again), kept(&engine));
    }
    assert!(check_backup(at("nothing")).is_err());
    let listed =
        std::process::Command::new("tar").arg("tf").arg(at("backup.tar")).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let last = listed.lines().last();
    assert_eq!(last, Some("BACKUP"), "a plain tar reads it: {listed}");
}
