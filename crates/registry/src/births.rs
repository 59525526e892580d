//! Months of birth, sealed: of those who registered before they were kept.

use crate::{
    changes::{self, Change},
    connect::{Registry, RegistryError, Result},
    people::{column, number},
};
use domain::people::{IdKind, PersonNumber};
use sqlx::{Row, any::AnyRow};

/// Set once everybody's was derived, so that no later start looks through everybody.
const DONE: &str = "births_derived";

/// Somebody whose month of birth nobody has looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Underived {
    /// Who.
    pub person: PersonNumber,
    /// Kind of document.
    pub id_kind: IdKind,
    /// Number of the document, sealed.
    pub id_sealed: Vec<u8>,
}

fn underived(row: &AnyRow) -> Result<Underived> {
    let kind: String = row.try_get(1)?;
    Ok(Underived {
        person: number(row.try_get(0)?)?,
        id_kind: IdKind::from_code(&kind).ok_or(RegistryError::Strange("people.id_kind"))?,
        id_sealed: row.try_get(2)?,
    })
}

impl Registry {
    /// Whether everybody's month of birth was derived.
    ///
    /// # Errors
    /// Of the database.
    pub async fn births_are_derived(&self) -> Result<bool> {
        let row = sqlx::query("select value from installation where name = $1")
            .bind(DONE)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Up to `limit` people after this one whose document says when they were born and of whom it is
    /// not kept, in the order of numbers.
    ///
    /// # Errors
    /// Of the database.
    pub async fn underived_births(
        &self,
        after: PersonNumber,
        limit: i64,
    ) -> Result<Vec<Underived>> {
        let rows = sqlx::query(
            "select number, id_kind, id_sealed from people where number > $1 \
             and born_sealed is null and id_kind in ($2, $3) order by number limit $4",
        )
        .bind(column(after))
        .bind(IdKind::ResidentId.code())
        .bind(IdKind::ForeignResident.code())
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(underived).collect()
    }

    /// Keeps months of birth, in the order of numbers, of whoever has none; whoever keeps people in
    /// memory reads that stretch of numbers again.
    ///
    /// # Errors
    /// Of the database; then none is kept.
    pub async fn keep_births(&self, births: &[(PersonNumber, Vec<u8>)]) -> Result<()> {
        let (Some((first, _)), Some((last, _))) = (births.first(), births.last()) else {
            return Ok(());
        };
        let mut tx = self.begin().await?;
        for (person, born_sealed) in births {
            sqlx::query(
                "update people set born_sealed = $2 where number = $1 and born_sealed is null",
            )
            .bind(column(*person))
            .bind(born_sealed.as_slice())
            .execute(&mut *tx)
            .await?;
        }
        changes::note(&mut tx, &Change::Births(*first, *last)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that everybody's was derived.
    ///
    /// # Errors
    /// Of the database.
    pub async fn births_derived(&self) -> Result<()> {
        sqlx::query(
            "insert into installation (name, value) values ($1, '1') on conflict (name) do nothing",
        )
        .bind(DONE)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
