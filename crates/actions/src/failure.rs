//! Why something was not done. Only the web knows what number that is in HTTP.

use domain::fields::Complaints;

/// What a verb answers with.
pub type Answer<T> = Result<T, Failure>;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was typed cannot be taken; each complaint at its field.
    #[error("invalid input: {0}")]
    Invalid(#[from] Complaints),
    /// Nobody is signed in, or not any more.
    #[error("not signed in")]
    NotSignedIn,
    /// Signed in, but this is not theirs to do.
    #[error("not allowed")]
    Forbidden,
    /// There is no such thing, or not for this caller.
    #[error("not found")]
    NotFound,
    /// It does not fit what has happened meanwhile; the text is Chinese and says what to do.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// Too often; the text is Chinese and says when again.
    #[error("too many: {says}")]
    TooMany {
        /// What to tell the person.
        says: &'static str,
        /// Seconds until it makes sense to try again.
        retry_after_s: u32,
    },
    /// The house is full at this moment; try again after a second.
    #[error("busy")]
    Busy,
    /// A part of the house does not work; the inside is for the log, not for the person.
    #[error("broken: {0}")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    /// Wraps an inner error.
    pub fn broken(inner: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(inner.into())
    }

    /// A complaint about one field.
    #[must_use]
    pub fn field(field: &'static str, says: &'static str) -> Self {
        Self::Invalid(Complaints::one(field, says))
    }
}

impl From<registry::RegistryError> for Failure {
    fn from(inner: registry::RegistryError) -> Self {
        if inner.is_busy() { Self::Busy } else { Self::broken(inner) }
    }
}

impl From<vault::VaultError> for Failure {
    fn from(inner: vault::VaultError) -> Self {
        Self::broken(inner)
    }
}
