//! Check-ins: look at a door, enter, and see what was recorded.

pub mod follow_up;
pub mod gate;
pub mod look;
pub mod receipt;
mod recent;
pub mod record;
pub mod stored;
