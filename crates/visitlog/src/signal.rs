//! A bell that one thread rings and another waits for.

use parking_lot::{Condvar, Mutex};

#[derive(Default)]
pub(crate) struct Signal {
    /// Rung since the last wait; closed for good.
    inner: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Signal {
    /// A ring that comes before the wait is not lost.
    pub(crate) fn ring(&self) {
        self.inner.lock().0 = true;
        self.changed.notify_one();
    }

    /// Ends every wait, now and later.
    pub(crate) fn close(&self) {
        self.inner.lock().1 = true;
        self.changed.notify_all();
    }

    /// Waits for a ring; `false` when the bell is closed.
    pub(crate) fn wait(&self) -> bool {
        let mut inner = self.inner.lock();
        loop {
            if inner.1 {
                return false;
            }
            if std::mem::take(&mut inner.0) {
                return true;
            }
            self.changed.wait(&mut inner);
        }
    }
}
