//! Every address with every kind of caller: entered exactly as the table says.

use crate::{
    browser::Seen,
    support::{callers, filled},
};
use axum::http::{Method, StatusCode, header};
use testkit::TestHouse;
use web::routes::{Kind, Route, Who, table};

/// Whether the door stayed shut for this caller.
fn is_refused(seen: &Seen) -> bool {
    let aim = seen.header(header::LOCATION);
    matches!(seen.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        || seen.status == StatusCode::SEE_OTHER && aim.starts_with("/login?next=")
}

fn what_comes(route: &Route, caller: Option<Who>) -> &'static str {
    let staff = !matches!(route.who, Who::Anyone | Who::Visitor | Who::Duty | Who::Sign);
    let is_staff = !matches!(caller, None | Some(Who::Visitor | Who::Duty | Who::Sign));
    let may = match route.who {
        Who::Anyone => true,
        Who::Staff => is_staff,
        who => caller == Some(who),
    };
    match (may, staff, is_staff) {
        (true, ..) => "entered",
        (_, true, true) => "403",
        (_, true, false) if route.kind == Kind::Api => "401",
        (_, true, false) => "to the entrance",
        (_, false, _) => "401",
    }
}

fn what_came(seen: &Seen) -> &'static str {
    match seen.status {
        StatusCode::UNAUTHORIZED => "401",
        StatusCode::FORBIDDEN => "403",
        _ if is_refused(seen) => "to the entrance",
        _ => "entered",
    }
}

#[tokio::test]
async fn each_caller_enters_its_own_rooms_and_no_others() {
    let t = TestHouse::new().await;
    let mut callers = callers(&t).await;
    let mut routes = table();
    // What ends a session comes last.
    routes.sort_by_key(|route| {
        let ends =
            (route.method == Method::DELETE, route.path) == (true, "/api/v1/sessions/current");
        (route.path.ends_with("out"), ends)
    });
    let (mut tried, mut refused) = (0, 0);
    for route in &routes {
        let path = filled(route.path);
        for (caller, browser) in &mut callers {
            let seen = match (route.kind, &route.method) {
                (Kind::Live, _) => continue,
                (_, &Method::GET) => browser.get(&path).await,
                (Kind::Api, method) => {
                    let json = [("content-type", "application/json")];
                    browser.ask(method, &path, &json, "{}".to_owned()).await
                }
                _ => browser.post(&path, &[]).await,
            };
            let at = format!("{caller:?} at {} {path}: {}", route.method, seen.status);
            assert_eq!(what_came(&seen), what_comes(route, *caller), "{at}");
            assert!(!seen.status.is_server_error(), "{at}");
            tried += 1;
            refused += usize::from(is_refused(&seen));
        }
    }
    assert!(tried >= 9 * 100 && refused >= 8 * 80, "{tried} tried, {refused} refused");
}

#[tokio::test]
async fn nobody_is_sent_to_the_entrance_and_back_to_a_page_but_never_to_a_form() {
    let t = TestHouse::new().await;
    let (_, mut nobody) = callers(&t).await.swap_remove(0);
    for route in table() {
        let staff = !matches!(route.who, Who::Anyone | Who::Visitor | Who::Duty | Who::Sign);
        if !staff || route.kind == Kind::Api {
            continue;
        }
        let path = filled(route.path);
        if route.method == Method::GET {
            let back = path.replace('/', "%2F");
            assert_eq!(nobody.get(&path).await.aim(), format!("/login?next={back}"));
        } else {
            let aim = nobody.post(&path, &[]).await.aim().to_owned();
            let back =
                aim.strip_prefix("/login?next=").and_then(|rest| rest.strip_suffix("&lost=1"));
            let back = back.unwrap_or_else(|| panic!("{path}: {aim}")).replace("%2F", "/");
            let page = nobody.get(&back).await;
            assert!(back == "/login" || is_refused(&page), "{path} leads back to {back}");
        }
    }
    let narrowed = nobody.get("/review?state=returned").await;
    assert_eq!(narrowed.aim(), "/login?next=%2Freview%3Fstate%3Dreturned");
    let lost = nobody.get("/login?next=%2Fcases&lost=1").await;
    lost.says("刚才填的没有提交");
    lost.says("name=\"next\" value=\"/cases\"");
    nobody.get("/login?next=%2Fcases").await.says_not("没有提交");
}
