//! What the register says of documents that nobody has registered with: it waits for them under a blind
//! index, and becomes theirs in the transaction in which they register.

use super::{COLUMN_COUNT, COLUMNS, bind, status};
use crate::{
    bulk::{ROWS, statement},
    connect::{Registry, RegistryError, Result},
    packed::{self, Dialect, bytes},
    people::NewPerson,
};
use domain::{
    health_status::{HealthStatus, Statement, WAITING_DAYS, WAITING_STOP_DAYS},
    time::{DAY_MS, UnixMs},
};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::HashMap;

/// Rows that are forgotten in one transaction.
const SWEPT_AT_ONCE: i64 = 5_000;

/// A status that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) name_index: Option<Vec<u8>>,
    pub(super) status: HealthStatus,
}

/// Hands a new person what waited for their document. Of what came with another name only what stops
/// them.
pub(crate) async fn settle(tx: &mut AnyConnection, person: i64, new: &NewPerson) -> Result<()> {
    let mut found = there(tx, &[new.id_index.as_slice()]).await?;
    let Some(waiting) = found.remove(&new.id_index) else { return Ok(()) };
    let mut said = Statement::of(&waiting.status);
    if names_differ(waiting.name_index.as_deref(), new.name_index.as_deref()) {
        said = said.only_what_stops();
    }
    if !said.is_silent() {
        let sql = statement(tx, &format!("health_status (person, batch, {COLUMNS})"), 9, 1);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(person).bind(0_i64);
        bind(query, &said.over(None)).execute(&mut *tx).await?;
    }
    sqlx::query("delete from waiting_statuses where id_index = $1")
        .bind(new.id_index.as_slice())
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Takes from a person what the register says, and lets it wait for whoever has the document that the
/// person has now and is about to lose.
pub(crate) async fn let_go(tx: &mut AnyConnection, person: i64, at: UnixMs) -> Result<()> {
    let sql = format!(
        "select p.id_index, p.name_index, {COLUMNS} from people p \
         join health_status h on h.person = p.number where p.number = $1"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(person).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(()) };
    let Some(status) = status(&row, 2)? else { return Ok(()) };
    let id: Vec<u8> = row.try_get(0)?;
    let waiting = Waiting { name_index: row.try_get(1)?, status };
    put(tx, &[(id.as_slice(), waiting)], at).await?;
    sqlx::query("delete from health_status where person = $1").bind(person).execute(tx).await?;
    Ok(())
}

/// Whether both names are known, and are two.
pub(super) fn names_differ(one: Option<&[u8]>, other: Option<&[u8]>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

/// What waits for these documents.
pub(super) async fn there(
    tx: &mut AnyConnection,
    ids: &[&[u8]],
) -> Result<HashMap<Vec<u8>, Waiting>> {
    let dialect = Dialect::of(tx);
    let sql = format!(
        "select string_agg(concat_ws(' ', {}, {}, {}), ',') from waiting_statuses \
         where id_index in {}",
        dialect.bytes("id_index"),
        dialect.bytes("name_index"),
        dialect.status(),
        dialect.asked()
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(packed::asked(ids)).fetch_one(tx).await?;
    let Some(packed) = row.try_get::<Option<&str>, _>(0)? else { return Ok(HashMap::new()) };
    let there: Option<HashMap<_, _>> = packed.split(',').map(unpacked).collect();
    there.ok_or(RegistryError::Strange("waiting_statuses"))
}

fn unpacked(packed: &str) -> Option<(Vec<u8>, Waiting)> {
    let mut fields = packed.split(' ');
    let id = bytes(fields.next()?)?;
    let name_index = packed::some_bytes(fields.next()?)?;
    Some((id, Waiting { name_index, status: packed::status(&mut fields)?? }))
}

/// Lets statuses wait, in place of what waited for the same documents.
pub(super) async fn put(
    tx: &mut AnyConnection,
    rows: &[(&[u8], Waiting)],
    at: UnixMs,
) -> Result<()> {
    let head = format!("waiting_statuses (id_index, name_index, touched_ms, {COLUMNS})");
    for chunk in rows.chunks(ROWS) {
        let mut sql = statement(tx, &head, 3 + COLUMN_COUNT, chunk.len());
        sql.push_str(
            " on conflict (id_index) do update set name_index = excluded.name_index, \
             touched_ms = excluded.touched_ms, colour = excluded.colour, \
             sampled_ms = excluded.sampled_ms, negative = excluded.negative, \
             itinerary = excluded.itinerary, set_ms = excluded.set_ms, \
             organisation = excluded.organisation, doses = excluded.doses",
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
        for (id, waiting) in chunk {
            query = query.bind(*id).bind(waiting.name_index.as_deref()).bind(at.0);
            query = bind(query, &waiting.status);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

impl Registry {
    /// Forgets what has waited too long for somebody to register, a few thousand at a time; how many.
    ///
    /// # Errors
    /// Of the database; some may be forgotten then.
    pub async fn sweep_waiting_statuses(&self, now: UnixMs) -> Result<u64> {
        let (soon, late) =
            (now.plus(-WAITING_DAYS * DAY_MS), now.plus(-WAITING_STOP_DAYS * DAY_MS));
        let mut swept = 0;
        loop {
            let done = sqlx::query(
                "delete from waiting_statuses where id_index in (select id_index from \
                 waiting_statuses where touched_ms < $1 and (touched_ms < $2 or \
                 (colour in ('green', 'none', 'unknown') and coalesce(negative, 1) = 1 \
                 and itinerary <> 'risk')) limit $3)",
            )
            .bind(soon.0)
            .bind(late.0)
            .bind(SWEPT_AT_ONCE)
            .execute(&self.writer)
            .await?
            .rows_affected();
            swept += done;
            if done < SWEPT_AT_ONCE.unsigned_abs() {
                return Ok(swept);
            }
        }
    }

    /// How many documents the register says something about that nobody has registered with.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_waiting_statuses(&self) -> Result<i64> {
        let row =
            sqlx::query("select count(*) from waiting_statuses").fetch_one(&self.pool).await?;
        crate::connect::count(&row)
    }
}
