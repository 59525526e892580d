//! Doors from the authority's own list: each is there with its organisation, its approved
//! application, its code and its audit line, or not at all.

use super::{CheckpointRecord, insert, number};
use crate::{
    applications::approve,
    audit::{self, AuditLine},
    connect::{Registry, Result},
    organisations::{self, NewOrganisation},
};
use domain::checkpoints::CheckpointNumber;
use sqlx::{AnyConnection, Row};
use std::collections::HashMap;

/// A door from a list.
#[derive(Clone, Debug)]
pub struct ListedCheckpoint {
    /// Its organisation: found by evened-out name and county among those without an account, or
    /// made.
    pub organisation: NewOrganisation,
    /// The door; the organisation's number in it is not looked at.
    pub record: CheckpointRecord,
    /// Venue codes and short numbers, of which the first free one is taken.
    pub codes: Vec<(String, String)>,
    /// The audit line; its subject is filled in with the door's number.
    pub line: AuditLine,
}

/// What is known of organisations within one transaction: (evened-out name, county) to number.
type Known<'a> = HashMap<(&'a str, &'a str), i64>;

impl Registry {
    /// Takes doors from a list in one transaction and says of each whether it was taken; `false`
    /// means that it is there already. `None` when somebody else wrote the same door or code at
    /// the same moment, or all of a row's codes are in use: nothing is saved, try again with fresh
    /// codes.
    ///
    /// # Errors
    /// Of the database; then nothing is saved.
    pub async fn import_checkpoints(&self, rows: &[ListedCheckpoint]) -> Result<Option<Vec<bool>>> {
        let mut tx = self.begin().await?;
        let mut known = Known::new();
        let mut taken = Vec::with_capacity(rows.len());
        for row in rows {
            if door_there(&mut tx, &row.record.same_key).await? {
                taken.push(false);
            } else if import(&mut tx, row, &mut known).await? {
                taken.push(true);
            } else {
                return Ok(None);
            }
        }
        tx.commit().await?;
        Ok(Some(taken))
    }

    /// Keys and numbers of doors whose key comes after this one, in the database's order of keys;
    /// the first page is after the empty key.
    ///
    /// # Errors
    /// Of the database.
    pub async fn doors_after(
        &self,
        key: &str,
        limit: i64,
    ) -> Result<Vec<(String, CheckpointNumber)>> {
        let rows = sqlx::query(
            "select same_key, number from checkpoints where same_key > $1 \
             order by same_key limit $2",
        )
        .bind(key)
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, number(row.try_get(1)?)?))).collect()
    }
}

/// Whether there is a door with this key.
pub(crate) async fn door_there(tx: &mut AnyConnection, same_key: &str) -> Result<bool> {
    let row = sqlx::query("select number from checkpoints where same_key = $1")
        .bind(same_key)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Writes everything that belongs to a row; `false` when it met another writer half way.
async fn import<'a>(
    tx: &mut AnyConnection,
    row: &'a ListedCheckpoint,
    known: &mut Known<'a>,
) -> Result<bool> {
    let Some((code, short_number)) = free_code(tx, &row.codes).await? else { return Ok(false) };
    let Some(organisation) = organisation(tx, &row.organisation, known).await? else {
        return Ok(false);
    };
    let record = CheckpointRecord { organisation, ..row.record.clone() };
    let Some(door) = insert(tx, &record, &row.line).await? else { return Ok(false) };
    let line = AuditLine { subject: format!("检查点 {}", door.0), ..row.line.clone() };
    audit::write(tx, &line).await?;
    let application = sqlx::query("select id from applications where checkpoint = $1")
        .bind(i64::from(door.0))
        .fetch_one(&mut *tx)
        .await?;
    approve(tx, (application.try_get(0)?, 1), code, short_number, &line).await
}

/// The first code and short number of these that nothing has yet.
pub(crate) async fn free_code<'a>(
    tx: &mut AnyConnection,
    codes: &'a [(String, String)],
) -> Result<Option<(&'a str, &'a str)>> {
    for (code, short_number) in codes {
        let used = sqlx::query("select code from venue_codes where code = $1 or short_number = $2")
            .bind(code.as_str())
            .bind(short_number.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        if used.is_none() {
            return Ok(Some((code, short_number)));
        }
    }
    Ok(None)
}

/// An organisation with an account is passed over: whoever registered under that name has not been
/// shown to be it, and must not come into doors by a list.
async fn organisation<'a>(
    tx: &mut AnyConnection,
    new: &'a NewOrganisation,
    known: &mut Known<'a>,
) -> Result<Option<i64>> {
    let key = (new.same_name.as_str(), new.county.as_str());
    if let Some(id) = known.get(&key) {
        return Ok(Some(*id));
    }
    let row = sqlx::query(
        "select id from organisations where same_name = $1 and county = $2 \
         and account_id is null order by id limit 1",
    )
    .bind(key.0)
    .bind(key.1)
    .fetch_optional(&mut *tx)
    .await?;
    let id = match row {
        Some(row) => Some(row.try_get(0)?),
        None => organisations::insert(tx, new).await?,
    };
    if let Some(id) = id {
        known.insert(key, id);
    }
    Ok(id)
}
