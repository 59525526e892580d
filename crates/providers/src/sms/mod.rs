//! Text messages.

mod console;
mod off;

pub use console::Console;
pub use off::Off;
