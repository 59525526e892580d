//! 我的码: for whoever scans the person at a door. Renews itself; without scripts a link does.

use super::show;
use crate::{
    answer::{PageFailure, Shown},
    page::Page,
    seat::As,
};
use actions::{
    House,
    accounts::principals::Visitor,
    people::{
        mine::masked_name,
        my_code::{MyCode, my_code},
    },
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/my_code.html")]
struct MyCodePage<'a> {
    p: &'a Page,
    masked_name: String,
    code: MyCode,
}

#[derive(Template)]
#[template(path = "visitor/my_code_part.html")]
struct MyCodePart<'a> {
    p: &'a Page,
    masked_name: String,
    code: MyCode,
}

/// `GET /me/code`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    headers: HeaderMap,
) -> Shown {
    let fail = |failure| PageFailure(p.clone(), failure);
    let masked_name = masked_name(&house, &visitor).map_err(fail)?;
    let code = my_code(&house, &visitor).map_err(fail)?;
    if headers.contains_key("x-part") {
        return show(&p, StatusCode::OK, &MyCodePart { p: &p, masked_name, code });
    }
    show(&p, StatusCode::OK, &MyCodePage { p: &p, masked_name, code })
}
