//! A manager says what was done about what was found.

use super::{ELSEWHERE, as_seen, line, mine::managed};
use crate::{Answer, Failure, House, accounts::principals::Manager};
use domain::{audit::Deed, inspections::check_answer};
use registry::InspectionStep;

/// Answers an inspection that had been changed `round` times when the caller looked.
///
/// # Errors
/// `NotFound` for somebody else's door; `Invalid` at `words`; `Conflict` when it does not wait for an
/// answer any more.
pub async fn answer(
    house: &House,
    caller: &Manager,
    (id, round): (i64, i64),
    typed: &str,
) -> Answer<()> {
    let inspection = managed(house, caller, id).await?;
    let words = check_answer(typed).map_err(|says| Failure::field("words", says))?;
    let inspection = as_seen(inspection, round)?;
    let to = inspection.state.answered(words)?;
    let step = InspectionStep { id, round, from: &inspection.state, to: &to, remind: None };
    let line = line(house, caller.actor(), Deed::InspectionAnswered, id, String::new());
    if house.registry.step_inspection(&step, &line).await? { Ok(()) } else { Err(ELSEWHERE) }
}
