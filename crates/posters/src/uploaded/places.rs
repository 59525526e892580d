//! The named places of a layout: which there are, how they are read, and what they must keep to.

use super::{
    fault::{FaultKind, Faults, Position, quoted},
    ground::{self, Relation},
    reading::Drawn,
    style::Style,
    values::{self, Bad, Matrix},
    xml::Node,
};
use crate::{
    Area, PosterText, Size,
    fit::{LINE_HEIGHT_EM, fit},
    font::{Face, Weight},
    geometry::Align,
    ink::{Mark, Rgb},
};

/// WCAG 2.1, 1.4.3: the smallest contrast of letters.
const CONTRAST_MIN: f32 = 4.5;
/// How far the code may be from a square, in mm.
const SQUARE_EXACT_MM: f32 = 0.1;
/// The share of its height that a line of a place takes where two lines are allowed.
const TWO_LINES_SHARE: f32 = 0.55;
/// The lowest strip in which the note of a demonstration can be read, in shares of the page.
const NOTE_HEIGHT: f32 = 0.03;
const NOTE_WIDTH: f32 = 0.6;

/// A named place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    /// The code with its quiet zone.
    Code,
    /// The registered name.
    Name,
    /// The door.
    Door,
    /// The address, with the county where that has no place of its own.
    Address,
    /// The short code number.
    Number,
    /// Day of issue and layout version.
    Date,
    /// The county.
    County,
    /// The telephone number for questions.
    Hotline,
    /// The note of a demonstration.
    Note,
    /// How long visits are kept.
    Promise,
}

impl Id {
    /// All, those that must be there first.
    pub(super) const ALL: [Self; 10] = [
        Self::Code,
        Self::Name,
        Self::Door,
        Self::Address,
        Self::Number,
        Self::Date,
        Self::County,
        Self::Hotline,
        Self::Note,
        Self::Promise,
    ];

    /// The `id` in the file.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Name => "name",
            Self::Door => "door",
            Self::Address => "address",
            Self::Number => "number",
            Self::Date => "date",
            Self::County => "county",
            Self::Hotline => "hotline",
            Self::Note => "note",
            Self::Promise => "promise",
        }
    }

    /// What belongs there; `None` for places that need not be there.
    const fn required(self) -> Option<&'static str> {
        match self {
            Self::Code => Some("场所码"),
            Self::Name => Some("登记名称"),
            Self::Door => Some("门"),
            Self::Address => Some("地址"),
            Self::Number => Some("编号"),
            Self::Date => Some("签发日期"),
            Self::County | Self::Hotline | Self::Note | Self::Promise => None,
        }
    }

    /// Whether its words may stand on two lines.
    pub(super) const fn two_lines(self) -> bool {
        matches!(self, Self::Name | Self::Door | Self::Address)
    }

    /// The longest words for which the place must be large enough; those that are longer still
    /// are set smaller.
    fn longest(self) -> String {
        match self {
            Self::Name | Self::Door => "名".repeat(crate::FIELD_CHARS_MAX),
            Self::Address => "址".repeat(80),
            Self::Number => "编号 FY-0301-7K3QD".into(),
            Self::Date => "签发 2026-11-22·版式 100".into(),
            Self::County => "颍州区".into(),
            Self::Hotline => "咨询电话 0558-1234567".into(),
            Self::Promise => "扫码记录保存 365 天后自动删除，场所看不到您的身份信息".into(),
            Self::Note => "演示用码 · 非真实场所".into(),
            Self::Code => String::new(),
        }
    }

    /// What a poster says there; `None` if this one says nothing.
    pub(super) fn words(self, text: &PosterText, county_apart: bool) -> Option<String> {
        use crate::{Part, layout::words};
        let part = match self {
            Self::Code => return None,
            Self::County => return Some(text.county.trim().to_owned()),
            Self::Address if county_apart => return Some(text.address.trim().to_owned()),
            Self::Address => Part::Address,
            Self::Name => Part::Place,
            Self::Door => Part::Door,
            Self::Number => Part::Number,
            Self::Date => Part::Issued,
            Self::Hotline => Part::Hotline,
            Self::Note => Part::Note,
            Self::Promise => Part::Promise,
        };
        words(part, text)
    }
}

