//! The forms under which names and addresses are compared, for new rows and for those of before.

use crate::{
    connect::{Registry, Result},
    regions::{CITY_AND_COUNTIES, PROVINCE},
};
use domain::{
    organisations::{CreditCheck, CreditCode},
    similar,
};
use sqlx::Row;

/// Rows brought up to date in one transaction.
const ROWS: i64 = 1_000;

/// See [`similar::similar_name`].
pub(crate) fn similar_name(name: &str) -> String {
    let (_, city) = CITY_AND_COUNTIES[0];
    similar::similar_name(name, &[PROVINCE, city])
}

/// See [`similar::near_address`].
pub(crate) fn near_address(address: &str) -> String {
    let mut outer = vec![PROVINCE];
    outer.extend(CITY_AND_COUNTIES.map(|(_, name)| name));
    similar::near_address(address, &outer)
}

/// 1 when the check character of the credit code differs, 0 when it agrees or there is no code.
pub(crate) fn credit_differs(code: Option<&str>) -> i64 {
    let check = code.and_then(|code| CreditCode::parse(code).ok()).map(|code| code.check());
    i64::from(check == Some(CreditCheck::Differs))
}

impl Registry {
    /// Fills in what rows of an earlier version lack.
    pub(crate) async fn fill_in_forms(&self) -> Result<()> {
        while self.some_names().await? {}
        while self.some_credit_codes().await? {}
        while self.some_unit_names().await? {}
        Ok(())
    }

    /// `false` when there was nothing left to do.
    async fn some_names(&self) -> Result<bool> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query(
            "select number, name, address from checkpoints where similar_name = '' \
             order by number limit $1",
        )
        .bind(ROWS)
        .fetch_all(&mut *tx)
        .await?;
        for row in &rows {
            let (number, name, address): (i64, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            sqlx::query(
                "update checkpoints set similar_name = $2, near_address = $3 where number = $1",
            )
            .bind(number)
            .bind(similar_name(&name))
            .bind(near_address(&address))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(!rows.is_empty())
    }

    async fn some_unit_names(&self) -> Result<bool> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query(
            "select id, name from organisations where similar_name = '' order by id limit $1",
        )
        .bind(ROWS)
        .fetch_all(&mut *tx)
        .await?;
        for row in &rows {
            let (id, name): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
            sqlx::query("update organisations set similar_name = $2 where id = $1")
                .bind(id)
                .bind(similar_name(&name))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(!rows.is_empty())
    }

    async fn some_credit_codes(&self) -> Result<bool> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query(
            "select id, credit_code from organisations where credit_differs = -1 \
             order by id limit $1",
        )
        .bind(ROWS)
        .fetch_all(&mut *tx)
        .await?;
        for row in &rows {
            let (id, code): (i64, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
            sqlx::query("update organisations set credit_differs = $2 where id = $1")
                .bind(id)
                .bind(credit_differs(code.as_deref()))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(!rows.is_empty())
    }
}
