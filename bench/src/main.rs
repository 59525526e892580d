//! Measures on simulated cities: `cargo xtask bench visits`, `checkins`, `venues` and `status`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "telling what was measured is the whole job of this program"
)]

mod against;
mod checkins;
mod load;
mod measure;
mod pace;
mod phases;
mod report;
mod server;
mod status;
mod town;
mod venues;
mod visits;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Benchmarks of the house.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The visit engine: its figures beside their targets.
    Visits(visits::Wanted),
    /// The whole product under load: its figures beside their targets.
    Checkins(checkins::Wanted),
    /// The venue platform with very many applications and doors.
    Venues(venues::Wanted),
    /// The register of health status: a list of a million rows, and a look at one status.
    Status(status::Wanted),
    /// Appends visits without ever sealing and aborts; started by `visits` to have a crash.
    #[command(hide = true)]
    Crash {
        /// The store's folder.
        dir: PathBuf,
        /// See `visits`.
        #[arg(long)]
        visits: u64,
        /// See `visits`.
        #[arg(long)]
        seed: u64,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().what {
        What::Visits(wanted) => visits::run(&wanted),
        What::Checkins(wanted) => checkins::run(&wanted),
        What::Venues(wanted) => venues::run(&wanted),
        What::Status(wanted) => status::run(&wanted),
        What::Crash { dir, visits, seed } => phases::reopen::fill_and_abort(&dir, visits, seed),
    }
}
