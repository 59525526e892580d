//! Which units a place may be, and which places a door may be. What is found here is compared by the
//! rule; nothing is decided.

use super::{Place, place, select};
use crate::{
    checkpoints,
    conditions::{Conditions, begins},
    connect::{Registry, RegistryError, Result, count},
};
use domain::checkpoints::{CheckpointNumber, Standing};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

/// A unit that a place may be, for one of its doors.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its number.
    pub organisation: i64,
    /// Its name.
    pub name: String,
    /// The form under which its name is compared.
    pub similar_name: String,
    /// Its credit code.
    pub credit_code: Option<String>,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// The door for which it was found; none when it was found by itself.
    pub door: Option<UnitDoor>,
}

/// A door of such a unit.
#[derive(Clone, Debug)]
pub struct UnitDoor {
    /// Number.
    pub number: CheckpointNumber,
    /// Registered name of the place.
    pub name: String,
    /// Which door.
    pub door: String,
    /// Address.
    pub address: String,
    /// The form under which the name is compared.
    pub similar_name: String,
    /// The form under which the address is compared; may be empty.
    pub near_address: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Where it stands.
    pub standing: Standing,
}

/// A place that a door may be, with what the door's unit is compared by.
#[derive(Clone, Debug)]
pub struct LikePlace {
    /// The place.
    pub place: Place,
    /// The unit with the door.
    pub unit: Unit,
}

const UNIT: &str = "o.id, o.name, o.similar_name, o.credit_code, o.county, o.township";
const DOOR: &str = "c.number, c.name, c.door, c.address, c.similar_name, c.near_address, c.county, \
    c.township, c.standing";

fn unit(row: &AnyRow) -> Result<Unit> {
    Ok(Unit {
        organisation: row.try_get(0)?,
        name: row.try_get(1)?,
        similar_name: row.try_get(2)?,
        credit_code: row.try_get(3)?,
        county: row.try_get(4)?,
        township: row.try_get(5)?,
        door: None,
    })
}

fn unit_with_door(row: &AnyRow) -> Result<Unit> {
    let standing: String = row.try_get(14)?;
    let door = UnitDoor {
        number: checkpoints::number(row.try_get(6)?)?,
        name: row.try_get(7)?,
        door: row.try_get(8)?,
        address: row.try_get(9)?,
        similar_name: row.try_get(10)?,
        near_address: row.try_get(11)?,
        county: row.try_get(12)?,
        township: row.try_get(13)?,
        standing: Standing::from_code(&standing)
            .ok_or(RegistryError::Strange("checkpoints.standing"))?,
    };
    Ok(Unit { door: Some(door), ..unit(row)? })
}

