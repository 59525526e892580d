//! What doors in use are to become: reviewed like an application, while the door stays as it is.

use crate::{
    applications::event,
    audit::{self, AuditLine},
    changes::{self, Change},
    checkpoints::{self, CheckpointRecord},
    connect::{Registry, Result},
    invitations,
};
use domain::{applications::State, checkpoints::CheckpointNumber};
use sqlx::{AnyConnection, Row, any::AnyRow};

const COLUMNS: &str = "p.name, p.door, p.address, p.same_key, p.county, p.township, p.category, \
    p.responsible_name_sealed, p.responsible_phone_sealed, c.organisation_id";

fn record(row: &AnyRow) -> Result<CheckpointRecord> {
    Ok(CheckpointRecord {
        name: row.try_get(0)?,
        door: row.try_get(1)?,
        address: row.try_get(2)?,
        same_key: row.try_get(3)?,
        county: row.try_get(4)?,
        township: row.try_get(5)?,
        category: row.try_get(6)?,
        responsible_name_sealed: row.try_get(7)?,
        responsible_phone_sealed: row.try_get(8)?,
        organisation: row.try_get(9)?,
        position: None,
    })
}

/// What this door is to become.
async fn proposal(
    connection: &mut AnyConnection,
    checkpoint: i64,
) -> Result<Option<CheckpointRecord>> {
    let sql = format!(
        "select {COLUMNS} from proposals p join checkpoints c on c.number = p.checkpoint \
         where p.checkpoint = $1"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(checkpoint);
    query.fetch_optional(connection).await?.as_ref().map(record).transpose()
}

/// Whether a change of this door was applied for.
pub(crate) async fn is_one(tx: &mut AnyConnection, checkpoint: i64) -> Result<bool> {
    let found = sqlx::query("select checkpoint from proposals where checkpoint = $1")
        .bind(checkpoint)
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

impl Registry {
    /// What this door is to become, if a change of it was applied for.
    ///
    /// # Errors
    /// Of the database.
    pub async fn proposal(&self, checkpoint: CheckpointNumber) -> Result<Option<CheckpointRecord>> {
        let mut connection = self.pool.acquire().await.map_err(crate::RegistryError::from)?;
        proposal(&mut connection, i64::from(checkpoint.0)).await
    }

    /// Applies for a change of an approved door, or corrects one that came back; `false` when its
    /// application is in neither state. `phone_index` is the blind index of the phone its
    /// responsible person is to have.
    ///
    /// # Errors
    /// Of the database.
    pub async fn propose(
        &self,
        (checkpoint, round): (CheckpointNumber, i64),
        record: &CheckpointRecord,
        phone_index: &[u8],
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let number = i64::from(checkpoint.0);
        let found = sqlx::query(
            "update applications set state = 'submitted', round = round + 1, submitted_ms = $2, \
             endorsed_by = null, county = $3, township = $4 where checkpoint = $1 and round = $5 \
             and (state = 'approved' or (state = 'returned' \
             and exists (select 1 from proposals where checkpoint = $1))) returning id",
        )
        .bind(number)
        .bind(line.at.0)
        .bind(record.county.as_str())
        .bind(record.township.as_str())
        .bind(round)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(found) = found else { return Ok(false) };
        forget(&mut tx, number).await?;
        keep(&mut tx, number, record, phone_index).await?;
        touch(&mut tx, number, line).await?;
        event(&mut tx, found.try_get(0)?, State::Submitted, "", line).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a change back, whether it waits or came back: the door stays what it is. `false` when
    /// there is none.
    ///
    /// # Errors
    /// Of the database.
    pub async fn withdraw(
        &self,
        checkpoint: CheckpointNumber,
        why: &str,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let number = i64::from(checkpoint.0);
        let found = sqlx::query(
            "update applications set state = 'approved', round = round + 1, \
             county = (select c.county from checkpoints c where c.number = $1), \
             township = (select c.township from checkpoints c where c.number = $1) \
             where checkpoint = $1 and state <> 'approved' \
             and exists (select 1 from proposals where checkpoint = $1) returning id",
        )
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(found) = found else { return Ok(false) };
        forget(&mut tx, number).await?;
        touch(&mut tx, number, line).await?;
        event(&mut tx, found.try_get(0)?, State::Approved, why, line).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Makes a door what it is to become; its codes stay. `None` when no change was applied for, `false`
/// when somebody else has such a door by now.
pub(crate) async fn apply(
    tx: &mut AnyConnection,
    checkpoint: i64,
    line: &AuditLine,
) -> Result<Option<bool>> {
    let Some(record) = proposal(tx, checkpoint).await? else { return Ok(None) };
    let number = checkpoints::number(checkpoint)?;
    if !checkpoints::update(tx, number, &record, line.at).await? {
        return Ok(Some(false));
    }
    let phone = sqlx::query("select phone_index from proposals where checkpoint = $1")
        .bind(checkpoint)
        .fetch_one(&mut *tx)
        .await?;
    if let Some(phone_index) = phone.try_get::<Option<Vec<u8>>, _>(0)? {
        invitations::follow_phone(tx, checkpoint, &phone_index, line.at).await?;
    }
    forget(tx, checkpoint).await?;
    let codes = sqlx::query("select code from venue_codes where checkpoint = $1")
        .bind(checkpoint)
        .fetch_all(&mut *tx)
        .await?;
    for row in codes {
        changes::note(tx, &Change::VenueCode(row.try_get(0)?)).await?;
    }
    Ok(Some(true))
}

async fn forget(tx: &mut AnyConnection, checkpoint: i64) -> Result<()> {
    sqlx::query("delete from proposals where checkpoint = $1").bind(checkpoint).execute(tx).await?;
    Ok(())
}

async fn touch(tx: &mut AnyConnection, checkpoint: i64, line: &AuditLine) -> Result<()> {
    sqlx::query("update checkpoints set changed_ms = $2 where number = $1")
        .bind(checkpoint)
        .bind(line.at.0)
        .execute(tx)
        .await?;
    Ok(())
}

async fn keep(
    tx: &mut AnyConnection,
    checkpoint: i64,
    record: &CheckpointRecord,
    phone_index: &[u8],
) -> Result<()> {
    sqlx::query(
        "insert into proposals (checkpoint, name, door, address, same_key, county, township, \
         category, responsible_name_sealed, responsible_phone_sealed, phone_index) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(checkpoint)
    .bind(record.name.as_str())
    .bind(record.door.as_str())
    .bind(record.address.as_str())
    .bind(record.same_key.as_str())
    .bind(record.county.as_str())
    .bind(record.township.as_str())
    .bind(record.category.as_str())
    .bind(record.responsible_name_sealed.as_slice())
    .bind(record.responsible_phone_sealed.as_slice())
    .bind(phone_index)
    .execute(tx)
    .await?;
    Ok(())
}
