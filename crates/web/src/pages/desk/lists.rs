//! Going through a list: which comes next, where its addresses lead.

use super::query_text;

/// The one after this in a list, or the one before the last.
pub fn next_after(ids: impl Iterator<Item = i64>, id: i64) -> Option<i64> {
    let ids: Vec<i64> = ids.collect();
    let at = ids.iter().position(|other| *other == id)?;
    ids.get(at + 1).or_else(|| ids.get(at.checked_sub(1)?)).copied()
}

/// The address of a list that is narrowed by these words, with one of it chosen or not.
#[must_use]
pub fn list_address(path: &str, words: &[(&'static str, String)], id: Option<i64>) -> String {
    let id = id.map(|id| id.to_string());
    let mut parts: Vec<(&str, &str)> =
        words.iter().map(|(name, value)| (*name, value.as_str())).collect();
    parts.extend(id.as_ref().map(|id| ("id", id.as_str())));
    query_text(path, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_is_the_one_below_and_at_the_end_the_one_above() {
        let after = |ids: &[i64], id| next_after(ids.iter().copied(), id);
        assert_eq!(after(&[4, 7, 9], 4), Some(7));
        assert_eq!(after(&[4, 7, 9], 9), Some(7));
        assert_eq!((after(&[4], 4), after(&[4], 5), after(&[], 4)), (None, None, None));
    }

    #[test]
    fn an_address_has_the_words_and_the_chosen_one() {
        let words = [("state", "open".to_owned()), ("q", "东门&".to_owned())];
        let all = "/places?state=open&q=%E4%B8%9C%E9%97%A8%26";
        assert_eq!(list_address("/places", &words, None), all);
        assert_eq!(list_address("/places", &words, Some(3)), format!("{all}&id=3"));
    }
}
