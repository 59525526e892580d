//! `venuecode serve`: the real thing.

use crate::{
    backups::Backups,
    config::{SecondFactor, ServeArgs, Sms, Steps},
    installation::{GivenUrl, Kind},
    run, wiring,
    wiring::{HealthSources, TextMessages, Wiring},
};
use actions::{Failure, House, accounts::one_time_links::first_set_up};
use anyhow::Context;
use domain::applications::ReviewSteps;
use std::{fmt::Write as _, io::Write, process::ExitCode};

/// Serves until told to stop.
pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let listener = run::bind(args.listen).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let given_url = GivenUrl { url: args.public_url.clone(), change: args.change_public_url };
    let wiring = Wiring {
        kind: Some(Kind::Real),
        here: here.clone(),
        given_url,
        sms: TextMessages::settled(&args.sms)?,
        entry_apps: wiring::entry_apps::settled(&args.entry_apps)?,
        second_factor: args.second_factor,
        hotline: args.hotline.clone(),
        answer_days: args.answer_days,
        kept: args.kept.days(),
        review_steps: match args.review_steps {
            Steps::One => ReviewSteps::One,
            Steps::Two => ReviewSteps::Two,
        },
        health: HealthSources::settled(&args.health_source)?,
        identity_check: match &args.identity_check {
            Some(file) => Some(wiring::identity_check(file)?),
            None => None,
        },
        serves: Some(args.limits.clone()),
    };
    let house = wiring::open(&args.data, &wiring).await?;
    let mut out = std::io::stdout();
    let said = screen(&house, &args, &here).await?;
    out.write_all(said.as_bytes())?;
    out.flush()?;
    run::serve(house, listener, Backups::of(&args)).await?;
    Ok(ExitCode::SUCCESS)
}

/// What to know at this start.
async fn screen(house: &House, args: &ServeArgs, here: &str) -> anyhow::Result<String> {
    let mut said = String::new();
    writeln!(said, "venuecode serves on {here} (data in {})", args.data.data.display())?;
    let kept = house.registry.installation().await?.and_then(|settled| settled.public_url);
    match kept {
        Some(kept) => writeln!(said, "posters carry {kept}")?,
        None => {
            writeln!(said, "posters would carry {here}: give --public-url before printing any")?;
        }
    }
    if args.health_source.is_empty() {
        writeln!(
            said,
            "no outside source of health status is asked (--health-source): what the register says \
             counts, everybody else is to be checked on the spot"
        )?;
    }
    if args.identity_check.is_none() {
        writeln!(
            said,
            "nobody is asked whether names and documents belong together (--identity-check)"
        )?;
    }
    if args.sms.sms == Sms::Off {
        writeln!(
            said,
            "no text messages are sent (--sms off): nobody can register yet, and a \
             password alone signs in"
        )?;
    } else if args.second_factor == SecondFactor::Off {
        writeln!(said, "a password alone signs in (--second-factor off)")?;
    }
    if let Some(link) = set_up_link(house).await? {
        writeln!(said, "first start: open this link once, within 24 hours, to set up the system")?;
        writeln!(said, "  {link}")?;
    }
    Ok(said)
}

/// The link for the first administrator; `None` when somebody is there already.
async fn set_up_link(house: &House) -> anyhow::Result<Option<String>> {
    match first_set_up(house).await {
        Ok(link) => Ok(Some(link)),
        Err(Failure::Conflict(_)) => Ok(None),
        Err(error) => Err(error).context("making the set-up link"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use clap::Parser;
    use testkit::TestHouse;

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        args: ServeArgs,
    }

    async fn said(house: &TestHouse) -> anyhow::Result<String> {
        let words = Words::parse_from(["serve"]);
        screen(house, &words.args, "http://127.0.0.1:8080").await
    }

    #[tokio::test]
    async fn a_start_with_nobody_there_prints_a_set_up_link() {
        let house = TestHouse::new().await;
        assert!(said(&house).await.unwrap().contains("http://127.0.0.1:8080/set-up/"));
    }

    #[tokio::test]
    async fn a_broken_registry_is_said_and_not_taken_for_a_later_start() {
        let house = TestHouse::new().await;
        house.registry.close().await;
        assert!(set_up_link(&house).await.is_err());
    }
}
