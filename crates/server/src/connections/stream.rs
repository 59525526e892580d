//! One caller's stream, given up when the caller does not take what it is answered, and closed so that
//! a caller who is still sending can read the answer.

use super::arriving::Left;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// How long a caller who is still sending is listened to after the last answer.
const LINGER_WAIT: Duration = Duration::from_secs(3);
/// Most bytes that are taken from it then, and thrown away.
const LINGER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How much of them at a time.
const PIECE_BYTES: usize = 16 * 1024;

/// A stream whose writing does not wait for ever. Nothing is measured while there is nothing to
/// write: a live screen may be silent for as long as it likes.
pub(super) struct Stream {
    tcp: TcpStream,
    /// How long a caller may take nothing at all of what waits for it.
    wait: Duration,
    /// Since something waits.
    stuck: Option<Pin<Box<Sleep>>>,
    /// Whether the caller may be sending a body that nobody reads.
    left: Left,
    lingering: Option<Lingering>,
}

/// Our side is closed; the caller's is emptied.
struct Lingering {
    until: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, wait: Duration, left: Left) -> Self {
        Self { tcp, wait, stuck: None, left, lingering: None }
    }

    /// Reads on until the caller closes, within limits. To close at once would throw away what the
    /// system has of it unread, and the system then resets the connection: an answer that the caller
    /// has not read yet, such as "too long", would be lost.
    fn linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let lingering = self
            .lingering
            .get_or_insert_with(|| Lingering { until: Box::pin(sleep(LINGER_WAIT)), bytes: 0 });
        let mut piece = [0; PIECE_BYTES];
        while lingering.bytes < LINGER_BYTES_MAX
            && lingering.until.as_mut().poll(context).is_pending()
        {
            let mut into = ReadBuf::new(&mut piece);
            match ready!(Pin::new(&mut self.tcp).poll_read(context, &mut into)) {
                Ok(()) if !into.filled().is_empty() => lingering.bytes += into.filled().len(),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }

    fn in_time(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let wait = self.wait;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(wait)));
        ready!(stuck.as_mut().poll(context));
        // Megabytes may wait in the system by now. They go with the connection; else it would keep
        // them for minutes.
        if let Err(error) = self.tcp.set_zero_linger() {
            tracing::debug!(%error, "no SO_LINGER");
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write(context, bytes);
        self.in_time(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write_vectored(context, pieces);
        self.in_time(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            ready!(Pin::new(&mut self.tcp).poll_shutdown(context))?;
        }
        if self.left.is_set() {
            ready!(self.linger(context));
        }
        Poll::Ready(Ok(()))
    }
}
