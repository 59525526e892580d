//! Every setting, in one place. Each is a flag and an environment variable.

use crate::installation::parse_public_url;
use clap::{Args, ValueEnum};
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
