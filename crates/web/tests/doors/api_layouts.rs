//! Layouts and accounts through the API, for the administrator.

use crate::program::{Program, door_form, with};
use axum::http::Method;
use domain::accounts::Role;
use serde_json::json;
use testkit::TestHouse;
use web::routes::body_bytes_max;

const LAYOUTS: &str = "/api/v1/layouts";

#[tokio::test]
async fn a_layout_is_checked_looked_at_and_put_in_force() {
    let t = TestHouse::new().await;
    let program = Program::new(&t, &t.staff_token(Role::Administrator, "").await);
    let example = program.get("/api/v1/layout-examples/A4.svg").await;
    example.is_file("image/svg+xml", b"<");
    program.get("/api/v1/layout-examples/A4.pdf").await.refuses(404);
    let svg = example.text();
    let send = |query: &str, kind: &'static str, body: String| {
        let path = format!("{LAYOUTS}?{query}");
        let program = &program;
        async move { program.send(Method::POST, &path, Some(kind), body).await }
    };
    let (good, kind) = ("size=A4&county=341202&note=2026", "image/svg+xml");
    let hostile = svg.replacen("</svg>", "<script>alert(1)</script></svg>", 1);
    send(good, kind, hostile).await.refuses_fields(&["file"]);
    send("county=x", kind, svg.clone()).await.refuses_fields(&["size", "note", "county"]);
    send("size=A4&not=2026", kind, svg.clone()).await.refuses(400);
    send(good, "text/html", svg.clone()).await.refuses(415);
    let long = svg.clone() + &" ".repeat(body_bytes_max(LAYOUTS));
    send(good, kind, long).await.refuses(413);

    let kept = send(good, kind, svg.clone()).await;
    assert_eq!(kept.json(), json!({ "version": 2 }));
    assert_eq!(program.get(kept.place()).await.text(), svg);
    program.get(&format!("{LAYOUTS}/2/preview.pdf")).await.is_file("application/pdf", b"%PDF");
    program.press(&format!("{LAYOUTS}/2/end")).await.refuses(409);
    program.press(&format!("{LAYOUTS}/2/begin")).await.told(204);
    program.press(&format!("{LAYOUTS}/2/begin")).await.refuses(409);
    let layout = program.get(LAYOUTS).await.told(200)["layouts"][0].clone();
    assert_eq!(
        (layout["size"].clone(), layout["region_name"].clone()),
        (json!("A4"), json!("颍州区"))
    );
    assert_eq!(layout["in_force"], true);
    program.press(&format!("{LAYOUTS}/2/end")).await.told(204);
    for path in ["9/begin", "9/end", "x/begin"] {
        program.press(&format!("{LAYOUTS}/{path}")).await.refuses(404);
    }
}

#[tokio::test]
async fn an_invitation_names_a_role_and_only_a_reviewer_has_a_county() {
    let t = TestHouse::new().await;
    let program = Program::new(&t, &t.staff_token(Role::Administrator, "").await);
    let invite = async |role: &str, county: &str| {
        program.post("/api/v1/invitations", &json!({ "role": role, "county": county })).await
    };
    invite("manager", "").await.refuses_fields(&["role"]);
    invite("auditor", "341202").await.refuses_fields(&["county"]);
    invite("reviewer", "000000").await.refuses_fields(&["county"]);
    let url = invite("reviewer", "").await.told(201)["url"].clone();
    let link = url.as_str().unwrap().rsplit('/').next().unwrap();
    let nobody = Program::new(&t, "");
    let account = format!("/api/v1/invitations/{link}/account");
    nobody.post(&account, &json!({})).await.refuses_fields(&["name", "phone"]);
    // A link for one thing is none for another.
    nobody.press(&format!("/api/v1/sign-in-links/{link}/session")).await.refuses(404);
    nobody.get(&format!("/api/v1/invitations/{link}")).await.told(200);
}

#[tokio::test]
async fn a_form_is_filled_in_from_what_the_api_offers() {
    let t = TestHouse::new().await;
    let program = Program::new(&t, &t.manager().await);
    let regions = program.get("/api/v1/regions").await.told(200);
    let regions = regions["regions"].as_array().unwrap();
    let city: Vec<_> = regions.iter().filter(|region| region["parent"].is_null()).collect();
    assert_eq!((city.len(), city[0]["name"].clone()), (1, json!("阜阳市")));
    let township = regions.iter().find(|region| region["code"] == "341202001").unwrap();
    assert_eq!(township["parent"], "341202");
    let groups = program.get("/api/v1/categories").await.told(200)["groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 5);
    assert_eq!(groups[0]["members"][4]["name"], "医院");
    assert_eq!(groups[0]["members"][4]["in_use"], true);
}

#[tokio::test]
async fn what_the_administrator_makes_of_the_tree_is_what_forms_offer() {
    let t = TestHouse::new().await;
    let administrator = Program::new(&t, &t.staff_token(Role::Administrator, "").await);
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    let groups = async || manager.get("/api/v1/categories").await.told(200)["groups"].clone();
    let hospital = json!({
        "name": "医疗机构", "usual_stay_minutes": 95, "in_use": false, "changed_ms": 0,
    });
    administrator.put("/api/v1/categories/105", &hospital).await.told(204);
    administrator.put("/api/v1/categories/105", &hospital).await.refuses(409);
    let new = json!({ "name": "疫苗接种点", "usual_stay_minutes": 40 });
    administrator.post("/api/v1/category-groups/1/categories", &new).await.told(204);
    administrator
        .post("/api/v1/category-groups/1/categories", &new)
        .await
        .refuses_fields(&["name"]);
    administrator.post("/api/v1/category-groups/7/categories", &new).await.refuses(404);
    administrator.post("/api/v1/category-groups", &json!({ "name": "临时场所" })).await.told(204);
    let renamed =
        json!({ "name": "临时与流动场所", "changed_ms": groups().await[5]["changed_ms"] });
    administrator.put("/api/v1/category-groups/6", &renamed).await.told(204);
    let groups = groups().await;
    assert_eq!((&groups[5]["name"], &groups[5]["members"]), (&json!("临时与流动场所"), &json!([])));
    let members = groups[0]["members"].as_array().unwrap();
    let hospital = &members[4];
    assert_eq!((&hospital["name"], &hospital["in_use"]), (&json!("医疗机构"), &json!(false)));
    let new = &members[members.len() - 1];
    assert_eq!((&new["name"], &new["usual_stay_minutes"]), (&json!("疫苗接种点"), &json!(40)));
    // A form is held to it.
    let form = with(&door_form(&t), "category", "105");
    manager.post("/api/v1/checkpoints", &form).await.refuses_fields(&["category"]);
    let form = with(&form, "category", new["code"].as_str().unwrap());
    manager.post("/api/v1/checkpoints", &form).await.told(201);
}
