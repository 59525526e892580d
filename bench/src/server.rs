//! A server for the run, on loopback, started and ended by this program.

use std::{
    fs,
    io::{BufRead, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// How long it may take from listening to answering.
const START_MAX: Duration = Duration::from_secs(60);

/// How the source of health status is.
#[derive(Clone, Copy)]
pub(crate) enum Health {
    Answers,
    /// It takes questions and never answers.
    Gone,
}

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    url: String,
    /// One-time links to sign in: the manager's, the reviewer's and so on.
    links: Vec<String>,
}

impl Server {
    /// Starts it and waits until it serves; with `tokens` it writes those of the demo's own people.
    pub(crate) fn start(
        program: &Path,
        data: &Path,
        health: Health,
        tokens: Option<&Path>,
    ) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["demo", "--listen", "127.0.0.1:0", "--metrics", "loopback"])
            // All requests come from few visitors and one machine; what limits one source is tested
            // elsewhere. They are switched on, but never reached.
            .args(["--person-per-minute", "1000000", "--door-per-minute", "100000000"])
            .arg("--data")
            .arg(data)
            .env("RUST_LOG", "warn");
        if matches!(health, Health::Gone) {
            command.args(["--health-source", "gone"]);
        }
        if let Some(tokens) = tokens {
            command.arg("--tokens").arg(tokens);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let said = child.stdout.take().context("no output of the server")?;
        let (mut url, mut links) = (None, Vec::new());
        let mut lines = BufReader::new(said).lines();
        for line in lines.by_ref() {
            let line = line?;
            if url.is_none() {
                url = line
                    .split_whitespace()
                    .find(|word| word.starts_with("http://"))
                    .map(str::to_owned);
            }
            let words = line.split_whitespace();
            links.extend(words.filter(|word| word.contains("/sign-in/")).map(str::to_owned));
            if line.contains("Ctrl-C") {
                break;
            }
        }
        // Whatever it says later must not fill the pipe.
        thread::spawn(move || lines.for_each(drop));
        let server = Self { child, url: url.context("the server did not say where it is")?, links };
        if let Err(error) = server.wait_until_healthy() {
            // One that is about to end says why first.
            thread::sleep(Duration::from_secs(1));
            return Err(error.context("asking the server whether it is healthy"));
        }
        Ok(server)
    }

    fn wait_until_healthy(&self) -> Result<()> {
        let address = self.url.trim_start_matches("http://");
        // It listens from the first moment on and answers when it is ready.
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(START_MAX))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 200 "), "the server is not healthy: {answer}");
        Ok(())
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn links(&self) -> &[String] {
        &self.links
    }

    fn about(&self, file: &str) -> Result<String> {
        Ok(fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))?)
    }

    /// Memory that it has now.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most memory that it had since [`Server::forget_peak`].
    pub(crate) fn peak_bytes(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    /// Begins to look for the most memory anew: proc(5), clear_refs.
    pub(crate) fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    fn memory(&self, name: &str) -> Result<u64> {
        let status = self.about("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        Ok(kilobytes.context("no such line in status")?.parse::<u64>()? * 1024)
    }

    /// Processor time that it has used, user and system; zero of one that is gone.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let Ok(stat) = self.about("stat") else { return Ok(Duration::ZERO) };
        // The name, in parentheses, may have spaces in it.
        let after = stat.rsplit_once(')').context("no name in stat")?.1;
        let ticks = |place| -> Result<u64> {
            let word = after.split_whitespace().nth(place);
            Ok(word.context("stat is short")?.parse()?)
        };
        // utime and stime, the 14th and 15th of all: proc(5).
        let ticks = ticks(11)? + ticks(12)?;
        Ok(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
    }

    fn pid(&self) -> Result<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("no process id")
    }

    /// Kills it after a while, as a power cut would.
    pub(crate) fn kill_after(&self, wait: Duration) -> JoinHandle<()> {
        let pid = self.pid().ok();
        thread::spawn(move || {
            thread::sleep(wait);
            if let Some(pid) = pid {
                // Whether it was there is seen by whoever sends.
                let _gone = kill_process(pid, Signal::KILL);
            }
        })
    }

    /// Stops it politely and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        kill_process(self.pid()?, Signal::TERM)?;
        let ended = self.child.wait()?;
        ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }

    /// Waits for one that was killed.
    pub(crate) fn gone(mut self) -> Result<()> {
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing is left to do when it has ended already.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}
