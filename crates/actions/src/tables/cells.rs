//! From a cell to the text that was meant: numbers as text, text as numbers, and what a
//! spreadsheet did to them on the way.

use super::{Cell, Column};
use domain::text::{narrow, tidy};

/// What is wrong with a cell before anybody asks what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellTrouble {
    /// A formula.
    Formula,
    /// An error value such as `#N/A`.
    Fault,
    /// A date.
    Date,
    /// TRUE or FALSE.
    Flag,
    /// A number whose last digits are gone.
    LostDigits,
    /// Part of a merged area.
    Merged,
}

impl CellTrouble {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Formula, Self::Fault, Self::Date, Self::Flag, Self::LostDigits, Self::Merged];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Formula => "formula",
            Self::Fault => "fault",
            Self::Date => "date",
            Self::Flag => "flag",
            Self::LostDigits => "lost_digits",
            Self::Merged => "merged",
        }
    }

    /// The trouble stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.code() == code)
    }

    /// What to say, in Chinese; key into the catalogues.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Formula => "是公式，请粘贴为值",
            Self::Fault => "是错误值，请填写正确的内容",
            Self::Date => {
                "是日期：表格软件可能改动了原来的内容；请把单元格设为“文本”格式后重新填写"
            }
            Self::Flag => "是逻辑值 TRUE 或 FALSE，请填写文字",
            Self::LostDigits => {
                "号码被表格存成了数字或科学计数法，后几位已丢失；请把这一列设为“文本”格式后重新填写"
            }
            Self::Merged => "在合并单元格内，请取消合并，每行都填写",
        }
    }
}

/// Whole numbers from here on are not exact in a cell.
const EXACT_BELOW: f64 = 1e15;
/// Error values of spreadsheets, as they look in a CSV.
const FAULTS: [&str; 9] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#GETTING_DATA",
];

/// The text that a cell means in this column; empty when nothing is there.
///
/// # Errors
/// What is wrong with the cell.
pub(crate) fn text(cell: &Cell, column: Column) -> Result<String, CellTrouble> {
    match cell {
        Cell::Empty => Ok(String::new()),
        Cell::Formula => Err(CellTrouble::Formula),
        Cell::Fault(_) => Err(CellTrouble::Fault),
        Cell::Date(date) if is_time(column) => Ok(date.clone()),
        Cell::Date(_) => Err(CellTrouble::Date),
        Cell::Flag(_) => Err(CellTrouble::Flag),
        Cell::Number(number) => of_number(*number),
        Cell::Text(text) => of_text(text, column),
    }
}

fn of_number(number: f64) -> Result<String, CellTrouble> {
    if !number.is_finite() || number.abs() >= EXACT_BELOW {
        return Err(CellTrouble::LostDigits);
    }
    // Display never uses an exponent, and writes 13800138000.0 without its point.
    Ok(number.to_string())
}

fn of_text(text: &str, column: Column) -> Result<String, CellTrouble> {
    let text = tidy(text);
    let text = unquoted(&text);
    if text.starts_with('=') {
        return Err(CellTrouble::Formula);
    }
    if FAULTS.contains(&text.to_ascii_uppercase().as_str()) {
        return Err(CellTrouble::Fault);
    }
    if looks_like_date(text) && !is_time(column) {
        return Err(CellTrouble::Date);
    }
    if is_number(column) { plain_number(text) } else { Ok(text.to_owned()) }
}

/// Programs that export lists keep numbers as text by `="0558"` or a leading apostrophe.
fn unquoted(text: &str) -> &str {
    let literal = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    literal.filter(|inner| !inner.contains('"')).map_or(text, str::trim).trim_start_matches('\'')
}

/// Whether a date is what belongs into this column.
fn is_time(column: Column) -> bool {
    matches!(column, Column::Confirmed | Column::Sampled)
}

fn is_number(column: Column) -> bool {
    match column {
        Column::Organisation
        | Column::Checkpoint
        | Column::Door
        | Column::Address
        | Column::Manager
        | Column::IdKind
        | Column::PersonName
        | Column::Colour
        | Column::Confirmed
        | Column::Sampled
        | Column::TestResult
        | Column::TestedBy
        | Column::Itinerary => false,
        Column::County
        | Column::Township
        | Column::Category
        | Column::Phone
        | Column::CreditCode
        | Column::IdNumber
        | Column::Doses
        | Column::Longitude
        | Column::Latitude => true,
    }
}

/// Undoes `13800138000.0` and `1.3800138000E+10`; refuses `1.38E+10`, whose digits are gone.
fn plain_number(text: &str) -> Result<String, CellTrouble> {
    let plain = narrow(text);
    if let Some((whole, fraction)) = plain.split_once('.')
        && digits(whole)
        && fraction.bytes().all(|b| b == b'0')
    {
        return Ok(whole.to_owned());
    }
    // A credit code may have an E between digits: only a point or plus shows an exponent.
    let Some((mantissa, exponent)) = plain.split_once(['e', 'E']) else { return Ok(plain) };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power = exponent.strip_prefix('+');
    if !digits(whole)
        || !fraction.bytes().all(|b| b.is_ascii_digit())
        || !digits(power.unwrap_or(exponent))
        || (power.is_none() && !mantissa.contains('.'))
    {
        return Ok(plain);
    }
    let power: usize = power.unwrap_or(exponent).parse().unwrap_or(usize::MAX);
    if fraction.len() == power {
        Ok(format!("{whole}{fraction}"))
    } else {
        Err(CellTrouble::LostDigits)
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `2026/1/2`, `2026-01-02`, `1月2日`, `2026年1月2日`, `2-Jan`: a door `1-2` after a spreadsheet
/// had it.
fn looks_like_date(text: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let day = |part: &str| digits(part) && part.len() <= 2;
    let year = |part: &str| digits(part) && part.len() == 4;
    let month_day = |rest: &str| {
        let parts = rest.split_once('月').and_then(|(m, d)| Some((m, d.strip_suffix('日')?)));
        parts.is_some_and(|(m, d)| day(m) && day(d))
    };
    if month_day(text) || text.split_once('年').is_some_and(|(y, rest)| year(y) && month_day(rest))
    {
        return true;
    }
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    match parts[..] {
        [y, m, d] => year(y) && day(m) && day(d),
        [a, b] => {
            let word = |part: &str| MONTHS.contains(&part.to_ascii_lowercase().as_str());
            (day(a) && word(b)) || (word(a) && day(b))
        }
        _ => false,
    }
}

/// A mobile number as lists have it: `8613800138000` is meant with its country's code.
pub(crate) fn phone(text: &str) -> &str {
    let national = text.strip_prefix("86").filter(|rest| rest.len() == 11 && digits(rest));
    national.unwrap_or(text)
}

/// Degrees: `115.81`, `115.81°`, `115.81E`, `东经115.81`.
///
/// # Errors
/// When it is not a plain decimal number.
pub(crate) fn degrees(text: &str) -> Result<f64, String> {
    let plain = narrow(text).trim().to_owned();
    let plain = plain.trim_start_matches("东经").trim_start_matches("北纬");
    let plain = plain.trim_end_matches(['E', 'e', 'N', 'n', '°']).trim();
    let decimal = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number = plain.parse::<f64>().ok().filter(|_| decimal);
    number.ok_or_else(|| "应为十进制度数，例如 115.8142".to_owned())
}
