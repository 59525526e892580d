//! Many posters as the pages of one PDF; as volumes in a ZIP where that would be too much.

use crate::{
    PosterError, PosterPage, PosterText,
    archive::{NotDrawn, Zip},
    pdf::Book,
};
use std::io::{self, Write};

/// Most pages of one PDF. All of it is in memory until it is written: 92 MB were measured for 2,000
/// pages, 184 MB for 10,000.
pub const VOLUME_PAGES_MAX: usize = 5_000;

/// What became of a book.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// Whether it came as a ZIP: of volumes, or with the list of those that could not be drawn.
    pub zipped: bool,
    /// The posters that could not be drawn.
    pub not_drawn: Vec<NotDrawn>,
}

/// Writes the posters as pages of one PDF to `out`, in their order. With more pages than
/// [`VOLUME_PAGES_MAX`] it becomes a ZIP of volumes; likewise when a poster could not be drawn, so
/// that the list of these is not lost. `draw` draws one, as [`crate::poster_page`] does. `go_on` is
/// told before each step how many are done, and ends the work with its error. The same input gives
/// the same bytes.
///
/// # Errors
/// Of `out`, of `go_on`, and of the PDF writer.
pub fn poster_book(
    title: &str,
    posters: impl IntoIterator<Item = PosterText>,
    draw: impl Fn(&PosterText) -> Result<PosterPage, PosterError>,
    go_on: impl FnMut(usize) -> io::Result<()>,
    out: impl Write,
) -> io::Result<Bound> {
    in_volumes(VOLUME_PAGES_MAX, title, posters, draw, go_on, out)
}

fn in_volumes(
    pages_max: usize,
    title: &str,
    posters: impl IntoIterator<Item = PosterText>,
    draw: impl Fn(&PosterText) -> Result<PosterPage, PosterError>,
    mut go_on: impl FnMut(usize) -> io::Result<()>,
    out: impl Write,
) -> io::Result<Bound> {
    let mut out = Out::Plain(out);
    let mut not_drawn = Vec::new();
    let (mut volume, mut pages, mut done) = (Book::new(title.to_owned()), 0, 0);
    for text in posters {
        go_on(done)?;
        if pages == pages_max {
            let full = std::mem::replace(&mut volume, Book::new(title.to_owned()));
            out = out.zipped()?;
            out.volume(&full.finish().map_err(io::Error::other)?)?;
            pages = 0;
        }
        match draw(&text) {
            Ok(page) => {
                volume.add(&page.0).map_err(io::Error::other)?;
                pages += 1;
            }
            Err(error) => not_drawn.push(NotDrawn::new(&text, &error)),
        }
        done += 1;
    }
    go_on(done)?;
    if !not_drawn.is_empty() {
        out = out.zipped()?;
    }
    if pages > 0 {
        out.volume(&volume.finish().map_err(io::Error::other)?)?;
    }
    let zipped = out.end(&not_drawn)?;
    Ok(Bound { zipped, not_drawn })
}

/// Where the volumes go.
enum Out<W: Write> {
    Plain(W),
    Zip(Box<Zip<W>>, usize),
}

impl<W: Write> Out<W> {
    /// A ZIP from now on.
    fn zipped(self) -> io::Result<Self> {
        Ok(match self {
            Self::Plain(out) => Self::Zip(Box::new(Zip::new(out)?), 0),
            zip @ Self::Zip(..) => zip,
        })
    }

    fn volume(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.write_all(bytes),
            Self::Zip(zip, volumes) => {
                *volumes += 1;
                zip.file(&format!("海报-第{volumes:02}册.pdf"), bytes)
            }
        }
    }

    /// Whether it was a ZIP.
    fn end(self, not_drawn: &[NotDrawn]) -> io::Result<bool> {
        match self {
            Self::Plain(mut out) => out.flush().map(|()| false),
            Self::Zip(zip, _) => zip.end(not_drawn).map(|()| true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        GUIDE, NOT_DRAWN, Print, Size,
        archive::tests::{names, text},
        poster_page,
    };
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    fn draw(text: &PosterText) -> Result<PosterPage, PosterError> {
        poster_page(Size::A4, text, Print::Trimmed)
    }

    fn bound(pages_max: usize, posters: Vec<PosterText>) -> (Bound, Vec<u8>) {
        let mut bytes = Vec::new();
        let bound = in_volumes(pages_max, "海报", posters, draw, |_| Ok(()), &mut bytes).unwrap();
        (bound, bytes)
    }

    /// Pages of a PDF, by the number that its page tree says.
    fn pages(pdf: &[u8]) -> usize {
        let text = String::from_utf8_lossy(pdf);
        let counts = text.split("/Count ").skip(1);
        let number = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
        counts.filter_map(number).max().unwrap_or(0)
    }

    fn doors(count: usize) -> Vec<PosterText> {
        (0..count).map(|n| text("人民医院", &format!("{n} 号门"))).collect()
    }

    #[test]
    fn few_posters_are_one_pdf_with_a_page_each() {
        let (book, pdf) = bound(5, doors(5));
        assert_eq!(book, Bound::default());
        assert!(pdf.starts_with(b"%PDF"));
        assert_eq!(pages(&pdf), 5);
        assert_eq!(bound(5, doors(5)).1, pdf, "the same input gives the same bytes");
        let each = crate::poster_pdf(Size::A4, &doors(1)[0]).unwrap();
        assert!(pdf.len() < 5 * each.len(), "the fonts are in it once");
    }

    #[test]
    fn more_than_fit_are_volumes_in_a_zip() {
        let (book, bytes) = bound(3, doors(7));
        assert!(book.zipped && book.not_drawn.is_empty());
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(names(&zip), ["海报-第01册.pdf", "海报-第02册.pdf", "海报-第03册.pdf"]);
        for (at, expected) in [(1, 3), (2, 3), (3, 1)] {
            let mut pdf = Vec::new();
            zip.by_index(at).unwrap().read_to_end(&mut pdf).unwrap();
            assert_eq!(pages(&pdf), expected);
        }
    }

    #[test]
    fn one_that_cannot_be_drawn_is_listed_in_a_zip_beside_the_rest() {
        let mut posters = doors(2);
        posters.insert(1, text("\u{2a6b2}店", "东门"));
        let (book, bytes) = bound(9, posters);
        assert!(book.zipped && book.not_drawn.len() == 1);
        assert_eq!(book.not_drawn[0].place, "\u{2a6b2}店");
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(names(&zip), ["海报-第01册.pdf", NOT_DRAWN]);
        let mut pdf = Vec::new();
        zip.by_index(1).unwrap().read_to_end(&mut pdf).unwrap();
        assert_eq!(pages(&pdf), 2);
        let (none, bytes) = bound(9, vec![text("\u{2a6b2}", "东门")]);
        assert_eq!(none.not_drawn.len(), 1);
        let zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.len(), 2, "{GUIDE} and the list, no empty PDF");
    }

    #[test]
    fn whoever_says_stop_ends_it_at_once() {
        let (mut drawn, mut bytes) = (0, Vec::new());
        let stop = |done| if done == 2 { Err(io::Error::other("stop")) } else { Ok(()) };
        let posters = doors(50).into_iter().inspect(|_| drawn += 1);
        assert!(poster_book("海报", posters, draw, stop, &mut bytes).is_err());
        assert_eq!(drawn, 3);
        assert!(bytes.is_empty());
    }
}
