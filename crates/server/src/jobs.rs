//! Timed jobs: deleting visits whose days are over, people who are not seen any more and what has ended, forgetting sessions, links and SMS codes that have ended, changing the key of
//! visitors' sessions once a year, reminding managers of the deadlines of inspections, deriving months of birth that are missing, following what another process changes in the registry, and
//! opening alerts, and asking about those who entered with their status unknown.

use crate::outside::instant;
use actions::{
    House,
    accounts::session::IDLE_MS_MAX,
    alerts::raised,
    applications::drafts::DRAFT_DAYS,
    checkins::follow_up,
    inspections, invitations, messages,
    people::{births, identity_check, phones, session::change_key_when_due},
    posters::jobs as poster_jobs,
    retention::daily,
};
use domain::{
    offline_codes::LISTED_DAYS,
    time::{DAY_MS, UnixMs},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;

const EVERY: Duration = Duration::from_secs(600);
/// How often the registry is asked for changes: what another process writes is in force within a
/// second.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// Runs until told to stop.
pub(crate) async fn run(house: Arc<House>, mut stopping: watch::Receiver<bool>) {
    let others = stopping.clone();
    let sweeping = sweep_on(&house, others.clone());
    let telling = tell_on(&house, others.clone());
    let reminding = remind_on(&house, others.clone());
    let drawing = draw_posters(&house, others.clone());
    let checking = check_on(&house, others.clone());
    let changing = change_phones_on(&house, others.clone());
    tokio::join!(
        sweeping,
        telling,
        reminding,
        drawing,
        checking,
        changing,
        keep_on(&house, others.clone()),
        derive_births(&house, others.clone()),
        follow(&house, others),
        async {
            tokio::select! {
                _ = stopping.changed() => {}
                () = follow_up::run(Arc::clone(&house)) => {}
                () = raised::run(Arc::clone(&house)) => {}
            }
        }
    );
}

/// Draws posters by the thousand. Told to stop, it ends within a poster.
async fn draw_posters(house: &Arc<House>, mut stopping: watch::Receiver<bool>) {
    let stop = async {
        let _ = stopping.changed().await;
        house.poster_jobs.stop();
    };
    tokio::join!(poster_jobs::run(house), stop);
}

async fn sweep_on(house: &House, mut stopping: watch::Receiver<bool>) {
    loop {
        sweep(house).await;
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// How often managers are told by text message what has gathered for them.
const TELL_EVERY: Duration = Duration::from_secs(15);

async fn tell_on(house: &House, mut stopping: watch::Receiver<bool>) {
    if !house.sms.is_there() {
        return;
    }
    loop {
        match messages::send::send_due(house, || !*stopping.borrow()).await {
            Ok(round) if round.failed > 0 => {
                tracing::warn!(sent = round.sent, failed = round.failed, "text messages");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "managers could not be told by text message"),
        }
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(TELL_EVERY) => {}
        }
    }
}

/// How often it is looked whether a manager is to be reminded of a deadline.
const REMIND_EVERY: Duration = Duration::from_secs(60);

async fn remind_on(house: &House, mut stopping: watch::Receiver<bool>) {
    loop {
        match inspections::remind_due(house, || !*stopping.borrow()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "managers were reminded of inspections"),
            Err(error) => tracing::error!(%error, "managers could not be reminded of inspections"),
        }
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(REMIND_EVERY) => {}
        }
    }
}

/// How often it is looked whether somebody's name and document are to be compared.
const CHECK_EVERY: Duration = Duration::from_secs(15);

async fn check_on(house: &House, mut stopping: watch::Receiver<bool>) {
    if !house.checker.is_there() {
        return;
    }
    loop {
        match identity_check::catch_up(house, || !*stopping.borrow()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "identity checks were caught up with"),
            Err(error) => tracing::error!(%error, "identity checks could not be caught up with"),
        }
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(CHECK_EVERY) => {}
        }
    }
}

/// How often it is looked whether a phone takes the place of one that was lost.
const PHONES_EVERY: Duration = Duration::from_secs(60);

async fn change_phones_on(house: &House, mut stopping: watch::Receiver<bool>) {
    loop {
        match phones::complete_due(house).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "phones took the place of lost ones"),
            Err(error) => tracing::error!(%error, "phones could not be changed"),
        }
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(PHONES_EVERY) => {}
        }
    }
}

