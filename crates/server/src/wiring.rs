//! Puts the house together from its parts, and takes it apart in order.

pub(crate) mod entry_apps;

use crate::{
    config::{DataArgs, LimitArgs, LogFormat, SecondFactor, Sms, SmsArgs},
    exports::OwnDisk,
    installation::{self, GivenUrl, Kind, Visits, private_folder},
    outside::{SystemClock, SystemDice, instant},
};
use actions::{
    House,
    alerts::raised::RaisedAlerts,
    applications::drafts::Reading,
    checkins::{follow_up::Followed, gate::Gate},
    duty::{announce::Announcer, day::Days, proof_words::ProofWords},
    entry_apps::EntryApps,
    health_status::{HealthSource, NoSource, Questions},
    house::{MetricsAccess, Settings},
    limits::Limits,
    metrics::{AskStore, Metrics, StoreFigures},
    mirror::Mirror,
    people::identity_check::IdentityChecker,
    posters::{Drawing, jobs::PosterJobs},
    sms::{SmsSender, TEMPLATES},
};
use anyhow::{Context, bail};
use domain::applications::ReviewSteps;
use domain::{requests::ANSWER_DAYS, retention::KeptDays};
use providers::{
    health_status::{Invented, OneSource, Province, ProvinceSettings, Silent, Sources},
    identity_check::{IdentityGateway, IdentityGatewaySettings, NoChecker},
    sms::{Aliyun, AliyunSettings, aliyun::ENDPOINT},
};
use registry::Registry;
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tracing_subscriber::EnvFilter;
use visits::{
    AbsentVisits, VisitStore,
    embedded::{EmbeddedVisits, Options},
};

/// Days a visit is kept.
const VISIT_DAYS: u32 = 28;

/// Rights of group and others.
const MODE_OF_OTHERS: u32 = 0o077;

/// What differs between a demonstration and the real thing.
pub(crate) struct Wiring {
    /// Which kind of installation this must be; either when nothing is said.
    pub(crate) kind: Option<Kind>,
    /// The address listened on, carried by posters while there is no other.
    pub(crate) here: String,
    /// The address that posters carry, when the operator gave one at this start.
    pub(crate) given_url: GivenUrl,
    /// Where text messages go.
    pub(crate) sms: TextMessages,
    /// Apps that say whose account a browser is in.
    pub(crate) entry_apps: entry_apps::Apps,
    /// What follows a password.
    pub(crate) second_factor: SecondFactor,
    /// Telephone number for questions, printed on posters.
    pub(crate) hotline: Option<String>,
    /// Working days until a person's request about their data is answered.
    pub(crate) answer_days: u32,
    /// Days that people, and what has ended, are kept.
    pub(crate) kept: KeptDays,
    /// How many people say yes before a door gets its code.
    pub(crate) review_steps: ReviewSteps,
    /// Which outside source of health status is asked.
    pub(crate) health: HealthSources,
    /// Who is asked whether names and documents belong together; nobody for `None`.
    pub(crate) identity_check: Option<IdentityGatewaySettings>,
    /// What one source may do, when there will be scans; a command that serves nobody need not read
    /// everybody in.
    pub(crate) serves: Option<LimitArgs>,
}

impl Wiring {
    /// For commands that serve nobody.
    pub(crate) fn quiet() -> Self {
        Self {
            kind: None,
            here: String::new(),
            given_url: GivenUrl::default(),
            sms: TextMessages::Off,
            entry_apps: Vec::new(),
            second_factor: SecondFactor::Off,
            hotline: None,
            answer_days: ANSWER_DAYS,
            kept: KeptDays::default(),
            review_steps: ReviewSteps::One,
            health: HealthSources::None,
            identity_check: None,
            serves: None,
        }
    }
}

/// Starts writing log lines to standard error; `RUST_LOG` narrows or widens them.
pub(crate) fn start_log(format: LogFormat) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}

