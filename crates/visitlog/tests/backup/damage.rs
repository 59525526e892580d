//! What becomes of damage: found in a backup, said of a store, mended from a backup.

use super::*;

#[test]
fn a_flipped_bit_anywhere_in_a_folder_is_found_and_refused_with_the_file_named() {
    let folder = backed_up();
    let contents = check_backup_on(&folder).unwrap();
    assert_eq!((contents.damages.len(), contents.missing.len()), (0, 0));
    for path in [SEGMENT, SECOND, PART, "BACKUP"] {
        let good = folder.contents(path).unwrap();
        for at in 0..good.len() {
            folder.overwrite(path, &flipped(&good, at * 8 + at % 8));
            match check_backup_on(&folder) {
                Ok(contents) => {
                    assert_ne!(path, "BACKUP");
                    assert_eq!(contents.damages.len(), 1, "{path} byte {at}");
                    assert_eq!(contents.damages[0].file, path);
                }
                Err(_) => assert_eq!(path, "BACKUP", "byte {at}"),
            }
            let target = Simulated::new();
            assert_eq!(refused_file(restore_on(&folder, &target)), path, "byte {at}");
            assert!(is_not_openable(&target), "{path} byte {at}");
        }
        for length in [0, good.len() / 2, good.len() - 1] {
            folder.overwrite(path, &good[..length]);
            assert_eq!(refused_file(restore_on(&folder, &Simulated::new())), path);
        }
        folder.remove(path).unwrap();
        assert_eq!(refused_file(restore_on(&folder, &Simulated::new())), path);
        folder.create(path).unwrap();
        folder.overwrite(path, &good);
    }
    assert_eq!(restored(&folder).unwrap(), filled());
}

#[test]
fn a_flipped_bit_anywhere_in_the_one_file_is_refused_or_changes_nothing() {
    let storage = store();
    let good = archive_of(&storage);
    let mut harmless = 0;
    for at in (0..good.len()).step_by(3) {
        let bytes = flipped(&good, at * 8 + at % 8);
        let target = Simulated::new();
        let done = restore_archive_on(&mut bytes.as_slice(), &target);
        match done {
            Ok(contents) => {
                assert_eq!(contents.damages, []);
                let found = all_of(&open(&target, Options::default()).unwrap());
                assert_eq!(found, filled(), "byte {at}");
                harmless += 1;
            }
            Err(error) => {
                assert!(is_not_openable(&target), "byte {at}: {error}");
                let found = check_archive(&mut bytes.as_slice());
                assert!(found.is_err() || !found.unwrap().damages.is_empty(), "byte {at}");
            }
        }
    }
    // Tar fills files up to blocks of 512 bytes, and nobody reads what it fills them with.
    assert!(harmless * 3 < good.len() / 2, "{harmless} of {} bytes", good.len() / 3);
}

#[test]
fn an_archive_that_was_cut_anywhere_is_refused() {
    let good = archive_of(&store());
    let ending = 1024;
    for length in (0..good.len() - ending).step_by(37) {
        let target = Simulated::new();
        assert!(restore_archive_on(&mut &good[..length], &target).is_err(), "cut at {length}");
        assert!(is_not_openable(&target), "cut at {length}");
        assert!(check_archive(&mut &good[..length]).is_err(), "cut at {length}");
    }
}

/// A store with the same names, sizes and counts as that of [`fill`] and other visits: as after a
/// restore that went another way.
#[test]
fn a_whole_copy_is_never_replaced_by_a_damaged_file() {
    let (storage, folder) = (store(), backed_up());
    let segment = storage.contents(SEGMENT).unwrap();
    let footer_at = *regions(&segment).last().unwrap() as usize;
    storage.overwrite(SEGMENT, &flipped(&segment, 8 * footer_at + 200));
    storage.remove(SECOND).unwrap();
    let engine = open(&storage, Options::default()).unwrap();
    assert_eq!(engine.recovery().damaged.len(), 2);
    // The log is damaged while the engine has it open.
    let log = storage.contents(PART).unwrap();
    storage.overwrite(PART, &flipped(&log, 8 * 300));
    engine.append(visit_on(2, 200)).unwrap();
    let report = engine.backup_on(&folder).unwrap();
    let files: Vec<&str> = report.damages.iter().map(|damage| damage.file.as_str()).collect();
    assert_eq!(files, [PART, SEGMENT, SECOND], "and the log's new end is added to its copy");
    let mut expected = filled();
    expected.push(visit_on(2, 200));
    assert_eq!(restored(&folder).unwrap(), expected);
}

