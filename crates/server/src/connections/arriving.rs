//! A request's body on its way in: in one piece, in time, and all of them together within their room.

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
};
use hyper::body::Frame;
use std::{
    io, mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};
use web::routes::{BODY_BYTES_MAX, body_bytes_max};

/// A body up to this length needs no room of the long ones: a scan is never refused because others
/// send long forms.
const SHORT_BYTES: usize = 2 * 1024;

/// How many times as long a file may take that is longer than any form.
const UPLOAD_WAITS: u32 = 2;

/// What bodies on their way in may take.
#[derive(Clone)]
pub(super) struct Bodies {
    /// How long one may take, from when somebody waits for it.
    wait: Duration,
    /// Bytes for all of them, beyond what each has anyway.
    room: Arc<Semaphore>,
}

impl Bodies {
    pub(super) fn new(wait: Duration, long_bytes_max: usize) -> Self {
        Self { wait, room: Arc::new(Semaphore::new(long_bytes_max)) }
    }

    /// The body sent to an address, as handlers get it. It is read when they ask for it, not before.
    /// `left` is set when it is let go before its end.
    pub(super) fn watched<B>(&self, path: &str, body: B, left: &Left) -> Body
    where
        B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        left.0.store(false, Ordering::Relaxed);
        if body.is_end_stream() {
            return Body::empty();
        }
        let bytes_max = body_bytes_max(path);
        let waits = if bytes_max > BODY_BYTES_MAX { UPLOAD_WAITS } else { 1 };
        Body::new(Arriving {
            body,
            limits: Self { wait: self.wait * waits, room: Arc::clone(&self.room) },
            bytes_max,
            held: Vec::new(),
            taken: None,
            late: None,
            over: false,
            left: left.clone(),
            ended: false,
        })
    }
}

/// Whether a connection's caller may still be sending what nobody reads.
#[derive(Clone, Default)]
pub(super) struct Left(Arc<AtomicBool>);

impl Left {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Gives a body as one piece. The pieces that the connection gives are views into its buffers, and
/// one of a single byte keeps alive all of the buffer it lies in, so they are copied and let go: a
/// body of 64 KiB sent byte by byte would hold a hundred megabytes otherwise.
struct Arriving<B> {
    body: B,
    limits: Bodies,
    /// Most bytes that are looked at.
    bytes_max: usize,
    held: Vec<u8>,
    /// The room this body takes; given back with it.
    taken: Option<OwnedSemaphorePermit>,
    late: Option<Pin<Box<Sleep>>>,
    over: bool,
    left: Left,
    /// Whether its last byte was read.
    ended: bool,
}

impl<B> Drop for Arriving<B> {
    fn drop(&mut self) {
        if !self.ended {
            self.left.0.store(true, Ordering::Relaxed);
        }
    }
}

impl<B> Arriving<B> {
    fn keep(&mut self, piece: &[u8]) -> io::Result<()> {
        let taken = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let long = (self.held.len() + piece.len()).saturating_sub(SHORT_BYTES + taken);
        if long > 0 {
            let more = u32::try_from(long).map_err(|_| no_room())?;
            let more = Arc::clone(&self.limits.room).try_acquire_many_owned(more);
            let more = more.map_err(|_| no_room())?;
            match &mut self.taken {
                Some(taken) => taken.merge(more),
                None => self.taken = Some(more),
            }
        }
        self.held.extend_from_slice(piece);
        // Whoever limits its length says so; the rest need not be here for that.
        self.over = self.held.len() > self.bytes_max;
        Ok(())
    }

    /// Ready when the body's time is over.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let wait = self.limits.wait;
        let late = self.late.get_or_insert_with(|| Box::pin(sleep(wait)));
        ready!(late.as_mut().poll(context));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "a body took too long"))
    }
}

fn no_room() -> io::Error {
    io::Error::other("too many long bodies are on their way in")
}

