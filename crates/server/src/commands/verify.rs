//! `venuecode verify`: reads every byte of visits, of a data folder or of a backup.

use super::backup::VISITS;
use anyhow::Context;
use std::{io::Write, path::PathBuf, process::ExitCode};

/// What to read.
#[derive(clap::Args, Debug)]
pub(crate) struct VerifyArgs {
    /// A data folder that no server has open.
    #[arg(long, env = "VENUECODE_DATA", default_value = "./venuecode-data")]
    pub(crate) data: PathBuf,
    /// A backup's folder or .tar file instead.
    #[arg(long, value_name = "DIR|FILE.tar")]
    pub(crate) backup: Option<PathBuf>,
}

/// Says what was read and each place that is damaged; fails when there is one.
pub(crate) fn run(args: &VerifyArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let damages = match &args.backup {
        Some(backup) => {
            let visits = if backup.is_dir() { backup.join(VISITS) } else { backup.clone() };
            let contents = visitlog::check_backup(visits).context("the backup")?;
            writeln!(out, "read {} files, {} bytes", contents.files, contents.bytes)?;
            for file in contents.missing.iter().chain(&contents.damaged_before) {
                writeln!(out, "damaged already when the backup was made: {file}")?;
            }
            contents.damages
        }
        None => {
            let report = visitlog::verify(args.data.join(VISITS)).context("the visit store")?;
            let visitlog::VerifyReport { files, pages, frames, visits, .. } = report;
            writeln!(out, "read {files} files, {pages} pages, {frames} frames, {visits} visits")?;
            if let Some(tail) = &report.torn_tail {
                writeln!(out, "an interrupted write ends {}: opening will cut it", tail.file)?;
            }
            report.damages
        }
    };
    for damage in &damages {
        writeln!(out, "{damage}")?;
    }
    writeln!(out, "{}", if damages.is_empty() { "whole" } else { "damaged" })?;
    Ok(if damages.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
