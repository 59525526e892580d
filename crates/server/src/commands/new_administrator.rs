//! `venuecode new-administrator`: a way in when no administrator can sign in any more. Whoever may
//! read the key file may do so; a server may go on meanwhile.

use crate::{
    config::DataArgs,
    installation::{self, Visits},
    outside::{SystemClock, SystemDice},
    wiring,
};
use actions::accounts::one_time_links::administrator_link;
use anyhow::{Context, bail};
use domain::outside::Clock;
use registry::Registry;
use std::{io::Write, process::ExitCode};

/// Prints a one-time link with which somebody sets up another administrator's account.
pub(crate) async fn run(data: &DataArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let registry = open(data).await?;
    let said = make(data, &registry, out).await;
    registry.close().await;
    said.map(|()| ExitCode::SUCCESS)
}

async fn open(data: &DataArgs) -> anyhow::Result<Registry> {
    wiring::refuse_open_folder(&data.data)?;
    match &data.database {
        Some(url) => Registry::open(url).await.context("the registry"),
        None => {
            let file = data.data.join("registry.sqlite");
            if !file.try_exists().context("the registry")? {
                bail!("there is no registry {}: name the data folder with --data", file.display());
            }
            Registry::open_sqlite(&file).await.context("the registry")
        }
    }
}

async fn make(data: &DataArgs, registry: &Registry, out: &mut dyn Write) -> anyhow::Result<()> {
    let (vault, _) =
        installation::settle(registry, data, None, Visits::NotOpened, &SystemDice).await?;
    let now = SystemClock.now();
    let token = administrator_link(registry, &vault, &SystemDice, now).await?;
    let address = registry.installation().await?.and_then(|settled| settled.public_url);
    let address = address.unwrap_or_else(|| "http://THE-ADDRESS-OF-THE-SERVER".to_owned());
    writeln!(out, "open this link once, within 24 hours, to set up another administrator")?;
    writeln!(out, "  {address}/set-up/{token}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::{config::LimitArgs, installation::Kind, wiring::Wiring};
    use clap::Parser;
    use domain::{accounts::Role, audit::Deed};
    use registry::LinkUse;

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        limits: LimitArgs,
    }

    fn data(folder: &std::path::Path) -> DataArgs {
        DataArgs { data: folder.join("data"), database: None }
    }

    #[tokio::test]
    async fn a_running_house_gets_a_link_for_another_administrator() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        let limits = Words::parse_from(["serve"]).limits;
        let wiring = Wiring { kind: Some(Kind::Real), serves: Some(limits), ..Wiring::quiet() };
        let house = wiring::open(&data, &wiring).await.unwrap();
        let mut out = Vec::new();
        run(&data, &mut out).await.unwrap();
        let said = String::from_utf8(out).unwrap();
        let token = said.trim().rsplit('/').next().unwrap();
        let mac = house.vault.mac(vault::Purpose::OneTimeLink, token.as_bytes());
        let link = house.registry.link(&mac, house.now()).await.unwrap().unwrap();
        let administrator = LinkUse::SetUp { role: Role::Administrator, county: None };
        assert_eq!(link.link_use, administrator);
        let lines = house.registry.audit_page(Some(Deed::AccountMade), 9, 0).await.unwrap();
        assert_eq!(lines.len(), 1, "it leaves a trace");
        wiring::close(&house).await.unwrap();
    }

    #[tokio::test]
    async fn a_folder_without_a_registry_is_named_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let data = data(folder.path());
        std::fs::create_dir(&data.data).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&data.data, mode).unwrap();
        let error = run(&data, &mut Vec::new()).await.unwrap_err();
        assert!(error.to_string().contains("there is no registry"), "{error}");
        assert_eq!(std::fs::read_dir(&data.data).unwrap().count(), 0);
    }
}
