//! The whole product under load: hello, check-ins, pages and reverse scans at several numbers of
//! connections, more than it can do, a hot door, a source of health status that is gone, and a kill
//! in the middle.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::{
    load::{self, Load, Sent},
    measure::{Stopwatch, median},
    pace::{Pace, Witness},
    report::{Report, Target},
    server::{Health, Server},
};

/// Connections of the parts that are compared with hello.
const CONNECTIONS: [u16; 3] = [64, 256, 1_024];
/// These parts: what is sent, its name, and how much of hello it has to reach.
const BESIDE_HELLO: [(&str, &str, f64); 2] =
    [("checkins", "check-ins", 0.45), ("page", "check-in page", 0.7)];
/// Phones of the parts that offer more than can be done, each with a connection of its own.
const PHONES: [u16; 3] = [1_024, 4_096, 8_192];
/// How much longer an overload lasts than another part; it has half as many rounds.
const OVERLOAD_LASTS: u64 = 3;
/// How long 99 of 100 may take at half of the peak.
const HALF_P99_MS: f64 = 10.0;
/// Rounds of a second each at half of a peak that was measured just before.
const HALF_ROUNDS: u8 = 8;
/// The end of such a round's sender: the second in which it sends, and what it takes to tell.
const HALF_SENDING: Duration = Duration::from_millis(1_100);
/// Every scan a second that a Guangdong morning had: 1.4 million a minute.
const SCANS_A_SECOND: f64 = 23_333.0;
/// People and checkpoints of the largest city, and what it may take.
const LARGE_PEOPLE: u64 = 8_200_000;

/// What is to be measured.
#[derive(Args)]
pub(crate) struct Wanted {
    /// The program, built for release.
    #[arg(long, default_value = "target/release/venuecode")]
    server: PathBuf,
    /// Registered people; 8200000 for a city as large as Fuyang.
    #[arg(long, default_value_t = 200_000)]
    people: u64,
    /// Doors.
    #[arg(long, default_value_t = 5_000)]
    checkpoints: u32,
    /// Seconds of each part.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(2..=120))]
    seconds: u64,
    /// Rounds of each part that is compared with hello, and at half of the peak; of each overload half
    /// as many.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(1..=20))]
    rounds: u8,
    /// The city is made in here and removed at the end.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// Writes the figures into this file as well.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Another seed is another city.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Measures everything and prints the table.
pub(crate) fn run(wanted: &Wanted) -> Result<()> {
    let folder = wanted.dir.join("checkins");
    let (people, doors, seed) = (wanted.people, wanted.checkpoints, wanted.seed);
    let of = format!("{people} people, {doors} doors, seed {seed}");
    Report::new(of).told(&folder, wanted.json.as_deref(), |report| {
        Bench { report, folder: &folder, wanted, scans: 0, files: Vec::new() }.measure()
    })
}

struct Bench<'a> {
    report: &'a mut Report,
    folder: &'a Path,
    wanted: &'a Wanted,
    /// Requests sent so far: the next run begins after them, so that no pair comes twice.
    scans: u64,
    /// Files of acknowledged entries.
    files: Vec<PathBuf>,
}

