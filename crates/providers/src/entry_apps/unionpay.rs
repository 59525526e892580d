//! 云闪付: web authorisation by `upapi_base`, or by `upapi_mobile` where the phone is asked for as well. A
//! token of the server itself comes first, and lasts for hours.

use super::{JSON, account, json, query, refused, silent, triple_des::SymmetricKey, unreadable};
use crate::https::Https;
use actions::{
    entry_apps::{APP_WAIT, Asked, Came, EntryApp, NoIdentity},
    sms::BoxFuture,
};
use data_encoding::HEXLOWER;
use domain::{
    entry_apps::{Identity, Trouble},
    outside::{Clock, Dice, roll},
    phones::Phone,
    text::number_form,
    time::{MINUTE_MS, UnixMs},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{io, pin::pin, sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

/// What the operator gets from the platform.
#[derive(Clone)]
pub struct UnionPaySettings {
    /// appId.
    pub app_id: String,
    /// secret.
    pub secret: String,
    /// 对称密钥 in hexadecimal, for an application that may ask for phones (`upapi_mobile`); without it
    /// none is asked for.
    pub phone_key: Option<String>,
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

/// A refusal may mean that the token of the server ended before its time. It is asked for anew then,
/// but not sooner after the last time: each new one ends the one before, and the platform shuts servers
/// out that ask often. Anybody can bring a wrong code.
const TOKEN_AGAIN_MS: i64 = MINUTE_MS;

/// How long the phone is waited for.
const PHONE_WAIT: Duration = Duration::from_secs(2);
/// After so long nothing more is asked: the account is known, and the whole sign-in must end in time.
const SIGN_IN_WAIT: Duration = APP_WAIT.saturating_sub(Duration::from_secs(1));

/// Asks 云闪付.
pub struct UnionPay {
    settings: UnionPaySettings,
    phone_key: Option<SymmetricKey>,
    https: Https,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    /// Locked while it is asked for: everybody else waits for the same one.
    token: Mutex<Option<BackendToken>>,
}

/// The token of the server itself.
struct BackendToken {
    text: String,
    since: UnixMs,
    until: UnixMs,
}

impl UnionPay {
    /// Ready to ask.
    ///
    /// # Errors
    /// When the key is none, or the machine's certificates cannot be read.
    pub fn new(
        settings: UnionPaySettings,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> io::Result<Self> {
        let key = settings.phone_key.as_deref();
        let phone_key = key.map(|key| SymmetricKey::read(key).ok_or_else(no_key)).transpose()?;
        let (https, token) = (Https::new()?, Mutex::default());
        Ok(Self { settings, phone_key, https, clock, dice, token })
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
        let mut kept = self.token.lock().await;
        let now = self.clock.now();
        if let Some(token) = &*kept
            && now < token.until
        {
            return Ok(token.text.clone());
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
        let text = said.backend_token.ok_or_else(|| unreadable("an answer without a token"))?;
        let lasts_s = said.expires_in.unwrap_or_default().clamp(0, 86_400) - TOKEN_MARGIN_S;
        let until = now.plus(lasts_s * 1000);
        *kept = Some(BackendToken { text: text.clone(), since: now, until });
        Ok(text)
    }

    /// After a refusal: the token may be why. Whether it is to be asked for anew.
    async fn doubts(&self, text: &str) -> bool {
        let mut kept = self.token.lock().await;
        let old = |token: &BackendToken| self.clock.now().since(token.since) >= TOKEN_AGAIN_MS;
        kept.take_if(|token| token.text == text && old(token)).is_some()
    }

    async fn exchange(&self, token: &str, code: &str) -> Result<Params, NoIdentity> {
        let body = serde_json::json!({
            "appId": self.settings.app_id,
            "backendToken": token,
            "code": code,
            "grantType": "authorization_code",
        });
        self.ask("token", &body).await
    }

    async fn identity_of(&self, code: &str) -> Result<Identity, NoIdentity> {
        let late = pin!(sleep(SIGN_IN_WAIT));
        let mut token = self.backend_token().await?;
        let mut said = self.exchange(&token, code).await;
        let refused = said.as_ref().is_err_and(|error| error.trouble == Trouble::Refused);
        if refused && self.doubts(&token).await {
            token = self.backend_token().await?;
            said = self.exchange(&token, code).await;
        }
        let said = said?;
        let open_id = said.open_id.ok_or_else(|| unreadable("an answer without an account"))?;
        let identity = account(&open_id)?;
        let Some(key) = &self.phone_key else { return Ok(identity) };
        let access = said.access_token.unwrap_or_default();
        let phone = tokio::select! {
            phone = self.phone(key, &token, &open_id, &access) => phone,
            () = late => Err(silent("the sign-in took long".to_owned())),
        };
        Ok(match phone {
            Ok(phone) => identity.with(None, None, Some(&phone), self.clock.now()),
            // It is typed then.
            Err(error) => {
                tracing::warn!(app = "unionpay", %error, "an entry app gave no phone");
                identity
            }
        })
    }

    /// The phone that the platform knows, for somebody who has allowed that.
    async fn phone(
        &self,
        key: &SymmetricKey,
        token: &str,
        open_id: &str,
        access: &str,
    ) -> Result<String, NoIdentity> {
        let body = serde_json::json!({
            "appId": self.settings.app_id,
            "accessToken": access,
            "openId": open_id,
            "backendToken": token,
        });
        let said = timeout(PHONE_WAIT, self.ask("user.mobile", &body)).await;
        let said = said.map_err(|_| silent(format!("{} s passed", PHONE_WAIT.as_secs())))??;
        let sealed = said.mobile.ok_or_else(|| unreadable("an answer without a phone"))?;
        let phone = key.open(&sealed).ok_or_else(|| unreadable("a phone that cannot be opened"))?;
        let phone = Phone::parse(&number_form(&phone));
        let phone = phone.map_err(|_| unreadable("a phone that is none"))?;
        Ok(phone.as_str().to_owned())
    }

    fn scope(&self) -> &'static str {
        if self.phone_key.is_some() { "upapi_mobile" } else { "upapi_base" }
    }
}

fn no_key() -> io::Error {
    let why = "no symmetric key (对称密钥) of 48 or 32 hexadecimal digits";
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

impl EntryApp for UnionPay {
    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>> {
        Box::pin(async move {
            let query = query([
                ("appId", self.settings.app_id.as_str()),
                ("redirectUri", asked.back),
                ("responseType", "code"),
                ("scope", self.scope()),
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
    access_token: Option<String>,
    open_id: Option<String>,
    mobile: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_over_names_in_order_with_the_secret_between() {
        let settings = UnionPaySettings {
            app_id: "a1".to_owned(),
            secret: "s3".to_owned(),
            phone_key: None,
            pages: String::new(),
            endpoint: String::new(),
        };
        // printf 'appId=a1&nonceStr=n2&secret=s3&timestamp=4' | sha256sum
        let expected = "0c22396d1736295c343a69efc75783aa43a1aa8991f8775c4c7603cada0b42ff";
        assert_eq!(signature(&settings, "n2", "4"), expected);
    }
}
