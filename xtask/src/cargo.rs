//! Cargo, started by a program that cargo runs itself.

use std::path::Path;
use std::process::Command;

/// A cargo command in this folder, with the words that follow `cargo`, a space between two.
pub(crate) fn command(root: &Path, words: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words.split(' ')).current_dir(root);
    forget_caller(&mut command);
    command
}

/// Takes from a command what cargo told us of our own package. A build script may ask to be run again
/// when such a variable changes (the one of `ring` does): left in, every build from here would undo
/// those that a developer starts by hand, and the other way round.
pub(crate) fn forget_caller(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")
        }) {
            command.env_remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_our_own_package_reaches_a_command() {
        // Cargo sets these for a test as it does for a program that it runs.
        for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION_PRE"] {
            assert!(std::env::var_os(name).is_some(), "{name}");
            let cargo = command(Path::new("/"), "metadata");
            assert!(cargo.get_envs().any(|(other, value)| other == name && value.is_none()));
        }
    }

    #[test]
    fn what_a_developer_chose_does() {
        let cargo = command(Path::new("/"), "metadata");
        assert!(cargo.get_envs().all(|(name, _)| name != "CARGO" && name != "CARGO_TARGET_DIR"));
    }
}
