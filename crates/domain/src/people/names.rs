//! Names of people: the one form they are kept in, when two are the same, and what others see of one.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Most characters of a person's name.
pub const NAME_CHARS_MAX: usize = 40;

/// Between the parts of names of many peoples: 阿依古丽·买买提.
const DOT: char = '·';

/// A person's name in the form it is kept in: letters of any script, `·`, spaces, hyphens,
/// apostrophes and, in names without Chinese characters, full stops. What keyboards and other programs
/// put for `·` becomes `·`; rare characters stay what they are.
///
/// # Errors
/// When it is empty or too long, or has something that no name has; each with words of its own.
pub fn check_name(typed: &str) -> Result<String, &'static str> {
    let typed = typed.trim_matches(|c: char| c.is_whitespace() || is_skipped(c));
    if typed.is_empty() {
        return Err("请填写姓名");
    }
    typed.chars().try_for_each(|c| if is_skipped(c) { Ok(()) } else { acceptable(c) })?;
    let name = kept_form(typed);
    if name.chars().count() > NAME_CHARS_MAX {
        return Err("姓名不能超过 40 个字");
    }
    let ends = (name.chars().next(), name.chars().next_back());
    match ends {
        (Some(first), Some(last)) if first.is_alphabetic() && (is_letter(last) || last == '.') => {
            Ok(name)
        }
        _ => Err("姓名要以文字开头和结尾"),
    }
}

/// The form under which two names are the same: it does not matter how the `·` was typed or whether it
/// was, nor capitals, accents, spaces and hyphens of a foreign name, which passports leave out.
#[must_use]
pub fn same_name(name: &str) -> String {
    name.nfd()
        .filter(|c| c.is_alphabetic() && !is_accent(*c))
        .flat_map(char::to_uppercase)
        .collect::<String>()
        .nfc()
        .collect()
}

/// The name as others see it: `李*`, `张*丰`, `欧**明`, `阿***提`; `A*** O***` of a foreign one.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let foreign = |word: &str| word.chars().next().is_some_and(|c| c.is_alphabetic() && !is_han(c));
    if !name.chars().any(is_han) && name.split(' ').any(foreign) {
        let words: Vec<&str> = name.split(' ').filter(|word| foreign(word)).collect();
        let ends = [words.first(), words.last().filter(|_| words.len() > 1)];
        let initials = ends.into_iter().flatten().filter_map(|word| word.chars().next());
        return initials.map(|c| format!("{c}***")).collect::<Vec<_>>().join(" ");
    }
    let chars: Vec<char> = name.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [first] | [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len().min(3))),
    }
}

/// Why a character cannot stand in a name.
fn acceptable(c: char) -> Result<(), &'static str> {
    if is_letter(c) || c == ' ' || matches!(c, '\u{3000}' | '\u{a0}') || plain(c) != c {
        return Ok(());
    }
    match c {
        DOT | '-' | '\'' | '.' => Ok(()),
        _ if c.is_numeric() => Err("姓名里不能有数字，请核对"),
        _ if c.is_control() || is_direction(c) => {
            Err("姓名里有看不见的字符，请删掉后重新输入，不要粘贴")
        }
        _ if is_private(c) => {
            Err("姓名里有别的设备显示不出来的自造字，请用输入法重新输入；打不出来的字可填大写拼音")
        }
        _ if is_picture(c) => Err("姓名里不能有表情符号，请填证件上的姓名"),
        _ => Err("姓名只能有文字、间隔号“·”、空格、连字符和撇号"),
    }
}

/// Composed, with one kind of dot, hyphen and apostrophe, and no spaces where Chinese has none.
fn kept_form(typed: &str) -> String {
    let plain: String = typed
        .chars()
        .filter(|c| !is_skipped(*c))
        .map(|c| if is_radical(c) { c.nfkc().next().unwrap_or(c) } else { plain(c) })
        .collect();
    let composed: Vec<char> = plain.nfc().collect();
    let chinese = composed.iter().copied().any(is_han);
    let mut name = String::with_capacity(plain.len());
    for (at, c) in composed.iter().copied().enumerate() {
        let c = if c == '.' && chinese { DOT } else { c };
        let last = name.chars().next_back();
        let next = composed.get(at + 1).copied();
        let beside = |is: fn(char) -> bool| last.is_some_and(is) || next.is_some_and(is);
        let superfluous = match c {
            ' ' => last == Some(' ') || beside(is_dot_or_han),
            DOT => last == Some(DOT),
            _ => false,
        };
        if !superfluous {
            name.push(c);
        }
    }
    name
}

