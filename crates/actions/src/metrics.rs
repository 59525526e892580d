//! Figures of the running house, for Prometheus. None of them is about a person or a door.

use crate::{Failure, health_status::SourceFigures};
use domain::entry_policy::Decision;
use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Upper edges of the buckets of request times, in microseconds.
const EDGES_US: [u64; 14] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 5_000_000,
];

/// Why a scan was refused.
const REASONS: [&str; 7] =
    ["busy", "limit", "address", "unknown_code", "dead_code", "malformed", "broken"];

/// Counts since the start.
#[derive(Default)]
pub struct Metrics {
    scans: [AtomicU64; 3],
    again: AtomicU64,
    refused: [AtomicU64; REASONS.len()],
    followed: AtomicU64,
    screens: AtomicU64,
    requests: Histogram,
}

/// A histogram with fixed edges.
#[derive(Default)]
struct Histogram {
    /// The last one counts what is beyond every edge.
    buckets: [AtomicU64; EDGES_US.len() + 1],
    sum_us: AtomicU64,
}

/// Figures of the visit store at this moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct StoreFigures {
    /// Groups written and synced since the store was opened.
    pub groups: u64,
    /// Visits stored since then.
    pub stored: u64,
    /// Visits that wait for the writer now.
    pub waiting: u64,
    /// Unsealed visits in memory.
    pub head_visits: u64,
    /// Segments on disk.
    pub segments: u64,
}

/// Asks the visit store for its figures.
pub type AskStore = Box<dyn Fn() -> StoreFigures + Send + Sync>;

/// Figures that are read, not counted.
pub(crate) struct Gauges {
    pub(crate) under_way: usize,
    pub(crate) questions: usize,
    /// How it goes with outside sources of health status.
    pub(crate) sources: Vec<SourceFigures>,
    pub(crate) store: StoreFigures,
}

impl Metrics {
    /// An entry was answered.
    pub(crate) fn scan(&self, decision: Decision, again: bool) {
        self.scans[usize::from(decision.number()).min(2)].fetch_add(1, Relaxed);
        self.again.fetch_add(u64::from(again), Relaxed);
    }

    /// A scan was refused.
    pub(crate) fn refused(&self, failure: &Failure) {
        let reason = match failure {
            Failure::Busy => 0,
            Failure::TooMany { .. } => 1,
            Failure::NotFound | Failure::NotSignedIn | Failure::Forbidden => 3,
            Failure::Conflict(_) => 4,
            Failure::Invalid(_) => 5,
            Failure::Broken(_) => 6,
        };
        self.refused[reason].fetch_add(1, Relaxed);
    }

    /// A request was refused because its address asks too much.
    pub fn address_refused(&self) {
        self.refused[2].fetch_add(1, Relaxed);
    }

    /// A verdict followed its entry.
    pub(crate) fn followed(&self) {
        self.followed.fetch_add(1, Relaxed);
    }

    /// A duty screen listens, until what this gives is dropped.
    pub fn screen(house: std::sync::Arc<crate::House>) -> Listening {
        house.metrics.screens.fetch_add(1, Relaxed);
        Listening(house)
    }

    /// A request was answered after this time.
    pub fn request(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let at = EDGES_US.partition_point(|edge| *edge < us);
        self.requests.buckets[at].fetch_add(1, Relaxed);
        self.requests.sum_us.fetch_add(us, Relaxed);
    }

    /// Everything in the text format of Prometheus, version 0.0.4.
    pub(crate) fn text(&self, gauges: &Gauges) -> String {
        let mut text = String::with_capacity(4_096);
        let load = |counter: &AtomicU64| counter.load(Relaxed);
        labelled(
            &mut text,
            ("venuecode_scans_total", "Entries answered, by verdict."),
            "verdict",
            Decision::ALL.iter().zip(&self.scans).map(|(d, n)| (d.code(), load(n))),
        );
        labelled(
            &mut text,
            ("venuecode_scans_refused_total", "Scans refused, by reason."),
            "reason",
            REASONS.iter().zip(&self.refused).map(|(reason, n)| (*reason, load(n))),
        );
        let store = &gauges.store;
        let plain = [
            (
                "venuecode_scans_again_total",
                "counter",
                "Entries that were there.",
                load(&self.again),
            ),
            (
                "venuecode_verdicts_followed_total",
                "counter",
                "Verdicts that came after their entry.",
                load(&self.followed),
            ),
            (
                "venuecode_scans_under_way",
                "gauge",
                "Scans being recorded.",
                gauges.under_way as u64,
            ),
            (
                "venuecode_questions_waiting",
                "gauge",
                "People whose status is being asked for.",
                gauges.questions as u64,
            ),
            ("venuecode_duty_screens", "gauge", "Duty screens that listen.", load(&self.screens)),
            ("venuecode_visits_waiting", "gauge", "Visits in the writer's queue.", store.waiting),
            ("venuecode_visits_stored_total", "counter", "Visits stored.", store.stored),
            (
                "venuecode_visit_groups_total",
                "counter",
                "Groups of visits, each with one sync.",
                store.groups,
            ),
            (
                "venuecode_visits_unsealed",
                "gauge",
                "Visits not yet in a segment.",
                store.head_visits,
            ),
            ("venuecode_visit_segments", "gauge", "Segments on disk.", store.segments),
        ];
        for (name, kind, help, value) in plain {
            let _written =
                write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        }
        of_sources(&mut text, &gauges.sources);
        self.requests.write(&mut text, "venuecode_request_seconds");
        text
    }
}

