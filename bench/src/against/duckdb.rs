//! DuckDB: each table sorted by its own order, asked by a script in a Python of its own.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use city::City;
use serde_json::json;
use visitlog::Visit;

use super::{Asked, Told};
use crate::{phases::ask::NEAR_MS, town};

/// The script, which is part of this program.
const SCRIPT: &str = include_str!("../../ask_duckdb.py");
/// Packages of the script, with the versions that were tried last.
const PACKAGES: [&str; 2] = ["duckdb==2.0.0", "numpy==2.4.6"];

/// Loads the city, asks, and removes everything again.
pub(crate) fn ask(asked: &Asked, dir: &Path) -> Result<Told> {
    let python = python(dir.parent().context("the run's folder lies in another")?)?;
    let dir = dir.join("duckdb");
    fs::create_dir_all(&dir)?;
    write_columns(&asked.city, &dir)?;
    let script = dir.join("script.py");
    fs::write(&script, SCRIPT)?;
    let (from_ms, to_ms) = town::days_of(&asked.city);
    let questions = json!({
        "visits": asked.city.visits_total(),
        "from_ms": from_ms,
        "to_ms": to_ms,
        "near_ms": NEAR_MS,
        "persons": asked.persons,
        "together": asked.together.as_ref().map(|(persons, _)| persons),
    });
    fs::write(dir.join("questions.json"), questions.to_string())?;
    let status = Command::new(python).arg(&script).arg(&dir).status()?;
    ensure!(status.success(), "the DuckDB script failed: {status}");
    let told = serde_json::from_slice(&fs::read(dir.join("told.json"))?)?;
    fs::remove_dir_all(&dir)?;
    Ok(told)
}

/// A Python with the packages; made once and kept beside the runs.
fn python(dir: &Path) -> Result<PathBuf> {
    let folder = dir.join("python");
    let python = folder.join("bin/python");
    let has_packages = |python: &Path| {
        let names = PACKAGES.map(|package| package.split("==").next().unwrap_or(package));
        let import = format!("import {}", names.join(", "));
        let tried = Command::new(python).args(["-c", &import]).output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    if has_packages(&python) {
        return Ok(python);
    }
    eprintln!("installing {} for Python", PACKAGES.join(" and "));
    let missing = "DuckDB needs python3 with venv and the packages of PyPI";
    let status = Command::new("python3").args(["-m", "venv"]).arg(&folder).status();
    ensure!(status.context(missing)?.success(), "{missing}: no environment could be made");
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let status = Command::new(&python).args(install).args(PACKAGES).status().context(missing)?;
    ensure!(status.success() && has_packages(&python), "{missing}: they could not be installed");
    Ok(python)
}

/// Each number of a visit in a file of its own, little-endian, as the script reads it.
fn write_columns(city: &City, dir: &Path) -> Result<()> {
    type Put = fn(&Visit, &mut BufWriter<File>) -> std::io::Result<()>;
    let columns: [(&str, Put); 9] = [
        ("person.i8", |visit, out| out.write_all(&visit.person.to_le_bytes())),
        ("entered.i8", |visit, out| out.write_all(&visit.entered_ms.to_le_bytes())),
        ("checkpoint.i4", |visit, out| out.write_all(&visit.checkpoint.to_le_bytes())),
        ("recorded.i8", |visit, out| out.write_all(&visit.recorded_ms.to_le_bytes())),
        ("method.u1", |visit, out| out.write_all(&[visit.method])),
        ("operator.i4", |visit, out| out.write_all(&visit.operator.to_le_bytes())),
        ("verdict.u1", |visit, out| out.write_all(&[visit.verdict])),
        ("status.u1", |visit, out| out.write_all(&[visit.status])),
        ("flags.u2", |visit, out| out.write_all(&visit.flags.to_le_bytes())),
    ];
    let files = columns.map(|(name, put)| {
        let file = File::create(dir.join(name))?;
        Ok::<_, std::io::Error>((BufWriter::with_capacity(1 << 20, file), put))
    });
    let mut files = files.into_iter().collect::<Result<Vec<_>, _>>()?;
    for visit in city.visits() {
        for (file, put) in &mut files {
            put(&visit, file)?;
        }
    }
    for (mut file, _) in files {
        file.flush()?;
    }
    Ok(())
}
