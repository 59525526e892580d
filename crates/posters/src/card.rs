//! 离线码: the card that somebody without a phone carries, as a PDF to print.

use crate::{
    Area, Code, Colour, PosterError, Print, Size,
    font::Weight::{Bold, Regular},
    geometry::Align,
    guide::{Sheet, pen},
    pdf::{Page, pdf},
    poster::code_marks,
    text::missing_characters,
};

/// What stands on a card.
#[derive(Clone, Debug)]
pub struct CardText {
    /// What a scanner reads.
    pub code: String,
    /// Masked name.
    pub masked_name: String,
    /// Kind of document and its last characters.
    pub document: String,
    /// Until when it works.
    pub expires: String,
    /// The number by which it is told from others.
    pub number: String,
}

/// Width and height of a card in mm: as an identity card held upright, twice as wide.
const CARD: (f32, f32) = (100.0, 140.0);
/// Edge of the code with its quiet zone, in mm: scanned from half a metre and more.
const CODE_MM: f32 = 84.0;
const MARGIN: f32 = 8.0;

/// What to do with it, in as many lines.
const ADVICE: [&str; 3] = [
    "进门时交给值守人员扫，并出示本人证件。",
    "码里没有证件号码，也没有健康码颜色，以进门时查到的为准。",
    "丢了请在“我的记录”里作废，重新打印。",
];

/// The card on a page of A4, with a line to cut along. The same input gives the same bytes.
///
/// # Errors
/// [`PosterError::Empty`] and [`PosterError::UrlTooLong`] for the code; [`PosterError::Broken`] when the
/// PDF writer refuses.
pub fn card_pdf(text: &CardText) -> Result<Vec<u8>, PosterError> {
    let code = Code::of_text(&text.code)?;
    let (page_width, _) = Size::A4.millimetres();
    let area = Area { x: (page_width - CARD.0) / 2.0, y: 24.0, width: CARD.0, height: CARD.1 };
    let middle = area.x + area.width / 2.0;
    let mut sheet = Sheet::default();
    sheet.frame(area, 4.0, pen(Colour::Hairline, 0.3).dashed(&[2.0, 2.0]));
    let title = (7.0, Bold, Colour::Brand);
    sheet.words("离线码", (middle, area.y + 12.0), Align::Centre, title)?;
    let square =
        Area { x: middle - CODE_MM / 2.0, y: area.y + 15.0, width: CODE_MM, height: CODE_MM };
    sheet.marks.extend(code_marks(&code, &square));
    let (name, small) = ((6.5, Bold, Colour::Ink), (3.4, Regular, Colour::InkSoft));
    let mut baseline = area.y + 15.0 + CODE_MM + 6.0;
    sheet.words(&drawable(&text.masked_name), (middle, baseline), Align::Centre, name)?;
    for line in [&text.document, &text.expires, &text.number] {
        baseline += 5.2;
        sheet.words(&drawable(line), (middle, baseline), Align::Centre, small)?;
    }
    let mut below = area.y + area.height + 10.0;
    for line in ADVICE {
        let (left, width) = (area.x - MARGIN, area.width + 2.0 * MARGIN);
        below = sheet.paragraph(line, (left, below), width, (3.8, Regular, Colour::Ink))?;
    }
    let page = Page { size: Size::A4.millimetres(), marks: sheet.marks, print: Print::Trimmed };
    pdf("离线码".into(), &[page])
}

/// A masked name may have a character that no font here has; on a card a star says as much.
fn drawable(text: &str) -> String {
    let missing = missing_characters([text]).unwrap_or_default();
    text.chars().map(|c| if missing.contains(&c) { '*' } else { c }).collect()
}
