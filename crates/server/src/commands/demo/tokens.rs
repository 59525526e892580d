//! The file of secrets for load runs, a kind and a secret to a line: `visitor TOKEN` and
//! `code CODE`; from `simulate` also `id NUMBER` and `device TOKEN`.

use actions::House;
use anyhow::Context;
use domain::{checkpoints::CheckpointNumber, venue_codes::Standing};
use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Readable by its owner alone.
const MODE: u32 = 0o600;

/// A file that is being written.
pub(crate) struct TokensFile {
    file: BufWriter<File>,
    path: PathBuf,
}

impl TokensFile {
    /// Makes the file, or empties the one that is there, whatever its mode was.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let writing = || format!("writing {}", path.display());
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(MODE).open(path);
        let file = file.with_context(writing)?;
        file.set_permissions(fs::Permissions::from_mode(MODE)).with_context(writing)?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    /// One more secret.
    pub(crate) fn line(&mut self, kind: &str, secret: &str) -> anyhow::Result<()> {
        let written = writeln!(self.file, "{kind} {secret}");
        written.with_context(|| format!("writing {}", self.path.display()))
    }

    /// Brings the rest into the file.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        self.file.flush().with_context(|| format!("writing {}", self.path.display()))
    }
}

/// The codes in use, in the order of their doors.
pub(crate) async fn codes(house: &House) -> anyhow::Result<Vec<(CheckpointNumber, String)>> {
    let mut codes = Vec::new();
    house
        .registry
        .venue_codes(|row| {
            if row.standing == Standing::Current {
                codes.push((row.checkpoint, row.code));
            }
        })
        .await?;
    codes.sort_unstable();
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_others_could_read_is_emptied_and_closed_to_them() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, "what was there before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let mut file = TokensFile::create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        file.line("visitor", "one").unwrap();
        file.line("code", "two").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "visitor one\ncode two\n");
        assert!(TokensFile::create(&folder.path().join("none").join("tokens")).is_err());
    }
}
