//! Every endpoint against its own description: what it promises to refuse it refuses, and with
//! nothing else.

use crate::{
    program::Program,
    support::{ask, filled, router},
};
use axum::{
    body::{Body, Bytes},
    http::{Method, StatusCode},
};
use domain::accounts::Role;
use futures_util::stream;
use serde_json::{Value, json};
use std::{collections::BTreeSet, io};
use testkit::TestHouse;
use utoipa::OpenApi;
use web::{
    api::openapi::Description,
    routes::{Kind, Route, Who, body_bytes_max, table},
};

/// Those that depend on how things stand, on the rate and on free places; each has a test of its own.
const BY_STATE: [u16; 4] = [409, 416, 429, 503];

/// The description of one endpoint.
struct Described {
    document: Value,
    operation: Value,
}

impl Described {
    fn of(document: &Value, route: &Route) -> Self {
        let method = route.method.as_str().to_ascii_lowercase();
        let operation = document["paths"][route.path][method.as_str()].clone();
        assert!(operation.is_object(), "{} {}", route.method, route.path);
        Self { document: document.clone(), operation }
    }

    /// The refusals that it promises.
    fn refusals(&self) -> BTreeSet<u16> {
        let statuses = self.operation["responses"].as_object().unwrap().keys();
        statuses.map(|status| status.parse().unwrap()).filter(|status| *status >= 400).collect()
    }

    /// The content type of its body, if it takes one.
    fn body(&self) -> Option<&str> {
        let content = self.operation["requestBody"]["content"].as_object()?;
        content.keys().next().map(String::as_str)
    }

    /// Names of the words of its query.
    fn query(&self) -> Vec<&str> {
        let all = self.operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let query = all.iter().filter(|parameter| parameter["in"] == "query");
        query.map(|parameter| parameter["name"].as_str().unwrap()).collect()
    }

    /// A body with something in every field.
    fn filled_in(&self) -> Value {
        let schema = &self.operation["requestBody"]["content"]["application/json"]["schema"];
        self.example(schema)
    }

    fn example(&self, schema: &Value) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            return self.example(&self.document["components"]["schemas"][name]);
        }
        match schema["type"].as_str() {
            Some("object") => {
                let fields = schema["properties"].as_object().unwrap();
                fields.iter().map(|(name, field)| (name.clone(), self.example(field))).collect()
            }
            Some("integer") => json!(1),
            Some("boolean") => json!(false),
            Some("array") => json!([]),
            Some("string") => match schema["enum"].get(0) {
                Some(one) => one.clone(),
                None => json!("x"),
            },
            _ => Value::Null,
        }
    }
}

/// Somebody with each role; the auditor has no endpoint of its own.
struct Everybody {
    all: Vec<(Who, Program)>,
    /// A manager without a unit.
    alone: String,
}

impl Everybody {
    async fn of(t: &TestHouse) -> Self {
        let mut all = vec![(Who::Manager, t.manager_with_organisation().await)];
        for (who, role) in [
            (Who::Reviewer, Role::Reviewer),
            (Who::Inspector, Role::Inspector),
            (Who::Administrator, Role::Administrator),
            (Who::Investigator, Role::Investigator),
            (Who::Auditor, Role::Auditor),
            (Who::PolicyOfficer, Role::PolicyOfficer),
            (Who::PrivacyOfficer, Role::PrivacyOfficer),
        ] {
            all.push((who, t.staff_token(role, "").await));
        }
        let all = all.into_iter().map(|(who, token)| (who, Program::new(t, &token)));
        Self { all: all.collect(), alone: t.manager().await }
    }

    fn who(&self, who: Who) -> &Program {
        let who = if who == Who::Staff { Who::Auditor } else { who };
        &self.all.iter().find(|(other, _)| *other == who).unwrap().1
    }
}

