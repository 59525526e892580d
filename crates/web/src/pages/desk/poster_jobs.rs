//! Posters by the thousand: the page of jobs, the same for managers and reviewers.

use super::{Asked, County, Marks, Said, asked, failed, said, show, to};
use crate::{answer::Shown, page::Page};
use actions::{
    Answer, House,
    posters::jobs::{self, Caller, Job, Ordering},
};
use askama::Template;
use domain::posters::JobState;
use serde::Deserialize;

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    done: String,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    size: String,
    bleed: String,
    form: String,
    region: String,
}

impl Typed {
    /// As the verb takes it.
    #[must_use]
    pub fn ordering(self) -> Ordering {
        let Self { size, bleed, form, region } = self;
        Ordering { size, bleed: !bleed.is_empty(), form, region }
    }
}

#[derive(Template)]
#[template(path = "poster_jobs.html")]
pub(crate) struct JobsPage {
    pub(crate) p: Page,
    /// Where the page is: `/venue/poster-jobs` or `/posters`.
    pub(crate) base: &'static str,
    /// What can be chosen; nothing for a manager.
    pub(crate) places: Vec<County>,
    /// Whether a county can be chosen as a whole.
    pub(crate) whole: bool,
    pub(crate) jobs: Vec<Job>,
    pub(crate) form: Ordering,
    pub(crate) done: Option<&'static str>,
    pub(crate) marks: Marks,
    pub(crate) notice: Option<&'static str>,
}

impl JobsPage {
    fn is_manager(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether the list changes by itself.
    fn moves(&self) -> bool {
        self.jobs.iter().any(|job| !job.state.has_ended())
    }

    fn is_region(&self, code: &str) -> bool {
        self.form.region == code
    }

    fn size_of(job: &Job) -> String {
        bytes_text(job.bytes)
    }

    /// What is not listed of a job's posters that could not be drawn.
    fn unlisted(job: &Job) -> i64 {
        job.not_drawn - i64::try_from(job.named.len()).unwrap_or(0)
    }
}

/// Bytes as people read them.
fn bytes_text(bytes: i64) -> String {
    let (whole, tenths) = (bytes / 1_000_000, bytes / 100_000 % 10);
    match bytes {
        ..100_000 => format!("{} KB", (bytes / 1_000).max(1)),
        _ if whole < 100 => format!("{whole}.{tenths} MB"),
        _ => format!("{whole} MB"),
    }
}

/// A room's page of jobs: where it is, and who looks.
pub struct Room<'a> {
    /// Where the page is.
    pub base: &'static str,
    /// Who looks.
    pub caller: Caller<'a>,
    /// What can be chosen; nothing for a manager.
    pub places: Vec<County>,
    /// Whether a county can be chosen as a whole.
    pub whole: bool,
}

