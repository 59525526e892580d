//! Opening the database, running its migrations, and transactions.

use sqlx::{
    Any, AnyConnection, Row, Transaction,
    any::{AnyPoolOptions, AnyRow, install_default_drivers},
    migrate::{MigrateError, Migrator},
};
use std::{path::Path, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Most connections of one process.
const CONNECTIONS_MAX: u32 = 8;
/// How long a caller waits for a free connection.
const ACQUIRE_WAIT: Duration = Duration::from_secs(5);

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The driver's own.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// The database was written by a later version of this program.
    #[error(
        "the database is newer than this program: it has migration {0}, which is not known here. \
         Start the newer program, or restore a backup made by this one"
    )]
    Newer(i64),
    /// A migration could not be run.
    #[error("the database could not be brought up to date: {0}")]
    Migrate(MigrateError),
    /// A stored value is not one this program writes.
    #[error("the column {0} holds a value this program does not know")]
    Strange(&'static str),
}

/// A registry's answer.
pub(crate) type Result<T> = std::result::Result<T, RegistryError>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Everything that is not a visit. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry {
    pub(crate) pool: sqlx::AnyPool,
    kind: Kind,
}

impl Registry {
    /// Opens, or creates, the SQLite file.
    ///
    /// # Errors
    /// When it cannot be opened, or is newer than the program.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        // The path goes into a URL: what means something there is escaped.
        let escaped: String = path
            .to_string_lossy()
            .chars()
            .map(|c| match c {
                '%' => "%25".to_owned(),
                '?' => "%3F".to_owned(),
                '#' => "%23".to_owned(),
                ' ' => "%20".to_owned(),
                other => other.to_string(),
            })
            .collect();
        Self::open(&format!("sqlite://{escaped}?mode=rwc")).await
    }

    /// Opens the database at a `sqlite://` or `postgres://` URL and brings it up to date.
    ///
    /// # Errors
    /// When it cannot be reached, or is newer than the program.
    pub async fn open(url: &str) -> Result<Self> {
        install_default_drivers();
        let kind = if url.starts_with("postgres") { Kind::Postgres } else { Kind::Sqlite };
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_WAIT)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if kind == Kind::Sqlite {
                        for pragma in SQLITE_PRAGMAS {
                            sqlx::query(pragma).execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect(url)
            .await?;
        MIGRATIONS.run(&pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) => RegistryError::Newer(version),
            other => RegistryError::Migrate(other),
        })?;
        let registry = Self { pool, kind };
        registry.seed_regions().await?;
        Ok(registry)
    }

    /// Starts a transaction that may write. SQLite takes its write lock at once, so that two
    /// writers queue instead of failing half way.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>> {
        let begin = match self.kind {
            Kind::Sqlite => "begin immediate",
            Kind::Postgres => "begin",
        };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select cast(1 as bigint)").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes all connections, finishing what runs.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// WAL, with every commit on disk before it is answered.
const SQLITE_PRAGMAS: [&str; 4] = [
    "pragma journal_mode = wal",
    "pragma synchronous = full",
    "pragma foreign_keys = on",
    "pragma busy_timeout = 5000",
];

/// The next number of a kind of thing, dense from 1.
pub(crate) async fn next_number(tx: &mut AnyConnection, name: &'static str) -> Result<i64> {
    let row = sqlx::query("update counters set value = value + 1 where name = $1 returning value")
        .bind(name)
        .fetch_one(tx)
        .await?;
    Ok(row.try_get(0)?)
}

/// A single count.
pub(crate) fn count(row: &AnyRow) -> Result<i64> {
    Ok(row.try_get(0)?)
}
