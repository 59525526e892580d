//! The register of places, and which unit each of them is.

mod import;
mod likely;

pub use import::{ListedPlace, TakenPlaces};
pub use likely::{LikePlace, Unit, UnitDoor};

use crate::{
    audit::{self, AuditLine},
    conditions::{Conditions, begins},
    connect::{Registry, RegistryError, Result, count},
};
use domain::{places::Match, sorting::Sort, time::UnixMs};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// A place as stored.
#[derive(Clone, Debug)]
pub struct Place {
    /// Number.
    pub id: i64,
    /// Registered name.
    pub name: String,
    /// The form under which its name is compared.
    pub similar_name: String,
    /// Credit code, if it has one.
    pub credit_code: Option<String>,
    /// Address.
    pub address: String,
    /// The form under which its address is compared; may be empty.
    pub near_address: String,
    /// County code.
    pub county: String,
    /// Township code, if it is known.
    pub township: Option<String>,
    /// Category code, if it is known.
    pub category: Option<String>,
    /// Whether it is settled which unit it is.
    pub state: Match,
    /// Number and name of the unit that it is.
    pub unit: Option<(i64, String)>,
    /// How many times that was decided.
    pub round: i64,
    /// When it came in first.
    pub listed: UnixMs,
    /// When a list had it last.
    pub seen: UnixMs,
    /// When it was decided last.
    pub decided: Option<UnixMs>,
    /// Whether the last list does not have it any more.
    pub gone: bool,
    /// Whether a unit or a door has its credit code or a similar name.
    pub hinted: bool,
}

/// What the list of places is narrowed to.
#[derive(Clone, Debug)]
pub struct PlaceFilter {
    /// Whether it is settled which unit it is; `None` for all.
    pub state: Option<Match>,
    /// Those that the last list does not have any more, or those that it has.
    pub gone: bool,
    /// County code; `None` for all.
    pub county: Option<String>,
    /// Township code; `None` for all.
    pub township: Option<String>,
    /// What the category's code begins with; `None` for all.
    pub category: Option<String>,
    /// Only those with a hint of a unit, or only those without one.
    pub hinted: Option<bool>,
    /// Only those whose unit can be told without a doubt; what has two is among them.
    pub likely: bool,
    /// Listed at this time or before.
    pub listed_until: Option<UnixMs>,
    /// Part of a name, an address or a credit code; empty for all.
    pub text: String,
    /// Only numbers beyond this one.
    pub after: i64,
    /// The order.
    pub sort: Sort,
    /// Most rows.
    pub limit: i64,
    /// Rows passed over.
    pub offset: i64,
}

/// A decision about a place as it was seen.
#[derive(Clone, Debug)]
pub struct PlaceDecision {
    /// Its number.
    pub id: i64,
    /// How many times it had been decided.
    pub round: i64,
    /// What it is now.
    pub state: Match,
    /// The unit that it is.
    pub organisation: Option<i64>,
    /// The audit line.
    pub line: AuditLine,
}

const HINTED: &str = "(exists (select 1 from organisations s where s.credit_code = p.credit_code) \
    or exists (select 1 from organisations s where s.similar_name = p.similar_name) \
    or exists (select 1 from checkpoints s where s.similar_name = p.similar_name))";

/// What the rule calls sure: credit code and name, or name and address.
const LIKELY: &str = "(exists (select 1 from organisations s where s.credit_code = p.credit_code \
        and (s.similar_name = p.similar_name or exists (select 1 from checkpoints c \
            where c.organisation_id = s.id and c.similar_name = p.similar_name))) \
    or exists (select 1 from checkpoints s where s.similar_name = p.similar_name \
        and s.near_address = p.near_address and s.near_address <> '' and s.county = p.county))";

const TABLES: &str = "places p left join organisations o on o.id = p.organisation_id";

fn select() -> String {
    format!(
        "select p.id, p.name, p.similar_name, p.credit_code, p.address, p.near_address, p.county, \
         p.township, p.category, p.state, p.organisation_id, o.name, p.round, p.listed_ms, \
         p.seen_ms, p.decided_ms, p.gone, \
         cast(case when {HINTED} then 1 else 0 end as bigint) from {TABLES}"
    )
}

