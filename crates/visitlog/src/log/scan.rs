//! Reading a log part from its first frame to its last whole one, and looking beyond damage.

use std::io;

use crate::{
    format::frame::{self, BadFrame},
    storage::StorageFile,
    visit::Visit,
};

/// Bytes read at once when frames are smaller.
const READ_AHEAD_BYTES: usize = 1024 * 1024;

/// A file read through one buffer.
pub(crate) struct Reader<'a> {
    file: &'a dyn StorageFile,
    length: u64,
    start: u64,
    buffer: Vec<u8>,
}

/// One whole frame and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) offset: u64,
    pub(crate) header: frame::Header,
}

impl Found {
    /// Where the next frame begins.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.header.length as u64
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(file: &'a dyn StorageFile) -> io::Result<Self> {
        Ok(Self { file, length: file.length()?, start: 0, buffer: Vec::new() })
    }

    /// Reads nothing from `end` on: there a writer may be at work.
    pub(crate) fn until(self, end: u64) -> Self {
        Self { length: self.length.min(end), ..self }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The `want` bytes at `offset`, or as many as the file has.
    pub(crate) fn bytes(&mut self, offset: u64, want: usize) -> io::Result<&[u8]> {
        let left = self.length.saturating_sub(offset);
        let want = want.min(usize::try_from(left).unwrap_or(usize::MAX));
        let buffered = self.start..self.start + self.buffer.len() as u64;
        if offset < buffered.start || offset + want as u64 > buffered.end {
            let ahead = READ_AHEAD_BYTES.max(want).min(usize::try_from(left).unwrap_or(usize::MAX));
            self.buffer.resize(ahead, 0);
            self.start = offset;
            let count = self.file.read_at(&mut self.buffer, offset)?;
            self.buffer.truncate(count);
            if count < ahead {
                // What cannot be read must not be taken for a torn tail.
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let at = (offset - self.start) as usize;
        let end = (at + want).min(self.buffer.len());
        Ok(&self.buffer[at..end])
    }

    /// The frame at `offset`, its visits appended to `out`.
    pub(crate) fn frame(
        &mut self,
        offset: u64,
        out: &mut Vec<Visit>,
    ) -> io::Result<Result<Found, BadFrame>> {
        let length = match frame::header(self.bytes(offset, frame::HEADER_BYTES)?) {
            Ok(header) => header.length,
            Err(bad) => return Ok(Err(bad)),
        };
        let bytes = self.bytes(offset, length)?;
        Ok(frame::decode(bytes, out).map(|header| Found { offset, header }))
    }

    /// Where the content ends that begins at `offset`: behind its last byte that is not zero. What follows
    /// to the end of the file is room for frames to come.
    pub(crate) fn content_end(&mut self, mut offset: u64) -> io::Result<u64> {
        let mut end = offset;
        while offset < self.length {
            let bytes = self.bytes(offset, READ_AHEAD_BYTES)?;
            if let Some(last) = bytes.iter().rposition(|byte| *byte != 0) {
                end = offset + last as u64 + 1;
            }
            offset += bytes.len() as u64;
        }
        Ok(end)
    }

    /// The first whole frame that begins at `offset` or after it, its visits appended to `out`.
    pub(crate) fn next_whole_frame(
        &mut self,
        mut offset: u64,
        out: &mut Vec<Visit>,
    ) -> io::Result<Option<Found>> {
        // The usual case first: nothing is wrong here.
        if let Ok(found) = self.frame(offset, out)? {
            return Ok(Some(found));
        }
        while offset + frame::HEADER_BYTES as u64 <= self.length {
            let bytes = self.bytes(offset, READ_AHEAD_BYTES)?;
            let candidate = bytes.windows(frame::MAGIC.len()).position(|four| four == frame::MAGIC);
            let Some(candidate) = candidate else {
                // The last three bytes may be the beginning of a magic.
                offset += (bytes.len() - (frame::MAGIC.len() - 1)) as u64;
                continue;
            };
            offset += candidate as u64;
            if let Ok(found) = self.frame(offset, out)? {
                return Ok(Some(found));
            }
            offset += 1;
        }
        Ok(None)
    }
}