/// A place as the file says it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: Id,
    pub(super) at: Position,
    /// In mm.
    pub(super) area: Area,
    /// The colour of its letters.
    pub(super) rgb: Rgb,
    /// The largest size of its letters in mm.
    pub(super) size_mm: f32,
    pub(super) align: Align,
    pub(super) weight: Weight,
}

impl Found {
    /// Reads the rectangle of a place.
    pub(super) fn read(
        node: &Node,
        id: Id,
        matrix: &Matrix,
        (x, y, width, height): (f64, f64, f64, f64),
        style: &Style,
        faults: &mut Faults,
    ) -> Option<Self> {
        if !(matrix.is_upright() && width > 0.0 && height > 0.0) {
            faults.add(node.at, FaultKind::PlaceTurned { id: id.as_str() });
            return None;
        }
        let (left, top) = matrix.apply((x, y));
        let (right, bottom) = matrix.apply((x + width, y + height));
        // In mm: far finer than any printer.
        let [x, y, width, height] = [left, top, right - left, bottom - top].map(|mm| mm as f32);
        let area = Area { x, y, width, height };
        let mut wishes = Wishes { node, faults };
        let rgb = wishes.colour().or(style.fill).unwrap_or_default();
        let share = if id.two_lines() { TWO_LINES_SHARE } else { 1.0 / LINE_HEIGHT_EM };
        let size_mm = wishes.size().unwrap_or(area.height * share);
        let (align, weight) = (wishes.align(), wishes.weight(id));
        Some(Self { id, at: node.at, area, rgb, size_mm, align, weight })
    }
}

/// What the `data-` attributes of a place ask for.
struct Wishes<'a> {
    node: &'a Node,
    faults: &'a mut Faults,
}

impl Wishes<'_> {
    fn refuse(&mut self, name: &str, value: &str, todo: &'static str) {
        let (name, value) = (name.into(), quoted(value));
        self.faults.add(self.node.at, FaultKind::Value { name, value, todo });
    }

    fn colour(&mut self) -> Option<Rgb> {
        let value = self.node.get("data-colour")?;
        match values::colour(value) {
            Ok(Some(rgb)) => Some(rgb),
            _ => {
                self.refuse("data-colour", value, "颜色请写成 #rrggbb");
                None
            }
        }
    }

    fn size(&mut self) -> Option<f32> {
        let value = self.node.get("data-size")?;
        let plain = value.trim().trim_end_matches("mm");
        match values::number(plain) {
            // A size on a page: exact enough.
            Ok(size) if size > 0.0 && size < 10_000.0 => Some(size as f32),
            Ok(_) | Err(Bad::Range | Bad::Unreadable) => {
                self.refuse("data-size", value, "请写成字高的毫米数");
                None
            }
        }
    }

    fn align(&mut self) -> Align {
        match self.node.get("data-align") {
            None | Some("centre" | "center" | "middle") => Align::Centre,
            Some("left" | "start") => Align::Left,
            Some("right" | "end") => Align::Right,
            Some(value) => {
                self.refuse("data-align", value, "请写成 left、centre 或 right");
                Align::Centre
            }
        }
    }

    fn weight(&mut self, id: Id) -> Weight {
        match self.node.get("data-weight") {
            None if matches!(id, Id::Name | Id::Door | Id::Note) => Weight::Bold,
            None | Some("regular" | "normal") => Weight::Regular,
            Some("bold") => Weight::Bold,
            Some(value) => {
                self.refuse("data-weight", value, "请写成 regular 或 bold");
                Weight::Regular
            }
        }
    }
}

/// Looks at all places together; where the note goes if it has no place of its own.
pub(super) fn check(
    places: &[Found],
    drawn: &[Drawn],
    size: Size,
    faults: &mut Faults,
) -> Option<Area> {
    each_once(places, faults);
    let (width, height) = size.millimetres();
    let page = Area { x: 0.0, y: 0.0, width, height };
    for (n, place) in places.iter().enumerate() {
        let id = place.id.as_str();
        if !page.contains(&place.area) {
            faults.add(place.at, FaultKind::PlaceOutside { id });
        }
        for other in &places[n + 1..] {
            let overlaps = place.area.grown(-0.01).overlaps(&other.area);
            if overlaps && place.id != other.id {
                faults.add(other.at, FaultKind::PlacesOverlap { id, other: other.id.as_str() });
            }
        }
        match place.id {
            Id::Code => check_code(place, drawn, size, faults),
            // The note has a band of its own under it.
            Id::Note => check_letters(place, size, faults),
            _ => {
                check_letters(place, size, faults);
                check_contrast(place, drawn, faults);
            }
        }
        uncovered_by_words(place, drawn, faults);
    }
    note_area(places, drawn, page, faults)
}

