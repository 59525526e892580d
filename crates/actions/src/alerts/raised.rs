//! Alerts on their way into the registry: a scan does not wait for a database, and a storm of
//! abnormal entries is one transaction after the other instead of one for each.

use crate::{
    Answer, House,
    duty::announce::{Announcement, Shown},
};
use parking_lot::Mutex;
use registry::{NewAlert, Opened};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Alerts that may wait, as while the registry cannot be written; beyond it the next start finds
/// them in the store.
const WAITING_MAX: usize = 100_000;
/// Opened in one transaction.
const AT_ONCE: usize = 500;
/// How long the next ones gather. In a storm a transaction would otherwise begin as soon as the one before
/// has ended, of the few alerts that came meanwhile, each with syncs beside those of the visits. A guard who is about to
/// look at a red card does not see a tenth of a second.
const GATHERING: Duration = Duration::from_millis(100);
/// How long to wait when the registry could not be written.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// An abnormal entry whose door has heard of it.
#[derive(Clone)]
struct Raised {
    new: NewAlert,
    /// What to show the door when the alert was not there yet, of an entry that was: the process
    /// may have ended between the commit and the door.
    unheard: Option<Arc<Shown>>,
}

/// Alerts that wait to be opened.
#[derive(Default)]
pub struct RaisedAlerts {
    waiting: Mutex<VecDeque<Raised>>,
    arrived: Notify,
    /// Held by whoever opens some, so that a look at a screen sees those under way as well.
    opening: tokio::sync::Mutex<()>,
}

impl RaisedAlerts {
    /// Takes an abnormal entry in; `unheard` is the entry as the door sees it when it was there
    /// before.
    pub(crate) fn raise(&self, new: NewAlert, unheard: Option<Arc<Shown>>) {
        let mut waiting = self.waiting.lock();
        if waiting.len() < WAITING_MAX {
            waiting.push_back(Raised { new, unheard });
        } else {
            tracing::error!("too many alerts wait; the next start will open this one");
        }
        drop(waiting);
        self.arrived.notify_one();
    }

    /// The first ones. They go on waiting: whoever opens them may be gone before they stand.
    fn first(&self, count: usize) -> Vec<Raised> {
        self.waiting.lock().iter().take(count).cloned().collect()
    }

    /// Lets the first ones go. Only whoever opens takes from the front, so they are the same.
    fn opened(&self, count: usize) {
        self.waiting.lock().drain(..count);
    }

    /// Puts the first one last.
    fn put_off(&self) {
        let mut waiting = self.waiting.lock();
        if !waiting.is_empty() {
            waiting.rotate_left(1);
        }
    }
}

/// Opens alerts as they come, until it is dropped.
pub async fn run(house: Arc<House>) {
    loop {
        house.raised.arrived.notified().await;
        while let Err(error) = open_all(&house).await {
            tracing::error!(%error, "alerts could not be opened");
            tokio::time::sleep(TRY_AGAIN).await;
        }
        tokio::time::sleep(GATHERING).await;
    }
}

/// Opens everything that was raised before this was called, and tells the doors. What could not be
/// opened goes on waiting. May be dropped at any moment.
///
/// # Errors
/// `Broken` when the registry could not be written.
pub(crate) async fn open_all(house: &House) -> Answer<()> {
    let _alone = house.raised.opening.lock().await;
    let mut left = house.raised.waiting.lock().len();
    while left > 0 {
        let count = left.min(AT_ONCE);
        if let Err(error) = open_first(house, count).await {
            // One that cannot be opened must not keep the others waiting.
            if open_first(house, 1).await.is_err() {
                house.raised.put_off();
            }
            return Err(error);
        }
        left -= count;
    }
    Ok(())
}

async fn open_first(house: &House, count: usize) -> Answer<()> {
    let raised = house.raised.first(count);
    let news: Vec<NewAlert> = raised.iter().map(|raised| raised.new).collect();
    let opened = house.registry.open_alerts(&news, house.now()).await?;
    house.raised.opened(raised.len());
    raised.iter().zip(opened).for_each(|(raised, opened)| tell(house, raised, opened));
    Ok(())
}

fn tell(house: &House, raised: &Raised, opened: Opened) {
    if !opened.fresh {
        return;
    }
    let announcement = match &raised.unheard {
        Some(shown) => {
            Announcement::Entry(Arc::new(Shown { alert: Some(opened.id), ..Shown::clone(shown) }))
        }
        None => Announcement::Alert { alert: opened.id },
    };
    house.announcer.tell(raised.new.checkpoint, announcement);
}
