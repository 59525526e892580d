//! Doors in bulk: each is there as the import of a list leaves it, open, with its organisation, its
//! approved application, its code and its audit line.

use super::{BulkInsert, ROWS, statement};
use crate::{
    changes::Change,
    checkpoints::{KEEP_PREPARED, ListedCheckpoint},
    connect::{RegistryError, Result, next_numbers},
    organisations::NewOrganisation,
    similar::{credit_differs, near_address, similar_name},
};
use domain::applications::State;
use sqlx::{AnyConnection, AssertSqlSafe};
use std::ops::Range;

impl BulkInsert {
    /// Takes in doors that are not there yet; the numbers given, in order. Rows of one organisation
    /// follow each other and one call has all of them: it is made, never looked for. Of each row's
    /// codes the first is taken.
    ///
    /// # Errors
    /// Of the database, when a door, a code or a short number is there already, and when a row has no
    /// code; then drop this.
    pub async fn doors(&mut self, rows: &[ListedCheckpoint]) -> Result<Range<i64>> {
        let of_one: Vec<&[ListedCheckpoint]> = rows.chunk_by(same_organisation).collect();
        let new: Vec<&NewOrganisation> =
            of_one.iter().filter_map(|rows| rows.first()).map(|row| &row.organisation).collect();
        let organisations = insert_organisations(&mut self.tx, &new).await?;
        let owners = of_one.iter().zip(organisations).flat_map(|(rows, id)| {
            // As many times as it has doors.
            std::iter::repeat_n(id, rows.len())
        });
        let doors: Result<Vec<NewDoor<'_>>> = rows
            .iter()
            .zip(owners)
            .map(|(row, organisation)| {
                let without = RegistryError::Strange("venue_codes.code");
                let (code, short_number) = row.codes.first().ok_or(without)?;
                Ok(NewDoor { row, organisation, code, short_number })
            })
            .collect();
        let doors = insert_doors(&mut self.tx, &doors?).await?;
        if let Some((code, _)) = rows.last().and_then(|row| row.codes.first()) {
            self.changed = Some(Change::VenueCode(code.clone()));
        }
        Ok(doors)
    }
}

/// A door of a list with what was found out for it.
pub(crate) struct NewDoor<'a> {
    /// The row; its organisation and its codes are not looked at.
    pub(crate) row: &'a ListedCheckpoint,
    /// Number of its organisation.
    pub(crate) organisation: i64,
    /// Its venue code.
    pub(crate) code: &'a str,
    /// Its short number.
    pub(crate) short_number: &'a str,
}

/// A door and its number.
type Numbered<'a> = (&'a NewDoor<'a>, i64);

