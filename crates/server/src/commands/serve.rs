//! `venuecode serve`: the real thing.

use crate::{
    config::{ServeArgs, Sms},
    run, wiring,
    wiring::Wiring,
};
use actions::accounts::one_time_links::first_set_up;
use std::{io::Write, process::ExitCode};

/// Serves until told to stop.
pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let listener = run::bind(args.listen).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let public_url = args.public_url.clone().unwrap_or_else(|| here.clone());
    let public_url = public_url.trim_end_matches('/').to_owned();
    let wiring = Wiring { public_url, demo: false, sms: args.sms };
    let house = wiring::open(&args.data, &wiring).await?;
    let mut out = std::io::stdout();
    writeln!(out, "venuecode serves on {here} (data in {})", args.data.data.display())?;
    if args.public_url.is_none() {
        writeln!(out, "posters would carry {here}: give --public-url before printing any")?;
    }
    if args.sms == Sms::Off {
        writeln!(out, "no text messages are sent (--sms off): nobody can register yet")?;
    }
    if let Ok(link) = first_set_up(&house).await {
        writeln!(out, "first start: open this link once, within 24 hours, to set up the system")?;
        writeln!(out, "  {link}")?;
    }
    out.flush()?;
    run::serve(house, listener).await?;
    Ok(ExitCode::SUCCESS)
}
