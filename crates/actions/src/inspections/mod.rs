//! Inspections: what an inspector finds at a door, what its manager does about it, and how it ends.

mod answer;
mod find_door;
mod list;
mod mine;
mod record;
mod remind;
mod settle;

pub use answer::answer;
pub use find_door::{DOORS_MAX, Door, Found, door, find_door};
pub use list::{
    Detail, EXPORT_ROWS_MAX, Filter, List, PAGE_ROWS, Past, Row, Show, earlier, export, list,
    narrowed_to, one,
};
pub use mine::{my_list, my_one, waiting};
pub use record::record;
pub use registry::InspectionTally as Tally;
pub use remind::remind_due;
pub use settle::{accept, send_back};

use crate::{Answer, Failure, House, accounts::principals::Inspector};
use domain::{
    audit::{Actor, Deed},
    inspections::WrongState,
};
use registry::{AuditLine, Inspection};

/// Days an inspection is kept after it ended.
pub const KEPT_DAYS: i64 = 3 * 365;

const ELSEWHERE: Failure = Failure::Conflict("这次检查刚有变动，请看最新状态");

impl From<WrongState> for Failure {
    fn from(_: WrongState) -> Self {
        ELSEWHERE
    }
}

/// An inspection within the inspector's scope; outside of it there is none.
async fn within(house: &House, caller: &Inspector, id: i64) -> Answer<Inspection> {
    let found = house.registry.inspection(id).await?;
    found.filter(|one| caller.scope.covers(&one.township)).ok_or(Failure::NotFound)
}

/// The same as it was seen; not when somebody changed it meanwhile.
fn as_seen(inspection: Inspection, round: i64) -> Answer<Inspection> {
    if inspection.round == round { Ok(inspection) } else { Err(ELSEWHERE) }
}

fn line(house: &House, actor: Actor, deed: Deed, id: i64, detail: String) -> AuditLine {
    AuditLine { at: house.now(), actor, deed, subject: format!("检查 {id}"), detail }
}
