//! Alibaba Cloud's text messages (短信服务): the operation `SendSms` of version 2017-05-25, signed with
//! `ACS3-HMAC-SHA256` ("V3 版本请求体&签名机制").

use crate::https::{Https, encoded};
use actions::sms::{BoxFuture, SmsError, SmsSender, TextMessage};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use domain::{
    outside::{Clock, Dice, roll},
    time::UnixMs,
};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::{Method, Request, StatusCode, Uri};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, io, sync::Arc};

/// Where the service is reached.
pub const ENDPOINT: &str = "https://dysmsapi.aliyuncs.com";

const VERSION: &str = "2017-05-25";
const ALGORITHM: &str = "ACS3-HMAC-SHA256";
/// What the service says of a message it has taken.
const TAKEN: &str = "OK";

/// What the operator gets from the provider.
#[derive(Clone)]
pub struct AliyunSettings {
    /// [`ENDPOINT`], or what stands in for it.
    pub endpoint: String,
    /// AccessKey ID.
    pub key_id: String,
    /// AccessKey secret.
    pub key_secret: String,
    /// 短信签名: who the message says it is from.
    pub sign_name: String,
    /// Template codes (`SMS_…`) by the names of [`TextMessage::template`].
    pub templates: BTreeMap<String, String>,
}

/// Sends through Alibaba Cloud.
pub struct Aliyun {
    settings: AliyunSettings,
    host: String,
    https: Https,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
}

impl Aliyun {
    /// Ready to send.
    ///
    /// # Errors
    /// When the endpoint is no address, or the machine's certificates cannot be read.
    pub fn new(
        settings: AliyunSettings,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> io::Result<Self> {
        let bad = || io::Error::new(io::ErrorKind::InvalidInput, "the endpoint is no address");
        let uri: Uri = settings.endpoint.parse().map_err(|_| bad())?;
        let host = uri.authority().ok_or_else(bad)?.to_string();
        Ok(Self { settings, host, https: Https::new()?, clock, dice })
    }

    async fn send_it(&self, phone: &str, message: &TextMessage) -> Result<(), String> {
        let template = message.template();
        let code = self.settings.templates.get(template);
        let code = code.ok_or_else(|| format!("no template is set for {template}"))?;
        let values: BTreeMap<&str, String> = message.values().into_iter().collect();
        let values = serde_json::to_string(&values).map_err(|error| error.to_string())?;
        let asked = Asked {
            action: "SendSms",
            version: VERSION,
            host: &self.host,
            at: self.clock.now(),
            nonce: HEXLOWER.encode(&roll::<16>(&*self.dice)),
            query: BTreeMap::from([
                ("PhoneNumbers", phone),
                ("SignName", &self.settings.sign_name),
                ("TemplateCode", code),
                ("TemplateParam", &values),
            ]),
        };
        let request = asked.request(&self.settings)?;
        let (status, bytes) = self.https.ask(request).await?;
        taken(status, &bytes)
    }
}

impl SmsSender for Aliyun {
    fn send<'a>(
        &'a self,
        phone: &'a str,
        message: &'a TextMessage,
    ) -> BoxFuture<'a, Result<(), SmsError>> {
        Box::pin(async move { self.send_it(phone, message).await.map_err(SmsError) })
    }
}

/// What the service answers, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: String,
    #[serde(default)]
    request_id: String,
}

/// Whether the message was taken. The words of the service may repeat the number, so that only its
/// code and the request's id are passed on.
fn taken(status: StatusCode, bytes: &[u8]) -> Result<(), String> {
    let answer: Answer = serde_json::from_slice(bytes)
        .map_err(|_| format!("an answer that cannot be read, status {status}"))?;
    if status.is_success() && answer.code == TAKEN {
        return Ok(());
    }
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_ascii_graphic()).take(60).collect() };
    let (code, id) = (plain(&answer.code), plain(&answer.request_id));
    Err(format!("refused with {code} (status {status}, request {id})"))
}

/// A question to be signed.
struct Asked<'a> {
    action: &'a str,
    version: &'a str,
    host: &'a str,
    at: UnixMs,
    nonce: String,
    query: BTreeMap<&'a str, &'a str>,
}

impl Asked<'_> {
    /// The names and values of the query, sorted and encoded (RFC 3986).
    fn query(&self) -> String {
        let pair = |(name, value): (&&str, &&str)| format!("{}={}", encoded(name), encoded(value));
        self.query.iter().map(pair).collect::<Vec<_>>().join("&")
    }

    fn headers(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("host", self.host.to_owned()),
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-content-sha256", sha256(b"")),
            ("x-acs-date", self.at.utc_text()),
            ("x-acs-signature-nonce", self.nonce.clone()),
            ("x-acs-version", self.version.to_owned()),
        ])
    }

    /// The header `Authorization`.
    fn authorization(&self, key_id: &str, key_secret: &str) -> Result<String, String> {
        let headers = self.headers();
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let names = headers.keys().copied().collect::<Vec<_>>().join(";");
        let canonical = format!("POST\n/\n{}\n{lines}\n{names}\n{}", self.query(), sha256(b""));
        let to_sign = format!("{ALGORITHM}\n{}", sha256(canonical.as_bytes()));
        let mut mac = Hmac::<Sha256>::new_from_slice(key_secret.as_bytes())
            .map_err(|error| error.to_string())?;
        mac.update(to_sign.as_bytes());
        let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
        Ok(format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"))
    }

    fn request(&self, settings: &AliyunSettings) -> Result<Request<Full<Bytes>>, String> {
        let address = format!("{}/?{}", settings.endpoint.trim_end_matches('/'), self.query());
        let mut request = Request::builder().method(Method::POST).uri(address);
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        let authorization = self.authorization(&settings.key_id, &settings.key_secret)?;
        let request = request.header("authorization", authorization).body(Full::default());
        request.map_err(|error| error.to_string())
    }
}

fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fixed example of the provider's own description of the signature.
    #[test]
    fn the_signature_is_the_one_of_the_providers_example() {
        let asked = Asked {
            action: "RunInstances",
            version: "2014-05-26",
            host: "ecs.cn-shanghai.aliyuncs.com",
            // 2023-10-26T10:22:32Z
            at: UnixMs(1_698_315_752_000),
            nonce: "3156853299f313e23d1673dc12e1703d".to_owned(),
            query: BTreeMap::from([
                ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
                ("RegionId", "cn-shanghai"),
            ]),
        };
        assert_eq!(
            asked.authorization("YourAccessKeyId", "YourAccessKeySecret").unwrap(),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;\
             x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn what_the_service_says_is_told_without_the_number() {
        let say =
            |status: u16, text: &str| taken(StatusCode::from_u16(status).unwrap(), text.as_bytes());
        assert_eq!(say(200, r#"{"Code":"OK","Message":"OK","RequestId":"A-1"}"#), Ok(()));
        let refused = r#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"13800138000号码有误","RequestId":"A-2"}"#;
        let says = say(200, refused).unwrap_err();
        assert!(says.contains("isv.MOBILE_NUMBER_ILLEGAL") && says.contains("A-2"), "{says}");
        assert!(!says.contains("13800138000"));
        assert!(say(403, r#"{"Code":"OK"}"#).is_err(), "a status is believed, too");
        for odd in ["", "<html>", "[]", "{\"Code\":1}", "{}"] {
            assert!(say(200, odd).unwrap_err().contains("cannot be read"), "{odd}");
        }
    }

    #[test]
    fn text_is_encoded_as_the_provider_wants_it() {
        assert_eq!(encoded("a~b c*+/青"), "a~b%20c%2A%2B%2F%E9%9D%92");
    }
}
