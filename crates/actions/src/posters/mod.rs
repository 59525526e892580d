//! Posters: the manager downloads what hangs at the door.

use crate::{Answer, House, accounts::principals::Manager};
use domain::checkpoints::CheckpointNumber;

/// A file to download.
#[derive(Clone, Debug)]
pub struct Download {
    /// File name, may be Chinese.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The A4 poster as PDF.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` before approval or when a character cannot be drawn.
pub async fn a4(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Download> {
    let _ = (house, caller, number);
    todo!()
}

/// The bare code as SVG.
///
/// # Errors
/// As `a4`.
pub async fn code_svg(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Download> {
    let _ = (house, caller, number);
    todo!()
}
