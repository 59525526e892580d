//! Words of an address that several lists share.

use domain::fields::Complaints;

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
