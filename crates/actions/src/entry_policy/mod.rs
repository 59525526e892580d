//! Entry policy: what lets people in, proposed by one officer and agreed on by another.

pub mod decide;
pub mod list;
pub mod preview;
pub mod propose;

pub use registry::{PolicyOutcome, PolicyRow};

use crate::{Answer, Failure, House, accounts::principals::PolicyOfficer, categories, regions};
use domain::{
    categories::Tree,
    checkpoints::CheckpointNumber,
    entry_policy::Reach,
    regions::{Region, RegionCode, Scope},
};

/// Whether somebody with this scope may have a say about a reach in this county or township; the whole
/// city is the city's alone.
fn within(scope: &Scope, region: Option<&str>) -> bool {
    match region {
        Some(region) => scope.covers(region),
        None => *scope == Scope::City,
    }
}

/// The region that a reach lies in.
async fn region_of(house: &House, reach: &Reach) -> Answer<Option<String>> {
    match reach {
        Reach::Checkpoint(number) => Ok(house.registry.township_of(*number).await?),
        Reach::Places { region, .. } => Ok(region.as_ref().map(|code| code.as_str().to_owned())),
    }
}

/// Whether this officer may have a say about a reach.
async fn is_theirs(house: &House, caller: &PolicyOfficer, reach: &Reach) -> Answer<bool> {
    let region = region_of(house, reach).await?;
    // A door that is not there belongs to nobody.
    let there = region.is_some() || matches!(reach, Reach::Places { .. });
    Ok(there && within(&caller.scope, region.as_deref()))
}

/// The names that reaches are told with.
pub struct Names {
    regions: Vec<Region>,
    tree: Tree,
}

impl Names {
    /// As they are now.
    ///
    /// # Errors
    /// `Broken` when the registry cannot be read.
    pub async fn now(house: &House) -> Answer<Self> {
        Ok(Self { regions: regions::all(house).await?, tree: categories::tree(house).await? })
    }

    /// Name of the region; `None` for the city.
    #[must_use]
    pub fn region(&self, code: Option<&RegionCode>) -> Option<String> {
        code.map(|code| regions::name_of(&self.regions, code.as_str()))
    }

    /// Name of a kind of place or a group of them.
    #[must_use]
    pub fn category(&self, code: &str) -> String {
        let group = self.tree.groups.iter().find(|group| group.code == code);
        group.map_or_else(|| self.tree.name_of(code), |group| group.name.clone())
    }

    fn has_category(&self, code: &str) -> bool {
        self.tree.groups.iter().any(|group| group.code == code)
            || self.tree.category(code).is_some()
    }
}

/// Where a policy holds, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// Name, door and number of a door.
    Door(String, CheckpointNumber),
    /// Name of the region, `None` for the city; name of the kind of place, `None` for every kind.
    Places(Option<String>, Option<String>),
}

/// A reach in words.
///
/// # Errors
/// `Broken` when the registry cannot be read.
async fn in_words(house: &House, names: &Names, reach: &Reach) -> Answer<Where> {
    Ok(match reach {
        Reach::Places { region, category } => Where::Places(
            names.region(region.as_ref()),
            category.as_deref().map(|code| names.category(code)),
        ),
        Reach::Checkpoint(number) => {
            let found = house.registry.checkpoint(*number).await?.ok_or(Failure::NotFound)?;
            let words = format!("{} {}", found.record.name, found.record.door);
            Where::Door(words, *number)
        }
    })
}
