//! An entry app that says what a test tells it to.

use actions::{
    entry_apps::{Asked, Came, EntryApp, NoIdentity},
    sms::BoxFuture,
};
use domain::entry_apps::{Identity, Trouble};
use parking_lot::Mutex;

/// What the app says of the next code.
#[derive(Clone, Debug)]
pub enum Says {
    /// This identity.
    Account(Identity),
    /// No, and why.
    Trouble(Trouble),
    /// Nothing, for ever.
    Nothing,
}

/// The app.
pub struct FakeApp {
    /// What it says.
    pub says: Mutex<Says>,
    /// What it was asked with: address to come back to, code, nonce, verifier.
    pub asked: Mutex<Vec<[String; 4]>>,
}

impl FakeApp {
    /// An app in which the browser belongs to this account.
    #[must_use]
    pub fn of(account: &str) -> Self {
        let says = Says::Account(Identity::of(account).unwrap());
        Self { says: Mutex::new(says), asked: Mutex::default() }
    }

    /// From now on it says this.
    pub fn say(&self, says: Says) {
        *self.says.lock() = says;
    }
}

impl EntryApp for FakeApp {
    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>> {
        Box::pin(async move {
            if let Says::Nothing = self.says.lock().clone() {
                return Err(NoIdentity::new(Trouble::Silent, "nothing"));
            }
            Ok(format!("https://app.example/sign-in?back={}&state={}", asked.back, asked.state))
        })
    }

    fn identity<'a>(&'a self, came: Came<'a>) -> BoxFuture<'a, Result<Identity, NoIdentity>> {
        Box::pin(async move {
            let Asked { back, nonce, verifier, .. } = came.asked;
            let asked = [back, came.code, nonce, verifier].map(str::to_owned);
            self.asked.lock().push(asked);
            let says = self.says.lock().clone();
            match says {
                Says::Account(identity) => Ok(identity),
                Says::Trouble(trouble) => Err(NoIdentity::new(trouble, "as told")),
                Says::Nothing => std::future::pending().await,
            }
        })
    }
}
