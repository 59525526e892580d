//! Drafts through the API: kept half way, two people at one, a table, all submitted.

use crate::program::{Program, door_form, with};
use axum::http::{Method, StatusCode, header};
use domain::accounts::Role;
use serde_json::{Value, json};
use testkit::TestHouse;
use web::routes::body_bytes_max;

const DRAFTS: &str = "/api/v1/drafts";
const TABLE: &str = "/api/v1/drafts/table";
const HEAD: &str = "场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话";

async fn manager(t: &TestHouse) -> Program {
    Program::new(t, &t.manager_with_organisation().await)
}

fn fields(draft: &Value) -> Vec<&str> {
    let errors = draft["errors"].as_array().unwrap();
    errors.iter().map(|error| error["field"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_draft_is_kept_half_way_and_two_people_do_not_overwrite_each_other() {
    let t = TestHouse::new().await;
    let (one, stranger) = (manager(&t).await, manager(&t).await);
    let made = one.post(DRAFTS, &json!({ "name": "阜阳市人民医院（南区）" })).await;
    let place = made.place().to_owned();
    let draft = one.get(&place).await.told(200);
    assert_eq!(draft, made.json());
    assert!(fields(&draft).contains(&"door") && !fields(&draft).contains(&"name"));
    assert_eq!((draft["line"].clone(), draft["form"]["door"].clone()), (json!(null), json!("")));

    let form = door_form(&t);
    let write = json!({ "round": draft["round"], "form": with(&form, "door", "") });
    let seen = one.put(&place, &write).await.told(200);
    assert_eq!(fields(&seen), ["door"]);
    one.put(&place, &write).await.refuses(409);
    let again = json!({ "round": seen["round"], "form": with(&form, "door", "") });
    let submit = format!("{place}/submit");
    one.post(&submit, &again).await.refuses_fields(&["door"]);
    one.post(&submit, &again).await.refuses(409);

    for path in [&place, &submit] {
        stranger.post(path, &again).await;
    }
    stranger.get(&place).await.refuses(404);
    stranger.put(&place, &again).await.refuses(404);
    stranger.post(&submit, &again).await.refuses(404);
    stranger.delete(&place).await.refuses(404);

    let round = &one.get(&place).await.told(200)["round"];
    let made = one.post(&submit, &json!({ "round": round, "form": form })).await;
    assert_eq!(one.get(made.place()).await.told(200)["form"], form);
    one.get(&place).await.refuses(404);
}

#[tokio::test]
async fn a_table_becomes_drafts_and_the_good_ones_applications() {
    let t = TestHouse::new().await;
    let manager = manager(&t).await;
    let book = manager.get("/api/v1/drafts/table.xlsx").await;
    book.is_file("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK");
    let table = format!(
        "{HEAD}\n\
         百姓缘大药房,东门,三清路 1 号,颍州区,鼓楼街道,药店,赵敏,13800138000\n\
         百姓缘大药房,西门,三清路 1 号,颍州区,鼓楼街道,药店,赵敏,13800138000\n\
         百姓缘大药房,,三清路 1 号,颍州区,鼓楼街道,药店,赵敏,13800138000\n"
    );
    let taken = manager.send(Method::POST, TABLE, Some("text/csv"), table).await;
    assert_eq!((taken.place(), taken.json()), (DRAFTS, json!({ "rows": 3 })));
    let all = manager.get(DRAFTS).await.told(200);
    assert_eq!((all["total"].clone(), all["faulty"].clone()), (json!(3), json!(1)));
    assert_eq!((all["pages"].clone(), all["page_size_max"].clone()), (json!(1), json!(50)));
    let faulty = manager.get("/api/v1/drafts?show=faulty&page=7").await.told(200);
    assert_eq!((faulty["page"].clone(), faulty["drafts"][0]["line"].clone()), (json!(0), json!(4)));
    assert_eq!(fields(&faulty["drafts"][0]), ["door"]);

    let came = manager.press("/api/v1/drafts/submit").await.told(200);
    assert_eq!(came, json!({ "submitted": 2, "left": 1 }));
    assert_eq!(manager.get("/api/v1/checkpoints").await.json()["total"], 2);
    manager.delete(&format!("{DRAFTS}/{}", faulty["drafts"][0]["id"])).await.told(204);
    manager.post(DRAFTS, &json!({})).await.place();
    assert_eq!(manager.delete(DRAFTS).await.told(200), json!({ "deleted": 1 }));
    assert_eq!(manager.get(DRAFTS).await.json()["total"], 0);
}

/// A table of so many doors, every one as it should be.
fn good_table(doors: usize) -> String {
    let row =
        |n| format!("百姓缘大药房,{n} 号门,三清路 1 号,颍州区,鼓楼街道,药店,赵敏,13800138000\n");
    format!("{HEAD}\n{}", (0..doors).map(row).collect::<String>())
}

#[tokio::test]
async fn all_doors_of_a_table_get_their_posters_and_no_more_than_two_at_a_time() {
    let t = TestHouse::new().await;
    let manager = manager(&t).await;
    manager.send(Method::POST, TABLE, Some("text/csv"), good_table(48)).await.place();
    let came = manager.press("/api/v1/drafts/submit").await.told(200);
    assert_eq!(came, json!({ "submitted": 48, "left": 0 }));
    let reviewer = Program::new(&t, &t.staff_token(Role::Reviewer, "341202").await);
    let seen = reviewer.get("/api/v1/applications").await.told(200)["seen_ms"].clone();
    let many = json!({ "seen_ms": seen, "category": "204" });
    let came = reviewer.post("/api/v1/applications/approve", &many).await.told(200);
    assert_eq!(came, json!({ "approved": 48, "to": "approved", "left": 0 }));
    let archive = "/api/v1/posters/A4.zip";
    let (first, _second) = (manager.open(archive).await, manager.open(archive).await);
    assert_eq!(first.status(), StatusCode::OK);
    let third = manager.get(archive).await;
    third.refuses(503);
    assert_eq!(third.header(header::RETRY_AFTER), "1");
}

#[tokio::test]
async fn what_is_no_table_is_refused_and_says_why() {
    let t = TestHouse::new().await;
    let manager = manager(&t).await;
    let send =
        |kind: &'static str, body: Vec<u8>| manager.send(Method::POST, TABLE, Some(kind), body);
    send("text/csv", "门牌\n东门\n".into()).await.refuses_fields(&["file"]);
    send("application/octet-stream", b"\x89PNG\r\n".to_vec()).await.refuses_fields(&["file"]);
    send("application/octet-stream", Vec::new()).await.refuses_fields(&["file"]);
    send("multipart/form-data; boundary=x", Vec::new()).await.refuses(415);
    send("text/csv", vec![b'a'; body_bytes_max(TABLE) + 1]).await.refuses(413);
    assert_eq!(manager.get(DRAFTS).await.json()["total"], 0);
}

#[tokio::test]
async fn without_a_unit_there_are_no_drafts_and_no_applications() {
    let t = TestHouse::new().await;
    let manager = Program::new(&t, &t.manager().await);
    manager.get(DRAFTS).await.refuses(409);
    manager.get("/api/v1/drafts/1").await.refuses(409);
    manager.delete("/api/v1/drafts/1").await.refuses(409);
    manager.send(Method::POST, TABLE, Some("text/csv"), good_table(1)).await.refuses(409);
    manager.post(DRAFTS, &json!({})).await.refuses(409);
    manager.delete(DRAFTS).await.refuses(409);
    manager.press("/api/v1/drafts/submit").await.refuses(409);
    manager.post("/api/v1/checkpoints", &door_form(&t)).await.refuses(409);
    let list = manager.get("/api/v1/checkpoints").await.told(200);
    assert_eq!((list["total"].clone(), list["pages"].clone()), (json!(0), json!(1)));
}
