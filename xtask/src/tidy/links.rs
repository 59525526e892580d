//! Links between our own documents lead somewhere.

use std::collections::BTreeSet;

use super::{Finding, Source};

/// Every relative link of a Markdown file names a file or folder of the checkout.
pub(super) fn resolve(source: &Source<'_>, paths: &BTreeSet<String>) -> Vec<Finding> {
    if source.kind() != "md" {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in source.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let broken =
            targets(line).into_iter().filter(|target| !leads_somewhere(source, target, paths));
        found.extend(
            broken.map(|target| source.finding(number, format!("`{target}` leads nowhere"))),
        );
    }
    found
}

/// What stands in the round brackets of `[text](target)`, without a title and without code spans.
fn targets(line: &str) -> Vec<&str> {
    let outside_code = line.split('`').step_by(2);
    let links = outside_code.flat_map(|part| part.split("](").skip(1));
    links
        .filter_map(|rest| rest.split([')', ' ']).next())
        .map(|target| target.trim_matches(['<', '>']))
        .collect()
}

fn leads_somewhere(source: &Source<'_>, target: &str, paths: &BTreeSet<String>) -> bool {
    let outside = target.contains("://") || target.starts_with("mailto:");
    let name = target.split('#').next().unwrap_or_default();
    if outside || name.is_empty() {
        return true;
    }
    let mut parts: Vec<&str> = source.path.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    let folder = format!("{path}/");
    path.is_empty()
        || paths.contains(&path)
        || paths.range(folder.clone()..).next().is_some_and(|next| next.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<usize> {
        let paths = ["README.md", "docs/a.md", "docs/shots/one.png"].map(str::to_owned).into();
        let source = Source { path: "docs/a.md", text };
        resolve(&source, &paths).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn links_to_files_and_folders_of_the_checkout_lead_somewhere() {
        let text = "[a](../README.md) [b](a.md#top) ![c](shots/one.png \"Title\") [d](shots/)\n\
                    [e](https://example.com/x) [f](#below) [g](mailto:a@example.com) [h](..)";
        assert_eq!(broken(text), [] as [usize; 0]);
    }

    #[test]
    fn links_to_nowhere_are_found() {
        assert_eq!(broken("[a](b.md)\n\n![x](shots/two.png)"), [1, 3]);
        assert_eq!(broken("[a](../../README.md)"), [1]);
    }

    #[test]
    fn code_is_not_a_link() {
        assert_eq!(broken("`[a](b.md)` and\n```\n[a](b.md)\n```\n"), [] as [usize; 0]);
    }
}
