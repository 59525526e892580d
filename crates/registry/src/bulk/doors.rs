//! Doors in bulk: each is there as the import of a list leaves it, open, with its organisation, its
//! approved application, its code and its audit line.

use super::{BulkInsert, ROWS, statement};
use crate::{
    changes::Change,
    checkpoints::{KEEP_PREPARED, ListedCheckpoint},
    connect::{RegistryError, Result, next_numbers},
    similar::{credit_differs, near_address, similar_name},
};
use domain::applications::State;
use sqlx::AssertSqlSafe;
use std::ops::Range;

/// A row, its door's number and its organisation's.
type Numbered<'a> = (&'a ListedCheckpoint, i64, i64);

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
        let organisations = self.organisations(&of_one).await?;
        let owners = of_one.iter().zip(organisations).flat_map(|(rows, id)| {
            // As many times as it has doors.
            std::iter::repeat_n(id, rows.len())
        });
        let doors = next_numbers(&mut self.tx, "checkpoints", rows.len()).await?;
        let numbered: Vec<Numbered<'_>> = rows
            .iter()
            .zip(doors.clone())
            .zip(owners)
            .map(|((row, door), owner)| (row, door, owner))
            .collect();
        let applications = next_numbers(&mut self.tx, "applications", rows.len()).await?;
        let lines = next_numbers(&mut self.tx, "audit", rows.len()).await?;
        let events = next_numbers(&mut self.tx, "application_events", 2 * rows.len()).await?;
        let firsts = applications.step_by(ROWS).zip(lines.step_by(ROWS));
        let firsts = firsts.zip(events.step_by(2 * ROWS));
        for (chunk, ((application, line), event)) in numbered.chunks(ROWS).zip(firsts) {
            self.audit_lines(chunk, line).await?;
            self.checkpoints(chunk).await?;
            self.applications(chunk, application).await?;
            self.events(chunk, application, event).await?;
            self.venue_codes(chunk).await?;
        }
        if let Some((code, _)) = rows.last().and_then(|row| row.codes.first()) {
            self.changed = Some(Change::VenueCode(code.clone()));
        }
        Ok(doors)
    }

    async fn organisations(&mut self, of_one: &[&[ListedCheckpoint]]) -> Result<Range<i64>> {
        let ids = next_numbers(&mut self.tx, "organisations", of_one.len()).await?;
        for (chunk, first) in of_one.chunks(ROWS).zip(ids.clone().step_by(ROWS)) {
            let sql = statement(
                "organisations (id, account_id, name, same_name, credit_code, county, township, \
                 made_ms, credit_differs)",
                9,
                chunk.len(),
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
            for (new, id) in chunk.iter().filter_map(|rows| rows.first()).zip(first..) {
                let new = &new.organisation;
                query = query
                    .bind(id)
                    .bind(new.account)
                    .bind(new.name.as_str())
                    .bind(new.same_name.as_str())
                    .bind(new.credit_code.as_deref())
                    .bind(new.county.as_str())
                    .bind(new.township.as_str())
                    .bind(new.made.0)
                    .bind(credit_differs(new.credit_code.as_deref()));
            }
            query.execute(&mut *self.tx).await?;
        }
        Ok(ids)
    }

    async fn audit_lines(&mut self, rows: &[Numbered<'_>], first: i64) -> Result<()> {
        let sql = statement(
            "audit (seq, at_ms, actor_kind, actor_id, deed, subject, detail)",
            7,
            rows.len(),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
        for ((row, door, _), seq) in rows.iter().zip(first..) {
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
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn checkpoints(&mut self, rows: &[Numbered<'_>]) -> Result<()> {
        let sql = statement(
            "checkpoints (number, organisation_id, name, similar_name, door, address, \
             near_address, same_key, county, township, category, responsible_name_sealed, \
             responsible_phone_sealed, longitude, latitude, standing, made_ms, changed_ms)",
            18,
            rows.len(),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(KEEP_PREPARED);
        for (row, door, organisation) in rows {
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
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn applications(&mut self, rows: &[Numbered<'_>], first: i64) -> Result<()> {
        let head = "applications (id, checkpoint, state, round, submitted_ms, county, township)";
        let sql = statement(head, 7, rows.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
        for ((row, door, _), id) in rows.iter().zip(first..) {
            query = query
                .bind(id)
                .bind(door)
                .bind(State::Approved.code())
                .bind(1_i64)
                .bind(row.line.at.0)
                .bind(row.record.county.as_str())
                .bind(row.record.township.as_str());
        }
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Submitted, then approved.
    async fn events(&mut self, rows: &[Numbered<'_>], first: i64, first_event: i64) -> Result<()> {
        let sql = statement(
            "application_events (id, application_id, at_ms, state, reason, actor_kind, actor_id)",
            7,
            2 * rows.len(),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
        let mut id = first_event;
        for ((row, ..), application) in rows.iter().zip(first..) {
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
        query.execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn venue_codes(&mut self, rows: &[Numbered<'_>]) -> Result<()> {
        let head = "venue_codes (code, checkpoint, short_number, standing, since_ms)";
        let sql = statement(head, 5, rows.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
        for (row, door, _) in rows {
            let without = RegistryError::Strange("venue_codes.code");
            let (code, short_number) = row.codes.first().ok_or(without)?;
            query = query
                .bind(code.as_str())
                .bind(door)
                .bind(short_number.as_str())
                .bind("current")
                .bind(row.line.at.0);
        }
        query.execute(&mut *self.tx).await?;
        Ok(())
    }
}

fn same_organisation(one: &ListedCheckpoint, next: &ListedCheckpoint) -> bool {
    let (one, next) = (&one.organisation, &next.organisation);
    (&one.same_name, &one.county) == (&next.same_name, &next.county)
}
