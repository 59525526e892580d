//! Whether a store kept what was acknowledged: nothing lost, nothing doubled.

use anyhow::Context;
use std::{collections::HashMap, fs, io::Write, path::Path, process::ExitCode};
use visits::{
    VisitStore,
    embedded::{EmbeddedVisits, Options},
};

/// Compares and says; fails when an acknowledged entry is missing or stands there twice.
pub(crate) async fn run(
    folder: &Path,
    acknowledged: &Path,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let text = fs::read_to_string(acknowledged)
        .with_context(|| format!("reading {}", acknowledged.display()))?;
    let wanted: Vec<(u64, u32, i64)> = text.lines().filter_map(parse).collect();
    if wanted.len() != text.lines().count() {
        anyhow::bail!("{} has lines that are not acknowledgements", acknowledged.display());
    }
    let visits_folder = folder.join("visits");
    let store = tokio::task::spawn_blocking(move || {
        EmbeddedVisits::open(visits_folder, Options::default())
    });
    let store = store.await?.context("the visit store")?;
    let mut kept: HashMap<(u64, u32, i64), u32> = HashMap::new();
    let mut persons: Vec<u64> = wanted.iter().map(|w| w.0).collect();
    persons.sort_unstable();
    persons.dedup();
    for person in persons {
        for visit in store.visits_of(person, i64::MIN, i64::MAX).await? {
            *kept.entry((visit.person, visit.checkpoint, visit.entered_ms)).or_default() += 1;
        }
    }
    store.close().await?;
    let lost = wanted.iter().filter(|w| !kept.contains_key(w)).count();
    let doubled = kept.values().filter(|times| **times > 1).count();
    let mut out = std::io::stdout().lock();
    if json {
        let figures = serde_json::json!({
            "acknowledged": wanted.len(), "lost": lost, "doubled": doubled,
        });
        writeln!(out, "{figures}")?;
    } else {
        writeln!(out, "acknowledged {}, lost {lost}, doubled {doubled}", wanted.len())?;
    }
    Ok(if lost == 0 && doubled == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn parse(line: &str) -> Option<(u64, u32, i64)> {
    let mut parts = line.split(' ');
    let parsed =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_acknowledgement_is_three_numbers() {
        assert_eq!(parse("7 3 1795329127000"), Some((7, 3, 1_795_329_127_000)));
        for wrong in ["", "7 3", "7 3 1 9", "a b c"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