impl Bench<'_> {
    fn measure(&mut self) -> Result<()> {
        self.simulate()?;
        let server = self.start("starting")?;
        let hello = self.beside_hello(&server)?;
        self.at_half(&server)?;
        self.hot_door(&server)?;
        self.overload(&server)?;
        self.unknown_codes(&server)?;
        server.stop()?;
        self.source_gone()?;
        self.killed()?;
        self.verify()?;
        self.report.note(format!(
            "hello was {hello:.0}/s at best; the sender runs on the same processors as the server"
        ));
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn tokens(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    fn simulate(&mut self) -> Result<()> {
        let Wanted { server, people, checkpoints, seed, .. } = self.wanted;
        let took = Stopwatch::start();
        let done = Command::new(server)
            .args(["simulate", "--days", "1", "--visits-per-day", "1"])
            .args(["--people", &people.to_string(), "--checkpoints", &checkpoints.to_string()])
            .args(["--seed", &seed.to_string()])
            .arg("--data")
            .arg(self.data())
            .arg("--tokens")
            .arg(self.tokens())
            .output()
            .with_context(|| format!("starting {}", server.display()))?;
        ensure!(done.status.success(), "simulate: {}", String::from_utf8_lossy(&done.stderr));
        self.report.tell("a city was made in", took.elapsed().as_secs_f64(), "s");
        Ok(())
    }

    fn start(&mut self, what: &str) -> Result<Server> {
        let took = Stopwatch::start();
        let server = Server::start(&self.wanted.server, &self.data(), Health::Answers, None)?;
        let seconds = took.elapsed().as_secs_f64();
        let resident_mb = server.resident_bytes()? as f64 / 1e6;
        let large = self.wanted.people >= LARGE_PEOPLE;
        let target = |most| if large { Target::AtMost(most) } else { Target::None };
        self.report.add(format!("{what}: until healthy"), seconds, "s", target(20.0));
        self.report.add(format!("{what}: resident"), resident_mb, "MB", target(1_200.0));
        Ok(server)
    }

    /// A run of the sender; what was acknowledged is kept for the end.
    fn load(&mut self, server: &Server, requests: &str, more: &[&str]) -> Result<Sent> {
        self.load_for(self.wanted.seconds, server, requests, more)
    }

    fn load_for(
        &mut self,
        seconds: u64,
        server: &Server,
        requests: &str,
        more: &[&str],
    ) -> Result<Sent> {
        let file = self.folder.join(format!("acknowledged-{}", self.files.len()));
        let load = Load {
            program: &self.wanted.server,
            url: server.url(),
            tokens: &self.tokens(),
            seconds,
            first: self.scans,
            acknowledged: &file,
        };
        let (cpu, sent) = (server.cpu(), load.run(requests, more)?);
        let cpu = server.cpu()?.saturating_sub(cpu?);
        self.scans += sent.numbers();
        self.files.push(file);
        ensure!(
            sent.numbers() > 0,
            "{requests}: nothing was sent, as every visitor has been at every door: take a larger city"
        );
        ensure!(sent.wrong == 0, "{requests}: {} wrong answers", sent.wrong);
        ensure!(sent.limited == 0, "{requests}: a limit of one source was reached");
        Ok(Sent { server_cpu: cpu, ..sent })
    }

    /// Check-ins a second at this moment: on a machine that others use as well, a part is compared
    /// with what stands next to it.
    fn peak(&mut self, server: &Server) -> Result<f64> {
        self.peak_of(server, "checkins")
    }

    fn peak_of(&mut self, server: &Server, requests: &str) -> Result<f64> {
        Ok(self.load(server, requests, &["--connections", "256"])?.per_second)
    }

    /// What `part` sends, and the mean of the peaks before and after it.
    fn beside_peak(
        &mut self,
        server: &Server,
        part: impl FnOnce(&mut Self, f64) -> Result<Sent>,
    ) -> Result<(Sent, f64)> {
        let before = self.peak(server)?;
        let sent = part(self, before)?;
        Ok((sent, f64::midpoint(before, self.peak(server)?)))
    }

    /// Hello a second, at best. Each part stands between two hellos and is held against their mean;
    /// the machine is not the same from minute to minute, so that the medians of several rounds are told.
    fn beside_hello(&mut self, server: &Server) -> Result<f64> {
        let mut fastest = 0.0_f64;
        for connections in CONNECTIONS {
            let count = connections.to_string();
            let more = ["--connections", &count];
            let mut hellos = vec![self.load(server, "hello", &more)?];
            let mut parts = BESIDE_HELLO.map(|part| (part, Vec::new()));
            for _ in 0..self.wanted.rounds {
                for ((requests, ..), rounds) in &mut parts {
                    let before = hellos.last().map_or(0.0, |hello| hello.per_second);
                    let sent = self.load(server, requests, &more)?;
                    let after = self.load(server, "hello", &more)?;
                    let hello = f64::midpoint(before, after.per_second);
                    rounds.push((sent.per_second / hello, sent));
                    hellos.push(after);
                }
            }
            fastest = hellos.iter().map(|hello| hello.per_second).fold(fastest, f64::max);
            self.tell_part(&format!("hello, {connections} connections"), &hellos);
            for ((requests, name, least), rounds) in parts {
                let what = format!("{name}, {connections} connections");
                let (ratios, sent): (Vec<f64>, Vec<Sent>) = rounds.into_iter().unzip();
                let durable = self.tell_part(&what, &sent);
                let target = Target::AtLeast(least);
                self.report.add(format!("{what}, against hello"), median(ratios), "×", target);
                if requests == "checkins" {
                    let least = Target::AtLeast(SCANS_A_SECOND);
                    self.report.add(format!("{what}: durable"), durable, "/s", least);
                }
            }
            let reverse = self.load(server, "reverse-scans", &more)?;
            self.tell_part(&format!("reverse scans, {connections} connections"), &[reverse]);
        }
        Ok(fastest)
    }

    /// Tells the medians of some rounds; how many there were a second.
    fn tell_part(&mut self, what: &str, rounds: &[Sent]) -> f64 {
        let median_of = |of: &dyn Fn(&Sent) -> f64| median(rounds.iter().map(of).collect());
        let per_second = median_of(&|sent| sent.per_second);
        self.report.tell(what, per_second, "/s");
        self.report.tell(format!("{what}: p99"), median_of(&|sent| sent.p99_ms), "ms");
        let cpu_us =
            |sent: &Sent| sent.server_cpu.as_secs_f64() * 1e6 / sent.answered().max(1) as f64;
        self.report.tell(format!("{what}: the server's CPU"), median_of(&cpu_us), "µs");
        per_second
    }

    /// Check-ins, and in turns with them hellos at half of their own peak: how long the machine itself
    /// keeps whoever comes at such times. A processor that is held up for a tenth of a second now and
    /// then is all of the p99 of a round that has such a moment; the rounds are short, so that some have
    /// none, and a witness that knows nothing of the answers tells which.
    fn at_half(&mut self, server: &Server) -> Result<()> {
        let mut parts = [
            HalfRounds::new("check-ins", "checkins", Target::AtMost(HALF_P99_MS)),
            HalfRounds::new("hello, for comparison", "hello", Target::None),
        ];
        let witness = Witness::start();
        for _ in 0..self.wanted.rounds {
            let mut rates = Vec::new();
            for part in &parts {
                rates.push(format!("{:.0}", self.peak_of(server, part.requests)? / 2.0));
            }
            for _ in 0..HALF_ROUNDS {
                for (part, rate) in parts.iter_mut().zip(&rates) {
                    let more = ["--connections", "1024", "--rate", rate];
                    let sent = self.load_for(1, server, part.requests, &more)?;
                    part.rounds.push((witness.now(), sent));
                }
            }
        }
        let pace = witness.end()?;
        let what = "half of the peak: the processor at less than half of its pace";
        self.report.tell(what, 100.0 * pace.slow_at_all(), "% of the time");
        parts.iter().for_each(|part| part.tell(self.report, &pace));
        Ok(())
    }

    fn hot_door(&mut self, server: &Server) -> Result<()> {
        let more = ["--connections", "256", "--hot-door", "30"];
        let (sent, peak) =
            self.beside_peak(server, |bench, _| bench.load(server, "checkins", &more))?;
        let ratio = sent.per_second / peak;
        self.report.add("30 % at one door, against the peak", ratio, "×", Target::AtLeast(0.9));
        Ok(())
    }

    /// More than can be done, from few phones to many. One round says little where others use the
    /// machine as well, so that the medians of several are told. A storm is not over before those who
    /// were refused have come again, so that it lasts longer than the other parts.
    fn overload(&mut self, server: &Server) -> Result<()> {
        let parts = PHONES.into_iter().flat_map(|phones| [(phones, 3.0), (phones, 10.0)]);
        let mut parts: Vec<_> = parts.map(|(phones, times)| Overload::new(phones, times)).collect();
        let seconds = self.wanted.seconds * OVERLOAD_LASTS;
        let mut before = self.peak(server)?;
        for _ in 0..self.wanted.rounds.div_ceil(2) {
            for part in &mut parts {
                let (rate, phones) =
                    (format!("{:.0}", before * part.times), part.phones.to_string());
                let resident = server.resident_bytes()?;
                let more = ["--connections", &phones, "--rate", &rate];
                let sent = self.load_for(seconds, server, "checkins", &more)?;
                let grown = server.resident_bytes()?.saturating_sub(resident);
                let after = self.peak(server)?;
                part.rounds.push(Round { peak: f64::midpoint(before, after), sent, grown });
                before = after;
            }
        }
        parts.iter().for_each(|part| part.tell(self.report, seconds as f64));
        Ok(())
    }

    /// A flood of codes that nobody has: what turning it away costs.
    fn unknown_codes(&mut self, server: &Server) -> Result<()> {
        let more = ["--connections", "256"];
        let (flood, peak) =
            self.beside_peak(server, |bench, _| bench.load(server, "unknown-codes", &more))?;
        self.tell_part("unknown codes, 256 connections", std::slice::from_ref(&flood));
        self.report.tell("unknown codes, against check-ins", flood.per_second / peak, "×");
        Ok(())
    }

    /// People whose status only an outside source knows, and the source never answers: the same load
    /// on two servers, one with a source and one whose source is gone.
    fn source_gone(&mut self) -> Result<()> {
        let mut rates = Vec::new();
        for (health, name) in [(Health::Answers, "there"), (Health::Gone, "gone")] {
            let (data, tokens) = (self.folder.join(name), self.folder.join("other-tokens"));
            let server = Server::start(&self.wanted.server, &data, health, Some(&tokens))?;
            let acknowledged = self.folder.join("other-acknowledged");
            let load = Load {
                program: &self.wanted.server,
                url: server.url(),
                tokens: &tokens,
                // The demo has fewer pairs of visitor and door.
                seconds: self.wanted.seconds.min(4),
                first: 0,
                acknowledged: &acknowledged,
            };
            let sent = load.run("checkins", &["--connections", "64"])?;
            ensure!(sent.wrong + sent.broken + sent.busy == 0, "not all were recorded: {sent:?}");
            server.stop()?;
            let found = load::verify(&self.wanted.server, &data, &acknowledged)?;
            ensure!(found.lost + found.doubled == 0, "with the source {name}: {found:?}");
            self.report.tell(format!("source of status {name}: check-ins"), sent.per_second, "/s");
            self.report.tell(format!("source of status {name}: p99"), sent.p99_ms, "ms");
            rates.push(sent.per_second);
        }
        if let [there, gone] = rates[..] {
            self.report.tell("source of status gone against there", gone / there, "×");
        }
        Ok(())
    }

    /// The server is killed while it is under load; what it had acknowledged must be there.
    fn killed(&mut self) -> Result<()> {
        let server = self.start("again")?;
        let killer = server.kill_after(Duration::from_secs(self.wanted.seconds / 2));
        let sent = self.load(&server, "checkins", &["--connections", "256"])?;
        killer.join().map_err(|_| anyhow::anyhow!("the killer failed"))?;
        ensure!(sent.broken > 0, "the server was not killed in the middle");
        self.report.tell("kill -9 in the middle: acknowledged before", sent.done as f64, "");
        server.gone()?;
        self.start("after the kill")?.stop()
    }

    fn verify(&mut self) -> Result<()> {
        let all = self.folder.join("acknowledged");
        join(&self.files, &all)?;
        let found = load::verify(&self.wanted.server, &self.data(), &all)?;
        self.report.tell("acknowledged in all", found.acknowledged as f64, "");
        self.report.add("lost", found.lost as f64, "", Target::AtMost(0.0));
        self.report.add("doubled", found.doubled as f64, "", Target::AtMost(0.0));
        Ok(())
    }
}

/// Rounds at half of the peak.
struct HalfRounds {
    name: &'static str,
    requests: &'static str,
    target: Target,
    /// Each with its end, as the witness counts.
    rounds: Vec<(Duration, Sent)>,
}

impl HalfRounds {
    fn new(name: &'static str, requests: &'static str, target: Target) -> Self {
        Self { name, requests, target, rounds: Vec::new() }
    }

    fn tell(&self, report: &mut Report, pace: &Pace) {
        let what = format!("half of the peak, from the moment it was due, {}", self.name);
        let of = |of: &dyn Fn(&Sent) -> f64| self.rounds.iter().map(|(_, sent)| of(sent)).collect();
        report.tell(format!("{what}: p50"), median(of(&|sent| sent.p50_ms)), "ms");
        let mut p99s: Vec<f64> = of(&|sent| sent.p99_ms);
        report.add(format!("{what}: p99"), median(p99s.clone()), "ms", self.target);
        p99s.sort_by(f64::total_cmp);
        let quarter = p99s.get(p99s.len() / 4).copied().unwrap_or_default();
        report.tell(format!("{what}: p99 of the calmer quarter"), quarter, "ms");
        let within = percent(&p99s);
        report.tell(format!("{what}: rounds within the target"), within, "%");
        let kept =
            self.rounds.iter().filter(|(end, _)| pace.kept(end.saturating_sub(HALF_SENDING), *end));
        let kept: Vec<f64> = kept.map(|(_, sent)| sent.p99_ms).collect();
        let what = format!("{what}, while the processor kept its pace");
        report.tell(format!("{what}: rounds"), kept.len() as f64, "");
        if !kept.is_empty() {
            report.tell(format!("{what}: rounds within the target"), percent(&kept), "%");
            report.tell(format!("{what}: p99"), median(kept), "ms");
        }
    }
}

/// How many of some p99s, in ms, are within what is allowed at half of the peak, in percent.
fn percent(p99s: &[f64]) -> f64 {
    let within = p99s.iter().filter(|p99| **p99 <= HALF_P99_MS).count();
    100.0 * within as f64 / p99s.len().max(1) as f64
}

/// One overload: so many phones, so many times what can be done.
struct Overload {
    phones: u16,
    times: f64,
    rounds: Vec<Round>,
}

struct Round {
    /// Check-ins a second right before and after it, their mean.
    peak: f64,
    sent: Sent,
    /// Bytes that the server took meanwhile.
    grown: u64,
}

impl Overload {
    fn new(phones: u16, times: f64) -> Self {
        Self { phones, times, rounds: Vec::new() }
    }

    fn median(&self, of: impl Fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }

    fn tell(&self, report: &mut Report, seconds: f64) {
        let what = format!("{:.0} × the peak, {} phones", self.times, self.phones);
        let tell = |report: &mut Report, name: &str, unit, of: &dyn Fn(&Round) -> f64| {
            report.tell(format!("{what}: {name}"), self.median(of), unit);
        };
        tell(report, "the peak beside it", "/s", &|round| round.peak);
        tell(report, "offered", "/s", &|round| round.sent.numbers() as f64 / seconds);
        let goodput = self.median(|round| round.sent.per_second / round.peak);
        let least = Target::AtLeast(0.9);
        report.add(format!("{what}: goodput against the peak"), goodput, "×", least);
        let accepted_p99 = self.median(|round| round.sent.sent_p99_ms);
        let most = Target::AtMost(250.0);
        report.add(format!("{what}: accepted p99"), accepted_p99, "ms", most);
        tell(report, "refused", "", &|round| round.sent.busy as f64);
        tell(report, "refused p99", "ms", &|round| round.sent.busy_p99_ms);
        tell(report, "no free phone for a second", "", &|round| round.sent.given_up as f64);
        tell(report, "more memory", "MB", &|round| round.grown as f64 / 1e6);
    }
}

fn join(files: &[PathBuf], into: &Path) -> Result<()> {
    let mut all = fs::File::create(into)?;
    for file in files {
        std::io::copy(&mut fs::File::open(file)?, &mut all)?;
    }
    Ok(())
}
