//! PostgreSQL: two tables partitioned by day, with covering indexes, asked over one connection.

use anyhow::{Context as _, Result, ensure};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, postgres::PgRow};

use super::{Asked, Found, Told, medians};
use crate::{
    measure::Stopwatch,
    phases::ask::{Answer, NEAR_MS},
    town,
};

/// Where the server is; `cargo xtask bench` starts one and says so.
const URL_VARIABLE: &str = "VENUECODE_BENCH_POSTGRES";
const DAY_MS: i64 = 86_400_000;
/// Bytes handed to the server at a time.
const CHUNK_BYTES: usize = 1 << 20;
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const COPY_END: &[u8] = &(-1_i16).to_be_bytes();

/// Ways to have the one person's statement planned; the faster one counts.
const WAYS: [(&str, &str); 2] = [
    ("one plan for all questions", "set plan_cache_mode = force_generic_plan"),
    ("a plan for each question", "set plan_cache_mode = force_custom_plan"),
];
/// The same for the thousand.
const WAYS_TOGETHER: [(&str, &str); 2] = [
    ("a plan for the question", "set plan_cache_mode = force_custom_plan; set jit = off"),
    ("a compiled plan", "set plan_cache_mode = force_custom_plan; set jit = on"),
];

/// Loads the city, asks, and removes everything again.
pub(crate) fn ask(asked: &Asked) -> Result<Told> {
    let url = std::env::var(URL_VARIABLE).with_context(|| {
        format!("no PostgreSQL: use `cargo xtask bench`, or set {URL_VARIABLE}")
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut rival = Server { connection: PgConnection::connect(&url).await? };
        let told = rival.measure(asked).await;
        rival.run("drop table if exists by_person, by_checkpoint; checkpoint").await?;
        told
    })
}

struct Server {
    connection: PgConnection,
}

impl Server {
    async fn measure(&mut self, asked: &Asked) -> Result<Told> {
        let version: String = self.one("show server_version").await?.get(0);
        let version = version.split(' ').next().unwrap_or_default();
        let started = Stopwatch::start();
        self.load(asked).await?;
        let load_s = started.elapsed().as_secs_f64();
        let bytes: i64 = self.one(BYTES).await?.get(0);
        let mut ways = Vec::new();
        let found = self.each(asked, &mut ways).await?;
        let together = match &asked.together {
            Some((persons, _)) => Some(self.together(asked, persons, &mut ways).await?),
            None => None,
        };
        let version = format!("PostgreSQL {version}");
        Ok(Told { version, load_s, bytes: bytes.unsigned_abs(), found, together, ways })
    }

    async fn load(&mut self, asked: &Asked) -> Result<()> {
        let (from_ms, _) = town::days_of(&asked.city);
        self.run(TABLES).await?;
        for day in 0..i64::from(asked.city.plan().days) {
            let (from, to) = (from_ms + day * DAY_MS, from_ms + (day + 1) * DAY_MS);
            for table in ["by_person", "by_checkpoint"] {
                let bounds = format!("for values from ({from}) to ({to})");
                let make = format!("create table {table}_{day} partition of {table} {bounds}");
                self.run(&make).await?;
            }
        }
        self.copy(asked, "by_person", |visit, row| {
            row.extend(9_i16.to_be_bytes());
            long(row, visit.person.cast_signed());
            long(row, visit.entered_ms);
            int(row, visit.checkpoint.cast_signed());
            long(row, visit.recorded_ms);
            short(row, i16::from(visit.method));
            int(row, visit.operator.cast_signed());
            short(row, i16::from(visit.verdict));
            short(row, i16::from(visit.status));
            short(row, visit.flags.cast_signed());
        })
        .await?;
        self.copy(asked, "by_checkpoint", |visit, row| {
            row.extend(3_i16.to_be_bytes());
            int(row, visit.checkpoint.cast_signed());
            long(row, visit.entered_ms);
            long(row, visit.person.cast_signed());
        })
        .await?;
        for statement in INDEXES {
            self.run(statement).await?;
        }
        Ok(())
    }

    async fn copy(
        &mut self,
        asked: &Asked,
        table: &str,
        row: impl Fn(&visitlog::Visit, &mut Vec<u8>),
    ) -> Result<()> {
        let statement = format!("copy {table} from stdin (format binary)");
        let mut copy = self.connection.copy_in_raw(&statement).await?;
        let mut chunk = COPY_HEADER.to_vec();
        for visit in asked.city.visits() {
            row(&visit, &mut chunk);
            if chunk.len() >= CHUNK_BYTES {
                copy.send(&*chunk).await?;
                chunk.clear();
            }
        }
        chunk.extend(COPY_END);
        copy.send(&*chunk).await?;
        let rows = copy.finish().await?;
        ensure!(rows == asked.city.visits_total(), "{rows} rows were copied into {table}");
        Ok(())
    }

    /// Each person by itself, warm, in the way that is faster.
    async fn each(&mut self, asked: &Asked, ways: &mut Vec<String>) -> Result<Vec<Found>> {
        let statement = question("= $1");
        let days = town::days_of(&asked.city);
        let mut best: Option<(&str, Vec<Found>)> = None;
        for (way, setting) in WAYS {
            self.run(setting).await?;
            let mut found = Vec::new();
            for measured in [false, true] {
                for person in &asked.persons {
                    let person = person.cast_signed();
                    let one = self.timed(&statement, person, days).await?;
                    if measured {
                        found.push(one);
                    }
                }
            }
            self.run(&format!("prepare one (bigint, bigint, bigint) as {statement}")).await?;
            for (person, found) in asked.persons.iter().zip(&mut found) {
                let execute = format!("execute one ({person}, {}, {})", days.0, days.1);
                found.server_s = self.explained(&execute).await?;
            }
            self.run("deallocate one").await?;
            let faster = |best: &(&str, Vec<Found>)| medians(&found).0 < medians(&best.1).0;
            if best.as_ref().is_none_or(faster) {
                best = Some((way, found));
            }
        }
        let (way, found) = best.context("no way was tried")?;
        ways.push(format!("one person with {way}"));
        Ok(found)
    }

