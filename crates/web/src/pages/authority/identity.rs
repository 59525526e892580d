//! One person's identity within a case. A POST, because it leaves a trace.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{failed, number, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Investigator,
    contact_tracing::identity::{self, Identity},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::people::PersonNumber;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "authority/identity.html")]
pub(super) struct IdentityPage {
    pub(super) p: Page,
    pub(super) identity: Identity,
    pub(super) back: String,
}

/// Where the investigator comes from.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    back: String,
}

/// `POST /cases/{id}/identities/{person}`
pub async fn open(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Investigator>,
    Path((case, person)): Path<(String, String)>,
    Checked(from): Checked<From>,
) -> Shown {
    let case = number(&case).map_err(failed(&p))?;
    let person = PersonNumber(number(&person).map_err(failed(&p))?);
    let identity = identity::open(&house, &caller, case, person).await.map_err(failed(&p))?;
    let back = back(case, &from.back);
    show(&p.clone(), StatusCode::OK, &IdentityPage { p, identity, back })
}

/// Back to the same look at the same case, and nowhere else.
fn back(case: i64, asked: &str) -> String {
    let desk = format!("/cases/{case}");
    match asked.strip_prefix(&format!("{desk}?")) {
        Some(rest) if rest.len() < 200 && rest.bytes().all(|b| b.is_ascii_graphic()) => {
            asked.to_owned()
        }
        _ => desk,
    }
}

#[cfg(test)]
mod tests {
    use super::back;

    #[test]
    fn the_way_back_stays_at_the_case() {
        assert_eq!(back(7, "/cases/7?window=30&entered=1"), "/cases/7?window=30&entered=1");
        for other in ["", "/cases/8?window=30", "//elsewhere.example", "javascript:alert(1)"] {
            assert_eq!(back(7, other), "/cases/7", "{other}");
        }
    }
}
