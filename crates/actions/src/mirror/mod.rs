//! The mirror: what a scan needs of the registry, in memory, so that a scan asks no database.
//!
//! It is filled when the house opens and reads again whatever the registry's trail of changes names.
//! A verb that changed something calls [`House::catch_up`](crate::House::catch_up) before it
//! answers; a timed job does the same twice a second, for what another process changed.
//! How large it may get is measured in bytes: `docs/decisions/0014-a-mirror-of-the-registry.md`.

mod doors;
mod people;
mod slot;

pub use doors::MirroredCode;
pub(crate) use people::{MaskedName, Session};

use crate::{
    Answer, Failure,
    accounts::principals::{DutyDevice, SignScreen},
    people::{births::Births, session::Keys},
};
use domain::{
    checkpoints::CheckpointNumber,
    duty::DeviceKind,
    entry_policy::{EntryPolicy, Policies, Site},
    health_status::{HealthStatus, TestOrganisation},
    people::{BirthMonth, PersonNumber},
    time::UnixMs,
    venue_codes::VenueCode,
};
use doors::Doors;
use parking_lot::RwLock;
use people::People;
use registry::{Change, EnrolledDevice, KnownPerson, Registry, RegistryError, Share};
use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroU64,
    sync::Arc,
};
use tokio::{sync::Mutex, task::JoinSet};
use vault::Vault;

/// Changes read at once.
const CHANGES_AT_ONCE: i64 = 1_000;

/// Parts in which everybody is read when the house opens.
const SHARES: usize = 2;

/// What a scan needs of the registry.
#[derive(Default)]
pub struct Mirror {
    people: RwLock<People>,
    doors: RwLock<Doors>,
    devices: RwLock<Devices>,
    keys: RwLock<Keys>,
    policies: RwLock<Policies>,
    organisations: RwLock<Organisations>,
    position: Mutex<Position>,
    callers: std::sync::atomic::AtomicU64,
    births: Births,
}

/// Duty devices by the MAC of their token.
type Devices = HashMap<Vec<u8>, Device>;

/// A device, as what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Device {
    /// A duty screen.
    Duty(DutyDevice),
    /// An electronic sign.
    Sign(SignScreen),
}

/// The names of organisations that test.
type Organisations = HashMap<TestOrganisation, Arc<str>>;

/// How far the trail of changes was followed.
#[derive(Default)]
struct Position {
    seq: i64,
    /// Callers that came before the last look began: what they wrote was seen by it.
    served: u64,
}

impl Mirror {
    /// Reads everything.
    ///
    /// # Errors
    /// `Broken` when the registry cannot be read, or holds more than fits.
    pub async fn load(registry: &Registry, vault: &Arc<Vault>) -> Answer<Self> {
        let mirror = Self { births: Births::new(vault), ..Self::default() };
        mirror.position.lock().await.seq = mirror.read_all(registry).await?;
        Ok(mirror)
    }

    /// The number of the last change before everything was read.
    async fn read_all(&self, registry: &Registry) -> Answer<i64> {
        let seq = registry.last_change().await?;
        let (mut people, mut doors) = (self.read_people(registry).await?, Doors::default());
        people.shrink();
        people.fits().map_err(Failure::broken)?;
        registry.venue_codes(|code| doors.put(&code)).await?;
        let devices = registry.enrolled_devices().await?.iter().map(device).collect();
        let keys = read_keys(registry).await?;
        *self.policies.write() = Policies::new(registry.agreed_policies().await?);
        *self.people.write() = people;
        *self.doors.write() = doors;
        *self.devices.write() = devices;
        *self.keys.write() = keys;
        self.name_organisations(registry).await?;
        Ok(seq)
    }

    /// Everybody, shared out, and the register of status beside them, each in the order in which it
    /// lies on disk: with millions of people most of the time goes into taking apart what the database
    /// gave and into opening what is sealed, so that all processors do it.
    async fn read_people(&self, registry: &Registry) -> Answer<People> {
        let people = Arc::new(parking_lot::Mutex::new(People::default()));
        let mut beside = JoinSet::new();
        let (theirs, statuses) = (Arc::clone(&people), registry.clone());
        beside.spawn(async move {
            let put = |person, status| theirs.lock().put_status(person, status);
            statuses.all_statuses(Share::WHOLE, put).await
        });
        for nth in 0..SHARES {
            let (theirs, registry) = (Arc::clone(&people), registry.clone());
            let births = self.births.clone();
            beside.spawn(async move {
                let put = |person: KnownPerson| {
                    let born = births.open(person.born_sealed.as_deref());
                    theirs.lock().put_but_status(&person, born);
                };
                registry.all_people(Share { nth, of: SHARES }, put).await
            });
        }
        while let Some(done) = beside.join_next().await {
            done.map_err(Failure::broken)??;
        }
        Ok(std::mem::take(&mut *people.lock()))
    }