/// Inserts doors that are open, with their approved applications, codes and audit lines; their
/// numbers, in order. What is there already is an error.
pub(crate) async fn insert_doors(
    tx: &mut AnyConnection,
    rows: &[NewDoor<'_>],
) -> Result<Range<i64>> {
    let doors = next_numbers(tx, "checkpoints", rows.len()).await?;
    let numbered: Vec<Numbered<'_>> = rows.iter().zip(doors.clone()).collect();
    let applications = next_numbers(tx, "applications", rows.len()).await?;
    let lines = next_numbers(tx, "audit", rows.len()).await?;
    let events = next_numbers(tx, "application_events", 2 * rows.len()).await?;
    let firsts = applications.step_by(ROWS).zip(lines.step_by(ROWS));
    let firsts = firsts.zip(events.step_by(2 * ROWS));
    for (chunk, ((application, line), event)) in numbered.chunks(ROWS).zip(firsts) {
        insert_audit_lines(tx, chunk, line).await?;
        insert_checkpoints(tx, chunk).await?;
        insert_applications(tx, chunk, application).await?;
        insert_events(tx, chunk, application, event).await?;
        insert_venue_codes(tx, chunk).await?;
    }
    Ok(doors)
}

/// Inserts organisations; their numbers, in order.
pub(crate) async fn insert_organisations(
    tx: &mut AnyConnection,
    new: &[&NewOrganisation],
) -> Result<Range<i64>> {
    let ids = next_numbers(tx, "organisations", new.len()).await?;
    for (chunk, first) in new.chunks(ROWS).zip(ids.clone().step_by(ROWS)) {
        let sql = statement(
            tx,
            "organisations (id, account_id, name, same_name, credit_code, county, township, \
             made_ms, credit_differs, similar_name)",
            10,
            chunk.len(),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
        for (new, id) in chunk.iter().zip(first..) {
            query = query
                .bind(id)
                .bind(new.account)
                .bind(new.name.as_str())
                .bind(new.same_name.as_str())
                .bind(new.credit_code.as_deref())
                .bind(new.county.as_str())
                .bind(new.township.as_str())
                .bind(new.made.0)
                .bind(credit_differs(new.credit_code.as_deref()))
                .bind(similar_name(&new.name));
        }
        query.execute(&mut *tx).await?;
    }
    Ok(ids)
}

async fn insert_audit_lines(
    tx: &mut AnyConnection,
    rows: &[Numbered<'_>],
    first: i64,
) -> Result<()> {
    let sql = statement(
        tx,
        "audit (seq, at_ms, actor_kind, actor_id, deed, subject, detail)",
        7,
        rows.len(),
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
    for ((NewDoor { row, .. }, door), seq) in rows.iter().zip(first..) {
        let (kind, actor) = row.line.actor.parts();
        query = query
            .bind(seq)
            .bind(row.line.at.0)
            .bind(kind)
            .bind(actor)
            .bind(row.line.deed.code())
            .bind(format!("检查点 {door}"))
            .bind(row.line.detail.as_str());
    }
    query.execute(&mut *tx).await?;
    Ok(())
}

async fn insert_checkpoints(tx: &mut AnyConnection, rows: &[Numbered<'_>]) -> Result<()> {
    let sql = statement(
        tx,
        "checkpoints (number, organisation_id, name, similar_name, door, address, \
         near_address, same_key, county, township, category, responsible_name_sealed, \
         responsible_phone_sealed, longitude, latitude, standing, made_ms, changed_ms)",
        18,
        rows.len(),
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(KEEP_PREPARED);
    for (NewDoor { row, organisation, .. }, door) in rows {
        let (record, at) = (&row.record, row.line.at.0);
        query = query
            .bind(door)
            .bind(organisation)
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
            .bind("open")
            .bind(at)
            .bind(at);
    }
    query.execute(&mut *tx).await?;
    Ok(())
}

async fn insert_applications(
    tx: &mut AnyConnection,
    rows: &[Numbered<'_>],
    first: i64,
) -> Result<()> {
    let head = "applications (id, checkpoint, state, round, submitted_ms, county, township)";
    let sql = statement(tx, head, 7, rows.len());
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
    for ((NewDoor { row, .. }, door), id) in rows.iter().zip(first..) {
        query = query
            .bind(id)
            .bind(door)
            .bind(State::Approved.code())
            .bind(1_i64)
            .bind(row.line.at.0)
            .bind(row.record.county.as_str())
            .bind(row.record.township.as_str());
    }
    query.execute(&mut *tx).await?;
    Ok(())
}

/// Submitted, then approved.
async fn insert_events(
    tx: &mut AnyConnection,
    rows: &[Numbered<'_>],
    first: i64,
    first_event: i64,
) -> Result<()> {
    let sql = statement(
        tx,
        "application_events (id, application_id, at_ms, state, reason, actor_kind, actor_id)",
        7,
        2 * rows.len(),
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
    let mut id = first_event;
    for ((NewDoor { row, .. }, _), application) in rows.iter().zip(first..) {
        let (kind, actor) = row.line.actor.parts();
        for state in [State::Submitted, State::Approved] {
            query = query
                .bind(id)
                .bind(application)
                .bind(row.line.at.0)
                .bind(state.code())
                .bind("")
                .bind(kind)
                .bind(actor);
            id += 1;
        }
    }
    query.execute(&mut *tx).await?;
    Ok(())
}

async fn insert_venue_codes(tx: &mut AnyConnection, rows: &[Numbered<'_>]) -> Result<()> {
    let head = "venue_codes (code, checkpoint, short_number, standing, since_ms)";
    let sql = statement(tx, head, 5, rows.len());
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
    for (NewDoor { row, code, short_number, .. }, door) in rows {
        query =
            query.bind(*code).bind(door).bind(*short_number).bind("current").bind(row.line.at.0);
    }
    query.execute(&mut *tx).await?;
    Ok(())
}

fn same_organisation(one: &ListedCheckpoint, next: &ListedCheckpoint) -> bool {
    let (one, next) = (&one.organisation, &next.organisation);
    (&one.same_name, &one.county) == (&next.same_name, &next.county)
}
