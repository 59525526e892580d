//! What was begun is finished: a caller who hangs up half way leaves no entry without its alert and
//! its place on the door's screen.

use actions::{Answer, Failure};

/// Runs on, also when nobody waits for the answer any more.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Answer<T>> + Send + 'static,
) -> Answer<T> {
    tokio::spawn(work).await.map_err(Failure::broken)?
}
