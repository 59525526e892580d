//! Shows text messages on the console instead of sending them: for the demonstration and for trying out.

use actions::sms::{BoxFuture, SmsError, SmsSender, TextMessage};
use domain::phones::Phone;
use parking_lot::Mutex;
use std::io::Write;

/// Writes `短信验证码 123456（138****8000）` for every code, `短信（138****8000）…` for anything else.
/// The number is masked: what the console shows may end in a log.
pub struct Console<W>(Mutex<W>);

impl<W: Write + Send + 'static> Console<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self(Mutex::new(out))
    }

    fn show(&self, phone: &str, message: &TextMessage) -> Result<(), SmsError> {
        let masked = Phone::parse(phone).map(|phone| phone.masked()).unwrap_or_default();
        let mut out = self.0.lock();
        let written = match message {
            TextMessage::Code { code } => writeln!(out, "短信验证码 {code}（{masked}）"),
            other => writeln!(out, "短信（{masked}）{}", other.text()),
        };
        written.and_then(|()| out.flush()).map_err(|error| SmsError(error.to_string()))
    }
}

impl<W: Write + Send + 'static> SmsSender for Console<W> {
    fn send<'a>(
        &'a self,
        phone: &'a str,
        message: &'a TextMessage,
    ) -> BoxFuture<'a, Result<(), SmsError>> {
        Box::pin(async move { self.show(phone, message) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_shows_the_message_and_half_of_the_number() {
        let console = Console::new(Vec::new());
        console.show("13800138000", &TextMessage::Code { code: "042917".to_owned() }).unwrap();
        console.show("13800138000", &TextMessage::Several { count: 3 }).unwrap();
        let shown = String::from_utf8(console.0.into_inner()).unwrap();
        let (code, news) = shown.split_once('\n').unwrap();
        assert_eq!(code, "短信验证码 042917（138****8000）");
        assert!(news.starts_with("短信（138****8000）您的检查点有 3 条新消息"), "{news}");
    }
}
