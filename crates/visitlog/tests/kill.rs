//! Real processes: killed while they write, seal, merge and delete, and refused while another has
//! the folder.
//!
//! `VISITLOG_KILL_ROUNDS=<n>` kills more often.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use visitlog::{Engine, OpenError, Options, Visit, Window};

const ROUNDS: u64 = 50;

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

/// What the killed processes said.
struct Heard {
    /// Acknowledged numbers and the day of each, those of deleted days too.
    acknowledged: BTreeMap<u64, i64>,
    /// Days before this were said to be deleted.
    dropped: i64,
    /// Days before this may have been.
    dropping: i64,
}

impl Heard {
    fn line(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("dropping", day)) => self.dropping = day.parse().unwrap(),
            Some(("dropped", day)) => self.dropped = day.parse().unwrap(),
            _ => {
                let number: u64 = line.parse().unwrap();
                self.acknowledged.insert(number, day_of(number));
            }
        }
    }

    /// Every promise, held against what is in the folder now.
    fn hold(&mut self, engine: &Engine, round: u64) {
        assert_eq!(engine.recovery().damaged, [], "round {round}");
        let found = all_of(engine);
        let distinct: BTreeMap<u64, i64> =
            found.iter().map(|visit| (visit.person, engine.day_of(visit.entered_ms))).collect();
        assert_eq!(found.len(), distinct.len(), "round {round}: a visit is there twice");
        let back = distinct.values().filter(|day| **day < self.dropped).count();
        assert_eq!(back, 0, "round {round}: visits of deleted days are back");
        self.acknowledged.retain(|_, day| *day >= self.dropped);
        let lost = self
            .acknowledged
            .iter()
            .filter(|(number, day)| **day >= self.dropping && distinct.get(number) != Some(day));
        let lost: Vec<_> = lost.collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and lost: {lost:?}");
        let again: Vec<Visit> = found.iter().rev().take(200).copied().collect();
        let answers = engine.append_all(again).unwrap();
        assert!(answers.iter().all(|a| a.already_there), "round {round}: stored again");
    }
}

/// As `examples/writer.rs` makes them; at UTC+8 the first day is 20,780.
fn day_of(number: u64) -> i64 {
    20_780 + (number / 1_440) as i64 - i64::from(number.is_multiple_of(10))
}

/// All visits, read in both orders.
fn all_of(engine: &Engine) -> Vec<Visit> {
    let windows: Vec<_> = (0..100)
        .map(|checkpoint| Window { checkpoint, from_ms: i64::MIN, to_ms: i64::MAX })
        .collect();
    let snapshot = engine.snapshot();
    let mut visits = snapshot.visits_at_windows(&windows, usize::MAX).unwrap().concat();
    visits.sort_by_key(|visit| visit.person);
    let persons: Vec<_> = visits.iter().map(|visit| visit.person).collect();
    let by_person = snapshot.visits_of_many(&persons, i64::MIN, i64::MAX, usize::MAX).unwrap();
    assert_eq!(visits, by_person.concat(), "both orders hold the same visits");
    visits
}

#[test]
fn every_acknowledged_visit_survives_kill_9_none_is_there_twice_and_no_deleted_day_returns() {
    let rounds = std::env::var("VISITLOG_KILL_ROUNDS").ok();
    let rounds = rounds.map_or(ROUNDS, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let mut heard = Heard { acknowledged: BTreeMap::new(), dropped: 0, dropping: 0 };
    let (mut next, mut left_behind, mut merged) = (0, 0, 0);
    for round in 0..rounds {
        let mut child = start(dir.path(), next);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // At another point of its work in every round.
        for line in lines.by_ref().take(1 + (round * 397 % 1_500) as usize) {
            heard.line(&line.unwrap());
        }
        child.kill().unwrap();
        // What it had printed before it died counts as well; the last line may be torn.
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        rest[..rest.len().saturating_sub(1)].iter().for_each(|line| heard.line(line));
        child.wait().unwrap();
        let engine = Engine::open(dir.path(), Options::default()).unwrap();
        heard.hold(&engine, round);
        let found = engine.recovery();
        left_behind += found.parts_removed + found.segments_removed;
        merged += engine.stats().segments;
        let known = all_of(&engine).iter().map(|visit| visit.person + 1).max();
        next = known.unwrap_or(0).max(next);
    }
    tell(&format!(
        "{rounds} rounds, {next} visits, {left_behind} files of interrupted steps removed"
    ));
    assert!(next > rounds * 100 && heard.dropped > 20_780, "the processes did something");
    assert!(left_behind > 0 && merged > 0, "some were killed while they sealed");
}

#[expect(clippy::print_stdout, reason = "`--nocapture` shows how much was done")]
fn tell(line: &str) {
    println!("{line}");
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
