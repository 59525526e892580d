//! What an installation is: settled at its first start, compared at every later one.

use crate::{
    changes::{self, Change},
    connect::{Registry, Result},
};
use sqlx::Row;

const KIND: &str = "kind";
const KEY_CHECK: &str = "key_check";
const PUBLIC_URL: &str = "public_url";
const SESSION_KEYS: &str = "session_keys";

/// What the first start settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Whether people and places are invented, or real.
    pub kind: String,
    /// What the vault makes of a constant; another key makes something else of it.
    pub key_check: String,
    /// The address that posters carry, once it was given.
    pub public_url: Option<String>,
}

impl Registry {
    /// What was settled, if anything was.
    ///
    /// # Errors
    /// Of the database.
    pub async fn installation(&self) -> Result<Option<Installation>> {
        let rows =
            sqlx::query("select name, value from installation").fetch_all(&self.pool).await?;
        let (mut kind, mut key_check, mut public_url) = (None, None, None);
        for row in rows {
            let value = Some(row.try_get(1)?);
            match row.try_get::<String, _>(0)?.as_str() {
                KIND => kind = value,
                KEY_CHECK => key_check = value,
                PUBLIC_URL => public_url = value,
                _ => {}
            }
        }
        let settled = kind.zip(key_check);
        Ok(settled.map(|(kind, key_check)| Installation { kind, key_check, public_url }))
    }

    /// Settles kind and key check, unless somebody did: what is settled then comes from
    /// [`Self::installation`].
    ///
    /// # Errors
    /// Of the database.
    pub async fn settle_installation(&self, kind: &str, key_check: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        for (name, value) in [(KIND, kind), (KEY_CHECK, key_check)] {
            sqlx::query(
                "insert into installation (name, value) values ($1, $2) \
                 on conflict (name) do nothing",
            )
            .bind(name)
            .bind(value)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Keeps the address that posters carry, in place of the one before.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_public_url(&self, public_url: &str) -> Result<()> {
        sqlx::query(
            "insert into installation (name, value) values ($1, $2) \
             on conflict (name) do update set value = excluded.value",
        )
        .bind(PUBLIC_URL)
        .bind(public_url)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// What visitors' session keys are made with, as it was last set.
    ///
    /// # Errors
    /// Of the database.
    pub async fn session_keys(&self) -> Result<Option<String>> {
        let row = sqlx::query("select value from installation where name = $1")
            .bind(SESSION_KEYS)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Sets what visitors' session keys are made with, provided that it still is `before`; whether
    /// it was.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_session_keys(&self, before: Option<&str>, keys: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = match before {
            None => {
                sqlx::query(
                    "insert into installation (name, value) values ($1, $2) \
                     on conflict (name) do nothing",
                )
                .bind(SESSION_KEYS)
                .bind(keys)
                .execute(&mut *tx)
                .await?
            }
            Some(before) => {
                sqlx::query("update installation set value = $2 where name = $1 and value = $3")
                    .bind(SESSION_KEYS)
                    .bind(keys)
                    .bind(before)
                    .execute(&mut *tx)
                    .await?
            }
        };
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        changes::note(&mut tx, &Change::SessionKeys).await?;
        tx.commit().await?;
        Ok(true)
    }
}
