//! What managers are told: kept for the platform, and sent by text message until that has worked.

use crate::{
    checkpoints,
    connect::{Registry, RegistryError, Result, count, next_number},
};
use domain::{
    checkpoints::CheckpointNumber,
    messages::{MessageKind, sms_due},
    time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// A message as stored.
#[derive(Clone, Debug)]
pub struct Message {
    /// Number.
    pub id: i64,
    /// When.
    pub at: UnixMs,
    /// What it says.
    pub kind: MessageKind,
    /// The door it is about.
    pub checkpoint: Option<CheckpointNumber>,
    /// What the door, or the unit, was called then.
    pub about: String,
    /// The reason, where there is one.
    pub detail: String,
    /// When its reader saw it.
    pub read: Option<UnixMs>,
    /// The inspection it is about.
    pub inspection: Option<i64>,
    /// Until when something is to be done.
    pub deadline: Option<UnixMs>,
}

/// The messages of one account that a text message is to tell of, taken by one sender.
#[derive(Clone, Debug)]
pub struct ToSend {
    /// The account.
    pub account: i64,
    /// Its phone, sealed.
    pub phone_sealed: Vec<u8>,
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// How often sending was tried, this time included.
    pub tries: i64,
    /// Until when the sender has them to itself.
    lease: UnixMs,
}

/// What a message says and of what.
pub(crate) struct News<'a> {
    pub(crate) kind: MessageKind,
    pub(crate) checkpoint: Option<i64>,
    pub(crate) about: &'a str,
    pub(crate) detail: &'a str,
    pub(crate) at: UnixMs,
}

/// The inspection that a message is about, and until when something is to be done about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfInspection {
    pub(crate) id: i64,
    pub(crate) deadline: Option<UnixMs>,
}

const COLUMNS: &str =
    "id, at_ms, kind, checkpoint, about, detail, read_ms, inspection, deadline_ms";
/// Of the column after those.
const TRIES: usize = 9;

fn message(row: &AnyRow) -> Result<Message> {
    let kind: String = row.try_get(2)?;
    let checkpoint: Option<i64> = row.try_get(3)?;
    Ok(Message {
        id: row.try_get(0)?,
        at: UnixMs(row.try_get(1)?),
        kind: MessageKind::from_code(&kind).ok_or(RegistryError::Strange("messages.kind"))?,
        checkpoint: checkpoint.map(checkpoints::number).transpose()?,
        about: row.try_get(4)?,
        detail: row.try_get(5)?,
        read: row.try_get::<Option<i64>, _>(6)?.map(UnixMs),
        inspection: row.try_get(7)?,
        deadline: row.try_get::<Option<i64>, _>(8)?.map(UnixMs),
    })
}

/// Tells an account.
pub(crate) async fn tell(tx: &mut AnyConnection, account: i64, news: &News<'_>) -> Result<()> {
    tell_of(tx, account, news, None).await
}

async fn tell_of(
    tx: &mut AnyConnection,
    account: i64,
    news: &News<'_>,
    inspection: Option<OfInspection>,
) -> Result<()> {
    let id = next_number(tx, "messages").await?;
    sqlx::query(
        "insert into messages (id, account_id, at_ms, kind, checkpoint, about, detail, \
         sms_due_ms, sms_tries, inspection, deadline_ms) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)",
    )
    .bind(id)
    .bind(account)
    .bind(news.at.0)
    .bind(news.kind.code())
    .bind(news.checkpoint)
    .bind(news.about)
    .bind(news.detail)
    .bind(sms_due(news.kind, news.at).0)
    .bind(inspection.map(|of| of.id))
    .bind(inspection.and_then(|of| of.deadline).map(|at| at.0))
    .execute(tx)
    .await?;
    Ok(())
}

/// Tells those who manage a door: its unit's manager, and its own where it has one. Nobody is told
/// of a door whose unit has no account yet.
pub(crate) async fn tell_managers(
    tx: &mut AnyConnection,
    checkpoint: i64,
    news: (MessageKind, &str),
    at: UnixMs,
) -> Result<()> {
    tell_managers_of(tx, checkpoint, news, at, None).await
}

/// The same of an inspection of the door.
pub(crate) async fn tell_managers_of(
    tx: &mut AnyConnection,
    checkpoint: i64,
    (kind, detail): (MessageKind, &str),
    at: UnixMs,
    inspection: Option<OfInspection>,
) -> Result<()> {
    let row = sqlx::query(
        "select c.name, c.door, o.account_id, c.manager_id from checkpoints c \
         join organisations o on o.id = c.organisation_id where c.number = $1",
    )
    .bind(checkpoint)
    .fetch_one(&mut *tx)
    .await?;
    let (name, door): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let about = format!("{name} {door}");
    let news = News { kind, checkpoint: Some(checkpoint), about: &about, detail, at };
    for column in [2, 3] {
        if let Some(account) = row.try_get::<Option<i64>, _>(column)? {
            tell_of(tx, account, &news, inspection).await?;
        }
    }
    Ok(())
}

