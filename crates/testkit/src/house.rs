//! A whole house in a temporary folder.

use actions::{
    House,
    accounts::sms_codes::SmsLimits,
    alerts::raised::RaisedAlerts,
    applications::drafts::Reading,
    checkins::{follow_up::Followed, gate::Gate},
    duty::{announce::Announcer, day::Days, proof_words::ProofWords},
    entry_apps::{EntryApp, EntryApps},
    health_status::{HealthSource, Identity, Questions, Subject},
    house::{MetricsAccess, Settings},
    limits::{LimitSettings, Limits, PerMinute},
    metrics::{Metrics, StoreFigures},
    mirror::Mirror,
    people::identity_check::IdentityChecker,
    posters::{
        Drawing,
        jobs::{Disk, ExportFile, PosterJobs},
    },
    sms::{BoxFuture, SmsError, SmsSender, TextMessage},
};
use domain::{
    applications::ReviewSteps,
    entry_apps::App,
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source},
    outside::{Clock, Dice},
    people::{CheckOutcome, PersonNumber},
    retention::KeptDays,
    time::{HOUR_MS, UnixMs},
    venue_codes::Standing,
};
use parking_lot::Mutex;
use rand::{Rng, SeedableRng, rngs::StdRng};
use registry::Registry;
use std::{
    collections::HashMap,
    fs::File,
    io::{self, ErrorKind, Write},
    ops::Deref,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use vault::Vault;
use visits::embedded::EmbeddedVisits;

/// 2026-11-22 14:32:07 in Fuyang.
const START: UnixMs = UnixMs(1_795_329_127_000);

/// A test that is about limits sets its own.
const UNLIMITED: LimitSettings =
    LimitSettings { address: PerMinute(0), person: PerMinute(0), checkpoint: PerMinute(0) };

/// A clock that moves when told to.
#[derive(Debug)]
pub struct FakeClock(Mutex<UnixMs>);

impl FakeClock {
    /// Moves on (or back, when negative).
    pub fn advance_ms(&self, ms: i64) {
        let mut now = self.0.lock();
        *now = now.plus(ms);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UnixMs {
        *self.0.lock()
    }
}

/// Dice that roll the same after the same seed.
pub struct SeededDice(Mutex<StdRng>);

impl SeededDice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Dice for SeededDice {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().fill_bytes(bytes);
    }
}

/// Keeps the text messages that would have been sent.
#[derive(Default)]
pub struct Outbox {
    codes: Mutex<HashMap<String, String>>,
    sent: Mutex<Vec<(String, TextMessage)>>,
    failing: Mutex<bool>,
}

impl Outbox {
    /// The last code sent to a number.
    pub fn code(&self, phone: &str) -> Option<String> {
        self.codes.lock().get(phone).cloned()
    }

    /// The messages sent to a number, codes apart, oldest first.
    pub fn notices(&self, phone: &str) -> Vec<TextMessage> {
        let sent = self.sent.lock();
        sent.iter().filter(|(to, _)| to == phone).map(|(_, message)| message.clone()).collect()
    }

    /// Whether sending fails from now on.
    pub fn fail(&self, failing: bool) {
        *self.failing.lock() = failing;
    }
}

impl SmsSender for Outbox {
    fn send<'a>(
        &'a self,
        phone: &'a str,
        message: &'a TextMessage,
    ) -> BoxFuture<'a, Result<(), SmsError>> {
        Box::pin(async move {
            if *self.failing.lock() {
                return Err(SmsError("the provider does not answer".to_owned()));
            }
            match message {
                TextMessage::Code { code } => {
                    self.codes.lock().insert(phone.to_owned(), code.clone());
                }
                other => self.sent.lock().push((phone.to_owned(), other.clone())),
            }
            Ok(())
        })
    }
}

/// An outside source that says green to everybody, or nothing at all.
#[derive(Default)]
pub struct Health {
    /// Set when the source is to be out of reach.
    pub silent: Mutex<bool>,
    /// Set when it is to be asked by name, over a network.
    pub by_name: Mutex<bool>,
}

