//! Duty devices: enrolled by a one-time QR, bound to one checkpoint, revocable.

use crate::{
    Answer, Failure, House,
    accounts::{
        one_time_links,
        principals::{DutyDevice, Manager, SignScreen},
    },
    applications::submit::managed_checkpoint,
    mirror::Device,
};
use domain::{
    audit::{Actor, Deed},
    checkpoints::{CheckpointNumber, Standing},
    duty::DeviceKind,
    text::line,
    time::MINUTE_MS,
};
use registry::{AuditLine, LinkUse};
use vault::Purpose;

/// How long an enrolment link works, in minutes.
const LINK_MINUTES: i64 = 30;

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

fn audit(house: &House, actor: Actor, deed: Deed, number: CheckpointNumber) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor,
        deed,
        subject: format!("检查点 {}", number.0),
        detail: String::new(),
    }
}

/// Makes a link, valid for 30 minutes.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` before approval.
pub async fn make_link(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
) -> Answer<EnrolLink> {
    let checkpoint = managed_checkpoint(house, caller, number).await?;
    if checkpoint.standing != Standing::Open {
        return Err(Failure::Conflict("审核通过后才能绑定值守设备"));
    }
    let line = audit(house, caller.actor(), Deed::DutyLinkMade, number);
    enrol_link(house, number, Some(&line)).await
}

/// An enrolment link for any open door. For the command line of the demonstration.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn demo_link(house: &House, number: CheckpointNumber) -> Answer<EnrolLink> {
    let line = audit(house, Actor::System, Deed::DutyLinkMade, number);
    enrol_link(house, number, Some(&line)).await
}

async fn enrol_link(
    house: &House,
    number: CheckpointNumber,
    line: Option<&AuditLine>,
) -> Answer<EnrolLink> {
    let link_use = LinkUse::EnrolDuty { checkpoint: number.0 };
    let token = one_time_links::make(house, link_use, LINK_MINUTES * MINUTE_MS, line).await?;
    let url = format!("{}/duty/enrol/{token}", house.settings.public_url);
    let svg = posters::code_svg(&url).map_err(Failure::broken)?;
    Ok(EnrolLink { url, svg, minutes: LINK_MINUTES })
}

async fn door_of(house: &House, link: &str) -> Answer<([u8; 32], CheckpointNumber)> {
    let (mac, found) = one_time_links::find(house, link).await?;
    match found.link_use {
        LinkUse::EnrolDuty { checkpoint } => Ok((mac, CheckpointNumber(checkpoint))),
        LinkUse::SignIn { .. }
        | LinkUse::SecondFactor { .. }
        | LinkUse::Password { .. }
        | LinkUse::SetUp { .. } => Err(Failure::NotFound),
    }
}

/// What a link enrols for.
///
/// # Errors
/// `NotFound` when it is unknown, used or too old.
pub async fn look(house: &House, link: &str) -> Answer<Enrolment> {
    let (_, number) = door_of(house, link).await?;
    let checkpoint = house.registry.checkpoint(number).await?.ok_or(Failure::NotFound)?;
    Ok(Enrolment { name: checkpoint.record.name, door: checkpoint.record.door })
}

/// Enrols a device; its token goes into a cookie and nowhere else.
///
/// # Errors
/// `NotFound` when the link is unknown, used or too old; `Invalid` at `label`.
pub async fn enrol(house: &House, link: &str, label: &str, kind: DeviceKind) -> Answer<String> {
    let (mac, number) = door_of(house, link).await?;
    let label = line(label, 20, "请给这台设备起个名字", "设备名字不能超过 20 个字")
        .map_err(|says| Failure::field("label", says))?;
    let token = house.fresh_token();
    let token_mac = house.vault.mac(Purpose::DutyDevice, token.as_bytes());
    let line = audit(house, Actor::Nobody, Deed::DutyDeviceEnrolled, number);
    let id = house.registry.enrol_device(&mac, &token_mac, number, (&label, kind), &line).await?;
    house.catch_up().await?;
    id.map(|_| token).ok_or(Failure::NotFound)
}

/// What a device is to be.
///
/// # Errors
/// `Invalid` at `kind`.
pub fn kind(code: &str) -> Answer<DeviceKind> {
    DeviceKind::from_code(code).ok_or_else(|| Failure::field("kind", "请选择这台设备的用途"))
}

/// Which device a token belongs to.
///
/// # Errors
/// `NotSignedIn` when it is unknown, revoked, or a sign's.
pub fn device(house: &House, token: &str) -> Answer<DutyDevice> {
    match found(house, token)? {
        Device::Duty(device) => Ok(device),
        Device::Sign(_) => Err(Failure::NotSignedIn),
    }
}

/// Which electronic sign a token belongs to.
///
/// # Errors
/// `NotSignedIn` when it is unknown, revoked, or a duty screen's.
pub fn sign(house: &House, token: &str) -> Answer<SignScreen> {
    match found(house, token)? {
        Device::Sign(sign) => Ok(sign),
        Device::Duty(_) => Err(Failure::NotSignedIn),
    }
}

fn found(house: &House, token: &str) -> Answer<Device> {
    let mac = house.vault.mac(Purpose::DutyDevice, token.as_bytes());
    house.mirror.device(&mac).ok_or(Failure::NotSignedIn)
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
    managed_checkpoint(house, caller, number).await?;
    let line = audit(house, caller.actor(), Deed::DutyDeviceRevoked, number);
    let done = house.registry.revoke_device(device, number, &line).await?;
    house.catch_up().await?;
    if done { Ok(()) } else { Err(Failure::NotFound) }
}
