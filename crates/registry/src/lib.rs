//! Everything that is not a visit, in SQL that SQLite and PostgreSQL both take.

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The driver's own.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

/// Everything that is not a visit.
#[derive(Clone)]
pub struct Registry;

impl Registry {
    /// All regions.
    pub async fn regions(&self) -> Result<Vec<domain::regions::Region>, RegistryError> {
        Ok(Vec::new())
    }
}
