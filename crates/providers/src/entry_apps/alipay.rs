//! 支付宝: web authorisation by `auth_base`; requests and answers are signed with RSA2 (RSA with SHA-256,
//! PKCS #1 v1.5).

use super::{FORM, account, json, query, refused, silent, unreadable};
use crate::https::Https;
use actions::{
    entry_apps::{Asked, Came, EntryApp, NoIdentity},
    sms::BoxFuture,
};
use data_encoding::BASE64;
use domain::{
    entry_apps::{Identity, Trouble},
    outside::Clock,
};
use hyper::StatusCode;
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, io, sync::Arc};

/// What the operator gets from the platform.
#[derive(Clone)]
pub struct AlipaySettings {
    /// APPID.
    pub app_id: String,
    /// 应用私钥: PKCS #8 or PKCS #1, as PEM or as the bare Base64 that the platform's tool writes.
    pub private_key: String,
    /// 支付宝公钥, in the same spelling.
    pub public_key: String,
    /// Where browsers sign in.
    pub pages: String,
    /// Where codes are exchanged.
    pub endpoint: String,
}

impl AlipaySettings {
    /// Where browsers sign in.
    pub const PAGES: &str = "https://openauth.alipay.com";
    /// Where codes are exchanged.
    pub const ENDPOINT: &str = "https://openapi.alipay.com";
}

/// Asks 支付宝.
pub struct Alipay {
    settings: AlipaySettings,
    signer: Signer,
    platform: PublicKey,
    https: Https,
    clock: Arc<dyn Clock>,
}

impl Alipay {
    /// Ready to ask.
    ///
    /// # Errors
    /// When a key is none, or the machine's certificates cannot be read.
    pub fn new(settings: AlipaySettings, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let signer = Signer::read(&settings.private_key)?;
        let platform = PublicKey::read(&settings.public_key)?;
        Ok(Self { settings, signer, platform, https: Https::new()?, clock })
    }

    async fn identity_of(&self, code: &str) -> Result<Identity, NoIdentity> {
        let timestamp = self.clock.now().date_time_text();
        let mut asked = BTreeMap::from([
            ("app_id", self.settings.app_id.as_str()),
            ("charset", "utf-8"),
            ("code", code),
            ("format", "JSON"),
            ("grant_type", "authorization_code"),
            ("method", "alipay.system.oauth.token"),
            ("sign_type", "RSA2"),
            ("timestamp", &timestamp),
            ("version", "1.0"),
        ]);
        let sign = self.signer.sign(&to_sign(&asked))?;
        asked.insert("sign", &sign);
        let address = format!("{}/gateway.do", self.settings.endpoint);
        let answer = self.https.post(&address, FORM, &[], query(asked)).await;
        let (status, bytes) = answer.map_err(silent)?;
        self.read(json(status, &bytes)?)
    }

    fn read(&self, answer: Answer<'_>) -> Result<Identity, NoIdentity> {
        if let Some(error) = answer.error_response {
            return Err(error.trouble());
        }
        let signed = answer.alipay_system_oauth_token_response;
        let signed = signed.ok_or_else(|| unreadable("an answer without its response"))?.get();
        let said: Said = json(StatusCode::OK, signed.as_bytes())?;
        // Some refusals come in the place of the answer.
        if said.error.code.as_deref().is_some_and(|code| code != "10000") {
            return Err(said.error.trouble());
        }
        let sign = answer.sign.ok_or_else(|| unreadable("an answer without a signature"))?;
        if !self.platform.verifies(signed.as_bytes(), &sign) {
            return Err(NoIdentity::new(Trouble::Mismatch, "an answer that somebody else signed"));
        }
        match (said.open_id, said.user_id) {
            (Some(open_id), _) => account(&format!("open:{open_id}")),
            (None, Some(user_id)) => account(&format!("user:{user_id}")),
            (None, None) => Err(unreadable("an answer without an account")),
        }
    }
}

impl EntryApp for Alipay {
    fn code_name(&self) -> &'static str {
        "auth_code"
    }

    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>> {
        Box::pin(async move {
            let query = query([
                ("app_id", self.settings.app_id.as_str()),
                ("scope", "auth_base"),
                ("redirect_uri", asked.back),
                ("state", asked.state),
            ]);
            Ok(format!("{}/oauth2/publicAppAuthorize.htm?{query}", self.settings.pages))
        })
    }

    fn identity<'a>(&'a self, came: Came<'a>) -> BoxFuture<'a, Result<Identity, NoIdentity>> {
        Box::pin(self.identity_of(came.code))
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    /// As it stands, byte for byte: that is what is signed, and that alone is read.
    #[serde(borrow)]
    alipay_system_oauth_token_response: Option<&'a RawValue>,
    error_response: Option<Error>,
    sign: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    user_id: Option<String>,
    open_id: Option<String>,
    #[serde(flatten)]
    error: Error,
}

#[derive(Deserialize)]
struct Error {
    code: Option<String>,
    sub_code: Option<String>,
}

impl Error {
    fn trouble(self) -> NoIdentity {
        let code = self.code.unwrap_or_default();
        // "The service cannot be reached": worth another try.
        if code == "20000" {
            return silent("busy, 20000".to_owned());
        }
        refused(&format!("{code}/{}", self.sub_code.unwrap_or_default()))
    }
}

