//! What people change of their own registration: a name, a document, a phone.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, Result},
    people::{NewPerson, column},
};
use domain::people::PersonNumber;

impl Registry {
    /// Gives a person another name, that of `new`; nothing else of it counts.
    ///
    /// # Errors
    /// Of the database.
    pub async fn rename_person(
        &self,
        number: PersonNumber,
        new: &NewPerson,
        line: &AuditLine,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "update people set name_sealed = $2, masked_sealed = $3, name_index = $4 \
             where number = $1",
        )
        .bind(column(number))
        .bind(new.name_sealed.as_slice())
        .bind(new.masked_sealed.as_slice())
        .bind(new.name_index.as_deref())
        .execute(&mut *tx)
        .await?;
        changes::note(&mut tx, &Change::Person(number)).await?;
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(())
    }
}
