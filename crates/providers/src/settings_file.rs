//! What the operator of an outside system gave the city: lines of `name = value` in a file for its owner
//! alone.

use std::time::Duration;

/// The longest wait that may be set: beyond it nobody waits for an answer any more.
const WAIT_MS_MAX: u64 = 2_900;
/// Most bytes of a value.
const VALUE_BYTES_MAX: usize = 1_000;

/// What was read and not taken yet.
pub(crate) struct Lines(Vec<(String, String)>);

impl Lines {
    /// Reads the lines of a file. Empty lines and those that begin with `#` are passed over.
    ///
    /// # Errors
    /// Which line is wrong, never with its value.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
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

    /// The value of a line, where it is there and not empty.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1).filter(|value| !value.is_empty())
    }

    /// The value of a line that must be there.
    pub(crate) fn needed(&mut self, name: &str) -> Result<String, String> {
        self.take(name).ok_or_else(|| format!("{name}: missing"))
    }

    /// The line `wait_ms`: how long an answer may take.
    pub(crate) fn wait(&mut self, usual_ms: u64) -> Result<Duration, String> {
        let ms = match self.take("wait_ms") {
            None => usual_ms,
            Some(text) => text
                .parse()
                .ok()
                .filter(|ms| (1..=WAIT_MS_MAX).contains(ms))
                .ok_or_else(|| format!("wait_ms: 1 to {WAIT_MS_MAX}"))?,
        };
        Ok(Duration::from_millis(ms))
    }

    /// The line `name`: what it is called in logs, metrics and the registry.
    pub(crate) fn label(&mut self, usual: &str) -> Result<String, String> {
        let name = self.take("name").unwrap_or_else(|| usual.to_owned());
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if name.len() > 40 || !name.bytes().all(plain) {
            return Err("name: up to 40 letters, digits, - and _".to_owned());
        }
        Ok(name)
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), String> {
        match self.0.first() {
            Some((name, _)) => Err(format!("{name}: there is no such setting")),
            None => Ok(()),
        }
    }
}

/// HTTPS, or HTTP to this machine itself; no slash at the end.
pub(crate) fn address(text: String) -> Result<String, String> {
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
