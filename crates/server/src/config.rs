//! Every setting, in one place. Each is a flag and an environment variable.

use crate::installation::parse_public_url;
use actions::sms::TEMPLATES;
use actions::{
    accounts::sms_codes::SmsLimits,
    house::MetricsAccess,
    limits::{LimitSettings, PerMinute},
};
use clap::{Args, ValueEnum};
use domain::{
    networks::Network,
    retention::{ENDED_DAYS, INACTIVE_DAYS, KeptDays, PROOF_DAYS},
};
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
    /// To phones, through Alibaba Cloud's text messages.
    Aliyun,
}

/// What the provider of text messages gave the operator.
#[derive(Args, Clone, Debug)]
pub(crate) struct SmsArgs {
    /// Where text messages go.
    #[arg(long, env = "VENUECODE_SMS", value_enum, default_value = "off")]
    pub(crate) sms: Sms,
    /// AccessKey ID of the provider.
    #[arg(long, env = "VENUECODE_SMS_KEY_ID", value_name = "ID")]
    pub(crate) sms_key_id: Option<String>,
    /// File that holds the AccessKey secret, for its owner alone (mode 0600).
    #[arg(long, env = "VENUECODE_SMS_SECRET_FILE", value_name = "FILE")]
    pub(crate) sms_secret_file: Option<PathBuf>,
    /// Who messages say they are from (短信签名), as registered with the provider.
    #[arg(long, env = "VENUECODE_SMS_SIGN_NAME", value_name = "NAME")]
    pub(crate) sms_sign_name: Option<String>,
    /// A template registered with the provider, such as `code=SMS_123456789`; all seven are needed,
    /// given several times or separated by commas.
    #[arg(
        long, env = "VENUECODE_SMS_TEMPLATE", value_name = "NAME=CODE", value_delimiter = ',',
        value_parser = template
    )]
    pub(crate) sms_template: Vec<(String, String)>,
    /// Where the provider is reached, when not at its own address: a proxy of the office, or a
    /// stand-in on this machine for trying out.
    #[arg(long, env = "VENUECODE_SMS_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    pub(crate) sms_endpoint: Option<String>,
}

/// A template's name and code.
fn template(text: &str) -> Result<(String, String), String> {
    let (name, code) = text.split_once('=').ok_or("NAME=CODE, such as code=SMS_123456789")?;
    if !TEMPLATES.contains(&name) {
        return Err(format!("no such template; there are {}", TEMPLATES.join(", ")));
    }
    let is_code = !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_code { Ok((name.to_owned(), code.to_owned())) } else { Err("no such code".to_owned()) }
}

/// HTTPS, or HTTP to this machine itself.
fn endpoint(text: &str) -> Result<String, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("an address such as https://…")?;
    let host = rest.trim_end_matches('/');
    let is_host = !host.is_empty() && !host.contains(['/', '?', '#', '@']);
    let here = host.rsplit_once(':').map_or(host, |(name, _)| name);
    match scheme {
        "https" if is_host => Ok(format!("https://{host}")),
        "http" if is_host && matches!(here, "127.0.0.1" | "localhost" | "[::1]") => {
            Ok(format!("http://{host}"))
        }
        _ => Err("https://HOST, or http:// to this machine itself"),
    }
}

mod entry_apps;

pub(crate) use entry_apps::EntryAppArgs;

/// What follows a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecondFactor {
    /// Nothing.
    Off,
    /// A code by text message, where these can be sent.
    Sms,
}

/// How many people say yes before a door gets its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Steps {
    /// One reviewer.
    One,
    /// Two: a first one, and then somebody else of the county or the city.
    Two,
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
    /// Codes by text message that one address may ask for in a day; 0 for no limit. Thousands of phones
    /// may share the address of their carrier.
    #[arg(long, env = "VENUECODE_SMS_PER_ADDRESS", value_name = "N", default_value_t = 1_000)]
    pub(crate) sms_per_address: u32,
    /// Codes by text message that are sent in a day in all; 0 for no limit.
    #[arg(long, env = "VENUECODE_SMS_PER_DAY", value_name = "N", default_value_t = 0)]
    pub(crate) sms_per_day: u32,
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

    /// How many codes by text message a day has.
    pub(crate) fn sms(&self) -> SmsLimits {
        SmsLimits { address_per_day: self.sms_per_address, house_per_day: self.sms_per_day }
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

/// How long people, and what has ended, are kept.
#[derive(Args, Clone, Debug)]
pub(crate) struct KeptArgs {
    /// Days after which somebody who gave no sign of life is erased: who did not enter anywhere, did not
    /// sign in, and did nothing else.
    #[arg(
        long, env = "VENUECODE_INACTIVE_DAYS", value_name = "DAYS", default_value_t = INACTIVE_DAYS,
        value_parser = clap::value_parser!(u32).range(30..=3_650)
    )]
    pub(crate) inactive_days: u32,
    /// Days that families, corrections of registrations and changes of lost phones are kept after their
    /// end.
    #[arg(
        long, env = "VENUECODE_ENDED_DAYS", value_name = "DAYS", default_value_t = ENDED_DAYS,
        value_parser = clap::value_parser!(u32).range(8..=365)
    )]
    pub(crate) ended_days: u32,
    /// Days that requests are kept after they were answered, and consents after their person was erased:
    /// as proof.
    #[arg(
        long, env = "VENUECODE_PROOF_DAYS", value_name = "DAYS", default_value_t = PROOF_DAYS,
        value_parser = clap::value_parser!(u32).range(90..=3_650)
    )]
    pub(crate) proof_days: u32,
}

