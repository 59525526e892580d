//! Shows codes on the console instead of sending them: for the demonstration and for trying out.

use actions::sms::{BoxFuture, SmsError, SmsSender};
use domain::phones::Phone;
use parking_lot::Mutex;
use std::io::Write;

/// Writes `短信验证码 123456（138****8000）` for every code. The number is masked: what the console
/// shows may end in a log.
pub struct Console<W>(Mutex<W>);

impl<W: Write + Send + 'static> Console<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self(Mutex::new(out))
    }

    fn show(&self, phone: &str, code: &str) -> Result<(), SmsError> {
        let masked = Phone::parse(phone).map(|phone| phone.masked()).unwrap_or_default();
        let mut out = self.0.lock();
        writeln!(out, "短信验证码 {code}（{masked}）")
            .and_then(|()| out.flush())
            .map_err(|error| SmsError(error.to_string()))
    }
}

impl<W: Write + Send + 'static> SmsSender for Console<W> {
    fn send_code<'a>(
        &'a self,
        phone: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, Result<(), SmsError>> {
        Box::pin(async move { self.show(phone, code) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_shows_the_code_and_half_of_the_number() {
        let console = Console::new(Vec::new());
        console.show("13800138000", "042917").unwrap();
        let shown = String::from_utf8(console.0.into_inner()).unwrap();
        assert_eq!(shown, "短信验证码 042917（138****8000）\n");
    }
}
