//! The venue platform with very many applications and doors: the review queue, the import of a list,
//! posters, the register of places.

mod browser;
mod fill;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::{
    measure::{Stopwatch, Times},
    report::{Report, Target},
    server::{Health, Server},
};
use browser::{Browser, between};

/// What is to be measured.
#[derive(Args)]
pub(crate) struct Wanted {
    /// The program, built for release.
    #[arg(long, default_value = "target/release/venuecode")]
    server: PathBuf,
    /// Applications that wait.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(20..=900_000))]
    applications: u32,
    /// Rows of the list that is imported.
    #[arg(long, default_value_t = 50_000)]
    rows: u32,
    /// Places of the register; every third row of the list is one of them.
    #[arg(long, default_value_t = 50_000)]
    places: u32,
    /// Doors of one unit, for its posters.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..=90_000))]
    doors: u32,
    /// Everything is made in here and removed at the end.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// Writes the figures into this file as well.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Times that a page is asked for.
const TIMES: usize = 20;
/// Where a manager orders all posters, and how often it is asked how far they are.
const JOBS: &str = "/venue/poster-jobs";
const AGAIN: Duration = Duration::from_millis(200);
/// Posters of which one's processor time is measured.
const POSTERS: u32 = 100;

/// The pages of the queue that are measured: what they show, and the address.
const PAGES: [(&str, &str); 8] = [
    ("the queue of the city", "/review"),
    ("of a county", "/review?region=341202"),
    ("of a township", "/review?region=341202001"),
    ("of a kind of place", "/review?category=301"),
    ("not doubtful alone", "/review?doubt=no"),
    ("doubtful alone", "/review?doubt=yes"),
    ("the 1,000th page", "/review?page=999"),
    ("looking for a text", "/review?q=%E5%9C%BA%E6%89%804242"),
];

/// The pages of the register that are measured.
const REGISTER: [(&str, &str); 6] = [
    ("the register of a county", "/places"),
    ("its places with a hint", "/places?hint=yes"),
    ("its places without one", "/places?hint=no"),
    ("its 300th page", "/places?page=299"),
    ("looking for a text in it", "/places?q=%E5%9C%BA%E6%89%804242"),
    ("what may be confirmed together", "/places/sure"),
];

/// Measures everything and prints the table.
pub(crate) fn run(wanted: &Wanted) -> Result<()> {
    let folder = wanted.dir.join("venues");
    let Wanted { applications, rows, doors, places, .. } = wanted;
    let of = format!(
        "{applications} applications waiting, a list of {rows} rows, {doors} doors, {places} places"
    );
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
        let data = self.folder.join("data");
        let server = Server::start(&self.wanted.server, &data, Health::Answers, None)?;
        let [manager, reviewer, ..] = server.links() else {
            anyhow::bail!("the demo gave no links to sign in");
        };
        let mut reviewer = Browser::signed_in(server.url(), reviewer)?;
        let mut manager = Browser::signed_in(server.url(), manager)?;
        fill::waiting_applications(&data, self.wanted.applications)?;
        self.queue(&mut reviewer)?;
        self.many(&mut reviewer)?;
        fill::doors_in_use(&data, self.wanted.doors)?;
        self.list(&mut manager)?;
        self.poster(&server, &mut manager)?;
        for form in ["zip", "pdf"] {
            self.job(&server, &mut manager, form)?;
        }
        server.stop()?;
        let (rows, places) = (self.wanted.rows, self.wanted.places);
        let all = format!("imported: {rows}");
        self.import(&data, ("checkpoints", "import of the list"), &list_of_doors(rows), &all)?;
        let all = format!("imported: {places}");
        self.import(&data, ("places", "import of the register"), &register(rows, places), &all)?;
        let server = Server::start(&self.wanted.server, &data, Health::Answers, None)?;
        let link = server.links().get(1).context("no link for the reviewer")?;
        let mut reviewer = Browser::signed_in(server.url(), link)?;
        self.register(&mut reviewer)?;
        server.stop()
    }

    fn register(&mut self, reviewer: &mut Browser) -> Result<()> {
        for (what, path) in REGISTER {
            let took = times(reviewer, path)?;
            let target = if path == "/places" { Target::AtMost(100.0) } else { Target::None };
            self.report.add(format!("{what}, median"), took * 1_000.0, "ms", target);
        }
        let page = reviewer.get("/places/sure")?;
        let seen = between(&page.body, "name=\"seen\" value=\"", "\"").context("no time seen")?;
        let took = Stopwatch::start();
        let answer = reviewer.post("/places/sure/confirm", &page, &[("seen", seen)])?;
        let took = took.elapsed().as_secs_f64();
        let count = between(&answer.head_line("location"), "count=", "&").map(str::to_owned);
        let confirmed: f64 = count.context("nothing was confirmed")?.parse()?;
        ensure!(confirmed > 0.0, "nothing was confirmed");
        self.report.tell("confirmed with one decision", confirmed, "places");
        self.report.tell("… in", took, "s");
        Ok(())
    }

    /// Every page has one application beside it, with what looks like it.
    fn queue(&mut self, reviewer: &mut Browser) -> Result<()> {
        for (what, path) in PAGES {
            let took = times(reviewer, path)?;
            let target = if path == "/review" { Target::AtMost(100.0) } else { Target::None };
            self.report.add(format!("{what}, median"), took * 1_000.0, "ms", target);
        }
        Ok(())
    }

