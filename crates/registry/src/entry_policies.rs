//! Entry policies: one person proposes, another decides; what was agreed on is never changed.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    checkpoints,
    connect::{Registry, RegistryError, Result, count, next_number},
};
use domain::{
    checkpoints::CheckpointNumber,
    entry_policy::{AgreedPolicy, NewPolicy, Otherwise, Reach, Rules, VERSION_MAX},
    regions::RegionCode,
    time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyOutcome {
    /// Agreed on.
    Approved,
    /// Turned down by a second person.
    Refused,
    /// Taken back by whoever proposed it.
    Withdrawn,
}

impl PolicyOutcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Approved, Self::Refused, Self::Withdrawn];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// A policy as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    /// Its number.
    pub version: u32,
    /// Where it holds.
    pub reach: Reach,
    /// When it is wanted to begin, what it asks, and why.
    pub new: NewPolicy,
    /// Account of whoever proposed it.
    pub proposed_by: i64,
    /// When.
    pub proposed: UnixMs,
    /// What became of it, by which account, when.
    pub decided: Option<(PolicyOutcome, i64, UnixMs)>,
    /// Why it was refused.
    pub reason: String,
    /// From when it holds; only of one that was agreed on.
    pub begins: Option<UnixMs>,
}

/// What became of proposing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// It waits for a second person under this number.
    Waits(u32),
    /// Too many wait already.
    Full,
    /// There are no numbers left.
    NoNumber,
}

/// Proposals that wait at the same time.
const WAITING_MAX: i64 = 100;

const COLUMNS: &str = "version, checkpoint, region, category, asks, red, yellow, gray, none, \
    unknown, nucleic_acid_hours, untested, risk, no_itinerary, wanted_ms, note, proposed_by, \
    proposed_ms, decided_by, decided_ms, outcome, reason, begins_ms, \
    test_free_under, test_free_from";

fn reach(row: &AnyRow) -> Result<Reach> {
    if let Some(number) = row.try_get::<Option<i64>, _>(1)? {
        return Ok(Reach::Checkpoint(checkpoints::number(number)?));
    }
    let region: Option<String> = row.try_get(2)?;
    let region = region
        .map(|code| RegionCode::parse(&code).ok_or(RegistryError::Strange("entry_policies.region")))
        .transpose()?;
    Ok(Reach::Places { region, category: row.try_get(3)? })
}

fn rule(row: &AnyRow, at: usize) -> Result<Otherwise> {
    optional_rule(row, at)?.ok_or(RegistryError::Strange("entry_policies: a rule is missing"))
}

fn optional_rule(row: &AnyRow, at: usize) -> Result<Option<Otherwise>> {
    let code: Option<String> = row.try_get(at)?;
    let strange = RegistryError::Strange("entry_policies: a rule");
    code.map(|code| Otherwise::from_code(&code).ok_or(strange)).transpose()
}

fn years(row: &AnyRow, at: usize) -> Result<Option<u8>> {
    let years: Option<i64> = row.try_get(at)?;
    let strange = RegistryError::Strange("entry_policies: an age");
    years.map(|years| u8::try_from(years).map_err(|_| strange)).transpose()
}

fn rules(row: &AnyRow) -> Result<Option<Rules>> {
    if row.try_get::<i64, _>(4)? == 0 {
        return Ok(None);
    }
    Ok(Some(Rules {
        red: rule(row, 5)?,
        yellow: rule(row, 6)?,
        gray: rule(row, 7)?,
        none: rule(row, 8)?,
        unknown: rule(row, 9)?,
        nucleic_acid_hours_max: row.try_get(10)?,
        untested: rule(row, 11)?,
        test_free_under_years: years(row, 23)?,
        test_free_from_years: years(row, 24)?,
        risk: optional_rule(row, 12)?,
        no_itinerary: optional_rule(row, 13)?,
    }))
}

fn policy(row: &AnyRow) -> Result<PolicyRow> {
    let (by, at): (Option<i64>, Option<i64>) = (row.try_get(18)?, row.try_get(19)?);
    let outcome: Option<String> = row.try_get(20)?;
    let strange = RegistryError::Strange("entry_policies.outcome");
    let outcome = outcome.map(|code| PolicyOutcome::from_code(&code).ok_or(strange)).transpose()?;
    Ok(PolicyRow {
        version: number(row.try_get(0)?)?,
        reach: reach(row)?,
        new: NewPolicy {
            begins: row.try_get::<Option<i64>, _>(14)?.map(UnixMs),
            rules: rules(row)?,
            note: row.try_get(15)?,
        },
        proposed_by: row.try_get(16)?,
        proposed: UnixMs(row.try_get(17)?),
        decided: outcome.zip(by).zip(at).map(|((outcome, by), at)| (outcome, by, UnixMs(at))),
        reason: row.try_get(21)?,
        begins: row.try_get::<Option<i64>, _>(22)?.map(UnixMs),
    })
}

fn number(version: i64) -> Result<u32> {
    u32::try_from(version).map_err(|_| RegistryError::Strange("entry_policies.version"))
}

/// How many proposals wait; whoever proposes at the same moment waits for the audit's number.
async fn waiting(tx: &mut AnyConnection) -> Result<i64> {
    let row = sqlx::query("select count(*) from entry_policies where outcome is null")
        .fetch_one(tx)
        .await?;
    count(&row)
}

