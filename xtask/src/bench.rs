//! Runs the benchmarks, built for release, from the root of the checkout.

use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};

use crate::packages::{self, For};
use crate::postgres::Postgres;
use crate::{cargo, files};

/// Where the benchmark finds the server that it is compared with.
const URL_VARIABLE: &str = "VENUECODE_BENCH_POSTGRES";

/// A server as one would set it up for this work on a machine with two processors and 24 GB, and
/// as safe as our own store: what it has acknowledged is on disk.
const SETTINGS: [&str; 15] = [
    "shared_buffers=4GB",
    "effective_cache_size=16GB",
    "work_mem=256MB",
    "maintenance_work_mem=2GB",
    "synchronous_commit=on",
    "fsync=on",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=8GB",
    "checkpoint_timeout=1h",
    "random_page_cost=1.1",
    "effective_io_concurrency=200",
    "max_parallel_workers_per_gather=2",
    "jit=off",
    "autovacuum=off",
];

/// Hands the words to the `bench` program, with a PostgreSQL of its own if one is asked for.
pub(crate) fn run(words: &[&str]) -> Result<ExitCode> {
    let root = files::root()?;
    if matches!(words.first(), Some(&"checkins" | &"venues" | &"status")) {
        let mut build = cargo::command(&root, "build --release -p server");
        let built = build.status().context("starting cargo")?;
        ensure!(built.success(), "the program could not be built");
    }
    let mut command = cargo::command(&root, "run --release --quiet -p bench --");
    command.args(words);
    let server = if wants_postgres(words) {
        packages::ensure(&[For::Postgres])?;
        let server = Postgres::start_with(&SETTINGS)?;
        command.env(URL_VARIABLE, server.url());
        Some(server)
    } else {
        None
    };
    let status = command.status().context("starting cargo")?;
    drop(server);
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}

fn wants_postgres(words: &[&str]) -> bool {
    let joined = words.iter().filter_map(|word| word.strip_prefix("--against="));
    let after = words.windows(2).filter(|pair| pair[0] == "--against").map(|pair| pair[1]);
    joined.chain(after).any(|rivals| rivals.split(',').any(|rival| rival == "postgres"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_started_only_when_it_is_asked_for() {
        assert!(wants_postgres(&["visits", "--against", "duckdb,postgres"]));
        assert!(wants_postgres(&["visits", "--against=postgres", "--visits", "5"]));
        assert!(!wants_postgres(&["visits", "--against", "duckdb"]));
        assert!(!wants_postgres(&["visits", "--json", "postgres"]));
    }
}
