//! Cases of contact tracing.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, Result, next_number},
    people,
};
use domain::{people::PersonNumber, time::UnixMs};
use sqlx::{Row, any::AnyRow};

/// A case; `id` is 0 before it is stored.
#[derive(Clone, Debug)]
pub struct Case {
    /// Number.
    pub id: i64,
    /// The authority's number of the case.
    pub case_number: String,
    /// Why it was opened, sealed.
    pub reason_sealed: Vec<u8>,
    /// Who.
    pub person: PersonNumber,
    /// Which account opened it.
    pub opened_by: i64,
    /// When.
    pub opened: UnixMs,
    /// Since when it is kept secret from those it is about, and why, sealed.
    pub embargo: Option<(UnixMs, Vec<u8>)>,
}

/// What a case is to the person it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseOfPerson {
    /// Number.
    pub id: i64,
    /// The authority's number of the case.
    pub case_number: String,
}

fn case(row: &AnyRow) -> Result<Case> {
    Ok(Case {
        id: row.try_get(0)?,
        case_number: row.try_get(1)?,
        reason_sealed: row.try_get(2)?,
        person: people::number(row.try_get(3)?)?,
        opened_by: row.try_get(4)?,
        opened: UnixMs(row.try_get(5)?),
        embargo: embargo(row)?,
    })
}

fn embargo(row: &AnyRow) -> Result<Option<(UnixMs, Vec<u8>)>> {
    let since: Option<i64> = row.try_get(6)?;
    let reason: Option<Vec<u8>> = row.try_get(7)?;
    Ok(since.map(UnixMs).zip(reason))
}

impl Registry {
    /// Opens a case.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_case(&self, new: &Case, line: &AuditLine) -> Result<i64> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let id = next_number(&mut tx, "cases").await?;
        sqlx::query(
            "insert into cases (id, case_number, reason_sealed, person, opened_by, opened_ms) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(new.case_number.as_str())
        .bind(new.reason_sealed.as_slice())
        .bind(i64::try_from(new.person.0).unwrap_or(-1))
        .bind(new.opened_by)
        .bind(new.opened.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A case that this account opened.
    ///
    /// # Errors
    /// Of the database.
    pub async fn case(&self, id: i64, opened_by: i64) -> Result<Option<Case>> {
        let row = sqlx::query(
            "select id, case_number, reason_sealed, person, opened_by, opened_ms, embargo_ms, \
             embargo_reason_sealed from cases \
             where id = $1 and opened_by = $2",
        )
        .bind(id)
        .bind(opened_by)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(case).transpose()
    }

    /// The cases an account opened, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn cases_of(&self, opened_by: i64, limit: i64) -> Result<Vec<Case>> {
        let rows = sqlx::query(
            "select id, case_number, reason_sealed, person, opened_by, opened_ms, embargo_ms, \
             embargo_reason_sealed from cases \
             where opened_by = $1 order by id desc limit $2",
        )
        .bind(opened_by)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(case).collect()
    }

    /// Keeps a case secret, or ends that; `false` when it is so already. The last reason stays.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_embargo(
        &self,
        id: i64,
        secret: bool,
        reason_sealed: &[u8],
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update cases set embargo_ms = $2, embargo_reason_sealed = $3 \
             where id = $1 and (embargo_ms is null) = ($2 is not null)",
        )
        .bind(id)
        .bind(secret.then_some(line.at.0))
        .bind(reason_sealed)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The cases about a person, whoever opened them.
    ///
    /// # Errors
    /// Of the database.
    pub async fn cases_about(&self, person: PersonNumber) -> Result<Vec<CaseOfPerson>> {
        let rows = sqlx::query("select id, case_number from cases where person = $1 order by id")
            .bind(people::column(person))
            .fetch_all(&self.pool)
            .await?;
        let case =
            |row: &AnyRow| Ok(CaseOfPerson { id: row.try_get(0)?, case_number: row.try_get(1)? });
        rows.iter().map(case).collect()
    }

    /// The numbers of all cases that are kept secret.
    ///
    /// # Errors
    /// Of the database.
    pub async fn embargoed_cases(&self) -> Result<Vec<i64>> {
        let rows = sqlx::query("select id from cases where embargo_ms is not null")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
