//! Alerts: how an abnormal entry raises one, and what staff did about it.

pub mod raised;

use crate::{
    Answer, Failure, House, accounts::principals::DutyDevice, duty::announce::Announcement,
};
use domain::{
    alerts::Disposition,
    audit::{Actor, Deed},
};
use registry::AuditLine;
use vault::Field;

/// Writes down what was done; the alert stops standing on the screen.
///
/// # Errors
/// `NotFound` for another door's; `Invalid` at `disposition` or `note`; `Conflict` when it was
/// done already.
pub async fn dispose(
    house: &House,
    caller: &DutyDevice,
    alert: i64,
    disposition: &str,
    note: &str,
) -> Answer<()> {
    let chosen = Disposition::from_code(disposition.trim());
    let chosen = chosen.ok_or_else(|| Failure::field("disposition", "请选择处置结果"))?;
    let note = chosen.check_note(note).map_err(|says| Failure::field("note", says))?;
    let found = house.registry.alert(alert, caller.checkpoint).await?.ok_or(Failure::NotFound)?;
    let done_already = Failure::Conflict("这条异常已经登记过处置");
    if found.closed {
        return Err(done_already);
    }
    let line = AuditLine {
        at: house.now(),
        actor: Actor::Device(caller.device),
        deed: Deed::AlertDisposed,
        subject: format!("异常 {alert}"),
        detail: chosen.label().to_owned(),
    };
    let sealed = house.vault.seal(Field::Note, &note, &*house.dice)?;
    let (door, device) = (caller.checkpoint, caller.device);
    if !house.registry.close_alert(alert, door, device, chosen, &sealed, &line).await? {
        return Err(done_already);
    }
    house.announcer.tell(door, Announcement::Disposed { alert });
    Ok(())
}
