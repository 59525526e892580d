//! A door's events: each entry after its commit, what was disposed of, heads counted, and how many
//! were skipped when this screen was too slow.

use crate::{
    page::Page,
    pages::duty::{card, row},
    seat::As,
};
use actions::{
    House,
    accounts::principals::DutyDevice,
    duty::{announce::Announcement, screen::listen},
};
use axum::{
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::StreamExt;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

/// How often a quiet stream shows that it lives.
const PING_EVERY: Duration = Duration::from_secs(15);

/// `GET /duty/events`
pub(super) async fn events(
    State(house): State<Arc<House>>,
    p: Page,
    As(device): As<DutyDevice>,
) -> Response {
    let stream = BroadcastStream::new(listen(&house, &device))
        .map(move |heard| Ok::<_, Infallible>(event(&p, heard)));
    Sse::new(stream).keep_alive(KeepAlive::new().interval(PING_EVERY)).into_response()
}

fn event(p: &Page, heard: Result<Announcement, BroadcastStreamRecvError>) -> Event {
    match heard {
        Ok(Announcement::Entry(shown)) => match (card(p, Some(&shown)), row(p, &shown)) {
            (Ok(card), Ok(row)) => {
                let data = serde_json::json!({
                    "card": card, "row": row, "decision": shown.decision.code(),
                    "alert": shown.alert,
                });
                Event::default().event("entry").data(data.to_string())
            }
            // A piece that cannot be drawn: the screen fetches its state and finds out there.
            _ => Event::default().event("skipped").data("1"),
        },
        Ok(Announcement::Disposed { alert }) => {
            Event::default().event("disposed").data(alert.to_string())
        }
        Ok(Announcement::Head) => Event::default().event("head").data("1"),
        Err(BroadcastStreamRecvError::Lagged(skipped)) => {
            Event::default().event("skipped").data(skipped.to_string())
        }
    }
}
