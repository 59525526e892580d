//! Links that work once. Only a MAC of the token is stored.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, RegistryError, Result},
};
use domain::{accounts::Role, time::UnixMs};
use sqlx::{AnyConnection, Row};

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkUse {
    /// Signs this account in.
    SignIn {
        /// The account.
        account: i64,
    },
    /// Waits for the second factor of this account, whose password was right.
    SecondFactor {
        /// The account.
        account: i64,
    },
    /// Sets this account's password anew.
    Password {
        /// The account.
        account: i64,
    },
    /// Makes an account.
    SetUp {
        /// Role.
        role: Role,
        /// County it is narrowed to.
        county: Option<String>,
    },
    /// Enrols a duty device.
    EnrolDuty {
        /// The door.
        checkpoint: u32,
    },
}

/// A link to be stored, or as stored.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it is for.
    pub link_use: LinkUse,
    /// Until when it works.
    pub expires: UnixMs,
}

/// Marks a link as used; `false` when it was used, is too old, or never existed.
pub(crate) async fn use_up(tx: &mut AnyConnection, mac: &[u8], now: UnixMs) -> Result<bool> {
    let done = sqlx::query(
        "update one_time_links set used_ms = $2 \
         where token_mac = $1 and used_ms is null and expires_ms > $2",
    )
    .bind(mac)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

impl Registry {
    /// Stores a link.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_link(
        &self,
        mac: &[u8],
        link: &Link,
        line: Option<&AuditLine>,
    ) -> Result<()> {
        let (purpose, account, checkpoint, role, county) = match &link.link_use {
            LinkUse::SignIn { account } => ("sign_in", Some(*account), None, None, None),
            LinkUse::SecondFactor { account } => {
                ("second_factor", Some(*account), None, None, None)
            }
            LinkUse::Password { account } => ("password", Some(*account), None, None, None),
            LinkUse::SetUp { role, county } => {
                ("set_up", None, None, Some(role.code()), county.as_deref())
            }
            LinkUse::EnrolDuty { checkpoint } => {
                ("enrol_duty", None, Some(i64::from(*checkpoint)), None, None)
            }
        };
        let mut tx = self.begin().await?;
        if let Some(line) = line {
            audit::write(&mut tx, line).await?;
        }
        sqlx::query(
            "insert into one_time_links \
             (token_mac, purpose, account_id, checkpoint, role, county, expires_ms) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(mac)
        .bind(purpose)
        .bind(account)
        .bind(checkpoint)
        .bind(role)
        .bind(county)
        .bind(link.expires.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Voids every unused link that would make an administrator; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn void_first_links(&self) -> Result<u64> {
        let done = sqlx::query(
            "delete from one_time_links \
             where purpose = 'set_up' and role = 'administrator' and used_ms is null",
        )
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    /// Voids every unused link that signs an account in or enrols a duty device; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn void_entry_links(&self) -> Result<u64> {
        let done = sqlx::query(
            "delete from one_time_links \
             where purpose in ('sign_in', 'second_factor', 'password', 'enrol_duty') \
             and used_ms is null",
        )
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    /// A link that still works at `now`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn link(&self, mac: &[u8], now: UnixMs) -> Result<Option<Link>> {
        let row = sqlx::query(
            "select purpose, account_id, checkpoint, role, county, expires_ms from one_time_links \
             where token_mac = $1 and used_ms is null and expires_ms > $2",
        )
        .bind(mac)
        .bind(now.0)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let strange = || RegistryError::Strange("one_time_links");
        let purpose: String = row.try_get(0)?;
        let account: Option<i64> = row.try_get(1)?;
        let account = account.ok_or_else(strange);
        let link_use = match purpose.as_str() {
            "sign_in" => LinkUse::SignIn { account: account? },
            "second_factor" => LinkUse::SecondFactor { account: account? },
            "password" => LinkUse::Password { account: account? },
            "set_up" => {
                let role: Option<String> = row.try_get(3)?;
                let role = role.as_deref().and_then(Role::from_code).ok_or_else(strange)?;
                LinkUse::SetUp { role, county: row.try_get(4)? }
            }
            "enrol_duty" => {
                let checkpoint: Option<i64> = row.try_get(2)?;
                let checkpoint = checkpoint.and_then(|n| u32::try_from(n).ok());
                LinkUse::EnrolDuty { checkpoint: checkpoint.ok_or_else(strange)? }
            }
            _ => return Err(strange()),
        };
        Ok(Some(Link { link_use, expires: UnixMs(row.try_get(5)?) }))
    }

    /// Forgets links that expired before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_links(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from one_time_links where expires_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
