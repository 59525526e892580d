//! What an installation is: a demonstration or real, written with one key, and one address on its
//! posters. Settled at the first start, compared at every later one.

use crate::config::DataArgs;
use anyhow::{Context, bail};
use domain::outside::Dice;
use registry::{Installation, Registry};
use std::{fs, net::Ipv6Addr, os::unix::fs::DirBuilderExt, path::Path};
use vault::{Purpose, Vault};

/// What the vault makes a MAC of, to tell its key from another. Never changes.
const KEY_CHECK: &[u8] = b"venuecode installation";

/// Longest name of a host, in bytes (RFC 1035, 2.3.4).
const HOST_BYTES_MAX: usize = 253;
/// Longest part of such a name, in bytes (RFC 1035, 2.3.4).
const LABEL_BYTES_MAX: usize = 63;

/// Whether people and places are invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Invented.
    Demo,
    /// Real.
    Real,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Real => "real",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Demo, Self::Real].into_iter().find(|kind| kind.code() == code)
    }
}

/// What is in the visit store when a registry is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visits {
    /// Nothing yet.
    None,
    /// Visits.
    Some,
    /// It was left closed: the installation has to be there already.
    NotOpened,
}

/// The address that posters carry, as the operator gave it at this start.
#[derive(Clone, Debug, Default)]
pub(crate) struct GivenUrl {
    /// From [`parse_public_url`].
    pub(crate) url: Option<String>,
    /// Whether it may take the place of another one.
    pub(crate) change: bool,
}

/// Opens the key file that belongs to this registry, and settles what the first start settles.
/// `wanted` is `None` for commands that work with either kind. A key file is made only for a
/// registry that no key was used with, and such a registry only belongs to a folder without visits:
/// people get its numbers anew, and would be shown what others left behind.
pub(crate) async fn settle(
    registry: &Registry,
    data: &DataArgs,
    wanted: Option<Kind>,
    visits: Visits,
    dice: &dyn Dice,
) -> anyhow::Result<(Vault, Kind)> {
    let settled = registry.installation().await.context("the registry")?;
    let kind = match (&settled, visits) {
        (Some(settled), _) => kind_of(settled, data, wanted)?,
        (None, Visits::None) => wanted.unwrap_or(Kind::Real),
        (None, Visits::Some) => bail!(
            "{} holds visits, and its registry is new and empty: put back the registry that belongs \
             to them ({}, or the PostgreSQL database), or start in another folder",
            data.data.join("visits").display(),
            data.data.join("registry.sqlite").display()
        ),
        (None, Visits::NotOpened) => {
            bail!(
                "nothing was ever started in {}; name the data folder with --data",
                data.data.display()
            )
        }
    };
    let keys = data.data.join("keys");
    let file = keys.join("master.key");
    if settled.is_some() && !file.try_exists().context("the key file")? {
        bail!(
            "there is no key file {}, but this registry was written with one; restore it from its \
             backup. Another one could read nothing of what is stored",
            file.display()
        );
    }
    private_folder(&keys)?;
    let vault = Vault::open_or_create(&file, dice).context("the key file")?;
    let key_check = data_encoding::HEXLOWER.encode(&vault.mac(Purpose::OneTimeLink, KEY_CHECK));
    registry.settle_installation(kind.code(), &key_check).await.context("the registry")?;
    // Read again: another process with the same database may have been faster.
    let settled = registry.installation().await?.context("the registry forgets its key check")?;
    kind_of(&settled, data, Some(kind))?;
    if settled.key_check != key_check {
        bail!(
            "the key file {} is not the one this registry was written with; restore it from its \
             backup",
            file.display()
        );
    }
    Ok((vault, kind))
}

fn kind_of(settled: &Installation, data: &DataArgs, wanted: Option<Kind>) -> anyhow::Result<Kind> {
    let kind = Kind::from_code(&settled.kind)
        .with_context(|| format!("the registry is of a kind not known here: {}", settled.kind))?;
    let folder = data.data.display();
    match (kind, wanted) {
        (Kind::Demo, Some(Kind::Real)) => bail!(
            "{folder} holds a demonstration with invented people, and `serve` is for a real \
             system; give it a folder of its own with --data (and its own --database)"
        ),
        (Kind::Real, Some(Kind::Demo)) => bail!(
            "{folder} holds a real system, and `demo` is for a demonstration with invented \
             people; give it a folder of its own with --data (and its own --database)"
        ),
        _ => Ok(kind),
    }
}

