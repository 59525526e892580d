//! Accounts of entry apps: whose they are, and which sign-ins have been used.

use crate::{
    connect::{Registry, Result},
    people::{PERSON, Person, column, person},
};
use domain::{people::PersonNumber, time::UnixMs};
use sqlx::{AssertSqlSafe, Row};

impl Registry {
    /// Says whose an account of an app is from now on; `false` when it is somebody's already, who
    /// keeps it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn bind_entry_identity(
        &self,
        app: &'static str,
        external_index: &[u8],
        person: PersonNumber,
        at: UnixMs,
    ) -> Result<bool> {
        let done = sqlx::query(
            "insert into entry_identities (app, external_index, person, bound_ms) \
             values ($1, $2, $3, $4) on conflict (app, external_index) do nothing",
        )
        .bind(app)
        .bind(external_index)
        .bind(column(person))
        .bind(at.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whose an account of an app is.
    ///
    /// # Errors
    /// Of the database.
    pub async fn person_by_entry_identity(
        &self,
        app: &'static str,
        external_index: &[u8],
    ) -> Result<Option<Person>> {
        let sql = format!(
            "select {PERSON} from entry_identities e \
             join people p on p.number = e.person where e.app = $1 and e.external_index = $2"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(app)
            .bind(external_index)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(person).transpose()
    }

    /// The apps in which a person has accounts, each with when the first of them was bound; in the
    /// order of that.
    ///
    /// # Errors
    /// Of the database.
    pub async fn entry_apps_of(&self, person: PersonNumber) -> Result<Vec<(String, UnixMs)>> {
        let rows = sqlx::query(
            "select app, min(bound_ms) from entry_identities where person = $1 \
             group by app order by min(bound_ms), app",
        )
        .bind(column(person))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, UnixMs(row.try_get(1)?)))).collect()
    }

    /// Forgets a person's accounts of one app; how many they were.
    ///
    /// # Errors
    /// Of the database.
    pub async fn unbind_entry_app(&self, app: &'static str, person: PersonNumber) -> Result<u64> {
        let done = sqlx::query("delete from entry_identities where app = $1 and person = $2")
            .bind(app)
            .bind(column(person))
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }

    /// Uses a sign-in, or the code it came back with, which could be used until `expires`; `false`
    /// when it was used before.
    ///
    /// # Errors
    /// Of the database.
    pub async fn use_entry_state(&self, mac: &[u8], expires: UnixMs) -> Result<bool> {
        let done = sqlx::query(
            "insert into entry_states (state_mac, expires_ms) values ($1, $2) \
             on conflict (state_mac) do nothing",
        )
        .bind(mac)
        .bind(expires.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets what was used and could not be used any more before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_entry_states(&self, before: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from entry_states where expires_ms < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
