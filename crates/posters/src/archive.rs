//! Many posters in one ZIP, drawn and written one after another.

use crate::{PosterError, PosterText, Size, posting_guide_pdf};
use std::io::{self, Write};
use zip::{
    CompressionMethod, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

/// Name of the list of those that could not be drawn; there is none when all could.
pub const NOT_DRAWN: &str = "没有生成的海报.txt";

/// Name of the guide that says where the posters hang; it comes with every archive.
pub const GUIDE: &str = "张贴指南.pdf";

/// Most characters of a place or door in a file's name.
const NAME_CHARS_MAX: usize = 40;

/// A poster that could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDrawn {
    /// Name of the place.
    pub place: String,
    /// Door.
    pub door: String,
    /// Number for the telephone.
    pub number: String,
    /// Why, in Chinese.
    pub why: String,
}

impl NotDrawn {
    pub(crate) fn new(text: &PosterText, error: &PosterError) -> Self {
        let (place, door, number) = (text.place.clone(), text.door.clone(), text.number.clone());
        Self { place, door, number, why: reason(error) }
    }
}

/// A ZIP that is written while it is read, with the posting guide at its beginning.
pub(crate) struct Zip<W: Write>(ZipWriter<StreamWriter<W>>);

impl<W: Write> Zip<W> {
    pub(crate) fn new(out: W) -> io::Result<Self> {
        let mut zip = Self(ZipWriter::new_stream(out));
        zip.file(GUIDE, &posting_guide_pdf(None).map_err(io::Error::other)?)?;
        Ok(zip)
    }

    pub(crate) fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // A PDF is compressed already, but not every reader takes a stream of what is only stored.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1));
        self.0.start_file(name, options)?;
        self.0.write_all(bytes)
    }

    /// The list of those that could not be drawn comes last.
    pub(crate) fn end(mut self, not_drawn: &[NotDrawn]) -> io::Result<()> {
        if !not_drawn.is_empty() {
            let mut list = "\u{feff}以下海报没有生成：\r\n".to_owned();
            for NotDrawn { place, door, number, why } in not_drawn {
                list += &format!("{place} · {door}（{number}）：{why}\r\n");
            }
            self.file(NOT_DRAWN, list.as_bytes())?;
        }
        self.0.finish()?.into_inner().flush()
    }
}

/// Writes a ZIP of the posting guide and the posters to `out`, holding one of them at a time. `draw`
/// draws one, as [`crate::poster_pdf_for`] does. A poster that cannot be drawn, as for a character
/// that the fonts lack, does not hold up the others: a list at the end names each with the reason,
/// and so does the answer. `go_on` is told before each step how many are done, and ends the work with
/// its error. The same input gives the same bytes.
///
/// # Errors
/// Of `out` and of `go_on`; then the rest is not drawn.
pub fn poster_archive(
    size: Size,
    posters: impl IntoIterator<Item = PosterText>,
    draw: impl Fn(&PosterText) -> Result<Vec<u8>, PosterError>,
    mut go_on: impl FnMut(usize) -> io::Result<()>,
    out: impl Write,
) -> io::Result<Vec<NotDrawn>> {
    let mut zip = Zip::new(out)?;
    let (mut not_drawn, mut done) = (Vec::new(), 0);
    for text in posters {
        go_on(done)?;
        done += 1;
        match draw(&text) {
            Ok(pdf) => zip.file(&file_name(done, size, &text), &pdf)?,
            Err(error) => not_drawn.push(NotDrawn::new(&text, &error)),
        }
    }
    go_on(done)?;
    zip.end(&not_drawn)?;
    Ok(not_drawn)
}

fn reason(error: &PosterError) -> String {
    match error {
        PosterError::MissingGlyph { character, .. } => {
            format!("字库里没有“{character}”字，请改名或更换写法")
        }
        other => other.to_string(),
    }
}

