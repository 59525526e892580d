//! The review queue: which applications wait, narrowed and in the order of waiting.

use crate::{
    applications::state,
    audit::{self, AuditLine},
    checkpoints,
    connect::{Registry, Result, count},
};
use domain::{applications::State, checkpoints::CheckpointNumber, time::UnixMs};
use sqlx::{
    Any, AssertSqlSafe, Row,
    any::{AnyArguments, AnyRow},
    query::Query,
};

/// An application with what a queue shows of its checkpoint.
#[derive(Clone, Debug)]
pub struct ApplicationRow {
    /// Number.
    pub id: i64,
    /// Its checkpoint.
    pub checkpoint: CheckpointNumber,
    /// Where it stands.
    pub state: State,
    /// How many times it was submitted.
    pub round: i64,
    /// When it was last submitted.
    pub submitted: UnixMs,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Category code.
    pub category: String,
    /// Organisation's number.
    pub organisation: i64,
    /// Organisation's name.
    pub organisation_name: String,
    /// Organisation's credit code.
    pub credit_code: Option<String>,
    /// Whether something speaks against a quick yes: a checkpoint of another organisation has a
    /// similar name, the check character of the credit code differs, or another organisation has
    /// the same code.
    pub doubtful: bool,
}

/// What a queue is narrowed to.
#[derive(Clone, Debug)]
pub struct QueueFilter {
    /// State.
    pub state: State,
    /// County code; `None` for all.
    pub county: Option<String>,
    /// Township code; `None` for all.
    pub township: Option<String>,
    /// Category or group of categories: what the category's code begins with; `None` for all.
    pub category: Option<String>,
    /// Submitted at this time or before.
    pub submitted_until: Option<UnixMs>,
    /// Only doubtful ones, or only those that are not.
    pub doubtful: Option<bool>,
    /// Part of a name, door or address; empty for all.
    pub text: String,
    /// Most rows.
    pub limit: i64,
    /// Rows passed over.
    pub offset: i64,
}

/// One application that is to be approved among others.
#[derive(Clone, Debug)]
pub struct ToApprove {
    /// Its number.
    pub id: i64,
    /// The submission that was looked at.
    pub round: i64,
    /// Venue codes and short numbers, of which the first free one is taken.
    pub codes: Vec<(String, String)>,
    /// The audit line.
    pub line: AuditLine,
}

const COLUMNS: &str = "a.id, a.checkpoint, a.state, a.round, a.submitted_ms, c.name, c.door, \
    c.address, c.county, c.township, c.category, o.id, o.name, o.credit_code";

const TABLES: &str = "applications a join checkpoints c on c.number = a.checkpoint \
    join organisations o on o.id = c.organisation_id";

/// Whether an application is doubtful. Both sides of `<>` are asked for, so that a unit with
/// thousands of doors of one name is passed over in one step of the index.
const DOUBTFUL: &str = "(o.credit_differs = 1 \
    or exists (select 1 from checkpoints s where s.similar_name = c.similar_name \
        and s.organisation_id < c.organisation_id) \
    or exists (select 1 from checkpoints s where s.similar_name = c.similar_name \
        and s.organisation_id > c.organisation_id) \
    or exists (select 1 from organisations s where s.credit_code = o.credit_code \
        and s.id < o.id) \
    or exists (select 1 from organisations s where s.credit_code = o.credit_code \
        and s.id > o.id))";

/// A condition with what is bound in it: only what narrows stands in the statement, so that each
/// has an index of its own.
struct Narrowed {
    sql: String,
    bound: Vec<Bound>,
    /// Whether all of it is about the table of applications.
    plain: bool,
}

enum Bound {
    Text(String),
    Number(i64),
}

impl Narrowed {
    fn by(filter: &QueueFilter) -> Self {
        let mut all = Self {
            sql: "a.state = $1".to_owned(),
            bound: vec![Bound::Text(filter.state.code().to_owned())],
            plain: true,
        };
        for (column, wanted) in [("county", &filter.county), ("township", &filter.township)] {
            if let Some(code) = wanted {
                let at = all.bind(Bound::Text(code.clone()));
                all.sql.push_str(&format!(" and a.{column} = ${at}"));
            }
        }
        if let Some(until) = filter.submitted_until {
            let at = all.bind(Bound::Number(until.0));
            all.sql.push_str(&format!(" and a.submitted_ms <= ${at}"));
        }
        if let Some(category) = &filter.category {
            let at = all.bind(Bound::Text(begins(category)));
            all.sql.push_str(&format!(" and c.category like ${at} escape '!'"));
            all.plain = false;
        }
        if let Some(doubtful) = filter.doubtful {
            all.sql.push_str(if doubtful { " and " } else { " and not " });
            all.sql.push_str(DOUBTFUL);
            all.plain = false;
        }
        all.search(&filter.text);
        all
    }

    fn search(&mut self, text: &str) {
        let pattern = contains(text);
        if pattern.is_empty() {
            return;
        }
        let at = self.bind(Bound::Text(pattern));
        let one = |column: &str| format!("lower({column}) like lower(${at}) escape '!'");
        let any = ["c.name", "c.door", "c.address", "o.name"].map(one).join(" or ");
        self.sql.push_str(&format!(" and ({any})"));
        self.plain = false;
    }

