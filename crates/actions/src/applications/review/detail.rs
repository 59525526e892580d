//! One application with the facts that decide it.

use super::{
    super::{Event, events},
    queue::{Row, row},
    within,
};
use crate::{Answer, Failure, House, accounts::principals::Reviewer, regions};
use domain::{
    applications::State,
    checkpoints::{self, CheckpointNumber},
    organisations::{CreditCheck, CreditCode},
    people::mask_name,
    phones::Phone,
};
use registry::{ApplicationRow, Checkpoint, CheckpointEvent, Neighbour};
use vault::Field;

/// Most checkpoints or organisations shown beside an application for each reason.
const SHOWN_MAX: i64 = 10;

/// One application with the facts that decide it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Its row.
    pub row: Row,
    /// Where it stands.
    pub state: State,
    /// The door that it is for.
    pub checkpoint: CheckpointNumber,
    /// Where the door stands.
    pub standing: checkpoints::Standing,
    /// What has happened to the door since it was approved, oldest first.
    pub life: Vec<CheckpointEvent>,
    /// County's name.
    pub county_name: String,
    /// Responsible person, masked.
    pub responsible_name: String,
    /// Responsible person's phone, masked.
    pub responsible_phone: String,
    /// Credit code and how it fares, if one was given.
    pub credit: Option<(String, CreditCheck)>,
    /// Names of other organisations with the same credit code.
    pub same_credit: Vec<String>,
    /// Other checkpoints of this organisation.
    pub siblings: i64,
    /// Checkpoints of other organisations with a similar name.
    pub similar: Vec<Neighbour>,
    /// Checkpoints of other organisations in the same house of the same street. No doubt by itself:
    /// a mall has many.
    pub near: Vec<Neighbour>,
    /// Everything that happened, oldest first.
    pub events: Vec<Event>,
}

/// One application.
///
/// # Errors
/// `NotFound` outside of the reviewer's scope.
pub async fn one(house: &House, caller: &Reviewer, id: i64) -> Answer<Detail> {
    let application = within(house, caller, id).await?;
    let checkpoint = house.registry.checkpoint(application.checkpoint).await?;
    let Checkpoint { number, record, standing, .. } = checkpoint.ok_or(Failure::NotFound)?;
    let regions = regions::all(house).await?;
    let responsible = house.vault.open(Field::PersonName, &record.responsible_name_sealed)?;
    let phone = house.vault.open(Field::Phone, &record.responsible_phone_sealed)?;
    let organisation = application.organisation;
    Ok(Detail {
        row: row(&application, &regions),
        state: application.state,
        checkpoint: number,
        standing,
        life: house.registry.checkpoint_events(number).await?,
        county_name: regions::name_of(&regions, &application.county),
        responsible_name: mask_name(&responsible),
        responsible_phone: Phone::parse(&phone).map(|p| p.masked()).unwrap_or_default(),
        credit: credit(&application),
        same_credit: house.registry.same_credit_code(organisation, SHOWN_MAX).await?,
        siblings: house.registry.count_checkpoints_of(organisation).await? - 1,
        similar: house.registry.similar_named(number, SHOWN_MAX).await?,
        near: house.registry.near_by(number, SHOWN_MAX).await?,
        events: events(house, id).await?,
    })
}

fn credit(application: &ApplicationRow) -> Option<(String, CreditCheck)> {
    let code = CreditCode::parse(application.credit_code.as_deref()?).ok()?;
    Some((code.as_str().to_owned(), code.check()))
}
