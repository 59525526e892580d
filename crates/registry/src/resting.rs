//! People who may have given no sign of life for long: what speaks for keeping them, and erasing those
//! for whom nothing does.

use crate::{
    connect::{Registry, Result},
    erasing::{self, rows_of},
    health_status::status,
    people::{NewPerson, column, number},
    retention_runs,
};
use domain::{health_status::HealthStatus, people::PersonNumber, retention::Kept, time::UnixMs};
use sqlx::{AnyConnection, Row, any::AnyRow};
use std::collections::HashMap;

/// What the registry says of somebody who may be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    /// Who.
    pub person: PersonNumber,
    /// The last thing they did themselves, entries apart; a day, or the moment of registering.
    pub deed: UnixMs,
    /// When the last printed code of theirs ends that was not revoked.
    pub code_ends: Option<UnixMs>,
    /// Whom they check in.
    pub members: Vec<PersonNumber>,
    /// When tracing last needed them.
    pub traced: Option<UnixMs>,
    /// Whether an alert of theirs is open.
    pub alert: bool,
    /// What the register of health status says.
    pub status: Option<HealthStatus>,
    /// Whether a request of theirs is open.
    pub request: bool,
}

fn who(row: &AnyRow) -> Result<PersonNumber> {
    number(row.try_get(0)?)
}

/// What the registry says of these people; whoever was erased, or is not there, is left out.
async fn resting(tx: &mut AnyConnection, people: &[PersonNumber]) -> Result<Vec<Resting>> {
    let mut found: HashMap<PersonNumber, Resting> = HashMap::new();
    for (person, deed) in deeds(tx, people).await? {
        let none = Resting {
            person,
            deed,
            code_ends: None,
            members: Vec::new(),
            traced: None,
            alert: false,
            status: None,
            request: false,
        };
        found.insert(person, none);
    }
    let codes =
        "select person, expires_ms from offline_codes where revoked_ms is null and person in";
    for row in rows_of(tx, codes, people).await? {
        if let Some(one) = found.get_mut(&who(&row)?) {
            one.code_ends = one.code_ends.max(Some(UnixMs(row.try_get(1)?)));
        }
    }
    let members = "select guardian, person from family_members where ended_ms is null \
         and confirmed_ms is not null and guardian in";
    for row in rows_of(tx, members, people).await? {
        if let Some(one) = found.get_mut(&who(&row)?) {
            one.members.push(number(row.try_get(1)?)?);
        }
    }
    hold(tx, people, &mut found).await?;
    let mut found: Vec<Resting> = found.into_values().collect();
    found.iter_mut().for_each(|one| one.members.sort_unstable());
    found.sort_unstable_by_key(|one| one.person);
    Ok(found)
}

/// What holds people back.
async fn hold(
    tx: &mut AnyConnection,
    people: &[PersonNumber],
    found: &mut HashMap<PersonNumber, Resting>,
) -> Result<()> {
    for (person, at) in erasing::last_traced(tx, people).await? {
        if let Some(one) = found.get_mut(&person) {
            one.traced = Some(at);
        }
    }
    let alerts = "select person from alerts where closed_ms is null and person in";
    for row in rows_of(tx, alerts, people).await? {
        if let Some(one) = found.get_mut(&who(&row)?) {
            one.alert = true;
        }
    }
    let statuses = "select person, colour, sampled_ms, negative, itinerary, set_ms, organisation, \
         doses from health_status where person in";
    for row in rows_of(tx, statuses, people).await? {
        if let Some(one) = found.get_mut(&who(&row)?) {
            one.status = status(&row, 1)?;
        }
    }
    let requests = "select person from person_requests where state = 'open' and person in";
    for row in rows_of(tx, requests, people).await? {
        if let Some(one) = found.get_mut(&who(&row)?) {
            one.request = true;
        }
    }
    Ok(())
}

fn deed(row: &AnyRow) -> Result<(PersonNumber, UnixMs)> {
    let (registered, active): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    Ok((who(row)?, UnixMs(registered.max(active))))
}

async fn deeds(
    tx: &mut AnyConnection,
    people: &[PersonNumber],
) -> Result<Vec<(PersonNumber, UnixMs)>> {
    let head = "select number, registered_ms, active_ms from people where erased_ms is null \
         and number in";
    rows_of(tx, head, people).await?.iter().map(deed).collect()
}

