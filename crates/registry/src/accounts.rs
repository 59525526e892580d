//! Accounts and their sessions.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, RegistryError, Result, count, next_number},
    messages::{self, News},
};
use domain::{accounts::Role, messages::MessageKind, time::UnixMs};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// An account to be made; everything personal is sealed already.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Role.
    pub role: Role,
    /// County it is narrowed to.
    pub county: Option<String>,
    /// Name, sealed.
    pub name_sealed: Vec<u8>,
    /// Masked name, sealed.
    pub masked_sealed: Vec<u8>,
    /// Phone, sealed.
    pub phone_sealed: Vec<u8>,
    /// Blind index of the phone.
    pub phone_index: Vec<u8>,
    /// PHC string.
    pub password_hash: String,
    /// When.
    pub made: UnixMs,
}

/// An account as stored.
#[derive(Clone, Debug)]
pub struct Account {
    /// Number.
    pub id: i64,
    /// What it was made of.
    pub new: NewAccount,
    /// Wrong passwords in a row.
    pub failed_tries: i64,
    /// Locked until then.
    pub locked_until: UnixMs,
}

fn account(row: &AnyRow) -> Result<Account> {
    let role: String = row.try_get(1)?;
    Ok(Account {
        id: row.try_get(0)?,
        new: NewAccount {
            role: Role::from_code(&role).ok_or(RegistryError::Strange("accounts.role"))?,
            county: row.try_get(2)?,
            name_sealed: row.try_get(3)?,
            masked_sealed: row.try_get(4)?,
            phone_sealed: row.try_get(5)?,
            phone_index: row.try_get(6)?,
            password_hash: row.try_get(7)?,
            made: UnixMs(row.try_get(8)?),
        },
        failed_tries: row.try_get(9)?,
        locked_until: UnixMs(row.try_get(10)?),
    })
}

/// Inserts, unless the phone has an account already.
async fn insert(tx: &mut AnyConnection, new: &NewAccount) -> Result<Option<i64>> {
    let id = next_number(tx, "accounts").await?;
    let done = sqlx::query(
        "insert into accounts (id, role, county, name_sealed, masked_sealed, phone_sealed, \
         phone_index, password_hash, made_ms, failed_tries, locked_until_ms) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0) on conflict (phone_index) do nothing",
    )
    .bind(id)
    .bind(new.role.code())
    .bind(new.county.as_deref())
    .bind(new.name_sealed.as_slice())
    .bind(new.masked_sealed.as_slice())
    .bind(new.phone_sealed.as_slice())
    .bind(new.phone_index.as_slice())
    .bind(new.password_hash.as_str())
    .bind(new.made.0)
    .execute(tx)
    .await?;
    Ok((done.rows_affected() == 1).then_some(id))
}

