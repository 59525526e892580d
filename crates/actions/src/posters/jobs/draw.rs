//! Drawing jobs, one after another, where that holds up nobody.

use super::{
    DRAWN_AT_ONCE, NAMED_MAX, Progress, TRIES_MAX,
    exports::{Refused, Writing},
    list::kept_until,
};
use crate::{
    Answer, Failure, House,
    posters::{Order, layouts::InForce, text},
    regions,
};
use domain::{
    posters::{JOB_HOURS, JobFault, JobForm, by_number},
    time::HOUR_MS,
};
use posters::{NotDrawn, PosterText, poster_archive, poster_book};
use registry::{DrawnPosters, PosterJob, PostersOf, VenueCodeRow};
use std::{
    io::{self, BufWriter},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Bytes written to the disk at a time.
const CHUNK_BYTES: usize = 256 * 1024;
/// After a failure of the registry, and in case somebody was not heard.
const AGAIN: Duration = Duration::from_secs(30);

/// Draws what is ordered until [`super::PosterJobs::stop`].
pub async fn run(house: &Arc<House>) {
    if let Err(error) = tidy_up(house).await {
        tracing::error!(%error, "the files of poster jobs could not be tidied up");
    }
    let workers: Vec<_> =
        (0..DRAWN_AT_ONCE).map(|_| tokio::spawn(work(Arc::clone(house)))).collect();
    for worker in workers {
        if let Err(error) = worker.await {
            tracing::error!(%error, "drawing posters has ended too early");
        }
    }
}

async fn work(house: Arc<House>) {
    let mut stopping = house.poster_jobs.stopping.subscribe();
    while !house.poster_jobs.is_stopping() {
        match next(&house).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "a poster job could not be drawn"),
        }
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            () = house.poster_jobs.ordered.notified() => {}
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

/// At the start: what was being drawn waits again, files of no job go.
async fn tidy_up(house: &House) -> Answer<()> {
    house.registry.put_back_poster_jobs(TRIES_MAX, house.now()).await?;
    let jobs = house.registry.done_poster_jobs().await?;
    let exports = house.poster_jobs.exports.clone();
    let gone = tokio::task::spawn_blocking(move || exports.tidy_up(&jobs)).await;
    for id in gone.map_err(Failure::broken)?.map_err(Failure::broken)? {
        house.registry.fail_poster_job(id, JobFault::Lost, house.now()).await?;
    }
    Ok(())
}

/// Forgets jobs whose time is over, with their files; how many.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn sweep(house: &House) -> Answer<u64> {
    let over = house.registry.sweep_poster_jobs(house.now().plus(-JOB_HOURS * HOUR_MS)).await?;
    for id in &over {
        house.poster_jobs.exports.remove(*id).await;
    }
    Ok(over.len() as u64)
}

/// Draws the job that has waited longest; whether there was one.
async fn next(house: &House) -> Answer<bool> {
    let Some(job) = house.registry.claim_poster_job().await? else { return Ok(false) };
    let id = job.id;
    let progress = house.poster_jobs.begin(id);
    let outcome = draw(house, &job, &progress).await;
    house.poster_jobs.end(id);
    match outcome {
        Ok(Outcome::Drawn(drawn)) => {
            let now = house.now();
            if !house.registry.finish_poster_job(id, &drawn, now).await? {
                house.poster_jobs.exports.remove(id).await;
            }
            tracing::info!(id, posters = drawn.total, until = kept_until(now).0, "posters drawn");
        }
        // Somebody has ended it, or it begins anew with the next start.
        Ok(Outcome::Stopped) => {
            house.registry.give_back_poster_job(id).await?;
        }
        Ok(Outcome::Failed(fault)) => {
            tracing::warn!(id, fault = fault.code(), "a poster job has failed");
            house.registry.fail_poster_job(id, fault, house.now()).await?;
        }
        Err(error) => {
            house.registry.fail_poster_job(id, JobFault::Broken, house.now()).await?;
            return Err(error);
        }
    }
    Ok(true)
}

enum Outcome {
    Drawn(DrawnPosters),
    Stopped,
    Failed(JobFault),
}

