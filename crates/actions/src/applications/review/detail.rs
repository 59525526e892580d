//! One application with the facts that decide it.

use super::{
    super::{Event, events},
    queue::{Row, row},
    within, yes,
};
use crate::{
    Answer, Failure, House,
    accounts::{self, principals::Reviewer},
    categories,
    places::{self, Listed},
    posters, regions,
};
use domain::{
    applications::{NotYours, State},
    audit::Actor,
    categories::Tree,
    checkpoints::{self, CheckpointNumber},
    organisations::{CreditCheck, CreditCode},
    people::mask_name,
    phones::Phone,
    regions::Region,
};
use registry::{ApplicationRow, Checkpoint, CheckpointEvent, CheckpointRecord, Neighbour};
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
    /// What the caller's yes makes of it, or why it is not the one that it waits for.
    pub yes: Result<State, NotYours>,
    /// The door that it is for.
    pub checkpoint: CheckpointNumber,
    /// Where the door stands.
    pub standing: checkpoints::Standing,
    /// What has happened to the door since it was approved, oldest first.
    pub life: Vec<CheckpointEvent>,
    /// Characters of what is applied for that no poster can show.
    pub undrawable: Vec<char>,
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
    /// What the register of places says.
    pub listed: Listed,
    /// Everything that happened, oldest first.
    pub events: Vec<Event>,
    /// Masked names of the accounts that did it.
    pub people: Vec<(i64, String)>,
    /// What a door in use is to become: what is changed, before and after.
    pub changes: Vec<Changed>,
}

/// One thing that a change of a door changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name on the wire, as the form of a door has it; the responsible person is one thing.
    pub field: &'static str,
    /// What it is, key into the catalogues.
    pub what: &'static str,
    /// As it is.
    pub before: String,
    /// As it is to become.
    pub after: String,
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
    let tree = categories::tree(house).await?;
    let proposal = house.registry.proposal(number).await?;
    let changes = match &proposal {
        Some(proposal) => {
            let words = |record| words(house, (&regions, &tree), record);
            changes(&words(&record)?, &words(proposal)?)
        }
        None => Vec::new(),
    };
    let undrawable = posters::undrawable(proposal.as_ref().unwrap_or(&record))?;
    let (responsible_name, responsible_phone) = responsible(house, &record)?;
    let organisation = application.organisation;
    let life = house.registry.checkpoint_events(number).await?;
    let events = events(house, id).await?;
    let people = people(house, &events, &life).await?;
    let door = (number, record.county.as_str(), organisation);
    let listed = places::of_door(house, &caller.scope, door, (&regions, &tree)).await?;
    Ok(Detail {
        people,
        // As the door is; what it is to become stands in the changes.
        row: Row {
            township_name: regions::name_of(&regions, &record.township),
            ..row(&application, &regions, &tree)
        },
        state: application.state,
        yes: yes(house, caller, &application),
        checkpoint: number,
        standing,
        life,
        listed,
        undrawable,
        county_name: regions::name_of(&regions, &record.county),
        responsible_name,
        responsible_phone,
        changes,
        credit: credit(&application),
        same_credit: house.registry.same_credit_code(organisation, SHOWN_MAX).await?,
        siblings: house.registry.count_checkpoints_of(organisation).await? - 1,
        similar: house.registry.similar_named(number, SHOWN_MAX).await?,
        near: house.registry.near_by(number, SHOWN_MAX).await?,
        events,
    })
}

/// Masked names of the accounts that did these things, each once.
async fn people(
    house: &House,
    events: &[Event],
    life: &[CheckpointEvent],
) -> Answer<Vec<(i64, String)>> {
    let actors = events.iter().map(|e| e.actor).chain(life.iter().map(|e| e.actor));
    let accounts = actors.filter_map(|actor| match actor {
        Actor::Account(account) => Some(account),
        _ => None,
    });
    Ok(accounts::names(house, accounts.collect()).await?.into_iter().collect())
}

fn credit(application: &ApplicationRow) -> Option<(String, CreditCheck)> {
    let code = CreditCode::parse(application.credit_code.as_deref()?).ok()?;
    Some((code.as_str().to_owned(), code.check()))
}

/// Masked name and phone of the responsible person.
fn responsible(house: &House, record: &CheckpointRecord) -> Answer<(String, String)> {
    let name = house.vault.open(Field::PersonName, &record.responsible_name_sealed)?;
    let phone = house.vault.open(Field::Phone, &record.responsible_phone_sealed)?;
    Ok((mask_name(&name), Phone::parse(&phone).map(|p| p.masked()).unwrap_or_default()))
}

/// Something of a door: its name on the wire and in words, as it is compared, as a reviewer sees it.
type Word = ((&'static str, &'static str), String, String);

fn words(
    house: &House,
    (regions, tree): (&[Region], &Tree),
    record: &CheckpointRecord,
) -> Answer<[Word; 6]> {
    let (name, phone) = responsible(house, record)?;
    // Two people may look alike when masked.
    let person = house.vault.open(Field::PersonName, &record.responsible_name_sealed)?
        + &house.vault.open(Field::Phone, &record.responsible_phone_sealed)?;
    let place = |code: &str| regions::name_of(regions, code);
    let town = format!("{} {}", place(&record.county), place(&record.township));
    let plain = |what, text: &str| (what, text.to_owned(), text.to_owned());
    Ok([
        plain(("name", "场所名称"), &record.name),
        plain(("door", "哪一个门"), &record.door),
        plain(("address", "地址"), &record.address),
        (("township", "乡镇街道"), record.township.clone(), town),
        (("category", "类别"), record.category.clone(), tree.name_of(&record.category)),
        (("responsible", "负责人"), person, format!("{name} · {phone}")),
    ])
}

fn changes(before: &[Word], after: &[Word]) -> Vec<Changed> {
    let pairs = before.iter().zip(after).filter(|(before, after)| before.1 != after.1);
    pairs
        .map(|(((field, what), _, before), (_, _, after))| Changed {
            field,
            what,
            before: before.clone(),
            after: after.clone(),
        })
        .collect()
}
