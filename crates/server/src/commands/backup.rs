//! `venuecode backup --to`: a copy of visits and registry, for another disk or machine.
//!
//! The key file is not in it: whoever has both has everything in plain.

use crate::{
    config::DataArgs,
    installation::private_folder,
    wiring::{self, Wiring},
};
use anyhow::{Context, bail};
use registry::Registry;
use std::{
    fs,
    io::{BufWriter, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process::ExitCode,
};
use visitlog::{Engine, Options};
use visits::{BackedUp, VisitStore};

/// What the registry is called in a data folder and in a backup.
pub(crate) const REGISTRY: &str = "registry.sqlite";

/// What the visits are called there.
pub(crate) const VISITS: &str = "visits";

/// Where to, and of what.
#[derive(clap::Args, Debug)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// A folder that takes in only what is new since its last backup; or, when the name ends in
    /// .tar, one file of all visits, with the registry beside it.
    #[arg(long, value_name = "DIR|FILE.tar")]
    pub(crate) to: PathBuf,
}

/// What a backup of a house took.
pub(crate) struct Taken {
    pub(crate) visits: BackedUp,
    /// Not when it is on PostgreSQL.
    pub(crate) registry: bool,
}

/// Backs up a store that no server has open; a running server does it by itself (`--backup-to`).
pub(crate) async fn run(args: BackupArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let manifest = args.data.data.join(VISITS).join("MANIFEST");
    if !manifest.is_file() {
        bail!("{} is no data folder with visits", args.data.data.display());
    }
    let house = wiring::open(&args.data, &Wiring::quiet()).await;
    let house = house.context("a running server backs up by itself: see --backup-to of serve")?;
    let of_house = if args.to.extension().is_some_and(|extension| extension == "tar") {
        // The engine writes it, so the house has to let go of the folder first.
        let copied = copy_registry(&house.registry, &beside(&args.to)).await;
        wiring::close(&house).await?;
        let (data, to) = (args.data.data.clone(), args.to.clone());
        let visits = tokio::task::spawn_blocking(move || one_file(&data, &to)).await?;
        visits.and_then(|visits| Ok(Taken { visits, registry: copied? }))
    } else {
        let taken = back_up(&*house.visits, &house.registry, &args.to).await;
        wiring::close(&house).await?;
        taken
    };
    let Taken { visits, registry } = of_house?;
    let BackedUp { files, copied_bytes, damages } = visits;
    writeln!(out, "visits: {files} files, {copied_bytes} bytes were new")?;
    writeln!(out, "{}", registry_line(registry))?;
    writeln!(out, "not in it: keys/master.key; keep a copy of that in another place")?;
    for damage in &damages {
        writeln!(out, "damaged in the store: {damage}")?;
    }
    Ok(if damages.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn registry_line(copied: bool) -> &'static str {
    if copied {
        "registry: copied"
    } else {
        "registry: on PostgreSQL and not in it; dump it with pg_dump now"
    }
}

/// Brings the backup in a folder up to this moment. Visits come first: whoever is in them is in the
/// registry that is copied after them.
pub(crate) async fn back_up(
    visits: &dyn VisitStore,
    registry: &Registry,
    to: &Path,
) -> anyhow::Result<Taken> {
    private_folder(to)?;
    let visits = visits.back_up(to.join(VISITS)).await?;
    let registry = copy_registry(registry, &to.join(REGISTRY)).await?;
    Ok(Taken { visits, registry })
}

/// Copies the registry in one step, durably.
async fn copy_registry(registry: &Registry, to: &Path) -> anyhow::Result<bool> {
    let next = to.with_added_extension("next");
    match fs::remove_file(&next) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        removed => removed.with_context(|| format!("removing {}", next.display()))?,
    }
    if !registry.copy_to(&next).await.context("copying the registry")? {
        return Ok(false);
    }
    let settle = || -> std::io::Result<()> {
        fs::set_permissions(&next, fs::Permissions::from_mode(0o600))?;
        fs::File::open(&next)?.sync_all()?;
        fs::rename(&next, to)?;
        sync_folder_of(to)
    };
    settle().with_context(|| format!("writing {}", to.display()))?;
    Ok(true)
}

fn sync_folder_of(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The registry's copy beside one file of visits.
pub(crate) fn beside(file: &Path) -> PathBuf {
    file.with_extension(REGISTRY)
}

fn one_file(data: &Path, to: &Path) -> anyhow::Result<BackedUp> {
    let engine = Engine::open(data.join(VISITS), Options::default()).context("the visit store")?;
    let next = to.with_added_extension("next");
    let writing = || format!("writing {}", next.display());
    let mut options = fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&next);
    let mut file = BufWriter::new(file.with_context(writing)?);
    let report = engine.backup_to(&mut file)?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error);
    file.and_then(|file| file.sync_all()).with_context(writing)?;
    fs::rename(&next, to).and_then(|()| sync_folder_of(to)).with_context(writing)?;
    let damages = report.damages.iter().map(ToString::to_string).collect();
    Ok(BackedUp { files: report.files, copied_bytes: report.copied_bytes, damages })
}

#[cfg(test)]
pub(crate) mod tests;
