//! Doors from the authority's own list: each is there with its organisation, its approved
//! application, its code and its audit line, or not at all.

use super::{CheckpointRecord, number};
use crate::{
    audit::{self, AuditLine},
    bulk::{NewDoor, insert_doors, insert_organisations},
    changes::{self, Change},
    connect::{Registry, RegistryError, Result},
    organisations::NewOrganisation,
};
use domain::checkpoints::CheckpointNumber;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::{HashMap, HashSet};

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
        // First of all counters, as everywhere: two transactions never wait for each other.
        audit::queue_up(&mut tx).await?;
        let mut there = doors_there(&mut tx, rows).await?;
        let mut taken = Vec::with_capacity(rows.len());
        let mut new = Vec::new();
        for row in rows {
            let fresh = there.insert(row.record.same_key.clone());
            taken.push(fresh);
            new.extend(fresh.then_some(row));
        }
        let Some(codes) = codes(&mut tx, &new).await? else { return Ok(None) };
        let organisations = organisations(&mut tx, &new).await?;
        let mut doors = Vec::with_capacity(new.len());
        for (row, (code, short_number)) in new.iter().copied().zip(codes) {
            let organisation = organisations.get(&key(&row.organisation)).copied();
            let organisation = organisation.ok_or(RegistryError::Strange("organisations.id"))?;
            doors.push(NewDoor { row, organisation, code, short_number });
        }
        match insert_doors(&mut tx, &doors).await {
            Err(error) if error.is_there_already() => return Ok(None),
            other => other?,
        };
        let codes: Vec<Change> =
            doors.iter().map(|door| Change::VenueCode(door.code.to_owned())).collect();
        changes::note_each(&mut tx, &codes).await?;
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

/// Values that one statement asks about.
pub(crate) const ASKED: usize = 64;

/// A statement that asks about values: `{head} ($1, $2 …)`.
pub(crate) fn about(head: &str, values: usize) -> String {
    let places: Vec<String> = (1..=values).map(|place| format!("${place}")).collect();
    format!("{head} ({})", places.join(", "))
}

/// The keys of those rows whose door is there.
async fn doors_there(tx: &mut AnyConnection, rows: &[ListedCheckpoint]) -> Result<HashSet<String>> {
    let mut there = HashSet::new();
    for chunk in rows.chunks(ASKED) {
        let sql = about("select same_key from checkpoints where same_key in", chunk.len());
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in chunk {
            query = query.bind(row.record.same_key.as_str());
        }
        for found in query.fetch_all(&mut *tx).await? {
            there.insert(found.try_get(0)?);
        }
    }
    Ok(there)
}

/// A free code and short number for each row; `None` when a row has none.
async fn codes<'a>(
    tx: &mut AnyConnection,
    rows: &[&'a ListedCheckpoint],
) -> Result<Option<Vec<(&'a str, &'a str)>>> {
    let mut used = used_first_codes(tx, rows).await?;
    let mut codes = Vec::with_capacity(rows.len());
    for row in rows {
        let fresh = |(code, short): &&(String, String)| {
            !used.contains(code.as_str()) && !used.contains(short.as_str())
        };
        let first = row.codes.first().filter(fresh);
        let free = match first {
            Some((code, short)) => Some((code.as_str(), short.as_str())),
            None => {
                let left: Vec<_> = row.codes.iter().filter(fresh).cloned().collect();
                let free = free_code(tx, &left).await?.map(|(code, _)| code.to_owned());
                let same = |(code, _): &&(String, String)| Some(code) == free.as_ref();
                row.codes.iter().find(same).map(|(code, short)| (code.as_str(), short.as_str()))
            }
        };
        let Some((code, short)) = free else { return Ok(None) };
        used.insert(code.to_owned());
        used.insert(short.to_owned());
        codes.push((code, short));
    }
    Ok(Some(codes))
}

/// Which of the rows' first codes and short numbers are in use.
async fn used_first_codes(
    tx: &mut AnyConnection,
    rows: &[&ListedCheckpoint],
) -> Result<HashSet<String>> {
    let mut used = HashSet::new();
    for chunk in rows.chunks(ASKED) {
        let first: Vec<&(String, String)> =
            chunk.iter().filter_map(|row| row.codes.first()).collect();
        for (column, values) in [
            ("code", first.iter().map(|(code, _)| code).collect::<Vec<_>>()),
            ("short_number", first.iter().map(|(_, short)| short).collect()),
        ] {
            let head = format!("select {column} from venue_codes where {column} in");
            let mut query = sqlx::query(AssertSqlSafe(about(&head, values.len())));
            for value in values {
                query = query.bind(value.as_str());
            }
            for found in query.fetch_all(&mut *tx).await? {
                used.insert(found.try_get(0)?);
            }
        }
    }
    Ok(used)
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

/// What an organisation of a list is found by: evened-out name and county.
type Key<'a> = (&'a str, &'a str);

fn key(new: &NewOrganisation) -> Key<'_> {
    (new.same_name.as_str(), new.county.as_str())
}

/// The numbers of the rows' organisations; those that are not there are made. One with an account is
/// passed over: whoever registered under that name has not been shown to be it, and must not come
/// into doors by a list.
async fn organisations<'a>(
    tx: &mut AnyConnection,
    rows: &[&'a ListedCheckpoint],
) -> Result<HashMap<Key<'a>, i64>> {
    let mut wanted: Vec<&NewOrganisation> = Vec::new();
    let mut seen = HashSet::new();
    wanted.extend(rows.iter().map(|row| &row.organisation).filter(|new| seen.insert(key(new))));
    let mut known = HashMap::new();
    for chunk in wanted.chunks(ASKED) {
        // Asking for those without an account here as well would make the database go through all of
        // them by the index of accounts.
        let head = "select id, same_name, county, account_id from organisations where same_name in";
        let mut query = sqlx::query(AssertSqlSafe(about(head, chunk.len())));
        for new in chunk {
            query = query.bind(new.same_name.as_str());
        }
        for row in query.fetch_all(&mut *tx).await? {
            let account: Option<i64> = row.try_get(3)?;
            let (id, name, county): (i64, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let asked = chunk.iter().find(|new| key(new) == (name.as_str(), county.as_str()));
            if let (None, Some(new)) = (account, asked) {
                // The oldest of several.
                let first = known.entry(key(new)).or_insert(id);
                *first = id.min(*first);
            }
        }
    }
    let new: Vec<&NewOrganisation> =
        wanted.into_iter().filter(|new| !known.contains_key(&key(new))).collect();
    let made = insert_organisations(tx, &new).await?;
    known.extend(new.into_iter().map(key).zip(made));
    Ok(known)
}
