//! The register of health status on the desk: one person looked at and set, masked and in the audit.

use crate::browser::Browser;
use axum::http::StatusCode;
use domain::{accounts::Role, audit::Deed};
use testkit::{TestHouse, id_number};

async fn investigator(t: &TestHouse) -> Browser {
    Browser::of(t, &t.staff_token(Role::Investigator, "").await).await
}

#[tokio::test]
async fn a_status_is_set_and_then_seen_without_the_number_in_any_address() {
    let t = TestHouse::new().await;
    let mut desk = investigator(&t).await;
    desk.get("/health-status").await.says("健康码登记");
    let number = id_number(8_100);
    let fields = [
        ("id_kind", "resident_id"),
        ("id_number", number.as_str()),
        ("reason", "疾控中心通知"),
        ("colour", "red"),
        ("result", "positive"),
        ("sampled", "2026-11-22 08:30"),
        ("organisation", "阜阳市人民医院"),
    ];
    let done = desk.post("/health-status", &fields).await;
    assert_eq!(done.aim(), "/health-status?done=waits");
    desk.get("/health-status?done=waits").await.says("登记时立即生效");
    let seen = desk.post("/health-status/look", &fields[..3]).await;
    assert_eq!(seen.status, StatusCode::OK);
    for text in ["红码", "阳性", "2026-11-22 08:30", "阜阳市人民医院", "还没有在本系统登记"]
    {
        seen.says(text);
    }
    let text = seen.text();
    let record = text.split("</dl>").next().unwrap();
    assert!(!record.contains(&number), "the record shows the masked number alone");
    let lines = t.registry.audit_page(Some(Deed::HealthStatusSought), 10, 0).await.unwrap();
    assert_eq!(lines.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_marked_at_its_field_and_nothing_typed_is_lost() {
    let t = TestHouse::new().await;
    let mut desk = investigator(&t).await;
    desk.get("/health-status").await;
    let typed = [("id_number", "123"), ("name", "王小明"), ("sampled", "昨天")];
    let refused = desk.post("/health-status", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["id_number", "reason", "sampled"] {
        refused.says(&format!("id=\"{field}-wrong\""));
    }
    refused.says("value=\"王小明\"");
    let refused = desk.post("/health-status/look", &typed[..1]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
