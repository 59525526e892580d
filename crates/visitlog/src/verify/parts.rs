//! A log part: its header, and its frames up to the durable end.

use std::io;

use super::Places;
use crate::{
    errors::Damage,
    format::part,
    log::{recover::TornTail, scan::Reader},
    storage::StorageFile,
    visit::Visit,
};

/// A log part to be checked.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) sequence: u64,
    pub(crate) file: &'a dyn StorageFile,
    /// Where it ends durably. Without one it is the last part of a store that is not open when
    /// `is_last`, and its end may be torn.
    pub(crate) end: Option<u64>,
    pub(crate) is_last: bool,
}

/// What a log part has and what is wrong with it.
pub(crate) struct PartCheck {
    sequence: u64,
    /// Number that the next part's first frame must have, when this part tells it.
    next_frame: Option<u64>,
    pub(crate) frames: u64,
    pub(crate) visits: u64,
    pub(crate) damages: Vec<Damage>,
    pub(crate) torn_tail: Option<TornTail>,
}

/// A part that is not there or cannot be read.
pub(crate) fn unreadable_part(sequence: u64, error: &io::Error) -> PartCheck {
    let mut places = Places::of(&part::path(sequence));
    places.add_unreadable(error);
    let damages = places.into_damages();
    PartCheck { sequence, next_frame: None, frames: 0, visits: 0, damages, torn_tail: None }
}

/// Checks a part, and that it goes on where the one before it ended.
pub(crate) fn check_part(part: &Part<'_>, before: Option<&PartCheck>) -> PartCheck {
    let path = part::path(part.sequence);
    let mut places = Places::of(&path);
    let mut check = PartCheck {
        sequence: part.sequence,
        next_frame: None,
        frames: 0,
        visits: 0,
        damages: Vec::new(),
        torn_tail: None,
    };
    let before = before.filter(|before| before.sequence + 1 == part.sequence);
    let expected = before.and_then(|before| before.next_frame);
    let read = Reader::new(part.file).and_then(|reader| {
        let mut reader = reader.until(part.end.unwrap_or(u64::MAX));
        check_header(&mut reader, part, expected, &mut check, &mut places)?;
        check_frames(&mut reader, part, &mut check, &mut places)
    });
    if let Err(error) = read {
        places.add_unreadable(&error);
    }
    check.damages = places.into_damages();
    check
}

fn check_header(
    reader: &mut Reader<'_>,
    part: &Part<'_>,
    expected: Option<u64>,
    check: &mut PartCheck,
    places: &mut Places,
) -> io::Result<()> {
    let header = part::decode(reader.bytes(0, part::HEADER_BYTES)?);
    match header {
        Ok(header) if header.sequence != part.sequence => {
            places.add(0, format!("the header is that of part {}", header.sequence));
        }
        Ok(header) if expected.is_some_and(|expected| expected != header.first_frame) => {
            let first = header.first_frame;
            places.add(0, format!("it begins with frame {first}, the part before ends earlier"));
        }
        Ok(_) => {}
        Err(bad) => places.add(0, bad.to_string()),
    }
    check.next_frame = header.ok().map(|header| header.first_frame);
    Ok(())
}

fn check_frames(
    reader: &mut Reader<'_>,
    part: &Part<'_>,
    check: &mut PartCheck,
    places: &mut Places,
) -> io::Result<()> {
    let end = part.end.unwrap_or_else(|| reader.length());
    if reader.length() < end {
        places.add(reader.length(), format!("it is cut short, {end} bytes were durable"));
    }
    let end = reader.length();
    let mut offset = part::HEADER_BYTES as u64;
    let mut visits: Vec<Visit> = Vec::new();
    while offset < end {
        visits.clear();
        let bad = match reader.frame(offset, &mut visits)? {
            Ok(found) => {
                let number = found.header.number;
                if let Some(expected) = check.next_frame.filter(|expected| *expected != number) {
                    places.add(offset, format!("frame {number} where frame {expected} belongs"));
                }
                check.frames += 1;
                check.visits += found.header.count as u64;
                check.next_frame = Some(number.wrapping_add(1));
                offset = found.end();
                continue;
            }
            Err(bad) => bad.to_string(),
        };
        let next = reader.next_whole_frame(offset + 1, &mut visits)?;
        if next.is_none() && part.is_last && part.end.is_none() {
            let content_end = reader.content_end(offset)?;
            let (file, bytes) = (part::path(part.sequence), content_end - offset);
            check.torn_tail = (bytes > 0).then_some(TornTail { file, offset, bytes });
            return Ok(());
        }
        places.add(offset, bad);
        check.next_frame = next.map(|next| next.header.number);
        offset = next.map_or(end, |next| next.offset);
    }
    Ok(())
}
