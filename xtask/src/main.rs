//! The house checks itself: test, tidy, layers, benchmarks, and a throw-away PostgreSQL.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "telling the developer what was found is the whole job of this program"
)]

mod bench;
mod cargo;
mod count;
mod files;
mod layers;
mod packages;
mod postgres;
mod suite;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test [--only STEP]…      everything, set-up included; STEP is one of
                                     fmt, tidy, layers, clippy, test, doc, browser
cargo xtask tidy                     rules about our own text
cargo xtask layers                   which crate may depend on which
cargo xtask postgres -- COMMAND…     runs COMMAND beside a throw-away PostgreSQL
cargo xtask bench visits [OPTION]…   figures of the visit engine; --help lists the options";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", options @ ..] => suite::run(options),
        ["tidy"] => tidy::run(),
        ["layers"] => layers::run(),
        ["bench", rest @ ..] => bench::run(rest),
        ["postgres", "--", program, rest @ ..] => postgres::run_beside(program, rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
