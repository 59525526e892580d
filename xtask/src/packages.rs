//! Finds what the steps need from Debian and, as root, installs what is missing.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// What a step needs the packages for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Compiling: rustc links with the C compiler, and bundled C sources are built with it.
    Compiling,
    /// A throw-away database server.
    Postgres,
    /// Pages in a browser, posters turned into pixels and read back.
    Browser,
}

/// How we know that a package is there: by what it brings, whichever way it came.
enum Sign {
    Program(&'static str),
    File(&'static str),
    Chromium,
    PostgresServer,
}

struct Need {
    what: For,
    sign: Sign,
    packages: &'static [&'static str],
}

const NEEDS: [Need; 8] = [
    Need { what: For::Compiling, sign: Sign::Program("cc"), packages: &["gcc", "libc6-dev"] },
    Need { what: For::Postgres, sign: Sign::PostgresServer, packages: &["postgresql"] },
    Need { what: For::Browser, sign: Sign::Chromium, packages: &["chromium"] },
    Need { what: For::Browser, sign: Sign::Program("pdftoppm"), packages: &["poppler-utils"] },
    Need { what: For::Browser, sign: Sign::Program("zbarimg"), packages: &["zbar-tools"] },
    Need {
        what: For::Browser,
        sign: Sign::File("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
        packages: &["fonts-noto-cjk"],
    },
    Need { what: For::Browser, sign: Sign::Program("node"), packages: &["nodejs"] },
    Need { what: For::Browser, sign: Sign::Program("npm"), packages: &["npm"] },
];

/// Makes sure that everything needed is installed.
///
/// # Errors
/// When something is missing and we may not or cannot install it; the message is the command to run.
pub(crate) fn ensure(wanted: &[For]) -> Result<()> {
    let missing = missing(wanted);
    if missing.is_empty() {
        return Ok(());
    }
    let install = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    if fs::metadata("/proc/self").context("reading /proc/self")?.uid() != 0 {
        bail!("packages are missing; as root run:\n  apt-get update && {install}");
    }
    println!("installing {}", missing.join(" "));
    for words in ["apt-get update", &install] {
        let mut parts = words.split(' ');
        let program = parts.next().context("a command has a first word")?;
        let status = Command::new(program)
            .args(parts)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()
            .with_context(|| {
                format!("starting {program}; install by hand: {}", missing.join(" "))
            })?;
        if !status.success() {
            bail!("`{words}` failed; install by hand: {}", missing.join(" "));
        }
    }
    let still = self::missing(wanted);
    if !still.is_empty() {
        bail!("installed, and still not to be found: {}", still.join(" "));
    }
    Ok(())
}

/// The folder with the programs of the newest installed PostgreSQL server. Debian keeps them out
/// of PATH.
pub(crate) fn postgres_programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("postgres").is_file() && bin.join("initdb").is_file())
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, bin)| bin)
        .or_else(|| on_path("initdb")?.parent().map(Path::to_path_buf))
}

fn missing(wanted: &[For]) -> Vec<&'static str> {
    NEEDS
        .iter()
        .filter(|need| wanted.contains(&need.what) && !is_there(&need.sign))
        .flat_map(|need| need.packages.iter().copied())
        .collect()
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Sign::Program(name) => on_path(name).is_some(),
        Sign::File(path) => Path::new(path).is_file(),
        Sign::Chromium => std::env::var_os("CHROMIUM")
            .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from)
            .is_file(),
        Sign::PostgresServer => postgres_programs().is_some(),
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_name_and_a_missing_one_is_not() {
        assert!(is_there(&Sign::Program("sh")));
        assert!(!is_there(&Sign::Program("no-such-program-anywhere")));
    }

    #[test]
    fn nothing_wanted_means_nothing_missing() {
        assert!(missing(&[]).is_empty());
    }
}
