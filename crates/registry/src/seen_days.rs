//! On which day people were last seen, as far as their visits are not kept any more: two bytes a person,
//! 4,096 people a row.

use crate::{
    connect::{Registry, RegistryError, Result},
    people::column,
    retention_runs,
};
use domain::people::PersonNumber;
use sqlx::{AnyConnection, Row, any::AnyRow};
use std::collections::BTreeMap;

/// People of a row.
pub const SEEN_BLOCK: u64 = 4_096;
/// Rows written in one transaction; between two of them others have their turn.
const ROWS_AT_ONCE: usize = 32;
/// The mark of somebody who was erased, and is looked at never again.
pub const ERASED: u16 = u16::MAX;

const KEEPING_BEGAN: &str = "keeping_began";
const NOTED_UNTIL: &str = "seen_noted_until";

/// The last days of the people of one block: days since 1970, UTC+8; 0 for whoever was not noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenDays(Vec<u16>);

impl Default for SeenDays {
    fn default() -> Self {
        Self(vec![0; SEEN_BLOCK as usize])
    }
}

impl SeenDays {
    /// The day of somebody in this block.
    #[must_use]
    pub fn of(&self, person: PersonNumber) -> u16 {
        self.0.get((person.0 % SEEN_BLOCK) as usize).copied().unwrap_or(0)
    }

    /// The days in the order of the numbers.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().copied()
    }

    fn raise(&mut self, person: PersonNumber, day: u16) -> bool {
        match self.0.get_mut((person.0 % SEEN_BLOCK) as usize) {
            Some(there) if *there < day => {
                *there = day;
                true
            }
            _ => false,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|day| day.to_be_bytes()).collect()
    }

    fn read(bytes: &[u8]) -> Result<Self> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        if pairs.len() as u64 != SEEN_BLOCK || !rest.is_empty() {
            return Err(RegistryError::Strange("seen_days.days"));
        }
        Ok(Self(pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect()))
    }
}

fn block_of(person: PersonNumber) -> i64 {
    column(PersonNumber(person.0 / SEEN_BLOCK))
}

fn read_row(row: &AnyRow) -> Result<(i64, SeenDays)> {
    Ok((row.try_get(0)?, SeenDays::read(&row.try_get::<Vec<u8>, _>(1)?)?))
}

/// Raises the days of the people of one block, if any is later than what is there.
async fn raise(tx: &mut AnyConnection, block: i64, raises: &[(PersonNumber, u16)]) -> Result<()> {
    let row = sqlx::query("select block, days from seen_days where block = $1")
        .bind(block)
        .fetch_optional(&mut *tx)
        .await?;
    let mut days = match &row {
        Some(row) => read_row(row)?.1,
        None => SeenDays::default(),
    };
    let mut changed = false;
    for (person, day) in raises {
        changed |= days.raise(*person, *day);
    }
    if changed {
        sqlx::query(
            "insert into seen_days (block, days) values ($1, $2) \
             on conflict (block) do update set days = excluded.days",
        )
        .bind(block)
        .bind(days.bytes())
        .execute(tx)
        .await?;
    }
    Ok(())
}

impl Registry {
    /// Notes that people were seen on a day, or were erased ([`ERASED`]). A day never goes back, so that
    /// noting twice changes nothing. A few rows at a time: when it fails, some are noted.
    ///
    /// # Errors
    /// Of the database, or a row that cannot be read.
    pub async fn note_seen(
        &self,
        seen: impl IntoIterator<Item = (PersonNumber, u16)>,
    ) -> Result<()> {
        let mut blocks: BTreeMap<i64, Vec<(PersonNumber, u16)>> = BTreeMap::new();
        for (person, day) in seen {
            blocks.entry(block_of(person)).or_default().push((person, day));
        }
        let blocks: Vec<_> = blocks.into_iter().collect();
        for some in blocks.chunks(ROWS_AT_ONCE) {
            let mut tx = self.begin().await?;
            // One after the other: a row is read and written as a whole.
            retention_runs::queue_up(&mut tx).await?;
            for (block, raises) in some {
                raise(&mut tx, *block, raises).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// The blocks from the first to the last of these that have been noted anything of.
    ///
    /// # Errors
    /// Of the database, or a row that cannot be read.
    pub async fn seen_days(&self, first: u64, last: u64) -> Result<Vec<(u64, SeenDays)>> {
        let rows = sqlx::query(
            "select block, days from seen_days where block between $1 and $2 order by block",
        )
        .bind(column(PersonNumber(first)))
        .bind(column(PersonNumber(last)))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| read_row(row).map(|(block, days)| (block.unsigned_abs(), days)))
            .collect()
    }

    /// The day on which activity began to be noted here: this one, when none is settled yet. Days are
    /// counted since 1970, UTC+8.
    ///
    /// # Errors
    /// Of the database.
    pub async fn keeping_began(&self, today: i64) -> Result<i64> {
        sqlx::query(
            "insert into installation (name, value) values ($1, $2) on conflict (name) do nothing",
        )
        .bind(KEEPING_BEGAN)
        .bind(today.to_string())
        .execute(&self.writer)
        .await?;
        self.day(KEEPING_BEGAN).await?.ok_or(RegistryError::Strange("installation.keeping_began"))
    }

    /// Moves that day to a later one: visits have gone that nobody noted.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_keeping_began(&self, day: i64) -> Result<()> {
        self.set_day(KEEPING_BEGAN, day).await
    }

    /// The last day whose visits have been noted, if any.
    ///
    /// # Errors
    /// Of the database.
    pub async fn noted_until(&self) -> Result<Option<i64>> {
        self.day(NOTED_UNTIL).await
    }

    /// Says that the visits of all days up to this one have been noted.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_noted_until(&self, day: i64) -> Result<()> {
        self.set_day(NOTED_UNTIL, day).await
    }

    async fn set_day(&self, name: &str, day: i64) -> Result<()> {
        sqlx::query(
            "insert into installation (name, value) values ($1, $2) \
             on conflict (name) do update set value = excluded.value",
        )
        .bind(name)
        .bind(day.to_string())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn day(&self, name: &str) -> Result<Option<i64>> {
        let row = sqlx::query("select value from installation where name = $1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get(0)?;
        text.parse().map(Some).map_err(|_| RegistryError::Strange("installation.value"))
    }
}
