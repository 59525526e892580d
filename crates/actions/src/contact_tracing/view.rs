//! The tracing desk of one case.

use super::cases::{self, CaseRow};
use crate::{
    Answer, Failure, House, accounts::principals::Investigator, categories,
    checkins::gate::Recorded, people::masked_name,
};
use domain::{
    audit::Deed,
    categories::Tree,
    checkins::Method,
    checkpoints::CheckpointNumber,
    contact_tracing::{self, Contact, Exposure},
    health_status::Colour,
    people::PersonNumber,
    time::{MINUTE_MS, UnixMs},
};
use registry::{AuditLine, Case};
use std::collections::{HashMap, HashSet};
use visits::Window;

/// Most contacts shown on the desk; the export has them all.
pub const CONTACTS_SHOWN_MAX: usize = 500;

/// One entry of the case.
#[derive(Clone, Debug)]
pub struct CaseVisit {
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Category's name.
    pub category_name: String,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// Colour shown then.
    pub colour: Colour,
    /// How many other people entered there within the window.
    pub people: usize,
}

/// Somebody who was near.
#[derive(Clone, Debug)]
pub struct ContactRow {
    /// Who.
    pub person: PersonNumber,
    /// Masked name.
    pub masked_name: String,
    /// Number of the case's entries they were near to.
    pub meetings: u32,
    /// Smallest time between the entries, in whole minutes.
    pub nearest_minutes: i64,
    /// Where that was: name and door.
    pub nearest_place: String,
    /// When they entered there.
    pub nearest_entered: UnixMs,
}

/// The desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The case.
    pub case: CaseRow,
    /// The case's person number, for opening the identity.
    pub person: PersonNumber,
    /// First moment looked at.
    pub from: UnixMs,
    /// Last moment looked at.
    pub to: UnixMs,
    /// Minutes before and after an entry.
    pub window_minutes: i64,
    /// The entries, in order of time.
    pub visits: Vec<CaseVisit>,
    /// The people, most meetings first, at most 500; with `checkpoint`/`entered` chosen, of that
    /// one entry only.
    pub contacts: Vec<ContactRow>,
    /// How many people there are in all.
    pub contacts_total: usize,
}

/// Which entry of the case to look at; `None` for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// When.
    pub entered: UnixMs,
}

/// Puts the desk together; the look is in the audit first.
///
/// # Errors
/// `NotFound` for a case opened by somebody else.
pub async fn desk(
    house: &House,
    caller: &Investigator,
    case: i64,
    window_minutes: Option<i64>,
    chosen: Option<Chosen>,
) -> Answer<Desk> {
    let case = cases::own(house, caller, case).await?;
    let minutes = contact_tracing::window_minutes(window_minutes);
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::CaseViewed,
        subject: format!("病例 {}", case.id),
        detail: format!("前后 {minutes} 分钟"),
    };
    house.registry.audit(&[line]).await?;
    let traced = trace(house, &case, minutes).await?;
    let mut names = Names::default();
    let mut visits = Vec::new();
    for (recorded, (_, found)) in traced.visits.iter().zip(&traced.found) {
        visits.push(case_visit(house, &mut names, case.person, recorded, found).await?);
    }
    let narrowed = match chosen {
        Some(chosen) => only(traced.found, chosen),
        None => traced.found,
    };
    let all = contact_tracing::contacts(case.person, &narrowed);
    let contacts_total = all.len();
    let shown = &all[..contacts_total.min(CONTACTS_SHOWN_MAX)];
    Ok(Desk {
        person: case.person,
        from: traced.from,
        to: traced.to,
        window_minutes: minutes,
        visits,
        contacts: contact_rows(house, &mut names, shown).await?,
        contacts_total,
        case: cases::row(house, case).await?,
    })
}

/// Around each of a case's entries, who entered there and when.
pub(crate) type Found = Vec<(Exposure, Vec<(PersonNumber, UnixMs)>)>;

