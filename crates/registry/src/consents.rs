//! Consents: to which version of the privacy notice, when, how, and taken back.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, Result, next_number},
    offline_codes,
    people::{column, end_sessions},
};
use domain::{people::PersonNumber, privacy::WITHDRAWN, time::UnixMs};
use sqlx::{AnyConnection, Row};

/// How somebody agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentHow {
    /// By the tick on the form, with a code by text message.
    Form,
    /// By one tap, signed in.
    Tap,
    /// Aloud, to staff at a door.
    Door,
}

impl ConsentHow {
    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Tap => "tap",
            Self::Door => "door",
        }
    }

    fn from_code(code: &str) -> Self {
        match code {
            "tap" => Self::Tap,
            "door" => Self::Door,
            _ => Self::Form,
        }
    }
}

/// One step: a consent, or one taken back ([`WITHDRAWN`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentStep {
    /// Which version.
    pub version: i64,
    /// When.
    pub at: UnixMs,
    /// How.
    pub how: ConsentHow,
}

/// Writes a step down, in the transaction of what it comes with.
pub(crate) async fn note(
    tx: &mut AnyConnection,
    person: PersonNumber,
    step: &ConsentStep,
) -> Result<()> {
    let id = next_number(tx, "consents").await?;
    sqlx::query(
        "insert into consents (id, person, version, at_ms, how) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(column(person))
    .bind(step.version)
    .bind(step.at.0)
    .bind(step.how.code())
    .execute(tx)
    .await?;
    Ok(())
}

async fn set(tx: &mut AnyConnection, person: PersonNumber, version: i64) -> Result<bool> {
    let done = sqlx::query("update people set consent_version = $2 where number = $1")
        .bind(column(person))
        .bind(version)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

impl Registry {
    /// Somebody agrees to a version; `false` when there is no such person.
    ///
    /// # Errors
    /// Of the database.
    pub async fn consent(&self, person: PersonNumber, step: &ConsentStep) -> Result<bool> {
        let mut tx = self.begin().await?;
        if !set(&mut tx, person, step.version).await? {
            return Ok(false);
        }
        note(&mut tx, person, step).await?;
        changes::note(&mut tx, &Change::Person(person)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a consent back: sessions end, accounts of apps and offline codes with them.
    ///
    /// # Errors
    /// Of the database.
    pub async fn withdraw_consent(&self, person: PersonNumber, line: &AuditLine) -> Result<()> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        set(&mut tx, person, WITHDRAWN).await?;
        end_sessions(&mut tx, person).await?;
        offline_codes::revoke_all(&mut tx, person, line.at).await?;
        let step = ConsentStep { version: WITHDRAWN, at: line.at, how: ConsentHow::Tap };
        note(&mut tx, person, &step).await?;
        changes::note(&mut tx, &Change::Person(person)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A person's steps, the newest first; at most `limit`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn consents_of(&self, person: PersonNumber, limit: i64) -> Result<Vec<ConsentStep>> {
        let rows = sqlx::query(
            "select version, at_ms, how from consents where person = $1 order by id desc limit $2",
        )
        .bind(column(person))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let how: String = row.try_get(2)?;
                Ok(ConsentStep {
                    version: row.try_get(0)?,
                    at: UnixMs(row.try_get(1)?),
                    how: ConsentHow::from_code(&how),
                })
            })
            .collect()
    }
}
