//! Invitations: a unit's manager hands a door, or the whole unit, to somebody else by phone.

mod answer;
mod offer;

pub use answer::{ForMe, accept, decline, for_me, lay_down};
pub use offer::{
    DoorManager, Offered, UnitOffer, door_manager, offer_door, offer_unit, open_offer,
    take_back_door, take_back_unit,
};

use crate::{Answer, House, accounts::principals::Manager};
use domain::{audit::Deed, checkpoints::CheckpointNumber, phones::Phone};
use registry::{Account, AuditLine};
use vault::Field;

/// Days an invitation is kept after it could be answered.
pub const KEPT_DAYS: i64 = 180;

fn line(house: &House, caller: &Manager, deed: Deed, subject: String, detail: &str) -> AuditLine {
    AuditLine { at: house.now(), actor: caller.actor(), deed, subject, detail: detail.to_owned() }
}

fn door(number: CheckpointNumber) -> String {
    format!("检查点 {}", number.0)
}

fn unit(organisation: i64) -> String {
    format!("单位 {organisation}")
}

async fn account(house: &House, caller: &Manager) -> Answer<Account> {
    let account = house.registry.account(caller.account).await?;
    account.ok_or(crate::Failure::NotSignedIn)
}

/// The masked phone that was sealed.
fn masked(house: &House, sealed: &[u8]) -> Answer<String> {
    let phone = house.vault.open(Field::Phone, sealed)?;
    Ok(Phone::parse(&phone).map(|phone| phone.masked()).unwrap_or_default())
}