/// A case's entries and who entered around them.
pub(crate) struct Traced {
    pub(crate) from: UnixMs,
    pub(crate) to: UnixMs,
    pub(crate) visits: Vec<Recorded>,
    pub(crate) found: Found,
}

/// What was found around one entry.
fn only(found: Found, chosen: Chosen) -> Found {
    let wanted = Exposure { checkpoint: chosen.checkpoint, entered: chosen.entered };
    found.into_iter().filter(|(exposure, _)| *exposure == wanted).collect()
}

/// Asks the visit store: the case's entries, then everybody around each, in one pass.
pub(crate) async fn trace(house: &House, case: &Case, minutes: i64) -> Answer<Traced> {
    let (from, to) = contact_tracing::look_back(house.now());
    let visits = house.visits.visits_of(case.person.0, from.0, to.0).await;
    let visits: Vec<Recorded> =
        visits.map_err(Failure::broken)?.iter().map(Recorded::from).collect();
    let exposures: Vec<Exposure> = visits
        .iter()
        .map(|visit| Exposure { checkpoint: visit.checkpoint, entered: visit.entered })
        .collect();
    let windows: Vec<Window> = exposures
        .iter()
        .map(|exposure| {
            let (from, to) = exposure.window(minutes);
            Window { checkpoint: exposure.checkpoint.0, from_ms: from.0, to_ms: to.0 }
        })
        .collect();
    let around = house.visits.visits_at_windows(&windows).await.map_err(Failure::broken)?;
    let entries = |visits: Vec<visits::Visit>| {
        visits.iter().map(|v| (PersonNumber(v.person), UnixMs(v.entered_ms))).collect()
    };
    let found = exposures.into_iter().zip(around.into_iter().map(entries)).collect();
    Ok(Traced { from, to, visits, found })
}

async fn case_visit(
    house: &House,
    names: &mut Names,
    case: PersonNumber,
    recorded: &Recorded,
    found: &[(PersonNumber, UnixMs)],
) -> Answer<CaseVisit> {
    let others: HashSet<PersonNumber> =
        found.iter().map(|(person, _)| *person).filter(|person| *person != case).collect();
    let door = names.of(house, recorded.checkpoint).await?;
    Ok(CaseVisit {
        checkpoint: recorded.checkpoint,
        name: door.name,
        door: door.door,
        category_name: door.category_name,
        entered: recorded.entered,
        method: recorded.method,
        colour: recorded.colour,
        people: others.len(),
    })
}

/// What a door is called, each asked for once.
#[derive(Default)]
pub(crate) struct Names {
    doors: HashMap<CheckpointNumber, DoorName>,
    tree: Option<Tree>,
}

#[derive(Clone, Default)]
pub(crate) struct DoorName {
    name: String,
    door: String,
    category_name: String,
}

impl Names {
    async fn of(&mut self, house: &House, number: CheckpointNumber) -> Answer<DoorName> {
        if let Some(known) = self.doors.get(&number) {
            return Ok(known.clone());
        }
        let tree = match self.tree.take() {
            Some(tree) => tree,
            None => categories::tree(house).await?,
        };
        let checkpoint = house.registry.checkpoint(number).await?;
        let name = checkpoint.map(|found| DoorName {
            category_name: tree.name_of(&found.record.category),
            name: found.record.name,
            door: found.record.door,
        });
        let name = name.unwrap_or_default();
        self.tree = Some(tree);
        self.doors.insert(number, name.clone());
        Ok(name)
    }
}

/// Contacts with names of people (masked) and places.
pub(crate) async fn contact_rows(
    house: &House,
    names: &mut Names,
    contacts: &[Contact],
) -> Answer<Vec<ContactRow>> {
    let mut rows = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let door = names.of(house, contact.nearest_checkpoint).await?;
        rows.push(ContactRow {
            person: contact.person,
            masked_name: masked_name(house, contact.person)?,
            meetings: contact.meetings,
            nearest_minutes: contact.nearest_ms / MINUTE_MS,
            nearest_place: format!("{} {}", door.name, door.door),
            nearest_entered: contact.nearest_entered,
        });
    }
    Ok(rows)
}
