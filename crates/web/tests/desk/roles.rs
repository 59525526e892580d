//! Every address of the desk refuses everybody but its own role.

use crate::browser::Browser;
use axum::http::{Method, StatusCode};
use domain::accounts::Role;
use testkit::TestHouse;
use web::routes::{Who, table};

fn role(who: Who) -> Option<Role> {
    match who {
        Who::Manager => Some(Role::Manager),
        Who::Reviewer => Some(Role::Reviewer),
        Who::Investigator => Some(Role::Investigator),
        Who::Auditor => Some(Role::Auditor),
        Who::Administrator => Some(Role::Administrator),
        Who::Anyone | Who::Visitor | Who::Duty => None,
    }
}

/// The path with a number at every variable.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn each_role_enters_its_own_rooms_and_no_others() {
    let t = TestHouse::new().await;
    let mut browsers = Vec::new();
    for role in Role::ALL {
        browsers.push((role, Browser::of(&t, &t.staff_token(role, "").await).await));
    }
    let mut tried = 0;
    for route in table() {
        let Some(own) = role(route.who) else { continue };
        let path = filled(route.path);
        for (role, browser) in &mut browsers {
            let seen = match route.method {
                Method::GET => browser.get(&path).await,
                _ => browser.post(&path, &[]).await,
            };
            let refused = seen.status == StatusCode::FORBIDDEN;
            assert_eq!(
                refused,
                *role != own,
                "{role:?} at {} {path}: {}",
                route.method,
                seen.status
            );
            assert!(!seen.status.is_server_error(), "{} {path}", route.method);
            tried += 1;
        }
        let mut nobody = Browser::new(&t).await;
        let seen = match route.method {
            Method::GET => nobody.get(&path).await,
            _ => nobody.post(&path, &[]).await,
        };
        assert!(seen.aim().starts_with("/login"), "{} {path}", route.method);
    }
    assert!(tried >= 5 * 20, "{tried}");
}
