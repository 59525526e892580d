//! Runs of `venuecode load`.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

/// One run to come.
pub(crate) struct Load<'a> {
    pub(crate) program: &'a Path,
    pub(crate) url: &'a str,
    pub(crate) tokens: &'a Path,
    pub(crate) seconds: u64,
    pub(crate) first: u64,
    pub(crate) acknowledged: &'a Path,
}

/// What a run found.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sent {
    pub(crate) per_second: f64,
    pub(crate) done: u64,
    pub(crate) busy: u64,
    pub(crate) limited: u64,
    pub(crate) wrong: u64,
    pub(crate) broken: u64,
    pub(crate) given_up: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) sent_p99_ms: f64,
    pub(crate) busy_p99_ms: f64,
    /// What the server used meanwhile.
    #[serde(skip)]
    pub(crate) server_cpu: Duration,
}

impl Sent {
    /// Requests that were answered in whatever way.
    pub(crate) fn answered(&self) -> u64 {
        self.done + self.busy + self.limited + self.wrong
    }

    /// Numbers that were used up, at most.
    pub(crate) fn numbers(&self) -> u64 {
        self.answered() + self.broken + self.given_up
    }
}

impl Load<'_> {
    /// Sends requests of one kind and waits for the end.
    pub(crate) fn run(&self, requests: &str, more: &[&str]) -> Result<Sent> {
        let done = Command::new(self.program)
            .args(["load", "--json", "--url", self.url, "--requests", requests])
            .args(["--seconds", &self.seconds.to_string(), "--first", &self.first.to_string()])
            .arg("--tokens")
            .arg(self.tokens)
            .arg("--acknowledged")
            .arg(self.acknowledged)
            .args(more)
            .stderr(Stdio::inherit())
            .output()
            .context("starting the sender")?;
        // It fails when an answer was wrong, and has told its figures then as well.
        let Ok(mut parts) = serde_json::from_slice::<Value>(&done.stdout) else {
            bail!("the sender of {requests} ended with {} and no figures", done.status);
        };
        let part = parts.get_mut(requests).map(Value::take);
        Ok(serde_json::from_value(part.context("no figures of what was sent")?)?)
    }
}

/// What the store kept of what was acknowledged.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    pub(crate) acknowledged: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
}

/// Compares; the server must be stopped.
pub(crate) fn verify(program: &Path, data: &Path, acknowledged: &Path) -> Result<Found> {
    let done = Command::new(program)
        .args(["load", "--json", "--verify"])
        .arg(data)
        .arg("--acknowledged")
        .arg(acknowledged)
        .stderr(Stdio::inherit())
        .output()
        .context("starting the comparison")?;
    serde_json::from_slice(&done.stdout)
        .with_context(|| format!("the comparison ended with {} and no figures", done.status))
}
