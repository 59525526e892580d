//! What the review page shows, and the links within it.

use super::{narrowing::words, places::view::likeness};
use crate::{
    page::Page,
    pages::desk::{County, Marks, list_address, minute_text, part_of_city, query_text},
};
use actions::{
    Failure,
    applications::review::{self, Detail, Filter, MANY_MAX, PAGE_ROWS, Queue, Row},
    places::ListedPlace,
};
use askama::Template;
use domain::{
    applications::{NotYours, State},
    categories::Tree,
    time::{DAY_MS, HOUR_MS, MINUTE_MS, UnixMs},
};

/// Reasons that come up most, offered for a tap. Ours, after the notice's rules on name, address,
/// category and one code per door.
pub const READY: [&str; 5] = [
    "场所名称与门牌不一致，请按门牌填写",
    "地址不详细，请写到门牌号",
    "场所类别选错，请重新选择",
    "一门一码：请写明是哪一个门",
    "这个门已有场所码，请勿重复申请",
];

/// The queue with one application beside it.
#[derive(Template)]
#[template(path = "authority/review.html")]
pub(super) struct ReviewPage {
    pub(super) p: Page,
    pub(super) filter: Filter,
    pub(super) queue: Queue,
    pub(super) detail: Option<Detail>,
    /// Whether an application was asked for; a narrow screen then shows it alone.
    pub(super) opened: bool,
    /// The application to go on to after a decision.
    pub(super) next: Option<i64>,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
    pub(super) done: Option<String>,
    pub(super) places: Vec<County>,
    pub(super) tree: Tree,
    pub(super) reason: String,
    pub(super) now: UnixMs,
}

impl ReviewPage {
    fn waits(&self) -> bool {
        self.filter.state.waits()
    }

    /// Whether a yes is the first of two.
    fn endorses(&self) -> bool {
        self.queue.yes == Some(State::Endorsed)
    }

    /// Why there is no button to say yes with.
    fn not_yours(&self, why: &NotYours) -> &'static str {
        match review::refused(*why) {
            Failure::Conflict(says) => says,
            _ => "",
        }
    }

    fn chosen(&self, id: &i64) -> bool {
        self.detail.as_ref().is_some_and(|detail| detail.row.id == *id)
    }

    fn pages(&self) -> i64 {
        self.queue.total.saturating_add(PAGE_ROWS - 1) / PAGE_ROWS
    }

    fn state_link(&self, state: &State) -> String {
        query_text("/review", &[("state", state.code())])
    }

    fn page_link(&self, page: i64) -> String {
        list_link(&Filter { page, ..self.filter.clone() }, None)
    }

    fn back_link(&self) -> String {
        self.page_link(self.filter.page)
    }

    fn row_link(&self, id: &i64) -> String {
        list_link(&self.filter, Some(*id))
    }

    /// Where what is not doubtful can be approved with one decision; not when only doubtful ones are
    /// shown.
    fn many_link(&self) -> Option<String> {
        let offered = self.queue.yes.is_some() && self.filter.doubtful != Some(true);
        offered.then(|| many_link(&self.filter))
    }

    /// The filter's words as hidden fields.
    fn kept(&self) -> Vec<(&'static str, String)> {
        words(&self.filter)
    }

    /// The part of the city that is shown.
    fn place_name(&self) -> String {
        let own = self.queue.narrowed_to.as_ref().map(|(_, name)| name.as_str());
        let chosen = part_of_city(&self.places, self.filter.region.as_deref());
        chosen.or(own).unwrap_or_else(|| self.p.t("全市")).to_owned()
    }

    /// What speaks for a place of the register, in words.
    fn likeness(&self, listed: &ListedPlace) -> String {
        likeness(&self.p, listed.score, listed.by_unit_name)
    }

    fn when(&self, row: &Row) -> String {
        if self.waits() {
            self.span(self.now.since(row.submitted))
        } else {
            minute_text(&row.submitted)
        }
    }

    /// `3:20`, or days from two days on.
    fn span(&self, ms: i64) -> String {
        let ms = ms.max(0);
        if ms >= 2 * DAY_MS {
            self.p.f("{} 天", ms / DAY_MS)
        } else {
            format!("{}:{:02}", ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS)
        }
    }

    /// The line under the heading: how long the first one waits, how many there are.
    fn lead(&self) -> String {
        let first = self.queue.rows.first().filter(|_| self.waits() && self.filter.page == 0);
        let Some(first) = first else { return self.p.f("共 {} 件", self.queue.total) };
        let ms = self.now.since(first.submitted).max(0);
        match (ms / DAY_MS, ms / HOUR_MS, ms / MINUTE_MS) {
            (days @ 2.., ..) => self.p.f("最早一件已等待 {} 天。", days),
            (_, hours @ 1.., _) => self.p.f("最早一件已等待 {} 小时。", hours),
            (.., minutes) => self.p.f("最早一件已等待 {} 分钟。", minutes),
        }
    }
}

/// What one decision about many would approve.
#[derive(Template)]
#[template(path = "authority/review_many.html")]
pub(super) struct ManyPage {
    pub(super) p: Page,
    pub(super) filter: Filter,
    pub(super) queue: Queue,
    pub(super) notice: Option<&'static str>,
    /// When the reviewer looked.
    pub(super) seen: UnixMs,
}

impl ManyPage {
    /// How many one decision takes.
    fn count(&self) -> i64 {
        self.queue.total.min(MANY_MAX)
    }

    /// Whether a yes is the first of two.
    fn endorses(&self) -> bool {
        self.queue.yes == Some(State::Endorsed)
    }

    fn kept(&self) -> Vec<(&'static str, String)> {
        words(&self.filter)
    }

    fn back_link(&self) -> String {
        list_link(&Filter { doubtful: None, ..self.filter.clone() }, None)
    }

    /// Those that the page does not list.
    fn unlisted(&self) -> i64 {
        self.count() - i64::try_from(self.queue.rows.len()).unwrap_or(0)
    }
}

/// The address of the queue, narrowed and paged, with an application chosen or not.
pub(super) fn list_link(filter: &Filter, id: Option<i64>) -> String {
    list_address("/review", &words(filter), id)
}

fn many_link(filter: &Filter) -> String {
    list_address("/review/many", &words(&Filter { page: 0, ..filter.clone() }), None)
}
