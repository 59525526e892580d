//! The register of places on the reviewer's pages.

use crate::{browser::Browser, venue::door_fields};
use actions::{accounts::principals::Administrator, places::take};
use axum::http::StatusCode;
use domain::{accounts::Role, places::PlaceForm};
use testkit::TestHouse;

async fn reviewer(t: &TestHouse, region: &str) -> Browser {
    Browser::of(t, &t.staff_token(Role::Reviewer, region).await).await
}

/// Takes places of 颍州区 into the register: name and address.
async fn listed(t: &TestHouse, places: &[(&str, &str)]) {
    let token = t.staff_token(Role::Administrator, "").await;
    let caller: Administrator = t.staff(&token).await.as_administrator().unwrap();
    let form = |(name, address): &(&str, &str)| PlaceForm {
        name: (*name).into(),
        address: (*address).into(),
        county: "341202".into(),
        ..PlaceForm::default()
    };
    let forms: Vec<PlaceForm> = places.iter().map(form).collect();
    take(t, &caller, &forms).await.unwrap().unwrap();
}

/// A unit applies for a door; the name and address of its place.
async fn applied(t: &TestHouse) -> (String, String) {
    let mut manager = Browser::of(t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    let fields = door_fields("东门");
    manager.post("/venue/checkpoints/new", &fields).await.aim();
    let of = |name| fields.iter().find(|(field, _)| *field == name).unwrap().1.to_owned();
    (of("name"), of("address"))
}

#[tokio::test]
async fn an_empty_register_says_how_it_is_filled() {
    let t = TestHouse::new().await;
    let mut reviewer = reviewer(&t, "341202").await;
    let seen = reviewer.get("/places").await;
    seen.says("还没有场所名录");
    seen.says("venuecode import places FILE");
    reviewer.get("/places/sure").await.says("没有可以一次对应的场所");
}

#[tokio::test]
async fn a_place_is_settled_and_the_next_one_is_open() {
    let t = TestHouse::new().await;
    let (name, address) = applied(&t).await;
    listed(&t, &[(&name, &address), ("<script>alert(1)</script>", "鼓楼巷 3 号")]).await;
    let mut reviewer = reviewer(&t, "341202").await;
    let seen = reviewer.get("/places").await;
    seen.says("有线索");
    seen.says("相符 100 分 · 名称相同 · 门牌相同");
    seen.says("name=\"next\" value=\"2\"");
    seen.says_not("<script>alert");
    let unit = seen.text().split("name=\"organisation\" value=\"").nth(1).unwrap().to_owned();
    let unit = unit.split('"').next().unwrap().to_owned();
    let fields = [("state", "open"), ("round", "0"), ("organisation", &unit), ("next", "2")];
    let done = reviewer.post("/places/1", &fields).await;
    assert_eq!(done.aim(), "/places?state=open&id=2&done=confirmed");
    let next = reviewer.get(done.aim()).await;
    next.says("已对应上一个场所");
    next.says("没有相近的单位");
    // Whoever looked before that is told so, and sees how it stands.
    let late = reviewer.post("/places/1", &[("round", "0"), ("organisation", "none")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.says("这个场所刚有人处理过");
    late.says("name=\"round\" value=\"1\"");
    let none = reviewer.post("/places/2", &[("round", "0"), ("organisation", "none")]).await;
    assert_eq!(none.aim(), "/places?state=open&done=no_unit");
    reviewer.get(none.aim()).await.says("都对应完了");
    let marked = reviewer.get("/places?state=no_unit&id=2").await;
    marked.says("已标为无对应单位：没有单位为它申请。");
    let back = [("state", "no_unit"), ("round", "1"), ("organisation", "")];
    let back = reviewer.post("/places/2", &back).await;
    reviewer.get(back.aim()).await.says("已撤回，这个场所待对应。");
}

#[tokio::test]
async fn a_unit_is_looked_for_by_its_name_and_one_that_is_gone_is_said() {
    let t = TestHouse::new().await;
    applied(&t).await;
    listed(&t, &[("鼓楼公厕", "鼓楼巷 3 号")]).await;
    let mut reviewer = reviewer(&t, "341202").await;
    let unit = t.registry.organisation(1).await.unwrap().unwrap().new.name;
    let part: String = unit.chars().take(3).collect();
    let address = form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
    let found = reviewer.get(&format!("/places?id=1&unit={address}")).await;
    found.says(&unit);
    found.says("就是这个单位");
    reviewer.get("/places?id=1&unit=xyz").await.says("没有找到“xyz”");
    for organisation in ["999", "x"] {
        let fields = [("round", "0"), ("organisation", organisation)];
        let seen = reviewer.post("/places/1", &fields).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        seen.says("没有这个单位，请重新选择");
    }
}

#[tokio::test]
async fn those_without_doubt_are_shown_and_confirmed_together() {
    let t = TestHouse::new().await;
    let (name, address) = applied(&t).await;
    listed(&t, &[(&name, &address), ("鼓楼公厕", "鼓楼巷 3 号")]).await;
    let mut reviewer = reviewer(&t, "341202").await;
    reviewer.get("/places").await.says("href=\"/places/sure?state=open\"");
    let shown = reviewer.get("/places/sure?state=open").await;
    shown.says("对应这 1 个场所");
    shown.says(&name);
    shown.says_not("鼓楼公厕");
    let seen = shown.text().split("name=\"seen\" value=\"").nth(1).unwrap().to_owned();
    let seen = seen.split('"').next().unwrap().to_owned();
    let fields = [("state", "open"), ("seen", seen.as_str())];
    let done = reviewer.post("/places/sure/confirm", &fields).await;
    assert_eq!(done.aim(), "/places?state=open&done=sure&count=1&doubted=0");
    let list = reviewer.get(done.aim()).await;
    list.says("已对应 1 个场所。");
    list.says_not("href=\"/places/sure");
    reviewer.get("/places?state=confirmed").await.says(&name);
}
