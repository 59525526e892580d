//! What every page needs: language, large mode, the form's guard, who is signed in.

use crate::{
    frame::{Frame, Letters},
    i18n::Lang,
    seat,
};
use actions::{House, accounts::principals::Staff, messages};
use askama::{
    FastWritable, Values,
    filters::{Escaper, Html, HtmlSafe},
};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use domain::accounts::Role;
use std::{fmt, sync::Arc};

/// Who is signed in, for the head of a page.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Role.
    pub role: Role,
    /// Masked name.
    pub name: String,
    /// Messages not seen yet.
    pub unseen: i64,
}

/// The frame of a page. Templates have it as `p`.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Language.
    pub lang: Lang,
    /// Whether this is a demonstration with invented people; said on every page.
    pub demo: bool,
    /// Large mode (关怀版).
    pub large: bool,
    /// Goes into the hidden field `csrf` of every form: this browser's random cookie.
    pub csrf: Letters,
    /// Goes into `nonce="…"` of every inline `<style>` and `<script>`.
    pub nonce: Letters,
    /// Path of this page, for the language and large-mode switches and the menu.
    pub path: String,
    /// Who is signed in.
    pub seat: Option<Seat>,
    /// Whether this browser takes gzip.
    pub gzip: bool,
}

impl Page {
    /// The text in the page's language; the Chinese text is the key.
    #[must_use]
    pub fn t<'a>(&self, zh: &'a str) -> &'a str {
        self.lang.t(zh)
    }

    /// The text in the page's language with `{}` replaced.
    #[must_use]
    pub fn f(&self, zh: &str, value: impl std::fmt::Display) -> String {
        self.lang.f(zh, value)
    }
}

/// A text in a page, escaped. The pages that a storm asks for take theirs through this: most texts have
/// nothing to escape, which is seen here at a glance, and byte by byte otherwise.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Text<'_> {
    fn write(&self, page: &mut dyn fmt::Write) -> fmt::Result {
        let means_more = |byte| matches!(byte, b'"' | b'&' | b'\'' | b'<' | b'>');
        // All of it is looked at: that is a few steps for a processor.
        if self.0.bytes().fold(false, |found, byte| found | means_more(byte)) {
            Html.write_escaped_str(page, self.0)
        } else {
            page.write_str(self.0)
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl FastWritable for Text<'_> {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(self.write(dest)?)
    }
}

/// It escapes by itself.
impl HtmlSafe for Text<'_> {}

impl Page {
    /// The frame of a page for nobody in particular.
    pub(crate) fn of_stranger(house: &House, frame: Frame, path: String) -> Self {
        Self {
            lang: frame.lang,
            demo: house.settings.demo,
            large: frame.large,
            csrf: frame.seat,
            nonce: frame.nonce,
            path,
            seat: None,
            gzip: frame.gzip,
        }
    }
}

/// How many messages a manager has not seen; a page is worth showing without that, too.
async fn unseen(house: &House, staff: &Staff) -> i64 {
    match staff.as_manager() {
        Ok(manager) => messages::unseen(house, &manager).await.unwrap_or(0),
        Err(_) => 0,
    }
}

impl FromRequestParts<Arc<House>> for Page {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Response> {
        let Some(frame) = parts.extensions.get::<Frame>().copied() else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let staff = if frame.staff { seat::anybody(house, parts).await } else { None };
        let path = parts.uri.path().to_owned();
        let seat = match staff {
            None => None,
            Some(staff) => Some(Seat {
                role: staff.role(),
                name: staff.masked_name().to_owned(),
                unseen: unseen(house, &staff).await,
            }),
        };
        Ok(Self { seat, ..Self::of_stranger(house, frame, path) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::Template;
    use proptest::prelude::*;

    #[derive(Template)]
    #[template(source = "<p title=\"{{ Text(text) }}\">{{ Text(text) }}</p>", ext = "html")]
    struct Quick<'a> {
        text: &'a str,
    }

    #[derive(Template)]
    #[template(source = "<p title=\"{{ text }}\">{{ text }}</p>", ext = "html")]
    struct Usual<'a> {
        text: &'a str,
    }

    proptest! {
        #[test]
        fn a_text_is_escaped_as_any_other_in_a_page(text in any::<String>(), more in "[\"&'<>#;a场]{0,40}") {
            for text in [&text, &more] {
                let usual = Usual { text }.render().unwrap();
                prop_assert_eq!(Quick { text }.render().unwrap(), usual.as_str());
                let shown = Text(text);
                prop_assert_eq!(format!("<p title=\"{shown}\">{shown}</p>"), usual);
            }
        }
    }

    #[test]
    fn nothing_gets_out_of_an_attribute() {
        let page = Quick { text: "\"><script>'&" }.render().unwrap();
        let text = "&#34;&#62;&#60;script&#62;&#39;&#38;";
        assert_eq!(page, format!("<p title=\"{text}\">{text}</p>"));
    }
}
