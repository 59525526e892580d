//! Doors and units offered to whoever has a phone, and who manages a door in place of its unit's
//! manager.

use crate::{
    audit::{self, AuditLine},
    checkpoints,
    connect::{Registry, Result, count, next_number},
    messages::{self, News},
};
use domain::{
    checkpoints::CheckpointNumber, invitations::Outcome, messages::MessageKind, time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The unit.
    pub organisation: i64,
    /// The door; `None` for the whole unit.
    pub checkpoint: Option<CheckpointNumber>,
    /// Blind index of the phone.
    pub phone_index: Vec<u8>,
    /// The phone, sealed.
    pub phone_sealed: Vec<u8>,
    /// Until when it may be answered.
    pub expires: UnixMs,
}

/// An invitation that waits for an answer.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Number.
    pub id: i64,
    /// The unit.
    pub organisation: i64,
    /// The unit's name.
    pub unit: String,
    /// The door; `None` for the whole unit.
    pub checkpoint: Option<CheckpointNumber>,
    /// The door's registered name and door; empty for the whole unit.
    pub door: String,
    /// The phone, sealed.
    pub phone_sealed: Vec<u8>,
    /// When it was made.
    pub made: UnixMs,
    /// Until when it may be answered.
    pub expires: UnixMs,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is so.
    Done,
    /// There is no such invitation any more.
    Gone,
    /// Who accepts a unit has one already.
    HasUnit,
}

const SELECT: &str = "select i.id, i.organisation_id, o.name, i.checkpoint, c.name, c.door, \
    i.phone_sealed, i.made_ms, i.expires_ms from invitations i \
    join organisations o on o.id = i.organisation_id \
    left join checkpoints c on c.number = i.checkpoint";

