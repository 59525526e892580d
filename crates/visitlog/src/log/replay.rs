//! Reading the live parts into memory, frame by frame, and judging how each part ends.

use std::{
    io,
    sync::{Arc, mpsc},
    thread,
};

use parking_lot::Mutex;

use super::{
    recover::{Recovery, TornTail, damage, newer},
    scan::Reader,
};
use crate::{
    errors::{OpenError, io_error},
    format::{
        manifest::{self, Manifest},
        part::{self, BadHeader},
    },
    head::{MERGE_RUNS, sort_into_runs},
    options::Options,
    segment::{Builder, Segment},
    storage::{Storage, StorageFile},
    visit::Visit,
};

/// Threads that sort while one reads.
const SORTERS: usize = 2;

/// Stretches of visits that may wait to be sorted.
const WAITING_MAX: usize = 2;

/// Where the last part ends, durably.
pub(super) struct End {
    pub(super) file: Box<dyn StorageFile>,
    pub(super) sequence: u64,
    pub(super) offset: u64,
    pub(super) next_frame: u64,
    pub(super) last_has_visits: bool,
}

/// How far the whole frames of one part reach.
struct Whole {
    offset: u64,
    next_frame: u64,
    last_has_visits: bool,
    /// Where the last frame begins.
    last_frame: Option<u64>,
}

/// What the log gave.
pub(super) struct Replayed {
    pub(super) end: End,
    pub(super) runs: Vec<Arc<Segment>>,
    /// Visits too few for a run.
    pub(super) rest: Vec<Visit>,
}

/// A replay under way.
pub(super) struct Replay<'a> {
    storage: &'a dyn Storage,
    recovery: &'a mut Recovery,
    kept_from_ms: i64,
    /// Visits sorted together: as many as the runs have that the keeper would have merged by now.
    stretch_visits: usize,
    waiting: Vec<Visit>,
    /// To the threads that sort.
    full: mpsc::SyncSender<Vec<Visit>>,
}

/// Reads every live part, in order. Reading and sorting go on side by side.
pub(super) fn replay(
    storage: &dyn Storage,
    manifest: &Manifest,
    kept_from_ms: i64,
    options: &Options,
    recovery: &mut Recovery,
) -> Result<Replayed, OpenError> {
    thread::scope(|scope| {
        let (full, stretches) = mpsc::sync_channel(WAITING_MAX);
        let stretches = Arc::new(Mutex::new(stretches));
        let mut sorters = Vec::new();
        for _ in 0..SORTERS {
            let stretches = Arc::clone(&stretches);
            let sorter = thread::Builder::new()
                .name("visitlog-sorter".to_owned())
                .spawn_scoped(scope, move || sort(&stretches, options.utc_offset_s))
                .map_err(io_error("starting a thread of", "."))?;
            sorters.push(sorter);
        }
        let stretch_visits = options.run_visits.saturating_mul(MERGE_RUNS);
        let waiting = Vec::new();
        let mut replay = Replay { storage, recovery, kept_from_ms, stretch_visits, waiting, full };
        let end = replay.parts(manifest);
        let Replay { waiting: mut rest, full, .. } = replay;
        drop(full);
        let mut runs = Vec::new();
        for sorter in sorters {
            let sorted = sorter.join();
            let sorted = sorted.unwrap_or_else(|_| Err(io::Error::other("it failed inside")));
            runs.extend(sorted.map_err(io_error("sorting the visits of", "log"))?);
        }
        if rest.len() >= options.run_visits {
            let sorted =
                sort_into_runs(&mut Builder::default(), &rest, options.utc_offset_s, &|| {});
            runs.extend(sorted.map_err(io_error("sorting the visits of", "log"))?);
            rest.clear();
        }
        Ok(Replayed { end: end?, runs, rest })
    })
}

fn sort(
    stretches: &Mutex<mpsc::Receiver<Vec<Visit>>>,
    utc_offset_s: i32,
) -> io::Result<Vec<Arc<Segment>>> {
    let (mut runs, mut builder) = (Vec::new(), Builder::default());
    loop {
        let next = stretches.lock().recv();
        let Ok(visits) = next else { return Ok(runs) };
        runs.extend(sort_into_runs(&mut builder, &visits, utc_offset_s, &|| {})?);
    }
}

