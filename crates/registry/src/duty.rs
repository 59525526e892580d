//! Duty devices and head counts.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    checkpoints,
    connect::{Registry, RegistryError, Result, count, next_number},
    everybody::{Packed, Share},
    one_time_links,
    packed::{self, Dialect},
};
use domain::{checkpoints::CheckpointNumber, duty::DeviceKind, time::UnixMs};
use sqlx::{Row, any::AnyRow};

/// Devices that are handed over as one row: some hundred kilobytes of text.
const ROW_DEVICES: usize = 1_024;

/// A duty device.
#[derive(Clone, Debug)]
pub struct Device {
    /// Number.
    pub id: i64,
    /// Its door.
    pub checkpoint: CheckpointNumber,
    /// What it is.
    pub kind: DeviceKind,
    /// What it was called when enrolled.
    pub label: String,
    /// When it was enrolled.
    pub enrolled: UnixMs,
    /// When it was revoked.
    pub revoked: Option<UnixMs>,
}

/// A device as its token finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledDevice {
    /// MAC of its token.
    pub token_mac: Vec<u8>,
    /// Number.
    pub id: i64,
    /// Its door.
    pub checkpoint: CheckpointNumber,
    /// What it is.
    pub kind: DeviceKind,
    /// Whether it was not revoked.
    pub in_use: bool,
}

fn kind(row: &AnyRow, at: usize) -> Result<DeviceKind> {
    let code: String = row.try_get(at)?;
    DeviceKind::from_code(&code).ok_or(RegistryError::Strange("duty_devices.kind"))
}

fn enrolled(row: &AnyRow) -> Result<EnrolledDevice> {
    Ok(EnrolledDevice {
        token_mac: row.try_get(0)?,
        id: row.try_get(1)?,
        checkpoint: checkpoints::number(row.try_get(2)?)?,
        kind: kind(row, 4)?,
        in_use: row.try_get::<Option<i64>, _>(3)?.is_none(),
    })
}

fn device_of_row(row: &str) -> Option<EnrolledDevice> {
    let mut fields = row.split(' ');
    Some(EnrolledDevice {
        token_mac: packed::bytes(fields.next()?)?,
        id: packed::next(&mut fields)?,
        checkpoint: checkpoints::number(packed::next(&mut fields)?).ok()?,
        in_use: packed::maybe::<i64>(fields.next()?)?.is_none(),
        kind: DeviceKind::from_code(fields.next()?)?,
    })
}

fn device(row: &AnyRow) -> Result<Device> {
    let revoked: Option<i64> = row.try_get(4)?;
    Ok(Device {
        id: row.try_get(0)?,
        checkpoint: checkpoints::number(row.try_get(1)?)?,
        kind: kind(row, 5)?,
        label: row.try_get(2)?,
        enrolled: UnixMs(row.try_get(3)?),
        revoked: revoked.map(UnixMs),
    })
}

