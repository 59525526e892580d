//! Every address of the house, in one table: the router is built from it, and tests go through it.

use crate::{answer, api, assets, frame, live, page::Page, pages};
use actions::House;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Method, StatusCode},
    middleware,
    response::Response,
    routing::{MethodRouter, get},
};
use std::{sync::Arc, time::Duration};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};

/// Most bytes of a request's body.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long a request may take; live screens are the exception.
const REQUEST_WAIT: Duration = Duration::from_secs(30);

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
    /// 场所管理员
    Manager,
    /// 审核员
    Reviewer,
    /// 流调员
    Investigator,
    /// 审计员
    Auditor,
    /// 系统管理员
    Administrator,
}

/// What an address answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page or a file.
    Page,
    /// A form of this house's own pages.
    Form,
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

/// The whole web side of a house.
pub fn router(house: Arc<House>) -> Router {
    let timeout = || TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_WAIT);
    let mut router = Router::new();
    for route in table() {
        let handler = match route.kind {
            Kind::Live => route.handler,
            Kind::Page | Kind::Form | Kind::Api => route.handler.layer(timeout()),
        };
        router = router.route(route.path, handler);
    }
    framed(router, house)
}

/// Surrounds addresses with what every request of the house goes through: limits, headers, and
/// words for whatever goes wrong.
pub fn framed(router: Router<Arc<House>>, house: Arc<House>) -> Router {
    router
        .fallback(nowhere)
        .method_not_allowed_fallback(not_like_this)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| answer::panicked()))
        .layer(middleware::from_fn_with_state(Arc::clone(&house), frame::surround))
        .layer(CompressionLayer::new())
        .with_state(house)
}

async fn nowhere(State(_): State<Arc<House>>, page: Page, request: Request) -> Response {
    answer::in_words(&page, request.uri().path(), StatusCode::NOT_FOUND)
}

async fn not_like_this(State(_): State<Arc<House>>, page: Page, request: Request) -> Response {
    answer::in_words(&page, request.uri().path(), StatusCode::METHOD_NOT_ALLOWED)
}
