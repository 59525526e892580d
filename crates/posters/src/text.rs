//! What a poster says: the fields of one checkpoint, their limits, and the words that never change.

use crate::{
    PosterError,
    code::URL_BYTES_MAX,
    font::{Face, Weight},
};

/// What the code of a door is scanned for; the poster says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Way {
    /// Whoever comes in.
    #[default]
    Entry,
    /// Whoever leaves: nothing is judged, and it lets nobody in.
    Exit,
}

/// The title of a poster at a way in.
pub(crate) const TITLE: &str = "请扫场所码 逐人登记";
/// With which apps the code is scanned; the dot of the font is a full em wide and needs no spaces.
pub(crate) const APPS: &str = "微信·支付宝·皖事通·云闪付 打开“扫一扫”";
/// What "done" looks like, and what to do without a phone.
pub(crate) const DONE: &str = "看到“登记成功”和绿码后进入；没有手机请找值守人员";
/// The rules of the door.
pub(crate) const RULES: &str = "一门一码·一人一扫·请勿拍照代扫";

/// The title of a poster at a way out.
pub(crate) const TITLE_OUT: &str = "离开请扫码 逐人登记";
/// What leaving is registered for, and what "done" looks like.
pub(crate) const DONE_OUT: &str = "记准停留时间，少误判接触；看到“离开登记”后离开";
/// What the code at a way out is not good for.
pub(crate) const RULES_OUT: &str = "只登记离开·进门请扫入口的码";

/// The longest field in characters, the address apart; the layout is proven up to here.
pub const FIELD_CHARS_MAX: usize = 60;
/// The longest address in characters.
const ADDRESS_CHARS_MAX: usize = 80;
/// The longest short code number, date, telephone number or note in characters: these stand on
/// one line.
const SHORT_CHARS_MAX: usize = 24;

/// What is printed on the poster of one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PosterText {
    /// What the code is scanned for; the words that stand on every such poster follow it.
    pub way: Way,
    /// The address in the code, 1 to [`URL_BYTES_MAX`] bytes; not printed as text.
    pub url: String,
    /// The registered name of the place, 1–60 characters.
    pub place: String,
    /// The door, 1–60 characters.
    pub door: String,
    /// The county, 1–60 characters; left out in print where the address already names it.
    pub county: String,
    /// The address, 1–80 characters.
    pub address: String,
    /// The short code number, 1–24 characters.
    pub number: String,
    /// The day of issue as YYYY-MM-DD, 1–24 characters.
    pub issued_on: String,
    /// Which layout of the city this poster follows.
    pub layout_version: u32,
    /// After how many days a visit is deleted: the promise printed at the foot.
    pub retention_days: u32,
    /// A telephone number for questions, up to 24 characters.
    pub hotline: Option<String>,
    /// A note on a yellow band, up to 24 characters: "演示用码 · 非真实场所" in demonstrations.
    pub note: Option<String>,
}

/// A field of a [`PosterText`], so that an error can be shown beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// [`PosterText::url`]
    Url,
    /// [`PosterText::place`]
    Place,
    /// [`PosterText::door`]
    Door,
    /// [`PosterText::county`]
    County,
    /// [`PosterText::address`]
    Address,
    /// [`PosterText::number`]
    Number,
    /// [`PosterText::issued_on`]
    IssuedOn,
    /// [`PosterText::hotline`]
    Hotline,
    /// [`PosterText::note`]
    Note,
    /// The words that stand on every poster. A failure here is a fault of the program.
    FixedWords,
}

