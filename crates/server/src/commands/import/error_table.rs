//! The error table: a CSV that a spreadsheet opens as it is, row and column as in the list.

use actions::tables::{Finding, Weight, column_letters};
use anyhow::Result;
use domain::text::harmless_cell;
use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Most characters of a value that are repeated.
const VALUE_CHARS_MAX: usize = 100;

/// Writes all findings. The file holds names and phones of the list, so it is its owner's alone.
pub(super) fn write(path: &Path, findings: &[Finding], left_out: usize) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut file = BufWriter::new(file);
    // Spreadsheets take a CSV for UTF-8 only with a byte order mark.
    file.write_all("\u{feff}".as_bytes())?;
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    table.write_record(["行", "列", "列名", "值", "问题"])?;
    for finding in findings {
        let says = match finding.weight {
            Weight::Note => format!("提示：{}", finding.says),
            Weight::Bad | Weight::There => finding.says.clone(),
        };
        let value: String = finding.value.chars().take(VALUE_CHARS_MAX).collect();
        table.write_record([
            &finding.row.to_string(),
            &column_letters(finding.column),
            &*harmless_cell(&finding.title),
            &*harmless_cell(&value),
            &*harmless_cell(&says),
        ])?;
    }
    if left_out > 0 {
        let says = format!("问题太多，另有 {left_out} 条没有列出");
        table.write_record(["", "", "", "", &says])?;
    }
    table.flush()?;
    Ok(())
}
