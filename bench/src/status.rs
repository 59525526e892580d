//! The register of health status: a million-row list beside a running server, when what it says is in
//! force, and what a look at a status costs.

mod list;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use list::Known;

use crate::{
    load::{Load, Sent},
    measure::Stopwatch,
    report::{Report, Target},
    server::{Health, Server},
};

/// What is to be measured.
#[derive(Args)]
pub(crate) struct Wanted {
    /// The program, built for release.
    #[arg(long, default_value = "target/release/venuecode")]
    server: PathBuf,
    /// Rows of the list; half of them are about people who are registered, one in a hundred is bad.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=1_048_000))]
    rows: u32,
    /// Looks at a status.
    #[arg(long, default_value_t = 20_000_000)]
    lookups: u64,
    /// Everything is made in here and removed at the end.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// Writes the figures into this file as well.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Rows from which on the targets count.
const LARGE_ROWS: u32 = 1_000_000;
/// Rows that an import takes in a second, about.
const ROWS_A_SECOND: u32 = 50_000;
/// What guards do beside an import.
const REVERSE_SCANS: [&str; 4] = ["--rate", "100", "--connections", "64"];
/// How often it is tried whether a status is in force.
const AGAIN: Duration = Duration::from_millis(10);
/// When it is given up.
const FORCE_MAX: Duration = Duration::from_secs(30);
/// How long a request may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Measures everything and prints the table.
pub(crate) fn run(wanted: &Wanted) -> Result<()> {
    let folder = wanted.dir.join("status");
    let of = format!("a list of {} health statuses", wanted.rows);
    Report::new(of).told(&folder, wanted.json.as_deref(), |report| {
        Bench { report, folder: &folder, wanted }.measure()
    })
}

struct Bench<'a> {
    report: &'a mut Report,
    folder: &'a Path,
    wanted: &'a Wanted,
}

