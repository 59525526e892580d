//! Offline codes: printed for somebody, by themselves or by whoever acts for them; revocable.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, Result, count},
    people::{column, number},
};
use domain::{people::PersonNumber, time::UnixMs};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// A code.
#[derive(Clone, Debug)]
pub struct OfflineCode {
    /// The number in it, drawn by lot, never negative.
    pub number: i64,
    /// Whose.
    pub person: PersonNumber,
    /// Who printed it.
    pub made_by: PersonNumber,
    /// As it is printed, sealed.
    pub text_sealed: Vec<u8>,
    /// When it was made.
    pub issued: UnixMs,
    /// When it ends.
    pub expires: UnixMs,
    /// When it was revoked.
    pub revoked: Option<UnixMs>,
}

/// What became of making one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeCode {
    /// It is there.
    Made,
    /// The person has as many as one may have.
    Full,
    /// Another code has this number.
    NumberTaken,
}

const COLUMNS: &str = "number, person, made_by, text_sealed, issued_ms, expires_ms, revoked_ms";

fn code(row: &AnyRow) -> Result<OfflineCode> {
    Ok(OfflineCode {
        number: row.try_get(0)?,
        person: number(row.try_get(1)?)?,
        made_by: number(row.try_get(2)?)?,
        text_sealed: row.try_get(3)?,
        issued: UnixMs(row.try_get(4)?),
        expires: UnixMs(row.try_get(5)?),
        revoked: row.try_get::<Option<i64>, _>(6)?.map(UnixMs),
    })
}

/// Revokes every code of a person, in the transaction of what ends them.
pub(crate) async fn revoke_all(
    tx: &mut AnyConnection,
    person: PersonNumber,
    at: UnixMs,
) -> Result<u64> {
    let done = sqlx::query(
        "update offline_codes set revoked_ms = $2 where person = $1 and revoked_ms is null",
    )
    .bind(column(person))
    .bind(at.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

impl Registry {
    /// Makes a code, unless its person has `most` that work.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_offline_code(&self, new: &OfflineCode, most: usize) -> Result<MadeCode> {
        let mut tx = self.begin().await?;
        // One after the other: two at once could otherwise both be the last that is allowed.
        audit::queue_up(&mut tx).await?;
        let row = sqlx::query(
            "select count(*) from offline_codes \
             where person = $1 and revoked_ms is null and expires_ms > $2",
        )
        .bind(column(new.person))
        .bind(new.issued.0)
        .fetch_one(&mut *tx)
        .await?;
        if usize::try_from(count(&row)?).is_ok_and(|there| there >= most) {
            return Ok(MadeCode::Full);
        }
        let done = sqlx::query(
            "insert into offline_codes (number, person, made_by, text_sealed, issued_ms, expires_ms) \
             values ($1, $2, $3, $4, $5, $6) on conflict (number) do nothing",
        )
        .bind(new.number)
        .bind(column(new.person))
        .bind(column(new.made_by))
        .bind(new.text_sealed.as_slice())
        .bind(new.issued.0)
        .bind(new.expires.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(MadeCode::NumberTaken);
        }
        tx.commit().await?;
        Ok(MadeCode::Made)
    }

    /// The code with this number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn offline_code(&self, number: i64) -> Result<Option<OfflineCode>> {
        let sql = format!("select {COLUMNS} from offline_codes where number = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(number).fetch_optional(&self.pool).await?;
        row.as_ref().map(code).transpose()
    }

    /// The codes that somebody printed, and those of their own, newest first; at most `limit`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn offline_codes_of(
        &self,
        person: PersonNumber,
        limit: i64,
    ) -> Result<Vec<OfflineCode>> {
        let sql = format!(
            "select {COLUMNS} from offline_codes where made_by = $1 or person = $1 \
             order by issued_ms desc, number limit $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(column(person))
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(code).collect()
    }

    /// Revokes a code; `false` when it was revoked before, or is not there.
    ///
    /// # Errors
    /// Of the database.
    pub async fn revoke_offline_code(
        &self,
        number: i64,
        at: UnixMs,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update offline_codes set revoked_ms = $2 where number = $1 and revoked_ms is null",
        )
        .bind(number)
        .bind(at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets codes whose time was over before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_offline_codes(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from offline_codes where expires_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