/// The address that posters carry: the stored one, or the given one, which is stored then. `None`
/// when there is neither. Another one than the stored is refused unless it may be changed.
pub(crate) async fn public_url(
    registry: &Registry,
    given: &GivenUrl,
) -> anyhow::Result<Option<String>> {
    let settled = registry.installation().await.context("the registry")?;
    let stored = settled.and_then(|settled| settled.public_url);
    let Some(url) = &given.url else { return Ok(stored) };
    match &stored {
        Some(stored) if stored == url => return Ok(Some(url.clone())),
        Some(stored) if !given.change => bail!(
            "posters of this installation carry {stored}, not {url}; start without --public-url, \
             or add --change-public-url: then every poster printed with {stored} stops working, \
             unless that address still leads here"
        ),
        Some(stored) => tracing::warn!(
            "the public URL changes from {stored} to {url}: posters printed with the old one stop \
             working, unless that address still leads here"
        ),
        None => {}
    }
    registry.set_public_url(url).await.context("the registry")?;
    Ok(Some(url.clone()))
}

/// Reads `http://host`, `https://host` or either with `:port`, and gives it in lower case.
///
/// # Errors
/// When it is anything else; the text says what.
pub(crate) fn parse_public_url(text: &str) -> Result<String, String> {
    let url = text.to_ascii_lowercase();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or("it must begin with https:// or http://")?;
    if let Some(at) = rest.find(['/', '?', '#', '@']) {
        let behind = &rest[at..];
        return Err(format!("only a host and a port may follow, without {behind:?}"));
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    if let Some(port) = port {
        let number = port.parse::<u16>().ok().filter(|number| *number > 0);
        if number.is_none_or(|number| number.to_string() != port) {
            return Err(format!("{port:?} is not a port from 1 to 65535"));
        }
    }
    if is_host(host) { Ok(url) } else { Err(format!("{host:?} is not the name of a host")) }
}

/// A name as in RFC 1123, 2.1, an IPv4 address, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    host.len() <= HOST_BYTES_MAX
        && host.split('.').all(|label| {
            (1..=LABEL_BYTES_MAX).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// Makes a folder for its owner alone, closed from its first moment, unless it is there.
pub(crate) fn private_folder(folder: &Path) -> anyhow::Result<()> {
    let making = || format!("making {}", folder.display());
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).with_context(making)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.with_context(making),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::parse_public_url;

    #[test]
    fn a_public_url_is_a_scheme_a_host_and_perhaps_a_port() {
        for good in [
            "https://cs.example.gov.cn",
            "http://127.0.0.1:8080",
            "https://xn--fsq.example.cn:8443",
            "http://localhost",
            "http://[::1]:8080",
            "http://[2001:db8::7]",
        ] {
            assert_eq!(parse_public_url(good).as_deref(), Ok(good));
        }
        let lower = parse_public_url("HTTPS://CS.Example.gov.CN");
        assert_eq!(lower.as_deref(), Ok("https://cs.example.gov.cn"));
    }

    #[test]
    fn anything_else_is_refused_in_words() {
        for (wrong, says) in [
            ("", "begin with https://"),
            ("cs.example.gov.cn", "begin with https://"),
            ("ftp://cs.example.gov.cn", "begin with https://"),
            (" https://cs.example.gov.cn", "begin with https://"),
            ("https://", "not the name of a host"),
            ("https://cs.example.gov.cn/", "without \"/\""),
            ("https://cs.example.gov.cn/c?x#y", "without \"/c?x#y\""),
            ("https://cs.example.gov.cn?x", "without \"?x\""),
            ("https://me@cs.example.gov.cn", "without \"@cs"),
            ("https://cs.example.gov.cn:0", "not a port"),
            ("https://cs.example.gov.cn:", "not a port"),
            ("https://cs.example.gov.cn:+80", "not a port"),
            ("https://cs.example.gov.cn:65536", "not a port"),
            ("https://cs..gov.cn", "not the name of a host"),
            ("https://-cs.gov.cn", "not the name of a host"),
            ("https://场所码.中国", "not the name of a host"),
            ("https://cs.example.gov.cn ", "not the name of a host"),
            ("https://[::1", "not the name of a host"),
            ("https://::1", "not the name of a host"),
        ] {
            let refused = parse_public_url(wrong).expect_err(wrong);
            assert!(refused.contains(says), "{wrong}: {refused}");
        }
        let long = format!("https://{}.cn", "a".repeat(64));
        assert!(parse_public_url(&long).is_err());
    }
}
