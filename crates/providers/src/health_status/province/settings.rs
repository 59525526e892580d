//! What the gateway's operator gave the city: lines of `name = value` in a file for its owner alone.

use crate::settings_file::{Lines, address};
use std::{fmt, time::Duration};

/// How long an answer may take when the file does not say.
const WAIT_MS: u64 = 1_500;

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
        let wait = lines.wait(WAIT_MS)?;
        let settings = Self {
            name: lines.label("province")?,
            url,
            auth_token: lines.needed("auth_token")?,
            city_no,
            data_source: lines.needed("data_source")?,
            site_id,
            checker_name: lines.needed("checker_name")?,
            checker_id: lines.needed("checker_id")?,
            sign_secret: lines.take("sign_hmac_sha256"),
            wait,
        };
        lines.end()?;
        Ok(settings)
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
