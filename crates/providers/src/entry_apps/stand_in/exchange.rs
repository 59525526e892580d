//! The servers that exchange codes, each in its own wire shape.

use super::{
    Answer, Asked, CLIENT, Given, Mood, PHONE_KEY, PRIVATE_KEY, PUBLIC_KEY, Platforms, SECRET,
    SLOW, Who, say,
};
use crate::entry_apps::{
    alipay::{PublicKey, Signer, to_sign},
    triple_des::SymmetricKey,
    unionpay::{UnionPaySettings, signature},
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::entry_apps::App;
use hyper::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::atomic::Ordering;

const JSON: &str = "application/json;charset=utf-8";
/// 微信 answers so, whatever it says.
const PLAIN: &str = "text/plain";

fn ok(body: &Value) -> Answer {
    say(StatusCode::OK, JSON, body.to_string())
}

fn status(status: StatusCode, body: &Value) -> Answer {
    say(status, JSON, body.to_string())
}

/// What a server does that has a bad day, instead of answering.
async fn bad_day(given: &Given) -> Option<Answer> {
    match given.mood {
        Mood::Slow => Some(slow().await),
        Mood::Garbage => Some(garbage()),
        _ => None,
    }
}

async fn slow() -> Answer {
    tokio::time::sleep(SLOW).await;
    say(StatusCode::GATEWAY_TIMEOUT, PLAIN, "")
}

fn garbage() -> Answer {
    say(StatusCode::OK, "text/html", "<html><body>502 Bad Gateway</body></html>")
}

pub(super) async fn wechat(platforms: &Platforms, asked: &Asked) -> Answer {
    let error = |code: i64, says: &str| {
        let body = json!({ "errcode": code, "errmsg": format!("{says}, rid: stand-in") });
        say(StatusCode::OK, PLAIN, body.to_string())
    };
    if asked.of("appid") != CLIENT {
        return error(40013, "invalid appid");
    }
    if asked.of("secret") != SECRET {
        return error(40125, "invalid appsecret");
    }
    if asked.of("grant_type") != "authorization_code" {
        return error(40002, "invalid grant_type");
    }
    let Some(given) = platforms.take(App::Wechat, asked.of("code")) else {
        return error(40029, "invalid code");
    };
    if given.used {
        return error(40163, "code been used");
    }
    if let Some(answer) = bad_day(&given).await {
        return answer;
    }
    if given.mood == Mood::Refused {
        return error(42003, "code expired");
    }
    let mut body = json!({
        "access_token": "stand-in-access", "expires_in": 7200, "refresh_token": "stand-in-refresh",
        "openid": given.who.account("wechat"), "scope": "snsapi_base",
    });
    if given.mood == Mood::Snapshot {
        body["openid"] = "wechat-snapshot".into();
        body["is_snapshotuser"] = 1.into();
    }
    say(StatusCode::OK, PLAIN, body.to_string())
}

pub(super) async fn alipay(platforms: &Platforms, asked: &Asked) -> Answer {
    let error = |code: &str, sub: &str| {
        ok(&json!({ "error_response": {
            "code": code, "msg": "Invalid Arguments", "sub_code": sub, "sub_msg": "stand-in",
        } }))
    };
    let form = asked.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let signed = PublicKey::read(PUBLIC_KEY)
        .is_ok_and(|key| key.verifies(to_sign(&form).as_bytes(), asked.field("sign")));
    let right = asked.field("method") == "alipay.system.oauth.token"
        && asked.field("sign_type") == "RSA2"
        && asked.field("grant_type") == "authorization_code"
        && asked.field("timestamp").len() == 19;
    if asked.field("app_id") != CLIENT {
        return error("40002", "isv.invalid-app-id");
    }
    if !signed || !right {
        return error("40002", "isv.invalid-signature");
    }
    let given = platforms.take(App::Alipay, asked.field("code"));
    let Some(given) = given.filter(|given| !given.used) else {
        return error("40002", "isv.code-invalid");
    };
    if let Some(answer) = bad_day(&given).await {
        return answer;
    }
    if given.mood == Mood::Refused {
        return error("40002", "isv.code-invalid");
    }
    let said = json!({
        "access_token": "stand-in-access", "auth_start": "2026-11-29 08:00:00", "expires_in": 300,
        "open_id": given.who.account("alipay"), "re_expires_in": 300,
        "refresh_token": "stand-in-refresh",
    });
    let said = said.to_string();
    let sign = Signer::read(PRIVATE_KEY).ok().and_then(|key| key.sign(&said).ok());
    // Somebody on the way puts another account into a signed answer.
    let said = if given.mood == Mood::Another {
        said.replace(&given.who.account("alipay"), &Who::Two.account("alipay-other"))
    } else {
        said
    };
    let body = format!(
        r#"{{"alipay_system_oauth_token_response":{said},"sign":"{}"}}"#,
        sign.unwrap_or_default()
    );
    say(StatusCode::OK, JSON, body)
}

/// Each new token ends the one before.
pub(super) fn backend_token(platforms: &Platforms, asked: &Asked) -> Answer {
    let settings = UnionPaySettings {
        app_id: CLIENT.to_owned(),
        secret: SECRET.to_owned(),
        phone_key: None,
        pages: String::new(),
        endpoint: String::new(),
    };
    let expected = signature(&settings, asked.said("nonceStr"), asked.said("timestamp"));
    if asked.said("appId") != CLIENT || asked.said("signature") != expected {
        return unionpay_error("11", "签名错误");
    }
    platforms.backend_tokens.fetch_add(1, Ordering::Relaxed);
    let params = json!({ "backendToken": platforms.backend_token(), "expiresIn": 7200 });
    ok(&json!({ "resp": "00", "msg": "成功", "params": params }))
}

fn unionpay_error(resp: &str, says: &str) -> Answer {
    ok(&json!({ "resp": resp, "msg": says }))
}

/// Whether a request names the application and its token.
fn is_ours(platforms: &Platforms, asked: &Asked) -> bool {
    asked.said("appId") == CLIENT && asked.said("backendToken") == platforms.backend_token()
}

/// Before the code in a token of access.
const ACCESS: &str = "stand-in-access-";

pub(super) async fn unionpay(platforms: &Platforms, asked: &Asked) -> Answer {
    if !is_ours(platforms, asked) {
        return unionpay_error("12", "backendToken 无效");
    }
    let code = asked.said("code");
    let given = platforms.take(App::UnionPay, code);
    let Some(given) = given.filter(|given| !given.used) else {
        return unionpay_error("13", "code 无效");
    };
    if let Some(answer) = bad_day(&given).await {
        return answer;
    }
    if given.mood == Mood::Refused || asked.said("grantType") != "authorization_code" {
        return unionpay_error("14", "授权失败");
    }
    let params = json!({
        "accessToken": format!("{ACCESS}{code}"), "expiresIn": 3600,
        "openId": given.who.account("unionpay"), "refreshToken": "stand-in-refresh",
        "scope": given.scope, "unionId": given.who.account("unionpay-union"),
    });
    ok(&json!({ "resp": "00", "msg": "成功", "params": params }))
}

/// The phone of somebody who has allowed that.
pub(super) async fn mobile(platforms: &Platforms, asked: &Asked) -> Answer {
    if !is_ours(platforms, asked) {
        return unionpay_error("12", "backendToken 无效");
    }
    let code = asked.said("accessToken").strip_prefix(ACCESS).unwrap_or_default();
    let given = platforms.exchanged(App::UnionPay, code);
    let given = given.filter(|given| asked.said("openId") == given.who.account("unionpay"));
    let Some(given) = given else { return unionpay_error("15", "accessToken 无效") };
    if given.scope != "upapi_mobile" || given.mood == Mood::PhoneRefused {
        return unionpay_error("16", "没有获得该接口的权限");
    }
    match given.mood {
        Mood::PhoneSlow => return slow().await,
        Mood::PhoneGarbage => return garbage(),
        _ => {}
    }
    let sealed = SymmetricKey::read(PHONE_KEY).map(|key| key.seal(given.who.phone()));
    let mut sealed = sealed.unwrap_or_default();
    if given.mood == Mood::PhoneBroken {
        // Another last block: its padding is none.
        sealed.replace_range(12.., "AAAAAAAAAA==");
    }
    ok(&json!({ "resp": "00", "msg": "成功", "params": { "mobile": sealed } }))
}

pub(super) async fn wanshitong(platforms: &Platforms, asked: &Asked) -> Answer {
    let given = platforms.take(App::Wanshitong, asked.said("token"));
    let right = asked.said("appCode") == CLIENT;
    let Some(given) = given.filter(|given| right && !given.used) else {
        return ok(&json!({ "code": 401, "msg": "token 无效" }));
    };
    if let Some(answer) = bad_day(&given).await {
        return answer;
    }
    if given.mood == Mood::Refused {
        return ok(&json!({ "code": 500, "msg": "系统异常" }));
    }
    let who = given.who;
    ok(&json!({ "code": 200, "perUserVo": {
        "credentNo": who.id_number(), "bindPhone": who.phone(), "name": who.name(),
    } }))
}

pub(super) fn discovery(platforms: &Platforms) -> Answer {
    let url = &platforms.url;
    ok(&json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/oidc/authorize"),
        "token_endpoint": format!("{url}/oidc/token"),
        "userinfo_endpoint": format!("{url}/oidc/userinfo"),
        "jwks_uri": format!("{url}/oidc/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

pub(super) async fn oidc(platforms: &Platforms, asked: &Asked) -> Answer {
    let error = |says: &str| status(StatusCode::BAD_REQUEST, &json!({ "error": says }));
    let expected = format!("Basic {}", BASE64.encode(format!("{CLIENT}:{SECRET}").as_bytes()));
    if asked.authorization != expected {
        return status(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
    }
    let Some(given) = platforms.take(App::Oidc, asked.field("code")) else {
        return error("invalid_grant");
    };
    let challenge = Sha256::digest(asked.field("code_verifier").as_bytes());
    let proved = BASE64URL_NOPAD.encode(&challenge) == given.challenge;
    if given.used || !proved || asked.field("redirect_uri") != given.back {
        return error("invalid_grant");
    }
    if let Some(answer) = bad_day(&given).await {
        return answer;
    }
    if given.mood == Mood::Refused {
        return error("temporarily_unavailable");
    }
    let now_s = platforms.clock.now().0 / 1000;
    let nonce = if given.mood == Mood::Another { "of another sign-in" } else { &given.nonce };
    let claims = json!({
        "iss": platforms.url, "aud": CLIENT, "sub": given.who.account("oidc"), "nonce": nonce,
        "iat": now_s, "exp": now_s + 300,
    });
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let head = json!({ "alg": "RS256", "typ": "JWT" });
    let signed = format!("{}.{}", part(&head), part(&claims));
    let sign = Signer::read(PRIVATE_KEY).ok().and_then(|key| key.sign(&signed).ok());
    let sign = sign.and_then(|text| BASE64.decode(text.as_bytes()).ok()).unwrap_or_default();
    ok(&json!({
        "access_token": format!("stand-in-{}", given.who.code()), "token_type": "Bearer",
        "expires_in": 300, "id_token": format!("{signed}.{}", BASE64URL_NOPAD.encode(&sign)),
    }))
}

pub(super) fn userinfo(asked: &Asked) -> Answer {
    let code = asked.authorization.strip_prefix("Bearer stand-in-");
    let who = Who::ALL.into_iter().find(|who| Some(who.code()) == code);
    let Some(who) = who else {
        return status(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_token" }));
    };
    ok(&json!({
        "sub": who.account("oidc"), "name": who.name(), "phone_number": format!("+86{}", who.phone()),
        "id_number": who.id_number(),
    }))
}
