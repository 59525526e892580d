//! What a proposal would change: typical people, and everybody whose status the register knows, under
//! what holds there now and under the proposal.

use super::propose::checked;
use crate::{Answer, Failure, House, accounts::principals::PolicyOfficer};
use domain::{
    checkpoints::CheckpointNumber,
    entry_policy::{
        AgreedPolicy, Decision, EntryPolicy, NewPolicy, Policies, PolicyForm, Reach, Site, judge,
        typical_people,
    },
    health_status::{Colour, joined},
    regions::RegionCode,
    time::UnixMs,
};
use std::sync::Arc;

/// One typical person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Who, key into the catalogues.
    pub label: &'static str,
    /// What the door does now.
    pub before: Decision,
    /// What it would do.
    pub after: Decision,
    /// The advice that would be shown.
    pub advice: &'static str,
}

/// How many people each decision would meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// 放行
    pub pass: u64,
    /// 复核
    pub recheck: u64,
    /// 劝返
    pub stop: u64,
}

impl Tally {
    fn count(&mut self, decision: Decision) {
        match decision {
            Decision::Pass => self.pass += 1,
            Decision::Recheck => self.recheck += 1,
            Decision::Stop => self.stop += 1,
        }
    }
}

/// What a proposal would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Version of what holds there now.
    pub before_version: u32,
    /// Typical people, each under both.
    pub people: Vec<Compared>,
    /// Everybody whose status is in the register and still counts, now.
    pub registered_before: Tally,
    /// The same people under the proposal.
    pub registered_after: Tally,
}

/// Compares a proposal, before anything is kept, with what holds at the doors it is for.
///
/// # Errors
/// `Invalid` as for proposing it, except at `note`.
pub async fn of_form(
    house: &Arc<House>,
    caller: &PolicyOfficer,
    form: &PolicyForm,
) -> Answer<Preview> {
    let note = if form.note.trim().is_empty() { "-" } else { &form.note };
    let form = PolicyForm { note: note.to_owned(), ..form.clone() };
    let (reach, new) = checked(house, caller, &form).await?;
    compare(house, &reach, &new).await
}

/// Compares a proposal that waits, or a policy, with what holds at the doors it is for.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn of_version(house: &Arc<House>, _: &PolicyOfficer, version: u32) -> Answer<Preview> {
    let found = house.registry.policy(version).await?.ok_or(Failure::NotFound)?;
    compare(house, &found.reach, &found.new).await
}

async fn compare(house: &Arc<House>, reach: &Reach, new: &NewPolicy) -> Answer<Preview> {
    let now = house.now();
    let before = house.mirror.policies();
    let agreed =
        AgreedPolicy { version: u32::MAX, reach: reach.clone(), begins: now, rules: new.rules };
    let after = Policies::new(before.iter().cloned().chain([agreed]).collect());
    let place = Place::of(house, reach).await?;
    let both =
        Both { before: before.at(&place.site(), now), after: after.at(&place.site(), now), now };
    let people = typical_people(now).into_iter().map(|one| {
        let after = judge(&both.after, &one.status, one.born, now);
        Compared {
            label: one.label,
            before: judge(&both.before, &one.status, one.born, now).decision(),
            after: after.decision(),
            advice: after.advice(),
        }
    });
    let people = people.collect();
    let house = Arc::clone(house);
    // Millions may be registered.
    let counted = tokio::task::spawn_blocking(move || registered(&house, &both)).await;
    let (registered_before, registered_after) = counted.map_err(Failure::broken)?;
    let before_version = both.before.version;
    Ok(Preview { before_version, people, registered_before, registered_after })
}

/// The two policies that are compared.
#[derive(Clone, Copy)]
struct Both {
    before: EntryPolicy,
    after: EntryPolicy,
    now: UnixMs,
}

fn registered(house: &House, both: &Both) -> (Tally, Tally) {
    let (mut before, mut after) = (Tally::default(), Tally::default());
    house.mirror.each_status(|status, born| {
        let status = joined(Some(&status), None, both.now, both.before.register_green_ms_max);
        if status.colour == Colour::Unknown {
            return;
        }
        before.count(judge(&both.before, &status, born, both.now).decision());
        after.count(judge(&both.after, &status, born, both.now).decision());
    });
    (before, after)
}

/// A door that a reach covers, or one that could be.
struct Place {
    checkpoint: CheckpointNumber,
    county: String,
    township: String,
    category: String,
}

impl Place {
    async fn of(house: &House, reach: &Reach) -> Answer<Self> {
        Ok(match reach {
            Reach::Checkpoint(number) => {
                let found = house.registry.checkpoint(*number).await?.ok_or(Failure::NotFound)?;
                let record = found.record;
                Self {
                    checkpoint: *number,
                    county: record.county,
                    township: record.township,
                    category: record.category,
                }
            }
            Reach::Places { region, category } => Self {
                // No door has this number.
                checkpoint: CheckpointNumber(0),
                county: region.as_ref().map_or("", RegionCode::county).to_owned(),
                township: region.as_ref().map_or("", RegionCode::as_str).to_owned(),
                category: category.clone().unwrap_or_default(),
            },
        })
    }

    fn site(&self) -> Site<'_> {
        Site {
            checkpoint: self.checkpoint,
            county: &self.county,
            township: &self.township,
            category: &self.category,
        }
    }
}
