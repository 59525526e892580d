//! Rules about pages: what the content security policy forbids never gets into a template.

use super::{Finding, Source};

/// Kinds of files that a browser reads.
const READ_BY_BROWSERS: [&str; 7] = ["html", "css", "js", "mjs", "svg", "json", "webmanifest"];
/// Hosts that are named and never asked: XML namespaces, and this machine.
const NOT_OUTSIDE: [&str; 5] = ["www.w3.org", "w3.org", "localhost", "127.0.0.1", "[::1]"];

/// A script written into a page runs only with the nonce of that very response.
pub(super) fn scripts_carry_a_nonce(source: &Source<'_>) -> Vec<Finding> {
    let bare = |tag: &Tag| tag.name == "script" && !tag.has("src") && !tag.has("nonce");
    in_templates(source, bare, "an inline script without a nonce")
}

/// Looks belong into the style sheet.
pub(super) fn no_style_attributes(source: &Source<'_>) -> Vec<Finding> {
    in_templates(source, |tag| tag.has("style"), "a style attribute; use a class")
}

/// Behaviour belongs into a script.
pub(super) fn no_handlers_in_markup(source: &Source<'_>) -> Vec<Finding> {
    let handler = |name: &String| name.len() > 2 && name.starts_with("on");
    let what = "a handler in the markup; add a listener in a script";
    in_templates(source, |tag| tag.attributes.iter().any(handler), what)
}

/// Pages ask nobody but ourselves.
pub(super) fn no_outside_hosts(source: &Source<'_>) -> Vec<Finding> {
    let served = is_template(source) || source.path.starts_with("crates/web/assets/");
    if !served || !READ_BY_BROWSERS.contains(&source.kind()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in source.lines() {
        for (at, scheme) in line.match_indices("http://").chain(line.match_indices("https://")) {
            let rest = &line[at + scheme.len()..];
            let end = rest.find(|letter: char| "/\"'`<> ?#)".contains(letter));
            let host = &rest[..end.unwrap_or(rest.len())];
            let filled_in = host.starts_with("{{");
            let ours = NOT_OUTSIDE.iter().any(|fine| {
                host.strip_prefix(fine).is_some_and(|port| port.is_empty() || port.starts_with(':'))
            });
            if !ours && !filled_in {
                found.push(source.finding(number, format!("the outside host `{host}`")));
            }
        }
    }
    found
}

fn is_template(source: &Source<'_>) -> bool {
    source.path.starts_with("crates/web/templates/")
}

fn in_templates(source: &Source<'_>, broken: impl Fn(&Tag) -> bool, what: &str) -> Vec<Finding> {
    if !is_template(source) || !matches!(source.kind(), "html" | "svg") {
        return Vec::new();
    }
    let tags = tags(source.text).into_iter().filter(broken);
    tags.map(|tag| source.finding(source.line_of(tag.at), what)).collect()
}

/// An opening tag: where it stands, its name and its attributes' names in lower case.
struct Tag {
    /// Byte offset of its `<`.
    at: usize,
    name: String,
    attributes: Vec<String>,
}

impl Tag {
    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|name| name == attribute)
    }
}

