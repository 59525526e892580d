//! What was begun is finished: a caller who hangs up half way leaves no entry without its alert and
//! its place on the door's screen.

use actions::Answer;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio::runtime::Handle;

/// Runs on, also when nobody waits for the answer any more.
///
/// It runs as a part of whoever awaits it. Only when that is dropped half way does it become a task
/// of its own: making one for each scan costs an allocation, two wake-ups and a turn in the queue.
pub(crate) fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Answer<T>> + Send + 'static,
) -> ToTheEnd<T> {
    ToTheEnd { work: Some(Box::pin(work)), begun: false }
}

/// See [`to_the_end`].
pub(crate) struct ToTheEnd<T: Send + 'static> {
    work: Option<Pin<Box<dyn Future<Output = Answer<T>> + Send>>>,
    begun: bool,
}

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = Answer<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.begun = true;
        // Work that panics is gone, and not run on.
        let Some(mut work) = self.work.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.work = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        let left = self.work.take().filter(|_| self.begun);
        if let (Some(work), Ok(handle)) = (left, Handle::try_current()) {
            handle.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actions::Failure;
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };
    use tokio::{sync::oneshot, time::timeout};

    const SOON: Duration = Duration::from_secs(5);

    /// Work in two halves: what lets it go on, and what is told when it is done.
    fn halves() -> (ToTheEnd<i32>, oneshot::Sender<()>, oneshot::Receiver<()>) {
        let (go_on, wait) = oneshot::channel::<()>();
        let (done, told) = oneshot::channel();
        let work = to_the_end(async move {
            wait.await.map_err(|_| Failure::Busy)?;
            done.send(()).map_err(|()| Failure::Busy)?;
            Ok(7)
        });
        (work, go_on, told)
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_answer() {
        let (work, go_on, _told) = halves();
        go_on.send(()).unwrap();
        assert_eq!(work.await.unwrap(), 7);
    }

    #[tokio::test]
    async fn what_was_begun_is_finished_when_nobody_waits() {
        let (work, go_on, told) = halves();
        assert!(timeout(Duration::from_millis(10), work).await.is_err());
        go_on.send(()).unwrap();
        timeout(SOON, told).await.expect("it goes on").expect("to the end");
    }

    #[tokio::test]
    async fn what_was_not_begun_is_not() {
        let begun = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&begun);
        drop(to_the_end(async move {
            seen.store(true, Ordering::Relaxed);
            Ok(())
        }));
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(!begun.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn outside_of_a_runtime_it_just_ends() {
        let (mut work, _go_on, mut told) = halves();
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(Pin::new(&mut work).poll(&mut context).is_pending());
        std::thread::spawn(move || drop(work)).join().unwrap();
        assert!(told.try_recv().is_err());
    }
}