impl Registry {
    /// The highest number of a person.
    ///
    /// # Errors
    /// Of the database.
    pub async fn last_person(&self) -> Result<PersonNumber> {
        let row = sqlx::query("select value from counters where name = 'people'")
            .fetch_one(&self.pool)
            .await?;
        number(row.try_get(0)?)
    }

    /// Notes that somebody did something on this day; written once a day.
    ///
    /// # Errors
    /// Of the database.
    pub async fn note_active(&self, person: PersonNumber, at: UnixMs) -> Result<()> {
        // Asked first: a day's second deed waits for nobody who writes.
        let row = sqlx::query("select active_ms from people where number = $1")
            .bind(column(person))
            .fetch_optional(&self.pool)
            .await?;
        let noted: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
        if noted.is_none_or(|noted| noted >= at.day_start().0) {
            return Ok(());
        }
        sqlx::query("update people set active_ms = $2 where number = $1 and active_ms < $2")
            .bind(column(person))
            .bind(at.day_start().0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// When people from the first to the last number last did something themselves, entries apart, in the
    /// order of numbers; nothing for somebody who was erased.
    ///
    /// # Errors
    /// Of the database.
    pub async fn deeds_between(
        &self,
        first: PersonNumber,
        last: PersonNumber,
    ) -> Result<Vec<(PersonNumber, Option<UnixMs>)>> {
        let rows = sqlx::query(
            "select number, registered_ms, active_ms, erased_ms from people \
             where number between $1 and $2 order by number",
        )
        .bind(column(first))
        .bind(column(last))
        .fetch_all(&self.pool)
        .await?;
        let one = |row: &AnyRow| {
            let erased: Option<i64> = row.try_get(3)?;
            deed(row).map(|(person, at)| (person, erased.is_none().then_some(at)))
        };
        rows.iter().map(one).collect()
    }

    /// When these people last did something themselves; whoever was erased is left out.
    ///
    /// # Errors
    /// Of the database.
    pub async fn deeds_of(&self, people: &[PersonNumber]) -> Result<Vec<(PersonNumber, UnixMs)>> {
        let mut connection = self.pool.acquire().await?;
        deeds(&mut connection, people).await
    }

    /// When the last printed code of somebody ends that was not revoked.
    ///
    /// # Errors
    /// Of the database.
    pub async fn last_code_ends(&self, person: PersonNumber) -> Result<Option<UnixMs>> {
        let row = sqlx::query(
            "select max(expires_ms) from offline_codes where revoked_ms is null and person = $1",
        )
        .bind(column(person))
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(UnixMs))
    }

    /// What speaks for keeping these people, in the order of numbers; whoever was erased is left out.
    ///
    /// # Errors
    /// Of the database.
    pub async fn resting(&self, people: &[PersonNumber]) -> Result<Vec<Resting>> {
        let mut connection = self.pool.acquire().await?;
        resting(&mut connection, people).await
    }

    /// Erases people for a run, those of whom the registry still says what was judged; how many. With each
    /// comes what stands in place of name and document.
    ///
    /// # Errors
    /// Of the database; then nobody is erased.
    pub async fn erase_resting(
        &self,
        run: i64,
        judged: &[(Resting, NewPerson)],
        at: UnixMs,
    ) -> Result<u64> {
        let mut tx = self.begin().await?;
        // The run's row first: whatever else is written of it waits.
        retention_runs::queue_up(&mut tx).await?;
        let people: Vec<_> = judged.iter().map(|(resting, _)| resting.person).collect();
        let now: HashMap<_, _> =
            resting(&mut tx, &people).await?.into_iter().map(|one| (one.person, one)).collect();
        let still = judged.iter().filter(|(judged, _)| now.get(&judged.person) == Some(judged));
        let still: Vec<_> = still.map(|(judged, nobody)| (judged.person, nobody.clone())).collect();
        erasing::erase(&mut tx, &still, at).await?;
        let count = still.len() as u64;
        retention_runs::count(&mut tx, run, Kept::People, count).await?;
        tx.commit().await?;
        Ok(count)
    }
}
