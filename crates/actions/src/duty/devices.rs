//! Duty devices: enrolled by a one-time QR, bound to one checkpoint, revocable.

use crate::{
    Answer, House,
    accounts::principals::{DutyDevice, Manager},
};
use domain::checkpoints::CheckpointNumber;

/// A one-time link for enrolling a device.
#[derive(Clone, Debug)]
pub struct EnrolLink {
    /// The whole URL.
    pub url: String,
    /// The same as a QR code.
    pub svg: String,
    /// Minutes until it stops working.
    pub minutes: i64,
}

/// What a link enrols for, to show before it is used.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
}

/// Makes a link, valid for 30 minutes.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` before approval.
pub async fn make_link(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<EnrolLink> {
    let _ = (house, caller, number);
    todo!()
}

/// What a link enrols for.
///
/// # Errors
/// `NotFound` when it is unknown, used or too old.
pub async fn look(house: &House, link: &str) -> Answer<Enrolment> {
    let _ = (house, link);
    todo!()
}

/// Enrols a device; its token goes into a cookie and nowhere else.
///
/// # Errors
/// `NotFound` when the link is unknown, used or too old; `Invalid` at `label`.
pub async fn enrol(house: &House, link: &str, label: &str) -> Answer<String> {
    let _ = (house, link, label);
    todo!()
}

/// Which device a token belongs to.
///
/// # Errors
/// `NotSignedIn` when it is unknown or revoked.
pub async fn device(house: &House, token: &str) -> Answer<DutyDevice> {
    let _ = (house, token);
    todo!()
}

/// Revokes a device at once.
///
/// # Errors
/// `NotFound` for somebody else's.
pub async fn revoke(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
    device: i64,
) -> Answer<()> {
    let _ = (house, caller, number, device);
    todo!()
}
