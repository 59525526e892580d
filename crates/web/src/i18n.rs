//! The two languages of the pages. Chinese is written where it is used and is the key; English
//! comes from `i18n/en.txt`. A test fails on a text without its English.

use std::{collections::HashMap, sync::OnceLock};

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 简体中文, first
    #[default]
    Zh,
    /// English, second
    En,
}

const EN: &str = include_str!("../i18n/en.txt");

/// English by Chinese: one `中文 = English` a line, `#` starts a comment.
fn english() -> &'static HashMap<&'static str, &'static str> {
    static CATALOGUE: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        EN.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(" = "))
            .map(|(zh, en)| (zh.trim(), en.trim()))
            .collect()
    })
}

impl Lang {
    /// What `lang=` in HTML says.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Picks by `Accept-Language`; Chinese unless English stands first.
    #[must_use]
    pub fn from_header(accept_language: &str) -> Self {
        if accept_language.trim_start().to_ascii_lowercase().starts_with("en") {
            Self::En
        } else {
            Self::Zh
        }
    }

    /// The text in this language.
    #[must_use]
    pub fn t(self, zh: &str) -> &str {
        match self {
            Self::Zh => zh,
            Self::En => english().get(zh).copied().unwrap_or(zh),
        }
    }

    /// The text in this language with `{}` replaced by `value`.
    #[must_use]
    pub fn f(self, zh: &str, value: impl std::fmt::Display) -> String {
        self.t(zh).replacen("{}", &value.to_string(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_first_english_when_asked() {
        assert_eq!(Lang::from_header("en-GB,zh;q=0.5"), Lang::En);
        assert_eq!(Lang::from_header("zh-CN"), Lang::Zh);
        assert_eq!(Lang::from_header(""), Lang::Zh);
        assert_eq!(Lang::En.t("登记成功"), "Checked in");
        assert_eq!(Lang::Zh.f("第 {} 次", 2), "第 2 次");
    }
}
