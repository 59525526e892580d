//! Every address of the house, in one table: the router is built from it, and tests go through it.

use crate::{api, assets, live, pages};
use actions::{House, applications::drafts::UPLOAD_BYTES_MAX, posters::layouts};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Method,
    routing::{MethodRouter, get},
};
use std::sync::Arc;

/// Most bytes of a request's body.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Most bytes of a request's body to this address: files that are uploaded are longer than any form.
#[must_use]
pub fn body_bytes_max(path: &str) -> usize {
    // The file, and what surrounds it.
    match path {
        TABLE_UPLOAD => UPLOAD_BYTES_MAX + BODY_BYTES_MAX,
        LAYOUT_UPLOAD => layouts::BYTES_MAX + BODY_BYTES_MAX,
        API_TABLE => UPLOAD_BYTES_MAX,
        API_LAYOUTS => layouts::BYTES_MAX,
        API_PLACES => PLACES_BYTES_MAX,
        _ => BODY_BYTES_MAX,
    }
}

/// Where a table of doors is uploaded.
pub(crate) const TABLE_UPLOAD: &str = "/venue/drafts/upload";
/// Where a layout of posters is uploaded.
pub(crate) const LAYOUT_UPLOAD: &str = "/layouts/upload";
/// Where programs send a table of doors.
pub(crate) const API_TABLE: &str = "/api/v1/drafts/table";
/// Where programs send places of the register: a hundred, also when each character is escaped.
pub(crate) const API_PLACES: &str = "/api/v1/places";
const PLACES_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;
/// Where programs send a layout of posters.
pub(crate) const API_LAYOUTS: &str = "/api/v1/layouts";

/// Who may use an address. Said here for tests to hold every handler to; what enforces it is the
/// principal that the handler asks [`crate::seat`] for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// A registered visitor.
    Visitor,
    /// An enrolled duty device.
    Duty,
    /// An enrolled electronic sign.
    Sign,
    /// Whoever is signed in with an account.
    Staff,
    /// 场所管理员
    Manager,
    /// 审核员
    Reviewer,
    /// 巡查员
    Inspector,
    /// 流调员
    Investigator,
    /// 审计员
    Auditor,
    /// 系统管理员
    Administrator,
    /// 防控专员
    PolicyOfficer,
    /// 个人信息保护专员
    PrivacyOfficer,
}

/// What an address answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page or a file.
    Page,
    /// A form of this house's own pages.
    Form,
    /// A form with a file.
    Upload,
    /// JSON and problem+json.
    Api,
    /// A stream that stays open.
    Live,
}

/// One address with one method.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path in the router's spelling, `/c/{code}`.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    /// What it answers with.
    pub kind: Kind,
    handler: MethodRouter<Arc<House>>,
}

impl Route {
    fn new(
        method: Method,
        path: &'static str,
        who: Who,
        kind: Kind,
        handler: MethodRouter<Arc<House>>,
    ) -> Self {
        Self { method, path, who, kind, handler }
    }

    /// A page.
    #[must_use]
    pub fn get(path: &'static str, who: Who, handler: MethodRouter<Arc<House>>) -> Self {
        Self::new(Method::GET, path, who, Kind::Page, handler)
    }

    /// A form.
    #[must_use]
    pub fn post(path: &'static str, who: Who, handler: MethodRouter<Arc<House>>) -> Self {
        Self::new(Method::POST, path, who, Kind::Form, handler)
    }

    /// A form with a file, longer than others.
    #[must_use]
    pub fn upload(path: &'static str, who: Who, handler: MethodRouter<Arc<House>>) -> Self {
        let longer = DefaultBodyLimit::max(body_bytes_max(path));
        Self::new(Method::POST, path, who, Kind::Upload, handler.layer(longer))
    }

    /// An endpoint of the API.
    #[must_use]
    pub fn api(
        method: Method,
        path: &'static str,
        who: Who,
        handler: MethodRouter<Arc<House>>,
    ) -> Self {
        Self::new(method, path, who, Kind::Api, handler)
    }

    /// An endpoint of the API that takes a body longer than others.
    #[must_use]
    pub fn api_upload(path: &'static str, who: Who, handler: MethodRouter<Arc<House>>) -> Self {
        let longer = DefaultBodyLimit::max(body_bytes_max(path));
        Self::new(Method::POST, path, who, Kind::Api, handler.layer(longer))
    }

    /// A stream.
    #[must_use]
    pub fn live(path: &'static str, who: Who, handler: MethodRouter<Arc<House>>) -> Self {
        Self::new(Method::GET, path, who, Kind::Live, handler)
    }
}

/// Every address of the house.
#[must_use]
pub fn table() -> Vec<Route> {
    let mut all = vec![Route::get("/assets/{name}", Who::Anyone, get(assets::file))];
    all.extend(pages::visitor::routes());
    all.extend(pages::duty::routes());
    all.extend(pages::accounts::routes());
    all.extend(pages::venue::routes());
    all.extend(pages::authority::routes());
    all.extend(live::routes());
    all.extend(api::routes());
    all
}

/// The table as a router, without what surrounds every request.
pub(crate) fn router() -> Router<Arc<House>> {
    table().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler))
}