async fn draw(house: &House, job: &PosterJob, progress: &Arc<Progress>) -> Answer<Outcome> {
    // A size that the program knows no more.
    let Some(order) = Order::from_name(&job.new.poster) else {
        return Ok(Outcome::Failed(JobFault::Broken));
    };
    let mut codes = house.registry.codes_to_print(&job.new.of).await?;
    if codes.is_empty() {
        return Ok(Outcome::Failed(JobFault::Nothing));
    }
    codes.sort_by(|(unit, one), (other_unit, other)| {
        let keys = |row: &VenueCodeRow| row.checkpoint.0;
        by_number(unit, other_unit)
            .then_with(|| by_number(&one.name, &other.name))
            .then_with(|| by_number(&one.door, &other.door))
            .then_with(|| keys(one).cmp(&keys(other)))
    });
    progress.total.store(codes.len(), Ordering::Relaxed);
    let layouts = InForce::now(house, order).await?;
    let texts = codes.into_iter().map(|(_, row)| text(house, &layouts, row)).collect();
    let title = title(house, &job.new.of, order).await?;
    let work = Work { order, form: job.new.form, layouts, texts, title };
    let (exports, progress, id) = (house.poster_jobs.exports.clone(), Arc::clone(progress), job.id);
    let drawn = tokio::task::spawn_blocking(move || match exports.create(id) {
        Ok(out) => work.write(out, &progress),
        Err(error) => failed(&error, None),
    });
    drawn.await.map_err(Failure::broken)
}

/// What a person is told of what went wrong with the file.
fn failed(error: &io::Error, refused: Option<Refused>) -> Outcome {
    tracing::warn!(%error, "posters could not be written");
    Outcome::Failed(match (refused, error.kind()) {
        (Some(Refused::NoRoom), _) => JobFault::NoRoom,
        (Some(Refused::DiskFull), _)
        | (None, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => JobFault::DiskFull,
        (None, _) => JobFault::Broken,
    })
}

/// What the file is called, without its end.
async fn title(house: &House, of: &PostersOf, order: Order) -> Answer<String> {
    let whose = match of {
        PostersOf::Organisation(id) => {
            let found = house.registry.organisation(*id).await?;
            found.map_or_else(String::new, |organisation| organisation.new.name)
        }
        PostersOf::Region(code) => regions::name_of(&regions::all(house).await?, code),
    };
    Ok(format!("{whose}-场所码海报-{}", order.name()))
}

/// Everything that drawing takes.
struct Work {
    order: Order,
    form: JobForm,
    layouts: InForce,
    texts: Vec<PosterText>,
    title: String,
}

impl Work {
    fn write(self, out: Writing, progress: &Progress) -> Outcome {
        let total = self.texts.len();
        let title = self.title.clone();
        let mut out = BufWriter::with_capacity(CHUNK_BYTES, out);
        let drawn = self.draw(&mut out, progress);
        // What is not whole is not written out either.
        let (mut file, waiting) = out.into_parts();
        let made = drawn.and_then(|drawn| match waiting {
            Ok(rest) => io::Write::write_all(&mut file, &rest).map(|()| drawn),
            Err(_) => Err(io::Error::other("a write has panicked")),
        });
        let refused = file.refused();
        let made = made.and_then(|drawn| Ok((drawn, file.finish()?)));
        match (made, refused) {
            (Ok(((end, not_drawn), bytes)), _) => {
                Outcome::Drawn(result(total, &format!("{title}.{end}"), bytes, &not_drawn))
            }
            (Err(_), _) if progress.is_stopped() => Outcome::Stopped,
            (Err(error), refused) => failed(&error, refused),
        }
    }

    /// The end of the file's name, and what could not be drawn.
    fn draw(
        self,
        out: &mut impl io::Write,
        progress: &Progress,
    ) -> io::Result<(&'static str, Vec<NotDrawn>)> {
        let Self { order, form, layouts, texts, title } = self;
        let go_on = |done: usize| {
            progress.done.store(done, Ordering::Relaxed);
            if progress.is_stopped() { Err(io::Error::other("stopped")) } else { Ok(()) }
        };
        match form {
            JobForm::Zip => {
                let draw = |text: &PosterText| layouts.draw(text);
                let not_drawn = poster_archive(order.size, texts, draw, go_on, out)?;
                Ok(("zip", not_drawn))
            }
            JobForm::Pdf => {
                let draw = |text: &PosterText| layouts.draw_page(text);
                let bound = poster_book(&title, texts, draw, go_on, out)?;
                Ok((if bound.zipped { "zip" } else { "pdf" }, bound.not_drawn))
            }
        }
    }
}

fn result(total: usize, name: &str, bytes: u64, not_drawn: &[NotDrawn]) -> DrawnPosters {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let named = not_drawn.iter().take(NAMED_MAX).map(|NotDrawn { place, door, number, why }| {
        format!("{place} · {door}（{number}）：{why}").replace(['\r', '\n'], " ")
    });
    DrawnPosters {
        total: number(total),
        not_drawn: number(not_drawn.len()),
        not_drawn_list: named.collect::<Vec<_>>().join("\n"),
        file_name: name.to_owned(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
    }
}
