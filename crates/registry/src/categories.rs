//! The tree of categories in force. Nothing of it is ever deleted: doors have its codes.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, Result, count},
};
use domain::{
    categories::{CategoryText, GROUPS_MAX, MEMBERS_MAX, Tree, TreeCategory, TreeGroup},
    time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeChange {
    /// It is so.
    Done,
    /// Another one has this name, in use or not.
    NameTaken,
    /// Somebody changed it meanwhile, or there is no such.
    Elsewhere,
    /// There are as many as their codes can tell apart.
    Full,
}

fn category(row: &AnyRow) -> Result<TreeCategory> {
    Ok(TreeCategory {
        code: row.try_get(1)?,
        name: row.try_get(2)?,
        usual_stay_minutes: row.try_get(3)?,
        in_use: row.try_get::<i64, _>(4)? == 1,
        changed: UnixMs(row.try_get(5)?),
    })
}

/// Whether another category, or group, than `except` has this name.
async fn name_taken(
    tx: &mut AnyConnection,
    table: &'static str,
    name: &str,
    except: &str,
) -> Result<bool> {
    let sql = format!("select code from {table} where name = $1 and code <> $2");
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(name).bind(except);
    Ok(found.fetch_optional(tx).await?.is_some())
}

impl Registry {
    /// Puts the notice's tree there when there is none; of many that open an empty database at once,
    /// one does.
    pub(crate) async fn seed_categories(&self) -> Result<()> {
        let there =
            sqlx::query("select count(*) from category_groups").fetch_one(&self.pool).await?;
        if count(&there)? > 0 {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for group in Tree::start().groups {
            sqlx::query(
                "insert into category_groups (code, name, changed_ms) values ($1, $2, 0) \
                 on conflict do nothing",
            )
            .bind(group.code.as_str())
            .bind(group.name.as_str())
            .execute(&mut *tx)
            .await?;
            for member in group.members {
                sqlx::query(
                    "insert into categories (code, group_code, name, usual_stay_minutes, in_use, \
                     changed_ms) values ($1, $2, $3, $4, 1, 0) on conflict do nothing",
                )
                .bind(member.code.as_str())
                .bind(group.code.as_str())
                .bind(member.name.as_str())
                .bind(member.usual_stay_minutes)
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The tree in force, in the order of codes.
    ///
    /// # Errors
    /// Of the database.
    pub async fn categories(&self) -> Result<Tree> {
        let groups =
            sqlx::query("select code, name, changed_ms from category_groups order by code")
                .fetch_all(&self.pool)
                .await?;
        let mut tree = Tree::default();
        for row in &groups {
            tree.groups.push(TreeGroup {
                code: row.try_get(0)?,
                name: row.try_get(1)?,
                changed: UnixMs(row.try_get(2)?),
                members: Vec::new(),
            });
        }
        let rows = sqlx::query(
            "select group_code, code, name, usual_stay_minutes, in_use, changed_ms \
             from categories order by code",
        )
        .fetch_all(&self.pool)
        .await?;
        for row in &rows {
            let of: String = row.try_get(0)?;
            if let Some(group) = tree.groups.iter_mut().find(|group| group.code == of) {
                group.members.push(category(row)?);
            }
        }
        Ok(tree)
    }

    /// Adds a category to a group, with the next code of the group.
    ///
    /// # Errors
    /// Of the database.
    pub async fn add_category(
        &self,
        group: &str,
        new: &CategoryText,
        line: &AuditLine,
    ) -> Result<TreeChange> {
        let mut tx = self.begin().await?;
        // Also keeps two who add at once apart.
        audit::write(&mut tx, line).await?;
        let found = sqlx::query("select code from category_groups where code = $1")
            .bind(group)
            .fetch_optional(&mut *tx)
            .await?;
        if found.is_none() {
            return Ok(TreeChange::Elsewhere);
        }
        if name_taken(&mut tx, "categories", &new.name, "").await? {
            return Ok(TreeChange::NameTaken);
        }
        let row = sqlx::query("select count(*) from categories where group_code = $1")
            .bind(group)
            .fetch_one(&mut *tx)
            .await?;
        let next = count(&row)? + 1;
        if next > i64::try_from(MEMBERS_MAX).unwrap_or(i64::MAX) {
            return Ok(TreeChange::Full);
        }
        sqlx::query(
            "insert into categories (code, group_code, name, usual_stay_minutes, in_use, \
             changed_ms) values ($1, $2, $3, $4, 1, $5)",
        )
        .bind(format!("{group}{next:02}"))
        .bind(group)
        .bind(new.name.as_str())
        .bind(new.usual_stay_minutes)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(TreeChange::Done)
    }

    /// Changes a category that was last changed at `seen`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn change_category(
        &self,
        (code, seen): (&str, UnixMs),
        new: &CategoryText,
        in_use: bool,
        line: &AuditLine,
    ) -> Result<TreeChange> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if name_taken(&mut tx, "categories", &new.name, code).await? {
            return Ok(TreeChange::NameTaken);
        }
        let done = sqlx::query(
            "update categories set name = $3, usual_stay_minutes = $4, in_use = $5, \
             changed_ms = $6 where code = $1 and changed_ms = $2",
        )
        .bind(code)
        .bind(seen.0)
        .bind(new.name.as_str())
        .bind(new.usual_stay_minutes)
        .bind(i64::from(in_use))
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(TreeChange::Elsewhere);
        }
        tx.commit().await?;
        Ok(TreeChange::Done)
    }

    /// Adds a group, with the next code.
    ///
    /// # Errors
    /// Of the database.
    pub async fn add_category_group(&self, name: &str, line: &AuditLine) -> Result<TreeChange> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if name_taken(&mut tx, "category_groups", name, "").await? {
            return Ok(TreeChange::NameTaken);
        }
        let row = sqlx::query("select count(*) from category_groups").fetch_one(&mut *tx).await?;
        let next = count(&row)? + 1;
        if next > i64::try_from(GROUPS_MAX).unwrap_or(i64::MAX) {
            return Ok(TreeChange::Full);
        }
        sqlx::query("insert into category_groups (code, name, changed_ms) values ($1, $2, $3)")
            .bind(next.to_string())
            .bind(name)
            .bind(line.at.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(TreeChange::Done)
    }

    /// Gives a group that was last changed at `seen` another name.
    ///
    /// # Errors
    /// Of the database.
    pub async fn rename_category_group(
        &self,
        (code, seen): (&str, UnixMs),
        name: &str,
        line: &AuditLine,
    ) -> Result<TreeChange> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if name_taken(&mut tx, "category_groups", name, code).await? {
            return Ok(TreeChange::NameTaken);
        }
        let done = sqlx::query(
            "update category_groups set name = $3, changed_ms = $4 \
             where code = $1 and changed_ms = $2",
        )
        .bind(code)
        .bind(seen.0)
        .bind(name)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(TreeChange::Elsewhere);
        }
        tx.commit().await?;
        Ok(TreeChange::Done)
    }
}
