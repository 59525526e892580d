//! Rules about source files: purpose, size, nothing undone, clean lines.

use super::{Finding, Source};

/// A file that nobody can read in one sitting is split.
const LINES_MAX: usize = 600;
/// Files of `crates/*/src` that may be longer, each with its reason. The list only shrinks.
const LONGER_FILES: [(&str, &str); 0] = [];

const OURS: [&str; 6] = ["rs", "html", "css", "js", "mjs", "md"];
/// Lists and samples that came from elsewhere, or that a test needs exactly as they are.
const DATA: [&str; 2] = ["csv", "txt"];

// Put together here so that this file does not break its own rules.
const UNDONE_WORDS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const UNDONE_CODE: [&str; 4] = [
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("#[", "ignore"),
];
const SWITCHED_OFF: [&str; 2] = [concat!(".on", "ly("), concat!(".sk", "ip(")];

/// Every Rust file opens with a sentence that says what it is for.
pub(super) fn opens_with_its_purpose(source: &Source<'_>) -> Vec<Finding> {
    let missing = source.kind() == "rs" && !source.text.starts_with("//! ");
    let what = "a Rust file opens with `//! ` and what it is for";
    missing.then(|| source.finding(1, what)).into_iter().collect()
}

/// No source file of the house, nor of this program, is longer than [`LINES_MAX`].
pub(super) fn fits_a_sitting(source: &Source<'_>) -> Vec<Finding> {
    let house = source.path.starts_with("crates/") && source.path.contains("/src/");
    let ours = house || source.path.starts_with("xtask/src/");
    let excused = LONGER_FILES.iter().any(|(path, _)| *path == source.path);
    let lines = source.text.lines().count();
    if source.kind() != "rs" || !ours || excused || lines <= LINES_MAX {
        return Vec::new();
    }
    vec![source.finding(LINES_MAX + 1, format!("{lines} lines; {LINES_MAX} at most: split it"))]
}

/// Nothing is promised for later inside the code, and nothing is left in it from a debugging hour.
pub(super) fn nothing_left_undone(source: &Source<'_>) -> Vec<Finding> {
    if DATA.contains(&source.kind()) || source.kind() == "lock" {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in source.lines() {
        let words = UNDONE_WORDS.iter().filter(|word| holds_word(line, word));
        let code = UNDONE_CODE.iter().filter(|code| source.kind() == "rs" && line.contains(**code));
        found.extend(
            words
                .chain(code)
                .map(|it| source.finding(number, format!("`{it}` is unfinished work"))),
        );
    }
    found
}

/// A browser test is not switched off, and none is run alone.
pub(super) fn no_test_switched_off(source: &Source<'_>) -> Vec<Finding> {
    if !source.path.starts_with("e2e/") || source.kind() != "mjs" {
        return Vec::new();
    }
    let off = |line: &str| SWITCHED_OFF.iter().any(|call| line.contains(call));
    let lines = source.lines().filter(|(_, line)| off(line));
    lines.map(|(number, _)| source.finding(number, "a test is switched off or run alone")).collect()
}

/// No tabs and no spaces at the end of a line.
pub(super) fn clean_lines(source: &Source<'_>) -> Vec<Finding> {
    if !OURS.contains(&source.kind()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in source.lines() {
        if line.contains('\t') {
            found.push(source.finding(number, "a tab; use spaces, or write \\t"));
        }
        if line.ends_with([' ', '\r']) {
            found.push(source.finding(number, "space at the end of the line"));
        }
    }
    found
}

/// Text files end with a newline.
pub(super) fn ends_with_a_newline(source: &Source<'_>) -> Vec<Finding> {
    let fine = source.text.is_empty() || source.text.ends_with('\n');
    if fine || DATA.contains(&source.kind()) {
        return Vec::new();
    }
    vec![source.finding(source.text.lines().count(), "no newline at the end of the file")]
}

/// `tracing` is the logging crate; the room is called `contact_tracing`.
pub(super) fn no_room_called_tracing(source: &Source<'_>) -> Vec<Finding> {
    let what = "`tracing` is the logging crate; the room is `contact_tracing`";
    let named = source.path.split('/').any(|part| part.split('.').next() == Some("tracing"));
    if named && source.path.starts_with("crates/") {
        return vec![source.finding(1, what)];
    }
    let module = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub").map_or(line, |rest| {
            rest.trim_start_matches("(crate)").trim_start_matches("(super)").trim_start()
        });
        line.strip_prefix("mod tracing")
            .is_some_and(|rest| rest.trim_start().starts_with([';', '{']))
    };
    let lines = source.lines().filter(|(_, line)| source.kind() == "rs" && module(line));
    lines.map(|(number, _)| source.finding(number, what)).collect()
}

/// Every crate of the house says in one sentence what it is.
pub(super) fn crate_says_what_it_is(source: &Source<'_>) -> Vec<Finding> {
    let parts: Vec<&str> = source.path.split('/').collect();
    let ["crates", _, "Cargo.toml"] = parts.as_slice() else { return Vec::new() };
    let says = |line: &str| {
        let value = line.strip_prefix("description").and_then(|rest| rest.split_once('='));
        value.is_some_and(|(_, text)| text.trim().trim_matches('"').len() > 1)
    };
    let missing = !source.text.lines().any(says);
    missing.then(|| source.finding(1, "the crate has no description")).into_iter().collect()
}

