//! Layouts of posters that the authority uploaded, and which are in force.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, Result, next_number},
};
use domain::time::UnixMs;
use sqlx::{Row, any::AnyRow};

/// A layout to be kept.
#[derive(Clone, Debug)]
pub struct NewLayout {
    /// Name of the size.
    pub size: String,
    /// City or county that it is for.
    pub region: String,
    /// The file.
    pub svg: Vec<u8>,
    /// What it is called.
    pub note: String,
}

/// A layout in the list, without its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutRow {
    /// Its number, printed on posters.
    pub version: i64,
    /// Name of the size.
    pub size: String,
    /// City or county that it is for.
    pub region: String,
    /// What it is called.
    pub note: String,
    /// When it came.
    pub uploaded: UnixMs,
    /// When it was last put in force, if it ever was.
    pub begun: Option<UnixMs>,
    /// When another took its place, or it was taken back.
    pub ended: Option<UnixMs>,
}

impl LayoutRow {
    /// Whether posters follow it now.
    #[must_use]
    pub fn in_force(&self) -> bool {
        self.begun.is_some() && self.ended.is_none()
    }
}

fn layout(row: &AnyRow) -> Result<LayoutRow> {
    let (begun, ended): (Option<i64>, Option<i64>) = (row.try_get(5)?, row.try_get(6)?);
    Ok(LayoutRow {
        version: row.try_get(0)?,
        size: row.try_get(1)?,
        region: row.try_get(2)?,
        note: row.try_get(3)?,
        uploaded: UnixMs(row.try_get(4)?),
        begun: begun.map(UnixMs),
        ended: ended.map(UnixMs),
    })
}

impl Registry {
    /// Keeps a layout, not in force yet; its number, from 2 on.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_layout(&self, new: &NewLayout, line: &AuditLine) -> Result<i64> {
        let mut tx = self.begin().await?;
        let version = next_number(&mut tx, "layouts").await?;
        audit::write(&mut tx, &AuditLine { subject: format!("版式 {version}"), ..line.clone() })
            .await?;
        sqlx::query(
            "insert into layouts (version, size, region, svg, note, uploaded_ms) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(version)
        .bind(new.size.as_str())
        .bind(new.region.as_str())
        .bind(new.svg.as_slice())
        .bind(new.note.as_str())
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(version)
    }

    /// The newest layouts, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn layouts(&self, limit: i64) -> Result<Vec<LayoutRow>> {
        let rows = sqlx::query(
            "select version, size, region, note, uploaded_ms, begun_ms, ended_ms from layouts \
             order by version desc limit $1",
        )
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(layout).collect()
    }

    /// One layout with its file.
    ///
    /// # Errors
    /// Of the database.
    pub async fn layout(&self, version: i64) -> Result<Option<(LayoutRow, Vec<u8>)>> {
        let row = sqlx::query(
            "select version, size, region, note, uploaded_ms, begun_ms, ended_ms, svg \
             from layouts where version = $1",
        )
        .bind(version)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok((layout(&row)?, row.try_get(7)?))).transpose()
    }

    /// The layouts of a size that are in force, each with its region and its file.
    ///
    /// # Errors
    /// Of the database.
    pub async fn layouts_in_force(&self, size: &str) -> Result<Vec<(LayoutRow, Vec<u8>)>> {
        let rows = sqlx::query(
            "select version, size, region, note, uploaded_ms, begun_ms, ended_ms, svg \
             from layouts where size = $1 and begun_ms is not null and ended_ms is null \
             order by version",
        )
        .bind(size)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((layout(row)?, row.try_get(7)?))).collect()
    }

    /// Puts a layout in force, in place of the one of its size and region; `false` when there is
    /// none of this number, or it is in force already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn begin_layout(&self, version: i64, line: &AuditLine) -> Result<bool> {
        let mut tx = self.begin().await?;
        // Two who decide at once queue here, so that one of them ends the other's.
        next_number(&mut tx, "layouts").await?;
        crate::connect::give_back(&mut tx, "layouts", 1).await?;
        audit::write(&mut tx, line).await?;
        sqlx::query(
            "update layouts set ended_ms = $2 where begun_ms is not null and ended_ms is null \
             and version <> $1 and exists (select 1 from layouts chosen where chosen.version = $1 \
             and chosen.size = layouts.size and chosen.region = layouts.region)",
        )
        .bind(version)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        let done = sqlx::query(
            "update layouts set begun_ms = $2, ended_ms = null where version = $1 \
             and (begun_ms is null or ended_ms is not null)",
        )
        .bind(version)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a layout back; posters follow the next wider one. `false` when it is not in force.
    ///
    /// # Errors
    /// Of the database.
    pub async fn end_layout(&self, version: i64, line: &AuditLine) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update layouts set ended_ms = $2 where version = $1 and begun_ms is not null \
             and ended_ms is null",
        )
        .bind(version)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }
}
