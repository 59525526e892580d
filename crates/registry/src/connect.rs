//! Opening the database, running its migrations, and transactions.

use sqlx::{
    Any, AnyConnection, AnyPool, Connection, Row, Transaction,
    any::{AnyPoolOptions, AnyRow, install_default_drivers},
    migrate::{MigrateError, Migrator},
};
use std::{io, ops::Range, path::Path, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Most connections of one process; SQLite has one more, which writes.
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

impl RegistryError {
    /// Whether all connections were in use for too long: a matter of load, not of a fault.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::PoolTimedOut))
    }

    /// Whether something was to be inserted that there is already.
    pub(crate) fn is_there_already(&self) -> bool {
        let Self::Sql(sqlx::Error::Database(error)) = self else { return false };
        error.is_unique_violation()
    }
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
    /// For what reads; on SQLite nothing can be written with it.
    pub(crate) pool: AnyPool,
    /// For what writes. SQLite lets one write at a time, and has the others ask again and again, some
    /// of them in vain while more come: there this is one connection, for which everybody waits in the
    /// order of asking. PostgreSQL lets many write: there it is `pool`.
    pub(crate) writer: AnyPool,
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
        let (pool, writer) = match kind {
            Kind::Sqlite => {
                // The writer comes first: it makes the file.
                let writer = sqlite(1, &SQLITE_PRAGMAS).connect(url).await?;
                let reader = [&SQLITE_PRAGMAS[..], &["pragma query_only = on"]].concat();
                (sqlite(CONNECTIONS_MAX, &reader).connect(url).await?, writer)
            }
            Kind::Postgres => {
                let pool = up_to(CONNECTIONS_MAX).connect(url).await?;
                (pool.clone(), pool)
            }
        };
        let registry = Self { pool, writer, kind };
        if let Err(error) = registry.bring_up_to_date().await {
            // A lock taken for the migrations goes with its connection.
            registry.close().await;
            return Err(error);
        }
        Ok(registry)
    }

    async fn bring_up_to_date(&self) -> Result<()> {
        MIGRATIONS.run(&self.writer).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) => RegistryError::Newer(version),
            other => RegistryError::Migrate(other),
        })?;
        self.seed_regions().await?;
        self.seed_categories().await?;
        self.fill_in_forms().await
    }

    /// Starts a transaction that may write. SQLite takes its write lock at once, so that whoever
    /// writes from another process waits instead of failing half way.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>> {
        let begin = match self.kind {
            Kind::Sqlite => "begin immediate",
            Kind::Postgres => "begin",
        };
        Ok(self.writer.begin_with(begin).await?)
    }

    /// Whether this is SQLite, whose pages are this process's own, and which lets one write at a time.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.kind == Kind::Sqlite
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select cast(1 as bigint)").execute(&self.pool).await?;
        Ok(())
    }

    /// Writes what an SQLite registry holds at this moment to a new file, while it is in use, and
    /// answers `true`. PostgreSQL has tools of its own for that: nothing is written, `false`.
    ///
    /// # Errors
    /// When the file is there already or cannot be written; part of it may be there then.
    pub async fn copy_to(&self, file: &Path) -> Result<bool> {
        if self.kind == Kind::Postgres {
            return Ok(false);
        }
        let Some(name) = file.to_str() else {
            let reason = "the copy's path is not UTF-8";
            return Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::InvalidInput, reason)).into());
        };
        // On a connection of its own: those that read may write nowhere, and the one that writes is for
        // whoever waits meanwhile.
        let mut connection = AnyConnection::connect_with(&self.pool.connect_options()).await?;
        sqlx::query("vacuum into $1").bind(name).execute(&mut connection).await?;
        connection.close().await?;
        Ok(true)
    }

    /// Closes all connections, finishing what runs.
    pub async fn close(&self) {
        self.pool.close().await;
        self.writer.close().await;
    }
}

fn up_to(most: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(most).acquire_timeout(ACQUIRE_WAIT)
}

