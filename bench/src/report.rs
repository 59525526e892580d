//! Figures beside their targets, as a table and as JSON.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use serde::Serialize;

/// What a figure must reach.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// Told for orientation.
    None,
}

/// One thing that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    what: String,
    value: f64,
    unit: &'static str,
    target: Target,
    met: Option<bool>,
}

/// Everything that was measured in a run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// What was measured on.
    of: String,
    figures: Vec<Figure>,
    /// What could not be measured or must be known to read the figures.
    notes: Vec<String>,
}

impl Report {
    pub(crate) fn new(of: impl Into<String>) -> Self {
        Self { of: of.into(), ..Self::default() }
    }

    /// Adds a figure and prints it, so that a long run shows where it is.
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
        target: Target,
    ) {
        let met = match target {
            Target::AtMost(most) => Some(value <= most),
            Target::AtLeast(least) => Some(value >= least),
            Target::None => None,
        };
        let figure = Figure { what: what.into(), value, unit, target, met };
        eprintln!("  {} = {} {unit}", figure.what, number(value));
        self.figures.push(figure);
    }

    /// A figure without a target.
    pub(crate) fn tell(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.add(what, value, unit, Target::None);
    }

    /// Something to know about the figures.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        eprintln!("  note: {note}");
        self.notes.push(note);
    }

    /// Makes an empty folder, measures in it, removes it, and tells what was found: the table on
    /// standard output, and JSON in a file if one is named.
    pub(crate) fn told(
        mut self,
        folder: &Path,
        json: Option<&Path>,
        measure: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
        }
        fs::create_dir_all(folder)?;
        let outcome = measure(&mut self);
        fs::remove_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
        outcome?;
        println!("{}", self.table());
        if let Some(path) = json {
            fs::write(path, serde_json::to_string_pretty(&self)?)
                .with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }

    /// The table, in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut table = format!("{}\n\n", self.of);
        table.push_str("| what | figure | target | |\n|---|---:|---:|---|\n");
        for Figure { what, value, unit, target, met } in &self.figures {
            let target = match target {
                Target::AtMost(most) => format!("≤ {}", number(*most)),
                Target::AtLeast(least) => format!("≥ {}", number(*least)),
                Target::None => String::new(),
            };
            let met = match met {
                Some(true) => "met",
                Some(false) => "**not met**",
                None => "",
            };
            // Writing to a string does not fail.
            let _ = writeln!(table, "| {what} | {} {unit} | {target} | {met} |", number(*value));
        }
        for note in &self.notes {
            let _ = write!(table, "\n- {note}");
        }
        table
    }
}

/// Three figures that matter, and thousands apart.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0..0.1 => 4,
        0.1..1.0 => 3,
        1.0..100.0 => 2,
        100.0..1_000.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_once('.').map_or((&*text, ""), |(whole, rest)| (whole, rest));
    let mut apart = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    if rest.is_empty() { apart } else { format!("{apart}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_readable() {
        let cases = [
            (0.0, "0.0000"),
            (0.012_34, "0.0123"),
            (0.5, "0.500"),
            (10.54, "10.54"),
            (123.45, "123.5"),
            (1_234.5, "1,234"),
            (57_400_000.0, "57,400,000"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_target_that_is_missed_is_said_so() {
        let mut report = Report::new("a city");
        report.add("small", 2.0, "s", Target::AtMost(1.0));
        report.add("large", 2.0, "×", Target::AtLeast(1.0));
        report.tell("any", 2.0, "B");
        report.note("a note");
        let table = report.table();
        assert!(table.contains("| small | 2.00 s | ≤ 1.00 | **not met** |"), "{table}");
        assert!(table.contains("| large | 2.00 × | ≥ 1.00 | met |"), "{table}");
        assert!(table.contains("| any | 2.00 B |  |  |\n\n- a note"), "{table}");
    }
}
