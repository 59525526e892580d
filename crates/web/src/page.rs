//! What every page needs: language, large mode, the form's guard, who is signed in.

use crate::i18n::Lang;
use domain::accounts::Role;

/// Who is signed in, for the head of a page.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Role.
    pub role: Role,
    /// Masked name.
    pub name: String,
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
    /// Goes into the hidden field `csrf` of every form.
    pub csrf: String,
    /// Goes into `nonce="…"` of every inline `<style>` and `<script>`.
    pub nonce: String,
    /// Path of this page, for the language and large-mode switches and the menu.
    pub path: String,
    /// Who is signed in.
    pub seat: Option<Seat>,
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
