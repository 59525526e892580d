//! Where everything on a poster stands: a pure function from size and text to placed boxes.

use crate::{
    Area, Colour, Part, PosterError, PosterText, Size,
    fit::{BASELINE_EM, CLOSING, Fitted, LINE_HEIGHT_EM, OPENING, fit},
    font::{Face, Weight},
    geometry::{Align, Slot},
    text::{APPS, DONE, DONE_OUT, Field, RULES, RULES_OUT, TITLE, TITLE_OUT, Way},
};

/// How far the yellow band reaches beyond the words of the note, in line heights.
const BAND_MARGIN_EM: f32 = 1.0;
/// The blank half of a full-width bracket or quotation mark, in em.
const BLANK_HALF_EM: f32 = 0.5;

/// A poster that is laid out and only needs drawing. Lengths in mm.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The page.
    pub page: Area,
    /// The white card.
    pub card: Area,
    /// The radius of the card's corners.
    pub corner: f32,
    /// The code with its quiet zone of 4 modules.
    pub code: Area,
    /// The yellow band under the note of a demonstration.
    pub band: Option<Area>,
    /// The words.
    pub blocks: Vec<TextBlock>,
}

/// One part of the poster's words, placed.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBlock {
    /// Which part.
    pub part: Part,
    /// The box that the part may not leave.
    pub area: Area,
    /// What the lines really take, with room for every ascender and descender.
    pub ink: Area,
    /// The colour of the letters.
    pub colour: Colour,
    /// Bold or regular.
    pub bold: bool,
    /// The size of the letters in mm.
    pub size_mm: f32,
    /// One or two lines.
    pub lines: Vec<Line>,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The words.
    pub text: String,
    /// Where the line starts, in mm.
    pub x: f32,
    /// Its baseline, in mm.
    pub baseline: f32,
    /// How wide it is, in mm.
    pub width: f32,
}

impl TextBlock {
    pub(crate) fn weight(&self) -> Weight {
        if self.bold { Weight::Bold } else { Weight::Regular }
    }
}

/// Checks the text and lays the poster out.
///
/// # Errors
/// [`PosterError::MissingGlyph`], [`PosterError::Empty`], [`PosterError::TooLong`] and
/// [`PosterError::UrlTooLong`] name what to correct; [`PosterError::Broken`] if the fonts cannot
/// be read.
pub fn layout(size: Size, text: &PosterText) -> Result<Layout, PosterError> {
    text.check()?;
    let geometry = size.geometry();
    let mut blocks = Vec::with_capacity(geometry.slots.len());
    for slot in &geometry.slots {
        if let Some(words) = words(slot.part, text) {
            blocks.push(place(slot, &words)?);
        }
    }
    let note = blocks.iter().find(|block| block.part == Part::Note);
    let band = note.map(band);
    let (width, height) = geometry.page;
    Ok(Layout {
        page: Area { x: 0.0, y: 0.0, width, height },
        card: geometry.card,
        corner: geometry.corner,
        code: geometry.code,
        band,
        blocks,
    })
}

/// What a part says on every poster at such a door; `None` for what a door, a city or a day decides.
pub(crate) fn fixed_words(part: Part, way: Way) -> Option<&'static str> {
    Some(match (part, way) {
        (Part::Title, Way::Entry) => TITLE,
        (Part::Title, Way::Exit) => TITLE_OUT,
        (Part::Apps, _) => APPS,
        (Part::Done, Way::Entry) => DONE,
        (Part::Done, Way::Exit) => DONE_OUT,
        (Part::Rules, Way::Entry) => RULES,
        (Part::Rules, Way::Exit) => RULES_OUT,
        _ => return None,
    })
}

/// What a part says; `None` if this poster does not have it.
pub(crate) fn words(part: Part, text: &PosterText) -> Option<String> {
    Some(match part {
        Part::Title | Part::Apps | Part::Done | Part::Rules => {
            fixed_words(part, text.way)?.to_owned()
        }
        Part::Promise => text.promise(),
        Part::Note => text.note.as_ref()?.trim().to_owned(),
        Part::Hotline => format!("咨询电话 {}", text.hotline.as_ref()?.trim()),
        Part::Place => text.place.trim().to_owned(),
        Part::Door => text.door.trim().to_owned(),
        Part::Address => text.whole_address(),
        Part::Number => format!("编号 {}", text.number.trim()),
        Part::Issued => format!("签发 {}·版式 {}", text.issued_on.trim(), text.layout_version),
    })
}

