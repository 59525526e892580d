//! The running server's own backup: once a day it brings a folder up to date.

use crate::{
    commands::backup::{Taken, back_up},
    config::ServeArgs,
};
use actions::House;
use domain::time::UnixMs;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often it is looked whether one is due; also how soon a failed one is tried again.
const EVERY: Duration = Duration::from_secs(600);

const HOUR_MS: i64 = 3_600_000;

/// Where to, and when.
#[derive(Clone, Debug)]
pub(crate) struct Backups {
    to: PathBuf,
    hour: u8,
}

impl Backups {
    /// As the operator asked for, if so.
    pub(crate) fn of(args: &ServeArgs) -> Option<Self> {
        args.backup_to.clone().map(|to| Self { to, hour: args.backup_hour })
    }

    /// Whether the day's backup is due.
    fn is_due(&self, now: UnixMs, done_on: Option<UnixMs>) -> bool {
        let today = now.day_start();
        done_on != Some(today) && now.since(today) >= i64::from(self.hour) * HOUR_MS
    }
}

/// Runs until told to stop. Files that are being copied then are copied to their end before the
/// process goes; killing it harms nothing, the backup before is as good as it was.
pub(crate) async fn run(
    house: Arc<House>,
    backups: Option<Backups>,
    mut stopping: watch::Receiver<bool>,
) {
    let Some(backups) = backups else { return };
    tokio::select! {
        _ = stopping.changed() => {}
        () = daily(&house, &backups) => {}
    }
}

async fn daily(house: &House, backups: &Backups) {
    let mut done_on = None;
    loop {
        let now = house.now();
        if backups.is_due(now, done_on) && once(house, backups).await {
            done_on = Some(now.day_start());
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Whether it was made.
async fn once(house: &House, backups: &Backups) -> bool {
    match back_up(&*house.visits, &house.registry, &backups.to).await {
        Ok(Taken { visits, registry }) => {
            let (files, copied_bytes) = (visits.files, visits.copied_bytes);
            tracing::info!(files, copied_bytes, registry, "backed up");
            for damage in &visits.damages {
                tracing::error!(damage, "the visit store is damaged");
            }
            true
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "no backup was made; tried again later");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use domain::time::DAY_MS;
    use testkit::TestHouse;

    #[test]
    fn one_is_due_from_its_hour_on_once_a_day() {
        let backups = Backups { to: PathBuf::new(), hour: 3 };
        let midnight = UnixMs(1_795_312_800_000).day_start();
        let at = |ms: i64| midnight.plus(ms);
        assert!(!backups.is_due(at(3 * HOUR_MS - 1), None));
        assert!(backups.is_due(at(3 * HOUR_MS), None));
        assert!(backups.is_due(at(23 * HOUR_MS), Some(at(-DAY_MS))), "late is better than never");
        assert!(!backups.is_due(at(23 * HOUR_MS), Some(midnight)), "done today");
        assert!(!backups.is_due(at(DAY_MS), Some(midnight)), "the next day, before its hour");
        assert!(backups.is_due(at(DAY_MS + 3 * HOUR_MS), Some(midnight)));
    }

    #[tokio::test]
    async fn a_running_house_is_backed_up_and_one_that_cannot_be_is_said() {
        let house = TestHouse::new().await;
        let dir = tempfile::tempdir().unwrap();
        let backups = Backups { to: dir.path().join("backup"), hour: 0 };
        for _ in 0..2 {
            assert!(once(&house, &backups).await);
            assert!(backups.to.join("visits/BACKUP").is_file());
            assert!(backups.to.join("registry.sqlite").is_file());
        }
        let file = dir.path().join("file");
        std::fs::write(&file, b"").unwrap();
        assert!(!once(&house, &Backups { to: file.join("backup"), hour: 0 }).await);
    }
}
