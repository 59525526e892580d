//! Checkpoints: the doors, with what was applied for.

mod import;

pub use import::ListedCheckpoint;
pub(crate) use import::{ASKED, about, door_there, free_code};

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, RegistryError, Result, count, next_number},
    similar::{near_address, similar_name},
};
use domain::{
    applications::State,
    checkpoints::{CheckpointNumber, Standing},
    time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// What is applied for; everything personal is sealed already.
#[derive(Clone, Debug)]
pub struct CheckpointRecord {
    /// Organisation.
    pub organisation: i64,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Name, door and address evened out; no two checkpoints share it.
    pub same_key: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Category code.
    pub category: String,
    /// Name of the responsible person, sealed.
    pub responsible_name_sealed: Vec<u8>,
    /// Phone of the responsible person, sealed.
    pub responsible_phone_sealed: Vec<u8>,
    /// Longitude and latitude in degrees (WGS 84), if known.
    pub position: Option<(f64, f64)>,
}

/// A checkpoint as stored.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Number.
    pub number: CheckpointNumber,
    /// What was applied for.
    pub record: CheckpointRecord,
    /// Where it stands.
    pub standing: Standing,
    /// Last change.
    pub changed: UnixMs,
    /// The account that manages it in place of its unit's manager.
    pub manager: Option<i64>,
}

pub(crate) fn number(value: i64) -> Result<CheckpointNumber> {
    u32::try_from(value)
        .map(CheckpointNumber)
        .map_err(|_| RegistryError::Strange("checkpoints.number"))
}

/// A checkpoint of another organisation that looks like one under review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
}

fn neighbour(row: &AnyRow) -> Result<Neighbour> {
    Ok(Neighbour { name: row.try_get(0)?, door: row.try_get(1)?, address: row.try_get(2)? })
}

fn checkpoint(row: &AnyRow) -> Result<Checkpoint> {
    let standing: String = row.try_get(13)?;
    let longitude: Option<f64> = row.try_get(11)?;
    let latitude: Option<f64> = row.try_get(12)?;
    Ok(Checkpoint {
        number: number(row.try_get(0)?)?,
        record: CheckpointRecord {
            organisation: row.try_get(1)?,
            name: row.try_get(2)?,
            door: row.try_get(3)?,
            address: row.try_get(4)?,
            same_key: row.try_get(5)?,
            county: row.try_get(6)?,
            township: row.try_get(7)?,
            category: row.try_get(8)?,
            responsible_name_sealed: row.try_get(9)?,
            responsible_phone_sealed: row.try_get(10)?,
            position: longitude.zip(latitude),
        },
        standing: Standing::from_code(&standing)
            .ok_or(RegistryError::Strange("checkpoints.standing"))?,
        changed: UnixMs(row.try_get(14)?),
        manager: row.try_get(15)?,
    })
}

/// A statement with a position must not be kept prepared: sqlx's Any driver tells PostgreSQL that
/// an absent double has four bytes, and a kept statement then refuses the eight of a present one.
pub(crate) const KEEP_PREPARED: bool = false;

/// Inserts a checkpoint and its application; `None` when that door is there already.
pub(crate) async fn insert(
    tx: &mut AnyConnection,
    record: &CheckpointRecord,
    line: &AuditLine,
) -> Result<Option<CheckpointNumber>> {
    let id = next_number(tx, "checkpoints").await?;
    let done = sqlx::query(
        "insert into checkpoints (number, organisation_id, name, similar_name, door, address, \
         near_address, same_key, county, township, category, responsible_name_sealed, \
         responsible_phone_sealed, longitude, latitude, standing, made_ms, changed_ms) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'applying', \
         $16, $16) on conflict (same_key) do nothing",
    )
    .bind(id)
    .bind(record.organisation)
    .bind(record.name.as_str())
    .bind(similar_name(&record.name))
    .bind(record.door.as_str())
    .bind(record.address.as_str())
    .bind(near_address(&record.address))
    .bind(record.same_key.as_str())
    .bind(record.county.as_str())
    .bind(record.township.as_str())
    .bind(record.category.as_str())
    .bind(record.responsible_name_sealed.as_slice())
    .bind(record.responsible_phone_sealed.as_slice())
    .bind(record.position.map(|p| p.0))
    .bind(record.position.map(|p| p.1))
    .bind(line.at.0)
    .persistent(KEEP_PREPARED)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let application = next_number(tx, "applications").await?;
    sqlx::query(
        "insert into applications (id, checkpoint, state, round, submitted_ms, county, township) \
         values ($1, $2, 'submitted', 1, $3, $4, $5)",
    )
    .bind(application)
    .bind(id)
    .bind(line.at.0)
    .bind(record.county.as_str())
    .bind(record.township.as_str())
    .execute(&mut *tx)
    .await?;
    crate::applications::event(tx, application, State::Submitted, "", line).await?;
    number(id).map(Some)
}

