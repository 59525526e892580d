//! No provider is configured: every code fails, loudly.

use actions::sms::{BoxFuture, SmsError, SmsSender};

/// Sends nothing and says so.
pub struct Off;

impl SmsSender for Off {
    fn send_code<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), SmsError>> {
        Box::pin(async { Err(SmsError("no provider is configured, see --sms".to_owned())) })
    }
}
