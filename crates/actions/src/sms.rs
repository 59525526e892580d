//! Text messages: the port that a provider fills.

use std::{future::Future, pin::Pin};

/// A future behind a pointer, so that providers can be swapped.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A message that was not taken by the provider.
#[derive(Debug, thiserror::Error)]
#[error("the text message was not sent: {0}")]
pub struct SmsError(pub String);

/// Sends text messages.
pub trait SmsSender: Send + Sync + 'static {
    /// Sends a one-time code to a number of eleven digits.
    fn send_code<'a>(
        &'a self,
        phone: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, Result<(), SmsError>>;
}
