//! No provider is configured: every code fails, loudly.

use actions::sms::{BoxFuture, SmsError, SmsSender, TextMessage};

/// Sends nothing and says so.
pub struct Off;

impl SmsSender for Off {
    fn is_there(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, _: &'a str, _: &'a TextMessage) -> BoxFuture<'a, Result<(), SmsError>> {
        Box::pin(async { Err(SmsError("no provider is configured, see --sms".to_owned())) })
    }
}
