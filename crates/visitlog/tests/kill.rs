//! Real processes: killed while they write, and refused while another has the folder.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use visitlog::{Engine, OpenError, Options, Window};

const ROUNDS: u64 = 12;

/// Numbers of one round are below the next round's.
const ROUND: u64 = 1_000_000;

/// Cargo builds examples beside the tests.
fn writer() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let writer = test.parent().unwrap().parent().unwrap().join("examples/writer");
    assert!(
        writer.exists(),
        "`cargo test -p visitlog` or `cargo build --examples` builds it first"
    );
    writer
}

fn start(dir: &Path, first: u64) -> Child {
    Command::new(writer())
        .arg(dir)
        .arg(first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn all_numbers(engine: &Engine) -> Vec<u64> {
    let windows: Vec<_> = (0..100)
        .map(|checkpoint| Window { checkpoint, from_ms: i64::MIN, to_ms: i64::MAX })
        .collect();
    let visits = engine.snapshot().visits_at_windows(&windows, usize::MAX).unwrap().concat();
    visits.iter().map(|visit| visit.person).collect()
}

#[test]
fn every_acknowledged_visit_survives_kill_9_and_none_is_there_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let mut child = start(dir.path(), round * ROUND);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // At another point of its work in every round.
        for line in lines.by_ref().take(1 + (round * 397 % 1_500) as usize) {
            acknowledged.insert(line.unwrap().parse::<u64>().unwrap());
        }
        child.kill().unwrap();
        // What it had printed before it died counts as well; the last line may be torn.
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        let whole = rest.len().saturating_sub(1);
        acknowledged.extend(rest[..whole].iter().map(|line| line.parse::<u64>().unwrap()));
        child.wait().unwrap();
        let engine = Engine::open(dir.path(), Options::default()).unwrap();
        let found = all_numbers(&engine);
        let distinct: BTreeSet<_> = found.iter().copied().collect();
        assert_eq!(found.len(), distinct.len(), "round {round}: a visit is there twice");
        let lost: Vec<_> = acknowledged.difference(&distinct).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and lost: {lost:?}");
    }
    assert!(acknowledged.len() > ROUNDS as usize);
}

#[test]
fn a_second_process_is_refused_with_the_first_ones_process_id() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = start(dir.path(), 0);
    let mut line = String::new();
    let mut out = BufReader::new(first.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "0\n", "the first process has the folder open");
    let refused = Engine::open(dir.path(), Options::default()).err().unwrap();
    assert!(matches!(refused, OpenError::InUse { pid: Some(pid) } if pid == first.id()));
    let mut second = start(dir.path(), 0);
    // The first must go on meanwhile, so its lines must be taken.
    let drain = std::thread::spawn(move || out.read_to_end(&mut Vec::new()));
    let mut said = String::new();
    second.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!second.wait().unwrap().success());
    first.kill().unwrap();
    first.wait().unwrap();
    drain.join().unwrap().unwrap();
    assert!(said.contains("InUse"), "{said}");
    Engine::open(dir.path(), Options::default()).unwrap();
}
