//! The front of the house: what every request goes through, and the table of addresses behind it.
//!
//! It is one function and not a stack of layers: each layer of a router costs every request several
//! allocations and copies, and tens of thousands of requests a second go through here.

use crate::{
    address, answer, api, cookies,
    frame::{self, Frame, guard, is_bare},
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
    routing::future::RouteFuture,
};
use futures_util::FutureExt;
use std::{convert::Infallible, panic::AssertUnwindSafe, sync::Arc, time::Duration};
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

    /// Answers one request. What can be said at once is said before anything is awaited: thousands of
    /// requests wait for the gate at a time, and each takes the room of what is kept across that. Nothing
    /// that lies in the connection's buffer is: else that needs a second one meanwhile.
    pub fn answer(&self, request: Request) -> impl Future<Output = Response> + Send + use<> {
        let house = Arc::clone(&self.house);
        let (mut parts, body) = request.into_parts();
        let (frame, fresh) = Frame::of(&house, &parts.headers, parts.uri.path());
        let method = parts.method.clone();
        // Only a page names its own address; a copy, so that the connection's buffer is not held.
        let path = Some(parts.uri.path()).filter(|path| !is_bare(path)).map(str::to_owned);
        let answer = match address::admit(&house, &parts) {
            Ok(()) if api::is_forged(&parts) => Err(api::json::cross_site()),
            Ok(()) => {
                parts.extensions.insert(frame);
                Ok(self.addresses.clone().call(Request::from_parts(parts, body)))
            }
            Err(retry_after_s) => {
                house.metrics.address_refused();
                let page = Page::of_stranger(&house, frame, parts.uri.path().to_owned());
                Err(answer::too_many(page, retry_after_s))
            }
        };
        async move {
            let mut response = match answer {
                Ok(answer) => handled(answer).await,
                Err(refused) => refused,
            };
            tracing::debug!(%method, status = response.status().as_u16(), "answered");
            if answer::is_wordless(&response) {
                let allow = response.headers_mut().remove(header::ALLOW);
                let page = path.map(|path| Page::of_stranger(&house, frame, path));
                response = answer::in_words(page.as_ref(), response.status());
                response.headers_mut().extend(allow.map(|methods| (header::ALLOW, methods)));
            }
            if frame.gzip && packed::is_worth_it(&response) {
                response = Box::pin(packed::compressed(response)).await;
            }
            guard(response.headers_mut(), &frame.nonce);
            if fresh {
                let cookie = cookies::set(&house, cookies::SEAT, &frame.seat, frame::YEAR_S);
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
    }
}

/// What the handler of an address says: in time, and also when it breaks.
async fn handled(answer: RouteFuture<Infallible>) -> Response {
    match timeout(REQUEST_WAIT, AssertUnwindSafe(answer).catch_unwind()).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Err(_)) => answer::panicked(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn nowhere(State(_): State<Arc<House>>, page: Page, request: Request) -> Response {
    answer::in_words(for_people(&page, &request), StatusCode::NOT_FOUND)
}

async fn not_like_this(State(_): State<Arc<House>>, page: Page, request: Request) -> Response {
    answer::in_words(for_people(&page, &request), StatusCode::METHOD_NOT_ALLOWED)
}

/// The frame of the page that is answered with; none where programs ask.
fn for_people<'a>(page: &'a Page, request: &Request) -> Option<&'a Page> {
    Some(page).filter(|_| !is_bare(request.uri().path()))
}
