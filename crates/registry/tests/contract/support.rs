//! The two back ends a case runs on, and a way past the registry to what is stored.

use futures_util::FutureExt;
use registry::Registry;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    panic::{AssertUnwindSafe, resume_unwind},
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};
use tempfile::TempDir;

/// Where the server is on which each case makes, and drops, a database of its own.
const POSTGRES: &str = "VENUECODE_TEST_POSTGRES";

/// Runs every case named on SQLite and on PostgreSQL: `<room>::<back end>::<case>`.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::contract::support::on_sqlite(async |at| super::$case(at).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::contract::support::on_postgres(async |at| super::$case(at).await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A registry on a fresh database.
pub(crate) struct BackEnd {
    /// The registry.
    pub(crate) registry: Registry,
    /// Where its database is.
    pub(crate) url: String,
    file: Option<PathBuf>,
}

impl BackEnd {
    /// Opens the same database once more, as a second start of the program does.
    pub(crate) async fn open_again(&self) -> Result<Registry, registry::RegistryError> {
        match &self.file {
            Some(file) => Registry::open_sqlite(file).await,
            None => Registry::open(&self.url).await,
        }
    }

    /// Runs statements past the registry.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), sqlx::Error> {
        run(&self.url, sql).await
    }

    /// The one number a statement answers, past the registry.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        let number = row.try_get(0).unwrap();
        connection.close().await.unwrap();
        number
    }

    /// A text as bytes, as this back end writes them in a statement.
    pub(crate) fn bytes(&self, text: &str) -> String {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        if self.file.is_some() { format!("x'{hex}'") } else { format!("decode('{hex}', 'hex')") }
    }

    /// The columns, of all tables there are, in which these bytes are found, as bytes or as text.
    pub(crate) async fn holders(&self, value: &[u8]) -> Vec<String> {
        let hex: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        let columns = if self.file.is_some() {
            "select m.name, c.name, c.type from sqlite_master m join pragma_table_info(m.name) c \
             where m.type = 'table'"
        } else {
            "select cast(table_name as text), cast(column_name as text), cast(data_type as text) \
             from information_schema.columns where table_schema = 'public'"
        };
        let mut found = Vec::new();
        for row in sqlx::query(columns).fetch_all(&mut connection).await.unwrap() {
            let [table, column, kind]: [String; 3] = [0, 1, 2].map(|at| row.try_get(at).unwrap());
            let digits = match (self.file.is_some(), kind.as_str()) {
                (true, _) => format!("hex({column})"),
                (false, "bytea") => format!("upper(encode({column}, 'hex'))"),
                _ => format!("upper(encode(convert_to({column}::text, 'UTF8'), 'hex'))"),
            };
            let sql = format!("select count(*) from {table} where {digits} like '%{hex}%'");
            let count = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
            if count.try_get::<i64, _>(0).unwrap() > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        connection.close().await.unwrap();
        found
    }

    /// Holds that a table's numbers are 1, 2, 3 … up to its counter, `expected` of them.
    pub(crate) async fn assert_dense(&self, table: &str, key: &str, expected: i64) {
        let counter = format!("select value from counters where name = '{table}'");
        let lines = format!("select count(distinct {key}) from {table} where {key} > 0");
        let highest = format!("select coalesce(max({key}), 0) from {table}");
        assert_eq!(self.number(&lines).await, expected, "lines of {table}");
        assert_eq!(self.number(&highest).await, expected, "highest number of {table}");
        assert_eq!(self.number(&counter).await, expected, "counter of {table}");
    }
}

async fn run(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}

/// Runs a case on a SQLite file in a folder of its own.
pub(crate) async fn on_sqlite(case: impl AsyncFnOnce(&BackEnd)) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("registry.db");
    let registry = Registry::open_sqlite(&file).await.expect("SQLite: a fresh file opens");
    let url = format!("sqlite://{}", file.display());
    let at = BackEnd { registry, url, file: Some(file) };
    case(&at).await;
    at.registry.close().await;
}

/// Runs a case on a PostgreSQL database of its own, and drops that whatever comes of it.
pub(crate) async fn on_postgres(case: impl AsyncFnOnce(&BackEnd)) {
    let Ok(server) = std::env::var(POSTGRES) else {
        panic!(
            "PostgreSQL: {POSTGRES} is not set, so this half of the contract cannot be tested; \
             run `cargo xtask postgres -- cargo test -p registry`"
        );
    };
    let name = random_name();
    run(&server, &format!("create database {name}")).await.expect("PostgreSQL: a new database");
    let (head, _) = server.rsplit_once('/').expect("a URL that ends in a database");
    let url = format!("{head}/{name}");
    let outcome = AssertUnwindSafe(async {
        let registry = Registry::open(&url).await.expect("PostgreSQL: a fresh database opens");
        let at = BackEnd { registry, url: url.clone(), file: None };
        case(&at).await;
        at.registry.close().await;
    })
    .catch_unwind()
    .await;
    let dropped = run(&server, &format!("drop database {name} with (force)")).await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
    dropped.expect("PostgreSQL: the database is dropped");
}

/// A name no other run uses: the standard library seeds its hashers from the system's dice.
fn random_name() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let random = RandomState::new().hash_one(MADE.fetch_add(1, Ordering::Relaxed));
    format!("venuecode_registry_{}_{random:016x}", std::process::id())
}
