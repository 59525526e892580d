//! Reading a stretch of a file once, with its checksum, and copying it.

use std::io::{self, Read};

use crate::storage::StorageFile;

/// Bytes copied at once.
const COPY_BYTES: usize = 256 * 1024;

/// A stretch of a file that is read from beginning to end. Ends with an error when the file does.
pub(crate) struct Stretch<'a> {
    file: &'a dyn StorageFile,
    at: u64,
    end: u64,
    crc: u32,
}

impl<'a> Stretch<'a> {
    /// The first `bytes` bytes.
    pub(crate) fn new(file: &'a dyn StorageFile, bytes: u64) -> Self {
        Self { file, at: 0, end: bytes, crc: 0 }
    }

    /// Those from `at` to `end`, when the CRC-32C of those before is known.
    pub(crate) fn after(file: &'a dyn StorageFile, (at, crc): (u64, u32), end: u64) -> Self {
        Self { file, at, end, crc }
    }

    /// CRC-32C of the file up to where it has been read.
    pub(crate) fn crc(&self) -> u32 {
        self.crc
    }
}

impl Read for Stretch<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let want = buffer.len().min(usize::try_from(self.end - self.at).unwrap_or(usize::MAX));
        let count = self.file.read_at(&mut buffer[..want], self.at)?;
        if count == 0 && want > 0 {
            let said = format!("it ends at byte {} of {}", self.at, self.end);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, said));
        }
        self.crc = crc32c::crc32c_append(self.crc, &buffer[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

/// Which side of a copy failed.
#[derive(Debug)]
pub(crate) enum CopyError {
    Read(io::Error),
    Write(io::Error),
}

/// Copies everything to `to` from byte `at` on; gives the count of bytes and their CRC-32C.
pub(crate) fn copy(
    from: &mut dyn Read,
    to: Option<&dyn StorageFile>,
    at: u64,
) -> Result<(u64, u32), CopyError> {
    let mut buffer = vec![0; COPY_BYTES];
    let (mut bytes, mut crc) = (0, 0);
    loop {
        let count = match from.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(CopyError::Read)?,
        };
        if count == 0 {
            return Ok((bytes, crc));
        }
        if let Some(to) = to {
            to.write_at(&buffer[..count], at + bytes).map_err(CopyError::Write)?;
        }
        crc = crc32c::crc32c_append(crc, &buffer[..count]);
        bytes += count as u64;
    }
}