fn is_dot_or_han(c: char) -> bool {
    c == DOT || is_han(c)
}

/// What stands in names for a dot, a hyphen, an apostrophe, a space or a plain letter, and is none.
fn plain(c: char) -> char {
    match c {
        '•' | '‧' | '・' | '･' | '．' | '∙' | '⋅' | '●' | '᛫' | '⸱' | '\u{387}' => {
            DOT
        }
        '‐' | '‑' | '‒' | '–' | '—' | '−' | '－' | '﹣' => '-',
        '‘' | '’' | '‛' | 'ʼ' | 'ʻ' | '`' | '´' | '＇' => '\'',
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => ' ',
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '○' | '◯' => '〇',
        other => other,
    }
}

/// A letter of some script, or an accent on one. Letters in circles and squares, Roman figures and
/// letters of formulas are not of names.
fn is_letter(c: char) -> bool {
    let odd = matches!(u32::from(c), 0x2100..=0x218f | 0x2460..=0x24ff | 0x1d400..=0x1d7ff)
        || matches!(c, 'ª' | 'º')
        || is_picture(c);
    (c.is_alphabetic() || is_accent(c) || is_radical(c) || is_combining_mark(c) && !is_selector(c))
        && !odd
        // Figures that count as letters; 〇 is a character of names.
        && (is_han(c) || !c.is_numeric())
}

/// Chinese characters: of the first plane, of every extension, 〇, and the marks that stand for the
/// character before them or say how it is read (々, 〻, U+16FE3 and those from U+16FF0 to U+16FFF).
fn is_han(c: char) -> bool {
    matches!(
        u32::from(c),
        0x3005 | 0x3007 | 0x303b
            | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff
            | 0x16fe3 | 0x16ff0..=0x16fff | 0x20000..=0x3ffff
    )
}

/// Parts of characters that some programs put for the character itself.
fn is_radical(c: char) -> bool {
    matches!(u32::from(c), 0x2f00..=0x2fd5)
}

fn is_accent(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f)
}

/// What says only how a character is drawn; and what has no width.
fn is_skipped(c: char) -> bool {
    is_selector(c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}')
}

fn is_selector(c: char) -> bool {
    matches!(u32::from(c), 0xfe00..=0xfe0f | 0xe0100..=0xe01ef)
}

fn is_direction(c: char) -> bool {
    matches!(u32::from(c), 0x2028..=0x202e | 0x2060..=0x206f)
}

fn is_private(c: char) -> bool {
    matches!(u32::from(c), 0xe000..=0xf8ff | 0xf0000..=0x10ffff | 0xfffd)
}

fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0x1f000..=0x1ffff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x2190..=0x21ff | 0x20e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_way_to_type_the_dot_is_one_name() {
        for dot in ['·', '•', '‧', '・', '･', '．', '.', '∙', '⋅'] {
            let typed = format!(" 阿依古丽{dot}买买提 ");
            assert_eq!(check_name(&typed).unwrap(), "阿依古丽·买买提", "{dot}");
        }
        for typed in ["阿依古丽 · 买买提", "阿依古丽··买买提", "阿依古丽\u{3000}•买买提"]
        {
            assert_eq!(check_name(typed).unwrap(), "阿依古丽·买买提", "{typed}");
        }
        assert_eq!(same_name("阿依古丽·买买提"), same_name("阿依古丽买买提"));
        // Of marks alone, which are Chinese by their script and are not in the blocks of characters.
        for mark in ['々', '〻', '\u{16fe3}', '\u{16ff0}', '\u{16ff1}'] {
            let kept = format!("{mark}·{mark}");
            assert_eq!(check_name(&format!("{mark}.{mark}")), Ok(kept), "{mark:?}");
        }
    }

    #[test]
    fn rare_characters_are_kept_whatever_extension_they_are_of() {
        // Extensions A, B, C, D, E, F, G, H and I.
        for rare in ['㐂', '𠮷', '𪜶', '𫝀', '𫢸', '𬴂', '𰻝', '𱁬', '𮯰'] {
            let name = format!("张{rare}");
            assert_eq!(check_name(&name).unwrap(), name);
            assert_eq!(mask_name(&name), "张*");
            assert_eq!(mask_name(&format!("{rare}小明")), format!("{rare}*明"));
            assert_ne!(same_name(&name), same_name("张"));
        }
        assert_eq!(check_name("葛\u{e0100}亮").unwrap(), "葛亮", "how it is drawn is no name");
        assert_eq!(check_name("⼀明").unwrap(), "一明", "a radical in place of the character");
        assert_eq!(check_name("张○").unwrap(), "张〇");
        assert_eq!(check_name("张　三").unwrap(), "张三");
    }

    #[test]
    fn foreign_names_keep_spaces_hyphens_apostrophes_and_accents() {
        for (typed, kept, masked) in [
            ("Anne-Marie O'Neil", "Anne-Marie O'Neil", "A*** O***"),
            ("Anne‑Marie  O’Neil", "Anne-Marie O'Neil", "A*** O***"),
            ("ＪＯＳＥ García", "JOSE García", "J*** G***"),
            ("Jose\u{301}", "José", "J***"),
            ("John F. Smith Jr.", "John F. Smith Jr.", "J*** J***"),
            ("Nguyễn Thị Hoa", "Nguyễn Thị Hoa", "N*** H***"),
            ("Иван Петров", "Иван Петров", "И*** П***"),
            ("Mary", "Mary", "M***"),
        ] {
            assert_eq!(check_name(typed).unwrap(), kept, "{typed}");
            assert_eq!(mask_name(kept), masked, "{kept}");
        }
        for (one, other) in [
            ("Anne-Marie O'Neil", "ANNE MARIE ONEIL"),
            ("José García", "JOSE GARCIA"),
            ("John F. Smith", "john f smith"),
            ("Weiß", "WEISS"),
        ] {
            assert_eq!(same_name(one), same_name(other), "{one}");
        }
        assert_ne!(same_name("Anna Smith"), same_name("Anna Schmidt"));
    }

    #[test]
    fn what_no_name_has_is_refused_with_words_of_its_own() {
        for (typed, says) in [
            ("", "请填写姓名"),
            (" \u{3000}\u{200b}", "请填写姓名"),
            ("张3", "数字"),
            ("张３", "数字"),
            ("张Ⅲ", "数字"),
            ("张①", "数字"),
            ("张\u{7}三", "看不见"),
            ("张\n三", "看不见"),
            ("张\u{202e}三", "看不见"),
            ("张\u{e000}", "自造字"),
            ("张😀", "表情"),
            ("🅰明", "表情"),
            ("张☺", "表情"),
            ("<b>", "间隔号"),
            ("张三?", "间隔号"),
            ("·张", "开头"),
            ("张·", "开头"),
            ("-张", "开头"),
        ] {
            let said = check_name(typed).unwrap_err();
            assert!(said.contains(says), "{typed:?}: {said}");
        }
        assert!(check_name(&"名".repeat(40)).is_ok());
        assert_eq!(check_name(&"名".repeat(41)), Err("姓名不能超过 40 个字"));
    }

    #[test]
    fn masks_hide_the_middle() {
        assert_eq!(mask_name("李四"), "李*");
        assert_eq!(mask_name("张三丰"), "张*丰");
        assert_eq!(mask_name("欧阳小明"), "欧**明");
        assert_eq!(mask_name("阿依古丽·买买提"), "阿***提");
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_the_same_again(typed in "\\PC{0,45}") {
            if let Ok(name) = check_name(&typed) {
                prop_assert_eq!(check_name(&name), Ok(name.clone()));
                prop_assert!(!same_name(&name).is_empty());
                prop_assert!(mask_name(&name).contains('*'));
                prop_assert!(name.chars().count() <= NAME_CHARS_MAX);
                prop_assert!(!name.chars().any(|c| c.is_control() || is_picture(c) || is_private(c)));
            }
        }

        #[test]
        fn a_mask_never_shows_a_whole_name(name in "(\\p{Han}{1,10}|[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8}){0,3})") {
            prop_assert!(mask_name(&name).contains('*'));
            prop_assert_ne!(mask_name(&name), name);
        }

        #[test]
        fn how_the_dot_is_typed_never_makes_another_person(
            first in "\\p{Han}{1,6}",
            last in "\\p{Han}{1,6}",
            dot in "[·•‧・･．.]",
        ) {
            let one = check_name(&format!("{first}{dot}{last}"));
            let other = check_name(&format!("{first}·{last}"));
            prop_assert_eq!(one, other);
        }
    }
}
