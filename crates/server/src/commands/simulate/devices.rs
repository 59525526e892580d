//! A duty device for every door. Its number is the door's, as the simulated visits have it.

use super::progress::Progress;
use actions::House;
use domain::{
    audit::{Actor, Deed},
    checkpoints::CheckpointNumber,
};
use registry::{AuditLine, BulkInsert, NewDevice};
use vault::Purpose;

/// Most devices whose tokens are kept; nobody has those of the others.
const LISTED_MAX: u32 = 20_000;
/// Devices handed over at once.
const AT_ONCE: u32 = 10_000;

/// Enrols a device at every door; the tokens of the first ones.
pub(super) async fn load(
    house: &House,
    doors: u32,
    bulk: &mut BulkInsert,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Vec<String>> {
    progress.begin("devices");
    let mut listed = Vec::new();
    for first in (1..=doors).step_by(AT_ONCE as usize) {
        let last = doors.min(first + AT_ONCE - 1);
        let mut new = Vec::new();
        for door in first..=last {
            let token = house.fresh_token();
            let token_mac = house.vault.mac(Purpose::DutyDevice, token.as_bytes()).to_vec();
            let checkpoint = CheckpointNumber(door);
            new.push(NewDevice { checkpoint, token_mac, label: "值守（模拟）".to_owned() });
            if door <= LISTED_MAX {
                listed.push(token);
            }
        }
        let line = AuditLine {
            at: house.now(),
            actor: Actor::System,
            deed: Deed::DutyDeviceEnrolled,
            subject: format!("检查点 {first} 至 {last}"),
            detail: "模拟数据".to_owned(),
        };
        bulk.devices(&new, &line).await?;
    }
    progress.end("enrolled", u64::from(doors))?;
    Ok(listed)
}
