//! A door's events: each entry after its commit, what was disposed of, heads counted, how many were
//! skipped when this screen was too slow, and a ping, so that a screen notices a dead line.

use crate::{
    cookies,
    page::Page,
    pages::duty::{card, row},
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::DutyDevice,
    duty::{announce::Announcement, devices, screen::listen},
    metrics::Metrics,
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response, Sse, sse::Event},
};
use futures_util::{Stream, StreamExt, stream};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio_stream::{
    StreamExt as _,
    wrappers::{BroadcastStream, errors::BroadcastStreamRecvError},
};

/// How often the stream shows that it lives; a screen that hears nothing for twice as long
/// connects again.
const PING_EVERY: Duration = Duration::from_secs(15);

/// What the line has to say.
enum Heard {
    News(Result<Announcement, BroadcastStreamRecvError>),
    Ping,
    /// The house lets its listeners go: the line ends, or the server could not stop.
    Over,
}

/// `GET /duty/events`
pub(super) async fn events(
    State(house): State<Arc<House>>,
    p: Page,
    As(device): As<DutyDevice>,
    headers: HeaderMap,
) -> Response {
    let token = cookies::get(&headers, cookies::DUTY).unwrap_or_default().to_owned();
    let heard = heard(&house, &device);
    let listening = Metrics::screen(Arc::clone(&house));
    let heard = StreamExt::inspect(heard, move |_| {
        let _counted_until_it_ends = &listening;
    });
    Sse::new(while_enrolled(house, token, p, heard)).into_response()
}

fn heard(house: &House, device: &DutyDevice) -> impl Stream<Item = Heard> + Send + use<> {
    let news = BroadcastStream::new(listen(house, device));
    let pings = stream::repeat(()).throttle(PING_EVERY);
    let news = StreamExt::map(news, Heard::News);
    let news = StreamExt::chain(news, stream::once(async { Heard::Over }));
    stream::select(news, StreamExt::map(pings, |()| Heard::Ping))
}

/// The events of a door, until the device is revoked: it is asked again before each of them, since
/// a stream may be open for months.
fn while_enrolled(
    house: Arc<House>,
    token: String,
    p: Page,
    heard: impl Stream<Item = Heard> + Send + 'static,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let start = (Box::pin(heard), house, token, p);
    stream::unfold(Some(start), |open| async {
        let (mut heard, house, token, p) = open?;
        let next = StreamExt::next(&mut heard).await?;
        if matches!(devices::device(&house, &token), Err(Failure::NotSignedIn)) {
            return Some((Ok(Event::default().event("revoked").data("1")), None));
        }
        let event = match next {
            Heard::News(news) => event(&p, news),
            Heard::Ping => Event::default().event("ping").data("1"),
            Heard::Over => return None,
        };
        Some((Ok(event), Some((heard, house, token, p))))
    })
}

fn event(p: &Page, news: Result<Announcement, BroadcastStreamRecvError>) -> Event {
    match news {
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
        Ok(Announcement::Verdict(shown)) => {
            Event::default().event("verdict").data(shown.decision.code())
        }
        Ok(Announcement::Alert { alert }) => {
            Event::default().event("alert").data(alert.to_string())
        }
        Ok(Announcement::Disposed { alert }) => {
            Event::default().event("disposed").data(alert.to_string())
        }
        Ok(Announcement::Head) => Event::default().event("head").data("1"),
        Err(BroadcastStreamRecvError::Lagged(skipped)) => {
            Event::default().event("skipped").data(skipped.to_string())
        }
    }
}
