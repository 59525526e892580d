//! Layouts that the authority draws itself: an SVG for each size with named places.
//!
//! What may be in such a file is a small part of SVG, read strictly: whatever would be drawn
//! otherwise than in a browser is a fault that says where it is and what to do, and so is
//! everything that could fetch or run something. Fixed words are in the compiled-in fonts.

mod drawing;
mod example;
mod fault;
mod ground;
mod path;
mod places;
mod reading;
mod refusing;
mod shapes;
mod style;
mod values;
mod words;
mod xml;

use crate::{Area, Size};
pub use drawing::{poster_page_in, poster_pdf_in};
pub use example::example_layout_svg;
pub use fault::{FaultKind, LAYOUT_FAULTS_MAX, LayoutFault, Position};
use places::Found;
use reading::Drawn;
pub use xml::{LAYOUT_BYTES_MAX, LAYOUT_DEPTH_MAX, LAYOUT_NODES_MAX};

/// A layout of one size that has been read and checked.
///
/// Drawn are `g`, `rect`, `circle`, `ellipse`, `line`, `polyline`, `polygon`, `path`, `text` and
/// `tspan`, with colours, lines and opacity as attributes or in `style`. The places are `rect`
/// elements, themselves not drawn, with these ids: `code`, `name`, `door`, `address`, `number`
/// and `date` must be there; `county`, `hotline`, `note` and `promise` may be. The letters of a
/// place take `data-colour` (else its fill, else black), `data-size` in mm (else as large as its
/// height allows), `data-align` (`left`, `centre`, `right`) and `data-weight` (`regular`, `bold`).
#[derive(Debug, Clone)]
pub struct UploadedLayout {
    size: Size,
    drawn: Vec<Drawn>,
    places: Vec<Found>,
    note: Area,
}

impl UploadedLayout {
    /// Reads and checks an SVG for a size.
    ///
    /// Checked are: the limits ([`LAYOUT_BYTES_MAX`], [`LAYOUT_NODES_MAX`], [`LAYOUT_DEPTH_MAX`]);
    /// the page; that every place is there once, upright, inside of the page and apart from the
    /// others; that the code is a square of at least 130, 360 or 480 mm into which no shape
    /// reaches (one that covers it wholly is ground and allowed, the code brings its own white);
    /// that no fixed words overlap a place; that the longest words of a place stay readable; and
    /// the contrast of a place's letters, at least 4.5:1, with every colour that any shape brings
    /// under it, lines and translucent shapes included.
    ///
    /// Not checked are the contrast of fixed words and what they say, the pointed corners of wide
    /// lines beyond half the line's width, and whether it looks well.
    ///
    /// # Errors
    /// All faults that were found, at most [`LAYOUT_FAULTS_MAX`].
    pub fn read(size: Size, svg: &[u8]) -> Result<Self, Vec<LayoutFault>> {
        let mut faults = fault::Faults::default();
        let Some(root) = xml::read(svg, &mut faults) else { return Err(faults.into_list()) };
        let (drawn, places) = reading::read(&root, size, &mut faults);
        // A page of the wrong size has its places elsewhere: one fault is enough.
        let note = if places.is_empty() && !faults.is_empty() {
            None
        } else {
            places::check(&places, &drawn, size, &mut faults)
        };
        match note {
            Some(note) if faults.is_empty() => Ok(Self { size, drawn, places, note }),
            _ => Err(faults.into_list()),
        }
    }

    /// The size it is for.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }
}