/// What comes of everything that can be wrong with a request to this endpoint.
async fn provoked(
    t: &TestHouse,
    all: &Everybody,
    route: &Route,
    described: &Described,
) -> BTreeSet<u16> {
    let (path, method) = (filled(route.path), &route.method);
    let nobody = Program::new(t, "");
    let caller = if route.who == Who::Anyone { &nobody } else { all.who(route.who) };
    let kind = described.body();
    let whole = || {
        if kind == Some("application/json") {
            described.filled_in().to_string()
        } else {
            String::new()
        }
    };
    let mut came = Vec::new();
    if route.who != Who::Anyone {
        came.push(nobody.send(method.clone(), &path, kind, whole()).await);
        came.push(Program::new(t, "x").send(method.clone(), &path, kind, whole()).await);
    }
    if !matches!(route.who, Who::Anyone | Who::Staff) {
        came.push(all.who(Who::Auditor).send(method.clone(), &path, kind, whole()).await);
    }
    if *method != Method::GET {
        let cookie = format!("vc_staff={}", caller.token);
        let site = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
        came.push(ask(&router(t), method, &path, &site, "").await);
        let origin = [
            ("cookie", cookie.as_str()),
            ("origin", "https://elsewhere.example"),
            ("host", "here"),
        ];
        let seen = ask(&router(t), method, &path, &origin, "").await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path}");
    }
    if path != route.path {
        came.push(caller.send(method.clone(), &path, kind, whole()).await);
    }
    if route.who == Who::Manager && *method == Method::GET {
        // Without a unit.
        let seen = Program::new(t, &all.alone).get(&path).await;
        came.extend((!seen.status.is_success()).then_some(seen));
    }
    if let Some(kind) = kind {
        came.push(caller.send(method.clone(), &path, Some("text/html"), "{}").await);
        let long = vec![b'a'; body_bytes_max(&path) + 1];
        came.push(caller.send(method.clone(), &path, Some(kind), long).await);
        came.push(caller.send(method.clone(), &path, Some(kind), "{").await);
        came.push(caller.send(method.clone(), &path, Some(kind), "{\"nonsense\":1}").await);
        let broken = stream::iter([Err::<Bytes, _>(io::Error::other("gone"))]);
        came.push(caller.send(method.clone(), &path, Some(kind), Body::from_stream(broken)).await);
    }
    let words = described.query();
    if !words.is_empty() {
        came.push(caller.send(method.clone(), &format!("{path}?nonsense=1"), kind, "").await);
        let odd: Vec<String> =
            words.iter().map(|word| format!("{word}={}", "!".repeat(99))).collect();
        came.push(
            caller.send(method.clone(), &format!("{path}?{}", odd.join("&")), kind, "").await,
        );
    }
    for seen in &came {
        assert!(!seen.status.is_success(), "{method} {path}: {} {}", seen.status, seen.text());
        seen.refuses(seen.status.as_u16());
    }
    came.into_iter().map(|seen| seen.status.as_u16()).collect()
}

#[test]
fn each_operation_has_a_name_of_its_own_and_whatever_it_names_is_described() {
    let document: Value = serde_json::from_str(&Description::openapi().to_json().unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations: Vec<&Value> =
        paths.flat_map(|item| item.as_object().unwrap().values()).collect();
    let names: BTreeSet<&str> =
        operations.iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
    assert!(names.contains("get_checkpoints_id_posters_file"), "{names:?}");
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    for operation in operations {
        assert!(
            operation["summary"].as_str().is_some_and(|text| text.ends_with('.')),
            "{operation}"
        );
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{operation}");
    }
}

#[tokio::test]
async fn every_endpoint_refuses_exactly_as_described() {
    let t = TestHouse::new().await;
    let all = Everybody::of(&t).await;
    let document: Value = serde_json::from_str(&Description::openapi().to_json().unwrap()).unwrap();
    let mut tried = 0;
    for route in table() {
        let staff = !matches!(route.who, Who::Visitor | Who::Duty | Who::Sign);
        if route.kind != Kind::Api || !route.path.starts_with("/api/") || !staff {
            continue;
        }
        let described = Described::of(&document, &route);
        let promised = described.refusals();
        let came = provoked(&t, &all, &route, &described).await;
        let at =
            format!("{} {}: {promised:?} are promised, {came:?} came", route.method, route.path);
        assert!(came.is_subset(&promised), "{at}");
        assert!(promised.difference(&came).all(|status| BY_STATE.contains(status)), "{at}");
        tried += 1;
    }
    assert!(tried >= 55, "{tried}");
}