fn place(row: &AnyRow) -> Result<Place> {
    let state: String = row.try_get(9)?;
    let unit: Option<i64> = row.try_get(10)?;
    let name: Option<String> = row.try_get(11)?;
    let decided: Option<i64> = row.try_get(15)?;
    let (gone, hinted): (i64, i64) = (row.try_get(16)?, row.try_get(17)?);
    Ok(Place {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        similar_name: row.try_get(2)?,
        credit_code: row.try_get(3)?,
        address: row.try_get(4)?,
        near_address: row.try_get(5)?,
        county: row.try_get(6)?,
        township: row.try_get(7)?,
        category: row.try_get(8)?,
        state: Match::from_code(&state).ok_or(RegistryError::Strange("places.state"))?,
        unit: unit.zip(name),
        round: row.try_get(12)?,
        listed: UnixMs(row.try_get(13)?),
        seen: UnixMs(row.try_get(14)?),
        decided: decided.map(UnixMs),
        gone: gone != 0,
        hinted: hinted != 0,
    })
}

fn narrowed(filter: &PlaceFilter) -> Conditions {
    let mut all = Conditions::equal("p.gone", i64::from(filter.gone));
    if let Some(state) = filter.state {
        all.and(state.code(), |at| format!("p.state = {at}"));
    }
    for (column, wanted) in [("county", &filter.county), ("township", &filter.township)] {
        if let Some(code) = wanted {
            all.and(code.as_str(), |at| format!("p.{column} = {at}"));
        }
    }
    if let Some(category) = &filter.category {
        all.and(begins(category).as_str(), |at| format!("p.category like {at} escape '!'"));
    }
    if let Some(hinted) = filter.hinted {
        all.and_plain(&format!("{}{HINTED}", if hinted { "" } else { "not " }));
    }
    if filter.likely {
        all.and_plain(LIKELY);
    }
    if let Some(until) = filter.listed_until {
        all.and(until.0, |at| format!("p.listed_ms <= {at}"));
    }
    if filter.after > 0 {
        all.and(filter.after, |at| format!("p.id > {at}"));
    }
    all.and_text(&filter.text, &["p.name", "p.address", "p.credit_code"]);
    all
}

async fn decide(tx: &mut AnyConnection, decision: &PlaceDecision) -> Result<bool> {
    let done = sqlx::query(
        "update places set state = $3, organisation_id = $4, round = round + 1, decided_ms = $5 \
         where id = $1 and round = $2",
    )
    .bind(decision.id)
    .bind(decision.round)
    .bind(decision.state.code())
    .bind(decision.organisation)
    .bind(decision.line.at.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

impl Registry {
    /// Places, usually in the order in which they came in. Case does not count in the text.
    ///
    /// # Errors
    /// Of the database.
    pub async fn places(&self, filter: &PlaceFilter) -> Result<Vec<Place>> {
        let mut all = narrowed(filter);
        let (limit, offset) = (all.bind(filter.limit.max(0)), all.bind(filter.offset.max(0)));
        let order = match filter.sort {
            Sort::Usual => "p.id",
            Sort::Name => "p.name, p.id",
            Sort::Address => "p.address, p.id",
        };
        // What is looked up beside a place is looked up for the rows of the page alone.
        let sql = format!(
            "{} where p.id in (select p.id from places p where {} order by {order} limit {limit} \
             offset {offset}) order by {order}",
            select(),
            all.sql()
        );
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(place).collect()
    }

    /// How many places a filter has in all.
    ///
    /// # Errors
    /// Of the database.
    pub async fn places_total(&self, filter: &PlaceFilter) -> Result<i64> {
        let all = narrowed(filter);
        let sql = format!("select count(*) from places p where {}", all.sql());
        count(&all.query(sql).fetch_one(&self.pool).await?)
    }

    /// One place by its number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn place(&self, id: i64) -> Result<Option<Place>> {
        let sql = format!("{} where p.id = $1", select());
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(place).transpose()
    }

    /// Decides about places as they were seen, each in turn and all in one transaction; says of each
    /// whether it was. One that somebody decided meanwhile is left as it is.
    ///
    /// # Errors
    /// Of the database, and when there is no such unit; then none is decided.
    pub async fn decide_places(&self, decisions: &[PlaceDecision]) -> Result<Vec<bool>> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let mut done = Vec::with_capacity(decisions.len());
        for decision in decisions {
            let decided = decide(&mut tx, decision).await?;
            if decided {
                audit::write(&mut tx, &decision.line).await?;
            }
            done.push(decided);
        }
        tx.commit().await?;
        Ok(done)
    }
}
