//! The front of the house: what every request goes through, and the table of addresses behind it.
//!
//! It is one function and not a stack of layers: each layer of a router costs every request several
//! allocations and copies, and tens of thousands of requests a second go through here.

use crate::{
    address, answer, api, cookies,
    frame::{self, Frame, guard},
    packed,
    page::Page,
    routes::{self, BODY_BYTES_MAX},
};
use actions::House;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::time::timeout;
use tower::Service;

/// How long a request may take; what streams afterwards is not meant.
const REQUEST_WAIT: Duration = Duration::from_secs(30);

/// The whole web side of a house.
#[derive(Clone)]
pub struct Front {
    house: Arc<House>,
    addresses: Router,
}

impl Front {
    /// Every address of the house.
    #[must_use]
    pub fn new(house: Arc<House>) -> Self {
        Self::around(routes::router(), house)
    }

    /// Surrounds addresses with what every request of the house goes through: limits, headers, and
    /// words for whatever goes wrong.
    #[must_use]
    pub fn around(addresses: Router<Arc<House>>, house: Arc<House>) -> Self {
        let addresses = addresses
            .fallback(nowhere)
            .method_not_allowed_fallback(not_like_this)
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(Arc::clone(&house));
        Self { house, addresses }
    }

    /// Answers one request.
    pub async fn answer(&self, request: Request) -> Response {
        let house = &self.house;
        let (uri, method) = (request.uri().clone(), request.method().clone());
        let path = uri.path();
        let (frame, fresh) = Frame::of(house, request.headers(), path);
        let (mut parts, body) = request.into_parts();
        let mut response = match address::admit(house, &parts) {
            Ok(()) if api::is_forged(&parts) => api::json::cross_site(),
            Ok(()) => {
                parts.extensions.insert(frame.clone());
                self.handled(Request::from_parts(parts, body)).await
            }
            Err(retry_after_s) => {
                house.metrics.address_refused();
                let page = Page::of_stranger(house, frame.clone(), path.to_owned());
                answer::too_many(page, retry_after_s)
            }
        };
        tracing::debug!(%method, status = response.status().as_u16(), "answered");
        if answer::is_wordless(&response) {
            let page = Page::of_stranger(house, frame.clone(), path.to_owned());
            let allow = response.headers_mut().remove(header::ALLOW);
            response = answer::in_words(&page, path, response.status());
            response.headers_mut().extend(allow.map(|methods| (header::ALLOW, methods)));
        }
        if frame.gzip {
            response = packed::when_worth_it(response).await;
        }
        guard(response.headers_mut(), &frame.nonce);
        if fresh {
            let cookie = cookies::set(house, cookies::SEAT, &frame.seat, frame::YEAR_S);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// What the handler of this address says: in time, and also when it breaks.
    async fn handled(&self, request: Request) -> Response {
        let mut addresses = self.addresses.clone();
        let answer = AssertUnwindSafe(async move { addresses.call(request).await }).catch_unwind();
        match timeout(REQUEST_WAIT, answer).await {
            Ok(Ok(Ok(response))) => response,
            Ok(Err(_)) => answer::panicked(),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

async fn nowhere(State(_): State<Arc<House>>, page: Page, request: Request) -> Response {
    answer::in_words(&page, request.uri().path(), StatusCode::NOT_FOUND)
}

async fn not_like_this(State(_): State<Arc<House>>, page: Page, request: Request) -> Response {
    answer::in_words(&page, request.uri().path(), StatusCode::METHOD_NOT_ALLOWED)
}
