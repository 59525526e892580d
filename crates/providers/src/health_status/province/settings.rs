//! What the gateway's operator gave the city: lines of `name = value` in a file for its owner alone.

use std::{fmt, time::Duration};

/// How long an answer may take when the file does not say.
const WAIT_MS: u64 = 1_500;
/// The longest that may be set: beyond it nobody waits for an answer any more.
const WAIT_MS_MAX: u64 = 2_900;
/// Most bytes of a value.
const VALUE_BYTES_MAX: usize = 1_000;

/// How the gateway is asked.
#[derive(Clone)]
pub struct ProvinceSettings {
    /// Its name in logs and metrics.
    pub name: String,
    /// Where it is, `https://HOST` and perhaps a path in front of its own.
    pub url: String,
    /// `authToken`: who asks.
    pub auth_token: String,
    /// `cityNo`: the city's code, padded to twelve digits.
    pub city_no: String,
    /// `dataSource`: as which system.
    pub data_source: String,
    /// `siteId`: 32 upper-case hexadecimal digits.
    pub site_id: String,
    /// `checkUsrName`: in whose name it is asked.
    pub checker_name: String,
    /// `checkUsrIdCard`: that officer's number.
    pub checker_id: String,
    /// Secret of the signature, when questions are signed.
    pub sign_secret: Option<String>,
    /// How long an answer may take.
    pub wait: Duration,
}

impl fmt::Debug for ProvinceSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.name, self.url)
    }
}

impl ProvinceSettings {
    /// Reads the lines of a file. Empty lines and those that begin with `#` are passed over.
    ///
    /// # Errors
    /// What is missing or wrong, by the name of the line and never with its value.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = Lines::read(text)?;
        let kind = lines.needed("kind")?;
        if kind != "anhui" {
            return Err("kind: there is `anhui` alone".to_owned());
        }
        let url = lines.needed("url").and_then(address)?;
        let site_id = lines.needed("site_id")?;
        let hexadecimal = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
        if site_id.len() != 32 || !site_id.bytes().all(hexadecimal) {
            return Err("site_id: 32 upper-case hexadecimal digits".to_owned());
        }
        let city_no = lines.needed("city_no")?;
        if city_no.len() != 12 || !city_no.bytes().all(|b| b.is_ascii_digit()) {
            return Err("city_no: twelve digits, as 341200000000".to_owned());
        }
        let wait_ms = match lines.take("wait_ms") {
            None => WAIT_MS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|ms| (1..=WAIT_MS_MAX).contains(ms))
                .ok_or_else(|| format!("wait_ms: 1 to {WAIT_MS_MAX}"))?,
        };
        let settings = Self {
            name: lines.take("name").unwrap_or_else(|| "province".to_owned()),
            url,
            auth_token: lines.needed("auth_token")?,
            city_no,
            data_source: lines.needed("data_source")?,
            site_id,
            checker_name: lines.needed("checker_name")?,
            checker_id: lines.needed("checker_id")?,
            sign_secret: lines.take("sign_hmac_sha256"),
            wait: Duration::from_millis(wait_ms),
        };
        let label = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if settings.name.len() > 40 || !settings.name.bytes().all(label) {
            return Err("name: up to 40 letters, digits, - and _".to_owned());
        }
        match lines.0.first() {
            Some((name, _)) => Err(format!("{name}: there is no such setting")),
            None => Ok(settings),
        }
    }
}

struct Lines(Vec<(String, String)>);

impl Lines {
    fn read(text: &str) -> Result<Self, String> {
        let mut lines: Vec<(String, String)> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || format!("line {}: NAME = VALUE", at + 1);
            let (name, value) = line.split_once('=').ok_or_else(wrong)?;
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            if lines.iter().any(|(known, _)| *known == name) {
                return Err(format!("line {}: twice", at + 1));
            }
            if value.len() > VALUE_BYTES_MAX {
                return Err(format!("line {}: too long", at + 1));
            }
            lines.push((name, value));
        }
        Ok(Self(lines))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1).filter(|value| !value.is_empty())
    }

    fn needed(&mut self, name: &str) -> Result<String, String> {
        self.take(name).ok_or_else(|| format!("{name}: missing"))
    }
}

/// HTTPS, or HTTP to this machine itself; no slash at the end.
fn address(text: String) -> Result<String, String> {
    let says = || "url: https://HOST, or http:// to this machine itself".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(says)?;
    let rest = rest.trim_end_matches('/');
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let here = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    let plain = rest.bytes().all(|b| b.is_ascii_graphic()) && !rest.contains(['?', '#', '@']);
    match scheme {
        "https" if plain && !host.is_empty() => Ok(format!("https://{rest}")),
        "http" if plain && here => Ok(format!("http://{rest}")),
        _ => Err(says()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\u{feff}# the province\nkind = anhui\nurl = https://gateway.example/akm/\n\
        auth_token = a=b\ncity_no = 341200000000\ndata_source = venuecode\n\
        site_id = 0123456789ABCDEF0123456789ABCDEF\nchecker_name = 王明\n\
        checker_id = 11010519491231002X\n";

    #[test]
    fn a_file_as_it_is_written() {
        let settings = ProvinceSettings::read(GOOD).unwrap();
        assert_eq!(settings.url, "https://gateway.example/akm");
        assert_eq!((settings.auth_token.as_str(), settings.name.as_str()), ("a=b", "province"));
        assert_eq!((settings.wait, settings.sign_secret), (Duration::from_millis(1_500), None));
        let more = format!("{GOOD}wait_ms = 700\nname = second\nsign_hmac_sha256 = s\n");
        let settings = ProvinceSettings::read(&more).unwrap();
        assert_eq!((settings.wait, settings.name.as_str()), (Duration::from_millis(700), "second"));
        assert_eq!(settings.sign_secret.as_deref(), Some("s"));
        assert!(!format!("{settings:?}").contains("a=b"), "no secret is ever written out");
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        for (line, says) in [
            ("auth_token = a=b\n", "auth_token: missing"),
            ("url = https://gateway.example/akm/\n", "url: missing"),
            ("checker_id = 11010519491231002X\n", "checker_id: missing"),
        ] {
            assert_eq!(ProvinceSettings::read(&GOOD.replace(line, "")).unwrap_err(), says);
        }
        for (add, says) in [
            ("wait_ms = 60000", "wait_ms: 1 to 2900"),
            ("colour = green", "colour: there is no such setting"),
            ("auth_token = again", "line 10: twice"),
            ("just words", "line 10: NAME = VALUE"),
        ] {
            assert_eq!(ProvinceSettings::read(&format!("{GOOD}{add}\n")).unwrap_err(), says);
        }
        for bad in ["http://gateway.example", "ftp://x", "https://", "https://a@b", "https://a?b"] {
            let text = GOOD.replace("https://gateway.example/akm/", bad);
            assert!(ProvinceSettings::read(&text).unwrap_err().starts_with("url:"), "{bad}");
        }
        let here = GOOD.replace("https://gateway.example/akm/", "http://127.0.0.1:9000");
        assert!(ProvinceSettings::read(&here).is_ok());
    }
}
