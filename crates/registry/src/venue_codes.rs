//! Venue codes: from the printed code to its door.

use crate::{
    changes::{self, Change},
    checkpoints,
    conditions::Conditions,
    connect::{Registry, RegistryError, Result, count},
    door_settings::{self, SETTINGS},
    poster_jobs::PostersOf,
};
use domain::{
    checkpoints::{CheckpointNumber, DoorSettings},
    time::UnixMs,
    venue_codes::Standing,
};
use futures_util::TryStreamExt;
use sqlx::{Row, any::AnyRow};

/// Digits of a county's code; a township's has more.
const COUNTY_DIGITS: usize = 6;

/// A code with what a visitor sees of its door.
#[derive(Clone, Debug)]
pub struct VenueCodeRow {
    /// The sixteen characters.
    pub code: String,
    /// Its door.
    pub checkpoint: CheckpointNumber,
    /// Number for the telephone.
    pub short_number: String,
    /// What has become of it.
    pub standing: Standing,
    /// When it was issued or last changed.
    pub since: UnixMs,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// County's name.
    pub county_name: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Code of its kind of place.
    pub category: String,
    /// How it is set up.
    pub settings: DoorSettings,
}

fn venue_code(row: &AnyRow) -> Result<VenueCodeRow> {
    let standing: String = row.try_get(3)?;
    let since = UnixMs(row.try_get(4)?);
    Ok(VenueCodeRow {
        code: row.try_get(0)?,
        checkpoint: checkpoints::number(row.try_get(1)?)?,
        short_number: row.try_get(2)?,
        standing: Standing::from_code(&standing, since)
            .ok_or(RegistryError::Strange("venue_codes.standing"))?,
        since,
        name: row.try_get(5)?,
        door: row.try_get(6)?,
        address: row.try_get(7)?,
        county_name: row.try_get(8)?,
        county: row.try_get(9)?,
        township: row.try_get(10)?,
        category: row.try_get(11)?,
        settings: door_settings::settings(row, 12)?,
    })
}

const TO_PRINT: &str = "checkpoints c join venue_codes v on v.checkpoint = c.number";

fn to_print(of: &PostersOf) -> Conditions {
    let mut all = match of {
        PostersOf::Organisation(id) => Conditions::equal("c.organisation_id", *id),
        PostersOf::Region(code) if code.len() > COUNTY_DIGITS => {
            Conditions::equal("c.township", code.as_str())
        }
        PostersOf::Region(code) => Conditions::equal("c.county", code.as_str()),
    };
    all.and_plain("v.standing = 'current'");
    all
}

impl Registry {
    /// The code with these characters.
    ///
    /// # Errors
    /// Of the database.
    pub async fn venue_code(&self, code: &str) -> Result<Option<VenueCodeRow>> {
        let row = sqlx::query(
            "select v.code, v.checkpoint, v.short_number, v.standing, v.since_ms, c.name, c.door, \
             c.address, r.name, c.county, c.township, c.category, s.is_exit, s.latitude_e6, \
             s.longitude_e6, s.radius_m, s.has_sign from venue_codes v \
             join checkpoints c on c.number = v.checkpoint \
             join regions r on r.code = c.county \
             left join door_settings s on s.checkpoint = c.number where v.code = $1",
        )
        .bind(code)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(venue_code).transpose()
    }

    /// The code of a checkpoint that was not replaced, whatever else has become of it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn code_of(&self, checkpoint: CheckpointNumber) -> Result<Option<VenueCodeRow>> {
        let row = sqlx::query(
            "select v.code, v.checkpoint, v.short_number, v.standing, v.since_ms, c.name, c.door, \
             c.address, r.name, c.county, c.township, c.category, s.is_exit, s.latitude_e6, \
             s.longitude_e6, s.radius_m, s.has_sign from venue_codes v \
             join checkpoints c on c.number = v.checkpoint \
             join regions r on r.code = c.county \
             left join door_settings s on s.checkpoint = c.number \
             where v.checkpoint = $1 and v.standing <> 'replaced'",
        )
        .bind(i64::from(checkpoint.0))
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(venue_code).transpose()
    }

    /// Changes what has become of a code; `false` when there is none like it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_code_standing(
        &self,
        code: &str,
        standing: Standing,
        since: UnixMs,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done =
            sqlx::query("update venue_codes set standing = $2, since_ms = $3 where code = $1")
                .bind(code)
                .bind(standing.code())
                .bind(since.0)
                .execute(&mut *tx)
                .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        changes::note(&mut tx, &Change::VenueCode(code.to_owned())).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The codes in use of an organisation's doors, in the order of the doors' numbers.
    ///
    /// # Errors
    /// Of the database.
    pub async fn codes_in_use_of(&self, organisation: i64) -> Result<Vec<VenueCodeRow>> {
        let rows = sqlx::query(
            "select v.code, v.checkpoint, v.short_number, v.standing, v.since_ms, c.name, c.door, \
             c.address, r.name, c.county, c.township, c.category, s.is_exit, s.latitude_e6, \
             s.longitude_e6, s.radius_m, s.has_sign from checkpoints c \
             join venue_codes v on v.checkpoint = c.number \
             join regions r on r.code = c.county \
             left join door_settings s on s.checkpoint = c.number \
             where c.organisation_id = $1 and v.standing = 'current' order by c.number",
        )
        .bind(organisation)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(venue_code).collect()
    }

    /// The codes in use of an organisation's doors or in a region, each with the name of its unit, in
    /// no particular order.
    ///
    /// # Errors
    /// Of the database.
    pub async fn codes_to_print(&self, of: &PostersOf) -> Result<Vec<(String, VenueCodeRow)>> {
        let all = to_print(of);
        let sql = format!(
            "select v.code, v.checkpoint, v.short_number, v.standing, v.since_ms, c.name, c.door, \
             c.address, r.name, c.county, c.township, c.category, {SETTINGS}, o.name from {TO_PRINT} \
             join organisations o on o.id = c.organisation_id \
             join regions r on r.code = c.county \
             left join door_settings s on s.checkpoint = c.number where {}",
            all.sql()
        );
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(17)?, venue_code(row)?))).collect()
    }

    /// How many [`Self::codes_to_print`] gives.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_codes_to_print(&self, of: &PostersOf) -> Result<i64> {
        let all = to_print(of);
        let sql = format!("select count(*) from {TO_PRINT} where {}", all.sql());
        count(&all.query(sql).fetch_one(&self.pool).await?)
    }

    /// Hands over every code, in no particular order, without holding them all.
    ///
    /// # Errors
    /// Of the database; what came before it was handed over.
    pub async fn venue_codes(&self, mut each: impl FnMut(VenueCodeRow)) -> Result<()> {
        let mut rows = sqlx::query(
            "select v.code, v.checkpoint, v.short_number, v.standing, v.since_ms, c.name, c.door, \
             c.address, r.name, c.county, c.township, c.category, s.is_exit, s.latitude_e6, \
             s.longitude_e6, s.radius_m, s.has_sign from venue_codes v \
             join checkpoints c on c.number = v.checkpoint \
             join regions r on r.code = c.county \
             left join door_settings s on s.checkpoint = c.number",
        )
        .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            each(venue_code(&row)?);
        }
        Ok(())
    }
}