impl Bench<'_> {
    fn measure(&mut self) -> Result<()> {
        let tokens = self.simulate()?;
        let known = Known::read(&tokens)?;
        let server = Server::start(&self.wanted.server, &self.data(), Health::Answers, None)?;
        self.one(&server, &known)?;
        self.many(&server, &known, "green", 50_000)?;
        self.many(&server, &known, "red", 100_000)?;
        server.stop()?;
        self.lookups()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn target(&self, most: f64) -> Target {
        if self.wanted.rows >= LARGE_ROWS { Target::AtMost(most) } else { Target::None }
    }

    fn simulate(&self) -> Result<PathBuf> {
        let tokens = self.folder.join("tokens");
        let people = (self.wanted.rows / 2).max(2_000).to_string();
        let done = Command::new(&self.wanted.server)
            .args(["simulate", "--days", "1", "--visits-per-day", "1", "--checkpoints", "100"])
            .args(["--people", &people, "--visitors-listed", &people])
            .arg("--data")
            .arg(self.data())
            .arg("--tokens")
            .arg(&tokens)
            .output()
            .with_context(|| format!("starting {}", self.wanted.server.display()))?;
        ensure!(done.status.success(), "simulate: {}", String::from_utf8_lossy(&done.stderr));
        Ok(tokens)
    }

    fn import(&self, name: &str, list: &str) -> Result<Output> {
        let file = self.folder.join(name);
        fs::write(&file, list)?;
        let done = Command::new(&self.wanted.server)
            .args(["import", "status", "--accept-partial"])
            .arg(&file)
            .arg("--data")
            .arg(self.data())
            .output()
            .context("starting the import")?;
        Ok(done)
    }

    /// A single person: from the end of the import until a scan is judged by it.
    fn one(&mut self, server: &Server, known: &Known) -> Result<()> {
        let done = self.import("one.csv", &known.list_of_one("red"))?;
        ensure!(done.status.success(), "import: {}", String::from_utf8_lossy(&done.stdout));
        let took = in_force(server, known, "red")?;
        self.report.add("one person's status in force after", took, "s", Target::AtMost(1.0));
        Ok(())
    }

    /// The whole list, while the server runs and guards take reverse scans, of which this is the number
    /// of the first.
    fn many(&mut self, server: &Server, known: &Known, colour: &str, first: u64) -> Result<()> {
        let list = known.list(self.wanted.rows, colour);
        let (before, took) = (server.cpu()?, Stopwatch::start());
        let guards = Load {
            program: &self.wanted.server,
            url: server.url(),
            tokens: &self.folder.join("tokens"),
            seconds: u64::from(self.wanted.rows / ROWS_A_SECOND).max(2),
            first,
            acknowledged: &self.folder.join("acknowledged"),
        };
        let (done, seconds, beside) = thread::scope(|scope| -> Result<_> {
            let beside = scope.spawn(|| guards.run("reverse-scans", &REVERSE_SCANS));
            let done = self.import("list.csv", &list)?;
            let seconds = took.elapsed().as_secs_f64();
            let Ok(beside) = beside.join() else { bail!("the reverse scans broke off") };
            Ok((done, seconds, beside?))
        })?;
        let says = String::from_utf8_lossy(&done.stdout).into_owned();
        ensure!(says.contains("bad: "), "import: {says}{}", String::from_utf8_lossy(&done.stderr));
        let force = in_force(server, known, colour)?;
        let what = format!("{} rows imported, all {colour}", self.wanted.rows);
        self.report.add(what, seconds, "s", self.target(60.0));
        self.report.add("… in force after", force, "s", self.target(1.0));
        self.tell_beside(&beside);
        let server_s = (server.cpu()? - before).as_secs_f64();
        self.report.tell("… processor time of the server meanwhile", server_s, "s");
        let bad = says.lines().find_map(|line| line.split_once("bad: "));
        let bad = bad.and_then(|(_, count)| count.split_whitespace().next());
        let bad: f64 = bad.context("no count of bad rows")?.parse()?;
        self.report.tell("… bad rows in its error table", bad, "rows");
        Ok(())
    }

    /// What writes meanwhile waits for no more than it takes to save a batch or two.
    fn tell_beside(&mut self, beside: &Sent) {
        self.report.tell("… reverse scans meanwhile", beside.done as f64, "");
        self.report.add("… their p99", beside.p99_ms, "ms", self.target(500.0));
        let not_done = (beside.numbers() - beside.done) as f64;
        self.report.add("… refused, given up or wrong", not_done, "", self.target(0.0));
    }

    fn lookups(&mut self) -> Result<()> {
        let done = Command::new(&self.wanted.server)
            .args(["time-status", "--lookups", &self.wanted.lookups.to_string()])
            .arg("--data")
            .arg(self.data())
            .output()
            .context("starting the lookups")?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let ns: f64 = String::from_utf8_lossy(&done.stdout).trim().parse()?;
        self.report.add("a look at a status", ns / 1_000.0, "µs", Target::AtMost(2.0));
        Ok(())
    }
}

/// Seconds until a scan of the first person is judged by this colour.
fn in_force(server: &Server, known: &Known, colour: &str) -> Result<f64> {
    let began = Stopwatch::start();
    let wanted = format!("\"health_status\":\"{colour}\"");
    for code in known.codes().iter().cycle() {
        if check_in(server, known.token(), code)?.contains(&wanted) {
            break;
        }
        ensure!(began.elapsed() < FORCE_MAX, "the status is not in force");
        thread::sleep(AGAIN);
    }
    Ok(began.elapsed().as_secs_f64())
}

fn check_in(server: &Server, token: &str, code: &str) -> Result<String> {
    let address = server.url().trim_start_matches("http://");
    let body = format!("{{\"code\":\"{code}\"}}");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    write!(
        stream,
        "POST /api/v1/checkins HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if !answer.starts_with("HTTP/1.1 201 ") {
        bail!("a check-in was answered: {answer}");
    }
    Ok(answer)
}
