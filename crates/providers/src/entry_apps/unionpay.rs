//! 云闪付: web authorisation by `upapi_base`. A token of the server itself comes first, and lasts for hours.

use super::{JSON, account, json, query, refused, silent, unreadable};
use crate::https::Https;
use actions::{
    entry_apps::{Asked, Came, EntryApp, NoIdentity},
    sms::BoxFuture,
};
use data_encoding::HEXLOWER;
use domain::{
    entry_apps::Identity,
    outside::{Clock, Dice, roll},
    time::UnixMs,
};
use parking_lot::Mutex;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{io, sync::Arc};

/// What the operator gets from the platform.
#[derive(Clone)]
pub struct UnionPaySettings {
    /// appId.
    pub app_id: String,
    /// secret.
    pub secret: String,
    /// Where browsers sign in.
    pub pages: String,
    /// Where codes are exchanged.
    pub endpoint: String,
}

impl UnionPaySettings {
    /// Where browsers sign in, and codes are exchanged.
    pub const ENDPOINT: &str = "https://open.95516.com";
}

/// What the platform says of something that went well.
const WELL: &str = "00";

/// A token of the server itself is not used in its last minutes.
const TOKEN_MARGIN_S: i64 = 300;

/// Asks 云闪付.
pub struct UnionPay {
    settings: UnionPaySettings,
    https: Https,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    token: Mutex<Option<(String, UnixMs)>>,
}

impl UnionPay {
    /// Ready to ask.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(
        settings: UnionPaySettings,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> io::Result<Self> {
        Ok(Self { settings, https: Https::new()?, clock, dice, token: Mutex::default() })
    }

    async fn ask(&self, what: &str, body: &serde_json::Value) -> Result<Params, NoIdentity> {
        let address = format!("{}/open/access/1.0/{what}", self.settings.endpoint);
        let answer = self.https.post(&address, JSON, &[], body.to_string()).await;
        let (status, bytes) = answer.map_err(silent)?;
        let answer: Answer = json(status, &bytes)?;
        if answer.resp != WELL {
            return Err(refused(&answer.resp));
        }
        Ok(answer.params.unwrap_or_default())
    }

    async fn backend_token(&self) -> Result<String, NoIdentity> {
        let now = self.clock.now();
        if let Some((token, until)) = &*self.token.lock()
            && now < *until
        {
            return Ok(token.clone());
        }
        let nonce = HEXLOWER.encode(&roll::<8>(&*self.dice));
        let timestamp = (now.0 / 1000).to_string();
        let body = serde_json::json!({
            "appId": self.settings.app_id,
            "nonceStr": nonce,
            "timestamp": timestamp,
            "signature": signature(&self.settings, &nonce, &timestamp),
        });
        let said = self.ask("backendToken", &body).await?;
        let token = said.backend_token.ok_or_else(|| unreadable("an answer without a token"))?;
        let lasts_s = said.expires_in.unwrap_or_default().clamp(0, 86_400) - TOKEN_MARGIN_S;
        *self.token.lock() = Some((token.clone(), now.plus(lasts_s * 1000)));
        Ok(token)
    }

    async fn identity_of(&self, code: &str) -> Result<Identity, NoIdentity> {
        let token = self.backend_token().await?;
        let body = serde_json::json!({
            "appId": self.settings.app_id,
            "backendToken": token,
            "code": code,
            "grantType": "authorization_code",
        });
        let said = self.ask("token", &body).await;
        if said.is_err() {
            // It may be the server's own token that ended before its time.
            *self.token.lock() = None;
        }
        account(&said?.open_id.ok_or_else(|| unreadable("an answer without an account"))?)
    }
}

impl EntryApp for UnionPay {
    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>> {
        Box::pin(async move {
            let query = query([
                ("appId", self.settings.app_id.as_str()),
                ("redirectUri", asked.back),
                ("responseType", "code"),
                ("scope", "upapi_base"),
                ("state", asked.state),
            ]);
            Ok(format!("{}/s/open/html/oauth.html?{query}", self.settings.pages))
        })
    }

    fn identity<'a>(&'a self, came: Came<'a>) -> BoxFuture<'a, Result<Identity, NoIdentity>> {
        Box::pin(self.identity_of(came.code))
    }
}

/// SHA-256 of the request and the secret, in hexadecimal.
pub(super) fn signature(settings: &UnionPaySettings, nonce: &str, timestamp: &str) -> String {
    let text = format!(
        "appId={}&nonceStr={nonce}&secret={}&timestamp={timestamp}",
        settings.app_id, settings.secret
    );
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

#[derive(Deserialize)]
struct Answer {
    resp: String,
    params: Option<Params>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    backend_token: Option<String>,
    expires_in: Option<i64>,
    open_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_over_names_in_order_with_the_secret_between() {
        let settings = UnionPaySettings {
            app_id: "a1".to_owned(),
            secret: "s3".to_owned(),
            pages: String::new(),
            endpoint: String::new(),
        };
        // printf 'appId=a1&nonceStr=n2&secret=s3&timestamp=4' | sha256sum
        let expected = "0c22396d1736295c343a69efc75783aa43a1aa8991f8775c4c7603cada0b42ff";
        assert_eq!(signature(&settings, "n2", "4"), expected);
    }
}
