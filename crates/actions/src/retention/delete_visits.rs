//! Visits go when their days are over, whole days at a time.

use domain::retention::kept_from;

use crate::{Failure, House};

/// Deletes the visits of every day that has been kept long enough and puts the visit store's
/// files in order. Harmless when there is nothing to do; meant for once a day, just after
/// midnight.
///
/// # Errors
/// [`Failure`] when the store could not; the visits cannot be read any more all the same, and the
/// next time removes the files that are left.
pub async fn delete_old_visits(house: &House) -> Result<(), Failure> {
    let from = kept_from(house.now(), house.settings.visit_days);
    let day = house.visits.day_of(from.0);
    house.visits.drop_before(day).await.map_err(Failure::broken)?;
    tracing::info!(kept_from = %from.date_text(), "visits of earlier days are deleted");
    house.visits.tidy().await.map_err(Failure::broken)
}