impl KeptArgs {
    /// As the house takes them.
    pub(crate) fn days(&self) -> KeptDays {
        KeptDays { inactive: self.inactive_days, ended: self.ended_days, proof: self.proof_days }
    }
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
    #[command(flatten)]
    pub(crate) sms: SmsArgs,
    #[command(flatten)]
    pub(crate) entry_apps: EntryAppArgs,
    /// What follows a password at signing in.
    #[arg(long, env = "VENUECODE_SECOND_FACTOR", value_enum, default_value = "sms")]
    pub(crate) second_factor: SecondFactor,
    /// How many people say yes before a door gets its code.
    #[arg(long, env = "VENUECODE_REVIEW_STEPS", value_enum, default_value = "one")]
    pub(crate) review_steps: Steps,
    /// Working days (Monday to Friday) until a person's request for correction or erasure is answered; the
    /// day is shown to the person.
    #[arg(
        long, env = "VENUECODE_ANSWER_DAYS", value_name = "DAYS", default_value_t = 15,
        value_parser = clap::value_parser!(u32).range(1..=30)
    )]
    pub(crate) answer_days: u32,
    #[command(flatten)]
    pub(crate) kept: KeptArgs,
    /// Telephone number for questions, printed on every poster; 24 characters at most.
    #[arg(long, env = "VENUECODE_HOTLINE", value_name = "NUMBER", value_parser = hotline)]
    pub(crate) hotline: Option<String>,
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
    /// A file that says how an outside source of health status is asked, for its owner alone (mode
    /// 0600); several are asked in this order. Given several times or separated by commas.
    #[arg(long, env = "VENUECODE_HEALTH_SOURCE", value_name = "FILE", value_delimiter = ',')]
    pub(crate) health_source: Vec<PathBuf>,
    /// A file that says how it is asked whether a name and a document belong together, for its owner
    /// alone (mode 0600). Without it nobody is asked.
    #[arg(long, env = "VENUECODE_IDENTITY_CHECK", value_name = "FILE")]
    pub(crate) identity_check: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// What a load run sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Requests {
    /// `GET /healthz`: what the server does for no work at all.
    Hello,
    /// Visitors' check-ins over the API.
    Checkins,
    /// The page that a visitor sees after scanning, as it comes to a phone.
    Page,
    /// Entries by ID number, from duty devices; needs `device` and `id` lines.
    ReverseScans,
    /// Check-ins at doors that nobody has.
    UnknownCodes,
}

/// A load run against a server on this machine, or a check of what a store kept.
#[derive(Args, Clone, Debug)]
pub(crate) struct LoadArgs {
    /// Server; loopback only.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub(crate) url: String,
    /// File of secrets, written by `demo --tokens` or `simulate --tokens`.
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// What is sent; several are sent one after the other, each for the whole time.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "checkins")]
    pub(crate) requests: Vec<Requests>,
    /// Requests a second, sent when their time has come whether earlier ones were answered or not,
    /// as far as there are connections. Latency counts from that time.
    #[arg(long, value_name = "N", conflicts_with = "max", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub(crate) rate: Option<u32>,
    /// As many requests as the connections can have answered: the default.
    #[arg(long)]
    pub(crate) max: bool,
    /// With --rate: a request that found no free connection for so long is given up, and counted.
    #[arg(long, value_name = "MS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub(crate) patience_ms: u32,
    /// Number of the first request: further runs within a minute send other pairs of visitor and
    /// door than the ones before.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) first: u64,
    /// Seconds of each part of the run.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=16_384))]
    pub(crate) connections: u16,
    /// Of a hundred visitors, so many come to the first door first, as to a railway station.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) hot_door: u8,
    /// Writes one line for every acknowledged entry.
    #[arg(long, value_name = "FILE")]
    pub(crate) acknowledged: Option<PathBuf>,
    /// Compares the acknowledged entries with the store in this data folder instead of sending
    /// anything; the server must be stopped.
    #[arg(long, value_name = "DIR", requires = "acknowledged")]
    pub(crate) verify: Option<PathBuf>,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Most characters of what posters have room for.
const HOTLINE_CHARS_MAX: usize = 24;

/// A telephone number, or a few with what lies between them.
fn hotline(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=HOTLINE_CHARS_MAX).contains(&text.chars().count());
    let plain = text.chars().all(|c| c.is_ascii_digit() || " -+/、()".contains(c));
    if fits && plain {
        Ok(text.to_owned())
    } else {
        Err(format!("digits, spaces and -+/、() alone, at most {HOTLINE_CHARS_MAX}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hotline_is_short_and_of_digits() {
        assert_eq!(hotline(" 0558-12345 "), Ok("0558-12345".to_owned()));
        for wrong in ["", " ", "请打电话", &"1".repeat(25)] {
            assert!(hotline(wrong).is_err(), "{wrong}");
        }
    }
}
