//! The authority's own register of health status.

mod take;
mod waiting;

pub use take::{ListedStatus, TakenStatus};
pub(crate) use waiting::{let_go, settle};

use crate::people::number;
use crate::{
    changes::{self, Change},
    connect::{Registry, RegistryError, Result},
};
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source, TestOrganisation},
    people::PersonNumber,
    time::UnixMs,
};
use futures_util::TryStreamExt;
use sqlx::{Row, any::AnyRow};

/// The columns of a status, in the order in which they are read and written.
pub(crate) const COLUMNS: &str =
    "colour, sampled_ms, negative, itinerary, set_ms, organisation, doses";
/// How many they are.
pub(crate) const COLUMN_COUNT: usize = 7;

/// A query with values to be bound.
pub(crate) type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// Binds a status, in the order of [`COLUMNS`].
pub(crate) fn bind<'q>(query: Query<'q>, status: &HealthStatus) -> Query<'q> {
    let test = status.nucleic_acid;
    query
        .bind(status.colour.code())
        .bind(test.map(|test| test.sampled.0))
        .bind(test.map(|test| i64::from(test.negative)))
        .bind(status.itinerary.code())
        .bind(status.confirmed.0)
        .bind(test.and_then(|test| test.organisation).map(|known| i64::from(known.0)))
        .bind(status.doses.map(i64::from))
}

/// The number of an organisation that tests, from its column.
pub(crate) fn organisation(value: Option<i64>) -> Option<TestOrganisation> {
    value.and_then(|number| u16::try_from(number).ok()).map(TestOrganisation)
}

/// The status in the columns from `at` on; none where they are empty.
pub(crate) fn status(row: &AnyRow, at: usize) -> Result<Option<HealthStatus>> {
    let Some(colour) = row.try_get::<Option<String>, _>(at)? else { return Ok(None) };
    let sampled: Option<i64> = row.try_get(at + 1)?;
    let negative: Option<i64> = row.try_get(at + 2)?;
    let doses: Option<i64> = row.try_get(at + 6)?;
    let organisation = organisation(row.try_get(at + 5)?);
    Ok(Some(HealthStatus {
        colour: Colour::from_code(&colour).ok_or(RegistryError::Strange("health_status"))?,
        confirmed: UnixMs(row.try_get(at + 4)?),
        nucleic_acid: sampled.map(|at| NucleicAcid {
            sampled: UnixMs(at),
            negative: negative == Some(1),
            organisation,
        }),
        itinerary: Itinerary::from_code(row.try_get(at + 3)?),
        doses: doses.and_then(|doses| u8::try_from(doses).ok()),
        source: Source::Register,
    }))
}

impl Registry {
    /// What the register says of a person, confirmed when it was set.
    ///
    /// # Errors
    /// Of the database.
    pub async fn health_status(&self, person: PersonNumber) -> Result<Option<HealthStatus>> {
        let row = sqlx::query(
            "select colour, sampled_ms, negative, itinerary, set_ms, organisation, doses \
             from health_status where person = $1",
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
        // The counter before the row, as everywhere: two transactions never wait for each other.
        changes::note(&mut tx, &Change::Person(person)).await?;
        let query = sqlx::query(
            "insert into health_status (person, batch, colour, sampled_ms, negative, itinerary, \
             set_ms, organisation, doses) values ($1, 0, $2, $3, $4, $5, $6, $7, $8) \
             on conflict (person) do update set batch = 0, colour = excluded.colour, \
             sampled_ms = excluded.sampled_ms, negative = excluded.negative, \
             itinerary = excluded.itinerary, set_ms = excluded.set_ms, \
             organisation = excluded.organisation, doses = excluded.doses",
        )
        .bind(i64::try_from(person.0).unwrap_or(-1));
        bind(query, status).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Hands over what a batch of the register said last of people.
    ///
    /// # Errors
    /// Of the database; what came before it was handed over.
    pub async fn statuses_of_batch(
        &self,
        batch: i64,
        mut each: impl FnMut(PersonNumber, HealthStatus),
    ) -> Result<()> {
        let mut rows = sqlx::query(
            "select person, colour, sampled_ms, negative, itinerary, set_ms, organisation, doses \
             from health_status where batch = $1",
        )
        .bind(batch)
        .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            if let Some(status) = status(&row, 1)? {
                each(number(row.try_get(0)?)?, status);
            }
        }
        Ok(())
    }

    /// Who has registered with a document, if anybody, and what the register says of them.
    ///
    /// # Errors
    /// Of the database.
    pub async fn status_by_id(
        &self,
        id_index: &[u8],
    ) -> Result<(Option<PersonNumber>, Option<HealthStatus>)> {
        let row = sqlx::query("select number from people where id_index = $1")
            .bind(id_index)
            .fetch_optional(&self.pool)
            .await?;
        if let Some(row) = row {
            let person = number(row.try_get(0)?)?;
            return Ok((Some(person), self.health_status(person).await?));
        }
        let row = sqlx::query(
            "select colour, sampled_ms, negative, itinerary, set_ms, organisation, doses \
             from waiting_statuses where id_index = $1",
        )
        .bind(id_index)
        .fetch_optional(&self.pool)
        .await?;
        Ok((None, row.as_ref().map_or(Ok(None), |row| status(row, 0))?))
    }

    /// The name of an organisation that tests.
    ///
    /// # Errors
    /// Of the database.
    pub async fn test_organisation(&self, number: TestOrganisation) -> Result<Option<String>> {
        let row = sqlx::query("select name from test_organisations where number = $1")
            .bind(i64::from(number.0))
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(None), |row| Ok(Some(row.try_get(0)?)))
    }

    /// The names of all organisations that test, by number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn test_organisations(&self) -> Result<Vec<(TestOrganisation, String)>> {
        let rows = sqlx::query("select number, name from test_organisations order by number")
            .fetch_all(&self.pool)
            .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(number) = organisation(row.try_get(0)?) {
                all.push((number, row.try_get(1)?));
            }
        }
        Ok(all)
    }
}