/// Time since now, from a clock that is never set.
fn steady_clock() -> Box<dyn Fn() -> Duration + Send + Sync> {
    let began = instant();
    Box::new(move || began.elapsed())
}

/// Opens every part. The folder is made, for its owner alone, when it is not there.
pub(crate) async fn open(data: &DataArgs, wiring: &Wiring) -> anyhow::Result<Arc<House>> {
    private_folder(&data.data)?;
    refuse_open_folder(&data.data)?;
    let folder = data.data.join("visits");
    let opened = tokio::task::spawn_blocking(move || {
        EmbeddedVisits::open_with(folder, Options::default(), Some(steady_clock()))
    });
    // The visits' lock comes first: a second process is refused before it touches anything.
    let visits = Arc::new(opened.await?.context("the visit store")?);
    let registry = match &data.database {
        Some(url) => Registry::open(url).await,
        None => Registry::open_sqlite(&data.data.join("registry.sqlite")).await,
    };
    let registry = match registry {
        Ok(registry) => registry,
        Err(error) => {
            visits.close().await.context("closing the visit store")?;
            return Err(error).context("the registry");
        }
    };
    let stats = visits.stats();
    let there = if stats.head_visits + stats.segments > 0 { Visits::Some } else { Visits::None };
    let stores = (Arc::clone(&visits) as Arc<dyn VisitStore>, store_figures(Arc::clone(&visits)));
    let house = furnish(data, wiring, &registry, there, stores).await;
    if house.is_err() {
        registry.close().await;
        visits.close().await.context("closing the visit store")?;
    }
    house.map(Arc::new)
}

/// Opens an installation that is there without its visits: for a command that changes the registry
/// while a server may be running.
pub(crate) async fn open_beside(data: &DataArgs, wiring: &Wiring) -> anyhow::Result<Arc<House>> {
    let key = data.data.join("keys").join("master.key");
    if !key.try_exists().context("the key file")? {
        bail!(
            "{} 不是数据文件夹，请先启动一次服务，或用 --data 指明 (no data folder; start the server once, or name it with --data)",
            data.data.display()
        );
    }
    refuse_open_folder(&data.data)?;
    let registry = match &data.database {
        Some(url) => Registry::open(url).await,
        None => Registry::open_sqlite(&data.data.join("registry.sqlite")).await,
    };
    let registry = registry.context("the registry")?;
    let figures: AskStore = Box::new(StoreFigures::default);
    let absent = (Arc::new(AbsentVisits) as Arc<dyn VisitStore>, figures);
    let house = furnish(data, wiring, &registry, Visits::NotOpened, absent).await;
    if house.is_err() {
        registry.close().await;
    }
    house.map(Arc::new)
}

async fn furnish(
    data: &DataArgs,
    wiring: &Wiring,
    registry: &Registry,
    there: Visits,
    (visits, store_figures): (Arc<dyn VisitStore>, AskStore),
) -> anyhow::Result<House> {
    let dice = Arc::new(SystemDice);
    let (vault, kind) = installation::settle(registry, data, wiring.kind, there, &*dice).await?;
    let demo = kind == Kind::Demo;
    // A demonstration's address follows its port and is not kept.
    let kept =
        if demo { None } else { installation::public_url(registry, &wiring.given_url).await? };
    let sms = text_messages(&wiring.sms)?;
    let health = health_source(demo, &wiring.health)?;
    let checker = checker(wiring.identity_check.as_ref())?;
    let vault = Arc::new(vault);
    let mirror = match wiring.serves {
        Some(_) => {
            Mirror::load(registry, &vault).await.context("reading the registry into memory")?
        }
        None => Mirror::default(),
    };
    let limits = wiring.serves.as_ref();
    Ok(House {
        registry: registry.clone(),
        mirror,
        vault,
        visits,
        clock: Arc::new(SystemClock),
        dice,
        sms,
        health,
        questions: Questions::default(),
        checker,
        entry_apps: EntryApps::new(wiring.entry_apps.clone()),
        followed: Followed::default(),
        days: Days::default(),
        proof_words: ProofWords::default(),
        raised: RaisedAlerts::default(),
        announcer: Announcer::default(),
        drawing: Drawing::default(),
        poster_jobs: PosterJobs::new(data.data.join("exports"), Arc::new(OwnDisk)),
        reading: Reading::default(),
        limits: Limits::new(limits.map(LimitArgs::settings).unwrap_or_default()),
        gate: Gate::default(),
        metrics: Metrics::default(),
        store_figures,
        settings: Settings {
            public_url: kept.unwrap_or_else(|| wiring.here.clone()),
            demo,
            visit_days: VISIT_DAYS,
            kept: wiring.kept,
            answer_days: wiring.answer_days,
            hotline: wiring.hotline.clone(),
            review_steps: wiring.review_steps,
            second_factor: wiring.second_factor == SecondFactor::Sms,
            sms_limits: limits.map(LimitArgs::sms).unwrap_or_default(),
            metrics: limits.map_or(MetricsAccess::Off, LimitArgs::metrics_access),
            trusted_proxies: limits.map(|l| l.trusted_proxy.clone()).unwrap_or_default(),
        },
    })
}