/// Whether the word stands in the line by itself and not inside of a longer one.
fn holds_word(line: &str, word: &str) -> bool {
    let joins = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

#[cfg(test)]
mod tests {
    use super::super::lines_found;
    use super::*;

    #[test]
    fn a_rust_file_opens_with_its_purpose() {
        assert!(lines_found(opens_with_its_purpose, "a.rs", "//! Says why.\n").is_empty());
        assert!(lines_found(opens_with_its_purpose, "a.css", "body {}\n").is_empty());
        for text in ["use std::fs;\n", "//!\n", "", "\n//! Late.\n"] {
            assert_eq!(lines_found(opens_with_its_purpose, "a.rs", text), [1]);
        }
    }

    #[test]
    fn a_source_file_of_the_house_fits_a_sitting() {
        let long = "//! x\n".repeat(LINES_MAX + 1);
        assert_eq!(lines_found(fits_a_sitting, "crates/a/src/b.rs", &long), [LINES_MAX + 1]);
        assert!(lines_found(fits_a_sitting, "crates/a/tests/b.rs", &long).is_empty());
        assert!(lines_found(fits_a_sitting, "crates/a/src/b.rs", &long[6..]).is_empty());
    }

    #[test]
    fn unfinished_work_is_found_in_every_kind_of_file() {
        for word in UNDONE_WORDS {
            let text = format!("fine\n// {word}: later\n");
            for path in ["a.rs", "a.sql", "a.html", "README.md", ".ci/run"] {
                assert_eq!(lines_found(nothing_left_undone, path, &text), [2]);
            }
        }
        for code in UNDONE_CODE {
            let text = format!("    {code}x\n");
            assert_eq!(lines_found(nothing_left_undone, "a.rs", &text), [1]);
        }
    }

    #[test]
    fn words_that_only_look_unfinished_are_left_alone() {
        let text = format!("let {}_LIST = 1; // a todo list\n", UNDONE_WORDS[0]);
        assert!(lines_found(nothing_left_undone, "a.rs", &text).is_empty());
        assert!(lines_found(nothing_left_undone, "a.csv", UNDONE_WORDS[0]).is_empty());
    }

    #[test]
    fn a_browser_test_is_not_switched_off_or_run_alone() {
        for call in SWITCHED_OFF {
            let text = format!("test{call}'a', f);\n");
            assert_eq!(lines_found(no_test_switched_off, "e2e/tests/a.mjs", &text), [1]);
            assert!(lines_found(no_test_switched_off, "crates/a/src/a.rs", &text).is_empty());
        }
        assert!(lines_found(no_test_switched_off, "e2e/tests/a.mjs", "run(ctx);\n").is_empty());
    }

    #[test]
    fn lines_hold_no_tabs_and_end_with_no_space() {
        assert_eq!(lines_found(clean_lines, "a.rs", "a\tb\nc \nd\r\n"), [1, 2, 3]);
        assert!(lines_found(clean_lines, "a.rs", "a b\n\n    c\n").is_empty());
        assert!(lines_found(clean_lines, "a.tsv", "a\tb \n").is_empty());
    }

    #[test]
    fn a_text_file_ends_with_a_newline() {
        assert_eq!(lines_found(ends_with_a_newline, "a.md", "one\ntwo"), [2]);
        assert!(lines_found(ends_with_a_newline, "a.md", "one\n").is_empty());
        assert!(lines_found(ends_with_a_newline, "a.md", "").is_empty());
        assert!(lines_found(ends_with_a_newline, "rows.csv", "one").is_empty());
    }

    #[test]
    fn the_room_of_contact_tracing_has_its_full_name() {
        for path in ["crates/domain/src/tracing.rs", "crates/web/templates/tracing/a.html"] {
            assert_eq!(lines_found(no_room_called_tracing, path, "//! x\n"), [1]);
        }
        for text in ["mod tracing;\n", "pub(crate) mod tracing {\n", "pub mod tracing;\n"] {
            assert_eq!(lines_found(no_room_called_tracing, "a.rs", text), [1]);
        }
        let fine = "use tracing::info;\nmod contact_tracing;\n";
        assert!(
            lines_found(no_room_called_tracing, "crates/a/src/contact_tracing.rs", fine).is_empty()
        );
    }

    #[test]
    fn a_crate_says_what_it_is() {
        let rule = crate_says_what_it_is;
        assert!(lines_found(rule, "crates/a/Cargo.toml", "description = \"Draws.\"\n").is_empty());
        assert_eq!(lines_found(rule, "crates/a/Cargo.toml", "name = \"a\"\n"), [1]);
        assert_eq!(lines_found(rule, "crates/a/Cargo.toml", "description = \"\"\n"), [1]);
        assert!(lines_found(rule, "Cargo.toml", "[workspace]\n").is_empty());
    }
}