impl Replay<'_> {
    fn parts(&mut self, manifest: &Manifest) -> Result<End, OpenError> {
        let mut before: Option<End> = None;
        for (index, sequence) in manifest.log_parts.iter().enumerate() {
            let is_last = index + 1 == manifest.log_parts.len();
            let end = self.part(*sequence, before.as_ref(), is_last)?;
            before = Some(end);
        }
        before.ok_or_else(|| damage(manifest::PATH, 0, "no log part is listed").into())
    }

    fn take(&mut self, visits: &[Visit]) {
        for visit in visits {
            if visit.entered_ms < self.kept_from_ms {
                self.recovery.forgotten += 1;
                continue;
            }
            self.recovery.visits += 1;
            self.waiting.push(*visit);
            if self.waiting.len() == self.stretch_visits {
                let next = Vec::with_capacity(self.stretch_visits);
                // A sorter that has ended says why when it is joined.
                let _ = self.full.send(std::mem::replace(&mut self.waiting, next));
            }
        }
    }

    fn part(
        &mut self,
        sequence: u64,
        before: Option<&End>,
        is_last: bool,
    ) -> Result<End, OpenError> {
        let path = part::path(sequence);
        let file = match self.storage.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(damage(&path, 0, "listed in the manifest and not there").into());
            }
            opened => opened.map_err(io_error("opening", &path))?,
        };
        let mut reader = Reader::new(&*file).map_err(io_error("reading", &path))?;
        let first_frame = read_header(&mut reader, &path, sequence, before)?;
        let (whole, bad) =
            self.frames(&mut reader, first_frame).map_err(io_error("reading", &path))?;
        if let Some(what) = bad {
            let later = reader
                .next_whole_frame(whole.offset, &mut Vec::new())
                .map_err(io_error("reading", &path))?;
            if later.is_some() || !is_last {
                return Err(damage(&path, whole.offset, &what).into());
            }
            let offset = whole.offset;
            let end = reader.content_end(offset).map_err(io_error("reading", &path))?;
            if end > offset {
                let (file, bytes) = (path.clone(), end - offset);
                self.recovery.torn_tail = Some(TornTail { file, offset, bytes });
            }
        }
        if is_last {
            make_durable(&*file, &whole).map_err(io_error("syncing", &path))?;
        }
        self.recovery.parts += 1;
        let Whole { offset, next_frame, last_has_visits, .. } = whole;
        Ok(End { file, sequence, offset, next_frame, last_has_visits })
    }

    /// Replays frames up to the end of the file or to the first that is not the one expected,
    /// and says in the latter case what is wrong with it.
    fn frames(
        &mut self,
        reader: &mut Reader<'_>,
        first_frame: u64,
    ) -> io::Result<(Whole, Option<String>)> {
        let mut whole = Whole {
            offset: part::HEADER_BYTES as u64,
            next_frame: first_frame,
            last_has_visits: false,
            last_frame: None,
        };
        let mut visits = Vec::new();
        while whole.offset < reader.length() {
            visits.clear();
            let found = match reader.frame(whole.offset, &mut visits)? {
                Ok(found) if found.header.number == whole.next_frame => found,
                Ok(found) => {
                    let (got, want) = (found.header.number, whole.next_frame);
                    return Ok((whole, Some(format!("frame {got} where frame {want} belongs"))));
                }
                Err(bad) => return Ok((whole, Some(bad.to_string()))),
            };
            self.take(&visits);
            self.recovery.frames += 1;
            whole = Whole {
                offset: found.end(),
                next_frame: whole.next_frame + 1,
                last_has_visits: found.header.count > 0,
                last_frame: Some(found.offset),
            };
        }
        Ok((whole, None))
    }
}

/// Checks a part's header against its name and against the part before; gives its first frame.
fn read_header(
    reader: &mut Reader<'_>,
    path: &str,
    sequence: u64,
    before: Option<&End>,
) -> Result<u64, OpenError> {
    let bytes = reader.bytes(0, part::HEADER_BYTES).map_err(io_error("reading", path))?;
    let header = part::decode(bytes).map_err(|bad| match bad {
        BadHeader::Newer(version) => newer(path, version, part::VERSION),
        bad => damage(path, 0, &bad.to_string()).into(),
    })?;
    if header.sequence != sequence {
        let what = format!("the header is that of part {}", header.sequence);
        return Err(damage(path, 0, &what).into());
    }
    let follows = before.filter(|before| before.sequence + 1 == sequence);
    if let Some(before) = follows.filter(|before| before.next_frame != header.first_frame) {
        // The part before lost frames at its end, in one piece.
        let (first, want) = (header.first_frame, before.next_frame);
        let what = format!("ends before frame {want}, the next part begins with frame {first}");
        return Err(damage(&part::path(before.sequence), before.offset, &what).into());
    }
    Ok(header.first_frame)
}

/// Cuts what is after the last whole frame and makes that frame durable.
///
/// A process may have been killed between write and sync, or gone on living after a sync that
/// failed: the frame is then in the page cache, marked clean, and not on the disk. Writing the
/// same bytes again in the same place makes the kernel try again, and cannot harm a frame that is
/// on the disk already.
fn make_durable(file: &dyn StorageFile, whole: &Whole) -> io::Result<()> {
    if file.length()? > whole.offset {
        file.set_length(whole.offset)?;
    }
    if let Some(start) = whole.last_frame {
        let mut bytes = vec![0; (whole.offset - start) as usize];
        let count = file.read_at(&mut bytes, start)?;
        file.write_at(&bytes[..count], start)?;
    }
    file.sync()
}
