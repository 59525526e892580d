//! The pages on which one signs in. The real ones of 微信, 支付宝 and 云闪付 ask nothing of their own user;
//! here one chooses who that is, and how the platform feels.

use super::{Answer, Asked, CLIENT, Given, Mood, Platforms, Who, say};
use crate::entry_apps::query;
use domain::entry_apps::App;
use hyper::{StatusCode, header};
use std::fmt::Write;

const HTML: &str = "text/html; charset=utf-8";

/// What a page was opened with, by the names of its platform.
struct Opened<'a> {
    app: App,
    client: &'a str,
    back: &'a str,
    state: &'a str,
    code_name: &'static str,
    rest: bool,
}

pub(super) fn wechat(platforms: &Platforms, asked: &Asked) -> Answer {
    let right = asked.of("response_type") == "code" && asked.of("scope") == "snsapi_base";
    let plain = asked.of("state").bytes().all(|b| b.is_ascii_alphanumeric());
    page(
        platforms,
        asked,
        &Opened {
            app: App::Wechat,
            client: asked.of("appid"),
            back: asked.of("redirect_uri"),
            state: asked.of("state"),
            code_name: "code",
            rest: right && plain && asked.of("state").len() <= 128,
        },
    )
}

pub(super) fn alipay(platforms: &Platforms, asked: &Asked) -> Answer {
    page(
        platforms,
        asked,
        &Opened {
            app: App::Alipay,
            client: asked.of("app_id"),
            back: asked.of("redirect_uri"),
            state: asked.of("state"),
            code_name: "auth_code",
            rest: asked.of("scope") == "auth_base",
        },
    )
}

pub(super) fn unionpay(platforms: &Platforms, asked: &Asked) -> Answer {
    let scope = matches!(asked.of("scope"), "upapi_base" | "upapi_mobile");
    let right = asked.of("responseType") == "code" && scope;
    page(
        platforms,
        asked,
        &Opened {
            app: App::UnionPay,
            client: asked.of("appId"),
            back: asked.of("redirectUri"),
            state: asked.of("state"),
            code_name: "code",
            rest: right,
        },
    )
}

pub(super) fn wanshitong(platforms: &Platforms, asked: &Asked) -> Answer {
    page(
        platforms,
        asked,
        &Opened {
            app: App::Wanshitong,
            client: asked.of("appCode"),
            back: asked.of("service"),
            // It stands in the address to come back to.
            state: "",
            code_name: "ticket",
            rest: true,
        },
    )
}

pub(super) fn oidc(platforms: &Platforms, asked: &Asked) -> Answer {
    let scope = asked.of("scope").split(' ').any(|one| one == "openid");
    let pkce = asked.of("code_challenge_method") == "S256";
    page(
        platforms,
        asked,
        &Opened {
            app: App::Oidc,
            client: asked.of("client_id"),
            back: asked.of("redirect_uri"),
            state: asked.of("state"),
            code_name: "code",
            rest: asked.of("response_type") == "code" && scope && pkce,
        },
    )
}

/// What the script bridge inside of 皖事通 hands to a page.
pub(super) fn bridge_token(platforms: &Platforms, asked: &Asked) -> Answer {
    let (who, mood) = chosen(asked);
    let token = platforms.give(given(App::Wanshitong, who, mood, "", asked));
    let body = serde_json::json!({ "token": token }).to_string();
    say(StatusCode::OK, "application/json", body)
}

fn given(app: App, who: Who, mood: Mood, back: &str, asked: &Asked) -> Given {
    Given {
        app,
        who,
        mood,
        back: back.to_owned(),
        nonce: asked.of("nonce").to_owned(),
        challenge: asked.of("code_challenge").to_owned(),
        scope: asked.of("scope").to_owned(),
        used: false,
    }
}

fn chosen(asked: &Asked) -> (Who, Mood) {
    (Who::from_code(asked.of("who")), Mood::from_code(asked.of("mood")).unwrap_or(Mood::Well))
}

fn page(platforms: &Platforms, asked: &Asked, opened: &Opened<'_>) -> Answer {
    if opened.client != CLIENT || !opened.back.starts_with(&format!("{}/", platforms.home)) {
        return say(StatusCode::OK, HTML, html("redirect_uri 参数错误", ""));
    }
    if !opened.rest {
        return say(StatusCode::OK, HTML, html("参数错误", ""));
    }
    if asked.of("who").is_empty() {
        return say(
            StatusCode::OK,
            HTML,
            html(&choices_title(opened.app), &choices(opened.app, asked)),
        );
    }
    let (who, mood) = chosen(asked);
    let mut back = Vec::new();
    if mood == Mood::Declined {
        // A sign-on and 云闪付 say so; the other apps just send no code.
        match opened.app {
            App::Oidc => back.push(("error", "access_denied")),
            App::UnionPay => back.extend([("errmsg", "用户取消授权"), ("errorcode", "1")]),
            _ => {}
        }
    }
    let code = platforms.give(given(opened.app, who, mood, opened.back, asked));
    if mood != Mood::Declined {
        back.push((opened.code_name, &code));
    }
    back.extend((!opened.state.is_empty()).then_some(("state", opened.state)));
    let joint = if opened.back.contains('?') { '&' } else { '?' };
    let aim = format!("{}{joint}{}", opened.back, query(back));
    let mut response = say(StatusCode::FOUND, HTML, "");
    if let Ok(aim) = header::HeaderValue::try_from(aim) {
        response.headers_mut().insert(header::LOCATION, aim);
    }
    response
}

fn choices_title(app: App) -> String {
    format!("{}授权（演示替身）", app.label())
}

/// Everybody who can sign in, and every mood that shows; each is a link to this page with the choice.
fn choices(app: App, asked: &Asked) -> String {
    let here = query(asked.query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let link = |who: Who, mood: Mood| {
        let address = format!("{}?{here}&who={}&mood={}", asked.path, who.code(), mood.code());
        address.replace('&', "&amp;").replace('"', "&quot;")
    };
    let mut html = String::from("<p>真实的平台不出现这一页。选择谁在用这个应用：</p>");
    for who in Who::ALL {
        let _ =
            write!(html, r#"<a class="who" href="{}">{}</a>"#, link(who, Mood::Well), who.name());
    }
    html.push_str("<p>或者看看平台不正常时会怎样：</p>");
    for mood in Mood::ALL.into_iter().filter(|mood| mood.is_seen_in(app)) {
        let _ = write!(html, r#"<a href="{}">{}</a>"#, link(Who::One, mood), mood.label());
    }
    html
}

fn html(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title}</title><style>\
         body{{font:17px/1.6 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem;color:#222}}\
         a{{display:block;border:1px solid #bbb;border-radius:8px;padding:.7rem 1rem;margin:.5rem 0;\
         color:#225;text-decoration:none}}a.who{{background:#eef3ff;font-weight:600}}h1{{font-size:1.3rem}}\
         </style><h1>{title}</h1>{body}</html>"
    )
}
