//! `venuecode load`: check-ins against a running server on this machine, every answer checked, and
//! afterwards the store compared with what was acknowledged.

mod client;
mod verify;

use crate::{config::LoadArgs, outside::instant};
use anyhow::{Context, bail};
use client::{Outcome, Target};
use std::{
    fs,
    io::Write,
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Wrong answers told in words; the others are counted.
const WRONG_SAID_MAX: u64 = 5;

/// A visitor's token and its person number, and the codes of all doors.
pub(crate) struct Tokens {
    visitors: Vec<String>,
    codes: Vec<String>,
}

/// Runs the load, or the comparison.
pub(crate) async fn run(args: LoadArgs) -> anyhow::Result<ExitCode> {
    if let (Some(folder), Some(acknowledged)) = (&args.verify, &args.acknowledged) {
        return verify::run(folder, acknowledged, args.json).await;
    }
    let target = Target::parse(&args.url)?;
    let path = args.tokens.as_deref().context("--tokens FILE, written by `demo --tokens FILE`")?;
    let tokens = Arc::new(read_tokens(path)?);
    let hello = if args.hello { Some(part(&args, &target, &tokens, false).await?.0) } else { None };
    let (checkins, acknowledged) = part(&args, &target, &tokens, true).await?;
    if let Some(path) = &args.acknowledged {
        fs::write(path, acknowledged).with_context(|| format!("writing {}", path.display()))?;
    }
    say(&args, hello.as_ref(), &checkins)?;
    Ok(if checkins.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Lines `visitor TOKEN` and `code CODE`.
fn read_tokens(path: &Path) -> anyhow::Result<Tokens> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let all = |kind: &str| -> Vec<String> {
        text.lines()
            .filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' '))
            .map(str::to_owned)
            .collect()
    };
    let tokens = Tokens { visitors: all("visitor"), codes: all("code") };
    if tokens.visitors.is_empty() || tokens.codes.is_empty() {
        bail!("{} has no `visitor …` or no `code …` lines", path.display());
    }
    Ok(tokens)
}

/// The figures of one part of the run.
#[derive(Default)]
struct Part {
    seconds: f64,
    done: u64,
    busy: u64,
    wrong: u64,
    broken: u64,
    micros: Vec<u32>,
}

impl Part {
    fn per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.done as f64 / self.seconds } else { 0.0 }
    }

    /// The time in ms that this share of the answers did not exceed.
    fn quantile_ms(&self, share: f64) -> f64 {
        let at = ((self.micros.len() as f64 * share).ceil() as usize).saturating_sub(1);
        self.micros.get(at).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

/// One part: every connection sends one request after the other until the time is up.
async fn part(
    args: &LoadArgs,
    target: &Target,
    tokens: &Arc<Tokens>,
    checkins: bool,
) -> anyhow::Result<(Part, String)> {
    let next = Arc::new(AtomicUsize::new(0));
    let (send, mut outcomes) = mpsc::unbounded_channel();
    let started = instant();
    let until = started + Duration::from_secs(args.seconds);
    for _ in 0..args.connections {
        let work = Work {
            target: target.clone(),
            tokens: Arc::clone(tokens),
            next: Arc::clone(&next),
            until,
            checkins,
        };
        let send = send.clone();
        tokio::spawn(async move { work.run(&send).await });
    }
    drop(send);
    let mut part = Part::default();
    let mut acknowledged = String::new();
    while let Some((outcome, micros)) = outcomes.recv().await {
        match outcome {
            Outcome::Done(line) => {
                part.done += 1;
                part.micros.push(micros);
                if let Some(line) = line {
                    acknowledged.push_str(&line);
                    acknowledged.push('\n');
                }
            }
            Outcome::Busy => part.busy += 1,
            Outcome::Wrong(what) => {
                part.wrong += 1;
                if part.wrong <= WRONG_SAID_MAX {
                    tracing::warn!(%what, "a wrong answer");
                }
            }
            Outcome::Broken => part.broken += 1,
        }
    }
    part.seconds = started.elapsed().as_secs_f64();
    part.micros.sort_unstable();
    Ok((part, acknowledged))
}

/// What one connection works through.
struct Work {
    target: Target,
    tokens: Arc<Tokens>,
    next: Arc<AtomicUsize>,
    until: Instant,
    checkins: bool,
}

impl Work {
    async fn run(self, send: &mpsc::UnboundedSender<(Outcome, u32)>) {
        let Ok(mut connection) = self.target.connect().await else {
            let _nobody_counts = send.send((Outcome::Broken, 0));
            return;
        };
        while instant() < self.until {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((token, code)) = self.pair(at) else { return };
            let started = instant();
            let outcome = if self.checkins {
                connection.check_in(token, code).await
            } else {
                connection.hello().await
            };
            let micros = u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX);
            let broken = matches!(outcome, Outcome::Broken);
            if send.send((outcome, micros)).is_err() || broken {
                return;
            }
        }
    }

    /// Every pair of a visitor and a door once, so that no request falls into the same minute as
    /// an earlier one of the same pair; `None` when they are used up.
    fn pair(&self, at: usize) -> Option<(&str, &str)> {
        let (visitors, codes) = (&self.tokens.visitors, &self.tokens.codes);
        if self.checkins && at >= visitors.len() * codes.len() {
            return None;
        }
        let visitor = at % visitors.len();
        let code = (at / visitors.len() + visitor) % codes.len();
        Some((&visitors[visitor], &codes[code]))
    }
}

fn say(args: &LoadArgs, hello: Option<&Part>, checkins: &Part) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let parts = hello.map(|part| ("hello", part)).into_iter().chain([("checkins", checkins)]);
    if args.json {
        let mut object = serde_json::Map::new();
        for (name, part) in parts {
            object.insert(
                name.to_owned(),
                serde_json::json!({
                    "per_second": part.per_second(), "done": part.done, "busy": part.busy,
                    "wrong": part.wrong, "broken": part.broken, "seconds": part.seconds,
                    "p50_ms": part.quantile_ms(0.50), "p99_ms": part.quantile_ms(0.99),
                }),
            );
        }
        writeln!(out, "{}", serde_json::Value::Object(object))?;
        return Ok(());
    }
    writeln!(out, "what         per s      done   busy  wrong  broken   p50 ms   p99 ms")?;
    for (name, part) in parts {
        writeln!(
            out,
            "{name:<10} {:>7.0} {:>9} {:>6} {:>6} {:>7} {:>8.2} {:>8.2}",
            part.per_second(),
            part.done,
            part.busy,
            part.wrong,
            part.broken,
            part.quantile_ms(0.50),
            part.quantile_ms(0.99),
        )?;
    }
    if let Some(hello) = hello {
        let ratio = checkins.per_second() / hello.per_second().max(1.0);
        writeln!(out, "check-ins / hello = {ratio:.3}")?;
    }
    Ok(())
}
