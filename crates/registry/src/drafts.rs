//! Drafts: doors that a manager has begun to apply for, until they are submitted or thrown away.

use crate::{
    audit::{self, AuditLine},
    bulk::{ROWS, statement},
    checkpoints::{self, CheckpointRecord},
    connect::{Registry, Result, count, next_numbers},
};
use domain::{checkpoints::CheckpointNumber, time::UnixMs};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// A draft as it is written; everything personal is sealed already. Nothing in it needs to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDraft {
    /// Row of the table it came from; 0 when it was typed.
    pub line: i64,
    /// Name of the place.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Name, door and address evened out.
    pub same_key: String,
    /// County code, or what was typed.
    pub county: String,
    /// Township code, or what was typed.
    pub township: String,
    /// Category code, or what was typed.
    pub category: String,
    /// Name of the responsible person, sealed.
    pub responsible_name_sealed: Vec<u8>,
    /// Phone of the responsible person, sealed.
    pub responsible_phone_sealed: Vec<u8>,
    /// What was wrong with cells of the table: `field=trouble` by `;`.
    pub troubles: String,
}

/// A draft as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Number.
    pub id: i64,
    /// What it holds.
    pub new: NewDraft,
    /// How many times it was written.
    pub round: i64,
    /// Last change.
    pub changed: UnixMs,
}

/// A draft that is submitted.
#[derive(Clone, Debug)]
pub struct ToSubmit {
    /// Its number.
    pub id: i64,
    /// The round that was looked at.
    pub round: i64,
    /// What is applied for.
    pub record: CheckpointRecord,
}

fn draft(row: &AnyRow) -> Result<Draft> {
    Ok(Draft {
        id: row.try_get(0)?,
        new: NewDraft {
            line: row.try_get(1)?,
            name: row.try_get(2)?,
            door: row.try_get(3)?,
            address: row.try_get(4)?,
            same_key: row.try_get(5)?,
            county: row.try_get(6)?,
            township: row.try_get(7)?,
            category: row.try_get(8)?,
            responsible_name_sealed: row.try_get(9)?,
            responsible_phone_sealed: row.try_get(10)?,
            troubles: row.try_get(11)?,
        },
        round: row.try_get(12)?,
        changed: UnixMs(row.try_get(13)?),
    })
}

impl Registry {
    /// Keeps drafts, unless the organisation would then have more than `drafts_max`: then `None` and
    /// none is kept. Their numbers otherwise, in order. A row of a table takes the place of those rows
    /// of earlier tables that are about the same door.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_drafts(
        &self,
        organisation: i64,
        new: &[NewDraft],
        drafts_max: i64,
        at: UnixMs,
    ) -> Result<Option<Vec<i64>>> {
        let mut tx = self.begin().await?;
        // The counter's row is locked from here on, so that nobody else counts at the same moment.
        let ids = next_numbers(&mut tx, "drafts", new.len()).await?;
        replace(&mut tx, organisation, new).await?;
        let there = sqlx::query("select count(*) from drafts where organisation_id = $1")
            .bind(organisation)
            .fetch_one(&mut *tx)
            .await?;
        let more = i64::try_from(new.len()).unwrap_or(i64::MAX);
        if count(&there)?.saturating_add(more) > drafts_max {
            return Ok(None);
        }
        for (chunk, first) in new.chunks(ROWS).zip(ids.clone().step_by(ROWS)) {
            insert(&mut tx, organisation, first, chunk, at).await?;
        }
        tx.commit().await?;
        Ok(Some(ids.collect()))
    }

    /// An organisation's drafts, in the order in which they came.
    ///
    /// # Errors
    /// Of the database.
    pub async fn drafts_of(&self, organisation: i64) -> Result<Vec<Draft>> {
        let rows = sqlx::query(
            "select id, line, name, door, address, same_key, county, township, category, \
             responsible_name_sealed, responsible_phone_sealed, troubles, round, changed_ms \
             from drafts where organisation_id = $1 order by id",
        )
        .bind(organisation)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(draft).collect()
    }

    /// How many drafts an organisation has.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_drafts_of(&self, organisation: i64) -> Result<i64> {
        let row = sqlx::query("select count(*) from drafts where organisation_id = $1")
            .bind(organisation)
            .fetch_one(&self.pool)
            .await?;
        count(&row)
    }

    /// Numbers of an organisation's drafts whose door somebody has applied for, in order.
    ///
    /// # Errors
    /// Of the database.
    pub async fn taken_drafts(&self, organisation: i64) -> Result<Vec<i64>> {
        let rows = sqlx::query(
            "select d.id from drafts d join checkpoints c on c.same_key = d.same_key \
             where d.organisation_id = $1 order by d.id",
        )
        .bind(organisation)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Writes a draft anew, all but its row; `false` when the organisation has none of this number, or when it was
    /// written since `round`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn change_draft(
        &self,
        organisation: i64,
        (id, round): (i64, i64),
        new: &NewDraft,
        at: UnixMs,
    ) -> Result<bool> {
        let done = sqlx::query(
            "update drafts set name = $3, door = $4, address = $5, same_key = $6, county = $7, \
             township = $8, category = $9, responsible_name_sealed = $10, \
             responsible_phone_sealed = $11, troubles = $12, changed_ms = $13, round = round + 1 \
             where id = $1 and organisation_id = $2 and round = $14",
        )
        .bind(id)
        .bind(organisation)
        .bind(new.name.as_str())
        .bind(new.door.as_str())
        .bind(new.address.as_str())
        .bind(new.same_key.as_str())
        .bind(new.county.as_str())
        .bind(new.township.as_str())
        .bind(new.category.as_str())
        .bind(new.responsible_name_sealed.as_slice())
        .bind(new.responsible_phone_sealed.as_slice())
        .bind(new.troubles.as_str())
        .bind(at.0)
        .bind(round)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Throws drafts away: one, or all of an organisation; says how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn delete_drafts(&self, organisation: i64, only: Option<i64>) -> Result<u64> {
        let query = match only {
            Some(id) => sqlx::query("delete from drafts where organisation_id = $1 and id = $2")
                .bind(organisation)
                .bind(id),
            None => sqlx::query("delete from drafts where organisation_id = $1").bind(organisation),
        };
        Ok(query.execute(&self.writer).await?.rows_affected())
    }

    /// Submits drafts in one transaction: each becomes a checkpoint with its application and its
    /// audit line, and is a draft no more. Says of each whether it was; one that was written since,
    /// is gone, or whose door somebody has applied for stays as it is, and so do those that would be
    /// more checkpoints than `checkpoints_max`.
    ///
    /// # Errors
    /// Of the database; then none is submitted.
    pub async fn submit_drafts(
        &self,
        organisation: i64,
        rows: &[ToSubmit],
        checkpoints_max: i64,
        line: &AuditLine,
    ) -> Result<Vec<Option<CheckpointNumber>>> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let there = sqlx::query("select count(*) from checkpoints where organisation_id = $1")
            .bind(organisation)
            .fetch_one(&mut *tx)
            .await?;
        let mut room = checkpoints_max - count(&there)?;
        let mut made = Vec::with_capacity(rows.len());
        for row in rows {
            let number = match room {
                ..=0 => None,
                _ => submit(&mut tx, organisation, row, line).await?,
            };
            room -= i64::from(number.is_some());
            made.push(number);
        }
        tx.commit().await?;
        Ok(made)
    }

    /// Throws away drafts that nobody has touched since then; says how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_drafts(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from drafts where changed_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}