/// Numbered, so that two doors with the same words do not meet; without signs that a file's name
/// may not have.
fn file_name(number: usize, size: Size, text: &PosterText) -> String {
    let plain = |text: &str| -> String {
        let allowed = |c: char| !c.is_control() && !"\\/:*?\"<>|".contains(c);
        text.trim().chars().map(|c| if allowed(c) { c } else { '_' }).take(NAME_CHARS_MAX).collect()
    };
    format!("{number:05}-{}-{}-{}.pdf", plain(&text.place), plain(&text.door), size.code())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Print, poster_pdf, poster_pdf_for};
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    pub(crate) fn text(place: &str, door: &str) -> PosterText {
        PosterText {
            way: crate::Way::Entry,
            url: "https://ma.example.cn/c/abcdefghijklmnop".into(),
            place: place.into(),
            door: door.into(),
            county: "颍州区".into(),
            address: "三清路 501 号".into(),
            number: "FY-1202-7K3QD".into(),
            issued_on: "2026-11-23".into(),
            layout_version: 1,
            retention_days: 28,
            hotline: None,
            note: None,
        }
    }

    fn zipped(posters: Vec<PosterText>) -> ZipArchive<Cursor<Vec<u8>>> {
        let mut bytes = Vec::new();
        let draw = |text: &PosterText| poster_pdf(Size::A4, text);
        poster_archive(Size::A4, posters, draw, |_| Ok(()), &mut bytes).unwrap();
        ZipArchive::new(Cursor::new(bytes)).unwrap()
    }

    /// The files after the guide.
    pub(crate) fn names(zip: &ZipArchive<Cursor<Vec<u8>>>) -> Vec<String> {
        let mut names = zip.file_names().map(|name| name.unwrap().into_owned());
        assert_eq!(names.next().as_deref(), Some(GUIDE));
        names.collect()
    }

    #[test]
    fn every_poster_is_a_file_of_its_own_with_a_name_that_any_system_takes() {
        let mut zip = zipped(vec![text("人民医院", "东门"), text("../人民:医院", "东/门")]);
        let names = names(&zip);
        assert_eq!(names, ["00001-人民医院-东门-A4.pdf", "00002-.._人民_医院-东_门-A4.pdf"]);
        let mut pdf = Vec::new();
        zip.by_index(1).unwrap().read_to_end(&mut pdf).unwrap();
        assert_eq!(pdf, poster_pdf(Size::A4, &text("人民医院", "东门")).unwrap());
    }

    #[test]
    fn an_archive_for_a_printing_shop_holds_posters_with_bleed() {
        let (mut bytes, door) = (Vec::new(), text("人民医院", "东门"));
        let draw = |text: &PosterText| poster_pdf_for(Size::A4, text, Print::WithBleed);
        poster_archive(Size::A4, [door.clone()], draw, |_| Ok(()), &mut bytes).unwrap();
        let mut pdf = Vec::new();
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        zip.by_index(1).unwrap().read_to_end(&mut pdf).unwrap();
        assert_eq!(pdf, poster_pdf_for(Size::A4, &door, Print::WithBleed).unwrap());
    }

    #[test]
    fn one_that_cannot_be_drawn_is_named_and_holds_up_nobody() {
        let mut zip = zipped(vec![text("\u{2a6b2}店", "东门"), text("人民医院", "西门")]);
        let names = names(&zip);
        assert_eq!(names, ["00002-人民医院-西门-A4.pdf", NOT_DRAWN]);
        let mut list = String::new();
        zip.by_name(NOT_DRAWN).unwrap().read_to_string(&mut list).unwrap();
        assert!(list.contains("东门（FY-1202-7K3QD）：字库里没有“\u{2a6b2}”字"), "{list}");
    }

    #[test]
    fn without_a_poster_an_archive_has_the_guide_alone() {
        assert!(names(&zipped(Vec::new())).is_empty());
    }

    #[test]
    fn whoever_stops_reading_ends_it() {
        struct Gone(usize);
        impl Write for Gone {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                if self.0 == 0 {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                self.0 -= 1;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut drawn = 0;
        let posters = (0..1_000).map(|_| text("人民医院", "东门")).inspect(|_| drawn += 1);
        let draw = |text: &PosterText| poster_pdf(Size::A4, text);
        assert!(poster_archive(Size::A4, posters, draw, |_| Ok(()), Gone(12)).is_err());
        assert!(drawn < 20, "{drawn}");
    }
}