    /// The number under which a value stands in the statement.
    fn bind(&mut self, value: Bound) -> usize {
        self.bound.push(value);
        self.bound.len()
    }

    fn query<'a>(self, sql: String) -> Query<'a, Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(sql));
        self.bound.into_iter().fold(query, |query, value| match value {
            Bound::Text(text) => query.bind(text),
            Bound::Number(number) => query.bind(number),
        })
    }
}

/// Most characters of a typed text that are compared: more than any name, door or address has, so
/// a longer text finds nothing either way, and within what SQLite takes (50,000 bytes).
const PATTERN_CHARS_MAX: usize = 500;

/// `%` and `_` of a typed text mean themselves in `like … escape '!'`. PostgreSQL takes no NUL in
/// a text; none is stored, so none is looked for.
fn literal(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c != '\0').take(PATTERN_CHARS_MAX).collect();
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn contains(text: &str) -> String {
    let text = literal(text);
    if text.is_empty() { text } else { format!("%{text}%") }
}

fn begins(text: &str) -> String {
    format!("{}%", literal(text))
}

fn application(row: &AnyRow) -> Result<ApplicationRow> {
    let doubtful: i64 = row.try_get(14)?;
    Ok(ApplicationRow {
        id: row.try_get(0)?,
        checkpoint: checkpoints::number(row.try_get(1)?)?,
        state: state(row.try_get(2)?)?,
        round: row.try_get(3)?,
        submitted: UnixMs(row.try_get(4)?),
        name: row.try_get(5)?,
        door: row.try_get(6)?,
        address: row.try_get(7)?,
        county: row.try_get(8)?,
        township: row.try_get(9)?,
        category: row.try_get(10)?,
        organisation: row.try_get(11)?,
        organisation_name: row.try_get(12)?,
        credit_code: row.try_get(13)?,
        doubtful: doubtful == 1,
    })
}

/// What is read of an application; the last column says whether it is doubtful.
fn select() -> String {
    format!(
        "select {COLUMNS}, cast(case when {DOUBTFUL} then 1 else 0 end as bigint) from {TABLES}"
    )
}

impl Registry {
    /// Applications in a state, longest waiting first. Case does not count in the text.
    ///
    /// # Errors
    /// Of the database.
    pub async fn queue(&self, filter: &QueueFilter) -> Result<Vec<ApplicationRow>> {
        let mut all = Narrowed::by(filter);
        let limit = all.bind(Bound::Number(filter.limit.max(0)));
        let offset = all.bind(Bound::Number(filter.offset.max(0)));
        let sql = format!(
            "{} where {} order by a.submitted_ms, a.id limit ${limit} offset ${offset}",
            select(),
            all.sql
        );
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(application).collect()
    }

    /// How many applications a filter has in all.
    ///
    /// # Errors
    /// Of the database.
    pub async fn queue_total(&self, filter: &QueueFilter) -> Result<i64> {
        let all = Narrowed::by(filter);
        let tables = if all.plain { "applications a" } else { TABLES };
        let sql = format!("select count(*) from {tables} where {}", all.sql);
        count(&all.query(sql).fetch_one(&self.pool).await?)
    }

    /// One application by its number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn application(&self, id: i64) -> Result<Option<ApplicationRow>> {
        let sql = format!("{} where a.id = $1", select());
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(application).transpose()
    }

    /// Approves, in one transaction, each application that still waits, is still the submission that
    /// was looked at, and is not doubtful; says of each whether it was. One whose codes are all in
    /// use is left waiting.
    ///
    /// # Errors
    /// Of the database; then none is approved.
    pub async fn approve_many(&self, rows: &[ToApprove]) -> Result<Vec<bool>> {
        let mut tx = self.begin().await?;
        let sql = format!(
            "select a.id from {TABLES} where a.id = $1 and a.round = $2 and a.state = 'submitted' \
             and not {DOUBTFUL}"
        );
        let mut approved = Vec::with_capacity(rows.len());
        for row in rows {
            let found = sqlx::query(AssertSqlSafe(sql.as_str()))
                .bind(row.id)
                .bind(row.round)
                .fetch_optional(&mut *tx)
                .await?;
            let code = checkpoints::free_code(&mut tx, &row.codes).await?;
            let (Some(_), Some((code, short))) = (found, code) else {
                approved.push(false);
                continue;
            };
            audit::write(&mut tx, &row.line).await?;
            let seen = (row.id, row.round);
            approved
                .push(crate::applications::approve(&mut tx, seen, code, short, &row.line).await?);
        }
        tx.commit().await?;
        Ok(approved)
    }
}

#[cfg(test)]
mod tests {
    use super::{PATTERN_CHARS_MAX, contains};

    #[test]
    fn typed_wildcards_mean_themselves() {
        assert_eq!(contains(""), "");
        assert_eq!(contains("50%_!"), "%50!%!_!!%");
        assert_eq!(contains("\0"), "");
        assert_eq!(contains(&"门".repeat(600)).chars().count(), PATTERN_CHARS_MAX + 2);
    }
}
