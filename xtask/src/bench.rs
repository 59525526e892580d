//! Runs the benchmarks, built for release, from the root of the checkout.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::files;

/// Hands the words to the `bench` program.
pub(crate) fn run(words: &[&str]) -> Result<ExitCode> {
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--release", "--quiet", "-p", "bench", "--"])
        .args(words)
        .current_dir(files::root()?)
        .status()
        .context("starting cargo")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
