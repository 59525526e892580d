//! Jobs that draw posters by the thousand: ordered, taken up one after another, ended, forgotten.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, RegistryError, Result, count, give_back, next_number},
};
use domain::{
    posters::{JobFault, JobForm, JobState},
    time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// Whose codes are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostersOf {
    /// The doors of an organisation.
    Organisation(i64),
    /// The doors in a county or township.
    Region(String),
}

/// A job to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPosterJob {
    /// Who ordered it.
    pub account: i64,
    /// Whose codes.
    pub of: PostersOf,
    /// Which poster: its size and print.
    pub poster: String,
    /// What it makes.
    pub form: JobForm,
    /// Codes in use when it was ordered.
    pub total: i64,
}

/// Limits that a new job is held to.
#[derive(Clone, Copy, Debug)]
pub struct PosterJobLimits {
    /// Jobs of one account that have not ended.
    pub under_way: i64,
    /// Jobs of one account that have not ended, or whose file is there.
    pub kept: i64,
    /// Jobs of all that wait.
    pub waiting: i64,
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// It waits under this number.
    Waits(i64),
    /// The account has as many under way as it may.
    UnderWay,
    /// The account has as many files as it may.
    Kept,
    /// As many wait as may.
    QueueFull,
}

/// What a job has made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrawnPosters {
    /// Posters that were to be drawn, those that could not be among them.
    pub total: i64,
    /// Those that could not be drawn.
    pub not_drawn: i64,
    /// The first of these, one a line.
    pub not_drawn_list: String,
    /// What the file is called.
    pub file_name: String,
    /// Its length.
    pub bytes: i64,
}

/// A job as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PosterJob {
    /// Number.
    pub id: i64,
    /// What was ordered.
    pub new: NewPosterJob,
    /// Where it stands.
    pub state: JobState,
    /// What it has made, once it is done.
    pub drawn: DrawnPosters,
    /// Jobs that come before it, while it waits.
    pub ahead: i64,
    /// When it was ordered.
    pub made: UnixMs,
    /// When it ended.
    pub ended: Option<UnixMs>,
}

const COLUMNS: &str = "id, account_id, organisation_id, region, poster, form, state, fault, total, \
    not_drawn, not_drawn_list, file_name, bytes, made_ms, ended_ms, \
    (select count(*) from poster_jobs o where o.state = 'waiting' and o.id < j.id)";