    async fn together(
        &mut self,
        asked: &Asked,
        persons: &[u64],
        ways: &mut Vec<String>,
    ) -> Result<Found> {
        let statement = question("= any($1)");
        let days = town::days_of(&asked.city);
        let numbers: Vec<i64> = persons.iter().map(|person| person.cast_signed()).collect();
        let listed: Vec<String> = persons.iter().map(u64::to_string).collect();
        let mut best: Option<(usize, Found)> = None;
        // Each way once, and the faster one again, now that everything has been read.
        for (index, (_, setting)) in WAYS_TOGETHER.iter().enumerate() {
            self.run(setting).await?;
            let found = self.timed(&statement, numbers.clone(), days).await?;
            if best.is_none_or(|(_, best)| found.client_s < best.client_s) {
                best = Some((index, found));
            }
        }
        let (index, mut found) = best.context("no way was tried")?;
        let (way, setting) = WAYS_TOGETHER[index];
        self.run(setting).await?;
        let again = self.timed(&statement, numbers, days).await?;
        found.client_s = found.client_s.min(again.client_s);
        self.run(&format!("prepare many (bigint[], bigint, bigint) as {statement}")).await?;
        let listed = listed.join(",");
        let execute = format!("execute many ('{{{listed}}}', {}, {})", days.0, days.1);
        found.server_s = self.explained(&execute).await?;
        self.run("deallocate many").await?;
        ways.push(format!("{} persons at once with {way}", persons.len()));
        Ok(found)
    }

    /// One question, prepared, over the wire.
    async fn timed<'q, P>(
        &mut self,
        statement: &'q str,
        persons: P,
        (from_ms, to_ms): (i64, i64),
    ) -> Result<Found>
    where
        P: 'q + sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let started = Stopwatch::start();
        let query = sqlx::query(AssertSqlSafe(statement)).bind(persons).bind(from_ms).bind(to_ms);
        let row = query.fetch_one(&mut self.connection).await?;
        let took = started.elapsed();
        let number = |column| -> Result<u64> { Ok(u64::try_from(row.try_get::<i64, _>(column)?)?) };
        Ok(Found::ours(Answer { rows: number(0)?, persons: number(1)? }, took))
    }

    /// What the server says it took to plan and to execute, seconds.
    async fn explained(&mut self, execute: &str) -> Result<f64> {
        let explain = format!("explain (analyze, timing off, format json) {execute}");
        let row = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_one(&mut self.connection).await?;
        let text: String = row.try_get_unchecked(0)?;
        let plan: serde_json::Value = serde_json::from_str(&text)?;
        let ms = |what| plan[0][what].as_f64().with_context(|| format!("no {what}"));
        Ok((ms("Planning Time")? + ms("Execution Time")?) / 1e3)
    }

    async fn one(&mut self, statement: &'static str) -> Result<PgRow> {
        Ok(sqlx::query(statement).fetch_one(&mut self.connection).await?)
    }

    async fn run(&mut self, statements: &str) -> Result<()> {
        let statements = AssertSqlSafe(statements.to_owned());
        sqlx::raw_sql(statements).execute(&mut self.connection).await?;
        Ok(())
    }
}

/// The whole visit by person; by checkpoint what the question needs.
const TABLES: &str = "
    drop table if exists by_person, by_checkpoint;
    create table by_person (
        person bigint not null, entered bigint not null, checkpoint integer not null,
        recorded bigint not null, method smallint not null, operator integer not null,
        verdict smallint not null, status smallint not null, flags smallint not null
    ) partition by range (entered);
    create table by_checkpoint (
        checkpoint integer not null, entered bigint not null, person bigint not null
    ) partition by range (entered)";

/// After loading, which is faster and leaves the indexes compact; they are never added to.
const INDEXES: [&str; 3] = [
    "create index on by_person (person, entered) include (checkpoint) with (fillfactor = 100)",
    "create index on by_checkpoint (checkpoint, entered) include (person) with (fillfactor = 100)",
    "vacuum analyze",
];

const BYTES: &str = "
    select sum(pg_total_relation_size(oid))::bigint from pg_class
    where relkind = 'r' and (relname like 'by_person_%' or relname like 'by_checkpoint_%')";

/// Grouped before it is counted: distinct persons would be sorted, which is slower.
fn question(person: &str) -> String {
    format!(
        "select coalesce(sum(entries), 0)::bigint, count(*) from (
            select c.person, count(*) as entries from by_person p join by_checkpoint c
            on c.checkpoint = p.checkpoint
            and c.entered between p.entered - {NEAR_MS} and p.entered + {NEAR_MS}
            where p.person {person} and p.entered >= $2 and p.entered < $3
            group by c.person) near"
    )
}

fn long(row: &mut Vec<u8>, value: i64) {
    row.extend(8_i32.to_be_bytes());
    row.extend(value.to_be_bytes());
}

fn int(row: &mut Vec<u8>, value: i32) {
    row.extend(4_i32.to_be_bytes());
    row.extend(value.to_be_bytes());
}

fn short(row: &mut Vec<u8>, value: i16) {
    row.extend(2_i32.to_be_bytes());
    row.extend(value.to_be_bytes());
}
