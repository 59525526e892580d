//! Who went where: the simulated city's visits up to now, gathered on one thread and written from
//! another.

use super::{Made, progress::Progress};
use crate::commands::backup::VISITS;
use ::visits::{BATCH_VISITS_MAX, Visit, VisitStore, embedded::EmbeddedVisits};
use actions::checkins::stored::Marks;
use anyhow::Context;
use city::City;
use domain::{
    entry_policy::{Cause, Decision, FIRST_POLICY},
    health_status::Colour,
    presence::Presence,
    time::UnixMs,
};
use std::path::Path;
use tokio::{
    sync::mpsc::{self, Sender},
    task::spawn_blocking,
};
use visitlog::{Engine, Options};

/// Batches gathered ahead of the store.
const BATCHES_AHEAD: usize = 4;

/// Opens the store of a house that is closed, with nobody watching: days go by within seconds, and
/// the log of a house would be full of a clock that jumps.
pub(super) async fn open(data: &Path) -> anyhow::Result<EmbeddedVisits> {
    let folder = data.join(VISITS);
    let engine = spawn_blocking(move || Engine::open(folder, Options::default())).await?;
    Ok(EmbeddedVisits::of(engine.context("the visit store")?))
}

/// Writes every visit that has come to the system by `now`, and leaves the store sorted.
pub(super) async fn load(
    store: &dyn VisitStore,
    city: City,
    now: UnixMs,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Made> {
    progress.begin("visits");
    let total = city.visits_total();
    let (send, mut batches) = mpsc::channel(BATCHES_AHEAD);
    let gathering = spawn_blocking(move || gather(&city, now, &send));
    let mut visits = 0;
    while let Some(batch) = batches.recv().await {
        visits += batch.len() as u64;
        store.append_all(batch).await?;
        progress.step(visits, total)?;
    }
    gathering.await.context("gathering visits")?;
    store.tidy().await?;
    let seconds = progress.end("written and sorted", visits)?;
    Ok(Made { visits, seconds })
}

/// Hands over everything up to now in batches, until nobody takes them any more.
fn gather(city: &City, now: UnixMs, send: &Sender<Vec<Visit>>) {
    let entered = city.visits().take_while(|visit| visit.entered_ms <= now.0);
    // Those that were scanned without a network and not uploaded yet are not known.
    let mut known = entered.filter(|visit| visit.recorded_ms <= now.0).map(as_recorded);
    loop {
        let batch: Vec<Visit> = known.by_ref().take(BATCH_VISITS_MAX).collect();
        if batch.is_empty() || send.blocking_send(batch).is_err() {
            return;
        }
    }
}

/// Adds what the gate would have noted: the cause and the policy.
fn as_recorded(visit: Visit) -> Visit {
    let decision = Decision::from_number(visit.verdict);
    let cause = (decision != Decision::Pass).then_some(Cause::Colour);
    let colour = Colour::from_number(visit.status);
    let version = FIRST_POLICY.version;
    match Marks::of(decision, colour, cause, Presence::default(), version) {
        Some(Marks { flags, verdict, status }) => Visit { flags, verdict, status, ..visit },
        // The first policy's version fits.
        None => visit,
    }
}