impl Room<'_> {
    /// The page, after what the address says was done.
    ///
    /// # Errors
    /// When it cannot be read or drawn.
    pub async fn page(self, house: &House, p: Page, query: Asked<Wanted>) -> Shown {
        let done = match asked(query).done.as_str() {
            "ordered" => Some("已排队。可以离开这个页面，做好后回来下载。"),
            "cancelled" => Some("已取消。"),
            "deleted" => Some("已删除。"),
            _ => None,
        };
        self.show(house, p, (Ordering::default(), done), Said::default()).await
    }

    /// After an order: the page with the job, or with what is wrong.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub async fn ordered(
        self,
        house: &House,
        p: Page,
        typed: Ordering,
        outcome: Answer<i64>,
    ) -> Shown {
        match outcome {
            Ok(_) => Ok(to(&format!("{}?done=ordered", self.base))),
            Err(failure) => {
                let said = said(&p, failure)?;
                self.show(house, p, (typed, None), said).await
            }
        }
    }

    /// Ends a job, or forgets one that has ended.
    ///
    /// # Errors
    /// As [`Self::page`]; `NotFound` for somebody else's job.
    pub async fn cancel(self, house: &House, p: Page, id: i64) -> Shown {
        let jobs = jobs::list(house, self.caller).await.map_err(failed(&p))?;
        let over = jobs.iter().any(|job| job.id == id && job.state.has_ended());
        match jobs::cancel(house, self.caller, id).await {
            Ok(()) => {
                let done = if over { "deleted" } else { "cancelled" };
                Ok(to(&format!("{}?done={done}", self.base)))
            }
            Err(failure) => {
                let said = said(&p, failure)?;
                self.show(house, p, (Ordering::default(), None), said).await
            }
        }
    }

    async fn show(
        self,
        house: &House,
        p: Page,
        (form, done): (Ordering, Option<&'static str>),
        said: Said,
    ) -> Shown {
        let jobs = jobs::list(house, self.caller).await.map_err(failed(&p))?;
        let Self { base, places, whole, .. } = self;
        let Said { status, marks, notice } = said;
        show(
            &p.clone(),
            status,
            &JobsPage { p, base, places, whole, jobs, form, done, marks, notice },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{super::samples, *};
    use actions::posters::Order;
    use domain::{
        accounts::Role,
        posters::{JobFault, JobForm},
    };

    fn job(id: i64, state: JobState) -> Job {
        Job {
            id,
            region_name: Some("鼓楼街道".into()),
            order: Order::from_name("A4-bleed"),
            form: JobForm::Pdf,
            state,
            done: 1_204,
            total: 3_051,
            ahead: id,
            not_drawn: 0,
            named: Vec::new(),
            file_name: String::new(),
            bytes: 12_345_678,
            made: samples::ago(id * 7),
            kept_until: state.has_ended().then(|| samples::ago(-1_000)),
        }
    }

    fn page(role: Role, jobs: Vec<Job>) -> JobsPage {
        let manager = role == Role::Manager;
        let base = if manager { "/venue/poster-jobs" } else { "/posters" };
        JobsPage {
            p: samples::frame(Some(role), base),
            base,
            places: if manager { Vec::new() } else { samples::some_counties() },
            whole: !manager,
            jobs,
            form: Ordering { region: "341202004".into(), bleed: true, ..Ordering::default() },
            done: None,
            marks: Marks::default(),
            notice: None,
        }
    }

    #[test]
    fn jobs_say_how_far_they_are_and_what_became_of_them() {
        let named = vec![format!("{} · 东门（FY-1202-7K3QD）：字库里没有“𠮷”字", samples::MARKUP)];
        let states = [
            job(3, JobState::Waiting),
            job(2, JobState::Drawing),
            Job { not_drawn: 12, named, ..job(1, JobState::Done) },
            job(4, JobState::Failed(JobFault::DiskFull)),
            job(5, JobState::Cancelled),
        ];
        let html = samples::drawn("poster-jobs", &page(Role::Reviewer, states.to_vec()));
        for word in [
            "前面还有 3 个任务",
            "<progress value=\"1204\" max=\"3051\"",
            "12.3 MB",
            "有 12 张没有生成",
            "另有 11 张",
            "服务器磁盘已满",
            "/posters/1/file",
            "value=\"341202004\" selected",
            "http-equiv=\"refresh\"",
            "data-again",
        ] {
            assert!(html.contains(word), "{word}");
        }
        assert!(!html.contains("/posters/2/file"), "it is not done");
        let mut english = page(Role::Reviewer, states[1..].to_vec());
        english.p = samples::english(english.p);
        assert!(samples::drawn("poster-jobs-english", &english).contains("Drawing"));
    }

    #[test]
    fn a_page_on_which_nothing_moves_is_not_fetched_again() {
        let ended = vec![job(1, JobState::Done), job(2, JobState::Cancelled)];
        for jobs in [ended, Vec::new()] {
            let html = samples::drawn("poster-jobs-manager", &page(Role::Manager, jobs));
            assert!(!html.contains("http-equiv=\"refresh\"") && !html.contains("data-again"));
            assert!(!html.contains("id=\"region\""), "a manager has one unit");
        }
    }

    #[test]
    fn bytes_are_read_at_a_glance() {
        let texts = [
            (0, "1 KB"),
            (99_999, "99 KB"),
            (100_000, "0.1 MB"),
            (12_345_678, "12.3 MB"),
            (288_000_000, "288 MB"),
            (5_000_000_000, "5000 MB"),
        ];
        for (bytes, text) in texts {
            assert_eq!(bytes_text(bytes), text);
        }
    }
}
