//! `venuecode repair`: saves what is whole of damaged visits into a new folder.

use crate::installation::private_folder;
use anyhow::Context;
use std::{io::Write, path::PathBuf, process::ExitCode};
use visitlog::Options;

/// Out of what, and where to.
#[derive(clap::Args, Debug)]
pub(crate) struct RepairArgs {
    /// The folder of the damaged visits, such as DATA/visits. It is not changed.
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// A missing or empty folder for what is whole.
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

/// Says what was saved and, file by file, what is lost; fails when something is.
pub(crate) fn run(args: &RepairArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    // What lies around the visits is to become a data folder: no start takes one that others may read.
    if let Some(data) = args.to.parent().filter(|data| !data.as_os_str().is_empty()) {
        private_folder(data)?;
    }
    let report =
        visitlog::repair(&args.from, &args.to, Options::default()).context("the repair")?;
    let visitlog::RepairReport { parts, frames, segments, visits, forgotten, .. } = report;
    writeln!(out, "read {parts} log parts, {frames} whole frames, {segments} segments")?;
    writeln!(out, "saved {visits} visits into {}", args.to.display())?;
    if forgotten > 0 {
        writeln!(out, "left out {forgotten} visits of days that had been deleted")?;
    }
    if let Some(why) = &report.manifest_unusable {
        writeln!(
            out,
            "{why}: every file found was read, so deleted days may be back, and which \
                       case kept what is lost"
        )?;
    }
    for lost in &report.lost {
        writeln!(out, "lost: {} from byte {}, {} bytes", lost.file, lost.offset, lost.bytes)?;
    }
    for damaged in &report.damaged_segments {
        let (file, found) = (&damaged.file, damaged.visits_found);
        match damaged.visits_missing {
            Some(missing) => writeln!(out, "{file}: {found} visits saved, {missing} missing")?,
            None => writeln!(out, "{file}: {found} visits saved, nobody knows of how many")?,
        }
    }
    if report.frames_missing > 0 {
        writeln!(out, "{} frames of the log are missing", report.frames_missing)?;
    }
    Ok(if report.lost.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