impl Field {
    /// The field's name as it is spelled in [`PosterText`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Place => "place",
            Self::Door => "door",
            Self::County => "county",
            Self::Address => "address",
            Self::Number => "number",
            Self::IssuedOn => "issued_on",
            Self::Hotline => "hotline",
            Self::Note => "note",
            Self::FixedWords => "fixed_words",
        }
    }

    const fn chars_max(self) -> usize {
        match self {
            Self::Address => ADDRESS_CHARS_MAX,
            Self::Number | Self::IssuedOn | Self::Hotline | Self::Note => SHORT_CHARS_MAX,
            Self::Url | Self::Place | Self::Door | Self::County | Self::FixedWords => {
                FIELD_CHARS_MAX
            }
        }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl PosterText {
    /// Looks at every field before anything is drawn. The two weights hold the same characters,
    /// so one is asked for both.
    pub(crate) fn check(&self) -> Result<(), PosterError> {
        let face = Face::of(Weight::Regular)?;
        if self.url.is_empty() {
            return Err(PosterError::Empty { field: Field::Url });
        }
        if self.url.len() > URL_BYTES_MAX {
            let bytes = self.url.len();
            return Err(PosterError::UrlTooLong { bytes, bytes_max: URL_BYTES_MAX });
        }
        for (field, text) in self.printed() {
            check_field(field, text, face)?;
        }
        Ok(())
    }

    fn printed(&self) -> impl Iterator<Item = (Field, &str)> {
        let always = [
            (Field::Place, self.place.as_str()),
            (Field::Door, &self.door),
            (Field::County, &self.county),
            (Field::Address, &self.address),
            (Field::Number, &self.number),
            (Field::IssuedOn, &self.issued_on),
        ];
        let hotline = self.hotline.as_deref().map(|text| (Field::Hotline, text));
        let note = self.note.as_deref().map(|text| (Field::Note, text));
        always.into_iter().chain(hotline).chain(note)
    }

    /// County and address on one line; an address that names the county does not name it twice.
    pub(crate) fn whole_address(&self) -> String {
        let (county, address) = (self.county.trim(), self.address.trim());
        if address.contains(county) { address.to_owned() } else { format!("{county}·{address}") }
    }

    /// The promise at the foot.
    pub(crate) fn promise(&self) -> String {
        format!("扫码记录保存 {} 天后自动删除，场所看不到您的身份信息", self.retention_days)
    }
}

/// The characters of these texts that the built-in fonts do not have, each once, in their order.
///
/// # Errors
/// [`PosterError::Broken`] when the fonts cannot be read.
pub fn missing_characters<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<char>, PosterError> {
    let face = Face::of(Weight::Regular)?;
    let mut missing = Vec::new();
    for character in texts.into_iter().flat_map(str::chars) {
        if !face.has(character) && !missing.contains(&character) {
            missing.push(character);
        }
    }
    Ok(missing)
}

/// Whether a field says something, is short enough and can be drawn.
pub(crate) fn check_field(field: Field, text: &str, face: &Face) -> Result<(), PosterError> {
    if text.trim().is_empty() {
        return Err(PosterError::Empty { field });
    }
    let (chars, chars_max) = (text.chars().count(), field.chars_max());
    if chars > chars_max {
        return Err(PosterError::TooLong { field, chars, chars_max });
    }
    match text.chars().find(|&character| !face.has(character)) {
        Some(character) => Err(PosterError::MissingGlyph { field, character }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text() -> PosterText {
        crate::layout::tests::sample()
    }

    #[test]
    fn every_character_that_cannot_be_drawn_is_named_once() {
        let texts = ["吉祥𠮷野家", "😀东门", "𠮷 1 号"];
        assert_eq!(missing_characters(texts).unwrap(), ['𠮷', '😀']);
        assert!(missing_characters(["阜阳市人民医院（南区）", ""]).unwrap().is_empty());
    }

    #[test]
    fn a_character_without_a_glyph_is_named_with_its_field() {
        for field in [Field::Place, Field::Door, Field::County, Field::Address, Field::Note] {
            let mut text = text();
            let bad = "吉祥𠮷野家".to_owned();
            match field {
                Field::Place => text.place = bad,
                Field::Door => text.door = bad,
                Field::County => text.county = bad,
                Field::Address => text.address = bad,
                _ => text.note = Some(bad),
            }
            let missing = PosterError::MissingGlyph { field, character: '𠮷' };
            assert_eq!(text.check(), Err(missing));
        }
    }

    #[test]
    fn the_error_says_the_code_point_too() {
        let error = PosterError::MissingGlyph { field: Field::Place, character: '𠮷' };
        assert_eq!(error.to_string(), "no glyph for '𠮷' (U+20BB7) in place");
    }

    #[test]
    fn a_line_break_is_no_character_of_a_poster() {
        let text = PosterText { door: "东\n门".into(), ..text() };
        let missing = PosterError::MissingGlyph { field: Field::Door, character: '\n' };
        assert_eq!(text.check(), Err(missing));
    }

    #[test]
    fn empty_and_overlong_fields_are_refused_by_name() {
        let empty = PosterText { door: " ".into(), ..text() };
        assert_eq!(empty.check(), Err(PosterError::Empty { field: Field::Door }));
        let long = PosterText { place: "阜".repeat(61), ..text() };
        let refused = PosterError::TooLong { field: Field::Place, chars: 61, chars_max: 60 };
        assert_eq!(long.check(), Err(refused));
        let long = PosterText { url: "x".repeat(URL_BYTES_MAX + 1), ..text() };
        assert!(matches!(long.check(), Err(PosterError::UrlTooLong { .. })));
    }

    #[test]
    fn an_address_that_names_its_county_does_not_name_it_twice() {
        let text = PosterText { address: "颍州区三清路 501 号".into(), ..text() };
        assert_eq!(text.whole_address(), "颍州区三清路 501 号");
        let text = PosterText { address: "三清路 501 号".into(), ..text };
        assert_eq!(text.whole_address(), "颍州区·三清路 501 号");
    }

    #[test]
    fn the_words_on_every_poster_have_glyphs_in_both_weights() {
        for weight in [Weight::Regular, Weight::Bold] {
            let face = Face::of(weight).unwrap();
            let ways_out = [TITLE_OUT, DONE_OUT, RULES_OUT];
            let words = [TITLE, APPS, DONE, RULES, &text().promise(), "编号签发版式咨询电话"];
            let words = words.iter().chain(&ways_out);
            assert!(words.copied().all(|words: &str| words.chars().all(|c| face.has(c))));
        }
    }
}
