//! Words of an address that several lists share.

use domain::{fields::Complaints, sorting::Sort};

/// Most characters of a text that is looked for.
const TEXT_CHARS_MAX: usize = 60;
/// The last page that can be asked for; bounds what a database is told to skip.
const PAGE_MAX: i64 = 10_000;

/// What the words of an address mean, and which of them make no sense.
pub struct Words<T>(pub T, pub Complaints);

impl<T> Words<T> {
    /// What they mean when all of them make sense.
    ///
    /// # Errors
    /// Those that do not.
    pub fn whole(self) -> Result<T, Complaints> {
        if self.1.is_empty() { Ok(self.0) } else { Err(self.1) }
    }
}

/// A text that is looked for, from the word `q`; cut when it is too long.
pub fn searched(q: &str, complaints: &mut Complaints) -> String {
    let text = q.trim();
    if text.chars().count() > TEXT_CHARS_MAX {
        complaints.add("q", "查找的文字不能超过 60 个字");
    }
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// A page, from 0, from the word `page`; the first when it makes no sense.
pub fn page(word: &str, complaints: &mut Complaints) -> i64 {
    let page = match word {
        "" => Some(0),
        word => word.parse::<i64>().ok().filter(|page| *page >= 0),
    };
    complaints.take("page", page.ok_or("页码从 0 开始")).map_or(0, |page| page.min(PAGE_MAX))
}

/// The order of a list, from the word `sort`; the usual one when it makes no sense.
pub fn sort(word: &str, complaints: &mut Complaints) -> Sort {
    let sort = Sort::from_code(word).ok_or("可以是 name 或 address");
    complaints.take("sort", sort).unwrap_or_default()
}

/// Nothing for an empty word; none when the word makes no sense.
pub fn optional<T>(word: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if word.is_empty() { Some(None) } else { read(word).map(Some) }
}

/// The code of a county or township, from the word `region`; none when it makes no sense.
pub fn region(word: &str, complaints: &mut Complaints) -> Option<String> {
    let code = optional(word, |code| digits(code, [6, 9]));
    complaints.take("region", code.ok_or("没有这样的地区代码")).flatten()
}

/// The code of a category or of a group of them, from the word `category`; none when it makes no sense.
pub fn category(word: &str, complaints: &mut Complaints) -> Option<String> {
    let code = optional(word, |code| digits(code, [1, 3]));
    complaints.take("category", code.ok_or("没有这样的类别代码")).flatten()
}

fn digits(text: &str, lengths: [usize; 2]) -> Option<String> {
    let code = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    code.then(|| text.to_owned())
}

/// Characters one after the other, as `𠮷、𱟿`.
pub(crate) fn listed(characters: &[char]) -> String {
    characters.iter().map(char::to_string).collect::<Vec<_>>().join("、")
}