/// Fits the words into their box: from left to right as the part asks, up and down in the middle.
pub(crate) fn place(slot: &Slot, words: &str) -> Result<TextBlock, PosterError> {
    let (weight, colour, align, two_lines) = slot.part.style();
    let Set { lines, size_mm, ink } =
        set(words, &slot.area, slot.size_mm, (weight, align, two_lines))?;
    let bold = weight == Weight::Bold;
    Ok(TextBlock { part: slot.part, area: slot.area, ink, colour, bold, size_mm, lines })
}

/// Words set into an area.
pub(crate) struct Set {
    /// One or two lines.
    pub(crate) lines: Vec<Line>,
    /// The size of the letters in mm.
    pub(crate) size_mm: f32,
    /// What the lines take.
    pub(crate) ink: Area,
}

/// Sets words into an area with letters of at most `size_mm`; up and down in the middle.
pub(crate) fn set(
    words: &str,
    area: &Area,
    size_mm: f32,
    (weight, align, two_lines): (Weight, Align, bool),
) -> Result<Set, PosterError> {
    let face = Face::of(weight)?;
    if let Some(character) = words.chars().find(|&character| !face.has(character)) {
        return Err(PosterError::MissingGlyph { field: Field::FixedWords, character });
    }
    let Fitted { lines, size_mm } = fit(face, words, (area.width, area.height), size_mm, two_lines);
    let line_height = size_mm * LINE_HEIGHT_EM;
    let height: f32 = lines.iter().map(|_| line_height).sum();
    let mut top = area.y + (area.height - height) / 2.0;
    let ink_top = top;
    let mut placed = Vec::with_capacity(lines.len());
    for text in lines {
        let width = face.width_em(&text) * size_mm;
        let x = match align {
            Align::Left => area.x,
            Align::Centre => centred(&text, width, size_mm, area),
            Align::Right => area.right() - width,
        };
        placed.push(Line { text, x, baseline: top + BASELINE_EM * size_mm, width });
        top += line_height;
    }
    let left = placed.iter().map(|line| line.x).fold(f32::INFINITY, f32::min);
    let width = placed.iter().map(|line| line.width).fold(0.0, f32::max);
    let ink = Area { x: left, y: ink_top, width, height };
    Ok(Set { lines: placed, size_mm, ink })
}

/// Where a line starts so that it looks centred: the blank half of a bracket or quotation mark at
/// its edge does not count, as far as the box allows.
fn centred(text: &str, width: f32, size_mm: f32, area: &Area) -> f32 {
    let blank = |hit: bool| if hit { size_mm * BLANK_HALF_EM } else { 0.0 };
    let before = blank(text.starts_with(OPENING));
    let after = blank(text.ends_with(CLOSING));
    let x = area.x + (area.width - width + after - before) / 2.0;
    x.min(area.right() - width).max(area.x)
}

