//! Appending frames to the last part, one sync each, and beginning the next part.

use std::sync::Arc;

use super::{Fault, create_part};
use crate::{
    catalog::{Catalog, LogEnd},
    format::{frame, part},
    storage::StorageFile,
    visit::Visit,
};

/// The end of the log, where frames are added.
pub(crate) struct LogWriter {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) part_bytes_max: u64,
    pub(crate) room_bytes: u64,
    /// The last part that the manifest lists.
    pub(crate) part: Box<dyn StorageFile>,
    pub(crate) sequence: u64,
    /// Where the next frame goes; everything before is durable.
    pub(crate) end: u64,
    /// Up to where there are zeros behind it; before it when there are none.
    pub(crate) room_end: u64,
    pub(crate) next_frame: u64,
    /// Whether the last frame of the part has visits, so that nothing vouches for it yet.
    pub(crate) last_has_visits: bool,
    pub(crate) buffer: Vec<u8>,
}

impl LogWriter {
    /// Writes one frame and syncs it. When this is done the visits are durable; when it fails
    /// for lack of room, none of them is.
    pub(crate) fn append(&mut self, visits: &[Visit]) -> Result<(), Fault> {
        self.buffer.clear();
        let bytes = (frame::HEADER_BYTES + visits.len() * frame::VISIT_BYTES) as u64;
        if self.has_frames() && self.end + bytes > self.part_bytes_max {
            self.begin_part()?;
        }
        frame::encode(self.next_frame, visits, &mut self.buffer);
        let path = part::path(self.sequence);
        if let Err(error) = self.part.write_at(&self.buffer, self.end) {
            let fault = Fault::of("writing", &path, &error);
            self.room_end = self.end;
            return Err(match self.part.set_length(self.end) {
                Ok(()) => fault,
                Err(error) => Fault::broken("taking back a torn write of", &path, &error),
            });
        }
        self.prepare_room(self.end + bytes);
        if let Err(error) = self.part.sync() {
            // Best effort: the frame was never durable, so a restart had better not see it.
            let _ = self.part.set_length(self.end);
            return Err(Fault::broken("syncing", &path, &error));
        }
        self.end += bytes;
        self.next_frame += 1;
        self.last_has_visits = !visits.is_empty();
        self.catalog.set_log_end(LogEnd { sequence: self.sequence, bytes: self.end });
        Ok(())
    }

    /// Adds an empty frame after the last one with visits, and ends the part there. From then on a
    /// damaged last frame can be told from a torn write, because a whole frame follows it.
    pub(crate) fn mark_clean_end(&mut self) -> Result<(), Fault> {
        if self.last_has_visits {
            self.append(&[])?;
        }
        self.give_room_back()
    }

    /// Whether the part under way has frames.
    pub(crate) fn has_frames(&self) -> bool {
        self.end > part::HEADER_BYTES as u64
    }

    /// Begins the next part, so that the visits so far are in parts of their own, and gives the
    /// last of these.
    pub(crate) fn end_part(&mut self) -> Result<u64, Fault> {
        let ended = self.sequence;
        self.begin_part()?;
        Ok(ended)
    }

    /// Sees to it that there are zeros behind a frame that ends here, now and then many at once, and
    /// never so many that the part becomes longer than it may be.
    fn prepare_room(&mut self, end: u64) {
        let room = self.room_bytes.min(self.part_bytes_max.saturating_sub(end));
        if end <= self.room_end || room == 0 {
            return;
        }
        // Best effort: without room the next frame makes the file longer itself.
        let prepared = self.part.write_at(&vec![0; room as usize], end);
        self.room_end = if prepared.is_ok() { end + room } else { end };
    }

    /// Takes back the room behind the last frame, durably: only the last part of a log has any.
    fn give_room_back(&mut self) -> Result<(), Fault> {
        if self.room_end > self.end {
            let path = part::path(self.sequence);
            self.part.set_length(self.end).map_err(|e| Fault::of("cutting", &path, &e))?;
            self.part.sync().map_err(|e| Fault::broken("syncing", &path, &e))?;
            self.room_end = self.end;
        }
        Ok(())
    }

    fn begin_part(&mut self) -> Result<(), Fault> {
        self.give_room_back()?;
        let sequence = self.sequence + 1;
        let header = part::Header { sequence, first_frame: self.next_frame };
        let part = create_part(&*self.catalog.storage, header)?;
        self.catalog.change(|manifest| manifest.log_parts.push(sequence))?;
        self.part = part;
        self.sequence = sequence;
        self.end = part::HEADER_BYTES as u64;
        self.room_end = self.end;
        self.last_has_visits = false;
        Ok(())
    }
}
