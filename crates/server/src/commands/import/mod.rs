//! `venuecode import checkpoints FILE`, `import places FILE` and `import status FILE`: take over lists of
//! the authority.

mod checkpoints;
mod error_table;
mod kind;
mod places;
mod progress;
mod source;
mod statuses;
#[cfg(test)]
mod tests;

pub(crate) use checkpoints::Checkpoints;
pub(crate) use kind::Kind;
pub(crate) use places::Places;
pub(crate) use statuses::Statuses;

use crate::outside::instant;
use actions::{
    House,
    tables::{Checked, Finding, FromRow, Header, Weight},
};
use anyhow::Context;
use kind::{Batch, Examined, Work};
use lists::Stop;
use progress::Progress;
use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// How many times as long a batch takes as the pause after it. SQLite lets one write at a time, and has
/// the server ask again and again, up to a tenth of a second apart, while this process writes: without
/// pauses it asks in vain for seconds (`docs/decisions/0057-imports-leave-room.md`).
const BATCH_TO_PAUSE: u32 = 2;

/// What to import, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// The list: .xlsx, or .csv in UTF-8 or GB18030.
    pub(crate) file: PathBuf,
    /// Only check: print the summary and write the error table, save nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the good rows although others are bad.
    #[arg(long)]
    pub(crate) accept_partial: bool,
    /// Where the error table goes [default: FILE.errors.csv].
    #[arg(long, value_name = "FILE")]
    pub(crate) errors: Option<PathBuf>,
    /// Which worksheet to read [default: the first visible one].
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImportOutcome {
    /// Everything that was to be imported is.
    Done,
    /// The list, or some of its rows, could not be taken.
    Refused,
    /// Stopped by Ctrl-C.
    Stopped,
}

/// What a shell reports of a program that Ctrl-C ended.
const STOPPED_CODE: u8 = 130;

impl From<ImportOutcome> for ExitCode {
    fn from(outcome: ImportOutcome) -> Self {
        match outcome {
            ImportOutcome::Done => Self::SUCCESS,
            ImportOutcome::Refused => Self::FAILURE,
            ImportOutcome::Stopped => Self::from(STOPPED_CODE),
        }
    }
}

/// Checks the whole list and imports what may be imported. Ctrl-C stops it between two batches.
///
/// # Errors
/// When the error table cannot be written or the registry does not work.
pub(crate) async fn run<K: Kind>(
    house: &House,
    kind: K,
    args: &ImportArgs,
    out: &mut dyn Write,
) -> anyhow::Result<ImportOutcome> {
    let stop = Stop::default();
    let told = stop.clone();
    let listener = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            told.stop();
        }
    });
    let outcome =
        Import { house, kind, args, stop }.run(out, std::io::stdout().is_terminal()).await;
    listener.abort();
    outcome
}

struct Import<'a, K> {
    house: &'a House,
    kind: K,
    args: &'a ImportArgs,
    stop: Stop,
}

/// What the end of an import says.
#[derive(Default)]
struct Tally {
    rows: usize,
    good: usize,
    bad: usize,
    there: usize,
    imported: usize,
    changed: usize,
    /// Rows that were good and that saving has got through.
    saved: usize,
}