impl Registry {
    /// Inserts a checkpoint and its application; `None` when that door is there already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_checkpoint(
        &self,
        record: &CheckpointRecord,
        line: &AuditLine,
    ) -> Result<Option<CheckpointNumber>> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let Some(number) = insert(&mut tx, record, line).await? else { return Ok(None) };
        tx.commit().await?;
        Ok(Some(number))
    }

    /// Takes the corrected form of an application that came back; `false` when it did not, or
    /// when the new name, door and address belong to another checkpoint. The checkpoint stays with
    /// its organisation, and keeps its position when the correction has none.
    ///
    /// # Errors
    /// Of the database.
    pub async fn correct_checkpoint(
        &self,
        (checkpoint, round): (CheckpointNumber, i64),
        record: &CheckpointRecord,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update applications set state = 'submitted', round = round + 1, submitted_ms = $2, \
             endorsed_by = null, county = $3, township = $4 where checkpoint = $1 and round = $5 \
             and state = 'returned' and not exists (select 1 from proposals where checkpoint = $1)",
        )
        .bind(i64::from(checkpoint.0))
        .bind(line.at.0)
        .bind(record.county.as_str())
        .bind(record.township.as_str())
        .bind(round)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let done = update(&mut tx, checkpoint, record, line.at).await?;
        if !done {
            return Ok(false);
        }
        let row = sqlx::query("select id from applications where checkpoint = $1")
            .bind(i64::from(checkpoint.0))
            .fetch_one(&mut *tx)
            .await?;
        crate::applications::event(&mut tx, row.try_get(0)?, State::Submitted, "", line).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether a checkpoint other than `except` has this key already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn door_taken(
        &self,
        same_key: &str,
        except: Option<CheckpointNumber>,
    ) -> Result<bool> {
        let row =
            sqlx::query("select number from checkpoints where same_key = $1 and number <> $2")
                .bind(same_key)
                .bind(except.map_or(0, |n| i64::from(n.0)))
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.is_some())
    }

    /// The checkpoint with this number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn checkpoint(&self, wanted: CheckpointNumber) -> Result<Option<Checkpoint>> {
        let row = sqlx::query(
            "select number, organisation_id, name, door, address, same_key, county, \
             township, category, responsible_name_sealed, responsible_phone_sealed, longitude, \
             latitude, standing, changed_ms, manager_id from checkpoints where number = $1",
        )
        .bind(i64::from(wanted.0))
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(checkpoint).transpose()
    }

    /// How many checkpoints an organisation has.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_checkpoints_of(&self, organisation: i64) -> Result<i64> {
        let row = sqlx::query("select count(*) from checkpoints where organisation_id = $1")
            .bind(organisation)
            .fetch_one(&self.pool)
            .await?;
        count(&row)
    }

    /// Up to `limit` checkpoints of other organisations whose name is similar to this one's.
    ///
    /// # Errors
    /// Of the database.
    pub async fn similar_named(
        &self,
        checkpoint: CheckpointNumber,
        limit: i64,
    ) -> Result<Vec<Neighbour>> {
        let rows = sqlx::query(
            "select s.name, s.door, s.address from checkpoints s join checkpoints c \
             on s.similar_name = c.similar_name and s.organisation_id <> c.organisation_id \
             where c.number = $1 order by s.number limit $2",
        )
        .bind(i64::from(checkpoint.0))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(neighbour).collect()
    }

    /// Up to `limit` checkpoints of other organisations in the same house of the same street.
    ///
    /// # Errors
    /// Of the database.
    pub async fn near_by(
        &self,
        checkpoint: CheckpointNumber,
        limit: i64,
    ) -> Result<Vec<Neighbour>> {
        let rows = sqlx::query(
            "select s.name, s.door, s.address from checkpoints s join checkpoints c \
             on s.near_address = c.near_address and s.county = c.county \
             and s.organisation_id <> c.organisation_id \
             where c.number = $1 and c.near_address <> '' order by s.number limit $2",
        )
        .bind(i64::from(checkpoint.0))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(neighbour).collect()
    }

    /// All open checkpoints' numbers, in order.
    ///
    /// # Errors
    /// Of the database.
    pub async fn open_checkpoints(&self) -> Result<Vec<CheckpointNumber>> {
        let rows =
            sqlx::query("select number from checkpoints where standing = 'open' order by number")
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| number(row.try_get(0)?)).collect()
    }
}

/// Writes what was applied for; `false` when another checkpoint has that key.
pub(crate) async fn update(
    tx: &mut AnyConnection,
    checkpoint: CheckpointNumber,
    record: &CheckpointRecord,
    at: UnixMs,
) -> Result<bool> {
    let done = sqlx::query(
        "update checkpoints set name = $2, similar_name = $3, door = $4, address = $5, same_key = $6, \
         county = $7, township = $8, category = $9, responsible_name_sealed = $10, \
         responsible_phone_sealed = $11, changed_ms = $12, longitude = coalesce($13, longitude), \
         latitude = coalesce($14, latitude), near_address = $15 where number = $1 and not exists \
         (select 1 from checkpoints other where other.same_key = $6 and other.number <> $1)",
    )
    .bind(i64::from(checkpoint.0))
    .bind(record.name.as_str())
    .bind(similar_name(&record.name))
    .bind(record.door.as_str())
    .bind(record.address.as_str())
    .bind(record.same_key.as_str())
    .bind(record.county.as_str())
    .bind(record.township.as_str())
    .bind(record.category.as_str())
    .bind(record.responsible_name_sealed.as_slice())
    .bind(record.responsible_phone_sealed.as_slice())
    .bind(at.0)
    .bind(record.position.map(|p| p.0))
    .bind(record.position.map(|p| p.1))
    .bind(near_address(&record.address))
    .persistent(KEEP_PREPARED)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