/// How the identity check is asked, by the operator's file.
///
/// # Errors
/// When the file is open to others, cannot be read, or misses something.
pub(crate) fn identity_check(file: &Path) -> anyhow::Result<IdentityGatewaySettings> {
    let settings = IdentityGatewaySettings::read(&secret_of(file)?);
    settings.map_err(anyhow::Error::msg).with_context(|| format!("{}", file.display()))
}

fn checker(wanted: Option<&IdentityGatewaySettings>) -> anyhow::Result<Arc<dyn IdentityChecker>> {
    let Some(settings) = wanted else { return Ok(Arc::new(NoChecker)) };
    let gateway = IdentityGateway::new(settings.clone(), Arc::new(SystemDice));
    Ok(Arc::new(gateway.context("the identity check")?))
}

/// Which outside source of health status is asked.
#[derive(Clone)]
pub(crate) enum HealthSources {
    /// None; a demonstration has an invented one.
    None,
    /// One that is there and never answers, in a demonstration.
    Gone,
    /// Gateways, in this order.
    Gateways(Vec<ProvinceSettings>),
}

impl HealthSources {
    /// As the operator settled it, by one file for each.
    ///
    /// # Errors
    /// When a file is open to others, cannot be read, or misses something.
    pub(crate) fn settled(files: &[PathBuf]) -> anyhow::Result<Self> {
        let mut all: Vec<ProvinceSettings> = Vec::new();
        for file in files {
            let settings = ProvinceSettings::read(&secret_of(file)?);
            let settings = settings.map_err(anyhow::Error::msg);
            let settings = settings.with_context(|| format!("{}", file.display()))?;
            if all.iter().any(|other| other.name == settings.name) {
                bail!("{}: two sources are named {}", file.display(), settings.name);
            }
            all.push(settings);
        }
        Ok(if all.is_empty() { Self::None } else { Self::Gateways(all) })
    }
}

fn health_source(demo: bool, wanted: &HealthSources) -> anyhow::Result<Arc<dyn HealthSource>> {
    Ok(match (demo, wanted) {
        (_, HealthSources::Gateways(all)) => {
            let mut sources: Vec<Box<dyn OneSource>> = Vec::new();
            for settings in all {
                let province = Province::new(settings.clone(), Arc::new(SystemDice));
                sources.push(Box::new(province.context("the source of health status")?));
            }
            Arc::new(Sources::new(sources))
        }
        (true, HealthSources::None) => Arc::new(Invented),
        (true, HealthSources::Gone) => Arc::new(Silent),
        (false, _) => Arc::new(NoSource),
    })
}

