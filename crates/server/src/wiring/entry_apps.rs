//! The apps that are switched on, with what that takes.

use super::secret_of;
use crate::{
    config::EntryAppArgs,
    outside::{SystemClock, SystemDice},
};
use actions::entry_apps::EntryApp;
use anyhow::Context;
use domain::entry_apps::App;
use providers::entry_apps::{
    Alipay, AlipaySettings, Oidc, OidcSettings, UnionPay, UnionPaySettings, Wanshitong,
    WanshitongSettings, Wechat, WechatSettings,
};
use std::{fs, path::PathBuf, sync::Arc};

/// Apps as the house takes them.
pub(crate) type Apps = Vec<(App, Arc<dyn EntryApp>)>;

/// As the operator settled it.
///
/// # Errors
/// When something is missing, or a secret's file is open to others.
pub(crate) fn settled(args: &EntryAppArgs) -> anyhow::Result<Apps> {
    let mut apps: Apps = Vec::new();
    if let Some(id) = &args.wechat_app_id {
        apps.push((App::Wechat, Arc::new(wechat(args, id)?)));
    }
    if let Some(id) = &args.alipay_app_id {
        apps.push((App::Alipay, Arc::new(alipay(args, id)?)));
    }
    if let Some(id) = &args.unionpay_app_id {
        apps.push((App::UnionPay, Arc::new(unionpay(args, id)?)));
    }
    if let Some(code) = &args.wanshitong_app_code {
        apps.push((App::Wanshitong, Arc::new(wanshitong(args, code)?)));
    }
    if let Some(issuer) = &args.oidc_issuer {
        apps.push((App::Oidc, Arc::new(oidc(args, issuer)?)));
    }
    Ok(apps)
}

fn secret(file: Option<&PathBuf>, app: &str, flag: &str) -> anyhow::Result<String> {
    secret_of(file.with_context(|| format!("{app} needs {flag}"))?)
}

fn or(given: Option<&String>, own: &str) -> String {
    given.cloned().unwrap_or_else(|| own.to_owned())
}

fn wechat(args: &EntryAppArgs, id: &str) -> anyhow::Result<Wechat> {
    let file = args.wechat_secret_file.as_ref();
    Ok(Wechat::new(WechatSettings {
        app_id: id.to_owned(),
        secret: secret(file, "--wechat-app-id", "--wechat-secret-file")?,
        pages: or(args.wechat_pages.as_ref(), WechatSettings::PAGES),
        endpoint: or(args.wechat_endpoint.as_ref(), WechatSettings::ENDPOINT),
    })?)
}

fn alipay(args: &EntryAppArgs, id: &str) -> anyhow::Result<Alipay> {
    let file = args.alipay_key_file.as_ref();
    let public = args.alipay_public_key_file.as_ref();
    let public = public.context("--alipay-app-id needs --alipay-public-key-file")?;
    let settings = AlipaySettings {
        app_id: id.to_owned(),
        private_key: secret(file, "--alipay-app-id", "--alipay-key-file")?,
        public_key: fs::read_to_string(public).with_context(|| format!("{}", public.display()))?,
        pages: or(args.alipay_pages.as_ref(), AlipaySettings::PAGES),
        endpoint: or(args.alipay_endpoint.as_ref(), AlipaySettings::ENDPOINT),
    };
    Alipay::new(settings, Arc::new(SystemClock)).context("the keys of 支付宝")
}

fn unionpay(args: &EntryAppArgs, id: &str) -> anyhow::Result<UnionPay> {
    let file = args.unionpay_secret_file.as_ref();
    let phone_key = args.unionpay_phone_key_file.as_deref();
    let settings = UnionPaySettings {
        app_id: id.to_owned(),
        secret: secret(file, "--unionpay-app-id", "--unionpay-secret-file")?,
        phone_key: phone_key.map(secret_of).transpose()?,
        pages: or(args.unionpay_pages.as_ref(), UnionPaySettings::ENDPOINT),
        endpoint: or(args.unionpay_endpoint.as_ref(), UnionPaySettings::ENDPOINT),
    };
    let unionpay = UnionPay::new(settings, Arc::new(SystemClock), Arc::new(SystemDice));
    unionpay.context("--unionpay-app-id")
}

