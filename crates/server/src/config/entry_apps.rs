//! Settings of entry apps. Each app is switched on by its identifier.

use super::endpoint;
use clap::Args;
use std::path::PathBuf;

/// What the operator gets from the platforms of entry apps.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct EntryAppArgs {
    /// Switches 微信 on: AppID of the service account.
    #[arg(long, env = "VENUECODE_WECHAT_APP_ID", value_name = "ID")]
    pub(crate) wechat_app_id: Option<String>,
    /// File with its AppSecret, for its owner alone (mode 0600).
    #[arg(long, env = "VENUECODE_WECHAT_SECRET_FILE", value_name = "FILE")]
    pub(crate) wechat_secret_file: Option<PathBuf>,
    /// Where 微信 is asked, when not at its own address.
    #[arg(long, env = "VENUECODE_WECHAT_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    pub(crate) wechat_endpoint: Option<String>,
    /// Where browsers sign in with 微信, when not at its own address.
    #[arg(long, env = "VENUECODE_WECHAT_PAGES", value_name = "URL", value_parser = endpoint)]
    pub(crate) wechat_pages: Option<String>,

    /// Switches 支付宝 on: APPID.
    #[arg(long, env = "VENUECODE_ALIPAY_APP_ID", value_name = "ID")]
    pub(crate) alipay_app_id: Option<String>,
    /// File with the application's private key (应用私钥, RSA2), mode 0600.
    #[arg(long, env = "VENUECODE_ALIPAY_KEY_FILE", value_name = "FILE")]
    pub(crate) alipay_key_file: Option<PathBuf>,
    /// File with the platform's public key (支付宝公钥), with which its answers are verified.
    #[arg(long, env = "VENUECODE_ALIPAY_PUBLIC_KEY_FILE", value_name = "FILE")]
    pub(crate) alipay_public_key_file: Option<PathBuf>,
    /// Where 支付宝 is asked, when not at its own address.
    #[arg(long, env = "VENUECODE_ALIPAY_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    pub(crate) alipay_endpoint: Option<String>,
    /// Where browsers sign in with 支付宝, when not at its own address.
    #[arg(long, env = "VENUECODE_ALIPAY_PAGES", value_name = "URL", value_parser = endpoint)]
    pub(crate) alipay_pages: Option<String>,

    /// Switches 云闪付 on: appId.
    #[arg(long, env = "VENUECODE_UNIONPAY_APP_ID", value_name = "ID")]
    pub(crate) unionpay_app_id: Option<String>,
    /// File with its secret, mode 0600.
    #[arg(long, env = "VENUECODE_UNIONPAY_SECRET_FILE", value_name = "FILE")]
    pub(crate) unionpay_secret_file: Option<PathBuf>,
    /// Has 云闪付 say the phone of whoever allows that (`upapi_mobile`): file with the application's
    /// symmetric key (对称密钥) in hexadecimal, mode 0600.
    #[arg(long, env = "VENUECODE_UNIONPAY_PHONE_KEY_FILE", value_name = "FILE")]
    pub(crate) unionpay_phone_key_file: Option<PathBuf>,
    /// Where 云闪付 is asked, when not at its own address.
    #[arg(long, env = "VENUECODE_UNIONPAY_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    pub(crate) unionpay_endpoint: Option<String>,
    /// Where browsers sign in with 云闪付, when not at its own address.
    #[arg(long, env = "VENUECODE_UNIONPAY_PAGES", value_name = "URL", value_parser = endpoint)]
    pub(crate) unionpay_pages: Option<String>,

    /// Switches 皖事通 on: appCode.
    #[arg(long, env = "VENUECODE_WANSHITONG_APP_CODE", value_name = "CODE")]
    pub(crate) wanshitong_app_code: Option<String>,
    /// The whole address at which its tokens and tickets are exchanged; the platform tells it.
    #[arg(long, env = "VENUECODE_WANSHITONG_EXCHANGE", value_name = "URL", value_parser = address)]
    pub(crate) wanshitong_exchange: Option<String>,
    /// Where browsers sign in with 皖事通 (CAS), when not at its own address.
    #[arg(long, env = "VENUECODE_WANSHITONG_PAGES", value_name = "URL", value_parser = endpoint)]
    pub(crate) wanshitong_pages: Option<String>,

    /// Switches a sign-on by OpenID Connect on: the issuer's identifier.
    #[arg(long, env = "VENUECODE_OIDC_ISSUER", value_name = "URL", value_parser = issuer)]
    pub(crate) oidc_issuer: Option<String>,
    /// Its `client_id`.
    #[arg(long, env = "VENUECODE_OIDC_CLIENT_ID", value_name = "ID")]
    pub(crate) oidc_client_id: Option<String>,
    /// File with its `client_secret`, mode 0600.
    #[arg(long, env = "VENUECODE_OIDC_SECRET_FILE", value_name = "FILE")]
    pub(crate) oidc_secret_file: Option<PathBuf>,
    /// What people know it by, as on the button; 统一身份认证 when not given.
    #[arg(long, env = "VENUECODE_OIDC_NAME", value_name = "NAME")]
    pub(crate) oidc_name: Option<String>,
    /// The claim with a resident ID number that the sign-on has checked.
    #[arg(long, env = "VENUECODE_OIDC_ID_NUMBER_CLAIM", value_name = "CLAIM")]
    pub(crate) oidc_id_number_claim: Option<String>,
}

/// HTTPS, or HTTP to this machine itself, with a path and no query.
fn address(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "https://HOST/PATH, or http:// to this machine itself, without a query";
    let (scheme, rest) = text.split_once("://").ok_or(WRONG)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |c: char| c.is_ascii_graphic() && !"?#@\\".contains(c);
    if !path.chars().all(plain) {
        return Err(WRONG);
    }
    let host = endpoint(&format!("{scheme}://{host}")).map_err(|_| WRONG)?;
    Ok(format!("{host}/{path}"))
}

/// An issuer is compared letter by letter, and is kept as it was given.
fn issuer(text: &str) -> Result<String, &'static str> {
    address(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_others_are_over_tls_or_on_this_machine() {
        assert_eq!(address("https://a.gov.cn/x/y"), Ok("https://a.gov.cn/x/y".to_owned()));
        assert_eq!(issuer("https://a.gov.cn"), Ok("https://a.gov.cn".to_owned()));
        assert_eq!(issuer("https://a.gov.cn/"), Ok("https://a.gov.cn/".to_owned()));
        assert!(address("http://127.0.0.1:8081/x").is_ok());
        for odd in [
            "http://a.gov.cn/x",
            "https://u@a.gov.cn/x",
            "https://a.gov.cn/x?y",
            "https://a.gov.cn/#",
            "https:///x",
            "a.gov.cn",
            "",
        ] {
            assert!(address(odd).is_err(), "{odd}");
        }
    }
}
