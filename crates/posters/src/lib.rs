//! From a venue code to a printed poster: the QR code, the layout, the PDF.
//!
//! Three sizes come out of one table of geometry ([`Size`]); [`layout`] decides where everything
//! stands without drawing, [`poster_pdf`] draws it, [`poster_pdf_for`] with paper to be cut off.
//! A city that wants another look uploads an SVG for each size ([`UploadedLayout`]), and
//! [`poster_pdf_in`] draws in that. [`posting_guide_pdf`] shows where posters hang. The same input gives the same bytes: nothing
//! here reads a clock. All lengths are millimetres, measured from the upper left corner.

mod archive;
mod book;
mod card;
mod code;
mod empty;
mod error;
mod fit;
mod font;
mod geometry;
mod guide;
mod ink;
mod layout;
mod palette;
mod pdf;
mod png;
mod poster;
mod print;
mod text;
mod uploaded;

pub use archive::{GUIDE, NOT_DRAWN, NotDrawn, poster_archive};
pub use book::{Bound, VOLUME_PAGES_MAX, poster_book};
pub use card::{CardText, card_pdf};
pub use code::{Code, TEXT_BYTES_MAX, URL_BYTES_MAX, code_png, code_svg, text_svg};
pub use empty::empty_layout_pdf;
pub use error::PosterError;
pub use font::warm_up;
pub use geometry::{Area, Part, Size};
pub use guide::posting_guide_pdf;
pub use layout::{Layout, Line, TextBlock, layout};
pub use palette::Colour;
pub use poster::{PosterPage, poster_page, poster_pdf, poster_pdf_for};
pub use print::{BLEED_MM, Print};
pub use text::{FIELD_CHARS_MAX, Field, PosterText, Way, missing_characters};
pub use uploaded::{
    FaultKind, LAYOUT_BYTES_MAX, LAYOUT_DEPTH_MAX, LAYOUT_FAULTS_MAX, LAYOUT_NODES_MAX,
    LayoutFault, Position, UploadedLayout, example_layout_svg, poster_page_in, poster_pdf_in,
};
