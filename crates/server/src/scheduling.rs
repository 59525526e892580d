//! How the system shares its processors between this program's threads.

use rustix::process::getpriority_process;
use thread_priority::{
    NormalThreadSchedulePolicy::Batch, ThreadPriority::Crossplatform, ThreadPriorityValue,
    ThreadSchedulePolicy::Normal, set_thread_priority_and_policy, thread_native_id,
};

/// The nice value 0 on the scale from 0 to 99 that the library has for every system.
const NICE_0: u8 = 47;

/// Lets every thread that is started from here on finish its turn (`SCHED_BATCH`, sched(7)): one that
/// wakes up waits for it, and does not take the processor away in the middle. In a storm of scans a
/// thread wakes up every few microseconds, and what was cut short is cold when it goes on.
///
/// Whoever gave the program another nice value has settled such things themselves, and is left alone.
pub(crate) fn finish_turns() {
    if getpriority_process(None) != Ok(0) {
        return;
    }
    let nice_0 = ThreadPriorityValue::try_from(NICE_0).map(Crossplatform);
    let set = nice_0.map_err(|error| error.to_string()).and_then(|nice_0| {
        set_thread_priority_and_policy(thread_native_id(), nice_0, Normal(Batch))
            .map_err(|error| error.to_string())
    });
    if let Err(error) = set {
        tracing::warn!(%error, "threads are scheduled as the system does by itself");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use thread_priority::thread_schedule_policy;

    #[test]
    fn threads_that_are_started_afterwards_finish_their_turns_and_are_as_nice_as_before() {
        let now = || (thread_schedule_policy(), getpriority_process(None));
        let of_a_thread = thread::spawn(move || {
            let before = now();
            finish_turns();
            (before, thread::spawn(now).join())
        });
        let ((policy, nice), after) = of_a_thread.join().unwrap();
        // Where tests run with a nice value, it is left alone.
        let expected = if nice == Ok(0) { Ok(Normal(Batch)) } else { policy };
        assert_eq!(after.unwrap(), (expected, nice));
    }
}
