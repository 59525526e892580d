//! The authority's own register of health status.

use crate::{
    changes::{self, Change},
    connect::{Registry, RegistryError, Result},
};
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid},
    people::PersonNumber,
    time::UnixMs,
};
use sqlx::{Row, any::AnyRow};

/// The status in five columns from `at` on; none where they are empty.
pub(crate) fn status(row: &AnyRow, at: usize) -> Result<Option<HealthStatus>> {
    let Some(colour) = row.try_get::<Option<String>, _>(at)? else { return Ok(None) };
    let sampled: Option<i64> = row.try_get(at + 1)?;
    let negative: Option<i64> = row.try_get(at + 2)?;
    Ok(Some(HealthStatus {
        colour: Colour::from_code(&colour).ok_or(RegistryError::Strange("health_status"))?,
        confirmed: UnixMs(row.try_get(at + 4)?),
        nucleic_acid: sampled
            .map(|at| NucleicAcid { sampled: UnixMs(at), negative: negative == Some(1) }),
        itinerary: Itinerary::from_code(row.try_get(at + 3)?),
    }))
}

impl Registry {
    /// What the register says of a person, confirmed when it was set.
    ///
    /// # Errors
    /// Of the database.
    pub async fn health_status(&self, person: PersonNumber) -> Result<Option<HealthStatus>> {
        let row = sqlx::query(
            "select colour, sampled_ms, negative, itinerary, set_ms from health_status \
             where person = $1",
        )
        .bind(i64::try_from(person.0).unwrap_or(-1))
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map_or(Ok(None), |row| status(row, 0))
    }

    /// Sets what the register says of a person.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_health_status(
        &self,
        person: PersonNumber,
        status: &HealthStatus,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into health_status (person, colour, sampled_ms, negative, itinerary, set_ms) \
             values ($1, $2, $3, $4, $5, $6) on conflict (person) do update set \
             colour = excluded.colour, sampled_ms = excluded.sampled_ms, \
             negative = excluded.negative, itinerary = excluded.itinerary, \
             set_ms = excluded.set_ms",
        )
        .bind(i64::try_from(person.0).unwrap_or(-1))
        .bind(status.colour.code())
        .bind(status.nucleic_acid.map(|test| test.sampled.0))
        .bind(status.nucleic_acid.map(|test| i64::from(test.negative)))
        .bind(status.itinerary.code())
        .bind(status.confirmed.0)
        .execute(&mut *tx)
        .await?;
        changes::note(&mut tx, &Change::Person(person)).await?;
        tx.commit().await?;
        Ok(())
    }
}
