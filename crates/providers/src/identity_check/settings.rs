//! How the gateway is asked: lines of `name = value` in a file for its owner alone.

use crate::settings_file::{Lines, address};
use std::{fmt, time::Duration};

/// How long an answer may take when the file does not say.
const WAIT_MS: u64 = 1_500;
/// Fewest characters of the secret.
const SECRET_CHARS_MIN: usize = 16;

/// How the gateway is asked.
#[derive(Clone)]
pub struct IdentityGatewaySettings {
    /// Its name in logs and beside each answer.
    pub name: String,
    /// The whole address that is asked.
    pub url: String,
    /// Who asks, as the gateway knows the city.
    pub app_id: String,
    /// Secret of the signature.
    pub sign_secret: String,
    /// How long an answer may take.
    pub wait: Duration,
}

impl fmt::Debug for IdentityGatewaySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.name, self.url)
    }
}

impl IdentityGatewaySettings {
    /// Reads the lines of a file.
    ///
    /// # Errors
    /// What is missing or wrong, by the name of the line and never with its value.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = Lines::read(text)?;
        if lines.needed("kind")? != "json" {
            return Err("kind: there is `json` alone".to_owned());
        }
        let sign_secret = lines.needed("sign_hmac_sha256")?;
        if sign_secret.chars().count() < SECRET_CHARS_MIN {
            return Err(format!("sign_hmac_sha256: {SECRET_CHARS_MIN} characters at least"));
        }
        let settings = Self {
            name: lines.label("identity")?,
            url: lines.needed("url").and_then(address)?,
            app_id: lines.needed("app_id")?,
            sign_secret,
            wait: lines.wait(WAIT_MS)?,
        };
        lines.end()?;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "kind = json\nurl = https://id.example.gov.cn/v1/check\napp_id = fuyang\n\
        sign_hmac_sha256 = 0123456789abcdef\n";

    #[test]
    fn a_file_as_it_is_written() {
        let settings = IdentityGatewaySettings::read(GOOD).unwrap();
        assert_eq!(settings.url, "https://id.example.gov.cn/v1/check");
        assert_eq!(
            (settings.name.as_str(), settings.wait),
            ("identity", Duration::from_millis(1_500))
        );
        assert!(!format!("{settings:?}").contains("0123456789abcdef"), "no secret is written out");
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        for (from, to, says) in [
            ("kind = json", "kind = xml", "kind: there is `json` alone"),
            ("app_id = fuyang\n", "", "app_id: missing"),
            ("0123456789abcdef", "short", "sign_hmac_sha256: 16 characters at least"),
            ("https://id", "http://id", "url: https://HOST, or http:// to this machine itself"),
            ("app_id", "colour = red\napp_id", "colour: there is no such setting"),
            ("app_id", "wait_ms = 3000\napp_id", "wait_ms: 1 to 2900"),
        ] {
            let text = GOOD.replace(from, to);
            assert_eq!(IdentityGatewaySettings::read(&text).unwrap_err(), says);
        }
    }
}
