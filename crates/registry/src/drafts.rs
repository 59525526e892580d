//! Drafts: doors that a manager has begun to apply for, until they are submitted or thrown away.

use crate::{
    audit::{self, AuditLine},
    checkpoints::{self, CheckpointRecord},
    connect::{Registry, Result, count, next_number},
};
use domain::{checkpoints::CheckpointNumber, time::UnixMs};
use sqlx::{AnyConnection, Row, any::AnyRow};

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
    /// none is kept. Their numbers otherwise, in order.
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
        let there = sqlx::query("select count(*) from drafts where organisation_id = $1")
            .bind(organisation)
            .fetch_one(&mut *tx)
            .await?;
        let more = i64::try_from(new.len()).unwrap_or(i64::MAX);
        if count(&there)?.saturating_add(more) > drafts_max {
            return Ok(None);
        }
        let mut ids = Vec::with_capacity(new.len());
        for one in new {
            let id = next_number(&mut tx, "drafts").await?;
            insert(&mut tx, organisation, id, one, at).await?;
            ids.push(id);
        }
        tx.commit().await?;
        Ok(Some(ids))
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

    /// Writes a draft anew; `false` when the organisation has none of this number, or when it was
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
            "update drafts set line = $3, name = $4, door = $5, address = $6, same_key = $7, \
             county = $8, township = $9, category = $10, responsible_name_sealed = $11, \
             responsible_phone_sealed = $12, troubles = $13, changed_ms = $14, round = round + 1 \
             where id = $1 and organisation_id = $2 and round = $15",
        )
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
        .bind(at.0)
        .bind(round)
        .execute(&self.pool)
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
        Ok(query.execute(&self.pool).await?.rows_affected())
    }

    /// Submits drafts in one transaction: each becomes a checkpoint with its application and its
    /// audit line, and is a draft no more. Says of each whether it was; one that was written since,
    /// is gone, or whose door somebody has applied for stays as it is. `None`, and none is submitted,
    /// when the organisation would then have more than `checkpoints_max`.
    ///
    /// # Errors
    /// Of the database; then none is submitted.
    pub async fn submit_drafts(
        &self,
        organisation: i64,
        rows: &[ToSubmit],
        checkpoints_max: i64,
        line: &AuditLine,
    ) -> Result<Option<Vec<Option<CheckpointNumber>>>> {
        let mut tx = self.begin().await?;
        let there = sqlx::query("select count(*) from checkpoints where organisation_id = $1")
            .bind(organisation)
            .fetch_one(&mut *tx)
            .await?;
        let mut room = checkpoints_max - count(&there)?;
        let mut made = Vec::with_capacity(rows.len());
        for row in rows {
            let number = submit(&mut tx, organisation, row, line).await?;
            room -= i64::from(number.is_some());
            if room < 0 {
                return Ok(None);
            }
            made.push(number);
        }
        tx.commit().await?;
        Ok(Some(made))
    }

    /// Throws away drafts that nobody has touched since then; says how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_drafts(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from drafts where changed_ms < $1")
            .bind(before.0)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected())
    }
}

async fn insert(
    tx: &mut AnyConnection,
    organisation: i64,
    id: i64,
    new: &NewDraft,
    at: UnixMs,
) -> Result<()> {
    sqlx::query(
        "insert into drafts (id, organisation_id, line, name, door, address, same_key, county, \
         township, category, responsible_name_sealed, responsible_phone_sealed, troubles, round, \
         changed_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14)",
    )
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
    .bind(at.0)
    .execute(tx)
    .await?;
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