impl<K: Kind> Import<'_, K> {
    async fn run(&self, out: &mut dyn Write, terminal: bool) -> anyhow::Result<ImportOutcome> {
        let begun = self.house.now();
        let errors = self.errors_path();
        if same_file(&errors, &self.args.file) {
            return self.refuse(out, "错误表不能写到清单自己上，请用 --errors 换一个文件名");
        }
        let mut progress = Progress::new(self.house, out, terminal);
        progress.say(&format!("读取 reading {}", self.args.file.display()))?;
        let work = Work { house: self.house, args: self.args, stop: &self.stop, begun };
        let examined = K::examine(&work, &mut progress).await?;
        progress.end()?;
        let (header, mut checked) = match examined {
            Examined::Refused(why) => return self.refuse(out, &why),
            Examined::Checked(header, checked) => (header, checked),
        };
        self.finish(out, terminal, begun, &header, &mut checked, &errors).await
    }

    /// Everything after the check: error table, rows, summary.
    async fn finish(
        &self,
        out: &mut dyn Write,
        terminal: bool,
        begun: domain::time::UnixMs,
        header: &Header,
        checked: &mut Checked<K::Row>,
        errors: &Path,
    ) -> anyhow::Result<ImportOutcome> {
        // Written before anything is saved: when it cannot be, nothing is.
        self.write_errors(errors, checked)?;
        if let Some(titles) = header.unused_in_words() {
            writeln!(out, "没有用到的列 (columns not used)：{titles}")?;
        }
        let some = !checked.good.is_empty() || checked.there > 0;
        let wanted = checked.bad == 0 || (self.args.accept_partial && some);
        let mut tally = Tally {
            rows: checked.rows,
            good: checked.good.len(),
            bad: checked.bad,
            there: checked.there,
            ..Tally::default()
        };
        let mut saved = Ok(());
        let saves = wanted && !self.args.dry_run;
        if saves {
            let mut progress = Progress::new(self.house, out, terminal);
            saved = self.save(&mut progress, begun, header, checked, &mut tally).await;
            progress.end()?;
            self.write_errors(errors, checked)?;
        }
        let seconds = self.house.now().since(begun) / 1000;
        let notes = checked.findings.iter().filter(|f| f.weight == Weight::Note).count();
        summary::<K>(out, &tally, notes, seconds, errors)?;
        saved?;
        let stopped = saves && self.stop.is_set() && tally.saved < tally.good;
        if saves && !stopped {
            let complete = tally.bad == 0;
            if let Some(says) = self.kind.afterwards(self.house, begun, complete).await? {
                writeln!(out, "{says}")?;
            }
        }
        writeln!(out, "{}", self.advice(&tally, wanted, stopped))?;
        out.flush()?;
        Ok(match (stopped, wanted && tally.bad == checked.bad) {
            (true, _) => ImportOutcome::Stopped,
            (false, true) => ImportOutcome::Done,
            (false, false) => ImportOutcome::Refused,
        })
    }

    /// Saves batch by batch until the end or until told to stop.
    async fn save(
        &self,
        progress: &mut Progress<'_>,
        begun: domain::time::UnixMs,
        header: &Header,
        checked: &mut Checked<K::Row>,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        let mut good = std::mem::take(&mut checked.good);
        self.kind.begins(self.house, &mut good).await?;
        for (at, batch) in good.chunks(K::BATCH_ROWS).enumerate() {
            if self.stop.is_set() {
                break;
            }
            let batch_began = instant();
            let came = K::save(self.house, batch, begun).await?;
            if self.house.registry.is_sqlite() {
                tokio::time::sleep(batch_began.elapsed() / BATCH_TO_PAUSE).await;
            }
            note(header, checked, tally, batch, &came);
            // A terminal that is gone does not stop an import.
            let _gone =
                progress.step("导入 importing", at * K::BATCH_ROWS + batch.len(), good.len());
        }
        Ok(())
    }

    fn errors_path(&self) -> PathBuf {
        self.args.errors.clone().unwrap_or_else(|| {
            let mut name = self.args.file.clone().into_os_string();
            name.push(".errors.csv");
            name.into()
        })
    }

    fn write_errors(&self, path: &Path, checked: &Checked<K::Row>) -> anyhow::Result<()> {
        error_table::write(path, &checked.findings, checked.findings_left_out)
            .with_context(|| format!("writing the error table {}", path.display()))
    }

    fn refuse(&self, out: &mut dyn Write, why: &str) -> anyhow::Result<ImportOutcome> {
        if self.stop.is_set() {
            writeln!(out, "已中断，没有导入任何一行 (stopped, nothing imported)")?;
            return Ok(ImportOutcome::Stopped);
        }
        writeln!(out, "不能导入 (not imported)：{why}")?;
        Ok(ImportOutcome::Refused)
    }

    fn advice(&self, tally: &Tally, wanted: bool, stopped: bool) -> &'static str {
        if stopped {
            "已中断：导入了的行都是完整的。再次运行会从没有导入的行继续"
        } else if self.args.dry_run {
            match tally.bad {
                0 => {
                    "只是检查，没有导入任何一行 (dry run, nothing imported)。都合格，去掉 --dry-run 即可导入"
                }
                _ => {
                    "只是检查，没有导入任何一行 (dry run, nothing imported)。请按错误表改正；\
                     或者用 --accept-partial 代替 --dry-run，只导入合格的行"
                }
            }
        } else if !wanted && self.args.accept_partial {
            "没有一行合格，没有导入任何一行 (nothing imported)。请按错误表改正后重新运行"
        } else if !wanted {
            "有不合格的行，没有导入任何一行 (nothing imported)。请按错误表改正后重新运行；\
             或者加 --accept-partial，只导入合格的行"
        } else if tally.imported + tally.changed == 0 {
            K::NOTHING_NEW
        } else {
            "导入完成 (done)"
        }
    }
}

/// Counts what became of a batch, and says what a row became instead of what it was to be.
fn note<Row: FromRow>(
    header: &Header,
    checked: &mut Checked<Row>,
    tally: &mut Tally,
    rows: &[Row],
    came: &Batch,
) {
    tally.saved += rows.len();
    tally.imported += came.imported;
    tally.changed += came.changed;
    tally.there += came.there;
    for (at, says, weight) in &came.said {
        let Some(row) = rows.get(*at) else { continue };
        match weight {
            Weight::There => tally.there += 1,
            Weight::Bad => tally.bad += 1,
            Weight::Note => {}
        }
        if *weight != Weight::Note {
            tally.good -= 1;
            tally.saved -= 1;
        }
        checked.say(Finding::about_row(header, row, (*says).to_owned(), *weight));
    }
}

fn summary<K: Kind>(
    out: &mut dyn Write,
    tally: &Tally,
    notes: usize,
    seconds: i64,
    errors: &Path,
) -> std::io::Result<()> {
    for (name, count) in [
        ("读到的行 rows", tally.rows),
        ("合格 good", tally.good),
        ("不合格 bad", tally.bad),
        ("已导入 imported", tally.imported),
        ("已更新 changed", tally.changed),
        ("已存在 already there", tally.there),
    ] {
        if K::CHANGES || !name.ends_with("changed") {
            writeln!(out, "{name}: {count}")?;
        }
    }
    if notes > 0 {
        writeln!(out, "要看一下 to look at: {notes}（合格，见错误表里的“提示”）")?;
    }
    writeln!(out, "用时 seconds: {seconds}")?;
    writeln!(out, "错误表 error table: {}", errors.display())
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other
        || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