    fn many(&mut self, reviewer: &mut Browser) -> Result<()> {
        let page = reviewer.get("/review/many")?;
        let seen = between(&page.body, "name=\"seen\" value=\"", "\"").context("no time seen")?;
        let took = Stopwatch::start();
        let answer = reviewer.post("/review/many/approve", &page, &[("seen", seen)])?;
        let took = took.elapsed().as_secs_f64();
        let count = between(&answer.head_line("location"), "count=", "&").map(str::to_owned);
        let approved: f64 = count.context("nothing was approved")?.parse()?;
        ensure!(approved > 0.0, "nothing was approved");
        self.report.tell("approved with one decision", approved, "applications");
        self.report.tell("… in", took, "s");
        Ok(())
    }

    fn list(&mut self, manager: &mut Browser) -> Result<()> {
        let took = times(manager, "/venue")?;
        self.report.tell("the list of a unit with all its doors, median", took * 1_000.0, "ms");
        Ok(())
    }

    fn poster(&mut self, server: &Server, manager: &mut Browser) -> Result<()> {
        for size in ["A4", "600x900", "800x1800"] {
            let before = server.cpu()?;
            for n in 0..POSTERS.min(self.wanted.doors) {
                let door = 3_000_001 + n;
                manager.download(&format!("/venue/checkpoints/{door}/posters/{size}.pdf"))?;
            }
            let each = (server.cpu()? - before) / POSTERS.min(self.wanted.doors);
            let ms = each.as_secs_f64() * 1_000.0;
            let what = format!("one poster of {size}, processor");
            self.report.add(what, ms, "ms", Target::AtMost(20.0));
        }
        Ok(())
    }

    /// All posters of the unit by a job: ordered, waited for, downloaded.
    fn job(&mut self, server: &Server, manager: &mut Browser, form: &str) -> Result<()> {
        let page = manager.get(JOBS)?;
        let before = server.resident_bytes()?;
        server.forget_peak()?;
        let took = Stopwatch::start();
        let answer = manager.post(JOBS, &page, &[("size", "A4"), ("form", form)])?;
        ensure!(answer.status == 303, "the order was answered {}", answer.status);
        let file = loop {
            let page = manager.get(JOBS)?.body;
            ensure!(!page.contains("没有完成"), "the job has failed");
            // The newest job stands first.
            let newest = page.split("<tbody>").nth(1).and_then(|rows| rows.split("</tr>").next());
            let link = newest.and_then(|row| between(row, "id=\"file-", "\""));
            if let Some(id) = link {
                break format!("{JOBS}/{id}/file");
            }
            thread::sleep(AGAIN);
        };
        let drawn = took.elapsed().as_secs_f64();
        let bytes = manager.download(&file)?;
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let more = server.peak_bytes()?.saturating_sub(before);
        self.report.tell(format!("all posters by a job as {form}"), megabytes(bytes), "MB");
        self.report.tell("… in", drawn, "s");
        let target = Target::AtMost(200.0);
        self.report.add("… with more memory at its worst", megabytes(more), "MB", target);
        Ok(())
    }

    fn import(
        &mut self,
        data: &Path,
        (kind, what): (&str, &str),
        rows: &str,
        all: &str,
    ) -> Result<()> {
        let list = self.folder.join("list.csv");
        fs::write(&list, rows)?;
        let took = Stopwatch::start();
        let done = Command::new(&self.wanted.server)
            .args(["import", kind])
            .arg(&list)
            .arg("--data")
            .arg(data)
            .output()?;
        let took = took.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        let error = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success() && said.contains(all), "import: {said}{error}");
        self.report.add(what, took, "s", Target::AtMost(20.0));
        Ok(())
    }
}

/// Three doors to a unit.
fn list_of_doors(rows: u32) -> String {
    let mut text =
        "单位名称,场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话\n".to_owned();
    for n in 0..rows {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "清单单位{},清单场所{},{} 号门,颍河路 {n} 号,颍州区,鼓楼街道,沿街店铺,李红,138{n:08}",
            n / 3,
            n / 3,
            n % 3
        );
    }
    text
}

/// The units of the list, and places that nobody has applied for.
fn register(rows: u32, places: u32) -> String {
    let mut text = "场所名称,地址,县区,街道,类别\n".to_owned();
    for n in 0..places {
        // Writing to a string does not fail.
        let _ = if n < rows / 3 {
            writeln!(text, "清单场所{n},颍河路 {} 号,颍州区,鼓楼街道,沿街店铺", n * 3)
        } else {
            writeln!(text, "名录场所{n},泉河路 {n} 号,颍州区,鼓楼街道,沿街店铺")
        };
    }
    text
}

/// The median time of a page, in seconds.
fn times(browser: &mut Browser, path: &str) -> Result<f64> {
    let mut times = Times::default();
    for _ in 0..TIMES {
        let took = Stopwatch::start();
        let answer = browser.get(path)?;
        times.add(took.elapsed());
        ensure!(answer.status == 200, "{path} was answered {}", answer.status);
    }
    Ok(times.median_s())
}