fn wanshitong(args: &EntryAppArgs, code: &str) -> anyhow::Result<Wanshitong> {
    let exchange = args.wanshitong_exchange.clone();
    let settings = WanshitongSettings {
        app_code: code.to_owned(),
        pages: or(args.wanshitong_pages.as_ref(), WanshitongSettings::PAGES),
        exchange: exchange.context("--wanshitong-app-code needs --wanshitong-exchange")?,
    };
    Ok(Wanshitong::new(settings, Arc::new(SystemClock))?)
}

fn oidc(args: &EntryAppArgs, issuer: &str) -> anyhow::Result<Oidc> {
    let client_id = args.oidc_client_id.clone();
    let file = args.oidc_secret_file.as_ref();
    let settings = OidcSettings {
        issuer: issuer.to_owned(),
        client_id: client_id.context("--oidc-issuer needs --oidc-client-id")?,
        secret: secret(file, "--oidc-issuer", "--oidc-secret-file")?,
        name: args.oidc_name.clone(),
        id_number_claim: args.oidc_id_number_claim.clone(),
    };
    Ok(Oidc::new(settings, Arc::new(SystemClock))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    fn file(folder: &TempDir, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn says(args: &EntryAppArgs) -> String {
        match settled(args) {
            Ok(apps) => panic!("{} apps are on", apps.len()),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn nothing_is_on_that_was_not_switched_on() {
        assert!(settled(&EntryAppArgs::default()).unwrap().is_empty());
    }

    #[test]
    fn each_app_says_what_it_needs_besides() {
        let some = |text: &str| Some(text.to_owned());
        let none = EntryAppArgs::default;
        for (args, needs) in [
            (EntryAppArgs { wechat_app_id: some("w"), ..none() }, "--wechat-secret-file"),
            (EntryAppArgs { alipay_app_id: some("a"), ..none() }, "--alipay-public-key-file"),
            (EntryAppArgs { unionpay_app_id: some("u"), ..none() }, "--unionpay-secret-file"),
            (EntryAppArgs { wanshitong_app_code: some("c"), ..none() }, "--wanshitong-exchange"),
            (EntryAppArgs { oidc_issuer: some("https://a.gov.cn"), ..none() }, "--oidc-client-id"),
        ] {
            let says = says(&args);
            assert!(says.contains(needs), "{says}");
        }
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused_and_an_empty_one_too() {
        let folder = TempDir::new().unwrap();
        let with = |secret: PathBuf| EntryAppArgs {
            wechat_app_id: Some("w".to_owned()),
            wechat_secret_file: Some(secret),
            ..EntryAppArgs::default()
        };
        let open = file(&folder, "open", "secret", 0o640);
        assert!(says(&with(open)).contains("chmod 600"));
        assert!(says(&with(file(&folder, "empty", " \n", 0o600))).contains("is empty"));
        assert!(says(&with(folder.path().join("none"))).contains("none"));
        let apps = settled(&with(file(&folder, "good", "secret\n", 0o600))).unwrap();
        assert_eq!(apps.iter().map(|(app, _)| *app).collect::<Vec<_>>(), [App::Wechat]);
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        let folder = TempDir::new().unwrap();
        let unionpay = |key: PathBuf| EntryAppArgs {
            unionpay_app_id: Some("u".to_owned()),
            unionpay_secret_file: Some(file(&folder, "unionpay", "secret", 0o600)),
            unionpay_phone_key_file: Some(key),
            ..EntryAppArgs::default()
        };
        let whole = "0123456789abcdeffedcba98765432100011223344556677";
        assert!(settled(&unionpay(file(&folder, "well", whole, 0o600))).is_ok());
        let says_half = says(&unionpay(file(&folder, "half", &whole[..24], 0o600)));
        assert!(
            says_half.contains("hexadecimal") && !says_half.contains(&whole[..8]),
            "{says_half}"
        );
        assert!(says(&unionpay(file(&folder, "open", whole, 0o644))).contains("chmod 600"));
        let args = EntryAppArgs {
            alipay_app_id: Some("a".to_owned()),
            alipay_key_file: Some(file(&folder, "key", "not a key", 0o600)),
            alipay_public_key_file: Some(file(&folder, "public", "not a key", 0o644)),
            ..EntryAppArgs::default()
        };
        assert!(says(&args).contains("支付宝"));
    }
}