/// Connections to a file, each of which begins with these statements. They cannot break and cost a
/// thread each: all are opened at once and kept, and none is asked whether it is still there. When
/// thousands scan, whatever goes to another thread and back takes a tenth of a second, and opening
/// one took 2 to 4.
fn sqlite(count: u32, pragmas: &[&'static str]) -> AnyPoolOptions {
    let pragmas = pragmas.to_vec();
    up_to(count)
        .min_connections(count)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let pragmas = pragmas.clone();
            Box::pin(async move {
                for pragma in pragmas {
                    sqlx::query(pragma).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
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

/// The next `count` numbers of a kind of thing, in order.
pub(crate) async fn next_numbers(
    tx: &mut AnyConnection,
    name: &'static str,
    count: usize,
) -> Result<Range<i64>> {
    let count = i64::try_from(count).map_err(|_| RegistryError::Strange("counters.value"))?;
    let row = sqlx::query("update counters set value = value + $2 where name = $1 returning value")
        .bind(name)
        .bind(count)
        .fetch_one(tx)
        .await?;
    let last: i64 = row.try_get(0)?;
    Ok(last - count + 1..last + 1)
}

/// Gives back the `count` numbers that this transaction took last. The counter's row is locked until the
/// transaction ends, so nobody has taken the next one.
pub(crate) async fn give_back(
    tx: &mut AnyConnection,
    name: &'static str,
    count: usize,
) -> Result<()> {
    let count = i64::try_from(count).map_err(|_| RegistryError::Strange("counters.value"))?;
    if count > 0 {
        sqlx::query("update counters set value = value - $2 where name = $1")
            .bind(name)
            .bind(count)
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// A single count.
pub(crate) fn count(row: &AnyRow) -> Result<i64> {
    Ok(row.try_get(0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    async fn fresh() -> (TempDir, Registry) {
        let folder = TempDir::new().unwrap();
        let registry = Registry::open_sqlite(&folder.path().join("registry.db")).await.unwrap();
        (folder, registry)
    }

    async fn number(connection: &mut AnyConnection, sql: &'static str) -> i64 {
        sqlx::query(sql).fetch_one(connection).await.unwrap().try_get(0).unwrap()
    }

    #[tokio::test]
    async fn every_connection_to_sqlite_keeps_what_it_answers() {
        let (_folder, registry) = fresh().await;
        assert_eq!(registry.pool.size(), CONNECTIONS_MAX, "all are there from the beginning");
        let mut held = Vec::new();
        for _ in 0..CONNECTIONS_MAX {
            let mut one = registry.pool.acquire().await.unwrap();
            assert_eq!(number(&mut one, "pragma synchronous").await, 2, "full");
            assert_eq!(number(&mut one, "pragma foreign_keys").await, 1);
            assert_eq!(number(&mut one, "pragma busy_timeout").await, 5000);
            let row = sqlx::query("pragma journal_mode").fetch_one(&mut *one).await.unwrap();
            assert_eq!(row.try_get::<String, _>(0).unwrap(), "wal");
            held.push(one);
        }
        assert_eq!(registry.pool.size(), CONNECTIONS_MAX);
    }

    #[tokio::test]
    async fn a_transaction_on_sqlite_has_the_write_lock_from_its_start() {
        let (folder, registry) = fresh().await;
        // As another process has it.
        let file = folder.path().join("registry.db");
        let elsewhere = sqlite(1, &[]).connect(&sqlite_url(&file).unwrap()).await.unwrap();
        let mut other = elsewhere.acquire().await.unwrap();
        sqlx::query("pragma busy_timeout = 0").execute(&mut *other).await.unwrap();
        let write = "update counters set value = value where name = 'audit'";
        sqlx::query(write).execute(&mut *other).await.unwrap();

        let tx = registry.begin().await.unwrap();
        let refused = sqlx::query(write).execute(&mut *other).await.unwrap_err();
        assert!(refused.to_string().contains("database is locked"), "{refused}");
        tx.rollback().await.unwrap();
        sqlx::query(write).execute(&mut *other).await.unwrap();
    }

    #[tokio::test]
    async fn whoever_writes_to_sqlite_waits_their_turn_and_whoever_reads_waits_for_nobody() {
        let (_folder, registry) = fresh().await;
        let first = registry.begin().await.unwrap();
        let (served, mut in_turn) = tokio::sync::mpsc::unbounded_channel();
        for asked in 0..4 * CONNECTIONS_MAX {
            let (registry, served) = (registry.clone(), served.clone());
            tokio::spawn(async move {
                let mut tx = registry.begin().await.unwrap();
                next_number(&mut tx, "audit").await.unwrap();
                served.send(asked).unwrap();
                tx.commit().await.unwrap();
            });
            // Until it waits: the runtime has one thread.
            tokio::task::yield_now().await;
        }
        registry.ping().await.unwrap();
        assert!(in_turn.is_empty(), "nobody writes while another one does");
        first.commit().await.unwrap();
        for asked in 0..4 * CONNECTIONS_MAX {
            assert_eq!(in_turn.recv().await, Some(asked));
        }
    }

    #[tokio::test]
    async fn what_reads_sqlite_cannot_write_it() {
        let (_folder, registry) = fresh().await;
        let write = "update counters set value = value where name = 'audit'";
        let refused = sqlx::query(write).execute(&registry.pool).await.unwrap_err();
        assert!(refused.to_string().contains("readonly"), "{refused}");
        sqlx::query(write).execute(&registry.writer).await.unwrap();
    }

    #[tokio::test]
    async fn a_copy_is_made_while_somebody_writes_and_has_what_was_there_before() {
        let (folder, registry) = fresh().await;
        let copy = folder.path().join("copy.db");
        let mut tx = registry.begin().await.unwrap();
        assert_eq!(next_number(&mut tx, "audit").await.unwrap(), 1);
        assert!(registry.copy_to(&copy).await.unwrap());
        tx.commit().await.unwrap();
        assert!(registry.copy_to(&copy).await.is_err(), "nothing is written over");
        let copied = Registry::open_sqlite(&copy).await.unwrap();
        let mut tx = copied.begin().await.unwrap();
        assert_eq!(next_number(&mut tx, "audit").await.unwrap(), 1, "as it was");
    }

    #[tokio::test]
    async fn a_dropped_transaction_is_undone_and_lets_go_of_the_lock() {
        let (_folder, registry) = fresh().await;
        for _ in 0..2 * CONNECTIONS_MAX {
            let mut tx = registry.begin().await.unwrap();
            assert_eq!(next_number(&mut tx, "audit").await.unwrap(), 1);
            drop(tx);
        }
        let mut tx = registry.begin().await.unwrap();
        assert_eq!(next_number(&mut tx, "audit").await.unwrap(), 1);
        give_back(&mut tx, "audit", 1).await.unwrap();
        assert_eq!(next_number(&mut tx, "audit").await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn any_folder_and_any_name_of_a_file_opens_and_no_other() {
        let folder = TempDir::new().unwrap();
        let awkward = [
            "a b",
            "a#b",
            "a?mode=ro",
            "a%20b",
            "50%",
            "阜阳 场所码",
            "𠮷",
            "a[b]:c@d\\e",
            "a\tb&c=d+e;'\"",
        ];
        for name in awkward {
            let inner = folder.path().join(name);
            std::fs::create_dir(&inner).unwrap();
            let file = inner.join(format!("{name}.db"));
            Registry::open_sqlite(&file).await.unwrap().close().await;
            assert!(file.is_file(), "{name}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), awkward.len());
    }

    #[test]
    fn a_relative_path_is_resolved_and_a_folder_that_is_not_there_is_named_so() {
        let here = std::env::current_dir().unwrap().canonicalize().unwrap();
        let url = sqlite_url(Path::new("src/../registry.db")).unwrap();
        assert!(url.ends_with("/registry.db?mode=rwc") && !url.contains(".."), "{url}");
        let plain = here
            .to_str()
            .unwrap()
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/-_".contains(&b));
        if plain {
            assert_eq!(url, format!("sqlite://{}/registry.db?mode=rwc", here.display()));
        }
        let missing = sqlite_url(Path::new("not there/registry.db")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert_eq!(sqlite_url(Path::new("/")).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
