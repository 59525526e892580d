//! `venuecode simulate`: a new data folder with a plausible city of any size in it, and the tokens
//! to send load at it with.

mod devices;
mod doors;
mod people;
mod progress;
#[cfg(test)]
mod tests;
mod tokens;
mod visits;

use super::demo::{self, people::PEOPLE_MAX, tokens::TokensFile};
use crate::{
    config::DataArgs,
    installation::Kind,
    wiring::{self, Wiring},
};
use ::city::{BadPlan, City, CityPlan, PERSONS_MIN, VISITS_PER_DAY_MAX};
use ::visits::VisitStore;
use actions::House;
use anyhow::{Context, bail};
use clap::{Args, value_parser};
use domain::time::{DAY_MS, UnixMs};
use progress::Progress;
use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Most doors; the largest cities had about as many venue codes.
const CHECKPOINTS_MAX: u32 = 1_000_000;
/// Most days: a server deletes what is older at once.
const DAYS_MAX: u32 = 28;
/// Most visitors in the file of tokens.
const VISITORS_LISTED_MAX: u64 = 2_000_000;

/// What city, and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct SimulateArgs {
    #[command(flatten)]
    data: DataArgs,
    /// People, all of them registered.
    #[arg(
        long, value_name = "N", default_value_t = 100_000,
        value_parser = value_parser!(u64).range(PERSONS_MIN..=PEOPLE_MAX)
    )]
    people: u64,
    /// Doors, all of them open and with a code and a duty device.
    #[arg(
        long, value_name = "N", default_value_t = 2_500,
        value_parser = value_parser!(u32).range(3..=i64::from(CHECKPOINTS_MAX))
    )]
    checkpoints: u32,
    /// Days of visits; the last of them is today, up to now. More than 28 would not be kept.
    #[arg(
        long, value_name = "N", default_value_t = 7,
        value_parser = value_parser!(u32).range(1..=i64::from(DAYS_MAX))
    )]
    days: u32,
    /// Visits a day of each person, on the average.
    #[arg(
        long, value_name = "X", default_value_t = 5,
        value_parser = value_parser!(u32).range(1..=i64::from(VISITS_PER_DAY_MAX))
    )]
    visits_per_day: u32,
    /// Another seed is another city of the same kind. Codes and tokens are secrets and differ every
    /// time.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Also writes visitor tokens, ID numbers, codes and duty-device tokens for `load`, readable by
    /// you alone.
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Visitors in that file, at most; they are spread over all people.
    #[arg(
        long, value_name = "N", default_value_t = 100_000,
        value_parser = value_parser!(u64).range(1..=VISITORS_LISTED_MAX)
    )]
    visitors_listed: u64,
}

/// The visits that were made.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Made {
    visits: u64,
    /// What they took, until all were sorted and on disk.
    seconds: f64,
}

/// Makes the city, and says how far it is.
pub(crate) async fn run(args: SimulateArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    refuse_used_folder(&args.data.data)?;
    let mut progress = Progress::new(out);
    let wiring = Wiring { kind: Some(Kind::Demo), ..Wiring::quiet() };
    let house = wiring::open(&args.data, &wiring).await?;
    let now = house.now();
    let settled = settle(&house, &args, &mut progress).await;
    wiring::close(&house).await?;
    settled?;
    let store = visits::open(&args.data.data).await?;
    let made = visits::load(&store, args.city(now)?, now, &mut progress).await;
    store.close().await?;
    let made = made.context("writing visits")?;
    progress.sum(&format!(
        "{} people, {} checkpoints, {} visits in {} days; {:.0} visits a second",
        args.people,
        args.checkpoints,
        made.visits,
        args.days,
        made.visits as f64 / made.seconds.max(0.001)
    ))?;
    writeln!(out, "to look around in it: venuecode demo --data {}", args.data.data.display())?;
    Ok(ExitCode::SUCCESS)
}

impl SimulateArgs {
    /// Who goes where, up to and with the day of `now`.
    fn city(&self, now: UnixMs) -> Result<City, BadPlan> {
        City::new(CityPlan {
            persons: self.people,
            checkpoints: self.checkpoints,
            days: self.days,
            visits_per_day: self.visits_per_day,
            first_day_ms: now.day_start().plus((1 - i64::from(self.days)) * DAY_MS).0,
            seed: self.seed,
            ..CityPlan::default()
        })
    }
}

/// A folder with anything in it is left as it is.
fn refuse_used_folder(folder: &Path) -> anyhow::Result<()> {
    match fs::read_dir(folder) {
        Ok(mut files) => match files.next() {
            None => Ok(()),
            Some(_) => bail!(
                "{} is not empty, and a simulated city needs a data folder of its own: name a new \
                 one with --data, or remove this one first",
                folder.display()
            ),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("reading {}", folder.display())),
    }
}

/// A database may hold a city although the folder is empty.
async fn refuse_used_registry(house: &House) -> anyhow::Result<()> {
    let people = house.registry.count_people().await?;
    let doors = house.registry.open_checkpoints().await?.len();
    if people > 0 || doors > 0 {
        bail!(
            "the registry has {people} people and {doors} open doors already, and a simulated city \
             needs one of its own: name an empty database with --database"
        );
    }
    Ok(())
}

/// Everything but the visits: accounts, doors, people, duty devices, and the file of tokens.
async fn settle(
    house: &Arc<House>,
    args: &SimulateArgs,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    refuse_used_registry(house).await?;
    args.city(house.now())?;
    // Before the work, which would be lost on a path that cannot be written.
    let file = args.tokens.as_deref().map(TokensFile::create).transpose()?;

    demo::city::load(house, usize::try_from(args.checkpoints)?)
        .await
        .context("the demo's doors")?;
    let mut bulk = house.registry.begin_bulk().await?;
    let doors = doors::load(house, args.checkpoints, &mut bulk, progress).await;
    doors.context("making the doors")?;
    people::load(house, args.people, &mut bulk, progress).await.context("registering people")?;
    let devices = devices::load(house, args.checkpoints, &mut bulk, progress).await;
    let devices = devices.context("enrolling duty devices")?;
    progress.begin("commit");
    bulk.commit().await.context("writing people and devices")?;
    progress.end("people on disk", args.people)?;
    match file {
        Some(file) => tokens::write(house, args, &devices, file).await,
        None => Ok(()),
    }
}
