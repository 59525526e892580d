//! 皖事通: inside of the app a token by its script bridge, elsewhere a ticket by its central sign-on (CAS);
//! either is exchanged for the person, whom the app has checked.
//!
//! The address of the exchange and the shape of its request are not published; the answer is as real
//! clients read it. Where they differ, this file is the place.

use super::{JSON, account, json, query, refused, silent, unreadable};
use crate::https::Https;
use actions::{
    entry_apps::{Asked, Came, EntryApp, NoIdentity},
    sms::BoxFuture,
};
use domain::{entry_apps::Identity, outside::Clock};
use serde::Deserialize;
use std::{io, sync::Arc};

/// What the operator gets from the platform.
#[derive(Clone)]
pub struct WanshitongSettings {
    /// appCode.
    pub app_code: String,
    /// The page of the central sign-on.
    pub pages: String,
    /// The whole address at which tokens and tickets are exchanged.
    pub exchange: String,
}

impl WanshitongSettings {
    /// The page of the central sign-on.
    pub const PAGES: &str = "https://sso.ahzwfw.gov.cn";
}

/// Asks 皖事通.
pub struct Wanshitong {
    settings: WanshitongSettings,
    https: Https,
    clock: Arc<dyn Clock>,
}

impl Wanshitong {
    /// Ready to ask.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(settings: WanshitongSettings, clock: Arc<dyn Clock>) -> io::Result<Self> {
        Ok(Self { settings, https: Https::new()?, clock })
    }

    async fn identity_of(&self, token: &str) -> Result<Identity, NoIdentity> {
        let body = serde_json::json!({ "appCode": self.settings.app_code, "token": token });
        let answer = self.https.post(&self.settings.exchange, JSON, &[], body.to_string()).await;
        let (status, bytes) = answer.map_err(silent)?;
        if status.is_client_error() {
            return Err(refused(status.as_str()));
        }
        self.read(json(status, &bytes)?)
    }

    fn read(&self, answer: Answer) -> Result<Identity, NoIdentity> {
        let user = answer.per_user_vo.or(answer.data.and_then(|data| data.per_user_vo));
        let user = user.ok_or_else(|| match answer.code {
            Some(code) => refused(&code.to_string()),
            None => unreadable("an answer without a user"),
        })?;
        let (name, phone) = (user.name.as_deref(), user.bind_phone.as_deref());
        let number = user.credent_no.ok_or_else(|| unreadable("a user without a number"))?;
        let said = account(&number)?.with(name, Some(&number), phone, self.clock.now());
        // The number is the account: as the document writes it, however the app spells it.
        let id = said.id.as_ref().ok_or_else(|| unreadable("a number that is no document's"))?;
        Ok(account(id.number())?.with(name, Some(id.number()), phone, self.clock.now()))
    }
}

impl EntryApp for Wanshitong {
    fn code_name(&self) -> &'static str {
        "ticket"
    }

    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>> {
        Box::pin(async move {
            // The sign-on adds its ticket to the address that it is given.
            let service = format!("{}?state={}", asked.back, asked.state);
            let query =
                query([("appCode", self.settings.app_code.as_str()), ("service", &service)]);
            Ok(format!("{}/uccp-server/login?{query}", self.settings.pages))
        })
    }

    fn identity<'a>(&'a self, came: Came<'a>) -> BoxFuture<'a, Result<Identity, NoIdentity>> {
        Box::pin(self.identity_of(came.code))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    code: Option<serde_json::Value>,
    per_user_vo: Option<User>,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    per_user_vo: Option<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    credent_no: Option<String>,
    bind_phone: Option<String>,
    name: Option<String>,
}