fn invitation(row: &AnyRow) -> Result<Invitation> {
    let checkpoint: Option<i64> = row.try_get(3)?;
    let (name, door): (Option<String>, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
    Ok(Invitation {
        id: row.try_get(0)?,
        organisation: row.try_get(1)?,
        unit: row.try_get(2)?,
        checkpoint: checkpoint.map(checkpoints::number).transpose()?,
        door: format!("{} {}", name.unwrap_or_default(), door.unwrap_or_default())
            .trim()
            .to_owned(),
        phone_sealed: row.try_get(6)?,
        made: UnixMs(row.try_get(7)?),
        expires: UnixMs(row.try_get(8)?),
    })
}

/// Ends what is open of a door, or, without one, of a unit as a whole; whether there was any.
async fn end(
    tx: &mut AnyConnection,
    organisation: i64,
    checkpoint: Option<CheckpointNumber>,
    now: UnixMs,
) -> Result<bool> {
    let door = checkpoint.map_or(-1, |number| i64::from(number.0));
    let done = sqlx::query(
        "update invitations set outcome = $4, ended_ms = $3 where organisation_id = $1 \
         and coalesce(checkpoint, -1) = $2 and outcome is null and expires_ms > $3",
    )
    .bind(organisation)
    .bind(door)
    .bind(now.0)
    .bind(Outcome::Withdrawn.code())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a door from whoever manages it in place of the unit's manager, and tells them; `false`
/// when nobody does. With `unless`, not from an account with this phone.
pub(crate) async fn take_back(
    tx: &mut AnyConnection,
    checkpoint: i64,
    unless: Option<&[u8]>,
    at: UnixMs,
) -> Result<bool> {
    let found = sqlx::query(
        "select c.manager_id, c.name, c.door from checkpoints c \
         join accounts a on a.id = c.manager_id where c.number = $1 and a.phone_index <> $2",
    )
    .bind(checkpoint)
    .bind(unless.unwrap_or_default())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(found) = found else { return Ok(false) };
    clear_manager(tx, checkpoint).await?;
    let about = format!("{} {}", found.try_get::<String, _>(1)?, found.try_get::<String, _>(2)?);
    let kind = MessageKind::DoorWithdrawn;
    let news = News { kind, checkpoint: None, about: &about, detail: "", at };
    messages::tell(tx, found.try_get(0)?, &news).await?;
    Ok(true)
}

async fn clear_manager(tx: &mut AnyConnection, checkpoint: i64) -> Result<()> {
    sqlx::query("update checkpoints set manager_id = null where number = $1")
        .bind(checkpoint)
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets what was offered to other phones than the one that a door's responsible person has now,
/// and takes the door from whoever managed it with another.
pub(crate) async fn follow_phone(
    tx: &mut AnyConnection,
    checkpoint: i64,
    phone_index: &[u8],
    at: UnixMs,
) -> Result<()> {
    take_back(tx, checkpoint, Some(phone_index), at).await?;
    sqlx::query(
        "update invitations set outcome = $3, ended_ms = $2 \
         where checkpoint = $1 and outcome is null and phone_index <> $4",
    )
    .bind(checkpoint)
    .bind(at.0)
    .bind(Outcome::Withdrawn.code())
    .bind(phone_index)
    .execute(tx)
    .await?;
    Ok(())
}

impl Registry {
    /// Offers a door or a unit, in place of what was offered of it before; its number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn invite(&self, new: &NewInvitation, line: &AuditLine) -> Result<i64> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        end(&mut tx, new.organisation, new.checkpoint, line.at).await?;
        let id = next_number(&mut tx, "invitations").await?;
        sqlx::query(
            "insert into invitations (id, organisation_id, checkpoint, phone_index, phone_sealed, \
             made_ms, expires_ms) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(new.organisation)
        .bind(new.checkpoint.map(|number| i64::from(number.0)))
        .bind(new.phone_index.as_slice())
        .bind(new.phone_sealed.as_slice())
        .bind(line.at.0)
        .bind(new.expires.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Forgets an invitation that nobody was told of.
    ///
    /// # Errors
    /// Of the database.
    pub async fn unsay_invitation(&self, id: i64, line: &AuditLine) -> Result<()> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        sqlx::query("delete from invitations where id = $1 and outcome is null")
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// When this unit last invited this phone, whatever became of it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn last_invited(
        &self,
        organisation: i64,
        phone_index: &[u8],
    ) -> Result<Option<UnixMs>> {
        let row = sqlx::query(
            "select max(made_ms) from invitations where organisation_id = $1 and phone_index = $2",
        )
        .bind(organisation)
        .bind(phone_index)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(UnixMs))
    }

    /// How often this unit as a whole was offered since `since`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_unit_offers(&self, organisation: i64, since: UnixMs) -> Result<i64> {
        let row = sqlx::query(
            "select count(*) from invitations \
             where organisation_id = $1 and checkpoint is null and made_ms >= $2",
        )
        .bind(organisation)
        .bind(since.0)
        .fetch_one(&self.pool)
        .await?;
        count(&row)
    }

    /// What is open for a phone at `now`, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn invitations_for(
        &self,
        phone_index: &[u8],
        now: UnixMs,
        limit: i64,
    ) -> Result<Vec<Invitation>> {
        let sql = format!(
            "{SELECT} where i.phone_index = $1 and i.outcome is null and i.expires_ms > $2 \
             order by i.id limit $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(phone_index)
            .bind(now.0)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(invitation).collect()
    }

    /// What is open of a door at `now`, or, without one, of a unit as a whole.
    ///
    /// # Errors
    /// Of the database.
    pub async fn invitation_to(
        &self,
        organisation: i64,
        checkpoint: Option<CheckpointNumber>,
        now: UnixMs,
    ) -> Result<Option<Invitation>> {
        let sql = format!(
            "{SELECT} where i.organisation_id = $1 and coalesce(i.checkpoint, -1) = $2 \
             and i.outcome is null and i.expires_ms > $3 order by i.id desc limit 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(organisation)
            .bind(checkpoint.map_or(-1, |number| i64::from(number.0)))
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(invitation).transpose()
    }

    /// Takes back what is open of a door or a unit, and a door from whoever manages it; `false`
    /// when there is neither.
    ///
    /// # Errors
    /// Of the database.
    pub async fn withdraw_offer(
        &self,
        organisation: i64,
        checkpoint: Option<CheckpointNumber>,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let mut done = end(&mut tx, organisation, checkpoint, line.at).await?;
        if let Some(number) = checkpoint {
            done |= take_back(&mut tx, i64::from(number.0), None, line.at).await?;
        }
        if done {
            tx.commit().await?;
        }
        Ok(done)
    }

    /// Answers an invitation to the phone of this account, and tells whoever made it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn answer_invitation(
        &self,
        id: i64,
        account: i64,
        accepts: bool,
        line: &AuditLine,
    ) -> Result<Answered> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let outcome = if accepts { Outcome::Accepted } else { Outcome::Declined };
        let found = sqlx::query(
            "update invitations set outcome = $4, ended_ms = $3 \
             where id = $1 and outcome is null and expires_ms > $3 \
             and phone_index = (select a.phone_index from accounts a where a.id = $2) \
             returning organisation_id, checkpoint",
        )
        .bind(id)
        .bind(account)
        .bind(line.at.0)
        .bind(outcome.code())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(found) = found else { return Ok(Answered::Gone) };
        let (organisation, checkpoint) = (found.try_get(0)?, found.try_get(1)?);
        let answer = Answer { organisation, checkpoint, account, accepts, at: line.at };
        let answered = answer.carry_out(&mut tx).await?;
        if answered == Answered::Done {
            tx.commit().await?;
        }
        Ok(answered)
    }

    /// Lays a door down that this account manages, and tells the unit's manager; `false` when it
    /// does not.
    ///
    /// # Errors
    /// Of the database.
    pub async fn lay_down(
        &self,
        checkpoint: CheckpointNumber,
        account: i64,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let number = i64::from(checkpoint.0);
        let done = sqlx::query(
            "update checkpoints set manager_id = null where number = $1 and manager_id = $2",
        )
        .bind(number)
        .bind(account)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        messages::tell_managers(&mut tx, number, (MessageKind::DoorLeft, ""), line.at).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets invitations from before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_invitations(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from invitations where expires_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}

/// An answer that was given in time.
struct Answer {
    organisation: i64,
    checkpoint: Option<i64>,
    account: i64,
    accepts: bool,
    at: UnixMs,
}

impl Answer {
    async fn carry_out(&self, tx: &mut AnyConnection) -> Result<Answered> {
        match (self.checkpoint, self.accepts) {
            (Some(checkpoint), true) => {
                let news = (MessageKind::DoorTaken, "");
                messages::tell_managers(tx, checkpoint, news, self.at).await?;
                sqlx::query("update checkpoints set manager_id = $2 where number = $1")
                    .bind(checkpoint)
                    .bind(self.account)
                    .execute(tx)
                    .await?;
                Ok(Answered::Done)
            }
            (Some(checkpoint), false) => {
                let news = (MessageKind::DoorLeft, "");
                messages::tell_managers(tx, checkpoint, news, self.at).await?;
                Ok(Answered::Done)
            }
            (None, true) => self.take_unit(tx).await,
            (None, false) => {
                self.tell_unit(tx, MessageKind::UnitDeclined).await?;
                Ok(Answered::Done)
            }
        }
    }

    /// The unit's manager is told before it is another one.
    async fn tell_unit(&self, tx: &mut AnyConnection, kind: MessageKind) -> Result<()> {
        let row = sqlx::query("select account_id, name from organisations where id = $1")
            .bind(self.organisation)
            .fetch_one(&mut *tx)
            .await?;
        let about: String = row.try_get(1)?;
        if let Some(account) = row.try_get::<Option<i64>, _>(0)? {
            let news = News { kind, checkpoint: None, about: &about, detail: "", at: self.at };
            messages::tell(tx, account, &news).await?;
        }
        Ok(())
    }

    async fn take_unit(&self, tx: &mut AnyConnection) -> Result<Answered> {
        self.tell_unit(tx, MessageKind::UnitTaken).await?;
        let done = sqlx::query(
            "update organisations set account_id = $2 where id = $1 \
             and not exists (select 1 from organisations o where o.account_id = $2)",
        )
        .bind(self.organisation)
        .bind(self.account)
        .execute(&mut *tx)
        .await;
        match done.map_err(crate::RegistryError::from) {
            Ok(done) if done.rows_affected() == 1 => {
                // Who manages the whole unit manages its doors by that.
                sqlx::query(
                    "update checkpoints set manager_id = null \
                     where organisation_id = $1 and manager_id = $2",
                )
                .bind(self.organisation)
                .bind(self.account)
                .execute(tx)
                .await?;
                Ok(Answered::Done)
            }
            Ok(_) => Ok(Answered::HasUnit),
            Err(error) if error.is_there_already() => Ok(Answered::HasUnit),
            Err(error) => Err(error),
        }
    }
}
