//! Venue codes: from the printed code to its door.

use crate::{
    changes::{self, Change},
    checkpoints,
    conditions::Conditions,
    connect::{Registry, RegistryError, Result, count},
    door_settings::{self, SETTINGS},
    everybody::{Packed, Share},
    packed::{self, Dialect},
    poster_jobs::PostersOf,
};
use domain::{
    checkpoints::{CheckpointNumber, DoorSettings},
    time::UnixMs,
    venue_codes::Standing,
};
use sqlx::{Row, any::AnyRow};

/// Digits of a county's code; a township's has more.
const COUNTY_DIGITS: usize = 6;

/// Doors that are handed over as one row: some hundred kilobytes of text.
const ROW_DOORS: usize = 512;
/// The columns of text of a code and its door, in the order in which they are handed over.
const TEXTS: [&str; 10] = [
    "v.code",
    "v.short_number",
    "v.standing",
    "c.name",
    "c.door",
    "c.address",
    "r.name",
    "c.county",
    "c.township",
    "c.category",
];
/// What belongs to a door `c`.
const JOINED: &str = "join venue_codes v on v.checkpoint = c.number \
     join regions r on r.code = c.county left join door_settings s on s.checkpoint = c.number";

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

    /// Hands over every code, in the order of their doors' numbers, without holding them all.
    ///
    /// # Errors
    /// Of the database; what came before it was handed over.
    pub async fn venue_codes(&self, mut each: impl FnMut(VenueCodeRow)) -> Result<()> {
        let codes = every_code(Dialect::of_registry(self));
        self.packed(&codes, ROW_DOORS, Share::WHOLE, |row| {
            each(code_of_row(row).ok_or(RegistryError::Strange("venue_codes"))?);
            Ok(())
        })
        .await
    }
}

/// All codes, in fields that [`code_of_row`] reads.
fn every_code(dialect: Dialect) -> Packed {
    let texts = TEXTS.map(|column| dialect.text(column)).join(", ");
    let numbers = ["c.number", "v.since_ms"].into_iter().chain(SETTINGS.split(", "));
    let numbers = numbers.map(|column| dialect.number(column));
    let fields = format!("{texts}, {}", numbers.collect::<Vec<_>>().join(", "));
    Packed { fields, table: "checkpoints c", joined: JOINED, place: "c.number" }
}

fn code_of_row(row: &str) -> Option<VenueCodeRow> {
    let mut fields = row.split(' ');
    let mut text = || packed::text(fields.next()?);
    let (code, short_number, standing) = (text()?, text()?, text()?);
    let (name, door, address, county_name) = (text()?, text()?, text()?, text()?);
    let (county, township, category) = (text()?, text()?, text()?);
    let checkpoint = checkpoints::number(packed::next(&mut fields)?).ok()?;
    let since = UnixMs(packed::next(&mut fields)?);
    let mut settings = [None; 5];
    for column in &mut settings {
        *column = packed::maybe(fields.next()?)?;
    }
    Some(VenueCodeRow {
        code,
        checkpoint,
        short_number,
        standing: Standing::from_code(&standing, since)?,
        since,
        name,
        door,
        address,
        county_name,
        county,
        township,
        category,
        settings: door_settings::of_columns(settings)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use data_encoding::HEXLOWER;
    use domain::presence::{Point, Spot};

    /// Fields of text, the last of which says `category`, and then these.
    fn row(standing: &str, category: &str, numbers: &str) -> String {
        let texts =
            ["code", "A 1", standing, "医院，门诊", "", "a,b\n", "颍州区", "341202", "", category];
        let texts = texts.map(|text| HEXLOWER.encode(text.as_bytes()));
        format!("{} {numbers}", texts.join(" "))
    }

    #[test]
    fn a_code_comes_back_with_all_that_belongs_to_its_door() {
        let read = |numbers| code_of_row(&row("replaced", "c", numbers));
        let code = read("7 5 1 -1 2 300 0").unwrap();
        assert_eq!((code.code.as_str(), code.checkpoint), ("code", CheckpointNumber(7)));
        assert_eq!((code.since, code.standing), (UnixMs(5), Standing::Replaced(UnixMs(5))));
        assert_eq!([code.short_number, code.name, code.door], ["A 1", "医院，门诊", ""]);
        assert_eq!([code.address, code.county_name], ["a,b\n", "颍州区"]);
        assert_eq!([code.county, code.township, code.category], ["341202", "", "c"]);
        let point = Point { latitude_e6: -1, longitude_e6: 2 };
        let spot = Some(Spot { point, radius_m: 300 });
        assert_eq!(code.settings, DoorSettings { is_exit: true, spot, has_sign: false });
        assert_eq!(read("7 5 - - - - -").unwrap().settings, DoorSettings::default());
        for strange in
            ["", "7", "7 5 1 -1 2 300", "x 5 - - - - -", "7 5 0 1 2 70000 0", "7 - 0 1 2 3 0"]
        {
            assert!(read(strange).is_none(), "{strange}");
        }
        assert!(code_of_row(&row("lost", "c", "7 5 - - - - -")).is_none());
        assert!(code_of_row("").is_none());
        assert!(code_of_row(&row("closed", "c", "7 5 - - - - -").replacen('3', "g", 1)).is_none());
    }
}
