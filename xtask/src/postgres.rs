//! A throw-away PostgreSQL on loopback: its own folder, its own port, gone when the work is done.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::{cargo, packages};

/// Where tests find the server; they make a database of their own inside it.
pub(crate) const URL_VARIABLE: &str = "VENUECODE_TEST_POSTGRES";

/// How often, and how far apart, we ask a starting server whether it is ready: 60 s together.
const READY_ASKS_MAX: u32 = 600;
const READY_ASK_EVERY: Duration = Duration::from_millis(100);
/// Another program may take the free port between our look and the server's start.
const STARTS_MAX: u32 = 3;
/// Tests of several crates open pools side by side.
const CONNECTIONS_MAX: u32 = 200;
/// A test's server is thrown away after a crash as well: nothing needs to be safe.
const FOR_TESTS: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// The settings of a developer's own server must not reach this one.
const FOREIGN_SETTINGS: [&str; 9] = [
    "PGDATA",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGOPTIONS",
    "PGSERVICE",
];

/// Makes the cluster, keeps the server, and removes both when its standard input closes. That
/// happens when the guard is dropped and also when this program is killed, so nothing stays behind.
/// Arguments: folder, folder of the programs, port, connections, settings as `name=value` with spaces
/// between, then the words that switch to the server's account (none when we are not root).
const GUARDIAN: &str = r#"
trap '' HUP INT TERM
folder=$1; bin=$2; port=$3; connections=$4; settings=; for each in $5; do
    settings="$settings -c $each"
done; shift 5
cd "$folder"
"$@" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --no-locale --no-sync \
    </dev/null >log 2>&1 || { touch ended; cat >/dev/null; rm -rf "$folder"; exit 1; }
{
    "$@" "$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$folder" -c max_connections="$connections" \
        $settings >>log 2>&1
    touch ended
} &
cat >/dev/null
while [ ! -s data/postmaster.pid ] && [ ! -e ended ]; do sleep 0.1; done
[ -e ended ] || kill -QUIT "$(head -n 1 data/postmaster.pid)"
wait
cd /
rm -rf "$folder"
"#;

/// A running server. Dropping it stops the server and removes its folder.
pub(crate) struct Postgres {
    guardian: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts a server of the newest installed version and waits until it answers.
    ///
    /// # Errors
    /// When no server is installed, or it does not start; the message holds the server's own words.
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(&FOR_TESTS)
    }

    /// As [`Postgres::start`], with these settings (`name=value`, without spaces).
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub(crate) fn start_with(settings: &[&str]) -> Result<Self> {
        let bin = packages::postgres_programs().context("no PostgreSQL server is installed")?;
        let mut last = None;
        for _ in 0..STARTS_MAX {
            match Self::launch(&bin, settings).and_then(|server| server.when_ready(&bin)) {
                Ok(server) => return Ok(server),
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no start was tried")?)
    }

    /// The address of the server's first database, for its all-powerful user.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn launch(bin: &Path, settings: &[&str]) -> Result<Self> {
        let switch = account_switch()?;
        let folder = new_folder(&switch)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("sh");
        command.args(["-c", GUARDIAN, "guardian"]).arg(&folder).arg(bin);
        command.arg(port.to_string()).arg(CONNECTIONS_MAX.to_string());
        command.arg(settings.join(" ")).args(&switch);
        for name in FOREIGN_SETTINGS {
            command.env_remove(name);
        }
        // A group of its own: Ctrl-C at the terminal ends us, and our end ends the guardian.
        let guardian = command.stdin(Stdio::piped()).process_group(0).spawn()?;
        Ok(Self { guardian, folder, port })
    }

    fn when_ready(self, bin: &Path) -> Result<Self> {
        let port = self.port.to_string();
        for _ in 0..READY_ASKS_MAX {
            let mut ask = Command::new(bin.join("pg_isready"));
            ask.args(["--quiet", "-h", "127.0.0.1", "-p", &port]).stderr(Stdio::null());
            let ended = self.folder.join("ended").exists();
            if !ended && ask.status()?.success() {
                return Ok(self);
            }
            if ended {
                break;
            }
            thread::sleep(READY_ASK_EVERY);
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        bail!("the throw-away PostgreSQL did not start:\n{log}")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        if let Err(error) = self.guardian.wait() {
            eprintln!("the throw-away PostgreSQL may still be running: {error}");
        }
    }
}

/// PostgreSQL refuses to run as root; Debian's package brings an account for it.
fn account_switch() -> Result<Vec<&'static str>> {
    let as_root = std::fs::metadata("/proc/self").context("reading /proc/self")?.uid() == 0;
    Ok(if as_root { vec!["runuser", "-u", "postgres", "--"] } else { Vec::new() })
}

/// Always below `/tmp`: the server's account may not enter a private TMPDIR, and the path of a
/// Unix socket may have 107 bytes at most.
fn new_folder(switch: &[&str]) -> Result<PathBuf> {
    let words: Vec<&OsStr> = switch
        .iter()
        .copied()
        .chain(["mktemp", "-d", "/tmp/venuecode-postgres-XXXXXX"])
        .map(OsStr::new)
        .collect();
    let (program, rest) = words.split_first().context("a command has a first word")?;
    let output = Command::new(program).args(rest).current_dir("/").output()?;
    if !output.status.success() {
        bail!("making a folder: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}

/// Runs one command beside a server; `psql` without an address finds it as well.
pub(crate) fn run_beside(program: &str, rest: &[&str]) -> Result<ExitCode> {
    packages::ensure(&[packages::For::Postgres])?;
    let server = Postgres::start()?;
    let mut command = Command::new(program);
    cargo::forget_caller(&mut command);
    let status = command
        .args(rest)
        .env(URL_VARIABLE, server.url())
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", server.port.to_string())
        .env("PGUSER", "postgres")
        .env("PGDATABASE", "postgres")
        .status()
        .with_context(|| format!("starting {program}"))?;
    drop(server);
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_answers_and_leaves_nothing_behind() {
        let server = Postgres::start().unwrap();
        let folder = server.folder.clone();
        let psql = packages::postgres_programs().unwrap().join("psql");
        let output = Command::new(psql)
            .args([&server.url(), "-Atc", "create database ours; "])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let port = server.port;
        drop(server);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn a_guardian_whose_server_cannot_start_says_why_and_cleans_up() {
        let nowhere = Path::new("/nonexistent");
        let server = Postgres::launch(nowhere, &FOR_TESTS).unwrap();
        let folder = server.folder.clone();
        let log = folder.join("log");
        for _ in 0..READY_ASKS_MAX {
            if folder.join("ended").exists() {
                break;
            }
            thread::sleep(READY_ASK_EVERY);
        }
        assert!(std::fs::read_to_string(log).unwrap().contains("initdb"));
        drop(server);
        assert!(!folder.exists());
    }
}
