//! Sends by text message what managers have not been told yet: one for all that has gathered.

use crate::{Answer, House, sms::TextMessage};
use domain::{
    messages::{GATHER_MS, by_day, sms_words},
    time::{DAY_MS, MINUTE_MS, UnixMs},
};
use registry::ToSend;
use vault::Field;

/// Accounts that are sent to in one round.
const ROUND_MAX: i64 = 200;
/// Text messages of one account in a day; the rest wait for the next.
const DAILY_MAX: i64 = 6;
/// How long one sender has what it took to itself, in milliseconds: when it ends meanwhile, another
/// one sends it then.
const LEASE_MS: i64 = 5 * MINUTE_MS;
/// What could not be sent for so long is no news any more: there was no provider, or no process.
const NEWS_MS: i64 = DAY_MS;
/// How long until the next try after each that failed, in minutes; after the last there is none.
const AGAIN_AFTER_MINUTES: [i64; 5] = [1, 5, 30, 120, 600];

/// What came of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Text messages sent.
    pub sent: usize,
    /// Text messages that the provider did not take.
    pub failed: usize,
}

/// Sends what is due, one account after another as long as `go_on` says so: a provider that does not
/// answer must not hold up the end of the program. The messages themselves stand in the platform
/// whatever comes of it.
///
/// # Errors
/// `Broken` when the registry cannot be read or written.
pub async fn send_due(house: &House, go_on: impl Fn() -> bool + Send) -> Answer<Round> {
    let mut round = Round::default();
    house.registry.drop_old_sms(house.now().plus(-NEWS_MS)).await?;
    for account in house.registry.sms_due(house.now(), ROUND_MAX).await? {
        if !go_on() {
            break;
        }
        match send_to(house, account).await? {
            Some(true) => round.sent += 1,
            Some(false) => round.failed += 1,
            None => {}
        }
    }
    Ok(round)
}

/// Sends to one account; `None` when there is nothing to send now.
async fn send_to(house: &House, account: i64) -> Answer<Option<bool>> {
    let now = house.now();
    let today = house.registry.count_sms_since(account, now.day_start()).await?;
    if today >= DAILY_MAX {
        let tomorrow = by_day(now.day_start().plus(DAY_MS));
        house.registry.put_off_sms(account, now, tomorrow).await?;
        return Ok(None);
    }
    // What would be due in a moment goes along.
    let until = now.plus(GATHER_MS);
    let taken = house.registry.take_to_send(account, until, now.plus(LEASE_MS)).await?;
    let Some(taken) = taken else { return Ok(None) };
    let phone = house.vault.open(Field::Phone, &taken.phone_sealed)?;
    let sent = house.sms.send(&phone, &text(&taken)).await;
    let done_at = house.now();
    match sent {
        Ok(()) => house.registry.note_sent(&taken, Some(done_at), None).await?,
        Err(error) => {
            let next = next_try(taken.tries, done_at);
            tracing::warn!(%error, tries = taken.tries, "a manager could not be told by text message");
            house.registry.note_sent(&taken, None, next).await?;
            return Ok(Some(false));
        }
    }
    Ok(Some(true))
}

/// One message says what happened; several say how many.
fn text(taken: &ToSend) -> TextMessage {
    match &taken.messages[..] {
        [one] => TextMessage::Notice {
            about: one.about.clone(),
            what: sms_words(one.kind, one.deadline),
        },
        several => TextMessage::Several { count: several.len() },
    }
}

fn next_try(tries: i64, now: UnixMs) -> Option<UnixMs> {
    let failed = usize::try_from(tries).ok()?.checked_sub(1)?;
    AGAIN_AFTER_MINUTES.get(failed).map(|minutes| by_day(now.plus(minutes * MINUTE_MS)))
}
