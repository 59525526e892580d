//! How doors are set up, and which ways out belong to which doors.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    checkpoints,
    connect::{Registry, RegistryError, Result},
};
use domain::{
    checkpoints::{CheckpointNumber, DoorSettings},
    presence::{Point, Spot},
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::fmt::Write as _;

/// What [`settings`] reads, of `door_settings s` joined to the left.
pub(crate) const SETTINGS: &str =
    "s.is_exit, s.latitude_e6, s.longitude_e6, s.radius_m, s.has_sign";
/// Doors asked about in one statement.
const DOORS_AT_ONCE: usize = 500;

/// From the column `at` on.
pub(crate) fn settings(row: &AnyRow, at: usize) -> Result<DoorSettings> {
    let mut columns = [None; 5];
    for (column, value) in columns.iter_mut().enumerate() {
        *value = row.try_get(at + column)?;
    }
    of_columns(columns).ok_or(RegistryError::Strange("door_settings"))
}

/// What the columns of [`SETTINGS`] say; nothing where they are strange.
pub(crate) fn of_columns(columns: [Option<i64>; 5]) -> Option<DoorSettings> {
    let [is_exit, north, east, radius, has_sign] = columns;
    let spot = match (north, east, radius) {
        (Some(north), Some(east), Some(radius)) => Some(Spot {
            point: Point {
                latitude_e6: i32::try_from(north).ok()?,
                longitude_e6: i32::try_from(east).ok()?,
            },
            radius_m: u16::try_from(radius).ok()?,
        }),
        _ => None,
    };
    let yes = |column| column == Some(1);
    Some(DoorSettings { is_exit: yes(is_exit), spot, has_sign: yes(has_sign) })
}

impl Registry {
    /// How a door is set up.
    ///
    /// # Errors
    /// Of the database.
    pub async fn door_settings(&self, checkpoint: CheckpointNumber) -> Result<DoorSettings> {
        let sql = format!("select {SETTINGS} from door_settings s where s.checkpoint = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::from(checkpoint.0))
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(DoorSettings::default()), |row| settings(&row, 0))
    }

    /// Sets a door up, in place of how it was.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_door_settings(
        &self,
        checkpoint: CheckpointNumber,
        new: &DoorSettings,
        line: &AuditLine,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let point = new.spot.map(|spot| spot.point);
        sqlx::query(
            "insert into door_settings (checkpoint, is_exit, latitude_e6, longitude_e6, radius_m, \
             has_sign, changed_ms) values ($1, $2, $3, $4, $5, $6, $7) \
             on conflict (checkpoint) do update set is_exit = excluded.is_exit, \
             latitude_e6 = excluded.latitude_e6, longitude_e6 = excluded.longitude_e6, \
             radius_m = excluded.radius_m, has_sign = excluded.has_sign, \
             changed_ms = excluded.changed_ms",
        )
        .bind(i64::from(checkpoint.0))
        .bind(i64::from(new.is_exit))
        .bind(point.map(|point| i64::from(point.latitude_e6)))
        .bind(point.map(|point| i64::from(point.longitude_e6)))
        .bind(new.spot.map(|spot| i64::from(spot.radius_m)))
        .bind(i64::from(new.has_sign))
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        let codes = sqlx::query("select code from venue_codes where checkpoint = $1")
            .bind(i64::from(checkpoint.0))
            .fetch_all(&mut *tx)
            .await?;
        for code in codes {
            changes::note(&mut tx, &Change::VenueCode(code.try_get(0)?)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The ways out of the places that these doors belong to, as pairs of a door and a way out: of
    /// the same unit under the same registered name.
    ///
    /// # Errors
    /// Of the database.
    pub async fn ways_out(
        &self,
        doors: &[CheckpointNumber],
    ) -> Result<Vec<(CheckpointNumber, CheckpointNumber)>> {
        let mut pairs = Vec::new();
        for some in doors.chunks(DOORS_AT_ONCE) {
            let mut sql = String::from(
                "select a.number, b.number from door_settings s \
                 join checkpoints b on b.number = s.checkpoint \
                 join checkpoints a on a.organisation_id = b.organisation_id \
                 and a.name = b.name where s.is_exit = 1 and a.number in (",
            );
            for at in 1..=some.len() {
                // Writing into a String does not fail.
                let _ = write!(sql, "{}${at}", if at == 1 { "" } else { ", " });
            }
            sql.push(')');
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for door in some {
                query = query.bind(i64::from(door.0));
            }
            for row in query.fetch_all(&self.pool).await? {
                let door = checkpoints::number(row.try_get(0)?)?;
                pairs.push((door, checkpoints::number(row.try_get(1)?)?));
            }
        }
        Ok(pairs)
    }
}