#[test]
fn what_is_damaged_is_backed_up_as_it_is_and_said_each_time() {
    let (storage, folder) = (store(), Simulated::new());
    let good = storage.contents(SEGMENT).unwrap();
    storage.overwrite(SEGMENT, &flipped(&good, 8 * 100));
    storage.remove(SECOND).unwrap();
    let engine = open(&storage, Options::default()).unwrap();
    for _ in 0..2 {
        let report = engine.backup_on(&folder).unwrap();
        assert_eq!(report.damages.len(), 2, "{:?}", report.damages);
        let target = Simulated::new();
        let contents = restore_on(&folder, &target).unwrap();
        assert_eq!(contents.missing, [SECOND]);
        assert_eq!(contents.damaged_before, [SEGMENT]);
        let damages = verify_on(&target).unwrap().damages;
        assert_eq!(damages.len(), 2, "the same as in the store: {damages:?}");
    }
    let mut archive = Vec::new();
    assert_eq!(engine.backup_to(&mut archive).unwrap().damages.len(), 2);
    assert_eq!(check_archive(&mut archive.as_slice()).unwrap().missing, [SECOND]);
    // Healed, it is copied once more.
    storage.overwrite(SEGMENT, &good);
    let healed = engine.backup_on(&folder).unwrap();
    assert_eq!((healed.damages.len(), healed.copied_files), (1, 1));
}

#[test]
fn damaged_segments_are_restored_from_a_backup_of_that_day() {
    let (storage, folder) = (store(), backed_up());
    let good = storage.contents(SEGMENT).unwrap();
    let starts = regions(&good);
    for start in &starts {
        storage.overwrite(SEGMENT, &flipped(&good, 8 * *start as usize + 4));
        assert_eq!(region_of(&starts, *start as usize), *start);
        let done = restore_segments_on(&folder, &storage, ..).unwrap();
        assert_eq!(done.replaced, [SEGMENT]);
        assert_eq!(storage.contents(SEGMENT).unwrap(), good);
    }
    storage.remove(SEGMENT).unwrap();
    storage.overwrite(SECOND, &[]);
    let first_day = open(&Simulated::new(), Options::default()).unwrap().day_of(MIDNIGHT_MS);
    let done = restore_segments_on(&folder, &storage, first_day + 1..).unwrap();
    assert_eq!(done.replaced, [SECOND], "only of the days that were asked for");
    // The backup's own copy is damaged: the store's file is left as it is.
    let copy = folder.contents(SEGMENT).unwrap();
    folder.overwrite(SEGMENT, &flipped(&copy, 900));
    let done = restore_segments_on(&folder, &storage, ..).unwrap();
    assert_eq!((done.replaced.len(), done.left.len()), (0, 1));
    assert!(done.left[0].what.contains("not restored"), "{:?}", done.left);
    assert!(!storage.paths().iter().any(|path| path.contains("next")), "nothing is left over");
    folder.overwrite(SEGMENT, &copy);
    restore_segments_on(&folder, &storage, ..).unwrap();
    assert_eq!(all_of(&open(&storage, Options::default()).unwrap()), filled());
}

#[test]
fn a_power_cut_while_a_segment_is_restored_leaves_the_old_file_or_the_new_one() {
    let folder = backed_up();
    let good = store().contents(SEGMENT).unwrap();
    for fault in [Fault::Broken, Fault::NoRoom, Fault::PowerCut] {
        for nth in 1.. {
            let storage = store();
            storage.overwrite(SEGMENT, &flipped(&good, 900));
            storage.fail(Operation::Any, nth, fault);
            let before = storage.operations();
            let done = restore_segments_on(&folder, &storage, ..);
            let steps = storage.operations() - before;
            storage.make_room();
            for seed in 0..8 {
                let next = storage.after_power_cut(&mut dice(nth * 10 + seed));
                let found = next.contents(SEGMENT).unwrap();
                assert!(found == good || found == flipped(&good, 900), "{fault:?} at {nth}");
                assert!(done.is_err() || found == good, "{fault:?} at {nth}");
                assert!(restore_segments_on(&folder, &next, ..).unwrap().left.is_empty());
                assert_eq!(all_of(&open(&next, Options::default()).unwrap()), filled());
            }
            if done.is_ok() && steps < nth {
                break;
            }
        }
    }
}
