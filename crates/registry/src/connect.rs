//! Opening the database, running its migrations, and transactions.

use sqlx::{
    Any, AnyConnection, Row, Transaction,
    any::{AnyPoolOptions, AnyRow, install_default_drivers},
    migrate::{MigrateError, Migrator},
};
use std::{io, path::Path, time::Duration};

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
        let url = sqlite_url(path).map_err(sqlx::Error::Io)?;
        Self::open(&url).await
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

/// The URL that means this file and no other: the folder is resolved here, since what reads the URL
/// would drop `..` without asking the disk and take a relative path's first part for a host.
fn sqlite_url(path: &Path) -> io::Result<String> {
    let path = std::path::absolute(path)?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    };
    let whole = folder.canonicalize()?.join(name);
    let Some(text) = whole.to_str() else {
        let reason = "the database's path is not UTF-8";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    };
    let mut url = "sqlite://".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url.push_str("?mode=rwc");
    Ok(url)
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

/// Gives back the number that this transaction took last. The counter's row is locked until the
/// transaction ends, so nobody has taken the next one.
pub(crate) async fn give_back(tx: &mut AnyConnection, name: &'static str) -> Result<()> {
    sqlx::query("update counters set value = value - 1 where name = $1")
        .bind(name)
        .execute(tx)
        .await?;
    Ok(())
}

/// A single count.
pub(crate) fn count(row: &AnyRow) -> Result<i64> {
    Ok(row.try_get(0)?)
}
