//! How many files this process may have open, connections among them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for the store, the registry and whatever else is open.
const OTHER_FILES: usize = 1_000;

/// Raises the limit as far as this process may, as systems start programs with a low one for the
/// sake of very old ones, and says what it is then.
pub(super) fn openable() -> usize {
    let given = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: given.maximum, maximum: given.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => given.current,
    };
    current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

/// How many of them may be connections: half of few, and of many all but those kept for the rest.
pub(super) fn for_connections(openable: usize) -> usize {
    openable - OTHER_FILES.min(openable / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_and_leaves_files_for_the_rest() {
        let openable = openable();
        let now = getrlimit(Resource::Nofile);
        assert_eq!(now.current, now.maximum);
        assert!(openable >= 256, "{openable}");
        assert_eq!(for_connections(1_024), 512);
        assert_eq!(for_connections(2_000), 1_000);
        assert_eq!(for_connections(524_288), 523_288);
        assert_eq!(for_connections(usize::MAX), usize::MAX - 1_000);
    }
}
