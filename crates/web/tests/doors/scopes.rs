//! Somebody else's things: each address that names one is tried by whoever has it and by somebody
//! with the same role elsewhere, who finds nothing.

use crate::browser::{Browser, Seen};
use actions::{
    applications::{drafts, mine},
    inspections,
    places::import,
    tables::{Cell, Table, TableRow, find_header_of_places},
};
use axum::http::{Method, StatusCode};
use domain::{
    accounts::Role, applications::State, checkpoints::Standing, inspections::InspectionForm,
};
use testkit::{Door, TestHouse};
use web::routes::{Kind, Route, Who, table};

/// A place of the register in 颍州区, number 1.
async fn a_place(t: &TestHouse) {
    let row = |number, texts: [&str; 3]| TableRow {
        number,
        cells: texts.iter().map(|text| Cell::Text((*text).to_owned())).collect(),
    };
    let rows =
        vec![row(1, ["场所名称", "地址", "县区"]), row(2, ["鼓楼公厕", "鼓楼巷 3 号", "颍州区"])];
    let table = Table { rows, merged: Vec::new() };
    let header = find_header_of_places(&table.rows).unwrap();
    let checked = import::check(t, &table, &header, &mut |_| true).await.unwrap().unwrap();
    import::save(t, &checked.good, t.now()).await.unwrap();
}

/// An inspection of the door that waits for its manager, by whoever has this session.
async fn an_inspection(t: &TestHouse, door: &Door, inspector: &str) -> i64 {
    let inspector = t.staff(inspector).await.as_inspector().unwrap();
    let form = InspectionForm {
        outcome: "findings".to_owned(),
        findings: vec!["not_posted".to_owned()],
        days: "3".to_owned(),
        ..InspectionForm::default()
    };
    inspections::record(t, &inspector, (door.number, 0), &form).await.unwrap()
}

/// What a manager, a reviewer and an inspector of 颍州区 have: a door with a device, an application and
/// an inspection, a draft.
struct Things {
    door: Door,
    device: i64,
    application: i64,
    draft: i64,
    place_round: i64,
    inspection: i64,
}

impl Things {
    async fn new(t: &TestHouse, inspector: &str) -> Self {
        let door = t.door().await;
        t.duty(&door).await;
        let device = t.registry.devices_at(door.number).await.unwrap()[0].id;
        let manager = t.staff(&door.manager).await.as_manager().unwrap();
        let draft = drafts::keep(t, &manager, &t.checkpoint_form()).await.unwrap();
        a_place(t).await;
        let application = t.registry.application_of(door.number).await.unwrap().unwrap().0;
        let place_round = t.registry.place(1).await.unwrap().unwrap().round;
        let inspection = an_inspection(t, &door, inspector).await;
        Self { door, device, application, draft, place_round, inspection }
    }

    /// Holds that nobody has changed any of them.
    async fn are_there(&self, t: &TestHouse, at: &str) {
        let manager = t.staff(&self.door.manager).await.as_manager().unwrap();
        assert_eq!(drafts::one(t, &manager, self.draft).await.unwrap().round, 1, "{at}");
        let door = mine::one(t, &manager, self.door.number).await.unwrap();
        assert!(door.row.standing == Standing::Open && door.devices[0].revoked.is_none(), "{at}");
        assert!(door.row.state == State::Approved && door.life.is_empty(), "{at}");
        assert_eq!(t.registry.place(1).await.unwrap().unwrap().round, self.place_round, "{at}");
        let list = inspections::my_list(t, &manager, None, &inspections::Filter::default()).await;
        let list = list.unwrap();
        assert_eq!((list.total, list.rows[0].round), (1, 0), "{at}");
    }

    /// The route's address of these; none when it names no thing.
    fn address(&self, route: &Route) -> Option<String> {
        let path = route.path;
        let id = match path {
            _ if path.contains("/inspections/doors/{id}") => i64::from(self.door.number.0),
            _ if path.contains("/inspections/{id}") || path.contains("/mine/{id}") => {
                self.inspection
            }
            _ if path.contains("/checkpoints/{id}") => i64::from(self.door.number.0),
            _ if path.contains("/drafts/{id}") => self.draft,
            _ if path.contains("/review/{id}") || path.contains("/applications/{id}") => {
                self.application
            }
            _ if path.contains("/places/{id}") => 1,
            _ => return None,
        };
        let path = path.replace("{id}", &id.to_string());
        let path = path.replace("{device}", &self.device.to_string());
        Some(path.replace("{size}", "A4.pdf").replace("{file}", "A4.pdf"))
    }
}

