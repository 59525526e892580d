//! The string literals of Rust sources, without comments and without what is compiled for tests.

use std::{fs, path::Path};

/// A string literal and where it stands.
pub(crate) struct Literal {
    /// Path below `crates/`.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
    /// The text of the line up to the literal.
    pub(crate) before: String,
}

/// Every literal below a folder; `crates` is the folder of all crates.
pub(crate) fn below(crates: &Path, folder: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    walk(crates, &crates.join(folder), &mut found);
    found
}

fn walk(crates: &Path, folder: &Path, found: &mut Vec<Literal>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let tests = test_modules(&paths);
    for path in paths {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if tests.contains(&stem) {
            continue;
        }
        if path.is_dir() {
            walk(crates, &path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let file = path.strip_prefix(crates).unwrap().display().to_string();
            let source = fs::read_to_string(&path).unwrap();
            found.extend(of_source(&source).into_iter().map(|(line, before, text)| Literal {
                file: file.clone(),
                line,
                text,
                before,
            }));
        }
    }
}

/// Modules of this folder that are declared behind `#[cfg(test)]`.
fn test_modules(paths: &[std::path::PathBuf]) -> Vec<String> {
    let mut names = Vec::new();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "rs")) {
        let source = fs::read_to_string(path).unwrap();
        for rest in source.split("#[cfg(test)]").skip(1) {
            let words: Vec<&str> = rest.split_whitespace().take(4).collect();
            let declared = words.iter().position(|w| *w == "mod").and_then(|at| words.get(at + 1));
            names.extend(declared.and_then(|w| w.strip_suffix(';')).map(str::to_owned));
        }
    }
    names
}

/// Line, text before it on the line, and the literal.
fn of_source(source: &str) -> Vec<(usize, String, String)> {
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut found) = (0, Vec::new());
    while at < chars.len() {
        let rest = &chars[at..];
        if starts(rest, "//") {
            at += rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
        } else if starts(rest, "#[cfg(test)]") {
            at += item(rest);
        } else if let Some(hashes) = raw(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let open = at + 2 + hashes;
            let close = (open..chars.len()).find(|i| starts(&chars[*i..], &end)).unwrap();
            found.push(literal(&chars, at, chars[open..close].iter().collect()));
            at = close + end.len();
        } else if rest[0] == '"' {
            let (text, length) = plain(rest);
            found.push(literal(&chars, at, text));
            at += length;
        } else if rest[0] == '\'' {
            at += character(rest);
        } else {
            at += 1;
        }
    }
    found
}

fn starts(chars: &[char], with: &str) -> bool {
    with.chars().enumerate().all(|(i, c)| chars.get(i) == Some(&c))
}

fn literal(chars: &[char], at: usize, text: String) -> (usize, String, String) {
    let line = 1 + chars[..at].iter().filter(|c| **c == '\n').count();
    let start = chars[..at].iter().rposition(|c| *c == '\n').map_or(0, |n| n + 1);
    (line, chars[start..at].iter().collect(), text)
}

/// How many hashes a raw string opens with, if one opens here.
fn raw(rest: &[char]) -> Option<usize> {
    if rest[0] != 'r' {
        return None;
    }
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    (rest.get(1 + hashes) == Some(&'"')).then_some(hashes)
}

/// A plain string with its escapes undone, and its length in the source.
fn plain(rest: &[char]) -> (String, usize) {
    let (mut text, mut at) = (String::new(), 1);
    while rest[at] != '"' {
        if rest[at] != '\\' {
            text.push(rest[at]);
            at += 1;
            continue;
        }
        at += 2;
        match rest[at - 1] {
            '\n' => at += rest[at..].iter().take_while(|c| c.is_whitespace()).count(),
            'n' => text.push('\n'),
            'u' => {
                let end = at + rest[at..].iter().position(|c| *c == '}').unwrap();
                let digits: String = rest[at + 1..end].iter().collect();
                text.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                at = end + 1;
            }
            other => text.push(other),
        }
    }
    (text, at + 1)
}

/// Length of a character literal, or of the quote of a lifetime.
fn character(rest: &[char]) -> usize {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => 3 + rest[3..].iter().position(|c| *c == '\'').unwrap(),
        (_, Some('\'')) => 3,
        _ => 1,
    }
}

/// Length of the item that stands behind an attribute: up to `;` or the end of its block.
fn item(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at] {
            '"' => at += plain(&rest[at..]).1 - 1,
            '\'' => at += character(&rest[at..]) - 1,
            '/' if starts(&rest[at..], "//") => {
                at += rest[at..].iter().position(|c| *c == '\n').unwrap_or(0);
            }
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[test]
fn literals_are_read_without_comments_and_tests() {
    let source = concat!(
        "// \"no\"\nlet a = \"一\\\"\\u{4e8c}\"; let c = '\"'; fn f<'a>() { r#\"三\"四\"# }\n",
        "#[cfg(test)]\nmod tests { const S: &str = \"}\"; }\nconst Z: &str = \"五\\\n   六\";",
    );
    let texts: Vec<_> = of_source(source).into_iter().map(|(line, _, text)| (line, text)).collect();
    let wanted = [(2, "一\"二"), (2, "三\"四"), (5, "五六")];
    assert_eq!(texts, wanted.map(|(line, text)| (line, text.to_owned())));
}
