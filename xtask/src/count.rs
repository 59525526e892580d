//! Counts what passed and what failed, from the closing lines of cargo's and our own test runners.

use std::fmt;

/// How many checks or tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Checks that ran and held.
    pub(crate) passed: u64,
    /// Checks that did not hold, crashed, or were switched off.
    pub(crate) failed: u64,
}

impl Count {
    /// One check that is counted as a whole.
    pub(crate) fn one(held: bool) -> Self {
        Self { passed: u64::from(held), failed: u64::from(!held) }
    }

    /// Adds another count to this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// What a runner counted, set against how it ended: a runner that failed without naming a
    /// failed test crashed, and one that counted nothing did not run.
    pub(crate) fn set_against(mut self, ended_well: bool) -> Self {
        let ran_nothing = self == Self::default();
        if self.failed == 0 && (!ended_well || ran_nothing) {
            self.failed = 1;
        }
        self
    }
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Reads the closing line of one test binary. An ignored test counts as failed: a test that is
/// switched off proves nothing.
pub(crate) fn cargo_line(line: &str) -> Option<Count> {
    let (_, numbers) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let mut count = Count::default();
    for part in numbers.split(';') {
        let Some((number, kind)) = part.trim().split_once(' ') else { continue };
        match kind {
            "passed" => count.passed += number.parse::<u64>().ok()?,
            "failed" | "ignored" => count.failed += number.parse::<u64>().ok()?,
            _ => {}
        }
    }
    Some(count)
}

/// Reads the closing line of `e2e/run.mjs`: `e2e: 3 passed, 0 failed`.
pub(crate) fn browser_line(line: &str) -> Option<Count> {
    let (passed, failed) = line.trim().strip_prefix("e2e: ")?.split_once(", ")?;
    Some(Count {
        passed: passed.strip_suffix(" passed")?.parse().ok()?,
        failed: failed.strip_suffix(" failed")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_line_of_cargo_is_counted() {
        let line = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(cargo_line(line), Some(Count { passed: 12, failed: 0 }));
        let line = "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(cargo_line(line), Some(Count { passed: 1, failed: 2 }));
    }

    #[test]
    fn an_ignored_test_counts_as_failed() {
        let line = "test result: ok. 1 passed; 0 failed; 4 ignored; 0 measured; 0 filtered out";
        assert_eq!(cargo_line(line), Some(Count { passed: 1, failed: 4 }));
    }

    #[test]
    fn other_lines_are_not_counted() {
        assert_eq!(cargo_line("test a_test ... ok"), None);
        assert_eq!(cargo_line("running 3 tests"), None);
        assert_eq!(browser_line("ok a page opens (12 ms)"), None);
    }

    #[test]
    fn the_closing_line_of_the_browser_tests_is_counted() {
        assert_eq!(browser_line("e2e: 7 passed, 2 failed\n"), Some(Count { passed: 7, failed: 2 }));
    }

    #[test]
    fn a_crash_without_a_failed_test_counts_as_one_failure() {
        let five = Count { passed: 5, failed: 0 };
        assert_eq!(five.set_against(true), five);
        assert_eq!(five.set_against(false), Count { passed: 5, failed: 1 });
        let known = Count { passed: 5, failed: 2 };
        assert_eq!(known.set_against(false), known);
    }

    #[test]
    fn a_runner_that_ran_nothing_counts_as_one_failure() {
        assert_eq!(Count::default().set_against(true), Count { passed: 0, failed: 1 });
    }

    #[test]
    fn the_closing_line_has_the_plain_form() {
        assert_eq!(Count { passed: 3, failed: 1 }.to_string(), "3 passed, 1 failed");
    }
}