/// What a signature is made of: the parameters that are not empty, sorted by name, not encoded.
pub(super) fn to_sign(pairs: &BTreeMap<&str, &str>) -> String {
    let pairs = pairs.iter().filter(|(name, value)| **name != "sign" && !value.is_empty());
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Signs requests.
pub(super) struct Signer(KeyPair);

impl Signer {
    pub(super) fn read(text: &str) -> io::Result<Self> {
        let der = der(text)?;
        let key = KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der));
        key.map(Self).map_err(|_| bad("no RSA private key of 2048 bits or more"))
    }

    pub(super) fn sign(&self, text: &str) -> Result<String, NoIdentity> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let signed =
            self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
        signed.map_err(|_| silent("a request that could not be signed".to_owned()))?;
        Ok(BASE64.encode(&signature))
    }
}

/// Verifies what was signed with the other half.
pub(super) struct PublicKey(PublicKeyComponents<Vec<u8>>);

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280) or an `RSAPublicKey` (RFC 8017).
    pub(super) fn read(text: &str) -> io::Result<Self> {
        let der = der(text)?;
        components(&der).map(Self).ok_or_else(|| bad("no RSA public key"))
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature.as_bytes()) else { return false };
        self.0.verify(&RSA_PKCS1_2048_8192_SHA256, message, &signature).is_ok()
    }
}

fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// The bytes of PEM, or of its bare Base64.
fn der(text: &str) -> io::Result<Vec<u8>> {
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    BASE64.decode(body.as_bytes()).map_err(|_| bad("a key that is no Base64"))
}

/// A value of DER with this tag, and what follows it.
fn value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (head, rest) = der.split_first_chunk::<2>()?;
    if head[0] != tag {
        return None;
    }
    let (length, rest) = match head[1] {
        short @ ..=0x7f => (usize::from(short), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), rest.get(2..)?),
        _ => return None,
    };
    rest.split_at_checked(length)
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

fn components(der: &[u8]) -> Option<PublicKeyComponents<Vec<u8>>> {
    let (outer, _) = value(der, SEQUENCE)?;
    let key = match value(outer, SEQUENCE) {
        Some((_algorithm, rest)) => {
            let (bits, _) = value(rest, BIT_STRING)?;
            value(bits.strip_prefix(&[0])?, SEQUENCE)?.0
        }
        None => outer,
    };
    let (n, rest) = value(key, INTEGER)?;
    let (e, _) = value(rest, INTEGER)?;
    let bare = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
    Some(PublicKeyComponents { n: bare(n), e: bare(e) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &str = include_str!("stand_in/private_key.txt");
    const PUBLIC: &str = include_str!("stand_in/public_key.txt");

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> domain::time::UnixMs {
            domain::time::UnixMs(1_795_329_127_000)
        }
    }

    fn said(text: &str) -> Result<String, Trouble> {
        let settings = AlipaySettings {
            app_id: "1".to_owned(),
            private_key: PRIVATE.to_owned(),
            public_key: PUBLIC.to_owned(),
            pages: String::new(),
            endpoint: String::new(),
        };
        let alipay = Alipay::new(settings, Arc::new(Noon)).unwrap();
        let answer = json(StatusCode::OK, text.as_bytes());
        let answer = answer.and_then(|answer| alipay.read(answer));
        answer.map(|identity| identity.external().to_owned()).map_err(|error| error.trouble)
    }

    #[test]
    fn what_is_believed_is_what_was_signed() {
        let own = r#"{"user_id":"2088000000000001","access_token":"A","expires_in":"300"}"#;
        let other = r#"{"user_id":"2088000000000002","access_token":"B","expires_in":"300"}"#;
        let name = r#""alipay_system_oauth_token_response""#;
        let sign = Signer::read(PRIVATE).unwrap().sign(own).unwrap();
        let well = Ok("user:2088000000000001".to_owned());
        assert_eq!(said(&format!(r#"{{{name}:{own},"sign":"{sign}"}}"#)), well);
        assert_eq!(
            said(&format!(r#"{{ "sign":"{sign}" , {name} : {own} }}"#)),
            well,
            "in any order"
        );
        let wrong = [
            (format!(r#"{{{name}:{other},"sign":"{sign}"}}"#), Trouble::Mismatch),
            (format!(r#"{{{name}:{own},"sign":"AAAA"}}"#), Trouble::Mismatch),
            (format!(r#"{{{name}:{own}}}"#), Trouble::Unreadable),
            // What was signed stands somewhere else, another account in its place.
            (
                format!(r#"{{"x":{{{name}:{own}}},{name}:{other},"sign":"{sign}"}}"#),
                Trouble::Mismatch,
            ),
            (format!(r#"{{{name}:{own},{name}:{other},"sign":"{sign}"}}"#), Trouble::Unreadable),
        ];
        for (text, trouble) in wrong {
            assert_eq!(said(&text), Err(trouble), "{text}");
        }
    }

    #[test]
    fn refusals_are_read_wherever_they_stand() {
        for (text, trouble) in [
            (
                r#"{"error_response":{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.code-invalid"}}"#,
                Trouble::Refused,
            ),
            (
                r#"{"alipay_system_oauth_token_response":{"code":"40002","sub_code":"isv.code-invalid"},"sign":"x"}"#,
                Trouble::Refused,
            ),
            (
                r#"{"error_response":{"code":"20000","sub_code":"isp.unknow-error"}}"#,
                Trouble::Silent,
            ),
            (r#"{"sign":"x"}"#, Trouble::Unreadable),
            ("", Trouble::Unreadable),
        ] {
            assert_eq!(said(text), Err(trouble), "{text}");
        }
    }
}
