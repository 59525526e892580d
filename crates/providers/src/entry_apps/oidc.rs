//! A sign-on that speaks OpenID Connect Core 1.0: the code flow, with discovery and PKCE (RFC 7636).
//!
//! The identity token comes straight from the token endpoint over TLS, so that TLS vouches for who made
//! it (3.1.3.7, number 6); issuer, audience, time and nonce are checked.

use super::{FORM, account, json, query, refused, silent, unreadable};
use crate::https::Https;
use actions::{
    entry_apps::{Asked, Came, EntryApp, NoIdentity},
    sms::BoxFuture,
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::{
    entry_apps::{Identity, Trouble},
    outside::Clock,
    time::{HOUR_MS, UnixMs},
};
use hyper::header;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{io, sync::Arc};

/// What the operator gets from whoever runs the sign-on.
#[derive(Clone)]
pub struct OidcSettings {
    /// The issuer's identifier, as it spells it.
    pub issuer: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub secret: String,
    /// What people know it by.
    pub name: Option<String>,
    /// The claim that holds a resident ID number which the sign-on has checked; standard claims have
    /// none.
    pub id_number_claim: Option<String>,
}

/// How long what was discovered is believed.
const DISCOVERED_MS: i64 = HOUR_MS;
/// What the issuer's clock may differ by from ours, in seconds.
const CLOCKS_DIFFER_S: i64 = 120;

/// Asks a sign-on.
pub struct Oidc {
    settings: OidcSettings,
    https: Https,
    clock: Arc<dyn Clock>,
    discovered: Mutex<Option<(Arc<Discovered>, UnixMs)>>,
}

impl Oidc {
    /// Ready to ask.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(settings: OidcSettings, clock: Arc<dyn Clock>) -> io::Result<Self> {
        Ok(Self { settings, https: Https::new()?, clock, discovered: Mutex::default() })
    }

    /// Where everything is, by OpenID Connect Discovery 1.0.
    async fn discovered(&self) -> Result<Arc<Discovered>, NoIdentity> {
        let now = self.clock.now();
        if let Some((known, until)) = &*self.discovered.lock()
            && now < *until
        {
            return Ok(Arc::clone(known));
        }
        let issuer = &self.settings.issuer;
        let base = issuer.trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let (status, bytes) = self.https.get(&address, None).await.map_err(silent)?;
        let found: Discovered = json(status, &bytes)?;
        if found.issuer != *issuer {
            return Err(NoIdentity::new(Trouble::Mismatch, "the configuration of another issuer"));
        }
        // A sign-on over TLS does not send codes and secrets elsewhere in plain.
        let plain = issuer.starts_with("http://");
        if !plain && !found.is_over_tls() {
            return Err(unreadable("an endpoint without TLS"));
        }
        let found = Arc::new(found);
        *self.discovered.lock() = Some((Arc::clone(&found), now.plus(DISCOVERED_MS)));
        Ok(found)
    }

    async fn identity_of(&self, came: Came<'_>) -> Result<Identity, NoIdentity> {
        let places = self.discovered().await?;
        let tokens = self.redeem(&places, came).await?;
        let id_token = tokens.id_token.ok_or_else(|| unreadable("an answer without a token"))?;
        let mut claims = claims(&id_token)?;
        self.check(&claims, came.asked.nonce)?;
        if let (Some(address), Some(token)) = (&places.userinfo_endpoint, &tokens.access_token) {
            self.more(address, token, &mut claims).await?;
        }
        let said = |name: &str| claims.get(name).and_then(Value::as_str);
        let id = self.settings.id_number_claim.as_deref().and_then(said);
        let subject = said("sub").ok_or_else(|| unreadable("a token without a subject"))?;
        let identity = account(&format!("{}#{subject}", self.settings.issuer))?;
        Ok(identity.with(said("name"), id, said("phone_number"), self.clock.now()))
    }

    async fn redeem(&self, places: &Discovered, came: Came<'_>) -> Result<Tokens, NoIdentity> {
        let OidcSettings { client_id, secret, .. } = &self.settings;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", came.code),
            ("redirect_uri", came.asked.back),
            ("code_verifier", came.asked.verifier),
        ];
        let mut headers = Vec::new();
        let basic = {
            let part = |text: &str| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            let pair = format!("{}:{}", part(client_id), part(secret));
            format!("Basic {}", BASE64.encode(pair.as_bytes()))
        };
        if places.takes_basic() {
            headers.push((header::AUTHORIZATION, basic.as_str()));
        } else {
            fields.extend([("client_id", client_id.as_str()), ("client_secret", secret)]);
        }
        let body = query(fields);
        let answer = self.https.post(&places.token_endpoint, FORM, &headers, body).await;
        let (status, bytes) = answer.map_err(silent)?;
        let tokens: Tokens = json(status, &bytes)?;
        match tokens.error {
            Some(error) => Err(refused(&error)),
            None => Ok(tokens),
        }
    }

    /// OpenID Connect Core 1.0, 3.1.3.7.
    fn check(&self, claims: &Value, nonce: &str) -> Result<(), NoIdentity> {
        let said = |name: &str| claims.get(name).and_then(Value::as_str);
        let second = |name: &str| claims.get(name).and_then(Value::as_i64);
        let client = self.settings.client_id.as_str();
        let for_us = match claims.get("aud") {
            Some(Value::String(one)) => one == client,
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(client)),
            _ => false,
        };
        let now_s = self.clock.now().0 / 1000;
        let wrong = if said("iss") != Some(self.settings.issuer.as_str()) {
            "a token of another issuer"
        } else if !for_us || said("azp").is_some_and(|azp| azp != client) {
            "a token for somebody else"
        } else if said("nonce") != Some(nonce) {
            "a token of another sign-in"
        } else if second("exp").is_none_or(|exp| exp + CLOCKS_DIFFER_S < now_s) {
            "a token that has ended"
        } else if second("iat").is_none_or(|iat| iat > now_s + CLOCKS_DIFFER_S) {
            "a token of the future"
        } else {
            return Ok(());
        };
        Err(NoIdentity::new(Trouble::Mismatch, wrong))
    }

    /// What the sign-on says beside its token. Without it there is less to be filled in, no more;
    /// but it must be of the same person (5.3.2).
    async fn more(&self, address: &str, token: &str, claims: &mut Value) -> Result<(), NoIdentity> {
        let answer = self.https.get(address, Some(token)).await.map_err(silent);
        let more = answer.and_then(|(status, bytes)| json::<Value>(status, &bytes));
        let Ok(Value::Object(more)) = more else {
            tracing::warn!("a sign-on says nothing beside its token");
            return Ok(());
        };
        if more.contains_key("sub") && more.get("sub") != claims.get("sub") {
            return Err(NoIdentity::new(Trouble::Mismatch, "the claims of somebody else"));
        }
        if let (Some(claims), true) = (claims.as_object_mut(), more.contains_key("sub")) {
            for (name, value) in more {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(())
    }
}

impl EntryApp for Oidc {
    fn name(&self) -> Option<&str> {
        self.settings.name.as_deref()
    }

    fn address<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<String, NoIdentity>> {
        Box::pin(async move {
            let places = self.discovered().await?;
            let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(asked.verifier.as_bytes()));
            let query = query([
                ("response_type", "code"),
                ("client_id", self.settings.client_id.as_str()),
                ("redirect_uri", asked.back),
                ("scope", "openid profile phone"),
                ("state", asked.state),
                ("nonce", asked.nonce),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ]);
            let page = &places.authorization_endpoint;
            let joint = if page.contains('?') { '&' } else { '?' };
            Ok(format!("{page}{joint}{query}"))
        })
    }

    fn identity<'a>(&'a self, came: Came<'a>) -> BoxFuture<'a, Result<Identity, NoIdentity>> {
        Box::pin(self.identity_of(came))
    }
}

/// What the payload of a token in compact form says (RFC 7519).
fn claims(token: &str) -> Result<Value, NoIdentity> {
    let mut parts = token.split('.');
    let payload = parts.nth(1).filter(|_| parts.count() == 1);
    let bytes = payload.and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let claims = bytes.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    claims.filter(Value::is_object).ok_or_else(|| unreadable("a token that cannot be read"))
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Discovered {
    fn is_over_tls(&self) -> bool {
        [
            Some(&self.authorization_endpoint),
            Some(&self.token_endpoint),
            self.userinfo_endpoint.as_ref(),
        ]
        .into_iter()
        .flatten()
        .all(|address| address.starts_with("https://"))
    }

    /// The default, unless the issuer names others alone.
    fn takes_basic(&self) -> bool {
        let named = self.token_endpoint_auth_methods_supported.as_ref();
        named.is_none_or(|all| all.iter().any(|one| one == "client_secret_basic"))
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
    error: Option<String>,
}
