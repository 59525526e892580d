//! Revokes an offline code: from then on no door of this house takes it.

use super::list::own;
use crate::{Answer, Failure, House, accounts::principals::Visitor};
use domain::{audit::Deed, offline_codes::number_text};
use registry::AuditLine;

/// Revokes a code of somebody whom this visitor may act for.
///
/// # Errors
/// `NotFound` for anybody else's; `Conflict` when it is revoked already.
pub async fn revoke(house: &House, caller: &Visitor, number: i64) -> Answer<()> {
    let code = own(house, caller, number).await?;
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::OfflineCodeRevoked,
        subject: format!("人员 {}", code.person.0),
        detail: format!("离线码 {}", number_text(number)),
    };
    if house.registry.revoke_offline_code(number, house.now(), &line).await? {
        Ok(())
    } else {
        Err(Failure::Conflict("这个离线码已经作废了"))
    }
}
