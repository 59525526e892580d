//! What a part of a load run found, as a table and as JSON.

use super::client::{Entry, Outcome};
use crate::config::Requests;
use clap::ValueEnum;
use std::{fmt::Write as _, time::Duration};

/// Wrong answers told in words; the others are counted.
const WRONG_SAID_MAX: usize = 3;
/// Answers that room is kept for at most, in some 320 MB that are taken only as they are filled.
const ROOM_MAX: usize = 10_000_000;

/// The figures of all connections together.
#[derive(Default)]
pub(super) struct Figures {
    /// From the start to the last answer.
    pub(super) seconds: f64,
    pub(super) done: u64,
    pub(super) busy: u64,
    pub(super) limited: u64,
    pub(super) wrong: u64,
    pub(super) broken: u64,
    /// Due, but never sent for want of a connection.
    pub(super) given_up: u64,
    /// Microseconds from when it was due to the answer, of what was done.
    done_micros: Vec<u32>,
    /// The same from when it was sent.
    sent_micros: Vec<u32>,
    /// From sending to the answer, of what was refused.
    busy_micros: Vec<u32>,
    pub(super) entries: Vec<Entry>,
    said: Vec<String>,
}

impl Figures {
    /// Room for so many answers from the beginning: growing would stop the sender while it runs.
    pub(super) fn with_room_for(answers: u64) -> Self {
        let room = usize::try_from(answers).unwrap_or(0).min(ROOM_MAX);
        Self {
            done_micros: Vec::with_capacity(room),
            sent_micros: Vec::with_capacity(room),
            entries: Vec::with_capacity(room),
            ..Self::default()
        }
    }

    /// Takes in one answer, so long after it was due and after it was sent, so many seconds after
    /// the start.
    pub(super) fn take(
        &mut self,
        outcome: Outcome,
        since_due: Duration,
        since_sent: Duration,
        seconds: f64,
    ) {
        self.seconds = self.seconds.max(seconds);
        let micros = |time: Duration| u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
        match outcome {
            Outcome::Done(entry) => {
                self.done += 1;
                self.done_micros.push(micros(since_due));
                self.sent_micros.push(micros(since_sent));
                self.entries.extend(entry);
            }
            Outcome::Busy(_) => {
                self.busy += 1;
                self.busy_micros.push(micros(since_sent));
            }
            Outcome::Limited => self.limited += 1,
            Outcome::Wrong(what) => {
                self.wrong += 1;
                if self.said.len() < WRONG_SAID_MAX {
                    self.said.push(what);
                }
            }
            Outcome::Broken => self.broken += 1,
            Outcome::UsedUp => {}
        }
    }

    /// Makes quantiles possible.
    pub(super) fn settle(&mut self) {
        for micros in [&mut self.done_micros, &mut self.sent_micros, &mut self.busy_micros] {
            micros.sort_unstable();
        }
    }

    /// Some wrong answers in words.
    pub(super) fn said(&self) -> &[String] {
        &self.said
    }

    fn per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.done as f64 / self.seconds } else { 0.0 }
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "seconds": self.seconds, "per_second": self.per_second(), "done": self.done,
            "busy": self.busy, "limited": self.limited, "wrong": self.wrong,
            "broken": self.broken, "given_up": self.given_up,
            "p50_ms": quantile_ms(&self.done_micros, 0.50),
            "p99_ms": quantile_ms(&self.done_micros, 0.99),
            "sent_p99_ms": quantile_ms(&self.sent_micros, 0.99),
            "busy_p99_ms": quantile_ms(&self.busy_micros, 0.99),
        })
    }
}

/// The time in ms that this share of the sorted ones did not exceed; 0 of nothing.
fn quantile_ms(sorted: &[u32], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
    sorted.get(at).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}

fn name(requests: Requests) -> String {
    requests.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// One JSON object, by the name of what was sent.
pub(super) fn json(parts: &[(Requests, Figures)]) -> String {
    let parts = parts.iter().map(|(requests, figures)| (name(*requests), figures.json()));
    serde_json::Value::Object(parts.collect()).to_string()
}

/// A line for each part; ratios to hello when that is among them.
pub(super) fn table(parts: &[(Requests, Figures)]) -> String {
    let hello = parts.iter().find(|(requests, _)| *requests == Requests::Hello);
    let hello = hello.map(|(_, figures)| figures.per_second()).filter(|rate| *rate > 0.0);
    let mut table = String::from(
        "what             per s  /hello      done    busy limited  wrong broken given up   \
         p50 ms   p99 ms  from sending, busy p99\n",
    );
    for (requests, figures) in parts {
        let ratio = hello.map(|hello| format!("{:.3}", figures.per_second() / hello));
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "{:<14} {:>7.0} {:>7} {:>9} {:>7} {:>7} {:>6} {:>6} {:>8} {:>8.2} {:>8.2} {:>8.2} {:>8.2}",
            name(*requests),
            figures.per_second(),
            ratio.unwrap_or_default(),
            figures.done,
            figures.busy,
            figures.limited,
            figures.wrong,
            figures.broken,
            figures.given_up,
            quantile_ms(&figures.done_micros, 0.50),
            quantile_ms(&figures.done_micros, 0.99),
            quantile_ms(&figures.sent_micros, 0.99),
            quantile_ms(&figures.busy_micros, 0.99),
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(millis: impl Iterator<Item = u64>) -> Figures {
        let mut figures = Figures::with_room_for(3);
        for ms in millis {
            let took = Duration::from_millis(ms);
            figures.take(Outcome::Done(None), took + took, took, 2.0);
        }
        figures.settle();
        figures
    }

    #[test]
    fn waiting_before_sending_counts_and_is_told_apart() {
        let json = figures((1..=100).rev()).json();
        assert_eq!((json["p50_ms"].as_f64(), json["p99_ms"].as_f64()), (Some(100.0), Some(198.0)));
        assert_eq!(json["sent_p99_ms"].as_f64(), Some(99.0));
        assert_eq!(json["per_second"].as_f64(), Some(50.0));
    }

    #[test]
    fn answers_add_up_and_hello_is_the_measure() {
        let mut all = figures(1..=15);
        for outcome in
            [Outcome::Busy(Duration::ZERO), Outcome::Limited, Outcome::Wrong("no".into())]
        {
            all.take(outcome, Duration::ZERO, Duration::ZERO, 1.0);
        }
        assert_eq!((all.done, all.busy, all.limited, all.wrong), (15, 1, 1, 1));
        assert_eq!(all.said(), ["no"]);
        assert!((all.seconds - 2.0).abs() < 1e-9, "the last answer counts");
        let parts = [(Requests::Hello, figures(1..=60)), (Requests::Checkins, all)];
        assert!(table(&parts).lines().nth(2).unwrap().contains("0.250"), "{}", table(&parts));
        assert!(json(&parts).contains("\"checkins\":{"));
    }

    #[test]
    fn nothing_done_is_no_division_by_nothing() {
        let parts = [(Requests::Hello, Figures::default()), (Requests::Page, Figures::default())];
        assert!(table(&parts).contains("page"));
    }
}