fn each_once(places: &[Found], faults: &mut Faults) {
    for id in Id::ALL {
        let mut found = places.iter().filter(|place| place.id == id);
        match (found.next(), found.next(), id.required()) {
            (None, _, Some(meaning)) => {
                faults.add(None, FaultKind::PlaceMissing { id: id.as_str(), meaning });
            }
            (_, Some(second), _) => {
                faults.add(second.at, FaultKind::PlaceTwice { id: id.as_str() });
            }
            _ => {}
        }
    }
}

fn check_code(place: &Found, drawn: &[Drawn], size: Size, faults: &mut Faults) {
    let Area { width, height, .. } = place.area;
    if (width - height).abs() > SQUARE_EXACT_MM {
        faults.add(place.at, FaultKind::CodeNotSquare { width, height });
    }
    let wanted = size.geometry().code.width;
    let found = width.min(height);
    if found < wanted - SQUARE_EXACT_MM {
        faults.add(place.at, FaultKind::CodeSmall { found, wanted });
    }
    for Drawn { at, mark, .. } in drawn {
        if let Mark::Shape(shape) = mark
            && ground::relation(shape, &place.area) == Relation::Cut
        {
            faults.add(*at, FaultKind::CodeCovered);
        }
    }
}

fn check_letters(place: &Found, size: Size, faults: &mut Faults) {
    let id = place.id.as_str();
    let wanted_mm = letters_min(size);
    if let Ok(face) = Face::of(place.weight) {
        let room = (place.area.width, place.area.height);
        let words = place.id.longest();
        let size_mm = fit(face, &words, room, place.size_mm, place.id.two_lines()).size_mm;
        if size_mm < wanted_mm {
            faults.add(place.at, FaultKind::PlaceSmall { id, size_mm, wanted_mm });
        }
    }
}

fn check_contrast(place: &Found, drawn: &[Drawn], faults: &mut Faults) {
    let id = place.id.as_str();
    let ratio = ground::smallest_contrast(drawn, &place.area, place.rgb);
    if ratio < CONTRAST_MIN {
        faults.add(place.at, FaultKind::Contrast { id, ratio });
    }
}

/// The smallest letters that are read at the distance of each size, in mm.
const fn letters_min(size: Size) -> f32 {
    match size {
        Size::A4 => 2.5,
        Size::TwoSheets => 7.0,
        Size::Stand => 10.0,
    }
}

fn uncovered_by_words(place: &Found, drawn: &[Drawn], faults: &mut Faults) {
    for Drawn { at, mark, .. } in drawn {
        if let Mark::Words(words) = mark
            && words.area().grown(-0.05).overlaps(&place.area)
        {
            faults.add(*at, FaultKind::WordsOnPlace { id: place.id.as_str() });
        }
    }
}

/// Where the note goes: its place, else a strip at the upper or the lower edge of the page that no
/// place needs, and no fixed words either where that can be had.
fn note_area(places: &[Found], drawn: &[Drawn], page: Area, faults: &mut Faults) -> Option<Area> {
    if let Some(place) = places.iter().find(|place| place.id == Id::Note) {
        return Some(place.area);
    }
    let (width, height) = (page.width * NOTE_WIDTH, page.height * NOTE_HEIGHT);
    let x = (page.width - width) / 2.0;
    let strips = [0.0, page.height - height].map(|y| Area { x, y, width, height });
    let free = |strip: &Area| places.iter().all(|place| !place.area.overlaps(strip));
    let silent = |strip: &Area| {
        let over = |mark: &Mark| matches!(mark, Mark::Words(words) if words.area().overlaps(strip));
        !drawn.iter().any(|drawn| over(&drawn.mark))
    };
    let quiet = strips.into_iter().find(|strip| free(strip) && silent(strip));
    let found = quiet.or_else(|| strips.into_iter().find(free));
    if found.is_none() {
        faults.add(None, FaultKind::NoteWithoutRoom);
    }
    found
}
