//! The posters of all doors of a unit that has few as one ZIP, drawn while it is downloaded.

use super::{Order, layouts::InForce, line, text};
use crate::{Answer, Failure, House, accounts::principals::Manager};
use posters::{PosterText, poster_archive};
use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::{
        Semaphore,
        mpsc::{self, error::SendTimeoutError},
    },
};

/// Archives drawn at the same time: each takes a processor for as long as somebody downloads it.
const DRAWN_AT_ONCE: usize = 2;
/// Most posters of such an archive: a few seconds of drawing. More are a job ([`super::jobs`]).
pub const QUICK_MAX: usize = 200;
/// Bytes handed over at a time, and how many of these may wait for a slow reader.
const CHUNK_BYTES: usize = 64 * 1024;
const CHUNKS_WAITING: usize = 8;
/// Whoever reads nothing for so long has gone, and others may have theirs.
const UNREAD_MAX: Duration = Duration::from_secs(60);

/// How many archives are being drawn.
pub struct Drawing(Arc<Semaphore>);

impl Default for Drawing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(DRAWN_AT_ONCE)))
    }
}

/// A ZIP that is still being drawn.
#[derive(Debug)]
pub struct Archive {
    /// File name, may be Chinese.
    pub name: String,
    /// Empty at the end.
    chunks: mpsc::Receiver<Vec<u8>>,
    ended: bool,
}

impl Archive {
    /// The next bytes; none after the last. Dropping the archive stops the drawing.
    ///
    /// # Errors
    /// When it was given up before its end; there are no more bytes then.
    pub async fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        if self.ended {
            return None;
        }
        match self.chunks.recv().await {
            Some(chunk) if !chunk.is_empty() => Some(Ok(chunk)),
            end => {
                self.ended = true;
                end.is_none().then(|| Err(io::ErrorKind::UnexpectedEof.into()))
            }
        }
    }
}

/// The posters of all open doors of the caller's unit, those with this name.
///
/// # Errors
/// `NotFound` for a name that there is not; `Conflict` when no door is open, and from
/// [`QUICK_MAX`] on; `Busy` while others download theirs.
pub async fn all(house: &House, caller: &Manager, name: &str) -> Answer<Archive> {
    let order = Order::from_name(name).ok_or(Failure::NotFound)?;
    let none = Failure::Conflict("还没有可以下载的海报：检查点审核通过后才有");
    let Some(organisation) = house.registry.organisation_of(caller.account).await? else {
        return Err(none);
    };
    let place = Arc::clone(&house.drawing.0).try_acquire_owned().map_err(|_| Failure::Busy)?;
    let codes = house.registry.codes_in_use_of(organisation.id).await?;
    if codes.is_empty() {
        return Err(none);
    }
    if codes.len() > QUICK_MAX {
        return Err(Failure::Conflict("海报太多，请用“批量生成海报”"));
    }
    let detail = format!("{}，{} 张", order.name(), codes.len());
    let line = line(house, caller, format!("账号 {}", caller.account), detail);
    house.registry.audit(&[line]).await?;
    let name = format!("{}-场所码海报-{}.zip", organisation.new.name, order.name());
    let layouts = InForce::now(house, order).await?;
    let texts: Vec<PosterText> =
        codes.into_iter().map(|code| text(house, &layouts, code)).collect();
    let (sender, chunks) = mpsc::channel(CHUNKS_WAITING);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut out = Chunks { runtime, sender, gathered: Vec::with_capacity(CHUNK_BYTES) };
        let drawn =
            poster_archive(order.size, texts, |text| layouts.draw(text), |_| Ok(()), &mut out)
                .and_then(|_| out.flush());
        // Without its end the reader knows that something is missing.
        if drawn.is_ok() {
            let _ = out.send(Vec::new());
        }
        drop(place);
    });
    Ok(Archive { name, chunks, ended: false })
}

/// Hands over what is written, and waits while the reader is slow.
struct Chunks {
    runtime: Handle,
    sender: mpsc::Sender<Vec<u8>>,
    gathered: Vec<u8>,
}

impl Chunks {
    fn send(&self, chunk: Vec<u8>) -> io::Result<()> {
        let sent = self.sender.send_timeout(chunk, UNREAD_MAX);
        self.runtime.block_on(sent).map_err(|unsent| match unsent {
            SendTimeoutError::Timeout(_) => io::ErrorKind::TimedOut.into(),
            SendTimeoutError::Closed(_) => io::ErrorKind::BrokenPipe.into(),
        })
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.gathered, Vec::with_capacity(CHUNK_BYTES));
        self.send(chunk)
    }
}
