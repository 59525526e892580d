//! 微信: web authorisation of a service account (网页授权), silent, by `snsapi_base`.

use super::{account, json, query, refused, silent, unreadable};
use crate::https::Https;
use actions::{
    entry_apps::{Asked, Came, EntryApp, NoIdentity},
    sms::BoxFuture,
};
use domain::entry_apps::{Identity, Trouble};
use serde::Deserialize;
use std::io;

/// What the operator gets from the platform.
#[derive(Clone)]
pub struct WechatSettings {
    /// AppID of the service account.
    pub app_id: String,
    /// AppSecret.
    pub secret: String,
    /// Where browsers sign in.
    pub pages: String,
    /// Where codes are exchanged.
    pub endpoint: String,
}

impl WechatSettings {
    /// Where browsers sign in.
    pub const PAGES: &str = "https://open.weixin.qq.com";
    /// Where codes are exchanged.
    pub const ENDPOINT: &str = "https://api.weixin.qq.com";
}

/// Asks 微信.
pub struct Wechat {
    settings: WechatSettings,
    https: Https,
}

impl Wechat {
    /// Ready to ask.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(settings: WechatSettings) -> io::Result<Self> {
        Ok(Self { settings, https: Https::new()? })
    }

    async fn identity_of(&self, code: &str) -> Result<Identity, NoIdentity> {
        let query = query([
            ("appid", self.settings.app_id.as_str()),
            ("secret", &self.settings.secret),
            ("code", code),
            ("grant_type", "authorization_code"),
        ]);
        let address = format!("{}/sns/oauth2/access_token?{query}", self.settings.endpoint);
        let (status, bytes) = self.https.get(&address, None).await.map_err(silent)?;
        read(json(status, &bytes)?)
    }
}

impl EntryApp for Wechat {
    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>> {
        Box::pin(async move {
            // The platform wants the parameters in this order.
            let query = query([
                ("appid", self.settings.app_id.as_str()),
                ("redirect_uri", asked.back),
                ("response_type", "code"),
                ("scope", "snsapi_base"),
                ("state", asked.state),
            ]);
            Ok(format!("{}/connect/oauth2/authorize?{query}#wechat_redirect", self.settings.pages))
        })
    }

    fn identity<'a>(&'a self, came: Came<'a>) -> BoxFuture<'a, Result<Identity, NoIdentity>> {
        Box::pin(self.identity_of(came.code))
    }
}

/// An answer: an account, or a number of an error.
#[derive(Deserialize)]
struct Answer {
    errcode: Option<i64>,
    openid: Option<String>,
    is_snapshotuser: Option<i64>,
}

/// "The system is busy", and "too often in this minute": worth another try.
const BUSY: [i64; 2] = [-1, 45011];

fn read(answer: Answer) -> Result<Identity, NoIdentity> {
    match (answer.errcode, answer.openid) {
        (Some(code), _) if BUSY.contains(&code) => Err(silent(format!("busy, {code}"))),
        (Some(code), _) if code != 0 => Err(refused(&code.to_string())),
        // A preview of the page has an invented account, the same one for many people.
        (_, Some(_)) if answer.is_snapshotuser == Some(1) => {
            Err(NoIdentity::new(Trouble::Snapshot, "a snapshot user"))
        }
        (_, Some(openid)) => account(&openid),
        (_, None) => Err(unreadable("an answer without an account")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<String, Trouble> {
        let answer = json(hyper::StatusCode::OK, text.as_bytes()).and_then(read);
        answer.map(|identity| identity.external().to_owned()).map_err(|error| error.trouble)
    }

    #[test]
    fn answers_of_the_platform_are_read_as_it_describes_them() {
        let whole = r#"{"access_token":"A","expires_in":7200,"refresh_token":"R","openid":"o6_b",
            "scope":"snsapi_base","unionid":"o6_u"}"#;
        assert_eq!(said(whole), Ok("o6_b".to_owned()));
        for (text, trouble) in [
            (r#"{"errcode":40029,"errmsg":"invalid code"}"#, Trouble::Refused),
            (r#"{"errcode":40163,"errmsg":"code been used"}"#, Trouble::Refused),
            (r#"{"errcode":-1,"errmsg":"system error"}"#, Trouble::Silent),
            (r#"{"openid":"o6_b","is_snapshotuser":1}"#, Trouble::Snapshot),
            (r#"{"access_token":"A"}"#, Trouble::Unreadable),
            (r#"{"openid":""}"#, Trouble::Unreadable),
            (r#"{"openid":7}"#, Trouble::Unreadable),
            ("<html>", Trouble::Unreadable),
            ("", Trouble::Unreadable),
        ] {
            assert_eq!(said(text), Err(trouble), "{text}");
        }
    }
}
