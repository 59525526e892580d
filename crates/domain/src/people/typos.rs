//! What is a slip of a finger, and what is another document.

use super::IdDocument;

/// Most slips that one's own correction may put right.
pub const SLIPS_MAX: usize = 2;

/// How many slips lie between two numbers: characters that are wrong, missing or too many, and two that
/// changed places (optimal string alignment).
#[must_use]
pub fn slips(one: &str, other: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

/// Whether one document is the other, mistyped. The check character follows from the others and does
/// not count.
#[must_use]
pub fn is_slip(one: &IdDocument, other: &IdDocument) -> bool {
    let body = |id: &IdDocument| {
        let checked = id.number().len() == 18;
        id.number()[..id.number().len() - usize::from(checked)].to_owned()
    };
    one.kind() == other.kind() && slips(&body(one), &body(other)) <= SLIPS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_are_counted_as_fingers_make_them() {
        for (one, other, count) in [
            ("341202", "341202", 0),
            ("341202", "341203", 1),
            ("341202", "314202", 1),
            ("341202", "34120", 1),
            ("341202", "3412022", 1),
            ("341202", "143202", 2),
            ("", "12", 2),
        ] {
            assert_eq!(slips(one, other), count, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn counting_is_the_same_both_ways_and_never_more_than_the_longer(
            one in "[0-9]{0,18}",
            other in "[0-9]{0,18}",
        ) {
            prop_assert_eq!(slips(&one, &other), slips(&other, &one));
            prop_assert!(slips(&one, &other) <= one.len().max(other.len()));
            prop_assert_eq!(slips(&one, &other) == 0, one == other);
        }
    }
}