    /// Reads what has changed since the last look. Whatever was committed before the call is in
    /// force when it returns. Callers side by side share one look.
    ///
    /// # Errors
    /// `Broken` when the registry cannot be read.
    pub async fn catch_up(&self, registry: &Registry) -> Answer<()> {
        use std::sync::atomic::Ordering::SeqCst;
        let ticket = self.callers.fetch_add(1, SeqCst);
        let mut position = self.position.lock().await;
        if position.served > ticket {
            return Ok(());
        }
        let callers = self.callers.load(SeqCst);
        self.follow(registry, &mut position).await?;
        let last = self.people.read().last();
        let put = |person: KnownPerson| {
            let born = self.born(&person);
            self.people.write().put_next(&person, born);
        };
        registry.known_people_after(last, put).await?;
        self.people.read().fits().map_err(Failure::broken)?;
        self.name_organisations(registry).await?;
        position.served = callers;
        Ok(())
    }

    async fn follow(&self, registry: &Registry, position: &mut Position) -> Answer<()> {
        loop {
            let changes = registry.changes_after(position.seq, CHANGES_AT_ONCE).await?;
            let Some(changes) = changes else {
                tracing::warn!("too far behind the registry's changes: reading everything again");
                position.seq = self.read_all(registry).await?;
                continue;
            };
            let Some(last) = changes.last().map(|(seq, _)| *seq) else { return Ok(()) };
            self.apply(registry, changes.into_iter().map(|(_, change)| change)).await?;
            position.seq = last;
        }
    }

    fn born(&self, person: &KnownPerson) -> Option<BirthMonth> {
        self.births.open(person.born_sealed.as_deref())
    }

    /// Reads a stretch of people again.
    async fn take_births(
        &self,
        registry: &Registry,
        first: PersonNumber,
        last: PersonNumber,
    ) -> Answer<()> {
        let put = |person: KnownPerson| {
            let born = self.born(&person);
            self.people.write().put(&person, born);
        };
        Ok(registry.known_people_between(first, last, put).await?)
    }

    /// Reads the names of organisations when a test is by one that has none here.
    async fn name_organisations(&self, registry: &Registry) -> Answer<()> {
        let last = TestOrganisation(self.people.read().organisation_last());
        if last.0 == 0 || self.organisations.read().contains_key(&last) {
            return Ok(());
        }
        let all = registry.test_organisations().await?;
        *self.organisations.write() =
            all.into_iter().map(|(number, name)| (number, name.into())).collect();
        Ok(())
    }

    /// Takes over what one batch of the register says. It is small beside the register.
    async fn take_batch(&self, registry: &Registry, batch: i64) -> Answer<()> {
        let mut statuses = Vec::new();
        registry.statuses_of_batch(batch, |person, status| statuses.push((person, status))).await?;
        let mut people = self.people.write();
        statuses.into_iter().for_each(|(person, status)| people.put_status(person, status));
        Ok(())
    }

    async fn apply(
        &self,
        registry: &Registry,
        changes: impl Iterator<Item = Change>,
    ) -> Answer<()> {
        // A person whose status was set ten times is read once.
        let mut people = BTreeSet::new();
        for change in changes {
            match change {
                Change::Person(person) => {
                    people.insert(person);
                }
                Change::Births(first, last) => self.take_births(registry, first, last).await?,
                Change::Statuses(batch) => self.take_batch(registry, batch).await?,
                Change::VenueCode(code) => {
                    if let Some(row) = registry.venue_code(&code).await? {
                        self.doors.write().put(&row);
                    }
                }
                Change::Device(id) => self.look_at_device(registry, id).await?,
                Change::SessionKeys => *self.keys.write() = read_keys(registry).await?,
                Change::EntryPolicies => {
                    let policies = Policies::new(registry.agreed_policies().await?);
                    *self.policies.write() = policies;
                }
            }
        }
        for person in people {
            match registry.known_person(person).await? {
                Some(known) => {
                    let born = self.born(&known);
                    self.people.write().put(&known, born);
                }
                None => self.people.write().remove(person),
            }
        }
        Ok(())
    }