impl Health {
    fn says(&self, now: UnixMs) -> Option<HealthStatus> {
        (!*self.silent.lock()).then_some(HealthStatus {
            colour: Colour::Green,
            confirmed: now,
            nucleic_acid: Some(NucleicAcid::of(now.plus(-11 * HOUR_MS), true)),
            itinerary: Itinerary::Clear,
            doses: Some(3),
            source: Source::Demo,
        })
    }
}

impl HealthSource for Health {
    fn ask<'a>(&'a self, about: &'a Subject, now: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async move {
            let known = !self.needs_identity() || about.identity.is_some();
            self.says(now).filter(|_| known)
        })
    }

    fn at_hand(&self, _: PersonNumber, now: UnixMs) -> Option<HealthStatus> {
        self.says(now).filter(|_| !self.needs_identity())
    }

    fn needs_identity(&self) -> bool {
        *self.by_name.lock()
    }
}

/// Knows who holds a document, as a test says; nobody is asked until a test says something.
#[derive(Default)]
pub struct Police {
    /// What is said of everybody.
    pub says: Mutex<Option<CheckOutcome>>,
    /// Names and numbers that were asked about.
    pub asked: Mutex<Vec<(String, String)>>,
}

impl Police {
    /// From now on this is said of everybody.
    pub fn say(&self, outcome: CheckOutcome) {
        *self.says.lock() = Some(outcome);
    }
}

impl IdentityChecker for Police {
    fn is_there(&self) -> bool {
        self.says.lock().is_some()
    }

    fn name(&self) -> &'static str {
        "police"
    }

    fn check<'a>(&'a self, who: &'a Identity, _: UnixMs) -> BoxFuture<'a, CheckOutcome> {
        Box::pin(async move {
            self.asked.lock().push((who.name.clone(), who.id_number.clone()));
            self.says.lock().unwrap_or(CheckOutcome::Failed)
        })
    }
}

/// A disk for files to download that is as full, and as slow, as a test says.
pub struct TestDisk {
    /// Bytes that are said to be free.
    pub free: Mutex<u64>,
    /// Bytes of a file after which writing fails, and with what.
    pub fails_after: Mutex<Option<(u64, ErrorKind)>>,
    /// While it is, whoever writes waits.
    pub shut: Arc<AtomicBool>,
}

impl Default for TestDisk {
    fn default() -> Self {
        Self { free: Mutex::new(u64::MAX / 2), fails_after: Mutex::default(), shut: Arc::default() }
    }
}

impl Disk for TestDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn ExportFile>> {
        let file = File::create(path)?;
        let (left, shut) = (*self.fails_after.lock(), Arc::clone(&self.shut));
        Ok(Box::new(TestFile { file, left, shut }))
    }

    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        Ok(*self.free.lock())
    }
}

struct TestFile {
    file: File,
    left: Option<(u64, ErrorKind)>,
    shut: Arc<AtomicBool>,
}

