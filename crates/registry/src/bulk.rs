//! Bulk insertion: the people of a whole city with their statuses, its doors and duty devices, many
//! rows to a statement and all of them in one transaction.

mod doors;

pub(crate) use doors::{NewDoor, insert_doors, insert_organisations};

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, Result, next_numbers},
    health_status,
    packed::Dialect,
    people::NewPerson,
};
use domain::{checkpoints::CheckpointNumber, health_status::HealthStatus, people::PersonNumber};
use sqlx::{Any, AnyConnection, AssertSqlSafe, Transaction};
use std::ops::Range;

/// Rows of one statement: each statement goes to another thread and back, and takes memory as long as
/// it is kept for the next time.
pub(crate) const ROWS: usize = 64;

/// KiB of pages that SQLite keeps meanwhile: room for the whole index of ten million people's
/// documents, which is hit everywhere and would otherwise be written anew again and again.
const CACHE: &str = "pragma cache_size = -786432";
/// What SQLite keeps unless told otherwise.
const USUAL_CACHE: &str = "pragma cache_size = -2000";

/// A duty device that is there without having used a link.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Its door.
    pub checkpoint: CheckpointNumber,
    /// MAC of its token.
    pub token_mac: Vec<u8>,
    /// What it is called.
    pub label: String,
}

/// One transaction that takes much. Nothing of it is there until [`BulkInsert::commit`], and never
/// when it is dropped before.
pub struct BulkInsert {
    tx: Transaction<'static, Any>,
    sqlite: bool,
    changed: Option<Change>,
}

/// The first part of a statement that inserts `rows` rows, whose values are bound row by row.
pub(crate) fn statement(
    connection: &AnyConnection,
    head: &str,
    columns: usize,
    rows: usize,
) -> String {
    format!("insert into {head} values {}", Dialect::of(connection).values(columns, rows))
}

impl BulkInsert {
    /// Registers people; the numbers given, in order. A document that is known is an error here, and
    /// what waits for one in the register of health status goes on waiting.
    ///
    /// # Errors
    /// Of the database; then drop this.
    pub async fn people(&mut self, new: &[NewPerson]) -> Result<Range<u64>> {
        let numbers = next_numbers(&mut self.tx, "people", new.len()).await?;
        for (chunk, first) in new.chunks(ROWS).zip(numbers.clone().step_by(ROWS)) {
            let sql = statement(
                &self.tx,
                "people (number, id_kind, id_sealed, id_index, name_sealed, masked_sealed, \
                 phone_sealed, phone_index, registered_ms, consent_version, session_epoch, name_index, \
                 born_sealed)",
                13,
                chunk.len(),
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
            for (one, number) in chunk.iter().zip(first..) {
                query = query
                    .bind(number)
                    .bind(one.id_kind.code())
                    .bind(one.id_sealed.as_slice())
                    .bind(one.id_index.as_slice())
                    .bind(one.name_sealed.as_slice())
                    .bind(one.masked_sealed.as_slice())
                    .bind(one.phone_sealed.as_deref())
                    .bind(one.phone_index.as_deref())
                    .bind(one.registered.0)
                    .bind(one.consent_version)
                    .bind(one.session_epoch)
                    .bind(one.name_index.as_deref())
                    .bind(one.born_sealed.as_deref());
            }
            query.execute(&mut *self.tx).await?;
        }
        Ok(numbers.start.unsigned_abs()..numbers.end.unsigned_abs())
    }

    /// Sets what the register of health status says of people of whom it says nothing yet.
    ///
    /// # Errors
    /// Of the database, and when somebody is in the register already; then drop this.
    pub async fn health_statuses(
        &mut self,
        statuses: &[(PersonNumber, HealthStatus)],
    ) -> Result<()> {
        for chunk in statuses.chunks(ROWS) {
            let head = format!("health_status (person, {})", health_status::COLUMNS);
            let sql = statement(&self.tx, &head, 1 + health_status::COLUMN_COUNT, chunk.len());
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
            for (person, status) in chunk {
                query = query.bind(i64::try_from(person.0).unwrap_or(-1));
                query = health_status::bind(query, status);
                self.changed = Some(Change::Person(*person));
            }
            query.execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Enrols devices without links, with one audit line for all of them; their numbers, in order.
    ///
    /// # Errors
    /// Of the database; then drop this.
    pub async fn devices(&mut self, new: &[NewDevice], line: &AuditLine) -> Result<Range<i64>> {
        audit::write(&mut self.tx, line).await?;
        let numbers = next_numbers(&mut self.tx, "duty_devices", new.len()).await?;
        for (chunk, first) in new.chunks(ROWS).zip(numbers.clone().step_by(ROWS)) {
            let sql = statement(
                &self.tx,
                "duty_devices (id, checkpoint, token_mac, label, enrolled_ms)",
                5,
                chunk.len(),
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
            for (one, id) in chunk.iter().zip(first..) {
                query = query
                    .bind(id)
                    .bind(i64::from(one.checkpoint.0))
                    .bind(one.token_mac.as_slice())
                    .bind(one.label.as_str())
                    .bind(line.at.0);
                self.changed = Some(Change::Device(id));
            }
            query.execute(&mut *self.tx).await?;
        }
        Ok(numbers)
    }

    /// Makes all of it true. Whoever follows the trail of changes reads everything again.
    ///
    /// # Errors
    /// Of the database; then nothing of it is there.
    pub async fn commit(mut self) -> Result<()> {
        if let Some(last) = &self.changed {
            changes::note_many(&mut self.tx, last).await?;
        }
        if self.sqlite {
            sqlx::query(USUAL_CACHE).execute(&mut *self.tx).await?;
        }
        self.tx.commit().await?;
        Ok(())
    }
}

impl Registry {
    /// Begins a bulk insertion. No other writer gets on until it ends, and SQLite takes up to 768 MB
    /// of memory meanwhile: it is for filling a registry that nobody uses yet.
    ///
    /// # Errors
    /// Of the database.
    pub async fn begin_bulk(&self) -> Result<BulkInsert> {
        let mut tx = self.begin().await?;
        let sqlite = self.is_sqlite();
        if sqlite {
            sqlx::query(CACHE).execute(&mut *tx).await?;
        }
        Ok(BulkInsert { tx, sqlite, changed: None })
    }
}
