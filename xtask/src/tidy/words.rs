//! Words that say something about a machine of ours and nothing about the product.

use super::{Finding, Source};

// Put together here so that this file does not break its own rule.
const MACHINE_FOLDERS: [&str; 1] = [concat!("/wo", "rk/")];
/// Package registries: builds name packages, never the hosts they were once fetched from.
const REGISTRY_HOSTS: [&str; 5] = [
    concat!("registry.", "npmjs.org"),
    concat!("py", "pi.org"),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
    concat!("deb.", "debian.org"),
];

/// No file names a folder of the machine it was written on, nor (but for Cargo's own lock) the
/// host of a package registry.
pub(super) fn no_denied_words(source: &Source<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in source.lines() {
        let folders = MACHINE_FOLDERS.iter().filter(|folder| starts_a_path(line, folder));
        let hosts = REGISTRY_HOSTS.iter().filter(|host| line.contains(**host));
        let hosts = hosts.filter(|_| source.path != "Cargo.lock");
        let words = folders.chain(hosts);
        found.extend(
            words.map(|word| source.finding(number, format!("`{word}` does not belong here"))),
        );
    }
    found
}

/// Whether an absolute path begins here, and not the middle of another path.
fn starts_a_path(line: &str, folder: &str) -> bool {
    let joins = |letter: char| letter.is_ascii_alphanumeric() || "._-~}".contains(letter);
    line.match_indices(folder).any(|(at, _)| !line[..at].chars().next_back().is_some_and(joins))
}

#[cfg(test)]
mod tests {
    use super::super::lines_found;
    use super::*;

    #[test]
    fn a_folder_of_the_machine_is_found() {
        let folder = MACHINE_FOLDERS[0];
        for text in [format!("cd {folder}main"), format!("{folder}x"), format!("在{folder}x")] {
            assert_eq!(lines_found(no_denied_words, "docs/a.md", &text), [1]);
        }
        for text in [format!("e2e{folder}x"), format!("home/me{folder}x"), "work/x".to_owned()] {
            assert!(lines_found(no_denied_words, "docs/a.md", &text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_registry_host_is_found_everywhere_but_in_cargos_lock() {
        for host in REGISTRY_HOSTS {
            let text = format!("\n\"https://{host}/a\"\n");
            assert_eq!(lines_found(no_denied_words, "e2e/package-lock.json", &text), [2]);
            assert!(lines_found(no_denied_words, "Cargo.lock", &text).is_empty());
        }
    }
}
