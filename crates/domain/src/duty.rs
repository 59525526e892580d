//! Duty (值守): the proof word of the hour and what a duty screen keeps.

/// How many entries the screen lists.
pub const RECENT_MAX: usize = 20;

/// First characters of proof words: plain, different in sound, none with an ill second sense.
const FIRST: [char; 32] = [
    '青', '红', '白', '金', '春', '夏', '秋', '冬', '晨', '晚', '山', '江', '湖', '海', '云', '雨',
    '风', '星', '月', '日', '松', '竹', '梅', '兰', '荷', '菊', '东', '南', '西', '北', '清', '明',
];
/// Second characters of proof words.
const SECOND: [char; 32] = [
    '禾', '花', '叶', '树', '林', '草', '果', '桥', '船', '路', '亭', '楼', '窗', '灯', '琴', '笛',
    '鼓', '书', '笔', '茶', '米', '麦', '鱼', '鹤', '燕', '马', '鹿', '石', '泉', '溪', '田', '光',
];

/// The word a door shows this hour, from 16 bits that only the house can compute for that door and
/// hour. A photo from another door or another hour shows another word.
#[must_use]
pub fn proof_word(bits: [u8; 2]) -> String {
    let first = FIRST[usize::from(bits[0] & 31)];
    let second = SECOND[usize::from(bits[1] & 31)];
    [first, second].iter().collect()
}

/// What a device at a door is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// A duty screen: it sees who enters.
    Duty,
    /// An electronic sign: everybody sees it, and it sees nobody.
    Sign,
}

impl DeviceKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Duty, Self::Sign];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Sign => "sign",
        }
    }

    /// The one stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Duty => "值守屏",
            Self::Sign => "电子码屏",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn there_are_1024_different_words_of_two_characters() {
        let words: HashSet<String> =
            (0..32).flat_map(|a| (0..32).map(move |b| proof_word([a, b]))).collect();
        assert_eq!(words.len(), 1024);
        assert!(words.iter().all(|w| w.chars().count() == 2));
    }
}
