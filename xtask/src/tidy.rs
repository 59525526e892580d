//! Rules about our own text that neither the compiler nor clippy knows.

mod code;
mod links;
mod pages;
mod words;

use std::process::ExitCode;

use anyhow::Result;

use crate::files::Tree;

/// Other people's files, kept byte for byte: their style is theirs.
const VENDORED: &str = "/vendor/";

/// One text file of the checkout.
#[derive(Clone, Copy)]
struct Source<'a> {
    /// Path below the root, with `/` between its parts.
    path: &'a str,
    text: &'a str,
}

impl<'a> Source<'a> {
    /// What follows the last dot of the file's name, or the empty string.
    fn kind(&self) -> &'a str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, kind)| kind)
    }

    /// The file's lines with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.text.split('\n').enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The number of the line in which this byte lies, from 1.
    fn line_of(&self, byte: usize) -> usize {
        self.text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
    }

    fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.to_owned(), line, what: what.into() }
    }
}

/// One place that breaks a rule.
#[derive(Debug)]
struct Finding {
    path: String,
    /// From 1.
    line: usize,
    what: String,
}

type Rule = fn(&Source<'_>) -> Vec<Finding>;

const RULES: [Rule; 13] = [
    code::opens_with_its_purpose,
    code::fits_a_sitting,
    code::nothing_left_undone,
    code::no_test_switched_off,
    code::clean_lines,
    code::ends_with_a_newline,
    code::no_room_called_tracing,
    code::crate_says_what_it_is,
    pages::scripts_carry_a_nonce,
    pages::no_style_attributes,
    pages::no_handlers_in_markup,
    pages::no_outside_hosts,
    words::no_denied_words,
];

/// Checks every file of the checkout and prints each place that breaks a rule.
pub(crate) fn run() -> Result<ExitCode> {
    let tree = Tree::read()?;
    let mut findings = Vec::new();
    for path in &tree.paths {
        if path.contains(VENDORED) {
            continue;
        }
        let Some(text) = tree.text(path)? else { continue };
        let source = Source { path, text: &text };
        findings.extend(RULES.iter().flat_map(|rule| rule(&source)));
        findings.extend(links::resolve(&source, &tree.paths));
    }
    for Finding { path, line, what } in &findings {
        println!("{path}:{line}: {what}");
    }
    println!("tidy: {} files, {} findings", tree.paths.len(), findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// For the rules' tests: the lines at which a rule finds something.
#[cfg(test)]
fn lines_found(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(&Source { path, text }).into_iter().map(|finding| finding.line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_file_is_what_follows_its_last_dot() {
        for (path, kind) in [("a/b.test.mjs", "mjs"), (".ci/run", ""), ("a.b/c", "")] {
            assert_eq!(Source { path, text: "" }.kind(), kind);
        }
    }

    #[test]
    fn a_byte_lies_in_the_line_that_holds_it() {
        let source = Source { path: "a", text: "one\ntwo\n" };
        assert_eq!([0, 3, 4].map(|byte| source.line_of(byte)), [1, 1, 2]);
    }
}