/// Where text messages go, with what that takes.
#[derive(Clone)]
pub(crate) enum TextMessages {
    /// Nowhere.
    Off,
    /// Onto standard output.
    Console,
    /// To phones.
    Aliyun(AliyunSettings),
}

impl TextMessages {
    /// As the operator settled it.
    ///
    /// # Errors
    /// When something is missing, or the secret's file is open to others.
    pub(crate) fn settled(args: &SmsArgs) -> anyhow::Result<Self> {
        match args.sms {
            Sms::Off => Ok(Self::Off),
            Sms::Console => Ok(Self::Console),
            Sms::Aliyun => aliyun(args).map(Self::Aliyun),
        }
    }
}

fn aliyun(args: &SmsArgs) -> anyhow::Result<AliyunSettings> {
    let key_id = args.sms_key_id.clone().context("--sms aliyun needs --sms-key-id")?;
    let sign_name = args.sms_sign_name.clone().context("--sms aliyun needs --sms-sign-name")?;
    let file = args.sms_secret_file.as_ref();
    let key_secret = secret_of(file.context("--sms aliyun needs --sms-secret-file")?)?;
    let templates: BTreeMap<String, String> = args.sms_template.iter().cloned().collect();
    let missing: Vec<&str> =
        TEMPLATES.into_iter().filter(|name| !templates.contains_key(*name)).collect();
    if !missing.is_empty() {
        bail!(
            "--sms aliyun needs --sms-template for {}; their texts stand in \
             docs/reference/configuration.md",
            missing.join(", ")
        );
    }
    let endpoint = args.sms_endpoint.clone().unwrap_or_else(|| ENDPOINT.to_owned());
    Ok(AliyunSettings { endpoint, key_id, key_secret, sign_name, templates })
}

/// What a file holds that its owner alone may read.
fn secret_of(file: &Path) -> anyhow::Result<String> {
    let about = fs::metadata(file).with_context(|| format!("{}", file.display()))?;
    if about.permissions().mode() & MODE_OF_OTHERS != 0 {
        bail!("{0} is open to others; close it with: chmod 600 {0}", file.display());
    }
    let secret = fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    if secret.trim().is_empty() {
        bail!("{} is empty", file.display());
    }
    Ok(secret.trim().to_owned())
}

fn text_messages(wanted: &TextMessages) -> anyhow::Result<Arc<dyn SmsSender>> {
    Ok(match wanted {
        TextMessages::Off => Arc::new(providers::sms::Off),
        TextMessages::Console => Arc::new(providers::sms::Console::new(std::io::stdout())),
        TextMessages::Aliyun(settings) => {
            let (clock, dice) = (Arc::new(SystemClock), Arc::new(SystemDice));
            let aliyun = Aliyun::new(settings.clone(), clock, dice);
            Arc::new(aliyun.context("the provider of text messages")?)
        }
    })
}

fn store_figures(visits: Arc<EmbeddedVisits>) -> AskStore {
    Box::new(move || {
        let stats = visits.stats();
        StoreFigures {
            groups: stats.groups,
            stored: stats.stored,
            waiting: stats.waiting as u64,
            head_visits: stats.head_visits,
            segments: stats.segments,
        }
    })
}

/// Closes the store (what waits is written first) and the registry.
pub(crate) async fn close(house: &House) -> anyhow::Result<()> {
    house.visits.close().await.context("closing the visit store")?;
    house.registry.close().await;
    Ok(())
}

/// The database of a folder that was made beforehand would be readable by everybody.
pub(crate) fn refuse_open_folder(folder: &Path) -> anyhow::Result<()> {
    let about = fs::metadata(folder).with_context(|| format!("{}", folder.display()))?;
    if !about.is_dir() {
        bail!("{} is no folder; name another one with --data", folder.display());
    }
    let mode = about.permissions().mode() & 0o7777;
    if mode & MODE_OF_OTHERS != 0 {
        bail!(
            "the data folder is open to others (mode {mode:o}); close it with: chmod 700 {}",
            folder.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
