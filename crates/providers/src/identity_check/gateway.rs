//! The gateway, asked by name and document number: one signed `POST` of a JSON object, one answer that
//! repeats the question's number.

use super::IdentityGatewaySettings;
use crate::{
    breaker::{Breaker, Leave},
    https::Https,
};
use actions::{health_status::Identity, people::identity_check::IdentityChecker, sms::BoxFuture};
use data_encoding::HEXLOWER;
use domain::{
    outside::{Dice, roll},
    people::CheckOutcome,
    time::UnixMs,
};
use hmac::{Hmac, KeyInit, Mac};
use hyper::{StatusCode, Uri, header::HeaderName};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{io, sync::Arc};

/// The gateway.
pub struct IdentityGateway {
    settings: IdentityGatewaySettings,
    path: String,
    https: Https,
    dice: Arc<dyn Dice>,
    breaker: Mutex<Breaker>,
}

impl IdentityGateway {
    /// Ready to ask.
    ///
    /// # Errors
    /// When the address is none, or this machine's certificates cannot be read.
    pub fn new(settings: IdentityGatewaySettings, dice: Arc<dyn Dice>) -> io::Result<Self> {
        let uri: Uri = settings
            .url
            .parse()
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the address is none"))?;
        let path = uri.path().to_owned();
        Ok(Self { settings, path, https: Https::new()?, dice, breaker: Mutex::default() })
    }

    async fn ask(&self, who: &Identity, now: UnixMs) -> Result<CheckOutcome, String> {
        let number = HEXLOWER.encode(&roll::<16>(&*self.dice));
        let body = json!({
            "request": number,
            "name": who.name,
            "id_kind": who.id_kind.code(),
            "id_number": who.id_number,
        })
        .to_string();
        let (time, nonce) = (now.0.to_string(), HEXLOWER.encode(&roll::<16>(&*self.dice)));
        let secret = &self.settings.sign_secret;
        let signature = signature(secret, &self.path, body.as_bytes(), &time, &nonce)?;
        let headers = [
            (HeaderName::from_static("x-app-id"), self.settings.app_id.as_str()),
            (HeaderName::from_static("x-timestamp"), time.as_str()),
            (HeaderName::from_static("x-nonce"), nonce.as_str()),
            (HeaderName::from_static("x-signature"), signature.as_str()),
        ];
        let asked = self.https.post(&self.settings.url, "application/json", &headers, body);
        let answer = tokio::time::timeout(self.settings.wait, asked).await;
        let (status, bytes) = answer.map_err(|_| "too slow".to_owned())??;
        outcome(status, &bytes, &number)
    }
}

impl IdentityChecker for IdentityGateway {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn check<'a>(&'a self, who: &'a Identity, now: UnixMs) -> BoxFuture<'a, CheckOutcome> {
        Box::pin(async move {
            if self.breaker.lock().may_ask(now) == Leave::Spare {
                return CheckOutcome::Failed;
            }
            match self.ask(who, now).await {
                Ok(outcome) => {
                    self.breaker.lock().answered();
                    outcome
                }
                Err(error) => {
                    let name = &self.settings.name;
                    if self.breaker.lock().failed(now) {
                        tracing::error!(%error, name, "the identity check is left alone for a while");
                    } else {
                        tracing::warn!(%error, name, "the identity check gave no answer");
                    }
                    CheckOutcome::Failed
                }
            }
        })
    }
}

/// The signature of a question, in hexadecimal digits: HMAC-SHA256 over method, path, SHA-256 of the
/// body, time and nonce, each on a line of its own.
pub(super) fn signature(
    secret: &str,
    path: &str,
    body: &[u8],
    time: &str,
    nonce: &str,
) -> Result<String, String> {
    let digest = HEXLOWER.encode(&Sha256::digest(body));
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(format!("POST\n{path}\n{digest}\n{time}\n{nonce}").as_bytes());
    Ok(HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[derive(Deserialize)]
struct Answer {
    request: String,
    result: String,
}

/// What was answered to the question with this number. No word of the answer is passed on: it may
/// repeat a person.
fn outcome(status: StatusCode, bytes: &[u8], number: &str) -> Result<CheckOutcome, String> {
    if !status.is_success() {
        return Err(format!("status {}", status.as_u16()));
    }
    let answer: Answer =
        serde_json::from_slice(bytes).map_err(|_| "an answer that cannot be read".to_owned())?;
    if answer.request != number {
        return Err("an answer to another question".to_owned());
    }
    match answer.result.as_str() {
        "agrees" => Ok(CheckOutcome::Agrees),
        "differs" => Ok(CheckOutcome::Differs),
        "not_found" => Ok(CheckOutcome::NotFound),
        "unsupported" => Ok(CheckOutcome::NotChecked),
        _ => Err("an answer with a result that is not known".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(text: &str) -> Result<CheckOutcome, String> {
        outcome(StatusCode::OK, text.as_bytes(), "7")
    }

    #[test]
    fn an_answer_counts_when_it_is_to_this_question_and_says_something_known() {
        for (result, outcome) in [
            ("agrees", CheckOutcome::Agrees),
            ("differs", CheckOutcome::Differs),
            ("not_found", CheckOutcome::NotFound),
            ("unsupported", CheckOutcome::NotChecked),
        ] {
            assert_eq!(said(&format!(r#"{{"request":"7","result":"{result}"}}"#)), Ok(outcome));
        }
        for wrong in [
            r#"{"request":"8","result":"agrees"}"#,
            r#"{"result":"agrees"}"#,
            r#"{"request":"7","result":"AGREES"}"#,
            r#"{"request":"7","result":true}"#,
            "agrees",
            "",
        ] {
            assert!(said(wrong).is_err(), "{wrong}");
        }
        let right = br#"{"request":"7","result":"agrees"}"#;
        assert!(outcome(StatusCode::BAD_GATEWAY, right, "7").is_err());
    }

    #[test]
    fn the_signature_is_the_one_in_the_description() {
        // printf 'POST\n/v1/check\n%s\n1795329127000\n00ff' "$(printf '{}' | sha256sum | cut -c-64)" |
        //   openssl dgst -sha256 -hmac 0123456789abcdef
        let signed = signature("0123456789abcdef", "/v1/check", b"{}", "1795329127000", "00ff");
        assert_eq!(
            signed.unwrap(),
            "eed2ea57f90d46e1802945e73986c12ac52bcaaeddf657a240958d60aedc9973"
        );
    }

    proptest! {
        #[test]
        fn agreement_is_never_read_out_of_anything_else(text in "\\PC{0,60}") {
            prop_assert!(said(&text).is_err());
        }
    }
}