impl Registry {
    /// An account's messages, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn messages_of(&self, account: i64, limit: i64, offset: i64) -> Result<Vec<Message>> {
        let sql = format!(
            "select {COLUMNS} from messages where account_id = $1 \
             order by id desc limit $2 offset $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(limit.max(0))
            .bind(offset.max(0))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(message).collect()
    }

    /// How many messages an account has, and how many of them it has not seen.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_messages_of(&self, account: i64) -> Result<(i64, i64)> {
        let row = sqlx::query(
            "select count(*), count(case when read_ms is null then 1 end) \
             from messages where account_id = $1",
        )
        .bind(account)
        .fetch_one(&self.pool)
        .await?;
        Ok((count(&row)?, row.try_get(1)?))
    }

    /// Notes that an account has seen its messages up to this number; how many were new to it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn note_read(&self, account: i64, up_to: i64, now: UnixMs) -> Result<u64> {
        let done = sqlx::query(
            "update messages set read_ms = $3 \
             where account_id = $1 and id <= $2 and read_ms is null",
        )
        .bind(account)
        .bind(up_to)
        .bind(now.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    /// Accounts that a text message is due to at `now`, longest waiting first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sms_due(&self, now: UnixMs, limit: i64) -> Result<Vec<i64>> {
        let rows = sqlx::query(
            "select account_id from messages where sms_due_ms <= $1 \
             group by account_id order by min(sms_due_ms), account_id limit $2",
        )
        .bind(now.0)
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// How many text messages told this account something since `since`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_sms_since(&self, account: i64, since: UnixMs) -> Result<i64> {
        let row = sqlx::query(
            "select count(distinct sms_sent_ms) from messages \
             where account_id = $1 and sms_sent_ms >= $2",
        )
        .bind(account)
        .bind(since.0)
        .fetch_one(&self.pool)
        .await?;
        count(&row)
    }

    /// Takes everything due to an account until `until`, for one sender alone until `lease`; `None`
    /// when another one has it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn take_to_send(
        &self,
        account: i64,
        until: UnixMs,
        lease: UnixMs,
    ) -> Result<Option<ToSend>> {
        let mut tx = self.begin().await?;
        let sql = format!(
            "update messages set sms_due_ms = $3, sms_tries = sms_tries + 1 \
             where account_id = $1 and sms_due_ms <= $2 returning {COLUMNS}, sms_tries"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(until.0)
            .bind(lease.0)
            .fetch_all(&mut *tx)
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut messages: Vec<Message> = rows.iter().map(message).collect::<Result<_>>()?;
        messages.sort_by_key(|message| message.id);
        let tries = rows
            .iter()
            .map(|row| row.try_get(TRIES))
            .try_fold(0, |most, tries| tries.map(|tries: i64| most.max(tries)))?;
        let phone = sqlx::query("select phone_sealed from accounts where id = $1")
            .bind(account)
            .fetch_one(&mut *tx)
            .await?;
        let phone_sealed = phone.try_get(0)?;
        tx.commit().await?;
        Ok(Some(ToSend { account, phone_sealed, messages, tries, lease }))
    }

    /// Notes what came of sending: it was sent at `sent`, or is to be tried again at `next`, or,
    /// without either, not any more.
    ///
    /// # Errors
    /// Of the database.
    pub async fn note_sent(
        &self,
        taken: &ToSend,
        sent: Option<UnixMs>,
        next: Option<UnixMs>,
    ) -> Result<()> {
        sqlx::query(
            "update messages set sms_due_ms = $3, sms_sent_ms = $4 \
             where account_id = $1 and sms_due_ms = $2",
        )
        .bind(taken.account)
        .bind(taken.lease.0)
        .bind(next.map(|at| at.0))
        .bind(sent.map(|at| at.0))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Puts what is due to an account off until `next`, without a try.
    ///
    /// # Errors
    /// Of the database.
    pub async fn put_off_sms(&self, account: i64, now: UnixMs, next: UnixMs) -> Result<()> {
        sqlx::query(
            "update messages set sms_due_ms = $3 where account_id = $1 and sms_due_ms <= $2",
        )
        .bind(account)
        .bind(now.0)
        .bind(next.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Gives up sending what was due before `before`: it is no news any more. How many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn drop_old_sms(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("update messages set sms_due_ms = null where sms_due_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }

    /// Forgets messages from before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_messages(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from messages where at_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
