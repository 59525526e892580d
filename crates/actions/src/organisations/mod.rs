//! Organisations: created once by their manager.

use crate::{Answer, Failure, House, accounts::principals::Manager, regions};
use domain::{organisations::OrganisationForm, text::same_form};
use registry::NewOrganisation;

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
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn mine(house: &House, caller: &Manager) -> Answer<Option<Organisation>> {
    let found = house.registry.organisation_of(caller.account).await?;
    Ok(found.map(|organisation| Organisation {
        id: organisation.id,
        name: organisation.new.name,
        credit_code: organisation.new.credit_code,
        county: organisation.new.county,
        township: organisation.new.township,
    }))
}

/// Creates it.
///
/// # Errors
/// `Invalid` at `name`, `credit_code`, `township`; `Conflict` when there is one already.
pub async fn create(house: &House, caller: &Manager, form: &OrganisationForm) -> Answer<i64> {
    let checked = form.check()?;
    regions::known(house, &checked.township).await?;
    let new = NewOrganisation {
        account: Some(caller.account),
        same_name: same_form(&checked.name),
        name: checked.name,
        credit_code: checked.credit_code.map(|code| code.as_str().to_owned()),
        county: checked.township.county().to_owned(),
        township: checked.township.as_str().to_owned(),
        made: house.now(),
    };
    let id = house.registry.insert_organisation(&new).await?;
    id.ok_or(Failure::Conflict("单位已经登记过了，不用重复登记"))
}
