//! One-time codes sent by text message. Only a MAC of the code is stored.

use crate::connect::{Registry, Result};
use domain::time::UnixMs;
use sqlx::Row;

/// What became of a code to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutCode {
    /// Stored, in place of the one before.
    Stored,
    /// One was sent too short a time ago.
    TooSoon,
    /// So many were sent that day: of what.
    DayIsFull(SmsCount),
}

/// What codes of a day are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsCount {
    /// One phone, for one use.
    Phone,
    /// One address that asks for them.
    Address,
    /// Everything that is sent.
    House,
}

/// Most codes of a day.
#[derive(Clone, Copy, Debug)]
pub struct SmsDay<'a> {
    /// By what they are counted.
    pub by: SmsCount,
    /// Which phone or address, as a blind index; empty for the house.
    pub subject: &'a [u8],
    /// How many.
    pub max: i64,
}

impl SmsDay<'_> {
    /// Under which name it is counted. Uses of codes have none of these.
    fn name(&self, code_use: &'static str) -> &'static str {
        match self.by {
            SmsCount::Phone => code_use,
            SmsCount::Address => "by_address",
            SmsCount::House => "by_house",
        }
    }
}

/// A code that was sent.
#[derive(Clone, Debug)]
pub struct SmsCode {
    /// MAC of phone, use and code.
    pub code_mac: Vec<u8>,
    /// When it was sent.
    pub sent: UnixMs,
    /// Until when it works.
    pub expires: UnixMs,
    /// Wrong tries so far.
    pub tries: i64,
}

impl Registry {
    /// Stores a code in place of the one before, unless that was sent at or after `sent_before`, or
    /// the day's codes of somebody in `days` are used up. What is refused counts nowhere.
    ///
    /// # Errors
    /// Of the database.
    pub async fn put_sms_code(
        &self,
        phone_index: &[u8],
        code_use: &'static str,
        code: &SmsCode,
        sent_before: UnixMs,
        days: &[SmsDay<'_>],
    ) -> Result<PutCode> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "insert into sms_codes (phone_index, code_use, code_mac, sent_ms, expires_ms, tries) \
             values ($1, $2, $3, $4, $5, 0) on conflict (phone_index, code_use) do update set \
             code_mac = excluded.code_mac, sent_ms = excluded.sent_ms, \
             expires_ms = excluded.expires_ms, tries = 0 where sms_codes.sent_ms < $6",
        )
        .bind(phone_index)
        .bind(code_use)
        .bind(code.code_mac.as_slice())
        .bind(code.sent.0)
        .bind(code.expires.0)
        .bind(sent_before.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() != 1 {
            return Ok(PutCode::TooSoon);
        }
        for day in days {
            let counted = sqlx::query(
                "insert into sms_counts (phone_index, code_use, day_ms, sent) \
                 values ($1, $2, $3, 1) on conflict (phone_index, code_use, day_ms) do update \
                 set sent = sms_counts.sent + 1 where sms_counts.sent < $4",
            )
            .bind(day.subject)
            .bind(day.name(code_use))
            .bind(code.sent.day_start().0)
            .bind(day.max)
            .execute(&mut *tx)
            .await?;
            if counted.rows_affected() != 1 {
                return Ok(PutCode::DayIsFull(day.by));
            }
        }
        tx.commit().await?;
        Ok(PutCode::Stored)
    }

    /// Counts a try and gives the code, when it still works at `now` and has tries left. The count
    /// comes first, so that tries side by side cannot outrun it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn try_sms_code(
        &self,
        phone_index: &[u8],
        code_use: &'static str,
        now: UnixMs,
        tries_max: i64,
    ) -> Result<Option<SmsCode>> {
        let row = sqlx::query(
            "update sms_codes set tries = tries + 1 where phone_index = $1 and code_use = $2 \
             and expires_ms > $3 and tries < $4 returning code_mac, sent_ms, expires_ms, tries",
        )
        .bind(phone_index)
        .bind(code_use)
        .bind(now.0)
        .bind(tries_max)
        .fetch_optional(&self.writer)
        .await?;
        row.map(|row| {
            Ok(SmsCode {
                code_mac: row.try_get(0)?,
                sent: UnixMs(row.try_get(1)?),
                expires: UnixMs(row.try_get(2)?),
                tries: row.try_get(3)?,
            })
        })
        .transpose()
    }

    /// Forgets a code once it was used; `false` when somebody else used it first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn use_sms_code(&self, phone_index: &[u8], code_use: &'static str) -> Result<bool> {
        let done = sqlx::query("delete from sms_codes where phone_index = $1 and code_use = $2")
            .bind(phone_index)
            .bind(code_use)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets codes that expired before `before`, and how many were sent on days before; how many
    /// codes.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_sms_codes(&self, before: UnixMs) -> Result<u64> {
        sqlx::query("delete from sms_counts where day_ms < $1")
            .bind(before.day_start().0)
            .execute(&self.writer)
            .await?;
        let done = sqlx::query("delete from sms_codes where expires_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