fn labelled<'a>(
    text: &mut String,
    (name, help): (&str, &str),
    label: &str,
    values: impl Iterator<Item = (&'a str, u64)>,
) {
    let _written = write!(text, "# HELP {name} {help}\n# TYPE {name} counter\n");
    for (value, count) in values {
        let _written = writeln!(text, "{name}{{{label}=\"{value}\"}} {count}");
    }
}

fn of_sources(text: &mut String, sources: &[SourceFigures]) {
    if sources.is_empty() {
        return;
    }
    let name = "venuecode_health_questions_total";
    let _written =
        write!(text, "# HELP {name} Questions to outside sources.\n# TYPE {name} counter\n");
    for of in sources {
        let counts = [
            ("answered", of.answered),
            ("failed", of.failed),
            ("foreign", of.foreign),
            ("spared", of.spared),
        ];
        for (outcome, count) in counts {
            let source = &of.name;
            let _written =
                writeln!(text, "{name}{{source=\"{source}\",outcome=\"{outcome}\"}} {count}");
        }
    }
    let name = "venuecode_health_source_open";
    let help = "Whether an outside source fails and is left alone.";
    let _written = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
    for of in sources {
        let _written = writeln!(text, "{name}{{source=\"{}\"}} {}", of.name, u8::from(of.open));
    }
}

impl Histogram {
    fn write(&self, text: &mut String, name: &str) {
        let _written =
            write!(text, "# HELP {name} Time to a request's answer.\n# TYPE {name} histogram\n");
        let mut count = 0;
        for (edge, bucket) in EDGES_US.iter().zip(&self.buckets) {
            count += bucket.load(Relaxed);
            let edge = *edge as f64 / 1e6;
            let _written = writeln!(text, "{name}_bucket{{le=\"{edge}\"}} {count}");
        }
        count += self.buckets[EDGES_US.len()].load(Relaxed);
        let sum = self.sum_us.load(Relaxed) as f64 / 1e6;
        let _written = write!(
            text,
            "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}\n"
        );
    }
}

/// A duty screen that listens.
pub struct Listening(std::sync::Arc<crate::House>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.metrics.screens.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(metrics: &Metrics) -> String {
        let store = StoreFigures { stored: 7, ..StoreFigures::default() };
        let source = SourceFigures {
            name: "province".into(),
            foreign: 3,
            open: true,
            ..SourceFigures::default()
        };
        metrics.text(&Gauges { under_way: 2, questions: 1, sources: vec![source], store })
    }

    #[test]
    fn what_happened_is_counted_where_it_belongs() {
        let metrics = Metrics::default();
        metrics.scan(Decision::Pass, false);
        metrics.scan(Decision::Stop, true);
        metrics.refused(&Failure::Busy);
        metrics.refused(&Failure::Conflict("x"));
        metrics.address_refused();
        let text = text(&metrics);
        for line in [
            "venuecode_scans_total{verdict=\"pass\"} 1",
            "venuecode_scans_total{verdict=\"recheck\"} 0",
            "venuecode_scans_total{verdict=\"stop\"} 1",
            "venuecode_scans_again_total 1",
            "venuecode_scans_refused_total{reason=\"busy\"} 1",
            "venuecode_scans_refused_total{reason=\"dead_code\"} 1",
            "venuecode_scans_refused_total{reason=\"address\"} 1",
            "venuecode_scans_under_way 2",
            "venuecode_visits_stored_total 7",
            "venuecode_health_questions_total{source=\"province\",outcome=\"foreign\"} 3",
            "venuecode_health_source_open{source=\"province\"} 1",
        ] {
            assert!(text.lines().any(|there| there == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_histogram_adds_up_and_every_line_is_a_comment_or_a_figure() {
        let metrics = Metrics::default();
        for us in [1, 100, 101, 999_999, 10_000_000] {
            metrics.request(Duration::from_micros(us));
        }
        let text = text(&metrics);
        for line in [
            "venuecode_request_seconds_bucket{le=\"0.0001\"} 2",
            "venuecode_request_seconds_bucket{le=\"0.00025\"} 3",
            "venuecode_request_seconds_bucket{le=\"1\"} 4",
            "venuecode_request_seconds_bucket{le=\"+Inf\"} 5",
            "venuecode_request_seconds_count 5",
        ] {
            assert!(text.lines().any(|there| there == line), "{line}\n{text}");
        }
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("venuecode_"), "{line}");
            value.parse::<f64>().unwrap();
        }
    }
}
