//! `venuecode restore`: a data folder out of a backup, or only its damaged files.

use super::backup::{REGISTRY, VISITS, beside};
use crate::installation::private_folder;
use anyhow::{Context, bail};
use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Out of what, and where to.
#[derive(clap::Args, Debug)]
pub(crate) struct RestoreArgs {
    /// The folder or the .tar file of a backup.
    #[arg(long, value_name = "DIR|FILE.tar")]
    pub(crate) from: PathBuf,
    /// The data folder; without visits and registry, unless --only-damaged.
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Replace the damaged files of whole days in a data folder that no server has open, and leave
    /// everything else as it is.
    #[arg(long)]
    pub(crate) only_damaged: bool,
    /// The registry is on PostgreSQL, and comes back with pg_restore.
    #[arg(long, conflicts_with = "only_damaged")]
    pub(crate) without_registry: bool,
}

/// Restores everything, or what is damaged.
pub(crate) fn run(args: &RestoreArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    if args.only_damaged { only_damaged(args, out) } else { everything(args, out) }
}

fn everything(args: &RestoreArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    private_folder(&args.to)?;
    let (visits, registry) = (args.to.join(VISITS), args.to.join(REGISTRY));
    for there in [&visits, &registry] {
        if there.exists() {
            bail!("{} is there already; restore into a new data folder", there.display());
        }
    }
    let (of_visits, of_registry) = if args.from.is_dir() {
        (args.from.join(VISITS), args.from.join(REGISTRY))
    } else {
        (args.from.clone(), beside(&args.from))
    };
    let with_registry = of_registry.is_file();
    if !with_registry && !args.without_registry {
        bail!(
            "there is no registry {} in this backup; beside FILE.tar it is called \
             FILE.registry.sqlite. If it is on PostgreSQL, restore that with pg_restore and add \
             --without-registry",
            of_registry.display()
        );
    }
    let contents = visitlog::restore(&of_visits, &visits).context("the visits")?;
    if with_registry {
        copy(&of_registry, &registry)
            .with_context(|| format!("copying {}", of_registry.display()))?;
    }
    writeln!(
        out,
        "visits: {} files, {} bytes, every checksum matched",
        contents.files, contents.bytes
    )?;
    for file in &contents.missing {
        writeln!(out, "not in the backup, because it could not be read then: {file}")?;
    }
    for file in &contents.damaged_before {
        writeln!(out, "damaged already when the backup was made: {file}")?;
    }
    if with_registry {
        writeln!(out, "registry: copied")?;
    } else {
        writeln!(out, "registry: not in the backup; restore PostgreSQL with pg_restore")?;
    }
    writeln!(out, "put keys/master.key into {} before you start", args.to.display())?;
    writeln!(out, "whoever was erased since this backup is there again: erase them once more")?;
    Ok(ExitCode::SUCCESS)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut copy = options.write(true).create_new(true).mode(0o600).open(to)?;
    std::io::copy(&mut fs::File::open(from)?, &mut copy)?;
    copy.sync_all()
}

fn only_damaged(args: &RestoreArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    if !args.from.is_dir() {
        bail!("single files are restored out of a folder, not out of one file");
    }
    let (backup, store) = (args.from.join(VISITS), args.to.join(VISITS));
    let done = visitlog::restore_segments(backup, store, ..).context("the visits")?;
    writeln!(out, "{} files are whole", done.whole + done.replaced.len() as u64)?;
    for file in &done.replaced {
        writeln!(out, "restored: {file}")?;
    }
    for damage in &done.left {
        writeln!(out, "damaged still: {damage}")?;
    }
    Ok(if done.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
