//! Places from a list: what is new is taken in, what is there is brought up to date, what the list does
//! not have any more is marked.

use crate::{
    audit::{self, AuditLine},
    bulk::{ROWS, statement},
    checkpoints::{ASKED, about},
    connect::{Registry, Result, next_numbers},
    similar::{near_address, similar_name},
};
use domain::{places::Match, time::UnixMs};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::HashMap;

/// A place of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPlace {
    /// What it is found by when its list comes again.
    pub same_key: String,
    /// Registered name.
    pub name: String,
    /// Credit code, if it has one.
    pub credit_code: Option<String>,
    /// Address.
    pub address: String,
    /// County code.
    pub county: String,
    /// Township code, if the list says it.
    pub township: Option<String>,
    /// Category code, if the list says it.
    pub category: Option<String>,
}

/// What became of places of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenPlaces {
    /// So many were not there.
    pub new: usize,
    /// So many were there otherwise, or had been marked as gone.
    pub changed: usize,
    /// So many were there just so.
    pub same: usize,
}

/// A row that is there, its number and whether it is marked as gone.
type There = (i64, bool, ListedPlace);

impl Registry {
    /// Takes places of a list in one transaction. `began` is when the import of the list began; the
    /// audit line is written when anything changes, and what `detail` says of it goes into the line.
    /// Of two rows with one key the later one counts.
    ///
    /// # Errors
    /// Of the database; then nothing is saved.
    pub async fn import_places(
        &self,
        rows: &[ListedPlace],
        began: UnixMs,
        line: &AuditLine,
        detail: impl Fn(TakenPlaces) -> String,
    ) -> Result<TakenPlaces> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let there = there(&mut tx, rows).await?;
        let latest: HashMap<&str, &ListedPlace> =
            rows.iter().map(|row| (row.same_key.as_str(), row)).collect();
        let rows = rows.iter().filter(|row| {
            latest.get(row.same_key.as_str()).is_some_and(|last| std::ptr::eq(*last, *row))
        });
        let mut taken = TakenPlaces::default();
        let (mut new, mut same) = (Vec::new(), Vec::new());
        for row in rows {
            match there.get(row.same_key.as_str()) {
                None => new.push(row),
                Some((id, false, before)) if before == row => same.push(*id),
                Some((id, ..)) => {
                    update(&mut tx, *id, row, began).await?;
                    taken.changed += 1;
                }
            }
        }
        insert(&mut tx, &new, began, line.at).await?;
        seen(&mut tx, &same, began).await?;
        taken.new = new.len();
        taken.same = same.len();
        if taken.new + taken.changed > 0 {
            let line = AuditLine { detail: detail(taken), ..line.clone() };
            audit::write(&mut tx, &line).await?;
        }
        tx.commit().await?;
        Ok(taken)
    }

    /// Marks as gone what lies in these counties and was in no list since `began`; how many. The audit
    /// line is written when there are any.
    ///
    /// # Errors
    /// Of the database; then none is marked.
    pub async fn mark_places_gone(
        &self,
        counties: &[String],
        began: UnixMs,
        line: &AuditLine,
        detail: impl Fn(u64) -> String,
    ) -> Result<u64> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let mut gone = 0;
        for county in counties {
            let done = sqlx::query(
                "update places set gone = 1 where county = $1 and gone = 0 and seen_ms < $2",
            )
            .bind(county.as_str())
            .bind(began.0)
            .execute(&mut *tx)
            .await?;
            gone += done.rows_affected();
        }
        if gone > 0 {
            audit::write(&mut tx, &AuditLine { detail: detail(gone), ..line.clone() }).await?;
        }
        tx.commit().await?;
        Ok(gone)
    }
}

async fn there(tx: &mut AnyConnection, rows: &[ListedPlace]) -> Result<HashMap<String, There>> {
    let mut there = HashMap::new();
    for chunk in rows.chunks(ASKED) {
        let head = "select id, gone, same_key, name, credit_code, address, county, township, \
                    category from places where same_key in";
        let mut query = sqlx::query(AssertSqlSafe(about(head, chunk.len())));
        for row in chunk {
            query = query.bind(row.same_key.as_str());
        }
        for row in query.fetch_all(&mut *tx).await? {
            let place = ListedPlace {
                same_key: row.try_get(2)?,
                name: row.try_get(3)?,
                credit_code: row.try_get(4)?,
                address: row.try_get(5)?,
                county: row.try_get(6)?,
                township: row.try_get(7)?,
                category: row.try_get(8)?,
            };
            let gone: i64 = row.try_get(1)?;
            there.insert(place.same_key.clone(), (row.try_get(0)?, gone != 0, place));
        }
    }
    Ok(there)
}

async fn insert(
    tx: &mut AnyConnection,
    new: &[&ListedPlace],
    began: UnixMs,
    at: UnixMs,
) -> Result<()> {
    let ids = next_numbers(tx, "places", new.len()).await?;
    for (chunk, first) in new.chunks(ROWS).zip(ids.step_by(ROWS)) {
        let head = "places (id, same_key, name, similar_name, credit_code, address, near_address, \
             county, township, category, state, round, listed_ms, seen_ms, gone)";
        let sql = statement(tx, head, 15, chunk.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
        for (row, id) in chunk.iter().zip(first..) {
            query = query
                .bind(id)
                .bind(row.same_key.as_str())
                .bind(row.name.as_str())
                .bind(similar_name(&row.name))
                .bind(row.credit_code.as_deref())
                .bind(row.address.as_str())
                .bind(near_address(&row.address))
                .bind(row.county.as_str())
                .bind(row.township.as_deref())
                .bind(row.category.as_deref())
                .bind(Match::Open.code())
                .bind(0_i64)
                .bind(at.0)
                .bind(began.0)
                .bind(0_i64);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// The forms of name and address follow; which unit it is stays decided.
async fn update(tx: &mut AnyConnection, id: i64, row: &ListedPlace, began: UnixMs) -> Result<()> {
    sqlx::query(
        "update places set name = $2, similar_name = $3, credit_code = $4, address = $5, \
         near_address = $6, township = $7, category = $8, seen_ms = $9, gone = 0 where id = $1",
    )
    .bind(id)
    .bind(row.name.as_str())
    .bind(similar_name(&row.name))
    .bind(row.credit_code.as_deref())
    .bind(row.address.as_str())
    .bind(near_address(&row.address))
    .bind(row.township.as_deref())
    .bind(row.category.as_deref())
    .bind(began.0)
    .execute(tx)
    .await?;
    Ok(())
}

async fn seen(tx: &mut AnyConnection, ids: &[i64], began: UnixMs) -> Result<()> {
    for chunk in ids.chunks(ASKED) {
        let places: Vec<String> = (2..2 + chunk.len()).map(|place| format!("${place}")).collect();
        let sql = format!("update places set seen_ms = $1 where id in ({})", places.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(began.0);
        for id in chunk {
            query = query.bind(*id);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}
