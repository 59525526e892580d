//! Outside systems, asked in the order of the settings until one says a colour.

use crate::breaker::{Breaker, Leave};
use actions::{
    health_status::{HealthSource, Identity, SourceFigures, Subject},
    sms::BoxFuture,
};
use domain::{
    health_status::{Colour, HealthStatus},
    time::UnixMs,
};
use parking_lot::Mutex;
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Why a system said nothing usable. It never holds anything of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It does not know the person, or does not want to answer: that is an answer, too.
    Refused,
    /// It answered about somebody else.
    Foreign,
    /// It did not answer, or not in its language.
    Failed(String),
}

/// One outside system.
pub trait OneSource: Send + Sync + 'static {
    /// What it says of this person.
    fn ask<'a>(
        &'a self,
        who: &'a Identity,
        now: UnixMs,
    ) -> BoxFuture<'a, Result<HealthStatus, Trouble>>;

    /// Its name in logs and metrics.
    fn name(&self) -> &str;

    /// How long it may take.
    fn wait(&self) -> Duration;
}

/// Systems in order.
pub struct Sources(Vec<Guarded>);

struct Guarded {
    source: Box<dyn OneSource>,
    breaker: Mutex<Breaker>,
    answered: AtomicU64,
    failed: AtomicU64,
    foreign: AtomicU64,
    spared: AtomicU64,
}

impl Sources {
    /// These, in this order.
    #[must_use]
    pub fn new(sources: Vec<Box<dyn OneSource>>) -> Self {
        Self(sources.into_iter().map(Guarded::new).collect())
    }
}

impl Guarded {
    fn new(source: Box<dyn OneSource>) -> Self {
        let zero = AtomicU64::default;
        let (answered, failed, foreign, spared) = (zero(), zero(), zero(), zero());
        Self { source, breaker: Mutex::default(), answered, failed, foreign, spared }
    }

    async fn ask(&self, who: &Identity, now: UnixMs) -> Option<HealthStatus> {
        if self.breaker.lock().may_ask(now) == Leave::Spare {
            self.spared.fetch_add(1, Relaxed);
            return None;
        }
        let asked = tokio::time::timeout(self.source.wait(), self.source.ask(who, now)).await;
        let answer = asked.unwrap_or_else(|_| Err(Trouble::Failed("too slow".to_owned())));
        match answer {
            Ok(status) => {
                self.answered.fetch_add(1, Relaxed);
                self.works();
                Some(status)
            }
            Err(Trouble::Refused) => {
                self.failed.fetch_add(1, Relaxed);
                self.works();
                None
            }
            Err(Trouble::Foreign) => {
                let before = self.foreign.fetch_add(1, Relaxed);
                if (before + 1).is_power_of_two() {
                    let (source, times) = (self.source.name(), before + 1);
                    tracing::error!(
                        source,
                        times,
                        "answers about another person than was asked for"
                    );
                }
                self.fails(now, "an answer about somebody else");
                None
            }
            Err(Trouble::Failed(why)) => {
                self.failed.fetch_add(1, Relaxed);
                self.fails(now, &why);
                None
            }
        }
    }

    /// Counts the question as one that is spared.
    fn rests(&self, now: UnixMs) -> bool {
        let rests = self.breaker.lock().rests(now);
        if rests {
            self.spared.fetch_add(1, Relaxed);
        }
        rests
    }

    fn works(&self) {
        if self.breaker.lock().answered() {
            tracing::info!(source = self.source.name(), "the health status source answers again");
        }
    }

    fn fails(&self, now: UnixMs, why: &str) {
        if self.breaker.lock().failed(now) {
            tracing::warn!(
                source = self.source.name(),
                why,
                "the health status source fails: it is left alone and tried from time to time"
            );
        }
    }

    fn figures(&self) -> SourceFigures {
        SourceFigures {
            name: self.source.name().to_owned(),
            answered: self.answered.load(Relaxed),
            failed: self.failed.load(Relaxed),
            foreign: self.foreign.load(Relaxed),
            spared: self.spared.load(Relaxed),
            open: self.breaker.lock().is_open(),
        }
    }
}

impl HealthSource for Sources {
    fn ask<'a>(&'a self, about: &'a Subject, now: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async move {
            let who = about.identity.as_ref()?;
            for one in &self.0 {
                let status = one.ask(who, now).await;
                if let Some(status) = status.filter(|status| status.colour != Colour::Unknown) {
                    return Some(status);
                }
            }
            None
        })
    }

    fn can_be_asked(&self) -> bool {
        !self.0.is_empty()
    }

    fn needs_identity(&self) -> bool {
        true
    }

    fn rests(&self, now: UnixMs) -> bool {
        self.0.iter().all(|one| one.rests(now))
    }

    fn figures(&self) -> Vec<SourceFigures> {
        self.0.iter().map(Guarded::figures).collect()
    }
}
