//! `venuecode load`: requests against a server on this machine, every answer checked, and
//! afterwards the store compared with what was acknowledged.

mod client;
mod figures;
mod pace;
mod tokens;
mod verify;

use crate::{
    config::{LoadArgs, Requests},
    outside::instant,
};
use anyhow::{Context, bail};
use client::{Outcome, Target};
use figures::Figures;
use pace::Pace;
use parking_lot::Mutex;
use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tokens::Tokens;
use tokio::task::JoinSet;

/// Connections opened at the same time, so that none is lost in the queue of those not accepted.
const OPENED_AT_ONCE: usize = 256;

/// Answers a second that room is kept for when the rate is not given.
const RATE_EXPECTED: u32 = 150_000;

/// Told to come again, phones spread over this much more, twice and then four times as much when
/// they are told so again: as `enter.js` of a visitor's page does.
const JITTER: Duration = Duration::from_secs(2);
const JITTER_DOUBLED_MAX: u32 = 2;

/// Runs the load, or the comparison.
pub(crate) async fn run(args: LoadArgs) -> anyhow::Result<ExitCode> {
    if let (Some(folder), Some(acknowledged)) = (&args.verify, &args.acknowledged) {
        return verify::run(folder, acknowledged, args.json).await;
    }
    let target = Target::parse(&args.url)?;
    let path = args.tokens.as_deref();
    let path = path.context("--tokens FILE, written by `demo --tokens` or `simulate --tokens`")?;
    let tokens = Tokens::read(path, args.hot_door)?;
    if args.requests.contains(&Requests::ReverseScans)
        && (tokens.devices.is_empty() || tokens.id_numbers.is_empty())
    {
        bail!("{} has no `device …` or no `id …` lines: reverse scans need them", path.display());
    }
    let tokens = Arc::new(tokens);
    let mut parts = Vec::new();
    for requests in &args.requests {
        parts.push((*requests, part(&args, &target, &tokens, *requests).await?));
    }
    if let Some(path) = &args.acknowledged {
        write_entries(path, &parts).with_context(|| format!("writing {}", path.display()))?;
    }
    for what in parts.iter().flat_map(|(_, figures)| figures.said()) {
        tracing::warn!(%what, "a wrong answer");
    }
    let said = if args.json { figures::json(&parts) } else { figures::table(&parts) };
    writeln!(std::io::stdout().lock(), "{}", said.trim_end())?;
    let wrong = parts.iter().any(|(_, figures)| figures.wrong > 0);
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// One part: every connection takes the next request when it is free, until the time is up.
async fn part(
    args: &LoadArgs,
    target: &Target,
    tokens: &Arc<Tokens>,
    requests: Requests,
) -> anyhow::Result<Figures> {
    let connections = connect(target, usize::from(args.connections)).await?;
    let started = instant();
    let pace = Arc::new(Pace::new(
        started,
        Duration::from_secs(args.seconds),
        args.rate,
        Duration::from_millis(u64::from(args.patience_ms)),
    ));
    let rate = args.rate.unwrap_or(RATE_EXPECTED);
    let figures = Arc::new(Mutex::new(Figures::with_room_for(args.seconds * u64::from(rate))));
    let mut under_way = JoinSet::new();
    for connection in connections {
        let (pace, tokens) = (Arc::clone(&pace), Arc::clone(tokens));
        let figures = Arc::clone(&figures);
        under_way.spawn(keep_asking(connection, pace, tokens, (requests, args.first), figures));
    }
    // Kept until all have ended: hanging up is work as well, and would be counted as the server's.
    let mut resting = Vec::with_capacity(under_way.len());
    while let Some(ended) = under_way.join_next().await {
        resting.push(ended.context("a connection's task failed")?);
    }
    let mut figures = std::mem::take(&mut *figures.lock());
    figures.given_up = pace.given_up();
    figures.settle();
    Ok(figures)
}

async fn connect(target: &Target, count: usize) -> anyhow::Result<Vec<client::Connection>> {
    let mut connections = Vec::with_capacity(count);
    while connections.len() < count {
        let mut opening = JoinSet::new();
        for _ in 0..OPENED_AT_ONCE.min(count - connections.len()) {
            let target = target.clone();
            opening.spawn(async move { target.connect().await });
        }
        while let Some(opened) = opening.join_next().await {
            connections.push(opened?.context("connecting to the server")?);
        }
    }
    Ok(connections)
}

async fn keep_asking(
    mut connection: client::Connection,
    pace: Arc<Pace>,
    tokens: Arc<Tokens>,
    (requests, first): (Requests, u64),
    figures: Arc<Mutex<Figures>>,
) -> client::Connection {
    let mut tries = 0;
    while let Some(turn) = pace.turn(instant()) {
        let mut sent = instant();
        if turn.due > sent {
            tokio::time::sleep_until(turn.due.into()).await;
            sent = instant();
        }
        let outcome = connection.ask(requests, &tokens, first.saturating_add(turn.number)).await;
        let rest = match outcome {
            Outcome::Broken | Outcome::UsedUp => None,
            Outcome::Busy(wait) => Some(wait + jitter(turn.number, tries)),
            _ => Some(Duration::ZERO),
        };
        tries = if matches!(outcome, Outcome::Busy(_)) { tries + 1 } else { 0 };
        let answered = instant();
        figures.lock().take(
            outcome,
            answered - turn.due,
            answered - sent,
            pace.since_start(answered),
        );
        let Some(rest) = rest else { break };
        if !rest.is_zero() {
            // Nobody rests beyond the end: that would be counted as time in which nothing was done.
            if pace.is_over(instant() + rest) {
                break;
            }
            tokio::time::sleep(rest).await;
        }
    }
    connection
}

/// Not all at once, and each time a little later.
fn jitter(number: u64, tries: u32) -> Duration {
    // Evenly spread for any row of numbers, and the same in every run.
    let share = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as u32;
    JITTER * (1 << tries.min(JITTER_DOUBLED_MAX)) * share / 1_024
}

/// A line `person checkpoint entered` for every acknowledged entry.
fn write_entries(path: &Path, parts: &[(Requests, Figures)]) -> std::io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    for entry in parts.iter().flat_map(|(_, figures)| &figures.entries) {
        writeln!(file, "{} {} {}", entry.person, entry.checkpoint, entry.entered_ms)?;
    }
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_told_to_come_again_spread_and_wait_longer_each_time() {
        for (tries, most) in [(0, 2_000), (1, 4_000), (2, 8_000), (9, 8_000)] {
            let waits: Vec<u128> = (0..1_000).map(|n| jitter(n, tries).as_millis()).collect();
            assert!(waits.iter().all(|wait| *wait < most), "{tries}");
            for tenth in 0..10 {
                let (from, to) = (most * tenth / 10, most * (tenth + 1) / 10);
                let here = waits.iter().filter(|wait| (from..to).contains(wait)).count();
                assert!((80..=120).contains(&here), "{tries}, {tenth}: {here}");
            }
        }
    }
}