impl Write for TestFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while self.shut.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(2));
        }
        if let Some((left, kind)) = &mut self.left {
            *left = left.checked_sub(bytes.len() as u64).ok_or(*kind)?;
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl ExportFile for TestFile {
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// A house with everything in it, and handles on what tests turn.
pub struct TestHouse {
    pub house: Arc<House>,
    pub clock: Arc<FakeClock>,
    pub outbox: Arc<Outbox>,
    pub health: Arc<Health>,
    pub disk: Arc<TestDisk>,
    pub police: Arc<Police>,
    pub(crate) people: Mutex<u32>,
    folder: TempDir,
}

impl Deref for TestHouse {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl TestHouse {
    /// A fresh house.
    pub async fn new() -> Self {
        Self::with_visits(visits::embedded::Options::default()).await
    }

    /// A fresh house in which a password is followed by a code.
    pub async fn with_second_factor() -> Self {
        let options = visits::embedded::Options::default();
        Self::made(options, true, ReviewSteps::One, Vec::new()).await
    }

    /// A fresh house in which two people say yes before a door gets its code.
    pub async fn with_two_steps() -> Self {
        let options = visits::embedded::Options::default();
        Self::made(options, false, ReviewSteps::Two, Vec::new()).await
    }

    /// The same, with these apps switched on.
    pub async fn with_two_steps_and(apps: Vec<(App, Arc<dyn EntryApp>)>) -> Self {
        let options = visits::embedded::Options::default();
        Self::made(options, false, ReviewSteps::Two, apps).await
    }

    /// A fresh house whose visit store has these limits.
    pub async fn with_visits(options: visits::embedded::Options) -> Self {
        Self::made(options, false, ReviewSteps::One, Vec::new()).await
    }

    /// A fresh house with these apps switched on.
    pub async fn with_entry_apps(apps: Vec<(App, Arc<dyn EntryApp>)>) -> Self {
        let options = visits::embedded::Options::default();
        Self::made(options, false, ReviewSteps::One, apps).await
    }

    async fn made(
        options: visits::embedded::Options,
        second_factor: bool,
        review_steps: ReviewSteps,
        apps: Vec<(App, Arc<dyn EntryApp>)>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FakeClock(Mutex::new(START)));
        let dice = Arc::new(SeededDice::new(7));
        let (outbox, health) = (Arc::new(Outbox::default()), Arc::new(Health::default()));
        let disk = Arc::new(TestDisk::default());
        let police = Arc::new(Police::default());
        let vault = Vault::open_or_create(&folder.path().join("key"), &*dice).unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let registry = Registry::open_sqlite(&data.join("registry.sqlite")).await.unwrap();
        let vault = Arc::new(vault);
        let house = House {
            mirror: Mirror::load(&registry, &vault).await.unwrap(),
            registry,
            vault,
            visits: Arc::new(EmbeddedVisits::open(data.join("visits"), options).unwrap()),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            dice,
            sms: Arc::clone(&outbox) as Arc<dyn SmsSender>,
            health: Arc::clone(&health) as Arc<dyn HealthSource>,
            questions: Questions::default(),
            checker: Arc::clone(&police) as Arc<dyn IdentityChecker>,
            entry_apps: EntryApps::new(apps),
            followed: Followed::default(),
            days: Days::default(),
            proof_words: ProofWords::default(),
            raised: RaisedAlerts::default(),
            announcer: Announcer::default(),
            drawing: Drawing::default(),
            poster_jobs: PosterJobs::new(data.join("exports"), Arc::clone(&disk) as Arc<dyn Disk>),
            reading: Reading::default(),
            limits: Limits::new(UNLIMITED),
            gate: Gate::default(),
            metrics: Metrics::default(),
            store_figures: Box::new(StoreFigures::default),
            settings: Settings {
                public_url: "http://127.0.0.1:8080".to_owned(),
                demo: false,
                visit_days: 28,
                kept: KeptDays::default(),
                answer_days: domain::requests::ANSWER_DAYS,
                second_factor,
                review_steps,
                hotline: None,
                sms_limits: SmsLimits { address_per_day: 0, house_per_day: 0 },
                metrics: MetricsAccess::Off,
                trusted_proxies: Vec::new(),
            },
        };
        let (house, people) = (Arc::new(house), Mutex::new(0));
        Self { house, clock, outbox, health, disk, police, people, folder }
    }

    /// Sets what the register of health status says of a person, as the authority's own feed does.
    pub async fn set_status(&self, person: PersonNumber, status: &HealthStatus) {
        self.registry.set_health_status(person, status).await.unwrap();
        self.catch_up().await.unwrap();
    }

    /// Changes what has become of a venue code, as the authority does.
    pub async fn set_standing(&self, code: &str, standing: Standing) {
        assert!(self.registry.set_code_standing(code, standing, self.now()).await.unwrap());
        self.catch_up().await.unwrap();
    }

    /// From now on no line can be added to the audit; everything else goes on.
    pub async fn spoil_audit(&self) {
        self.run(
            "create trigger spoilt before insert on audit \
             begin select raise(abort, 'the audit is spoilt'); end",
        )
        .await;
    }

    /// Runs a statement past the registry.
    pub async fn run(&self, sql: &'static str) {
        let url = format!("sqlite://{}", self.data().join("registry.sqlite").display());
        let pool = sqlx::AnyPool::connect(&url).await.unwrap();
        sqlx::query(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// The folder that holds everything but the key.
    #[must_use]
    pub fn data(&self) -> std::path::PathBuf {
        Path::join(self.folder.path(), "data")
    }
}