impl Registry {
    /// Units that this place may be: those with its credit code, its name, a door of its name in its
    /// house, a door of its name, a door in its house; up to `limit` for each of these reasons. A unit may come several times.
    ///
    /// # Errors
    /// Of the database.
    pub async fn units_like(&self, place: &Place, limit: i64) -> Result<Vec<Unit>> {
        let mut found = Vec::new();
        for (column, value) in [
            ("credit_code", place.credit_code.as_deref()),
            ("similar_name", Some(place.similar_name.as_str())),
        ] {
            let Some(value) = value else { continue };
            let sql = format!(
                "select {UNIT} from organisations o where o.{column} = $1 order by o.id limit $2"
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(value).bind(limit);
            for row in query.fetch_all(&self.pool).await? {
                found.push(unit(&row)?);
            }
        }
        let (name, house) = (place.similar_name.as_str(), place.near_address.as_str());
        let (by_name, by_house) = ("c.similar_name = $2", "c.near_address = $2 and c.county = $3");
        if !house.is_empty() {
            // Of a chain's many doors, and of a mall's, the one that is both must not be the eleventh.
            let both = "c.near_address = $2 and c.county = $3 and c.similar_name = $4";
            let words = [house, &place.county, name];
            found.extend(self.units_with_door(both, &words, limit).await?);
        }
        found.extend(self.units_with_door(by_name, &[name], limit).await?);
        if !house.is_empty() {
            let words = [house, &place.county];
            found.extend(self.units_with_door(by_house, &words, limit).await?);
        }
        Ok(found)
    }

    /// Up to `limit` units with a door that meets a condition on `c`, whose words are `$2` and on.
    async fn units_with_door(
        &self,
        condition: &'static str,
        words: &[&str],
        limit: i64,
    ) -> Result<Vec<Unit>> {
        let sql = format!(
            "select {UNIT}, {DOOR} from checkpoints c \
             join organisations o on o.id = c.organisation_id \
             where {condition} order by c.number limit $1"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(limit);
        for word in words {
            query = query.bind(*word);
        }
        query.fetch_all(&self.pool).await?.iter().map(unit_with_door).collect()
    }

    /// Up to `limit` units with this text in their name, in these counties or townships or with a door
    /// there (`region` is what their codes begin with).
    ///
    /// # Errors
    /// Of the database.
    pub async fn units_named(&self, text: &str, region: &str, limit: i64) -> Result<Vec<Unit>> {
        let mut all = Conditions::first(begins(region).as_str(), |at| {
            format!(
                "(o.township like {at} escape '!' or exists (select 1 from checkpoints c \
                 where c.organisation_id = o.id and c.township like {at} escape '!'))"
            )
        });
        if !all.and_text(text, &["o.name", "o.credit_code"]) {
            return Ok(Vec::new());
        }
        let limit = all.bind(limit);
        let sql = format!(
            "select {UNIT} from organisations o where {} order by o.id limit {limit}",
            all.sql()
        );
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(unit).collect()
    }

    /// Whether a unit has a door in a county or township (`region` is what its code begins with).
    ///
    /// # Errors
    /// Of the database.
    pub async fn has_door_in(&self, organisation: i64, region: &str) -> Result<bool> {
        let row = sqlx::query(
            "select count(*) from checkpoints where organisation_id = $1 \
             and township like $2 escape '!'",
        )
        .bind(organisation)
        .bind(begins(region))
        .fetch_one(&self.pool)
        .await?;
        Ok(count(&row)? > 0)
    }

    /// Up to `limit` doors of a unit, in the order of their numbers.
    ///
    /// # Errors
    /// Of the database.
    pub async fn unit_doors(&self, organisation: i64, limit: i64) -> Result<Vec<Unit>> {
        let sql = format!(
            "select {UNIT}, {DOOR} from checkpoints c \
             join organisations o on o.id = c.organisation_id \
             where o.id = $1 order by c.number limit $2"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(organisation).bind(limit);
        query.fetch_all(&self.pool).await?.iter().map(unit_with_door).collect()
    }

    /// Places of the register that this door may be: those with its unit's credit code, its name in its
    /// house, its name or its unit's, or in its house; up to `limit` for each of these reasons, without those that are gone. A
    /// place may come several times.
    ///
    /// # Errors
    /// Of the database.
    pub async fn places_like(
        &self,
        checkpoint: CheckpointNumber,
        limit: i64,
    ) -> Result<Vec<LikePlace>> {
        let sql = format!(
            "select {UNIT}, {DOOR} from checkpoints c \
             join organisations o on o.id = c.organisation_id where c.number = $1"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(checkpoint.0));
        let Some(row) = query.fetch_optional(&self.pool).await? else { return Ok(Vec::new()) };
        let unit = unit_with_door(&row)?;
        let Some(door) = &unit.door else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (condition, one, other) in [
            ("p.credit_code = $1 or p.credit_code = $2", unit.credit_code.as_deref(), None),
            (
                "p.similar_name = $1 and p.near_address = $2 and p.near_address <> ''",
                Some(door.similar_name.as_str()),
                Some(door.near_address.as_str()),
            ),
            (
                "p.similar_name = $1 or p.similar_name = $2",
                Some(door.similar_name.as_str()),
                Some(unit.similar_name.as_str()),
            ),
            (
                "p.near_address = $1 and p.near_address <> '' and p.county = $2",
                Some(door.near_address.as_str()),
                Some(door.county.as_str()),
            ),
        ] {
            let Some(one) = one else { continue };
            let sql =
                format!("{} where ({condition}) and p.gone = 0 order by p.id limit $3", select());
            let query = sqlx::query(AssertSqlSafe(sql)).bind(one).bind(other.unwrap_or(one));
            for row in query.bind(limit).fetch_all(&self.pool).await? {
                found.push(LikePlace { place: place(&row)?, unit: unit.clone() });
            }
        }
        Ok(found)
    }

    /// Whether the register has any place in this county.
    ///
    /// # Errors
    /// Of the database.
    pub async fn places_known_in(&self, county: &str) -> Result<bool> {
        let row = sqlx::query(
            "select count(*) from (select 1 from places where county = $1 and gone = 0 limit 1) as p",
        )
        .bind(county)
        .fetch_one(&self.pool)
        .await?;
        Ok(count(&row)? > 0)
    }
}
