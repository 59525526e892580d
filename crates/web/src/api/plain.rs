//! A JSON object of plain values, written straight into the answer.
//!
//! Every scan is answered with one, tens of thousands a second. A serializer looks at each byte of
//! every name and text by itself; here the names are known to be letters, and a text is looked at as a
//! whole.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use std::fmt::Write;

/// Room for an object to begin with: most need less, and what needs more gets it.
const OBJECT_BYTES: usize = 1024;

/// An object under way.
pub(crate) struct Object(String);

impl Object {
    /// Nothing in it yet.
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(OBJECT_BYTES))
    }

    /// Adds a value. The name is letters and underscores, and comes once.
    pub(crate) fn with(mut self, name: &'static str, value: impl Plain) -> Self {
        debug_assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        self.0.push_str(if self.0.is_empty() { "{\"" } else { ",\"" });
        self.0.push_str(name);
        self.0.push_str("\":");
        value.write(&mut self.0);
        self
    }

    /// The text of the object.
    pub(crate) fn text(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

impl IntoResponse for Object {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, kind)], self.text().into_bytes()).into_response()
    }
}

/// What is neither a list nor an object.
pub(crate) trait Plain {
    /// Writes it as JSON (RFC 8259).
    fn write(self, json: &mut String);
}

impl Plain for &str {
    fn write(self, json: &mut String) {
        // All of it is looked at: that is a few steps for a processor, and stopping early is one for
        // each byte.
        let as_it_is = self
            .bytes()
            .fold(true, |plain, byte| plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\'));
        if as_it_is {
            json.push('"');
            json.push_str(self);
            json.push('"');
        } else {
            let _written = write!(json, "{}", serde_json::Value::from(self));
        }
    }
}

impl Plain for bool {
    fn write(self, json: &mut String) {
        json.push_str(if self { "true" } else { "false" });
    }
}

impl<T: Plain> Plain for Option<T> {
    fn write(self, json: &mut String) {
        match self {
            Some(value) => value.write(json),
            None => json.push_str("null"),
        }
    }
}

macro_rules! plain_number {
    ($($number:ty),*) => {$(
        impl Plain for $number {
            fn write(self, json: &mut String) {
                // Writing to memory does not fail.
                let _written = write!(json, "{self}");
            }
        }
    )*};
}

plain_number!(u8, u32, i64);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn an_object_is_what_its_values_are() {
        assert_eq!(Object::new().text(), "{}");
        let object = Object::new()
            .with("text", "一\"二\\三\n")
            .with("nothing", None::<&str>)
            .with("something", Some("x"))
            .with("yes", true)
            .with("no", false)
            .with("least", i64::MIN)
            .with("small", 255_u8)
            .with("large", u32::MAX);
        assert_eq!(
            object.text(),
            "{\"text\":\"一\\\"二\\\\三\\n\",\"nothing\":null,\"something\":\"x\",\"yes\":true,\
             \"no\":false,\"least\":-9223372036854775808,\"small\":255,\"large\":4294967295}"
        );
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_it(text in any::<String>(), more in "[\"\\\\\u{0}-\u{20}a\u{7f}\u{85}]{0,40}") {
            for text in [&text, &more] {
                let object = Object::new().with("text", text.as_str()).text();
                let read: serde_json::Value = serde_json::from_str(&object).unwrap();
                prop_assert_eq!(read, json!({ "text": text }));
            }
        }
    }
}
