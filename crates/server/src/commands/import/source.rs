//! Opens a list and finds out what kind of file it is, whatever its name says.

use super::{text, workbook};
use actions::checkpoints::import::Table;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Most bytes of a list: some ten times of what 50,000 doors need.
pub(super) const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Set when the import is to stop.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(super) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A list as it was read, and what the reader chose on the way.
#[derive(Debug)]
pub(super) struct List {
    pub(super) table: Table,
    pub(super) note: Option<String>,
}

/// Reads a list. What is wrong with it comes back as a Chinese sentence that says what to do.
pub(super) async fn read(path: &Path, sheet: Option<&str>, stop: &Stop) -> Result<List, String> {
    let (path, sheet, stop) = (path.to_owned(), sheet.map(str::to_owned), stop.clone());
    let read = tokio::task::spawn_blocking(move || read_here(&path, sheet.as_deref(), &stop));
    // A reader that gives up on a damaged file by panicking has still only met a damaged file.
    read.await
        .unwrap_or_else(|_| Err("文件已损坏，读不出来；请用表格软件打开后另存一份".to_owned()))
}

fn read_here(path: &PathBuf, sheet: Option<&str>, stop: &Stop) -> Result<List, String> {
    let bytes = bytes_of(path)?;
    match kind(&bytes) {
        Kind::Zip => workbook::read(bytes, sheet, stop),
        Kind::Text => text::read(&bytes, stop),
        Kind::Other(what) => {
            Err(format!("这是{what}，不是清单。只能读取 .xlsx 和 .csv，请用表格软件另存为其中一种"))
        }
    }
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
        0 => Err("文件是空的".to_owned()),
        size if size > FILE_BYTES_MAX => Err("文件超过 64 MiB，请拆成几个清单分别导入".to_owned()),
        _ => Ok(bytes),
    }
}

enum Kind {
    Zip,
    Text,
    Other(&'static str),
}

/// What a file is by its first bytes.
fn kind(bytes: &[u8]) -> Kind {
    const MARKS: [(&[u8], &str); 9] = [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Excel（.xls）或加了密码的文件"),
        (b"%PDF", " PDF "),
        (b"\x89PNG", "图片"),
        (b"\xff\xd8\xff", "图片"),
        (b"GIF8", "图片"),
        (b"Rar!", "压缩包"),
        (b"7z\xbc\xaf\x27\x1c", "压缩包"),
        (b"\x1f\x8b", "压缩包"),
        (b"{\\rtf", "文档（.rtf）"),
    ];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Kind::Zip;
    }
    if let Some((_, what)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Kind::Other(what);
    }
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let start = start.get(..64.min(start.len())).unwrap_or_default().to_ascii_lowercase();
    let page = [&b"<html"[..], b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head"];
    if page.iter().any(|mark| start.starts_with(mark)) {
        return Kind::Other("网页（有些系统导出的“Excel”其实是网页）");
    }
    Kind::Text
}