    async fn look_at_device(&self, registry: &Registry, id: i64) -> Answer<()> {
        let Some(found) = registry.enrolled_device(id).await? else { return Ok(()) };
        if found.in_use {
            let (mac, device) = device(&found);
            self.devices.write().insert(mac, device);
        } else {
            self.devices.write().remove(&found.token_mac);
        }
        Ok(())
    }

    /// What a person's tokens are held against; `None` when there is no such person.
    pub(crate) fn session(&self, person: PersonNumber) -> Option<Session> {
        self.people.read().session(person)
    }

    /// A person's session epoch; `None` when there is no such person.
    pub(crate) fn epoch(&self, person: PersonNumber) -> Option<i64> {
        self.session(person).map(|known| known.epoch)
    }

    /// Keeps the mark of a person's token that was right, in place of the one before it.
    pub(crate) fn proven(&self, person: PersonNumber, mark: NonZeroU64) {
        self.people.read().proven(person, mark);
    }

    /// The version of the privacy notice that a person agreed to: 0 when they were never asked, -1 after
    /// they took it back.
    pub(crate) fn consent(&self, person: PersonNumber) -> Option<i64> {
        self.people.read().consent(person)
    }

    /// A person's masked name.
    pub(crate) fn masked_name(&self, person: PersonNumber) -> Option<MaskedName> {
        self.people.read().masked_name(person)
    }

    /// Keeps a masked name that was opened, in place of the sealed one. Nobody waits for that: when
    /// people are being looked at just now, it is opened once more another time.
    pub(crate) fn opened(&self, person: PersonNumber, sealed: &[u8], name: &str) {
        if let Some(mut people) = self.people.try_write() {
            people.opened(person, sealed, name);
        }
    }

    /// What the register of health status says of a person, confirmed when it was set.
    pub(crate) fn status(&self, person: PersonNumber) -> Option<HealthStatus> {
        self.people.read().status(person)
    }

    /// When a person was born, to the month.
    pub(crate) fn birth_month(&self, person: PersonNumber) -> Option<BirthMonth> {
        self.people.read().born(person)
    }

    /// Hands over every status that the register has, and when its person was born. Between blocks of
    /// people the scans have their turn.
    pub(crate) fn each_status(&self, mut each: impl FnMut(HealthStatus, Option<BirthMonth>)) {
        for block in 0.. {
            let Some(statuses) = self.people.read().statuses_of(block) else { return };
            statuses.into_iter().for_each(|(status, born)| each(status, born));
        }
    }

    /// The name of an organisation that tests.
    pub(crate) fn test_organisation(&self, number: TestOrganisation) -> Option<Arc<str>> {
        self.organisations.read().get(&number).cloned()
    }

    /// A venue code.
    pub(crate) fn code(&self, code: &VenueCode) -> Option<MirroredCode> {
        self.doors.read().code(code).cloned()
    }

    /// The current (or suspended) code of a checkpoint.
    pub(crate) fn code_of(&self, checkpoint: CheckpointNumber) -> Option<MirroredCode> {
        self.doors.read().code_of(checkpoint).cloned()
    }

    /// Every door that has or had a code.
    pub(crate) fn doors(&self) -> Vec<CheckpointNumber> {
        self.doors.read().all()
    }

    /// The device whose token has this MAC, unless revoked.
    pub(crate) fn device(&self, token_mac: &[u8]) -> Option<Device> {
        self.devices.read().get(token_mac).copied()
    }

    /// The entry policy that holds at a door.
    pub(crate) fn policy(&self, site: &Site<'_>, now: UnixMs) -> EntryPolicy {
        self.policies.read().at(site, now)
    }

    /// The highest version of an entry policy that was agreed on.
    pub(crate) fn highest_policy(&self) -> u32 {
        self.policies.read().highest()
    }

    /// All entry policies that were agreed on.
    pub(crate) fn policies(&self) -> Policies {
        self.policies.read().clone()
    }

    /// The keys of visitors' sessions.
    #[must_use]
    pub fn keys(&self) -> Keys {
        *self.keys.read()
    }
}

fn device(found: &EnrolledDevice) -> (Vec<u8>, Device) {
    let (device, checkpoint) = (found.id, found.checkpoint);
    let device = match found.kind {
        DeviceKind::Duty => Device::Duty(DutyDevice { device, checkpoint }),
        DeviceKind::Sign => Device::Sign(SignScreen { checkpoint }),
    };
    (found.token_mac.clone(), device)
}

async fn read_keys(registry: &Registry) -> Answer<Keys> {
    let text = registry.session_keys().await?;
    let keys = Keys::read(text.as_deref());
    keys.ok_or_else(|| RegistryError::Strange("installation.session_keys").into())
}