impl Registry {
    /// Keeps a proposal until a second person decides.
    ///
    /// # Errors
    /// Of the database.
    pub async fn propose_policy(
        &self,
        reach: &Reach,
        new: &NewPolicy,
        proposed_by: i64,
        line: &AuditLine,
    ) -> Result<Proposed> {
        let mut tx = self.begin().await?;
        // Also keeps two who propose at once apart.
        let version = next_number(&mut tx, "entry_policies").await?;
        if waiting(&mut tx).await? >= WAITING_MAX {
            return Ok(Proposed::Full);
        }
        if version > i64::from(VERSION_MAX) {
            return Ok(Proposed::NoNumber);
        }
        let subject = format!("通行策略 {version}");
        audit::write(&mut tx, &AuditLine { subject, ..line.clone() }).await?;
        insert(&mut tx, version, reach, new, (proposed_by, line.at)).await?;
        tx.commit().await?;
        number(version).map(Proposed::Waits)
    }

    /// Decides about a proposal that waits: agreed on or turned down by somebody else than whoever
    /// proposed it, or taken back by them. It begins when it was wanted to, or now. `false` when it
    /// does not wait, or this is not for that account to decide.
    ///
    /// # Errors
    /// Of the database.
    pub async fn decide_policy(
        &self,
        version: u32,
        (outcome, by): (PolicyOutcome, i64),
        reason: &str,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update entry_policies set outcome = $2, decided_by = $3, decided_ms = $4, \
             reason = $5, begins_ms = case when $2 <> 'approved' then null \
             when wanted_ms > $4 then wanted_ms else $4 end \
             where version = $1 and outcome is null \
             and (case when $2 = 'withdrawn' then 1 else 0 end) \
             = (case when proposed_by = $3 then 1 else 0 end)",
        )
        .bind(i64::from(version))
        .bind(outcome.code())
        .bind(by)
        .bind(line.at.0)
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if outcome == PolicyOutcome::Approved {
            changes::note(&mut tx, &Change::EntryPolicies).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// One policy or proposal.
    ///
    /// # Errors
    /// Of the database.
    pub async fn policy(&self, version: u32) -> Result<Option<PolicyRow>> {
        let sql = format!("select {COLUMNS} from entry_policies where version = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(i64::from(version))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(policy).transpose()
    }

    /// Policies and proposals, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn policies(&self, limit: i64, offset: i64) -> Result<Vec<PolicyRow>> {
        let sql = format!(
            "select {COLUMNS} from entry_policies order by version desc limit $1 offset $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(limit.max(0))
            .bind(offset.max(0))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(policy).collect()
    }

    /// Proposals that wait, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn waiting_policies(&self) -> Result<Vec<PolicyRow>> {
        let sql = format!(
            "select {COLUMNS} from entry_policies where outcome is null order by version limit $1"
        );
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(WAITING_MAX).fetch_all(&self.pool).await?;
        rows.iter().map(policy).collect()
    }

    /// How many policies and proposals there are in all.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_policies(&self) -> Result<i64> {
        let row = sqlx::query("select count(*) from entry_policies").fetch_one(&self.pool).await?;
        count(&row)
    }

    /// Everything that was agreed on and holds or will hold, and what each reach had before it.
    ///
    /// # Errors
    /// Of the database.
    pub async fn agreed_policies(&self) -> Result<Vec<AgreedPolicy>> {
        let sql = format!(
            "select {COLUMNS} from entry_policies where outcome = 'approved' order by version"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        let agreed = |row: &AnyRow| {
            let PolicyRow { version, reach, new, begins, .. } = policy(row)?;
            let begins = begins.ok_or(RegistryError::Strange("entry_policies.begins_ms"))?;
            Ok(AgreedPolicy { version, reach, begins, rules: new.rules })
        };
        rows.iter().map(agreed).collect()
    }

    /// Whether a door has this number, and in which township it lies.
    ///
    /// # Errors
    /// Of the database.
    pub async fn township_of(&self, checkpoint: CheckpointNumber) -> Result<Option<String>> {
        let row = sqlx::query("select township from checkpoints where number = $1")
            .bind(i64::from(checkpoint.0))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }
}

async fn insert(
    tx: &mut AnyConnection,
    version: i64,
    reach: &Reach,
    new: &NewPolicy,
    (proposed_by, at): (i64, UnixMs),
) -> Result<()> {
    let (checkpoint, region, category) = match reach {
        Reach::Checkpoint(number) => (Some(i64::from(number.0)), None, None),
        Reach::Places { region, category } => {
            (None, region.as_ref().map(RegionCode::as_str), category.as_deref())
        }
    };
    let of = |rule: fn(&Rules) -> Option<Otherwise>| {
        new.rules.as_ref().and_then(rule).map(Otherwise::code)
    };
    sqlx::query(
        "insert into entry_policies (version, checkpoint, region, category, asks, red, yellow, \
         gray, none, unknown, nucleic_acid_hours, untested, risk, no_itinerary, wanted_ms, note, \
         proposed_by, proposed_ms, test_free_under, test_free_from, reason) values ($1, $2, $3, $4, \
         $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '')",
    )
    .bind(version)
    .bind(checkpoint)
    .bind(region)
    .bind(category)
    .bind(i64::from(new.rules.is_some()))
    .bind(of(|rules| Some(rules.red)))
    .bind(of(|rules| Some(rules.yellow)))
    .bind(of(|rules| Some(rules.gray)))
    .bind(of(|rules| Some(rules.none)))
    .bind(of(|rules| Some(rules.unknown)))
    .bind(new.rules.and_then(|rules| rules.nucleic_acid_hours_max))
    .bind(of(|rules| Some(rules.untested)))
    .bind(of(|rules| rules.risk))
    .bind(of(|rules| rules.no_itinerary))
    .bind(new.begins.map(|at| at.0))
    .bind(new.note.as_str())
    .bind(proposed_by)
    .bind(at.0)
    .bind(new.rules.and_then(|rules| rules.test_free_under_years).map(i64::from))
    .bind(new.rules.and_then(|rules| rules.test_free_from_years).map(i64::from))
    .execute(tx)
    .await?;
    Ok(())
}