/// Throws away rows of earlier tables that are about the same doors as these rows of a table.
async fn replace(tx: &mut AnyConnection, organisation: i64, new: &[NewDraft]) -> Result<()> {
    // A key without name, door or address is about no door.
    let whole = |key: &&str| key.split('|').all(|part| !part.is_empty());
    let rows = new.iter().filter(|new| new.line > 0);
    let keys: Vec<&str> = rows.map(|new| new.same_key.as_str()).filter(whole).collect();
    for chunk in keys.chunks(ROWS) {
        let places: Vec<String> = (2..chunk.len() + 2).map(|place| format!("${place}")).collect();
        let sql = format!(
            "delete from drafts where organisation_id = $1 and line > 0 and same_key in ({})",
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(organisation);
        for key in chunk {
            query = query.bind(*key);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert(
    tx: &mut AnyConnection,
    organisation: i64,
    first: i64,
    new: &[NewDraft],
    at: UnixMs,
) -> Result<()> {
    let sql = statement(
        tx,
        "drafts (id, organisation_id, line, name, door, address, same_key, county, township, \
         category, responsible_name_sealed, responsible_phone_sealed, troubles, round, changed_ms)",
        15,
        new.len(),
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(new.len() == ROWS);
    for (new, id) in new.iter().zip(first..) {
        query = query
            .bind(id)
            .bind(organisation)
            .bind(new.line)
            .bind(new.name.as_str())
            .bind(new.door.as_str())
            .bind(new.address.as_str())
            .bind(new.same_key.as_str())
            .bind(new.county.as_str())
            .bind(new.township.as_str())
            .bind(new.category.as_str())
            .bind(new.responsible_name_sealed.as_slice())
            .bind(new.responsible_phone_sealed.as_slice())
            .bind(new.troubles.as_str())
            .bind(1_i64)
            .bind(at.0);
    }
    query.execute(tx).await?;
    Ok(())
}

async fn submit(
    tx: &mut AnyConnection,
    organisation: i64,
    row: &ToSubmit,
    line: &AuditLine,
) -> Result<Option<CheckpointNumber>> {
    if checkpoints::door_there(tx, &row.record.same_key).await? {
        return Ok(None);
    }
    let done =
        sqlx::query("delete from drafts where id = $1 and organisation_id = $2 and round = $3")
            .bind(row.id)
            .bind(organisation)
            .bind(row.round)
            .execute(&mut *tx)
            .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    audit::write(tx, line).await?;
    // Whoever writes the same door at this very moment on another connection lets this one fail as a
    // whole, to be tried again.
    let number = checkpoints::insert(tx, &row.record, line).await?;
    number.map(Some).ok_or(crate::RegistryError::Strange("checkpoints.same_key"))
}
