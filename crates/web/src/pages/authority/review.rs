//! The reviewer's queue and the decision on one application.

use super::review_view::{ReviewPage, list_link};
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Said, asked, failed, number, said, show, to},
    seat::As,
};
use actions::{
    Answer, House,
    accounts::principals::Reviewer,
    applications::review::{self, Filter, Queue},
    venue_codes,
};
use axum::extract::{Path, State as Whole};
use domain::applications::State;
use serde::Deserialize;
use std::sync::Arc;

/// Most characters of a text that is looked for.
const TEXT_CHARS_MAX: usize = 60;
/// The last page that can be asked for; bounds what a database is told to skip.
const PAGE_MAX: i64 = 10_000;

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    q: String,
    page: String,
    id: String,
    done: String,
}

/// What a decision carries along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Decision {
    reason: String,
    round: String,
    q: String,
    page: String,
    next: String,
}

impl Decision {
    /// Which submission was on the page; none counts as one that is gone.
    fn round(&self) -> i64 {
        self.round.parse().unwrap_or(0)
    }
}

fn filter(state: &str, text: &str, page: &str) -> Filter {
    Filter {
        state: State::from_code(state).unwrap_or(State::Submitted),
        text: text.trim().chars().take(TEXT_CHARS_MAX).collect(),
        page: page.parse().unwrap_or(0).clamp(0, PAGE_MAX),
    }
}

/// `GET /review`
pub async fn page(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    query: Asked<Wanted>,
) -> Shown {
    let wanted = asked(query);
    let view = View {
        filter: filter(&wanted.state, &wanted.q, &wanted.page),
        id: wanted.id.parse().ok(),
        done: done_text(&wanted.done),
        reason: String::new(),
    };
    view.show(&house, p, &caller, Said::default()).await
}

/// `POST /review/{id}/approve`
pub async fn approve(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    Checked(decision): Checked<Decision>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let answer = review::approve(&house, &caller, id, decision.round()).await;
    let after =
        After { state: State::Submitted, next: decision.next.parse().ok(), done: "approved" };
    decided(&house, p, &caller, (id, decision), answer, after).await
}

/// `POST /review/{id}/return`
pub async fn send_back(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    Checked(decision): Checked<Decision>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let answer = review::send_back(&house, &caller, id, decision.round(), &decision.reason).await;
    let after =
        After { state: State::Submitted, next: decision.next.parse().ok(), done: "returned" };
    decided(&house, p, &caller, (id, decision), answer, after).await
}

/// `POST /review/{id}/suspend`: the door of an approved application.
pub async fn suspend(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    Checked(decision): Checked<Decision>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let door = review::one(&house, &caller, id).await.map_err(failed(&p))?.checkpoint;
    let answer = venue_codes::suspend(&house, &caller, door, &decision.reason).await;
    // The same application again, with its door as it stands now.
    let after = After { state: State::Approved, next: Some(id), done: "suspended" };
    decided(&house, p, &caller, (id, decision), answer, after).await
}

/// `POST /review/{id}/resume`
pub async fn resume(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    Checked(decision): Checked<Decision>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let door = review::one(&house, &caller, id).await.map_err(failed(&p))?.checkpoint;
    let answer = venue_codes::resume(&house, &caller, door).await;
    // The same application again, with its door as it stands now.
    let after = After { state: State::Approved, next: Some(id), done: "resumed" };
    decided(&house, p, &caller, (id, decision), answer, after).await
}

/// What follows a decision that was taken.
struct After {
    /// The list that it was taken from.
    state: State,
    /// The application to go on with.
    next: Option<i64>,
    /// What was done, for the address.
    done: &'static str,
}

/// On to the next application, or the same page again with what stood in the way.
async fn decided(
    house: &House,
    p: Page,
    caller: &Reviewer,
    (id, decision): (i64, Decision),
    answer: Answer<()>,
    after: After,
) -> Shown {
    let filter = filter(after.state.code(), &decision.q, &decision.page);
    match answer {
        Ok(()) => {
            let link = list_link(filter.state, &filter.text, filter.page, after.next);
            Ok(to(&format!("{link}&done={}", after.done)))
        }
        Err(failure) => {
            let said = said(&p, failure)?;
            let view = View { filter, id: Some(id), done: None, reason: decision.reason };
            view.show(house, p, caller, said).await
        }
    }
}

fn done_text(done: &str) -> Option<&'static str> {
    match done {
        "approved" => Some("已通过上一件。"),
        "returned" => Some("已退回上一件，对方会看到原因。"),
        "suspended" => Some("已暂停这个检查点，扫码不再登记。"),
        "resumed" => Some("已恢复这个检查点。"),
        _ => None,
    }
}

/// What the page is asked to show.
struct View {
    filter: Filter,
    id: Option<i64>,
    done: Option<&'static str>,
    reason: String,
}

impl View {
    async fn show(self, house: &House, p: Page, caller: &Reviewer, said: Said) -> Shown {
        let fail = failed(&p);
        let queue = review::queue(house, caller, &self.filter).await.map_err(&fail)?;
        let id = self.id.or_else(|| queue.rows.first().map(|row| row.id));
        let detail = match id {
            Some(id) => Some(review::one(house, caller, id).await.map_err(&fail)?),
            None => None,
        };
        let page = ReviewPage {
            next: id.and_then(|id| next_after(&queue, id)),
            opened: self.id.is_some(),
            queue,
            detail,
            marks: said.marks,
            notice: said.notice,
            done: self.done,
            reason: self.reason,
            now: house.now(),
            filter: self.filter,
            p: p.clone(),
        };
        show(&p, said.status, &page)
    }
}

/// The application after this one in the list, or the one before the last.
fn next_after(queue: &Queue, id: i64) -> Option<i64> {
    let ids: Vec<i64> = queue.rows.iter().map(|row| row.id).collect();
    let at = ids.iter().position(|other| *other == id)?;
    ids.get(at + 1).or_else(|| ids.get(at.checked_sub(1)?)).copied()
}
