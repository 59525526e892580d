//! Opens a list from a file.

use actions::tables::{
    CELLS_MAX, HEADER_ROWS_MAX, ROWS_MAX, STATUS_CELLS_MAX, STATUS_ROWS_MAX, known_columns,
};
use lists::{DAMAGED, Limits, List, Piece, Stop, Wanted};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};
use tokio::{sync::mpsc, task::JoinHandle};

/// Most bytes of a list: some ten times of what 50,000 doors need.
pub(super) const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// 50,000 doors unpack to some 50 MB.
const LIMITS: Limits = Limits {
    rows_max: ROWS_MAX,
    cells_max: CELLS_MAX,
    text_bytes_max: 512 * 1024 * 1024,
    unpacked_bytes_max: 512 * 1024 * 1024,
};

/// Reads a list. What is wrong with it comes back as a Chinese sentence that says what to do.
pub(super) async fn read(path: &Path, sheet: Option<&str>, stop: &Stop) -> Result<List, String> {
    let (path, sheet, stop) = (path.to_owned(), sheet.map(str::to_owned), stop.clone());
    let read = tokio::task::spawn_blocking(move || read_here(&path, sheet.as_deref(), &stop));
    // A reader that gives up on a damaged file by panicking has still only met a damaged file.
    read.await.unwrap_or_else(|_| Err(DAMAGED.to_owned()))
}

fn read_here(path: &PathBuf, sheet: Option<&str>, stop: &Stop) -> Result<List, String> {
    let wanted = Wanted { sheet, limits: LIMITS, fit: &known_columns };
    lists::read(bytes_of(path, FILE_BYTES_MAX)?, &wanted, stop)
}

/// The header is in one of these rows.
pub(super) const HEAD_ROWS: u32 = HEADER_ROWS_MAX;
/// Most bytes of a list that is read row by row: twice a spreadsheet full of statuses.
const LONG_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How much such a list may be.
const LONG: Limits = Limits {
    rows_max: STATUS_ROWS_MAX,
    cells_max: STATUS_CELLS_MAX,
    text_bytes_max: 1024 * 1024 * 1024,
    unpacked_bytes_max: 2 * 1024 * 1024 * 1024,
};
/// Pieces that are handed over together.
const PIECES: usize = 1_000;
/// Heaps of pieces that may wait.
const HEAPS: usize = 4;

/// A list that is being read, row by row, on another thread and no further ahead than it is used.
pub(super) struct Reading {
    heaps: mpsc::Receiver<Vec<Piece>>,
    reader: JoinHandle<Result<(), String>>,
    stop: Stop,
}

/// Begins to read a list row by row.
pub(super) fn read_on(path: &Path, sheet: Option<&str>, stop: &Stop) -> Reading {
    let (path, sheet, stop) = (path.to_owned(), sheet.map(str::to_owned), stop.clone());
    let (give, heaps) = mpsc::channel(HEAPS);
    let told = stop.clone();
    let reader = tokio::task::spawn_blocking(move || {
        let wanted = Wanted { sheet: sheet.as_deref(), limits: LONG, fit: &known_columns };
        let mut heap = Vec::with_capacity(PIECES);
        lists::each(bytes_of(&path, LONG_BYTES_MAX)?, &wanted, &told, &mut |piece| {
            heap.push(piece);
            heap.len() < PIECES
                || give
                    .blocking_send(std::mem::replace(&mut heap, Vec::with_capacity(PIECES)))
                    .is_ok()
        })?;
        // Whoever does not listen any more has seen enough.
        let _unheard = give.blocking_send(heap);
        Ok(())
    });
    Reading { heaps, reader, stop }
}

impl Reading {
    /// The next pieces; none when everything was read, or cannot be.
    pub(super) async fn next(&mut self) -> Option<Vec<Piece>> {
        self.heaps.recv().await
    }

    /// What came of it. A reader that gives up on a damaged file by panicking has still only met a
    /// damaged file.
    pub(super) async fn end(self) -> Result<(), String> {
        let ended = self.reader.await.unwrap_or_else(|_| Err(DAMAGED.to_owned()));
        // Being interrupted is said elsewhere.
        if self.stop.is_set() { Err(String::new()) } else { ended }
    }

    /// Reads no further; what was wrong with the file until now.
    pub(super) async fn stopped(mut self) -> Result<(), String> {
        let whole = self.heaps.is_closed();
        self.heaps.close();
        let ended = self.reader.await.unwrap_or_else(|_| Err(DAMAGED.to_owned()));
        if whole || self.stop.is_set() { ended } else { Ok(()) }
    }
}

fn bytes_of(path: &PathBuf, bytes_max: u64) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("没有这个文件：{}", path.display()),
        std::io::ErrorKind::PermissionDenied => format!("没有权限读 {}", path.display()),
        _ => format!("读不了 {}：{error}", path.display()),
    };
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(format!("{} 不是文件", path.display()));
    }
    let mut bytes = Vec::new();
    // One more than allowed: the file may have grown since it was measured.
    let file = File::open(path).map_err(unreadable)?;
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > bytes_max {
        return Err(format!("文件超过 {} MiB，请拆成几个清单分别导入", bytes_max / (1024 * 1024)));
    }
    Ok(bytes)
}
