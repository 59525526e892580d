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
    contact_tracing::{self, Contact, Exposure, Scan, Stay, WaysOut},
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
    /// When they left, where a way out was scanned.
    pub left: Option<UnixMs>,
    /// The version of the entry policy they were judged by, when it can be told.
    pub policy_version: Option<u32>,
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
    /// Where they were near last: name and door.
    pub last_place: String,
    /// When they entered there.
    pub last_entered: UnixMs,
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
    for (recorded, (exposure, found)) in traced.visits.iter().zip(&traced.found) {
        visits.push(case_visit(house, &mut names, case.person, recorded, exposure, found).await?);
    }
    let all = contact_tracing::contacts(case.person, &narrowed(traced.found, chosen));
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

/// What was found around one entry, or around all of them.
pub(crate) fn narrowed(found: Found, chosen: Option<Chosen>) -> Found {
    let Some(chosen) = chosen else { return found };
    let is_chosen = |exposure: &Exposure| {
        (exposure.checkpoint, exposure.entered) == (chosen.checkpoint, chosen.entered)
    };
    found.into_iter().filter(|(exposure, _)| is_chosen(exposure)).collect()
}

/// Asks the visit store: the case's entries, then everybody around each, in one pass. Stays are exact
/// where a place has a way out that is scanned.
pub(crate) async fn trace(house: &House, case: &Case, minutes: i64) -> Answer<Traced> {
    let (from, to) = contact_tracing::look_back(house.now());
    let visits = house.visits.visits_of(case.person.0, from.0, to.0).await;
    let visits: Vec<Recorded> =
        visits.map_err(Failure::broken)?.iter().map(Recorded::from).collect();
    let ways_out = ways_out(house, &visits).await?;
    let (visits, exposures) = exposures(visits, &ways_out);
    let windows = |span: fn(&Exposure, i64) -> (UnixMs, UnixMs), exposure: &Exposure, door| {
        let (from, to) = span(exposure, minutes);
        let CheckpointNumber(checkpoint) = door;
        Window { checkpoint, from_ms: from.0, to_ms: to.0 }
    };
    let around: Vec<Window> =
        exposures.iter().map(|one| windows(Exposure::window, one, one.checkpoint)).collect();
    let around = house.visits.visits_at_windows(&around).await.map_err(Failure::broken)?;
    // Who left by a way out before the case came was not there with them.
    let (mut gone_of, mut gone) = (Vec::new(), Vec::new());
    for (at, one) in exposures.iter().enumerate() {
        for door in ways_out.of(one.checkpoint) {
            gone_of.push(at);
            gone.push(windows(Exposure::before, one, door));
        }
    }
    let gone = house.visits.visits_at_windows(&gone).await.map_err(Failure::broken)?;
    let mut left = vec![Vec::new(); exposures.len()];
    for (at, visits) in gone_of.into_iter().zip(gone) {
        left[at].extend(whos(&visits));
    }
    let together = |((exposure, visits), left): ((Exposure, Vec<visits::Visit>), Vec<_>)| {
        (exposure, exposure.together(whos(&visits), &left))
    };
    let found = exposures.into_iter().zip(around).zip(left).map(together).collect();
    Ok(Traced { from, to, visits, found })
}

fn whos(visits: &[visits::Visit]) -> Vec<(PersonNumber, UnixMs)> {
    visits.iter().map(|v| (PersonNumber(v.person), UnixMs(v.entered_ms))).collect()
}

async fn ways_out(house: &House, visits: &[Recorded]) -> Answer<WaysOut> {
    let mut doors: Vec<CheckpointNumber> = visits.iter().map(|visit| visit.checkpoint).collect();
    doors.sort_unstable();
    doors.dedup();
    Ok(WaysOut::new(house.registry.ways_out(&doors).await?))
}

/// What of a case's scans is a stay, and what is known of it; a scan on the way out ends one and is
/// none of its own.
fn exposures(visits: Vec<Recorded>, ways_out: &WaysOut) -> (Vec<Recorded>, Vec<Exposure>) {
    let scan = |visit: &Recorded| Scan {
        checkpoint: visit.checkpoint,
        at: visit.entered,
        leaves: visit.leaves(),
    };
    let scans: Vec<Scan> = visits.iter().map(scan).collect();
    let stays = contact_tracing::stays(&scans, ways_out);
    let known = visits.into_iter().zip(stays).filter(|(_, stay)| *stay != Stay::Ends);
    let known = known.map(|(visit, stay)| {
        let left = if let Stay::Until(left) = stay { Some(left) } else { None };
        (visit, Exposure { checkpoint: visit.checkpoint, entered: visit.entered, left })
    });
    known.unzip()
}

async fn case_visit(
    house: &House,
    names: &mut Names,
    case: PersonNumber,
    recorded: &Recorded,
    exposure: &Exposure,
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
        left: exposure.left,
        policy_version: recorded.policy.exact(house.mirror.highest_policy()).filter(|v| *v > 0),
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
        let nearest = names.of(house, contact.nearest_checkpoint).await?;
        let last = names.of(house, contact.last_checkpoint).await?;
        rows.push(ContactRow {
            person: contact.person,
            masked_name: masked_name(house, contact.person)?,
            meetings: contact.meetings,
            nearest_minutes: contact.nearest_ms / MINUTE_MS,
            nearest_place: format!("{} {}", nearest.name, nearest.door),
            nearest_entered: contact.nearest_entered,
            last_place: format!("{} {}", last.name, last.door),
            last_entered: contact.last_entered,
        });
    }
    Ok(rows)
}
