//! The same visits and the same questions in general engines, and how many times longer they take.

pub(crate) mod duckdb;
pub(crate) mod postgres;

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};
use city::City;
use serde::{Deserialize, Serialize};

use crate::{
    measure::Times,
    phases::ask::Answer,
    report::{Report, Target},
};

/// Somebody to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Rival {
    Postgres,
    Duckdb,
}

impl Rival {
    /// How many times longer than ours the dense, the sparse and the thousand-fold question take
    /// at least.
    fn targets(self) -> [f64; 3] {
        match self {
            Self::Postgres => [25.0, 8.0, 30.0],
            Self::Duckdb => [20.0, 8.0, 10.0],
        }
    }
}

/// What our engine was asked about one city, and what it said.
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) city: City,
    pub(crate) persons: Vec<u64>,
    pub(crate) ours: Vec<Found>,
    /// Persons asked about all at once.
    pub(crate) together: Option<(Vec<u64>, Found)>,
}

/// One answer, and how long it took where it was asked for and as the server says.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) answer: Answer,
    pub(crate) client_s: f64,
    pub(crate) server_s: f64,
}

impl Found {
    pub(crate) fn ours(answer: Answer, took: Duration) -> Self {
        let took_s = took.as_secs_f64();
        Self { answer, client_s: took_s, server_s: took_s }
    }
}

/// What a rival said about one city.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) version: String,
    pub(crate) load_s: f64,
    pub(crate) bytes: u64,
    pub(crate) found: Vec<Found>,
    pub(crate) together: Option<Found>,
    /// Which ways of asking were the fastest.
    pub(crate) ways: Vec<String>,
}

/// Median of the times at the client and at the server, in seconds.
pub(crate) fn medians(found: &[Found]) -> (f64, f64) {
    let median = |of: fn(&Found) -> f64| {
        let mut times = Times::default();
        for found in found {
            times.add(Duration::from_secs_f64(of(found)));
        }
        times.median_s()
    };
    (median(|found| found.client_s), median(|found| found.server_s))
}

/// Puts each city into the rival, asks the same, and tells how it compares.
pub(crate) fn compare(
    rival: Rival,
    cities: &[Asked],
    dir: &Path,
    report: &mut Report,
) -> Result<()> {
    for asked in cities {
        let told = match rival {
            Rival::Postgres => postgres::ask(asked)?,
            Rival::Duckdb => duckdb::ask(asked, dir)?,
        };
        tell(rival, asked, &told, report)?;
    }
    Ok(())
}

fn tell(rival: Rival, asked: &Asked, told: &Told, report: &mut Report) -> Result<()> {
    let (name, version, visits) = (asked.name, &told.version, asked.city.visits_total() as f64);
    let [dense, sparse, thousand] = rival.targets();
    report.tell(format!("{version}, {name}: load"), told.load_s, "s");
    report.tell(format!("{version}, {name}: disk"), told.bytes as f64 / visits, "B/visit");
    for way in &told.ways {
        report.note(format!("{version}, {name}: fastest was {way}"));
    }
    same_answers(&asked.ours, &told.found)?;
    let (ours_s, _) = medians(&asked.ours);
    let (client_s, server_s) = medians(&told.found);
    let what = format!("{version}, {name} question, warm p50");
    report.tell(format!("{what}, client"), client_s * 1e3, "ms");
    report.tell(format!("{what}, server"), server_s * 1e3, "ms");
    let target = if name == "dense" { dense } else { sparse };
    report.add(format!("{what}, client, against ours"), client_s / ours_s, "×", at_least(target));
    report.tell(format!("{what}, server, against ours"), server_s / ours_s, "×");
    if let (Some((persons, ours)), Some(theirs)) = (&asked.together, &told.together) {
        same_answers(&[*ours], &[*theirs])?;
        let what = format!("{version}, {} persons at once, {name}", persons.len());
        report.tell(format!("{what}, client"), theirs.client_s, "s");
        report.tell(format!("{what}, server"), theirs.server_s, "s");
        let ratio = theirs.client_s / ours.client_s;
        report.add(format!("{what}, client, against ours"), ratio, "×", at_least(thousand));
    }
    report.note(format!("{version}, {name}: every answer was the same as ours"));
    Ok(())
}

fn at_least(ratio: f64) -> Target {
    Target::AtLeast(ratio)
}

fn same_answers(ours: &[Found], theirs: &[Found]) -> Result<()> {
    ensure!(ours.len() == theirs.len(), "{} answers to {} questions", theirs.len(), ours.len());
    for (number, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let (ours, theirs) = (ours.answer, theirs.answer);
        ensure!(ours == theirs, "question {number}: we say {ours:?}, they say {theirs:?}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_answer_is_noticed() {
        let found = |rows| Found {
            answer: Answer { rows, persons: 1 },
            client_s: rows as f64,
            server_s: 0.5,
        };
        same_answers(&[found(1), found(2)], &[found(1), found(2)]).unwrap();
        assert!(same_answers(&[found(1), found(2)], &[found(1), found(3)]).is_err());
        assert!(same_answers(&[found(1)], &[]).is_err());
        assert_eq!(medians(&[found(3), found(1), found(2)]), (2.0, 0.5));
    }
}
