//! The way of an operator: back up, lose, restore, verify, repair.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path, process::ExitCode};

use clap::Parser;
use visits::Visit;

use super::*;
use crate::commands::{repair, restore, verify};

#[derive(Parser)]
enum Words {
    Backup(BackupArgs),
    Restore(restore::RestoreArgs),
    Verify(verify::VerifyArgs),
    Repair(repair::RepairArgs),
}

/// Runs a command; gives whether it ended well, and what it said.
async fn run_words(words: &[&str]) -> anyhow::Result<(bool, String)> {
    let mut out = Vec::new();
    let words = Words::try_parse_from([&["venuecode"], words].concat())?;
    let code = match words {
        Words::Backup(args) => run(args, &mut out).await?,
        Words::Restore(args) => restore::run(&args, &mut out)?,
        Words::Verify(args) => verify::run(&args, &mut out)?,
        Words::Repair(args) => repair::run(&args, &mut out)?,
    };
    let ended_well = format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS);
    Ok((ended_well, String::from_utf8(out)?))
}

/// Somebody's entry at door 5.
pub(crate) fn visit(person: u64) -> Visit {
    Visit {
        person,
        checkpoint: 5,
        entered_ms: 1_795_312_800_000 + person.cast_signed(),
        recorded_ms: 1_795_312_800_000,
        method: 1,
        operator: 0,
        verdict: 1,
        status: 1,
        flags: 0,
    }
}

/// A data folder with 200 sealed visits and one that is not.
async fn data_folder(data: &Path) {
    let args = DataArgs { data: data.to_owned(), database: None };
    let house = wiring::open(&args, &Wiring::quiet()).await.unwrap();
    house.visits.append_all((1..=200).map(visit).collect()).await.unwrap();
    house.visits.tidy().await.unwrap();
    house.visits.append(visit(201)).await.unwrap();
    wiring::close(&house).await.unwrap();
}

async fn entered(data: &Path) -> usize {
    let args = DataArgs { data: data.to_owned(), database: None };
    let house = wiring::open(&args, &Wiring::quiet()).await.unwrap();
    let window = visits::Window { checkpoint: 5, from_ms: 0, to_ms: i64::MAX };
    let found = house.visits.visits_at(window).await.unwrap().len();
    wiring::close(&house).await.unwrap();
    found
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

fn segment(visits: &Path) -> PathBuf {
    fs::read_dir(visits.join("segments")).unwrap().next().unwrap().unwrap().path()
}

#[tokio::test]
async fn what_was_backed_up_is_there_again_and_damage_is_found_restored_and_repaired() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (data, folder, tar) = (at("data"), at("backup"), at("all.tar"));
    data_folder(Path::new(&data)).await;
    for to in [&folder, &tar, &folder] {
        let (well, said) = run_words(&["backup", "--data", &data, "--to", to]).await.unwrap();
        assert!(well && said.contains("registry: copied"), "{said}");
        let (well, said) = run_words(&["verify", "--backup", to]).await.unwrap();
        assert!(well && said.contains("whole"), "{said}");
    }
    for (from, to) in [(&folder, at("one")), (&tar, at("two"))] {
        run_words(&["restore", "--from", from, "--to", &to]).await.unwrap();
        fs::create_dir(Path::new(&to).join("keys")).unwrap();
        let key = "keys/master.key";
        fs::copy(Path::new(&data).join(key), Path::new(&to).join(key)).unwrap();
        assert_eq!(entered(Path::new(&to)).await, 201);
        let again = run_words(&["restore", "--from", from, "--to", &to]).await.unwrap_err();
        assert!(again.to_string().contains("is there already"), "{again}");
    }

    let visits = Path::new(&data).join(VISITS);
    flip(&segment(&visits), 300);
    let (well, said) = run_words(&["verify", "--data", &data]).await.unwrap();
    assert!(!well && said.contains("segments/"), "{said}");
    let saved = at("saved/visits");
    let from = visits.to_str().unwrap();
    let (well, said) = run_words(&["repair", "--from", from, "--to", &saved]).await.unwrap();
    assert!(!well && said.contains("saved 201 visits"), "{said}");
    assert!(said.contains("200 visits saved, 0 missing"), "the other order had them: {said}");
    for other in [REGISTRY, "keys/master.key"] {
        let to = Path::new(&at("saved")).join(other);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(Path::new(&data).join(other), to).unwrap();
    }
    assert_eq!(entered(Path::new(&at("saved"))).await, 201, "it starts with them");
    let words = ["restore", "--only-damaged", "--from", &folder, "--to", &data];
    let (well, said) = run_words(&words).await.unwrap();
    assert!(well && said.contains("restored: segments/"), "{said}");
    assert!(run_words(&["verify", "--data", &data]).await.unwrap().0);
    assert_eq!(entered(Path::new(&data)).await, 201);

    flip(&segment(&Path::new(&folder).join(VISITS)), 300);
    let (well, said) = run_words(&["verify", "--backup", &folder]).await.unwrap();
    assert!(!well && said.contains("segments/"), "{said}");
    let refused = run_words(&["restore", "--from", &folder, "--to", &at("three")]).await;
    assert!(format!("{:#}", refused.unwrap_err()).contains("segments/"), "named");
}

#[tokio::test]
async fn a_backup_that_lost_its_registry_is_restored_only_when_that_is_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (data, folder, tar) = (at("data"), at("backup"), at("all.tar"));
    data_folder(Path::new(&data)).await;
    for (from, to) in [(&folder, at("one")), (&tar, at("two"))] {
        run_words(&["backup", "--data", &data, "--to", from]).await.unwrap();
        let registry = match Path::new(from) {
            folder if folder.is_dir() => folder.join(REGISTRY),
            tar => beside(tar),
        };
        fs::remove_file(&registry).unwrap();
        let words = ["restore", "--from", from, "--to", &to];
        let says = run_words(&words).await.unwrap_err().to_string();
        assert!(says.contains(registry.to_str().unwrap()) && says.contains("pg_restore"), "{says}");
        assert!(!Path::new(&to).join(VISITS).exists(), "nothing was restored");
        let words = [&words[..], &["--without-registry"]].concat();
        let (well, said) = run_words(&words).await.unwrap();
        assert!(well && said.contains("pg_restore") && said.contains("erase"), "{said}");
    }
}

#[tokio::test]
async fn a_folder_without_visits_is_not_taken_for_a_new_store() {
    let dir = tempfile::tempdir().unwrap();
    let (data, to) = (dir.path().join("nothing"), dir.path().join("to"));
    let words = ["backup", "--data", data.to_str().unwrap(), "--to", to.to_str().unwrap()];
    let refused = run_words(&words).await.unwrap_err().to_string();
    assert!(refused.contains("no data folder"), "{refused}");
    assert!(!data.exists() && !to.exists(), "nothing was made");
}