impl<B> HttpBody for Arriving<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        while !this.over {
            match Pin::new(&mut this.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(piece) = frame.into_data() {
                        this.keep(&piece)?;
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                Poll::Ready(None) => (this.over, this.ended) = (true, true),
                Poll::Pending => {
                    let error = ready!(this.poll_late(context));
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
        let whole = mem::take(&mut this.held);
        Poll::Ready((!whole.is_empty()).then(|| Ok(Frame::data(whole.into()))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use http_body_util::{BodyExt, Full};
    use std::{collections::VecDeque, convert::Infallible};
    use tokio::time::timeout;

    const LONG_MAX: usize = 100 * 1024;

    fn bodies() -> Bodies {
        Bodies::new(Duration::from_secs(10), LONG_MAX)
    }

    fn watched<B>(bodies: &Bodies, body: B) -> Body
    where
        B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        bodies.watched("/c", body, &Left::default())
    }

    async fn arrives(bodies: &Bodies, bytes: usize) -> Option<usize> {
        let whole = watched(bodies, Full::new(vec![b'a'; bytes].into())).collect().await.ok()?;
        Some(whole.to_bytes().len())
    }

    /// Pieces as a connection gives them, and then nothing, or the end.
    struct Pieces {
        left: VecDeque<Bytes>,
        ends: bool,
    }

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.left.pop_front() {
                Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
                None if self.ends => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    fn unfinished(bytes: usize) -> Pieces {
        Pieces { left: [Bytes::from(vec![b'a'; bytes])].into(), ends: false }
    }

    /// Reads as far as there is something; nothing comes out before the end.
    async fn begin(body: &mut Body) {
        assert!(timeout(Duration::from_millis(10), body.frame()).await.is_err());
    }

    #[tokio::test]
    async fn a_body_in_a_thousand_pieces_comes_as_one() {
        let left = (0..1_000).map(|n| Bytes::from(vec![n as u8])).collect();
        let mut body = watched(&bodies(), Pieces { left, ends: true });
        let whole = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(whole.len() == 1_000 && whole[999] == 231);
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn a_piece_does_not_keep_the_buffer_it_came_in() {
        let buffer = Bytes::from(vec![b'a'; 8 * 1024]);
        let left = (0..1_000).map(|n| buffer.slice(n..=n)).collect();
        let mut body = watched(&bodies(), Pieces { left, ends: false });
        begin(&mut body).await;
        assert!(buffer.is_unique());
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_late_from_when_it_is_waited_for() {
        let bodies = Bodies::new(Duration::from_millis(100), LONG_MAX);
        let mut body = watched(&bodies, unfinished(10));
        tokio::time::sleep(Duration::from_millis(150)).await;
        begin(&mut body).await;
        let error = timeout(Duration::from_secs(5), body.frame()).await.unwrap().unwrap();
        assert_eq!(error.unwrap_err().to_string(), "a body took too long");
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_given_as_far_as_the_limit_needs_it() {
        let left = (0..1_000).map(|_| Bytes::from(vec![b'a'; 8 * 1024])).collect();
        let mut body = watched(&bodies(), Pieces { left, ends: false });
        let whole = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(whole.len() > BODY_BYTES_MAX && whole.len() <= BODY_BYTES_MAX + 8 * 1024);
    }

    #[tokio::test]
    async fn long_bodies_share_their_room_and_short_ones_need_none_of_it() {
        let bodies = bodies();
        let long = BODY_BYTES_MAX - 1;
        let mut first = watched(&bodies, unfinished(long));
        begin(&mut first).await;
        assert_eq!(arrives(&bodies, long).await, None, "no room for a second one");
        assert_eq!(arrives(&bodies, SHORT_BYTES).await, Some(SHORT_BYTES));
        let left = LONG_MAX - (long - SHORT_BYTES);
        assert_eq!(arrives(&bodies, SHORT_BYTES + left).await, Some(SHORT_BYTES + left));
        assert_eq!(arrives(&bodies, SHORT_BYTES + left + 1).await, None);
        drop(first);
        assert_eq!(arrives(&bodies, long).await, Some(long), "the room is given back");
    }
}
