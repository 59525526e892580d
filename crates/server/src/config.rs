//! Every setting, in one place. Each is a flag and an environment variable.

use crate::installation::parse_public_url;
use actions::{
    house::MetricsAccess,
    limits::{LimitSettings, PerMinute},
};
use clap::{Args, ValueEnum};
use domain::networks::Network;
use std::{net::SocketAddr, path::PathBuf};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// Where the data are.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataArgs {
    /// Folder of the key file, the visits and, by default, the registry.
    #[arg(long, env = "VENUECODE_DATA", default_value = "./venuecode-data")]
    pub(crate) data: PathBuf,
    /// Where the registry is: a `postgres://` URL, or nothing for SQLite in the data folder.
    #[arg(long, env = "VENUECODE_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
}

/// Where codes by text message go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sms {
    /// Nowhere; asking for a code fails.
    Off,
    /// Onto standard output: for trying out.
    Console,
}

/// What one source may do, who stands in front, and who may see how it goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct LimitArgs {
    /// Requests a minute of one client's address (one /64 of IPv6); 0 for no limit. Thousands of
    /// phones may share the address of their carrier.
    #[arg(long, env = "VENUECODE_ADDRESS_PER_MINUTE", value_name = "N", default_value_t = 60_000)]
    pub(crate) address_per_minute: u32,
    /// Scans a minute of one person; 0 for no limit.
    #[arg(long, env = "VENUECODE_PERSON_PER_MINUTE", value_name = "N", default_value_t = 30)]
    pub(crate) person_per_minute: u32,
    /// Scans a minute at one door; 0 for no limit.
    #[arg(long, env = "VENUECODE_DOOR_PER_MINUTE", value_name = "N", default_value_t = 120_000)]
    pub(crate) door_per_minute: u32,
    /// A proxy, or a network of them, whose X-Forwarded-For is believed; may be given several times
    /// or separated by commas. Without it the address of the connection counts.
    #[arg(
        long, env = "VENUECODE_TRUSTED_PROXY", value_name = "ADDRESS[/BITS]",
        value_parser = Network::parse, value_delimiter = ','
    )]
    pub(crate) trusted_proxy: Vec<Network>,
    /// Who may read /metrics.
    #[arg(long, env = "VENUECODE_METRICS", value_enum, default_value = "off")]
    pub(crate) metrics: Metrics,
    /// Whoever sends this as a bearer token may read /metrics, and nobody else.
    #[arg(
        long, env = "VENUECODE_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true,
        value_parser = metrics_token
    )]
    pub(crate) metrics_token: Option<String>,
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Metrics {
    /// Nobody, unless there is a token.
    Off,
    /// This machine itself, and no proxy on it.
    Loopback,
}

impl LimitArgs {
    /// Who may read the figures; a token comes first.
    pub(crate) fn metrics_access(&self) -> MetricsAccess {
        match (&self.metrics_token, self.metrics) {
            (Some(token), _) => MetricsAccess::Token(token.clone()),
            (None, Metrics::Loopback) => MetricsAccess::Loopback,
            (None, Metrics::Off) => MetricsAccess::Off,
        }
    }

    /// As the house takes them.
    pub(crate) fn settings(&self) -> LimitSettings {
        LimitSettings {
            address: PerMinute(self.address_per_minute),
            person: PerMinute(self.person_per_minute),
            checkpoint: PerMinute(self.door_per_minute),
        }
    }
}

/// A token that cannot be guessed.
fn metrics_token(text: &str) -> Result<String, &'static str> {
    if text.len() >= 16 { Ok(text.to_owned()) } else { Err("16 characters at least") }
}

/// What a server needs to know.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Address to listen on. Put a TLS proxy in front for anything but this machine.
    #[arg(long, env = "VENUECODE_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The address printed on posters, such as `https://cs.example.gov.cn`. Kept when given for
    /// the first time; until then posters would carry the listening address.
    #[arg(long, env = "VENUECODE_PUBLIC_URL", value_name = "URL", value_parser = parse_public_url)]
    pub(crate) public_url: Option<String>,
    /// Keeps this --public-url in place of the one before: posters printed with that stop working.
    #[arg(long, requires = "public_url")]
    pub(crate) change_public_url: bool,
    /// Where codes by text message go.
    #[arg(long, env = "VENUECODE_SMS", value_enum, default_value = "off")]
    pub(crate) sms: Sms,
    /// Folder that a backup of visits and registry is brought into once a day, while serving; best
    /// on another disk. Not a folder inside of the data folder.
    #[arg(long, env = "VENUECODE_BACKUP_TO", value_name = "DIR")]
    pub(crate) backup_to: Option<PathBuf>,
    /// Hour of the day, UTC+8, after which that is done.
    #[arg(
        long, env = "VENUECODE_BACKUP_HOUR", value_name = "HOUR", default_value_t = 3,
        value_parser = clap::value_parser!(u8).range(0..=23)
    )]
    pub(crate) backup_hour: u8,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// A load run against a server on this machine, or a check of what a store kept.
#[derive(Args, Clone, Debug)]
pub(crate) struct LoadArgs {
    /// Server; loopback only.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub(crate) url: String,
    /// File of visitor tokens and codes, written by `demo --tokens`.
    #[arg(long)]
    pub(crate) tokens: Option<PathBuf>,
    /// Seconds of each part of the run.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) connections: u16,
    /// Also measures the bare `/healthz` of the same server first.
    #[arg(long)]
    pub(crate) hello: bool,
    /// Writes one line for every acknowledged entry.
    #[arg(long)]
    pub(crate) acknowledged: Option<PathBuf>,
    /// Compares the acknowledged entries with the store in this data folder instead of sending
    /// anything; the server must be stopped.
    #[arg(long, requires = "acknowledged")]
    pub(crate) verify: Option<PathBuf>,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}