/// Derives the months of birth of whoever registered before they were kept. Tried again after a failure;
/// once everybody has theirs, it is over for good.
async fn derive_births(house: &House, mut stopping: watch::Receiver<bool>) {
    loop {
        match births::derive(house, || !*stopping.borrow()).await {
            Ok(0) => return,
            Ok(count) => {
                tracing::info!(count, "months of birth were derived");
                return;
            }
            Err(error) => tracing::error!(%error, "months of birth could not be derived"),
        }
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Deletes visits, people who are not seen any more and what has ended, at the start and after each
/// midnight.
async fn keep_on(house: &House, mut stopping: watch::Receiver<bool>) {
    let mut done_on = None;
    let mut clock = WallClock::new(house.now(), instant());
    loop {
        let now = house.now();
        let trusted = clock.is_trusted(now, instant());
        let today = now.day_start();
        if trusted && done_on != Some(today) {
            match daily(house, || !*stopping.borrow()).await {
                Ok(()) => done_on = Some(today),
                Err(error) => tracing::error!(%error, "what is over could not be deleted"),
            }
        }
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// A clock that was set forward must not delete what is still to be kept.
struct WallClock {
    began: (UnixMs, Instant),
    said: bool,
}

/// What the two clocks may differ by before the one on the wall is doubted.
const DOUBT_MS: i64 = DAY_MS / 2;

impl WallClock {
    fn new(now: UnixMs, steady: Instant) -> Self {
        Self { began: (now, steady), said: false }
    }

    /// Whether the wall clock has gone on as fast as the steady one since the program began.
    fn is_trusted(&mut self, now: UnixMs, steady: Instant) -> bool {
        let passed = steady.saturating_duration_since(self.began.1).as_millis();
        let ahead_ms = now.since(self.began.0) - i64::try_from(passed).unwrap_or(i64::MAX);
        let trusted = ahead_ms < DOUBT_MS;
        if !trusted && !self.said {
            tracing::error!(
                ahead_ms,
                "the clock was set forward; no visits and no people are deleted until it is set back or \
                 the program is started again"
            );
        }
        self.said = !trusted;
        trusted
    }
}

async fn follow(house: &House, mut stopping: watch::Receiver<bool>) {
    let mut failing = false;
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
        }
        let followed = house.catch_up().await;
        if let (Err(error), false) = (&followed, failing) {
            // Scans go on with what is in memory; said once, not twice a second.
            tracing::error!(%error, "the registry's changes cannot be read");
        }
        failing = followed.is_err();
    }
}

async fn sweep(house: &House) {
    let now = house.now();
    let sessions = house.registry.sweep_sessions(now.plus(-IDLE_MS_MAX)).await;
    let links = house.registry.sweep_links(now.plus(-DAY_MS)).await;
    let codes = house.registry.sweep_sms_codes(now).await;
    let came_back = house.registry.sweep_entry_states(now).await;
    let used = house.registry.sweep_code_uses(now).await;
    let printed = house.registry.sweep_offline_codes(now.plus(-LISTED_DAYS * DAY_MS)).await;
    let drafts = house.registry.sweep_drafts(now.plus(-DRAFT_DAYS * DAY_MS)).await;
    let changes = house.registry.sweep_changes().await;
    let told = house.registry.sweep_messages(now.plus(-messages::KEPT_DAYS * DAY_MS)).await;
    let tried = house.registry.sweep_tries(now).await;
    let invited =
        house.registry.sweep_invitations(now.plus(-invitations::KEPT_DAYS * DAY_MS)).await;
    let inspected =
        house.registry.sweep_inspections(now.plus(-inspections::KEPT_DAYS * DAY_MS)).await;
    if let Err(error) = poster_jobs::sweep(house).await {
        tracing::error!(%error, "could not forget posters whose time is over");
    }
    if let Err(error) = change_key_when_due(house).await {
        tracing::error!(%error, "the key of visitors' sessions could not be changed");
    }
    let waiting = house.registry.sweep_waiting_statuses(now).await;
    let swept = [
        ("sessions", sessions),
        ("statuses that wait", waiting),
        ("links", links),
        ("SMS codes", codes),
        ("sign-ins by apps", came_back),
        ("codes on screens that were used", used),
        ("offline codes that ended", printed),
        ("drafts", drafts),
        ("changes", changes),
        ("messages", told),
        ("tries of a day", tried),
        ("invitations", invited),
        ("inspections", inspected),
    ];
    for (what, swept) in swept {
        match swept {
            Ok(count) => tracing::debug!(what, count, "forgot what has ended"),
            Err(error) => tracing::error!(what, %error, "could not forget what has ended"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use registry::{PutCode, SmsCode};
    use testkit::TestHouse;

    #[test]
    fn a_clock_set_forward_deletes_nothing_until_it_is_set_back() {
        let (wall, steady) = (UnixMs(1_795_312_800_000), instant());
        let mut clock = WallClock::new(wall, steady);
        let later = |hours: u64| steady + Duration::from_secs(hours * 3600);
        let shown = |hours: i64| wall.plus(hours * DAY_MS / 24);
        assert!(clock.is_trusted(shown(24), later(24)), "a day has passed on both");
        assert!(!clock.is_trusted(shown(24 * 31), later(25)), "a month on one of them");
        assert!(clock.is_trusted(shown(26), later(26)), "set right again");
        assert!(clock.is_trusted(shown(-48), later(27)), "a clock behind deletes too little");
    }

    #[tokio::test]
    async fn codes_by_text_message_are_forgotten_once_they_have_expired() {
        let house = TestHouse::new().await;
        let now = house.now();
        for (phone, expires) in [(b"138", now.plus(-1)), (b"139", now.plus(1))] {
            let code = SmsCode { code_mac: vec![7], sent: now, expires, tries: 0 };
            let put =
                house.registry.put_sms_code(phone, "register", &code, now, &[]).await.unwrap();
            assert_eq!(put, PutCode::Stored);
        }
        sweep(&house).await;
        assert!(!house.registry.use_sms_code(b"138", "register").await.unwrap(), "forgotten");
        assert!(house.registry.use_sms_code(b"139", "register").await.unwrap(), "still there");
    }
}
