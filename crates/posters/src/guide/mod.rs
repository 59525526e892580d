//! 张贴指南, the posting guide: how each size hangs, how people scan, what to do with a damaged
//! poster. Two A4 pages, part of what a venue downloads.

mod scene;
mod sheet;

use crate::{
    Area, Colour, PosterError, Print, Size,
    fit::fit,
    font::{
        Face,
        Weight::{self, Bold, Regular},
    },
    geometry::Align,
    pdf::{Page, pdf},
    text::{Field, check_field},
};
pub(crate) use sheet::{Sheet, pen};

/// The left edge of everything, and the width that is left.
const LEFT: f32 = 14.0;
const WIDTH: f32 = 182.0;
/// The room for the hotline at the foot: width and height.
const HOTLINE: (f32, f32) = (86.0, 6.0);
/// Between two boxes.
const GAP: f32 = 4.0;
const SOURCE: &str = "依据《关于进一步强化“场所码”规范使用的通知》";

/// The three sizes: name, measure, and how they hang, most important first.
const SIZES: [(&str, &str, [&str; 3]); 3] = [
    ("展架", "80 × 180 cm", ["放在门厅或入口右侧", "室外有条件的都要用", "立稳放平，不挡通道"]),
    ("约两开", "60 × 90 cm", ["贴在右侧门的中线上", "下沿离地面 1.5 米", "贴平贴牢，不卷不翘"]),
    ("A4", "21 × 29.7 cm", ["室内使用", "贴在玻璃橱窗等显眼处", "放柜台上要竖直"]),
];

/// What is right everywhere: a word to remember and what it means.
const EVERYWHERE: [(&str, &str); 4] = [
    ("一门一码", "每个门贴自己的码，由一人管理。不和别家共用。"),
    ("不弯腰", "人站直就能扫到。不贴低处，不平放桌上。"),
    ("不聚集", "码前留出空地，排队的人不堵门口。"),
    ("看得见", "贴在进出口显眼处。不遮挡，不反光，夜里有灯。"),
];

/// How people come in.
const SCANNING: [(&str, &str); 5] = [
    ("逢进必扫", "进门先扫码。用微信、支付宝、皖事通、云闪付的“扫一扫”都可以。"),
    ("逐人扫码", "几个人同行，每个人都要扫。严禁一人扫码、多人进出。"),
    ("逢扫必验", "安排专人值守，查验每一次扫码。不能用“亮码”代替“扫码”。"),
    ("帮助没有手机的人", "没有智能手机或持离线码的，由值守人员反向扫码登记。"),
    ("提醒和处置", "用“小喇叭”提醒扫码。结果异常的，按防控要求处置。"),
];

/// What can happen to a poster.
const CARE: [(&str, &str); 3] = [
    ("破损、褪色、弄脏", "重新下载打印，当天换上。码不变，不用再申请。"),
    ("丢失、被人调换", "管理员在平台上登记“海报出了问题”，旧海报立即失效，马上贴上新海报。"),
    ("打印", "按实际大小（100%）打印，不要缩放。用哑光纸，少反光。"),
];

/// The posting guide as a PDF of two A4 pages. `hotline` is the city's telephone number for
/// questions, 1–24 characters. The same input gives the same bytes.
///
/// # Errors
/// [`PosterError::Empty`], [`PosterError::TooLong`] and [`PosterError::MissingGlyph`] for the
/// hotline; [`PosterError::Broken`] if the fonts cannot be read.
pub fn posting_guide_pdf(hotline: Option<&str>) -> Result<Vec<u8>, PosterError> {
    let size = Size::A4.millimetres();
    let pages =
        sheets(hotline)?.map(|sheet| Page { size, marks: sheet.marks, print: Print::Trimmed });
    pdf("场所码张贴指南".into(), &pages)
}