/// As high as the note's box, as wide as its words and a margin.
fn band(note: &TextBlock) -> Area {
    let margin = note.size_mm * BAND_MARGIN_EM;
    Area {
        x: note.ink.x - margin,
        width: note.ink.width + 2.0 * margin,
        y: note.area.y,
        height: note.area.height,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn sample() -> PosterText {
        PosterText {
            way: Way::Entry,
            url: "https://scan.example.gov.cn/c/0123456789abcdef".into(),
            place: "阜阳市人民医院（南区）".into(),
            door: "门诊部 东门".into(),
            county: "颍州区".into(),
            address: "三清路 501 号".into(),
            number: "FY-0301-7K3Q".into(),
            issued_on: "2026-11-22".into(),
            layout_version: 1,
            retention_days: 28,
            hotline: None,
            note: None,
        }
    }

    fn assert_tidy(layout: &Layout) {
        for (n, block) in layout.blocks.iter().enumerate() {
            assert!(block.area.contains(&block.ink), "{block:?}");
            assert!(!block.ink.overlaps(&layout.code), "{block:?}");
            assert!(!block.part.is_on_card() || layout.card.contains(&block.ink), "{block:?}");
            for line in &block.lines {
                assert!(line.x >= block.area.x - 0.01);
                assert!(line.x + line.width <= block.area.right() + 0.01);
            }
            for other in &layout.blocks[n + 1..] {
                assert!(!block.ink.overlaps(&other.ink), "{block:?} {other:?}");
            }
        }
        if let Some(band) = layout.band {
            assert!(layout.page.contains(&band) && !band.overlaps(&layout.code));
            let mut others = layout.blocks.iter().filter(|block| block.part != Part::Note);
            assert!(others.all(|block| !block.ink.overlaps(&band)));
        }
    }

    fn said(layout: &Layout, part: Part) -> String {
        let block = layout.blocks.iter().find(|block| block.part == part).unwrap();
        block.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn every_poster_says_all_that_it_must() {
        for size in Size::ALL {
            let layout = layout(size, &sample()).unwrap();
            assert_tidy(&layout);
            assert_eq!(said(&layout, Part::Place), "阜阳市人民医院（南区）");
            assert_eq!(said(&layout, Part::Address), "颍州区·三清路 501 号");
            assert_eq!(said(&layout, Part::Issued), "签发 2026-11-22·版式 1");
            assert!(said(&layout, Part::Promise).contains("28 天"));
            assert_eq!(layout.blocks.len(), 10, "no hotline, no note");
        }
    }

    #[test]
    fn a_poster_at_a_way_out_asks_whoever_leaves_and_never_whoever_comes_in() {
        for size in Size::ALL {
            let out = layout(size, &PosterText { way: Way::Exit, ..sample() }).unwrap();
            assert_tidy(&out);
            assert!(said(&out, Part::Title).contains("离开请扫码"));
            assert!(said(&out, Part::Done).contains("“离开登记”"));
            assert!(said(&out, Part::Rules).contains("进门请扫入口的码"));
            let whole: String = out.blocks.iter().map(|block| said(&out, block.part)).collect();
            assert!(!whole.contains("绿码") && !whole.contains("后进入"), "{whole}");
            let entry = layout(size, &sample()).unwrap();
            assert_eq!((out.code, out.card, out.page), (entry.code, entry.card, entry.page));
            for part in [Part::Apps, Part::Place, Part::Door, Part::Promise] {
                assert_eq!(said(&out, part), said(&entry, part));
            }
        }
    }

    #[test]
    fn hotline_and_note_have_places_of_their_own() {
        let full = PosterText {
            hotline: Some("0558-12345".into()),
            note: Some("演示用码 · 非真实场所".into()),
            ..sample()
        };
        for size in Size::ALL {
            let layout = layout(size, &full).unwrap();
            assert_tidy(&layout);
            assert_eq!(said(&layout, Part::Hotline), "咨询电话 0558-12345");
            assert!(layout.band.unwrap().contains(&layout.blocks[3].ink));
        }
    }

    #[test]
    fn the_blank_half_of_a_closing_bracket_does_not_shift_a_name_to_the_left() {
        let layout = layout(Size::A4, &sample()).unwrap();
        let name = layout.blocks.iter().find(|block| block.part == Part::Place).unwrap();
        let line = &name.lines[0];
        let seen_right = line.x + line.width - name.size_mm / 2.0;
        assert!((line.x - (210.0 - seen_right)).abs() < 0.01);
    }

    #[test]
    fn the_fixed_words_are_set_at_their_full_size() {
        for size in Size::ALL {
            let slots = &size.geometry().slots;
            for way in [Way::Entry, Way::Exit] {
                for block in layout(size, &PosterText { way, ..sample() }).unwrap().blocks {
                    let slot = slots.iter().find(|slot| slot.part == block.part).unwrap();
                    assert_eq!(block.size_mm, slot.size_mm, "{size:?} {way:?} {:?}", block.part);
                }
            }
        }
    }

    /// Any mixture of ideographs, letters, digits and punctuation, none of it only spaces.
    fn words(longest: usize) -> impl Strategy<Value = String> {
        let one = prop_oneof![
            6 => prop::char::range('\u{4E00}', '\u{9FA5}'),
            1 => prop::char::range('!', '~'),
            1 => prop::sample::select(vec!['（', '）', '·', '“', '”', ' ', '　', '—', 'W']),
        ];
        prop::collection::vec(one, 1..=longest)
            .prop_map(|chars| chars.into_iter().collect::<String>())
            .prop_filter("not only spaces", |text: &String| !text.trim().is_empty())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn any_name_door_and_address_stay_inside_their_boxes_and_apart(
            place in words(60),
            door in words(60),
            county in words(60),
            address in words(80),
            number in words(24),
            issued_on in words(24),
            hotline in prop::option::of(words(24)),
            note in prop::option::of(words(24)),
            leaves in any::<bool>(),
        ) {
            let way = if leaves { Way::Exit } else { Way::Entry };
            let text = PosterText {
                way,
                place, door, county, address, number, issued_on, hotline, note, ..sample()
            };
            for size in Size::ALL {
                assert_tidy(&layout(size, &text).unwrap());
            }
        }
    }
}
