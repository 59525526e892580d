//! Organisations: created once by their manager.

use crate::{Answer, House, accounts::principals::Manager};
use domain::organisations::OrganisationForm;

/// An organisation as its manager and the reviewer see it.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Number.
    pub id: i64,
    /// Registered name.
    pub name: String,
    /// Unified social credit code.
    pub credit_code: Option<String>,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
}

/// The manager's organisation, once it is created.
pub async fn mine(house: &House, caller: &Manager) -> Answer<Option<Organisation>> {
    let _ = (house, caller);
    todo!()
}

/// Creates it.
///
/// # Errors
/// `Invalid` at `name`, `credit_code`, `township`; `Conflict` when there is one already.
pub async fn create(house: &House, caller: &Manager, form: &OrganisationForm) -> Answer<i64> {
    let _ = (house, caller, form);
    todo!()
}
