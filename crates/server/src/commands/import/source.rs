//! Opens a list from a file.

use actions::tables::{CELLS_MAX, ROWS_MAX, known_columns};
use lists::{DAMAGED, Limits, List, Stop, Wanted};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

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
    lists::read(bytes_of(path)?, &wanted, stop)
}

fn bytes_of(path: &PathBuf) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("读不了 {}：{error}", path.display());
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(format!("{} 不是文件", path.display()));
    }
    let mut bytes = Vec::new();
    // One more than allowed: the file may have grown since it was measured.
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match bytes.len() as u64 {
        size if size > FILE_BYTES_MAX => Err("文件超过 64 MiB，请拆成几个清单分别导入".to_owned()),
        _ => Ok(bytes),
    }
}
