//! Posters by the thousand: ordered, drawn one job after another, kept for a day to be downloaded.

mod caller;
mod draw;
mod exports;
mod file;
mod list;
mod order;

pub use caller::Caller;
pub use draw::{run, sweep};
pub use exports::{Disk, ExportFile};
pub use file::{Export, download};
pub use list::{Job, cancel, list, one};
pub use order::{Ordering, has_whole_counties, order_of_region, order_of_unit, regions_of};
pub use posters::VOLUME_PAGES_MAX;

use exports::Exports;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering as Atomic},
    },
};
use tokio::sync::{Notify, watch};

/// Jobs drawn at the same time, the others wait in their order: each takes a processor, and whoever
/// stands at a door must not wait for a printing shop.
const DRAWN_AT_ONCE: usize = 1;
/// Jobs of one account that wait or are being drawn.
const UNDER_WAY_MAX: i64 = 3;
/// Jobs of one account that are under way or whose file is kept.
const KEPT_MAX: i64 = 10;
/// Jobs of everybody that wait.
const WAITING_MAX: i64 = 100;
/// Most posters of one job.
const POSTERS_MAX: i64 = 50_000;
/// Bytes that the files of all jobs may take together.
const EXPORT_BYTES_MAX: u64 = 10 * 1024 * 1024 * 1024;
/// Bytes of the disk that are left alone: visits are written there as well.
const FREE_BYTES_MIN: u64 = 1024 * 1024 * 1024;
/// Times that a job is begun: one that the program does not survive must not come back for ever.
const TRIES_MAX: i64 = 3;
/// Posters that are named when they could not be drawn; all are in the file.
const NAMED_MAX: usize = 50;

/// The jobs of this process.
pub struct PosterJobs {
    exports: Exports,
    under_way: Mutex<HashMap<i64, Arc<Progress>>>,
    ordered: Notify,
    stopping: watch::Sender<bool>,
}

impl PosterJobs {
    /// Files lie in this folder, which is made with the first of them.
    #[must_use]
    pub fn new(folder: PathBuf, disk: Arc<dyn Disk>) -> Self {
        Self {
            exports: Exports::new(folder, disk),
            under_way: Mutex::default(),
            ordered: Notify::new(),
            stopping: watch::Sender::new(false),
        }
    }

    /// Ends what is being drawn, soon and without a file: it begins anew with the next start.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
        for progress in self.under_way.lock().values() {
            progress.stop();
        }
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// A job that is being drawn from now on.
    fn begin(&self, id: i64) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        self.under_way.lock().insert(id, Arc::clone(&progress));
        // Whoever said stop before it was here is heard as well.
        if self.is_stopping() {
            progress.stop();
        }
        progress
    }

    fn end(&self, id: i64) {
        self.under_way.lock().remove(&id);
    }

    fn progress(&self, id: i64) -> Option<Arc<Progress>> {
        self.under_way.lock().get(&id).cloned()
    }
}

/// How far a job is.
#[derive(Default)]
struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
    stopped: AtomicBool,
}

impl Progress {
    fn stop(&self) {
        self.stopped.store(true, Atomic::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Atomic::Relaxed)
    }

    /// Done and total.
    fn seen(&self) -> (usize, usize) {
        (self.done.load(Atomic::Relaxed), self.total.load(Atomic::Relaxed))
    }
}