fn job(row: &AnyRow) -> Result<PosterJob> {
    let (organisation, region): (Option<i64>, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
    let of = match (organisation, region) {
        (Some(organisation), None) => PostersOf::Organisation(organisation),
        (None, Some(region)) => PostersOf::Region(region),
        _ => return Err(RegistryError::Strange("poster_jobs.region")),
    };
    let (form, state, fault): (String, String, String) =
        (row.try_get(5)?, row.try_get(6)?, row.try_get(7)?);
    let total = row.try_get(8)?;
    Ok(PosterJob {
        id: row.try_get(0)?,
        new: NewPosterJob {
            account: row.try_get(1)?,
            of,
            poster: row.try_get(4)?,
            form: JobForm::from_code(&form).ok_or(RegistryError::Strange("poster_jobs.form"))?,
            total,
        },
        state: JobState::from_codes(&state, &fault)
            .ok_or(RegistryError::Strange("poster_jobs.state"))?,
        drawn: DrawnPosters {
            total,
            not_drawn: row.try_get(9)?,
            not_drawn_list: row.try_get(10)?,
            file_name: row.try_get(11)?,
            bytes: row.try_get(12)?,
        },
        ahead: row.try_get(15)?,
        made: UnixMs(row.try_get(13)?),
        ended: row.try_get::<Option<i64>, _>(14)?.map(UnixMs),
    })
}

/// Which limit is reached, if one is.
async fn refused(
    tx: &mut AnyConnection,
    account: i64,
    limits: PosterJobLimits,
) -> Result<Option<Ordered>> {
    let row = sqlx::query(
        "select coalesce(sum(case when state <> 'done' then 1 else 0 end), 0), count(*) \
         from poster_jobs where account_id = $1 and state in ('waiting', 'drawing', 'done')",
    )
    .bind(account)
    .fetch_one(&mut *tx)
    .await?;
    let (under_way, kept): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let waiting = sqlx::query("select count(*) from poster_jobs where state = 'waiting'")
        .fetch_one(&mut *tx)
        .await?;
    Ok(if under_way >= limits.under_way {
        Some(Ordered::UnderWay)
    } else if kept >= limits.kept {
        Some(Ordered::Kept)
    } else if count(&waiting)? >= limits.waiting {
        Some(Ordered::QueueFull)
    } else {
        None
    })
}

impl Registry {
    /// Keeps a job that waits, unless a limit is reached.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_poster_job(
        &self,
        new: &NewPosterJob,
        limits: PosterJobLimits,
        line: &AuditLine,
    ) -> Result<Ordered> {
        let mut tx = self.begin().await?;
        // Whoever orders at the same moment queues here, so that both are counted.
        audit::write(&mut tx, line).await?;
        if let Some(refused) = refused(&mut tx, new.account, limits).await? {
            return Ok(refused);
        }
        let id = next_number(&mut tx, "poster_jobs").await?;
        let (organisation, region) = match &new.of {
            PostersOf::Organisation(id) => (Some(*id), None),
            PostersOf::Region(code) => (None, Some(code.as_str())),
        };
        sqlx::query(
            "insert into poster_jobs (id, account_id, organisation_id, region, poster, form, state, \
             fault, total, not_drawn, not_drawn_list, file_name, bytes, tries, made_ms) \
             values ($1, $2, $3, $4, $5, $6, 'waiting', '', $7, 0, '', '', 0, 0, $8)",
        )
        .bind(id)
        .bind(new.account)
        .bind(organisation)
        .bind(region)
        .bind(new.poster.as_str())
        .bind(new.form.code())
        .bind(new.total)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Ordered::Waits(id))
    }

    /// The job with this number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn poster_job(&self, id: i64) -> Result<Option<PosterJob>> {
        let sql = format!("select {COLUMNS} from poster_jobs j where id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(job).transpose()
    }

    /// The jobs of an account, newest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn poster_jobs_of(&self, account: i64, limit: i64) -> Result<Vec<PosterJob>> {
        let sql = format!(
            "select {COLUMNS} from poster_jobs j where account_id = $1 order by id desc limit $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(limit.max(0))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(job).collect()
    }

    /// Takes up the job that has waited longest; none when none waits.
    ///
    /// # Errors
    /// Of the database.
    pub async fn claim_poster_job(&self) -> Result<Option<PosterJob>> {
        let mut tx = self.begin().await?;
        // Two who take one up at the same moment queue here, so that each gets another.
        next_number(&mut tx, "poster_jobs").await?;
        give_back(&mut tx, "poster_jobs", 1).await?;
        let claimed = sqlx::query(
            "update poster_jobs set state = 'drawing', tries = tries + 1 where id = \
             (select min(id) from poster_jobs where state = 'waiting') returning id",
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        match claimed {
            Some(row) => self.poster_job(row.try_get(0)?).await,
            None => Ok(None),
        }
    }

    /// A job that was being drawn has its file; `false` when somebody has ended it meanwhile.
    ///
    /// # Errors
    /// Of the database.
    pub async fn finish_poster_job(
        &self,
        id: i64,
        drawn: &DrawnPosters,
        at: UnixMs,
    ) -> Result<bool> {
        let done = sqlx::query(
            "update poster_jobs set state = 'done', total = $2, not_drawn = $3, \
             not_drawn_list = $4, file_name = $5, bytes = $6, ended_ms = $7 \
             where id = $1 and state = 'drawing'",
        )
        .bind(id)
        .bind(drawn.total)
        .bind(drawn.not_drawn)
        .bind(drawn.not_drawn_list.as_str())
        .bind(drawn.file_name.as_str())
        .bind(drawn.bytes)
        .bind(at.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// A job has no file: it could not be drawn, or what was drawn is gone. `false` when it has ended
    /// without one already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn fail_poster_job(&self, id: i64, fault: JobFault, at: UnixMs) -> Result<bool> {
        let done = sqlx::query(
            "update poster_jobs set state = 'failed', fault = $2, ended_ms = $3 \
             where id = $1 and state in ('drawing', 'done')",
        )
        .bind(id)
        .bind(fault.code())
        .bind(at.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a job that waits or is being drawn; `false` when it has ended.
    ///
    /// # Errors
    /// Of the database.
    pub async fn cancel_poster_job(&self, id: i64, at: UnixMs) -> Result<bool> {
        let done = sqlx::query(
            "update poster_jobs set state = 'cancelled', ended_ms = $2 \
             where id = $1 and state in ('waiting', 'drawing')",
        )
        .bind(id)
        .bind(at.0)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets a job that has ended; `false` when it has not, or is not there.
    ///
    /// # Errors
    /// Of the database.
    pub async fn delete_poster_job(&self, id: i64) -> Result<bool> {
        let done = sqlx::query(
            "delete from poster_jobs where id = $1 and state in ('done', 'failed', 'cancelled')",
        )
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// A job that was being drawn waits again in its old place, as if it had never been taken up;
    /// `false` when somebody has ended it meanwhile.
    ///
    /// # Errors
    /// Of the database.
    pub async fn give_back_poster_job(&self, id: i64) -> Result<bool> {
        let done = sqlx::query(
            "update poster_jobs set state = 'waiting', tries = tries - 1 \
             where id = $1 and state = 'drawing'",
        )
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// At a start nothing is being drawn: what was, waits again in its old place; what has been
    /// taken up `tries` times already is given up.
    ///
    /// # Errors
    /// Of the database.
    pub async fn put_back_poster_jobs(&self, tries: i64, at: UnixMs) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "update poster_jobs set state = 'failed', fault = $1, ended_ms = $2 \
             where state = 'drawing' and tries >= $3",
        )
        .bind(JobFault::Interrupted.code())
        .bind(at.0)
        .bind(tries)
        .execute(&mut *tx)
        .await?;
        sqlx::query("update poster_jobs set state = 'waiting' where state = 'drawing'")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Numbers of the jobs whose files are there to be downloaded.
    ///
    /// # Errors
    /// Of the database.
    pub async fn done_poster_jobs(&self) -> Result<Vec<i64>> {
        let rows = sqlx::query("select id from poster_jobs where state = 'done' order by id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Forgets the jobs that ended at or before a moment; their numbers.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_poster_jobs(&self, ended: UnixMs) -> Result<Vec<i64>> {
        let rows = sqlx::query("delete from poster_jobs where ended_ms <= $1 returning id")
            .bind(ended.0)
            .fetch_all(&self.writer)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