impl Registry {
    /// Enrols a device and uses its link up; `None` when the link was used meanwhile.
    ///
    /// # Errors
    /// Of the database.
    pub async fn enrol_device(
        &self,
        link_mac: &[u8],
        token_mac: &[u8],
        checkpoint: CheckpointNumber,
        (label, kind): (&str, DeviceKind),
        line: &AuditLine,
    ) -> Result<Option<i64>> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if !one_time_links::use_up(&mut tx, link_mac, line.at).await? {
            return Ok(None);
        }
        let id = next_number(&mut tx, "duty_devices").await?;
        sqlx::query(
            "insert into duty_devices (id, checkpoint, token_mac, label, enrolled_ms, kind) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(i64::from(checkpoint.0))
        .bind(token_mac)
        .bind(label)
        .bind(line.at.0)
        .bind(kind.code())
        .execute(&mut *tx)
        .await?;
        changes::note(&mut tx, &Change::Device(id)).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// The device with this token, unless revoked.
    ///
    /// # Errors
    /// Of the database.
    pub async fn device(&self, token_mac: &[u8]) -> Result<Option<Device>> {
        let row = sqlx::query(
            "select id, checkpoint, label, enrolled_ms, revoked_ms, kind from duty_devices \
             where token_mac = $1 and revoked_ms is null",
        )
        .bind(token_mac)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(device).transpose()
    }

    /// Every device that was not revoked.
    ///
    /// # Errors
    /// Of the database.
    pub async fn enrolled_devices(&self) -> Result<Vec<EnrolledDevice>> {
        let dialect = Dialect::of_registry(self);
        let (mac, revoked) = (dialect.bytes("token_mac"), dialect.number("revoked_ms"));
        let fields = format!("{mac}, id, checkpoint, {revoked}, kind");
        let devices = Packed { fields, table: "duty_devices", joined: "", place: "id" };
        let mut enrolled = Vec::new();
        self.packed(&devices, ROW_DEVICES, Share::WHOLE, |row| {
            let device = device_of_row(row).ok_or(RegistryError::Strange("duty_devices"))?;
            enrolled.extend(Some(device).filter(|device| device.in_use));
            Ok(())
        })
        .await?;
        Ok(enrolled)
    }

    /// The device with this number, revoked or not.
    ///
    /// # Errors
    /// Of the database.
    pub async fn enrolled_device(&self, id: i64) -> Result<Option<EnrolledDevice>> {
        let row = sqlx::query(
            "select token_mac, id, checkpoint, revoked_ms, kind from duty_devices where id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(enrolled).transpose()
    }

    /// All devices of a door, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn devices_at(&self, checkpoint: CheckpointNumber) -> Result<Vec<Device>> {
        let rows = sqlx::query(
            "select id, checkpoint, label, enrolled_ms, revoked_ms, kind from duty_devices \
             where checkpoint = $1 order by id desc",
        )
        .bind(i64::from(checkpoint.0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(device).collect()
    }

    /// Revokes a device of a door; `false` when there is none in use.
    ///
    /// # Errors
    /// Of the database.
    pub async fn revoke_device(
        &self,
        id: i64,
        checkpoint: CheckpointNumber,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update duty_devices set revoked_ms = $3 \
             where id = $1 and checkpoint = $2 and revoked_ms is null",
        )
        .bind(id)
        .bind(i64::from(checkpoint.0))
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        changes::note(&mut tx, &Change::Device(id)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Counts one head at a door on a civil day (`2026-11-22`); how many there are now.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_head(&self, checkpoint: CheckpointNumber, day: &str) -> Result<i64> {
        let row = sqlx::query(
            "insert into head_counts (checkpoint, day, heads) values ($1, $2, 1) \
             on conflict (checkpoint, day) do update set heads = head_counts.heads + 1 \
             returning heads",
        )
        .bind(i64::from(checkpoint.0))
        .bind(day)
        .fetch_one(&self.writer)
        .await?;
        count(&row)
    }

    /// Heads counted at a door on a civil day.
    ///
    /// # Errors
    /// Of the database.
    pub async fn heads(&self, checkpoint: CheckpointNumber, day: &str) -> Result<i64> {
        let row = sqlx::query("select heads from head_counts where checkpoint = $1 and day = $2")
            .bind(i64::from(checkpoint.0))
            .bind(day)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map_or(Ok(0), count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_device_comes_back_with_what_it_is_and_whether_it_is_in_use() {
        let kind = DeviceKind::from_code("sign").unwrap();
        let (token_mac, checkpoint) = (vec![0, 0xff], CheckpointNumber(7));
        let in_use = EnrolledDevice { token_mac, id: 3, checkpoint, kind, in_use: true };
        assert_eq!(device_of_row("00fF 3 7 - sign").as_ref(), Some(&in_use));
        let revoked = device_of_row("00FF 3 7 1795329127001 sign");
        assert_eq!(revoked, Some(EnrolledDevice { in_use: false, ..in_use }));
        for strange in [
            "",
            "00ff 3 7 -",
            "0 3 7 - sign",
            "00ff 3 -7 - sign",
            "00ff 3 7 x sign",
            "00ff 3 7 - x",
        ] {
            assert_eq!(device_of_row(strange), None, "{strange}");
        }
    }
}
