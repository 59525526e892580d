//! Lists the files that are ours: tracked by git or about to be, never the ignored ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// Folders that are never ours when the checkout is not a git repository (an unpacked archive).
const MADE_BY_MACHINES: [&str; 6] =
    [".git", "target", "node_modules", "venuecode-data", "shots", ".work"];

/// The checkout: where it lies and which files are in it.
pub(crate) struct Tree {
    /// The folder that holds the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Paths below the root, with `/` between their parts.
    pub(crate) paths: BTreeSet<String>,
}

impl Tree {
    /// Lists the checkout that this program was built from.
    pub(crate) fn read() -> Result<Self> {
        let root = root()?;
        let listed = git_files(&root).map_or_else(|| walk(&root), Ok)?;
        // Git still lists a file that was deleted and not yet committed.
        let paths = listed.into_iter().filter(|path| root.join(path).is_file()).collect();
        Ok(Self { root, paths })
    }

    /// The content of one file, or nothing if it is not text.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>> {
        let bytes = fs::read(self.root.join(path)).with_context(|| format!("reading {path}"))?;
        Ok(String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')))
    }
}

/// The folder of the workspace, whichever folder the command was given in.
pub(crate) fn root() -> Result<PathBuf> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let parent = here.parent().context("xtask lies in a workspace")?;
    Ok(parent.to_path_buf())
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    // A checkout made by another account (as in continuous integration) is still our checkout.
    let output = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"])
        .arg("--exclude-standard")
        .current_dir(root)
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn walk(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                let name = entry.file_name();
                if !MADE_BY_MACHINES.iter().any(|made| name == *made) {
                    folders.push(path);
                }
            } else if let Some(name) = path.strip_prefix(root)?.to_str() {
                found.push(name.to_owned());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_lists_this_file_and_nothing_that_was_built() {
        let tree = Tree::read().unwrap();
        assert!(tree.paths.contains("xtask/src/files.rs"));
        assert!(!tree.paths.iter().any(|path| path.starts_with("target/")));
        assert!(tree.text("xtask/src/files.rs").unwrap().unwrap().starts_with("//!"));
    }

    #[test]
    fn an_unpacked_archive_is_listed_without_git() {
        let names = walk(&root().unwrap()).unwrap();
        assert!(names.iter().any(|name| name == "xtask/Cargo.toml"));
        assert!(!names.iter().any(|name| name.starts_with("target/")));
    }
}
