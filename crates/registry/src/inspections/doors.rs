//! The door that an inspector stands at: found by the number or the code on its poster, or by its name.

use crate::{
    checkpoints,
    conditions::Conditions,
    connect::{Registry, RegistryError, Result},
};
use domain::checkpoints::{CheckpointNumber, Standing};
use sqlx::{Row, any::AnyRow};

/// A door with a code, as an inspector sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectedDoor {
    /// Number.
    pub number: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Name of its unit.
    pub organisation_name: String,
    /// Where it stands.
    pub standing: Standing,
    /// The number at the foot of its poster.
    pub short_number: String,
    /// Whether there is an account that is told.
    pub has_manager: bool,
    /// Number of its newest inspection; 0 when there is none.
    pub newest: i64,
}

const SELECT: &str = "select c.number, c.name, c.door, c.address, c.county, c.township, o.name, \
    c.standing, v.short_number, \
    cast(case when o.account_id is null and c.manager_id is null then 0 else 1 end as bigint), \
    (select coalesce(max(i.id), 0) from inspections i where i.checkpoint = c.number) \
    from checkpoints c join organisations o on o.id = c.organisation_id \
    join venue_codes v on v.checkpoint = c.number and v.standing <> 'replaced'";

fn door(row: &AnyRow) -> Result<InspectedDoor> {
    let standing: String = row.try_get(7)?;
    let has_manager: i64 = row.try_get(9)?;
    Ok(InspectedDoor {
        number: checkpoints::number(row.try_get(0)?)?,
        name: row.try_get(1)?,
        door: row.try_get(2)?,
        address: row.try_get(3)?,
        county: row.try_get(4)?,
        township: row.try_get(5)?,
        organisation_name: row.try_get(6)?,
        standing: Standing::from_code(&standing)
            .ok_or(RegistryError::Strange("checkpoints.standing"))?,
        short_number: row.try_get(8)?,
        has_manager: has_manager == 1,
        newest: row.try_get(10)?,
    })
}

impl Registry {
    /// One door that has a code.
    ///
    /// # Errors
    /// Of the database.
    pub async fn inspected_door(&self, number: CheckpointNumber) -> Result<Option<InspectedDoor>> {
        let sql = format!("{SELECT} where c.number = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(i64::from(number.0))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(door).transpose()
    }

    /// Up to `limit` doors with a code that have this text in their name, door, address or unit, in
    /// the order of their numbers, within a county and a township where one is named.
    ///
    /// # Errors
    /// Of the database.
    pub async fn doors_to_inspect(
        &self,
        (county, township): (Option<&str>, Option<&str>),
        text: &str,
        limit: i64,
    ) -> Result<Vec<InspectedDoor>> {
        let mut all = Conditions::first(0, |at| format!("c.number > {at}"));
        for (column, wanted) in [("county", county), ("township", township)] {
            if let Some(code) = wanted {
                all.and(code, |at| format!("c.{column} = {at}"));
            }
        }
        all.and_text(text, &["c.name", "c.door", "c.address", "o.name"]);
        let limit = all.bind(limit.max(0));
        let sql = format!("{SELECT} where {} order by c.number limit {limit}", all.sql());
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(door).collect()
    }

    /// The door of a printed number, and whether another code hangs there now.
    ///
    /// # Errors
    /// Of the database.
    pub async fn door_of_short_number(
        &self,
        short_number: &str,
    ) -> Result<Option<(CheckpointNumber, bool)>> {
        self.door_of_printed("short_number", short_number).await
    }

    /// The door of a printed code, and whether another one hangs there now.
    ///
    /// # Errors
    /// Of the database.
    pub async fn door_of_code(&self, code: &str) -> Result<Option<(CheckpointNumber, bool)>> {
        self.door_of_printed("code", code).await
    }

    async fn door_of_printed(
        &self,
        column: &'static str,
        printed: &str,
    ) -> Result<Option<(CheckpointNumber, bool)>> {
        let sql = format!("select checkpoint, standing from venue_codes where {column} = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(printed).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let standing: String = row.try_get(1)?;
        Ok(Some((checkpoints::number(row.try_get(0)?)?, standing == "replaced")))
    }
}
