//! Erasing a person: the one rule of what that means, whether they asked for it or were not seen for
//! long. What is left is a number that leads to nobody.

use crate::{
    changes::{self, Change},
    checkpoints::{ASKED, about},
    connect::Result,
    health_status,
    people::{NewPerson, column, number},
};
use domain::{people::PersonNumber, privacy::WITHDRAWN, time::UnixMs};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use std::collections::HashMap;

/// What goes with a person besides their own row.
const ERASED: [&str; 10] = [
    "delete from entry_identities where person = $1",
    "delete from identity_checks where person = $1",
    "delete from phone_changes where person = $1",
    "delete from registration_corrections where person = $1",
    "delete from family_members where person = $1",
    // Whoever waits to share a member and would wait for nobody now is their guardian.
    "update family_members set confirmed_ms = consented_ms where id in \
     (select min(w.id) from family_members w where w.ended_ms is null and w.guardian <> $1 \
     and w.person in (select person from family_members where guardian = $1 and ended_ms is null) \
     and not exists (select 1 from family_members c where c.person = w.person and c.guardian <> $1 \
     and c.ended_ms is null and c.confirmed_ms is not null) group by w.person)",
    "delete from offline_codes where person = $1",
    "update offline_codes set made_by = person where made_by = $1",
    "update alerts set note_sealed = null where person = $1",
    "delete from family_members where guardian = $1",
];

/// Erases people in the transaction of whoever has a reason to. `nobody` is what stands in place of name
/// and document of each.
pub(crate) async fn erase(
    tx: &mut AnyConnection,
    people: &[(PersonNumber, NewPerson)],
    at: UnixMs,
) -> Result<()> {
    // The counter before the rows: two transactions never wait for each other.
    let noted: Vec<_> = people.iter().map(|(person, _)| Change::Person(*person)).collect();
    changes::note_each(tx, &noted).await?;
    for (person, nobody) in people {
        erase_one(tx, *person, nobody, at).await?;
    }
    Ok(())
}

async fn erase_one(
    tx: &mut AnyConnection,
    person: PersonNumber,
    nobody: &NewPerson,
    at: UnixMs,
) -> Result<()> {
    // What the authority's register says of a document stays with the document: nobody erases a red
    // code away.
    health_status::let_go(&mut *tx, column(person), at).await?;
    sqlx::query(
        "delete from sms_codes where phone_index in \
         (select phone_index from people where number = $1 and phone_index is not null)",
    )
    .bind(column(person))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update people set id_sealed = $2, id_index = $3, name_sealed = $4, masked_sealed = $5, \
         name_index = null, phone_sealed = null, phone_index = null, born_sealed = null, \
         consent_version = $6, session_epoch = session_epoch + 1, erased_ms = $7 where number = $1",
    )
    .bind(column(person))
    .bind(nobody.id_sealed.as_slice())
    .bind(nobody.id_index.as_slice())
    .bind(nobody.name_sealed.as_slice())
    .bind(nobody.masked_sealed.as_slice())
    .bind(WITHDRAWN)
    .bind(at.0)
    .execute(&mut *tx)
    .await?;
    for sql in ERASED {
        sqlx::query(sql).bind(column(person)).execute(&mut *tx).await?;
    }
    sqlx::query(
        "update person_requests set words_sealed = $2, name_sealed = null, id_kind = null, \
         id_sealed = null where person = $1",
    )
    .bind(column(person))
    .bind(nobody.name_sealed.as_slice())
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// When tracing last needed each of these people, if ever: a case was opened about them, or they were
/// looked at as a contact. A look names the person and a case.
pub(crate) async fn last_traced(
    tx: &mut AnyConnection,
    people: &[PersonNumber],
) -> Result<HashMap<PersonNumber, UnixMs>> {
    let mut traced: HashMap<PersonNumber, UnixMs> = HashMap::new();
    let mut note = |person, at: i64| {
        let last = traced.entry(person).or_insert(UnixMs(at));
        *last = (*last).max(UnixMs(at));
    };
    for row in rows_of(tx, "select person, opened_ms from cases where person in", people).await? {
        note(number(row.try_get(0)?)?, row.try_get(1)?);
    }
    let head = "select subject, at_ms from audit where deed = 'identity_opened' and subject in";
    for chunk in people.chunks(ASKED) {
        let sql = about(head, chunk.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ASKED);
        for person in chunk {
            query = query.bind(format!("人员 {}", person.0));
        }
        for row in query.fetch_all(&mut *tx).await? {
            let subject: String = row.try_get(0)?;
            let person = subject.strip_prefix("人员 ").and_then(|digits| digits.parse().ok());
            if let Some(person) = person {
                note(PersonNumber(person), row.try_get(1)?);
            }
        }
    }
    Ok(traced)
}

/// The rows that a question has about these people; it ends where their numbers come.
pub(crate) async fn rows_of(
    tx: &mut AnyConnection,
    head: &str,
    people: &[PersonNumber],
) -> Result<Vec<AnyRow>> {
    let mut rows = Vec::new();
    for chunk in people.chunks(ASKED) {
        let sql = about(head, chunk.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ASKED);
        for person in chunk {
            query = query.bind(column(*person));
        }
        rows.extend(query.fetch_all(&mut *tx).await?);
    }
    Ok(rows)
}