impl Registry {
    /// Makes an account; `None` when the phone has one already. With `link`, uses that one-time
    /// link up in the same step; `None` also when the link was used meanwhile.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_account(
        &self,
        new: &NewAccount,
        link: Option<&[u8]>,
        line: &AuditLine,
    ) -> Result<Option<i64>> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if let Some(link) = link
            && !crate::one_time_links::use_up(&mut tx, link, new.made).await?
        {
            return Ok(None);
        }
        let Some(id) = insert(&mut tx, new).await? else { return Ok(None) };
        tx.commit().await?;
        Ok(Some(id))
    }

    /// The account with this number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn account(&self, id: i64) -> Result<Option<Account>> {
        let row = sqlx::query(
            "select id, role, county, name_sealed, masked_sealed, phone_sealed, phone_index, \
             password_hash, made_ms, failed_tries, locked_until_ms from accounts where id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(account).transpose()
    }

    /// The account with this phone.
    ///
    /// # Errors
    /// Of the database.
    pub async fn account_by_phone(&self, phone_index: &[u8]) -> Result<Option<Account>> {
        let row = sqlx::query(
            "select id, role, county, name_sealed, masked_sealed, phone_sealed, phone_index, \
             password_hash, made_ms, failed_tries, locked_until_ms from accounts where phone_index = $1",
        )
        .bind(phone_index)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(account).transpose()
    }

    /// The accounts of everybody but venue managers.
    ///
    /// # Errors
    /// Of the database.
    pub async fn staff_accounts(&self) -> Result<Vec<Account>> {
        let rows = sqlx::query(
            "select id, role, county, name_sealed, masked_sealed, phone_sealed, phone_index, \
             password_hash, made_ms, failed_tries, locked_until_ms from accounts \
             where role <> 'manager' order by id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(account).collect()
    }

    /// Notes a wrong password; `locked_until` is when the next try is allowed.
    ///
    /// # Errors
    /// Of the database.
    pub async fn note_failed_try(
        &self,
        id: i64,
        tries: i64,
        locked_until: UnixMs,
        line: &AuditLine,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        sqlx::query("update accounts set failed_tries = $2, locked_until_ms = $3 where id = $1")
            .bind(id)
            .bind(tries)
            .bind(locked_until.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets wrong passwords: the right one was given.
    ///
    /// # Errors
    /// Of the database.
    pub async fn forgive_tries(&self, id: i64) -> Result<()> {
        sqlx::query("update accounts set failed_tries = 0 where id = $1")
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Sets another password, opens a locked account, and ends its sessions but `keep`. With `link`,
    /// uses that one-time link up in the same step and answers `false` when it was used meanwhile. A
    /// manager is told.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_password(
        &self,
        id: i64,
        hash: &str,
        link: Option<&[u8]>,
        keep: Option<&[u8]>,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if let Some(link) = link
            && !crate::one_time_links::use_up(&mut tx, link, line.at).await?
        {
            return Ok(false);
        }
        let row = sqlx::query(
            "update accounts set password_hash = $2, failed_tries = 0, locked_until_ms = 0 \
             where id = $1 returning role",
        )
        .bind(id)
        .bind(hash)
        .fetch_one(&mut *tx)
        .await?;
        end_sessions(&mut tx, id, keep.unwrap_or_default()).await?;
        let role: String = row.try_get(0)?;
        if role == Role::Manager.code() {
            let (kind, at) = (MessageKind::PasswordReset, line.at);
            let news = News { kind, checkpoint: None, about: "账号", detail: "", at };
            messages::tell(&mut tx, id, &news).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Counts a try at the password before it is compared, so that tries side by side cannot outrun
    /// the count: how many there are now, this one included. `None` when the account is unknown,
    /// locked at `now`, or has had `tries_max` already; then nothing may be compared. A session
    /// that starts forgets them; [`Self::note_failed_try`] with 0 tries and a lock starts afresh.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_failed_try(
        &self,
        id: i64,
        now: UnixMs,
        tries_max: i64,
    ) -> Result<Option<i64>> {
        let row = sqlx::query(
            "update accounts set failed_tries = failed_tries + 1 \
             where id = $1 and locked_until_ms <= $2 and failed_tries < $3 returning failed_tries",
        )
        .bind(id)
        .bind(now.0)
        .bind(tries_max)
        .fetch_optional(&self.writer)
        .await?;
        row.as_ref().map(count).transpose()
    }

    /// Starts a session and forgets wrong tries. With `link`, uses that one-time link up in the
    /// same step and answers `false` when it was used meanwhile.
    ///
    /// # Errors
    /// Of the database.
    pub async fn start_session(
        &self,
        token_mac: &[u8],
        account: i64,
        now: UnixMs,
        link: Option<&[u8]>,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if let Some(link) = link
            && !crate::one_time_links::use_up(&mut tx, link, now).await?
        {
            return Ok(false);
        }
        sqlx::query("update accounts set failed_tries = 0, locked_until_ms = 0 where id = $1")
            .bind(account)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "insert into sessions (token_mac, account_id, made_ms, seen_ms) values ($1, $2, $3, $3)",
        )
        .bind(token_mac)
        .bind(account)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The account of a session seen at or after `seen_since`, and when it was last seen.
    ///
    /// # Errors
    /// Of the database.
    pub async fn session(
        &self,
        token_mac: &[u8],
        seen_since: UnixMs,
    ) -> Result<Option<(i64, UnixMs)>> {
        let row = sqlx::query(
            "select account_id, seen_ms from sessions where token_mac = $1 and seen_ms >= $2",
        )
        .bind(token_mac)
        .bind(seen_since.0)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok((row.try_get(0)?, UnixMs(row.try_get(1)?)))).transpose()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// Of the database.
    pub async fn touch_session(&self, token_mac: &[u8], now: UnixMs) -> Result<()> {
        sqlx::query("update sessions set seen_ms = $2 where token_mac = $1 and seen_ms < $2")
            .bind(token_mac)
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Of the database.
    pub async fn end_session(&self, token_mac: &[u8]) -> Result<()> {
        sqlx::query("delete from sessions where token_mac = $1")
            .bind(token_mac)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Ends every session of an account but `keep`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn end_other_sessions(&self, account: i64, keep: &[u8]) -> Result<u64> {
        end_sessions(&mut *self.writer.acquire().await?, account, keep).await
    }

    /// Forgets sessions last seen before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_sessions(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from sessions where seen_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}

/// Ends the sessions of an account but `keep`; how many.
async fn end_sessions(connection: &mut AnyConnection, account: i64, keep: &[u8]) -> Result<u64> {
    let done = sqlx::query("delete from sessions where account_id = $1 and token_mac <> $2")
        .bind(account)
        .bind(keep)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
