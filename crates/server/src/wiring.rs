//! Puts the house together from its parts, and takes it apart in order.

use crate::{
    config::{DataArgs, LogFormat, Sms},
    outside::{SystemClock, SystemDice},
};
use actions::{
    House, checkins::gate::Gate, duty::announce::Announcer, health_status::HealthSource,
    health_status::NoSource, house::Settings, sms::SmsSender,
};
use anyhow::Context;
use registry::Registry;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};
use tracing_subscriber::EnvFilter;
use vault::Vault;
use visits::embedded::{EmbeddedVisits, Options};

/// Days a visit is kept.
const VISIT_DAYS: u32 = 28;

/// What differs between a demonstration and the real thing.
pub(crate) struct Wiring {
    /// The address printed on posters.
    pub(crate) public_url: String,
    /// Whether people and places are invented.
    pub(crate) demo: bool,
    /// Where codes by text message go.
    pub(crate) sms: Sms,
}

/// For commands that serve nobody.
pub(crate) fn quiet_settings(_: &DataArgs) -> Wiring {
    Wiring { public_url: String::new(), demo: false, sms: Sms::Off }
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

/// Opens every part. The folder is made, for its owner alone, when it is not there.
pub(crate) async fn open(data: &DataArgs, wiring: &Wiring) -> anyhow::Result<Arc<House>> {
    let folder = &data.data;
    private_folder(folder)?;
    private_folder(&folder.join("keys"))?;
    let dice = Arc::new(SystemDice);
    let vault = Vault::open_or_create(&folder.join("keys").join("master.key"), &*dice)
        .context("the key file")?;
    let visits_folder = folder.join("visits");
    let opened = tokio::task::spawn_blocking(move || {
        EmbeddedVisits::open(visits_folder, Options::default())
    });
    // The visits' lock comes first: a second process is refused before it touches anything.
    let visits = opened.await?.context("the visit store")?;
    let registry = match &data.database {
        Some(url) => Registry::open(url).await,
        None => Registry::open_sqlite(&folder.join("registry.sqlite")).await,
    };
    let sms: Arc<dyn SmsSender> = match wiring.sms {
        Sms::Off => Arc::new(providers::sms::Off),
        Sms::Console => Arc::new(providers::sms::Console::new(std::io::stdout())),
    };
    let health: Arc<dyn HealthSource> =
        if wiring.demo { Arc::new(providers::health_status::Invented) } else { Arc::new(NoSource) };
    Ok(Arc::new(House {
        registry: registry.context("the registry")?,
        vault: Arc::new(vault),
        visits: Arc::new(visits),
        clock: Arc::new(SystemClock),
        dice,
        sms,
        health,
        announcer: Announcer::default(),
        gate: Gate::default(),
        settings: Settings {
            public_url: wiring.public_url.clone(),
            demo: wiring.demo,
            visit_days: VISIT_DAYS,
        },
    }))
}

/// Closes the store (what waits is written first) and the registry.
pub(crate) async fn close(house: &House) -> anyhow::Result<()> {
    house.visits.close().await.context("closing the visit store")?;
    house.registry.close().await;
    Ok(())
}

fn private_folder(folder: &Path) -> anyhow::Result<()> {
    if !folder.exists() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("closing {} to others", folder.display()))?;
    }
    Ok(())
}
