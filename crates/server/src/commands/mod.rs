//! One file per command.

pub(crate) mod backup;
pub(crate) mod demo;
pub(crate) mod import;
pub(crate) mod load;
pub(crate) mod new_administrator;
pub(crate) mod repair;
pub(crate) mod restore;
pub(crate) mod retention;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod time_status;
pub(crate) mod verify;

use std::io::Write;

/// Says an error with its causes, each on a line, and nothing of the inside.
pub(crate) fn say_error(error: &anyhow::Error) {
    let mut out = std::io::stderr().lock();
    for (at, cause) in error.chain().enumerate() {
        let lead = if at == 0 { "error:" } else { "  because:" };
        // Standard error being gone leaves nobody to tell.
        let _gone = writeln!(out, "{lead} {cause}");
    }
}
