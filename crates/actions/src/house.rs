//! Everything a verb may need, handed in by the binary.

use crate::{
    Answer, Failure,
    accounts::sms_codes::SmsLimits,
    alerts::raised::RaisedAlerts,
    applications::drafts::Reading,
    checkins::{follow_up::Followed, gate::Gate},
    duty::{announce::Announcer, day::Days, proof_words::ProofWords},
    entry_apps::EntryApps,
    health_status::{HealthSource, Questions},
    limits::Limits,
    metrics::{AskStore, Gauges, Metrics},
    mirror::Mirror,
    people::identity_check::IdentityChecker,
    posters::{Drawing, jobs::PosterJobs},
    sms::SmsSender,
};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use domain::{
    applications::ReviewSteps,
    networks::Network,
    outside::{Clock, Dice, roll},
    retention::KeptDays,
    time::UnixMs,
};
use registry::Registry;
use std::sync::Arc;
use vault::{Purpose, Vault};
use visits::{StoreHealth, VisitStore};

/// Who may read the figures of the running house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Nobody.
    Off,
    /// This machine itself.
    Loopback,
    /// Whoever has this token.
    Token(String),
}

/// What the operator settles.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that is printed on posters, without a slash at the end.
    pub public_url: String,
    /// Telephone number for questions, printed on posters.
    pub hotline: Option<String>,
    /// Whether this is a demonstration with invented people.
    pub demo: bool,
    /// Days a visit is kept.
    pub visit_days: u32,
    /// Days that people, and what has ended, are kept.
    pub kept: KeptDays,
    /// Working days until a person's request about their data is answered.
    pub answer_days: u32,
    /// How many people say yes before a door gets its code.
    pub review_steps: ReviewSteps,
    /// Whether a password is followed by a code by text message, where these can be sent.
    pub second_factor: bool,
    /// How many codes by text message are sent in a day.
    pub sms_limits: SmsLimits,
    /// Who may read the figures of the running house.
    pub metrics: MetricsAccess,
    /// Proxies whose word is taken for the client's address.
    pub trusted_proxies: Vec<Network>,
}

/// The parts of the house.
pub struct House {
    /// Everything that is not a visit.
    pub registry: Registry,
    /// What a scan needs of the registry, in memory.
    pub mirror: Mirror,
    /// Keys and ciphers.
    pub vault: Arc<Vault>,
    /// Visits.
    pub visits: Arc<dyn VisitStore>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives chance.
    pub dice: Arc<dyn Dice>,
    /// Sends text messages.
    pub sms: Arc<dyn SmsSender>,
    /// Says what a person's health status is when our own register does not.
    pub health: Arc<dyn HealthSource>,
    /// What is asked of it, and what it answered.
    pub questions: Questions,
    /// Apps that say whose account a browser is in.
    pub entry_apps: EntryApps,
    /// Knows who holds a document.
    pub checker: Arc<dyn IdentityChecker>,
    /// Verdicts that followed an entry.
    pub followed: Followed,
    /// What doors with a screen remember of the day.
    pub days: Days,
    /// The words that doors show this hour.
    pub proof_words: ProofWords,
    /// Alerts on their way into the registry.
    pub raised: RaisedAlerts,
    /// Tells duty screens what happened at their door.
    pub announcer: Announcer,
    /// Limits of one address, one person and one door.
    pub limits: Limits,
    /// Archives of posters that are being drawn.
    pub drawing: Drawing,
    /// Posters by the thousand.
    pub poster_jobs: PosterJobs,
    /// Tables of doors that are being read.
    pub reading: Reading,
    /// The way into the visit store.
    pub gate: Gate,
    /// Counts since the start.
    pub metrics: Metrics,
    /// Figures of the visit store.
    pub store_figures: AskStore,
    /// What the operator settles.
    pub settings: Settings,
}

/// A secret of 160 bits, as 32 lower-case base32 characters.
pub(crate) fn fresh_token(dice: &dyn Dice) -> String {
    BASE32_NOPAD.encode(&roll::<20>(dice)).to_ascii_lowercase()
}

impl House {
    /// The time now.
    #[must_use]
    pub fn now(&self) -> UnixMs {
        self.clock.now()
    }

    /// Brings the mirror up to what the registry holds. Whoever changes something that the mirror
    /// shows, does this before it answers.
    ///
    /// # Errors
    /// `Broken` when the registry cannot be read.
    pub async fn catch_up(&self) -> Answer<()> {
        self.mirror.catch_up(&self.registry).await
    }

    /// The URL that is printed for a venue code and never changes: `https://HOST/c/<code>`.
    #[must_use]
    pub fn printed_url(&self, code: &str) -> String {
        format!("{}/c/{code}", self.settings.public_url)
    }

    /// A fresh secret of 160 bits, as 32 lower-case base32 characters, for a cookie or a link.
    #[must_use]
    pub fn fresh_token(&self) -> String {
        fresh_token(&*self.dice)
    }

    /// 128 bits as 32 hexadecimal digits, for what is forgotten with the answer it stands in.
    #[must_use]
    pub fn fresh_nonce(&self) -> [u8; 32] {
        let (mut bytes, mut digits) = ([0; 16], [0; 32]);
        self.dice.fill_fleeting(&mut bytes);
        HEXLOWER.encode_mut(&bytes, &mut digits);
        digits
    }

    /// Whether two secrets are the same; how long it takes says nothing of where they differ.
    #[must_use]
    pub fn same_secret(&self, one: &str, other: &str) -> bool {
        let mac = self.vault.mac(Purpose::Csrf, one.as_bytes());
        self.vault.verify_mac(Purpose::Csrf, other.as_bytes(), &mac)
    }

    /// The figures of the running house, in the text format of Prometheus.
    #[must_use]
    pub fn figures(&self) -> String {
        self.metrics.text(&Gauges {
            under_way: self.gate.under_way(),
            questions: self.questions.waiting(),
            sources: self.health.figures(),
            store: (self.store_figures)(),
        })
    }

    /// Whether the registry answers and the visit store takes visits.
    ///
    /// # Errors
    /// `Broken` naming the part that does not work.
    pub async fn ready(&self) -> Answer<()> {
        self.registry.ping().await?;
        match self.visits.health() {
            StoreHealth::Writing => Ok(()),
            StoreHealth::NoRoom(why) | StoreHealth::Stopped(why) => Err(Failure::broken(why)),
        }
    }
}
