//! The policies: what holds where, what waits for a second person, what there was.

use super::{Names, Where, in_words, is_theirs};
use crate::{
    Answer, Failure, House,
    accounts::{self, principals::PolicyOfficer},
};
use domain::{
    checkpoints::CheckpointNumber,
    entry_policy::{FIRST_POLICY, Policies, Reach, Rules},
    time::UnixMs,
};
use registry::{PolicyOutcome, PolicyRow};
use std::collections::BTreeMap;

/// Rows of one page of the past.
pub const PAGE_ROWS: i64 = 50;

/// How a policy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Waits for a second person.
    Waits,
    /// Agreed on, begins later.
    Ahead,
    /// Holds.
    Holds,
    /// Another one holds in its place.
    Over,
    /// Turned down.
    Refused,
    /// Taken back before it was decided.
    Withdrawn,
}

impl Standing {
    /// The name on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Ahead => "ahead",
            Self::Holds => "holds",
            Self::Over => "over",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The word shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Waits => "待复核",
            Self::Ahead => "待生效",
            Self::Holds => "生效中",
            Self::Over => "已被替代",
            Self::Refused => "未同意",
            Self::Withdrawn => "已撤回",
        }
    }

    /// How a row stands at a moment.
    fn of(row: &PolicyRow, policies: &Policies, now: UnixMs) -> Self {
        match (row.decided, row.begins) {
            (None, _) => Self::Waits,
            (Some((PolicyOutcome::Refused, ..)), _) => Self::Refused,
            (Some((PolicyOutcome::Withdrawn, ..)), _) => Self::Withdrawn,
            (Some(_), Some(begins)) if begins > now => Self::Ahead,
            (Some(_), _) => {
                let holding = policies.of_reach(&row.reach, now).map(|policy| policy.version);
                if holding == Some(row.version) { Self::Holds } else { Self::Over }
            }
        }
    }
}

/// A policy as officers see it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// As stored.
    pub row: PolicyRow,
    /// Where, in words.
    pub place: Where,
    /// How it stands.
    pub standing: Standing,
    /// Who proposed it, masked.
    pub proposed_by: String,
    /// Who decided about it, masked.
    pub decided_by: Option<String>,
    /// Whether the caller proposed it.
    pub own: bool,
    /// Whether the caller may have a say about it.
    pub theirs: bool,
}

/// What an officer finds.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What waits for a second person, oldest first.
    pub waiting: Vec<Listed>,
    /// What holds or will hold, narrowest last.
    pub holding: Vec<Listed>,
    /// A page of everything, newest first.
    pub all: Vec<Listed>,
    /// Rows of it in all.
    pub total: i64,
    /// The page, from 0.
    pub page: i64,
    /// How many pages there are, at least one.
    pub pages: i64,
    /// What the city's doors do where nothing else was agreed on: the version and its rules.
    pub first: Option<(u32, Rules)>,
}

/// The desk of an officer. Everybody sees every policy: a county's doors follow the city's.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn desk(house: &House, caller: &PolicyOfficer, page: i64) -> Answer<Desk> {
    let (names, now) = (Names::now(house).await?, house.now());
    let policies = house.mirror.policies();
    let total = house.registry.count_policies().await?;
    let pages = ((total + PAGE_ROWS - 1) / PAGE_ROWS).max(1);
    let page = page.clamp(0, pages - 1);
    let waiting = house.registry.waiting_policies().await?;
    let all = house.registry.policies(PAGE_ROWS, page * PAGE_ROWS).await?;
    let mut holding = Vec::new();
    for agreed in policies.iter() {
        let Some(row) = house.registry.policy(agreed.version).await? else { continue };
        if matches!(Standing::of(&row, &policies, now), Standing::Holds | Standing::Ahead) {
            holding.push(row);
        }
    }
    holding.reverse();
    let seen = waiting.iter().chain(&holding).chain(&all).flat_map(officers).collect();
    let officers = accounts::names(house, seen).await?;
    let look = Look { house, caller, names: &names, officers, policies: &policies, now };
    let city = policies.of_reach(&Reach::CITY, now).and_then(|policy| policy.rules);
    Ok(Desk {
        waiting: look.at_each(waiting).await?,
        holding: look.at_each(holding).await?,
        all: look.at_each(all).await?,
        total,
        page,
        pages,
        first: city.is_none().then_some((FIRST_POLICY.version, FIRST_POLICY.rules)),
    })
}

/// One policy.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn one(house: &House, caller: &PolicyOfficer, version: u32) -> Answer<Listed> {
    let row = house.registry.policy(version).await?.ok_or(Failure::NotFound)?;
    let (names, now) = (Names::now(house).await?, house.now());
    let policies = house.mirror.policies();
    let officers = accounts::names(house, officers(&row).collect()).await?;
    let look = Look { house, caller, names: &names, officers, policies: &policies, now };
    look.at(row).await
}

/// The accounts that proposed and decided.
fn officers(row: &PolicyRow) -> impl Iterator<Item = i64> + use<> {
    std::iter::once(row.proposed_by).chain(row.decided.map(|(_, by, _)| by))
}

/// What rows are looked at with.
struct Look<'a> {
    house: &'a House,
    caller: &'a PolicyOfficer,
    names: &'a Names,
    officers: BTreeMap<i64, String>,
    policies: &'a Policies,
    now: UnixMs,
}

impl Look<'_> {
    async fn at_each(&self, rows: Vec<PolicyRow>) -> Answer<Vec<Listed>> {
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            listed.push(self.at(row).await?);
        }
        Ok(listed)
    }

    async fn at(&self, row: PolicyRow) -> Answer<Listed> {
        let name = |account: i64| self.officers.get(&account).cloned();
        Ok(Listed {
            proposed_by: name(row.proposed_by).unwrap_or_default(),
            decided_by: row.decided.and_then(|(_, by, _)| name(by)),
            place: in_words(self.house, self.names, &row.reach).await?,
            standing: Standing::of(&row, self.policies, self.now),
            own: row.proposed_by == self.caller.account,
            theirs: is_theirs(self.house, self.caller, &row.reach).await?,
            row,
        })
    }
}

/// What a new proposal starts from: the reach and rules of the version named, or the city's rules.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn start_from(house: &House, version: Option<u32>) -> Answer<(Option<Reach>, Rules)> {
    let found = match version {
        Some(version) => house.registry.policy(version).await?,
        None => None,
    };
    let city = house.mirror.policies().of_reach(&Reach::CITY, house.now()).and_then(|p| p.rules);
    let usual = city.unwrap_or(FIRST_POLICY.rules);
    Ok(match found {
        Some(row) => (Some(row.reach), row.new.rules.unwrap_or(usual)),
        None => (None, usual),
    })
}

/// The number of a door's code for the telephone; empty without a code.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn short_number(house: &House, door: CheckpointNumber) -> Answer<String> {
    let code = house.registry.code_of(door).await?;
    Ok(code.map(|code| code.short_number).unwrap_or_default())
}
