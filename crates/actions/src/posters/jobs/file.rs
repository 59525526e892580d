//! What a job has made, downloaded in parts or as a whole.

use super::{Caller, list::kept_until};
use crate::{Answer, Failure, House};
use domain::{
    audit::Deed,
    posters::{JobFault, JobState},
};
use registry::AuditLine;
use std::io::{self, SeekFrom};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// A file that is read.
#[derive(Debug)]
pub struct Export {
    /// What it is called, may be Chinese.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    file: File,
    left: u64,
}

impl Export {
    /// Goes on with so many bytes from there, or with those that there are.
    ///
    /// # Errors
    /// Of the disk.
    pub async fn from(&mut self, start: u64, bytes: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(start)).await?;
        self.left = bytes.min(self.bytes.saturating_sub(start));
        Ok(())
    }

    /// The next bytes; none after the last.
    ///
    /// # Errors
    /// Of the disk; there are no more bytes then.
    pub async fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        if self.left == 0 {
            return None;
        }
        let wanted = usize::try_from(self.left).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        let mut chunk = vec![0; wanted];
        let read = self.file.read(&mut chunk).await;
        let read = match read {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            other => other,
        };
        Some(match read {
            Ok(read) => {
                chunk.truncate(read);
                self.left = self.left.saturating_sub(read as u64);
                Ok(chunk)
            }
            Err(error) => {
                self.left = 0;
                Err(error)
            }
        })
    }
}

/// The file of a job. `begins` says whether it is read from its first byte, which is written down;
/// going on with a download that broke off is not.
///
/// # Errors
/// `NotFound` for somebody else's, for one that is not done, and after its time.
pub async fn download<'a>(
    house: &House,
    caller: impl Into<Caller<'a>>,
    id: i64,
    begins: bool,
) -> Answer<Export> {
    let caller = caller.into();
    let job = caller.own(house, id).await?;
    let there = job.ended.is_some_and(|ended| house.now() < kept_until(ended));
    if job.state != JobState::Done || !there {
        return Err(Failure::NotFound);
    }
    let (file, bytes) = match house.poster_jobs.exports.open(id).await {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            tracing::error!(id, "the file of a poster job is not there any more");
            house.registry.fail_poster_job(id, JobFault::Lost, house.now()).await?;
            return Err(Failure::NotFound);
        }
        Err(error) => return Err(Failure::broken(error)),
    };
    if begins {
        let (at, actor) = (house.now(), caller.actor());
        let (subject, detail) = (format!("海报任务 {id}"), format!("{} 张", job.drawn.total));
        let line = AuditLine { at, actor, deed: Deed::PosterDownloaded, subject, detail };
        house.registry.audit(&[line]).await?;
    }
    Ok(Export { name: job.drawn.file_name, bytes, file, left: bytes })
}
