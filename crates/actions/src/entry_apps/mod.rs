//! Entry apps: signing in by the app that a code is scanned in, and the port that an app fills.
//!
//! The way there and back: [`begin`] sends the browser to the app with a signed state,
//! [`come_back`] asks the app whose account that is. An account that is somebody's already is let in;
//! any other leaves a ticket with the browser, and registering with a code by text message
//! [binds](bind) it. Nothing here keeps anybody out: whatever goes wrong, phone and code are left.

mod begin;
mod bind;
mod come_back;
mod state;
mod ticket;

pub use begin::{begin, begin_inside};
pub use bind::{bind, mine, unbind};
pub use come_back::{CameBack, come_back};
pub use ticket::{LASTS_S as TICKET_LASTS_S, Ticket, read as read_ticket};

use crate::sms::BoxFuture;
use domain::entry_apps::{App, Identity, Trouble};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// How long the server of an app may take; somebody stands at a door.
pub const APP_WAIT: Duration = Duration::from_secs(5);

/// Questions to the servers of apps under way at once. When an app hangs, those beyond it need not
/// wait for it.
const UNDER_WAY_MAX: usize = 256;

/// Most bytes of what an app sends a browser back with.
pub const CODE_BYTES_MAX: usize = 2_048;

/// What goes along when a browser is sent to an app. All are made of the same state.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Our address to come back to, without a query.
    pub back: &'a str,
    /// Letters and digits, 128 at most; comes back as it was.
    pub state: &'a str,
    /// What an identity token has to repeat (OpenID Connect).
    pub nonce: &'a str,
    /// What proves that whoever redeems the code began the sign-in (RFC 7636).
    pub verifier: &'a str,
}

/// What a browser came back with.
#[derive(Clone, Copy, Debug)]
pub struct Came<'a> {
    /// What it was sent with.
    pub asked: Asked<'a>,
    /// The code, or token, to be exchanged.
    pub code: &'a str,
}

/// Why an app's server gave no identity.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", .trouble.code())]
pub struct NoIdentity {
    /// For the person.
    pub trouble: Trouble,
    /// For the log; names nobody and holds no code.
    pub why: String,
}

impl NoIdentity {
    /// No identity, and why.
    pub fn new(trouble: Trouble, why: impl Into<String>) -> Self {
        Self { trouble, why: why.into() }
    }
}

/// An app that is switched on. Its answers are believed about its own accounts and nothing else.
pub trait EntryApp: Send + Sync + 'static {
    /// What the operator calls it, where that is not fixed.
    fn name(&self) -> Option<&str> {
        None
    }

    /// In which part of the query the code comes back.
    fn code_name(&self) -> &'static str {
        "code"
    }

    /// Where the browser signs in.
    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>>;

    /// Whose account the code is of. Every code is asked about once.
    fn identity<'a>(&'a self, came: Came<'a>) -> BoxFuture<'a, Result<Identity, NoIdentity>>;
}

/// The apps that are switched on.
pub struct EntryApps {
    apps: Vec<(App, Arc<dyn EntryApp>)>,
    under_way: Semaphore,
}

impl Default for EntryApps {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl EntryApps {
    /// These and no others.
    #[must_use]
    pub fn new(apps: Vec<(App, Arc<dyn EntryApp>)>) -> Self {
        Self { apps, under_way: Semaphore::new(UNDER_WAY_MAX) }
    }

    /// The app, when it is switched on.
    #[must_use]
    pub fn get(&self, app: App) -> Option<&Arc<dyn EntryApp>> {
        self.apps.iter().find(|(this, _)| *this == app).map(|(_, port)| port)
    }

    /// What people know an app by; Chinese, and a key into the catalogues unless the operator has
    /// named it.
    #[must_use]
    pub fn label(&self, app: App) -> &str {
        self.get(app).and_then(|port| port.name()).unwrap_or_else(|| app.label())
    }

    /// Asks a server, not for longer than somebody at a door waits, and not beside too many others.
    async fn ask<T>(
        &self,
        app: App,
        question: impl Future<Output = Result<T, NoIdentity>>,
    ) -> Result<T, Trouble> {
        let Ok(_permit) = self.under_way.try_acquire() else { return Err(Trouble::Busy) };
        let asked = tokio::time::timeout(APP_WAIT, question).await;
        let answer = asked.unwrap_or_else(|_| {
            Err(NoIdentity::new(Trouble::Silent, format!("{} s passed", APP_WAIT.as_secs())))
        });
        answer.map_err(|error| {
            tracing::warn!(app = app.code(), %error, "an entry app gave no identity");
            error.trouble
        })
    }
}