fn sheets(hotline: Option<&str>) -> Result<[Sheet; 2], PosterError> {
    if let Some(hotline) = hotline {
        check_field(Field::Hotline, hotline, Face::of(Weight::Regular)?)?;
    }
    let mut first = Sheet::default();
    head(&mut first, "场所码张贴指南", "贴在哪里，贴多高")?;
    scene::scene(&mut first)?;
    for (n, size) in SIZES.iter().enumerate() {
        size_card(&mut first, n, size)?;
    }
    heading(&mut first, "每一张都要做到", 226.0)?;
    for (n, rule) in EVERYWHERE.iter().enumerate() {
        rule_card(&mut first, n, *rule)?;
    }
    foot(&mut first, hotline, 1)?;
    let mut second = Sheet::default();
    head(&mut second, "贴好以后", "怎么扫，怎么验，坏了怎么办")?;
    scanning(&mut second)?;
    heading(&mut second, "海报的更换和打印", 207.0)?;
    for (n, care) in CARE.iter().enumerate() {
        care_card(&mut second, n, *care)?;
    }
    foot(&mut second, hotline, 2)?;
    Ok([first, second])
}

fn head(sheet: &mut Sheet, title: &str, below: &str) -> Result<(), PosterError> {
    sheet.fill(Area::new(0.0, 0.0, 210.0, 37.0), 0.0, Colour::Brand);
    sheet.words(title, (LEFT, 20.0), Align::Left, (12.0, Bold, Colour::Paper))?;
    sheet.words(below, (LEFT + 0.4, 30.0), Align::Left, (5.2, Regular, Colour::Paper))
}

fn foot(sheet: &mut Sheet, hotline: Option<&str>, page: usize) -> Result<(), PosterError> {
    let hand = (3.4, Regular, Colour::InkSoft);
    sheet.line(&[(LEFT, 283.0), (LEFT + WIDTH, 283.0)], pen(Colour::Hairline, 0.3));
    sheet.words(SOURCE, (LEFT, 289.0), Align::Left, hand)?;
    let right = LEFT + WIDTH;
    sheet.words(&format!("{page} / 2"), (right, 289.0), Align::Right, hand)?;
    if let Some(hotline) = hotline {
        let words = format!("咨询电话 {}", hotline.trim());
        let size_mm = fit(Face::of(Bold)?, &words, HOTLINE, 4.0, false).size_mm;
        let hand = (size_mm, Bold, Colour::Brand);
        sheet.words(&words, (right - 12.0, 289.0), Align::Right, hand)?;
    }
    Ok(())
}

fn heading(sheet: &mut Sheet, text: &str, baseline: f32) -> Result<(), PosterError> {
    sheet.fill(Area::new(LEFT, baseline - 5.2, 1.6, 6.2), 0.0, Colour::Brand);
    sheet.words(text, (LEFT + 4.0, baseline), Align::Left, (5.8, Bold, Colour::Ink))
}

/// The `n`th of `count` boxes beside one another.
fn column(n: usize, count: usize, y: f32, height: f32) -> Area {
    // A handful of boxes: exact in f32.
    let (n, count) = (n as f32, count as f32);
    let width = (WIDTH - GAP * (count - 1.0)) / count;
    Area { x: LEFT + n * (width + GAP), y, width, height }
}

fn size_card(
    sheet: &mut Sheet,
    n: usize,
    (name, measure, how): &(&str, &str, [&str; 3]),
) -> Result<(), PosterError> {
    let card = column(n, SIZES.len(), 167.0, 48.0);
    sheet.frame(card, 3.0, pen(Colour::Hairline, 0.5));
    sheet.badge(n + 1, (card.x + 9.0, card.y + 10.0), 4.4)?;
    let x = card.x + 16.5;
    sheet.words(name, (x, card.y + 10.4), Align::Left, (6.2, Bold, Colour::Ink))?;
    sheet.words(measure, (x, card.y + 16.6), Align::Left, (4.0, Regular, Colour::InkSoft))?;
    let mut y = card.y + 26.6;
    for line in how {
        sheet.dot((card.x + 6.2, y - 1.5), 0.8, Colour::Brand);
        sheet.words(line, (card.x + 9.4, y), Align::Left, (4.2, Regular, Colour::Ink))?;
        y += 8.0;
    }
    Ok(())
}

fn rule_card(
    sheet: &mut Sheet,
    n: usize,
    (name, meaning): (&str, &str),
) -> Result<(), PosterError> {
    let card = column(n, EVERYWHERE.len(), 232.0, 45.0);
    sheet.fill(card, 3.0, Colour::BrandSoft);
    let tick =
        [(0.0, 0.0), (1.9, 1.9), (5.2, -2.6)].map(|(x, y)| (card.x + 5.0 + x, card.y + 9.6 + y));
    sheet.line(&tick, pen(Colour::Brand, 1.1).round());
    sheet.words(name, (card.x + 12.4, card.y + 11.2), Align::Left, (5.4, Bold, Colour::Brand))?;
    let start = (card.x + 5.0, card.y + 20.0);
    sheet.paragraph(meaning, start, card.width - 8.0, (4.0, Regular, Colour::Ink))?;
    Ok(())
}

