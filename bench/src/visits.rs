//! `bench visits`: every figure of the visit engine in one run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use city::City;
use visitlog::Engine;

use crate::{
    against::{self, Rival},
    measure::Stopwatch,
    phases::{ask::Asked, commit, load::load, reopen},
    report::{Report, Target},
    town,
};

/// Persons asked about one by one, warm and cold, and all at once.
const WARM: usize = 1_000;
const COLD: usize = 40;
/// Persons asked about one by one in other engines as well.
const AGAINST: usize = 100;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Wanted {
    /// Visits of the dense city; the sparse one has two for every five.
    #[arg(long, default_value_t = 20_000_000)]
    visits: u64,
    /// The stores are made in here and removed at the end.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// Writes the figures into this file as well.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Puts the same questions to these as well, about the same visits.
    #[arg(long, value_delimiter = ',')]
    against: Vec<Rival>,
    /// Another seed is another city.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Measures, prints the table, and leaves nothing behind but the JSON.
pub(crate) fn run(wanted: &Wanted) -> Result<()> {
    ensure!(wanted.visits >= town::VISITS_MIN, "at least {} visits", town::VISITS_MIN);
    let room = Room::make(&wanted.dir)?;
    let of = format!("{} visits, seed {}", wanted.visits, wanted.seed);
    let mut report = Report::new(of);
    measure(wanted, &room, &mut report)?;
    println!("{}", report.table());
    if let Some(path) = &wanted.json {
        let json = serde_json::to_string_pretty(&report)?;
        fs::write(path, json).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn measure(wanted: &Wanted, room: &Room, report: &mut Report) -> Result<()> {
    let dense = town::dense(wanted.visits, wanted.seed)?;
    eprintln!("a lone visit");
    commit::measure(&dense, &room.dir("commit"), report)?;
    eprintln!("a crash");
    reopen::measure(wanted.visits, wanted.seed, &room.dir("crash"), report)?;
    room.clear("crash")?;
    let cities = [dense_city(dense, room, report)?, sparse_city(wanted, room, report)?];
    for rival in &wanted.against {
        eprintln!("against {rival:?}");
        against::compare(*rival, &cities, &room.root, report)?;
    }
    Ok(())
}

fn dense_city(city: City, room: &Room, report: &mut Report) -> Result<against::Asked> {
    eprintln!("the dense city");
    let dir = room.dir("dense");
    let engine = load(&city, &dir, Some(report))?;
    let persons = persons(&city, WARM);
    let asked = Asked { name: "dense", city: &city, engine: &engine, persons: &persons };
    let ours = asked.warm([Target::AtMost(1.0), Target::AtMost(5.0)], report)?;
    let together = asked.together(Target::AtMost(0.6), report)?;
    let cold = Asked { persons: first(&persons, COLD), ..asked };
    cold.cold(&dir, Target::AtMost(40.0), report)?;
    drop_a_day(&city, &engine, report)?;
    drop(engine);
    room.clear("dense")?;
    Ok(against::Asked {
        name: "dense",
        city,
        ours: first(&ours, AGAINST).to_vec(),
        together: Some((persons.clone(), together)),
        persons: first(&persons, AGAINST).to_vec(),
    })
}

fn sparse_city(wanted: &Wanted, room: &Room, report: &mut Report) -> Result<against::Asked> {
    eprintln!("the sparse city");
    let city = town::sparse(wanted.visits, wanted.seed)?;
    let engine = load(&city, &room.dir("sparse"), None)?;
    let persons = persons(&city, WARM);
    let asked = Asked { name: "sparse", city: &city, engine: &engine, persons: &persons };
    let ours = asked.warm([Target::AtMost(0.25), Target::None], report)?;
    drop(engine);
    room.clear("sparse")?;
    Ok(against::Asked {
        name: "sparse",
        city,
        ours: first(&ours, AGAINST).to_vec(),
        together: None,
        persons: first(&persons, AGAINST).to_vec(),
    })
}

fn first<T>(all: &[T], count: usize) -> &[T] {
    &all[..count.min(all.len())]
}

fn drop_a_day(city: &City, engine: &Engine, report: &mut Report) -> Result<()> {
    let started = Stopwatch::start();
    let dropped = engine.drop_before(engine.day_of(city.plan().first_day_ms) + 1)?;
    let took = started.elapsed();
    ensure!(dropped.visits > 0, "no visit was dropped");
    report.tell("visits of the day that is dropped", dropped.visits as f64, "");
    report.add("dropping a day", took.as_secs_f64() * 1e3, "ms", Target::AtMost(100.0));
    Ok(())
}

/// So many persons from all over the city, in no order; the same ones every time.
fn persons(city: &City, count: usize) -> Vec<u64> {
    let all = city.plan().persons;
    // A step that shares no divisor with the count of persons meets each at most once.
    let gcd = |mut a: u64, mut b: u64| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let golden = (all as f64 * 0.618) as u64;
    let step = (golden.max(1)..).find(|step| gcd(*step, all) == 1).unwrap_or(1);
    let count = count.min(all as usize) as u64;
    (0..count).map(|number| 1 + number * step % all).collect()
}

/// The folder of a run. Removed when it ends, however it ends.
struct Room {
    root: PathBuf,
}

impl Room {
    fn make(parent: &Path) -> Result<Self> {
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        remove_abandoned(parent)?;
        let root = parent.join(format!("run-{}", std::process::id()));
        fs::create_dir(&root).with_context(|| root.display().to_string())?;
        Ok(Self { root })
    }

    fn dir(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn clear(&self, name: &str) -> Result<()> {
        Ok(fs::remove_dir_all(self.dir(name))?)
    }
}

/// A run that was killed could not remove what it had made, and that may be much.
fn remove_abandoned(parent: &Path) -> Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix("run-")?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.root) {
            eprintln!("{} is left behind: {error}", self.root.display());
        }
    }
}
