//! Posters by the thousand through the API: ordered, waited for, downloaded in parts, deleted.

use crate::{browser::Seen, program::Program, support::ask};
use actions::posters::jobs::run;
use axum::http::{Method, StatusCode, header};
use domain::accounts::Role;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use testkit::TestHouse;

const OF_UNIT: &str = "/api/v1/organisation/poster-jobs";
const OF_REGION: &str = "/api/v1/poster-jobs";

/// The job once it is done.
async fn done(program: &Program, place: &str) -> Value {
    for _ in 0..1_000 {
        let job = program.get(place).await.told(200);
        if job["state"] == "done" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{place} was never done");
}

async fn part(t: &TestHouse, program: &Program, path: &str, range: &str) -> Seen {
    let bearer = format!("Bearer {}", program.token);
    let headers = [("authorization", bearer.as_str()), ("range", range)];
    ask(&crate::support::router(t), &Method::GET, path, &headers, "").await
}

#[tokio::test]
async fn a_job_of_the_unit_is_ordered_drawn_downloaded_and_deleted() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let manager = Program::new(&t, &door.manager);
    assert_eq!(manager.get(OF_UNIT).await.told(200), json!({ "jobs": [] }));
    let wrong = json!({ "size": "A9", "form": "x" });
    manager.post(OF_UNIT, &wrong).await.refuses_fields(&["size", "form"]);
    let order = json!({ "size": "A4", "bleed": true, "form": "pdf" });
    let ordered = manager.post(OF_UNIT, &order).await;
    let place = ordered.place().to_owned();
    let job = ordered.json();
    assert_eq!((&job["state"], &job["poster"]), (&json!("waiting"), &json!("A4-bleed")));
    assert!(job["bytes"].is_null() && job["fault"].is_null() && job["region_name"].is_null());
    let file = format!("{place}/file");
    manager.get(&file).await.refuses(404);
    let house = Arc::clone(&t.house);
    let drawing = tokio::spawn(async move { run(&house).await });
    let job = done(&manager, &place).await;
    assert_eq!((&job["done"], &job["total"], &job["not_drawn"]), (&json!(1), &json!(1), &json!(0)));
    let whole = manager.get(&file).await;
    whole.is_file("application/pdf", b"%PDF");
    assert_eq!(job["bytes"], whole.bytes.len());
    let rest = part(&t, &manager, &file, "bytes=100-").await;
    assert_eq!((rest.status, &rest.bytes[..]), (StatusCode::PARTIAL_CONTENT, &whole.bytes[100..]));
    let over = part(&t, &manager, &file, "bytes=99999999-").await;
    over.refuses(416);
    let length = whole.bytes.len();
    assert_eq!(over.header(header::CONTENT_RANGE), format!("bytes */{length}"));
    // Nobody else has it: neither another manager nor the reviewer of the county.
    let other = Program::new(&t, &t.manager_with_organisation().await);
    other.get(&place).await.refuses(404);
    other.delete(&place).await.refuses(404);
    other.get(&file).await.refuses(404);
    let reviewer = Program::new(&t, &t.staff_token(Role::Reviewer, "341202").await);
    reviewer.get(&format!("{OF_REGION}/1")).await.refuses(404);
    manager.delete(&place).await.told(204);
    manager.get(&place).await.refuses(404);
    assert_eq!(manager.get(OF_UNIT).await.told(200)["jobs"], json!([]));
    t.poster_jobs.stop();
    drawing.await.unwrap();
}

#[tokio::test]
async fn a_reviewer_orders_for_the_own_county_and_ends_it() {
    let t = TestHouse::new().await;
    t.door().await;
    let reviewer = Program::new(&t, &t.staff_token(Role::Reviewer, "341202").await);
    let order = |region: &str| json!({ "region": region, "size": "A4", "form": "zip" });
    reviewer.post(OF_REGION, &order("341203")).await.refuses_fields(&["region"]);
    reviewer.post(OF_REGION, &order("341202999")).await.refuses_fields(&["region"]);
    let place = reviewer.post(OF_REGION, &order("341202")).await.place().to_owned();
    let job = reviewer.get(&place).await.told(200);
    assert_eq!((&job["region_name"], &job["total"]), (&json!("颍州区"), &json!(1)));
    let other = Program::new(&t, &t.staff_token(Role::Reviewer, "341202").await);
    for seen in [
        other.get(&place).await,
        other.delete(&place).await,
        other.get(&format!("{place}/file")).await,
    ] {
        seen.refuses(404);
    }
    reviewer.delete(&place).await.told(204);
    let job = reviewer.get(&place).await.told(200);
    assert_eq!((&job["state"], &job["file_name"]), (&json!("cancelled"), &Value::Null));
    for _ in 0..3 {
        reviewer.post(OF_REGION, &order("341202")).await.place();
    }
    reviewer.post(OF_REGION, &order("341202")).await.refuses(409);
    assert_eq!(reviewer.get(OF_REGION).await.told(200)["jobs"].as_array().unwrap().len(), 4);
}