/// Finds the opening tags of a template; what the template engine fills in is passed over.
fn tags(text: &str) -> Vec<Tag> {
    let plain = blanked(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = plain[at..].find('<') {
        let start = at + offset;
        let name: String =
            plain[start + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        at = start + 1 + name.len();
        if !name.is_empty() {
            let (attributes, end) = attributes(&plain, at);
            found.push(Tag { at: start, name: name.to_ascii_lowercase(), attributes });
            at = end;
        }
    }
    found
}

/// Reads attribute names up to the closing `>`; returns them and where reading stopped.
fn attributes(plain: &str, from: usize) -> (Vec<String>, usize) {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut quote = None;
    let mut in_value = false;
    for (offset, letter) in plain[from..].char_indices() {
        match (quote, letter) {
            (Some(open), _) => {
                if letter == open {
                    quote = None;
                    in_value = false;
                }
            }
            (None, '"' | '\'') => quote = Some(letter),
            (None, '=') => in_value = true,
            (None, '>') => {
                names.push(name);
                return (names, from + offset);
            }
            (None, _) if letter.is_whitespace() || letter == '/' => {
                names.push(std::mem::take(&mut name));
                in_value = in_value && letter == '/';
            }
            (None, _) if !in_value => name.push(letter.to_ascii_lowercase()),
            (None, _) => {}
        }
    }
    names.push(name);
    (names, plain.len())
}

/// Replaces what the template engine fills in, and comments, by as many spaces.
fn blanked(text: &str) -> String {
    let mut plain = text.to_owned();
    for (open, close) in [("<!--", "-->"), ("{#", "#}"), ("{%", "%}"), ("{{", "}}")] {
        let mut at = 0;
        while let Some(offset) = plain[at..].find(open) {
            let start = at + offset;
            let rest = plain[start + open.len()..].find(close);
            let end = rest.map_or(plain.len(), |rest| start + open.len() + rest + close.len());
            let spaces: String = plain[start..end]
                .bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                .collect();
            plain.replace_range(start..end, &spaces);
            at = end;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::super::lines_found;
    use super::*;

    const PAGE: &str = "crates/web/templates/visitor/a.html";

    #[test]
    fn a_script_in_a_page_carries_a_nonce_or_a_source() {
        for text in [
            "<script nonce=\"{{ nonce }}\">go()</script>",
            "<script src=\"/assets/{{ name }}\" defer></script>",
            "<script\n  nonce='{% if x > 1 %}a{% endif %}'>",
            "<!-- <script> -->",
        ] {
            assert!(lines_found(scripts_carry_a_nonce, PAGE, text).is_empty(), "{text}");
        }
        assert_eq!(lines_found(scripts_carry_a_nonce, PAGE, "<p>\n<script>go()</script>"), [2]);
        assert_eq!(lines_found(scripts_carry_a_nonce, PAGE, "<SCRIPT type=module>"), [1]);
    }

    #[test]
    fn looks_are_not_written_into_the_markup() {
        assert_eq!(lines_found(no_style_attributes, PAGE, "<p class=a\n style=\"x:y\">"), [1]);
        assert_eq!(lines_found(no_style_attributes, PAGE, "<img src=a/b style=x>"), [1]);
        for text in ["<style nonce=x>", "<p title='style=no'>", "a style=b", "<p data-style=x>"] {
            assert!(lines_found(no_style_attributes, PAGE, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn behaviour_is_not_written_into_the_markup() {
        for text in ["<a onclick=\"go()\">", "<p {% if x %}a{% endif %} ONLOAD = 'x'>"] {
            assert_eq!(lines_found(no_handlers_in_markup, PAGE, text), [1], "{text}");
        }
        for text in ["<a href=\"/x?on=1\">", "<p title='onclick=x'>", "only on=x", "<br/>"] {
            assert!(lines_found(no_handlers_in_markup, PAGE, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn markup_elsewhere_is_not_a_page_of_ours() {
        let text = "<p style=x onclick=y><script>";
        for rule in [scripts_carry_a_nonce, no_style_attributes, no_handlers_in_markup] {
            assert!(lines_found(rule, "docs/look/a.html", text).is_empty());
        }
    }

    #[test]
    fn pages_name_no_outside_host() {
        let asset = "crates/web/assets/a.css";
        for text in [
            "url(https://cdn.example.com/a.png)",
            "href=\"http://example.com\"",
            "https://www.w3.org.evil.example/",
        ] {
            assert_eq!(lines_found(no_outside_hosts, PAGE, text), [1], "{text}");
            assert_eq!(lines_found(no_outside_hosts, asset, text), [1], "{text}");
            assert!(lines_found(no_outside_hosts, "crates/web/src/a.rs", text).is_empty());
        }
        for text in [
            "xmlns=\"http://www.w3.org/2000/svg\"",
            "http://127.0.0.1:8080/c/x",
            "https://{{ host }}/c/x",
            "/c/x",
        ] {
            assert!(lines_found(no_outside_hosts, PAGE, text).is_empty(), "{text}");
        }
        let licence = "crates/web/assets/LICENSE.txt";
        assert!(lines_found(no_outside_hosts, licence, "https://example.com").is_empty());
    }
}
