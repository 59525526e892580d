//! What a file is by its first bytes.

/// What a file is.
pub(crate) enum Kind {
    /// Packed: perhaps a workbook.
    Zip,
    /// Perhaps a separated text.
    Text,
    /// Something that people take for a list.
    Other(&'static str),
}

/// What a file is by its first bytes.
pub(crate) fn kind(bytes: &[u8]) -> Kind {
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
