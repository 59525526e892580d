//! The bytes of a visit on disk, column by column.

use std::{
    fs::{self, File},
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use anyhow::{Context as _, Result, ensure};
use visitlog::format::{
    page::{self, Order, Page},
    segment::{self, Footer},
};

use crate::report::Report;

const COLUMNS: [&str; 9] = [
    "major, low half",
    "major, high half",
    "entry time",
    "minor, low half",
    "minor, high half",
    "recorded − entered, low half",
    "recorded − entered, high half",
    "attribute's number",
    "attributes",
];

#[derive(Default)]
struct Bytes {
    /// By order, then by column.
    columns: [[u64; COLUMNS.len()]; 2],
    page_headers: u64,
    /// Index, header and footer.
    frame: u64,
}

/// Reads every page of every segment and tells what each column takes.
pub(crate) fn tell(dir: &Path, visits: u64, report: &mut Report) -> Result<()> {
    let mut bytes = Bytes::default();
    for entry in fs::read_dir(dir.join("segments"))? {
        let path = entry?.path();
        count(&path, &mut bytes).with_context(|| path.display().to_string())?;
    }
    let each = |bytes: u64| bytes as f64 / visits as f64;
    for (order, columns) in ["by person", "by checkpoint"].iter().zip(&bytes.columns) {
        for (name, bytes) in COLUMNS.iter().zip(columns).filter(|(_, bytes)| **bytes > 0) {
            report.tell(format!("… {order}: {name}"), each(*bytes), "B/visit");
        }
    }
    report.tell("… page headers", each(bytes.page_headers), "B/visit");
    report.tell("… indexes, segment headers and footers", each(bytes.frame), "B/visit");
    Ok(())
}

fn count(path: &Path, bytes: &mut Bytes) -> Result<()> {
    let (footer, length) = footer(path)?;
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    file.seek(SeekFrom::Start(segment::HEADER_BYTES as u64))?;
    let mut left = footer.index_at - segment::HEADER_BYTES as u64;
    bytes.frame += length - left;
    let mut buffer = vec![0; page::BYTES_MAX];
    while left > 0 {
        file.read_exact(&mut buffer[..page::HEADER_BYTES])?;
        let length = page::length(&buffer)?;
        file.read_exact(&mut buffer[page::HEADER_BYTES..length])?;
        let page = Page::read(&buffer[..length])?;
        let columns = page.column_bytes();
        let order = Order::ALL.iter().position(|order| *order == page.order()).unwrap_or(0);
        for (sum, bytes) in bytes.columns[order].iter_mut().zip(columns) {
            *sum += bytes as u64;
        }
        bytes.page_headers += (length - columns.iter().sum::<usize>()) as u64;
        left = left.checked_sub(length as u64).context("a page reaches into the index")?;
    }
    Ok(())
}

/// The footer, and the file's length.
fn footer(path: &Path) -> Result<(Footer, u64)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    ensure!(length > segment::FOOTER_BYTES as u64, "too short for a segment");
    file.seek(SeekFrom::End(-(segment::FOOTER_BYTES as i64)))?;
    let mut bytes = [0; segment::FOOTER_BYTES];
    file.read_exact(&mut bytes)?;
    Ok((segment::decode_footer(&bytes, length)?, length))
}
