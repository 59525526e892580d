//! Codes shown on a phone's screen: each is used once.

use crate::connect::{Registry, Result};
use domain::time::UnixMs;

impl Registry {
    /// Uses a code that works until `expires`; `false` when it was used before.
    ///
    /// # Errors
    /// Of the database.
    pub async fn use_code(&self, mac: &[u8], expires: UnixMs) -> Result<bool> {
        let done = sqlx::query(
            "insert into code_uses (code_mac, expires_ms) values ($1, $2) \
             on conflict (code_mac) do nothing",
        )
        .bind(mac)
        .bind(expires.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives a code back that was used for an entry which did not come about.
    ///
    /// # Errors
    /// Of the database; then the code stays used.
    pub async fn give_code_back(&self, mac: &[u8]) -> Result<()> {
        sqlx::query("delete from code_uses where code_mac = $1")
            .bind(mac)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Forgets what could not be used any more before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_code_uses(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from code_uses where expires_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