fn scanning(sheet: &mut Sheet) -> Result<(), PosterError> {
    heading(sheet, "进门怎么扫，值守怎么验", 52.0)?;
    for (n, (name, meaning)) in SCANNING.iter().enumerate() {
        // Five rows: exact in f32.
        let y = 58.0 + n as f32 * 27.2;
        sheet.fill(Area::new(LEFT, y, WIDTH, 24.2), 3.0, Colour::BrandSoft);
        sheet.badge(n + 1, (LEFT + 11.5, y + 12.1), 6.2)?;
        sheet.words(name, (LEFT + 23.0, y + 10.2), Align::Left, (5.8, Bold, Colour::Brand))?;
        let start = (LEFT + 23.0, y + 18.8);
        sheet.paragraph(meaning, start, WIDTH - 26.0, (4.6, Regular, Colour::Ink))?;
    }
    Ok(())
}

fn care_card(
    sheet: &mut Sheet,
    n: usize,
    (name, meaning): (&str, &str),
) -> Result<(), PosterError> {
    let card = column(n, CARE.len(), 213.0, 52.0);
    sheet.frame(card, 3.0, pen(Colour::Hairline, 0.5));
    sheet.words(name, (card.x + 6.0, card.y + 12.0), Align::Left, (5.4, Bold, Colour::Ink))?;
    let start = (card.x + 6.0, card.y + 22.0);
    sheet.paragraph(meaning, start, card.width - 11.0, (4.4, Regular, Colour::Ink))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ink::{Mark, Words};

    fn words(sheet: &Sheet) -> Vec<&Words> {
        let marks = sheet.marks.iter();
        marks
            .filter_map(|mark| if let Mark::Words(words) = mark { Some(words) } else { None })
            .collect()
    }

    #[test]
    fn no_words_lie_over_others_or_leave_the_page() {
        let page = Area::new(8.0, 8.0, 194.0, 283.0);
        let longest = "阜".repeat(24);
        let guides = ["0558-12345", &longest].map(|hotline| sheets(Some(hotline)).unwrap());
        for sheet in guides.iter().flatten() {
            let words = words(sheet);
            for (n, one) in words.iter().enumerate() {
                assert!(page.contains(&one.area()), "{one:?}");
                for other in &words[n + 1..] {
                    assert!(!one.area().overlaps(&other.area()), "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn the_words_of_a_box_stay_inside_it() {
        let [first, second] = sheets(None).unwrap();
        let rules: Vec<Area> = (0..4).map(|n| column(n, 4, 232.0, 45.0)).collect();
        let sizes: Vec<Area> = (0..3).map(|n| column(n, 3, 167.0, 48.0)).collect();
        let care: Vec<Area> = (0..3).map(|n| column(n, 3, 213.0, 52.0)).collect();
        for (sheet, boxes) in [(&first, &rules), (&first, &sizes), (&second, &care)] {
            for words in words(sheet).into_iter().map(Words::area) {
                let around = boxes.iter().filter(|area| area.overlaps(&words));
                assert!(around.into_iter().all(|area| area.contains(&words)), "{words:?}");
            }
        }
    }

    #[test]
    fn every_character_has_a_glyph() {
        for sheet in sheets(Some("0558-12345")).unwrap() {
            for words in words(&sheet) {
                let face = Face::of(words.weight).unwrap();
                assert!(words.text.chars().all(|c| face.has(c)), "{words:?}");
            }
        }
    }

    #[test]
    fn a_hotline_that_cannot_be_drawn_is_refused() {
        let refused = PosterError::MissingGlyph { field: Field::Hotline, character: '𠮷' };
        assert_eq!(posting_guide_pdf(Some("𠮷")), Err(refused));
        assert_eq!(posting_guide_pdf(Some(" ")), Err(PosterError::Empty { field: Field::Hotline }));
    }
}
