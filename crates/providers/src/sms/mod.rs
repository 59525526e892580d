//! Text messages.

pub mod aliyun;
mod console;
mod off;

pub use aliyun::{Aliyun, AliyunSettings};
pub use console::Console;
pub use off::Off;
