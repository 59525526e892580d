//! `venuecode time-status`: what a look at a person's status costs; started by `cargo xtask bench status`.

use crate::{
    config::{DataArgs, LimitArgs},
    outside::instant,
    wiring::{self, Wiring},
};
use actions::health_status::colour_at_hand;
use anyhow::ensure;
use domain::{health_status::Colour, people::PersonNumber};
use std::{io::Write, process::ExitCode};

/// Whose statuses, and how often.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct TimeStatusArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Looks.
    #[arg(long, default_value_t = 10_000_000)]
    lookups: u64,
}

/// Without a common divisor with any usual number of people: neighbours in time are none in memory.
const STEP: u64 = 1_000_003;

/// Prints nanoseconds of one look, on the average.
pub(crate) async fn run(args: TimeStatusArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let wiring = Wiring { serves: Some(args.limits.clone()), ..Wiring::quiet() };
    let house = wiring::open_beside(&args.data, &wiring).await?;
    let people = u64::try_from(house.registry.count_people().await?)?;
    ensure!(people > 0 && args.lookups > 0, "nobody to look at");
    let (began, mut red) = (instant(), 0u64);
    for n in 0..args.lookups {
        let person = PersonNumber(n.wrapping_mul(STEP) % people + 1);
        red += u64::from(colour_at_hand(&house, person) == Colour::Red);
    }
    let ns = began.elapsed().as_nanos() as f64 / args.lookups as f64;
    tracing::info!(people, red, "looked at");
    writeln!(out, "{ns:.1}")?;
    wiring::close(&house).await?;
    Ok(ExitCode::SUCCESS)
}
