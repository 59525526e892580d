//! `venuecode retention`: what a running server does by itself after midnight, by hand; what it would
//! delete now; and what earlier runs deleted. Counts alone: nobody is named.

use crate::{
    config::{DataArgs, KeptArgs},
    wiring::{self, Wiring},
};
use actions::{House, retention};
use anyhow::Context;
use domain::retention::{Hold, Kept};
use registry::RetentionRun;
use std::{io::Write, process::ExitCode};

/// Runs listed.
const RUNS_LISTED: i64 = 30;

/// What to do.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct RetentionArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) kept: KeptArgs,
    /// Says what would be deleted now, and deletes nothing. The server must be stopped.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Lists the last runs and what each deleted; also while the server runs.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) runs: bool,
}

/// Runs, tells, or lists.
pub(crate) async fn run(args: RetentionArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let wiring = Wiring { kept: args.kept.days(), ..Wiring::quiet() };
    let house = match args.runs {
        true => wiring::open_beside(&args.data, &wiring).await?,
        false => wiring::open(&args.data, &wiring).await?,
    };
    let said = match (args.runs, args.dry_run) {
        (true, _) => list(&house, out).await,
        (_, true) => look(&house, out).await,
        _ => delete(&house, out).await,
    };
    wiring::close(&house).await?;
    said.map(|()| ExitCode::SUCCESS)
}

async fn look(house: &House, out: &mut dyn Write) -> anyhow::Result<()> {
    let report = retention::preview(house).await.context("looking for what is over")?;
    writeln!(out, "a run would delete now (nothing was deleted):")?;
    write(&report, out)
}

async fn delete(house: &House, out: &mut dyn Write) -> anyhow::Result<()> {
    retention::note_days(house, || true).await.context("noting who was seen")?;
    retention::delete_old_visits(house).await.context("deleting visits")?;
    let report = retention::run(house, || true).await.context("deleting what is over")?;
    writeln!(out, "deleted:")?;
    write(&report.unwrap_or_default(), out)
}

fn write(report: &retention::Report, out: &mut dyn Write) -> anyhow::Result<()> {
    for kind in Kept::ALL {
        writeln!(out, "{:>10}  {}", report.of(kind), what(kind))?;
    }
    writeln!(out, "held back although their time is over:")?;
    for hold in [Hold::Case, Hold::Alert, Hold::Status, Hold::Request] {
        writeln!(out, "{:>10}  {}", report.held_by(hold), why(hold))?;
    }
    Ok(())
}

async fn list(house: &House, out: &mut dyn Write) -> anyhow::Result<()> {
    let runs = house.registry.retention_runs(RUNS_LISTED).await.context("reading the runs")?;
    if runs.is_empty() {
        writeln!(out, "there was no run yet")?;
    }
    for run in runs {
        writeln!(out, "{}", line(&run))?;
    }
    Ok(())
}

fn line(run: &RetentionRun) -> String {
    let ended = run.ended.map_or_else(
        || "under way, or interrupted and to be gone on with".to_owned(),
        |at| format!("ended {}", at.date_time_text()),
    );
    let mut counts: Vec<String> =
        run.counts.iter().map(|(kind, count)| format!("{count} {}", what(*kind))).collect();
    if counts.is_empty() {
        counts.push("nothing was over".to_owned());
    }
    format!("{}  {ended}: {}", run.day.date_text(), counts.join(", "))
}

fn what(kind: Kept) -> &'static str {
    match kind {
        Kept::People => "people who gave no sign of life",
        Kept::Families => "families that ended",
        Kept::Corrections => "registrations before a correction",
        Kept::PhoneChanges => "changes of lost phones",
        Kept::Requests => "requests that were answered",
        Kept::Consents => "consents of erased people",
    }
}

fn why(hold: Hold) -> &'static str {
    match hold {
        Hold::Case => "by a case of the last 90 days",
        Hold::Alert => "by an alert that nobody has dealt with",
        Hold::Status => "by the register of health status",
        Hold::Request => "by an open request",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use clap::Parser;
    use domain::time::DAY_MS;
    use testkit::TestHouse;

    #[derive(Debug, Parser)]
    struct Words {
        #[command(flatten)]
        args: RetentionArgs,
    }

    async fn said(house: &TestHouse, act: impl AsyncFn(&House, &mut dyn Write)) -> String {
        let mut out = Vec::new();
        act(house, &mut out).await;
        String::from_utf8(out).unwrap()
    }

    #[tokio::test]
    async fn a_dry_run_tells_and_a_run_deletes_what_it_told() {
        let house = TestHouse::new().await;
        retention::daily(&house, || true).await.unwrap();
        house.visitor().await;
        // Noted days must not fall behind the visits: a run every two weeks.
        for _ in 0..13 {
            house.clock.advance_ms(14 * DAY_MS);
            retention::note_days(&house, || true).await.unwrap();
        }
        let told = said(&house, async |house, out| look(house, out).await.unwrap()).await;
        assert!(told.contains("         1  people who gave no sign of life"), "{told}");
        assert_eq!(house.registry.retention_runs(9).await.unwrap().len(), 1, "nothing was written");
        let done = said(&house, async |house, out| delete(house, out).await.unwrap()).await;
        assert!(done.contains("         1  people who gave no sign of life"), "{done}");
        let again = said(&house, async |house, out| look(house, out).await.unwrap()).await;
        assert!(again.contains("         0  people who gave no sign of life"), "{again}");
        let runs = said(&house, async |house, out| list(house, out).await.unwrap()).await;
        assert!(runs.contains(": 1 people who gave no sign of life"), "{runs}");
        assert!(runs.lines().nth(1).unwrap().ends_with("nothing was over"), "{runs}");
    }

    #[test]
    fn days_that_make_no_sense_are_refused_with_what_would() {
        let days = Words::parse_from(["x"]).args.kept.days();
        assert_eq!((days.inactive, days.ended, days.proof), (180, 28, 1_095));
        for (flag, value, range) in [
            ("--inactive-days", "29", "30..=3650"),
            ("--ended-days", "7", "8..=365"),
            ("--proof-days", "0", "90..=3650"),
        ] {
            let error = Words::try_parse_from(["x", flag, value]).unwrap_err().to_string();
            assert!(error.contains(flag) && error.contains(range), "{error}");
        }
        assert!(Words::try_parse_from(["x", "--runs", "--dry-run"]).is_err());
    }
}
