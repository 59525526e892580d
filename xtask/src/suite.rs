//! The one test command: sets up, runs every step to its end, and closes with a plain count.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::cargo;
use crate::count::{self, Count};
use crate::files;
use crate::packages::{self, For};
use crate::postgres::{self, Postgres};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Fmt,
    Tidy,
    Layers,
    Clippy,
    Test,
    Doc,
    Browser,
}

impl Step {
    const ALL: [Self; 7] =
        [Self::Fmt, Self::Tidy, Self::Layers, Self::Clippy, Self::Test, Self::Doc, Self::Browser];

    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Layers => "layers",
            Self::Clippy => "clippy",
            Self::Test => "test",
            Self::Doc => "doc",
            Self::Browser => "browser",
        }
    }

    fn needs(self) -> &'static [For] {
        match self {
            Self::Fmt | Self::Tidy | Self::Layers => &[],
            Self::Clippy | Self::Doc => &[For::Compiling],
            Self::Test => &[For::Compiling, For::Postgres],
            Self::Browser => &[For::Compiling, For::Browser],
        }
    }

    /// Runs the step to its end. An error means that it could not even be started.
    fn run(self, root: &Path) -> Result<Count> {
        match self {
            Self::Fmt => check(cargo::command(root, "fmt --all --check")),
            Self::Tidy | Self::Layers => check(ourselves(root, self.name())?),
            Self::Clippy => {
                check(cargo::command(root, "clippy --workspace --all-targets -- -D warnings"))
            }
            Self::Test => tests(root),
            Self::Doc => {
                let mut command = cargo::command(root, "doc --no-deps --workspace");
                command.env("RUSTDOCFLAGS", "-D warnings");
                check(command)
            }
            Self::Browser => browser(root),
        }
    }
}

/// Runs the steps that were asked for, or all of them.
///
/// # Errors
/// When an option is unknown or the set-up is not possible; then nothing was run.
pub(crate) fn run(options: &[&str]) -> Result<ExitCode> {
    let steps = chosen(options)?;
    let root = files::root()?;
    let needs: Vec<For> = steps.iter().flat_map(|step| step.needs()).copied().collect();
    packages::ensure(&needs).context("set-up")?;
    let mut total = Count::default();
    let mut broken = Vec::new();
    for step in steps {
        println!("\n── {} ──", step.name());
        let began = clock();
        let count = step.run(&root).unwrap_or_else(|error| {
            println!("{}: {error:#}", step.name());
            Count::one(false)
        });
        println!("── {}: {count} ({:.1} s)", step.name(), began.elapsed().as_secs_f64());
        if count.failed > 0 {
            broken.push(step.name());
        }
        total.add(count);
    }
    if !broken.is_empty() {
        println!("\nfailed: {}", broken.join(", "));
    }
    println!("\n{total}");
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(options: &[&str]) -> Result<Vec<Step>> {
    let mut named = Vec::new();
    for pair in options.chunks(2) {
        let ["--only", name] = pair else { bail!("unknown option: {}", pair.join(" ")) };
        let known = Step::ALL.into_iter().find(|step| step.name() == *name);
        named.push(known.with_context(|| format!("unknown step: {name}"))?);
    }
    Ok(Step::ALL.into_iter().filter(|step| named.is_empty() || named.contains(step)).collect())
}

fn tests(root: &Path) -> Result<Count> {
    let server = Postgres::start()?;
    let mut command = cargo::command(root, "test --workspace --no-fail-fast --color never");
    command.env(postgres::URL_VARIABLE, server.url());
    counted(command, count::cargo_line)
}

fn browser(root: &Path) -> Result<Count> {
    let e2e = root.join("e2e");
    let mut install = Command::new("npm");
    install.args(["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]);
    install.current_dir(&e2e);
    for (what, command) in
        [("cargo build --release", cargo::command(root, "build --release")), ("npm ci", install)]
    {
        if !stream(command, |_| {})? {
            bail!("{what} failed");
        }
    }
    let mut run = Command::new("node");
    run.arg("run.mjs").current_dir(e2e);
    counted(run, count::browser_line)
}

/// A check of ours runs as a program of its own, so that its crash is one failure and not our end.
fn ourselves(root: &Path, check: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(check).current_dir(root);
    Ok(command)
}

fn check(command: Command) -> Result<Count> {
    Ok(Count::one(stream(command, |_| {})?))
}

fn counted(command: Command, read: fn(&str) -> Option<Count>) -> Result<Count> {
    let mut count = Count::default();
    let ended_well = stream(command, |line| count.add(read(line).unwrap_or_default()))?;
    Ok(count.set_against(ended_well))
}

/// Runs a command, shows its output as it comes, and says whether it ended well.
fn stream(mut command: Command, mut on_line: impl FnMut(&str)) -> Result<bool> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("starting {shown}"))?;
    let mut output = BufReader::new(child.stdout.take().context("standard output is piped")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        // Not the raw handle: cargo's runner captures this one in our own tests, so that the
        // closing lines they make up are not counted.
        print!("{text}");
        on_line(&text);
        line.clear();
    }
    Ok(child.wait()?.success())
}

#[expect(clippy::disallowed_methods, reason = "tells a developer how long a step took")]
fn clock() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_options_every_step_runs_in_order() {
        assert_eq!(chosen(&[]).unwrap(), Step::ALL);
    }

    #[test]
    fn only_the_named_steps_run_and_in_the_usual_order() {
        let steps = chosen(&["--only", "doc", "--only", "fmt"]).unwrap();
        assert_eq!(steps, [Step::Fmt, Step::Doc]);
    }

    #[test]
    fn an_unknown_step_or_option_is_refused() {
        assert!(chosen(&["--only", "fnt"]).is_err());
        assert!(chosen(&["--fast"]).is_err());
        assert!(chosen(&["--only"]).is_err());
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn every_test_binary_of_a_run_is_counted() {
        let script = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'
                      echo 'test result: FAILED. 3 passed; 1 failed; 0 ignored'; exit 101";
        let count = counted(shell(script), count::cargo_line).unwrap();
        assert_eq!(count, Count { passed: 5, failed: 1 });
    }

    #[test]
    fn a_run_that_crashes_counts_as_failed() {
        let count = counted(shell("kill -9 $$"), count::cargo_line).unwrap();
        assert_eq!(count, Count { passed: 0, failed: 1 });
        assert_eq!(check(shell("exit 3")).unwrap(), Count::one(false));
        assert!(check(Command::new("no-such-program-anywhere")).is_err());
    }
}
