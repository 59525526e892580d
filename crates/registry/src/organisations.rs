//! Organisations.

use crate::{
    connect::{Registry, Result, next_number},
    similar::{credit_differs, similar_name},
};
use domain::time::UnixMs;
use sqlx::{AnyConnection, Row, any::AnyRow};

/// An organisation to be created.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// Its manager's account; `None` when it came from a list and has none yet.
    pub account: Option<i64>,
    /// Registered name.
    pub name: String,
    /// The name evened out, for finding it again.
    pub same_name: String,
    /// Unified social credit code.
    pub credit_code: Option<String>,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// When.
    pub made: UnixMs,
}

/// An organisation as stored.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Number.
    pub id: i64,
    /// What it was made of.
    pub new: NewOrganisation,
}

fn organisation(row: &AnyRow) -> Result<Organisation> {
    Ok(Organisation {
        id: row.try_get(0)?,
        new: NewOrganisation {
            account: row.try_get(1)?,
            name: row.try_get(2)?,
            same_name: row.try_get(3)?,
            credit_code: row.try_get(4)?,
            county: row.try_get(5)?,
            township: row.try_get(6)?,
            made: UnixMs(row.try_get(7)?),
        },
    })
}

pub(crate) async fn insert(tx: &mut AnyConnection, new: &NewOrganisation) -> Result<Option<i64>> {
    let id = next_number(tx, "organisations").await?;
    let done = sqlx::query(
        "insert into organisations \
         (id, account_id, name, same_name, credit_code, county, township, made_ms, \
         credit_differs, similar_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         on conflict (account_id) do nothing",
    )
    .bind(id)
    .bind(new.account)
    .bind(new.name.as_str())
    .bind(new.same_name.as_str())
    .bind(new.credit_code.as_deref())
    .bind(new.county.as_str())
    .bind(new.township.as_str())
    .bind(new.made.0)
    .bind(credit_differs(new.credit_code.as_deref()))
    .bind(similar_name(&new.name))
    .execute(tx)
    .await?;
    Ok((done.rows_affected() == 1).then_some(id))
}

impl Registry {
    /// Creates an organisation; `None` when its manager has one already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_organisation(&self, new: &NewOrganisation) -> Result<Option<i64>> {
        let mut tx = self.begin().await?;
        let Some(id) = insert(&mut tx, new).await? else { return Ok(None) };
        tx.commit().await?;
        Ok(Some(id))
    }

    /// The organisation of this manager.
    ///
    /// # Errors
    /// Of the database.
    pub async fn organisation_of(&self, account: i64) -> Result<Option<Organisation>> {
        let row = sqlx::query(
            "select id, account_id, name, same_name, credit_code, county, township, made_ms \
             from organisations where account_id = $1",
        )
        .bind(account)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(organisation).transpose()
    }

    /// The organisation with this number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn organisation(&self, id: i64) -> Result<Option<Organisation>> {
        let row = sqlx::query(
            "select id, account_id, name, same_name, credit_code, county, township, made_ms \
             from organisations where id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(organisation).transpose()
    }

    /// Up to `limit` names of other organisations with the same credit code.
    ///
    /// # Errors
    /// Of the database.
    pub async fn same_credit_code(&self, id: i64, limit: i64) -> Result<Vec<String>> {
        let rows = sqlx::query(
            "select s.name from organisations s join organisations o \
             on s.credit_code = o.credit_code and s.id <> o.id where o.id = $1 \
             order by s.id limit $2",
        )
        .bind(id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