/// How it is said that there is no such thing. Pages of drafts do not tell one that was never the
/// caller's from one that is gone: what was typed goes on as a new form, and nothing is deleted.
fn nothing(route: &Route) -> StatusCode {
    match route.path.strip_prefix("/venue/drafts/{id}/") {
        Some("delete") => StatusCode::SEE_OTHER,
        Some(_) => StatusCode::CONFLICT,
        None => StatusCode::NOT_FOUND,
    }
}

/// What is sent to an address so that it gets as far as the thing it names.
fn body(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap() {
        "approve" => "{\"round\":1}",
        "return" => "{\"round\":1,\"reason\":\"x\"}",
        "suspend" => "{\"reason\":\"x\"}",
        "place" => "{\"place\":1,\"round\":0}",
        "match" => "{\"round\":0,\"state\":\"no_unit\"}",
        "accept" => "{\"round\":0}",
        "send-back" => "{\"round\":0,\"reason\":\"x\",\"days\":1}",
        "answer" => "{\"round\":0,\"words\":\"x\"}",
        _ if path.contains("/inspections/doors/") => "{\"newest\":1,\"findings\":[]}",
        "poster-reports" => "{\"fault\":\"damaged\",\"code_number\":\"x\"}",
        "application" | "change" => "{\"round\":1,\"form\":{}}",
        _ if path.contains("/drafts/") => "{\"round\":1,\"form\":{}}",
        _ => "{}",
    }
}

async fn tried(browser: &mut Browser, route: &Route, path: &str) -> Seen {
    match (&route.method, route.kind) {
        (&Method::GET, _) => browser.get(path).await,
        (method, Kind::Api) => {
            let json = [("content-type", "application/json")];
            browser.ask(method, path, &json, body(path).to_owned()).await
        }
        _ => {
            let fields: &[(&str, &str)] = match path.rsplit('/').next().unwrap() {
                "poster-reports" => &[("fault", "damaged")],
                "close" => &[("sure_close", "1")],
                "place" => &[("place", "1"), ("place_round", "0")],
                _ if path.starts_with("/places/") => &[("round", "0"), ("organisation", "none")],
                "accept" => &[("round", "0")],
                "send-back" => &[("round", "0"), ("reason", "x"), ("days", "1")],
                "answer" => &[("round", "0"), ("words", "x")],
                _ if path.starts_with("/inspections/doors/") => {
                    &[("seen", "1"), ("outcome", "in_order")]
                }
                "approve" | "return" | "suspend" | "resume" => &[("round", "1"), ("reason", "x")],
                _ => &[],
            };
            browser.post(path, fields).await
        }
    }
}

#[tokio::test]
async fn somebody_elses_thing_is_not_found_at_any_address() {
    let t = TestHouse::new().await;
    let stranger = t.manager_with_organisation().await;
    let elsewhere = t.staff_token(Role::Reviewer, "341203").await;
    let here = t.staff_token(Role::Reviewer, "341202").await;
    let inspector_elsewhere = t.staff_token(Role::Inspector, "341203").await;
    let inspector_here = t.staff_token(Role::Inspector, "341202").await;
    let mut count = 0;
    for route in table() {
        let things = match route.who {
            // Jobs and offers have tests of their own: nobody has them by being of a unit.
            _ if ["/poster-jobs/", "/posters/{id}", "/invitations/"]
                .iter()
                .any(|own| route.path.contains(own)) =>
            {
                continue;
            }
            Who::Manager | Who::Reviewer | Who::Inspector if route.path.contains("{id}") => {
                Things::new(&t, &inspector_here).await
            }
            _ => continue,
        };
        let Some(path) = things.address(&route) else { panic!("{} names what?", route.path) };
        let (own, other) = match route.who {
            Who::Manager => (&things.door.manager, &stranger),
            Who::Inspector => (&inspector_here, &inspector_elsewhere),
            _ => (&here, &elsewhere),
        };
        let at = format!("{} {path}", route.method);
        let seen = tried(&mut Browser::of(&t, other).await, &route, &path).await;
        assert_eq!(seen.status, nothing(&route), "{at}");
        things.are_there(&t, &at).await;
        if route.path.ends_with("/lay-down") {
            // A unit's manager has not taken the door over from anybody.
            continue;
        }
        let seen = tried(&mut Browser::of(&t, own).await, &route, &path).await;
        let shut = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(!shut.contains(&seen.status), "{at}: {}", seen.status);
        assert!(!seen.status.is_server_error(), "{at}: {}", seen.status);
        count += 1;
    }
    assert!(count >= 50, "{count}");
}
