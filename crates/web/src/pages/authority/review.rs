//! The reviewer's queue and the decision on one application.

use super::{
    narrowing::Narrowing,
    review_view::{ManyPage, ReviewPage, list_link},
};
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Said, asked, counties_of, failed, next_after, number, said, show, to},
    seat::As,
};
use actions::{
    Answer, House,
    accounts::principals::Reviewer,
    applications::review::{self, Filter},
    categories, regions, venue_codes,
};
use axum::extract::{Path, State as Whole};
use domain::{applications::State, time::UnixMs};
use serde::Deserialize;
use std::sync::Arc;

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    #[serde(flatten)]
    narrowing: Narrowing,
    id: String,
    done: String,
    count: String,
}

/// What a decision carries along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Decision {
    #[serde(flatten)]
    narrowing: Narrowing,
    reason: String,
    round: String,
    next: String,
    place: String,
    place_round: String,
}

/// What a decision about many carries along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ManyDecision {
    #[serde(flatten)]
    narrowing: Narrowing,
    seen: String,
}

impl Decision {
    /// Which submission was on the page; none counts as one that is gone.
    fn round(&self) -> i64 {
        self.round.parse().unwrap_or(0)
    }

    /// The list of waiting applications that the decision was taken from.
    fn from(&self) -> State {
        let state = self.narrowing.filter(State::Submitted).state;
        if state.waits() { state } else { State::Submitted }
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
        filter: wanted.narrowing.filter(review::first_state(&house, &caller)),
        id: wanted.id.parse().ok(),
        done: done_text(&p, &wanted.done, &wanted.count),
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
    let from = decision.from();
    let answer = review::approve(&house, &caller, id, decision.round()).await;
    let done = if matches!(answer, Ok(State::Endorsed)) { "endorsed" } else { "approved" };
    let after = After { state: from, next: decision.next.parse().ok(), done };
    let answer = answer.map(|_| ());
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
        After { state: decision.from(), next: decision.next.parse().ok(), done: "returned" };
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

/// `POST /review/{id}/place`: a place of the register is the unit of this application.
pub async fn confirm_place(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    Checked(decision): Checked<Decision>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let seen = (decision.place.parse().unwrap_or(0), decision.place_round.parse().unwrap_or(-1));
    let answer = review::confirm_place(&house, &caller, id, seen).await;
    let state = decision.narrowing.filter(State::Submitted).state;
    let after = After { state, next: Some(id), done: "placed" };
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
    let filter = Filter { state: after.state, ..decision.narrowing.filter(State::Submitted) };
    match answer {
        Ok(()) => {
            let link = list_link(&filter, after.next);
            Ok(to(&format!("{link}&done={}", after.done)))
        }
        Err(failure) => {
            let said = said(&p, failure)?;
            let view = View { filter, id: Some(id), done: None, reason: decision.reason };
            view.show(house, p, caller, said).await
        }
    }
}

fn done_text(p: &Page, done: &str, count: &str) -> Option<String> {
    let says = match done {
        "approved" => "已通过上一件。",
        "endorsed" => "已通过初审，等待复审。",
        "returned" => "已退回上一件，对方会看到原因。",
        "suspended" => "已暂停这个检查点，扫码不再登记。",
        "resumed" => "已恢复这个检查点。",
        "placed" => "已把名录里的场所对应到这个单位。",
        "many" => return Some(p.f("已通过 {} 件。", count.parse::<i64>().ok()?)),
        "many-endorsed" => {
            return Some(p.f("已初审通过 {} 件。", count.parse::<i64>().ok()?));
        }
        _ => return None,
    };
    Some(p.t(says).to_owned())
}

/// `GET /review/many`: what would be approved with one decision.
pub async fn many(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    query: Asked<Wanted>,
) -> Shown {
    let filter = asked(query).narrowing.filter(review::first_state(&house, &caller));
    show_many(&house, p, &caller, filter, Said::default()).await
}

/// `POST /review/many/approve`
pub async fn approve_many(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Checked(decision): Checked<ManyDecision>,
) -> Shown {
    let filter = decision.narrowing.filter(State::Submitted);
    let seen = decision.seen.parse().map_or(UnixMs(0), UnixMs);
    match review::approve_many(&house, &caller, &filter, seen).await {
        Ok(done) => {
            let back = Filter { page: 0, doubtful: None, ..filter };
            let link = list_link(&back, None);
            let many = if done.to == State::Endorsed { "many-endorsed" } else { "many" };
            Ok(to(&format!("{link}&done={many}&count={}", done.approved)))
        }
        Err(failure) => {
            let said = said(&p, failure)?;
            show_many(&house, p, &caller, filter, said).await
        }
    }
}

async fn show_many(house: &House, p: Page, caller: &Reviewer, filter: Filter, said: Said) -> Shown {
    let state = if filter.state.waits() { filter.state } else { State::Submitted };
    let filter = Filter { state, doubtful: Some(false), page: 0, ..filter };
    // Before the queue is read: what comes in meanwhile has not been seen.
    let seen = house.now();
    let queue = review::queue(house, caller, &filter).await.map_err(failed(&p))?;
    let page = ManyPage { p: p.clone(), filter, queue, notice: said.notice, seen };
    show(&p, said.status, &page)
}

/// What the page is asked to show.
struct View {
    filter: Filter,
    id: Option<i64>,
    done: Option<String>,
    reason: String,
}

impl View {
    async fn show(self, house: &House, p: Page, caller: &Reviewer, said: Said) -> Shown {
        let fail = failed(&p);
        let queue = review::queue(house, caller, &self.filter).await.map_err(&fail)?;
        let filter = Filter { page: queue.page, ..self.filter };
        let id = self.id.or_else(|| queue.rows.first().map(|row| row.id));
        let detail = match id {
            Some(id) => Some(review::one(house, caller, id).await.map_err(&fail)?),
            None => None,
        };
        let regions = regions::all(house).await.map_err(&fail)?;
        let page = ReviewPage {
            places: counties_of(&regions, queue.narrowed_to.as_ref().map(|(own, _)| own.as_str())),
            tree: categories::tree(house).await.map_err(&fail)?,
            next: id.and_then(|id| next_after(queue.rows.iter().map(|row| row.id), id)),
            opened: self.id.is_some(),
            queue,
            detail,
            marks: said.marks,
            notice: said.notice,
            done: self.done,
            reason: self.reason,
            now: house.now(),
            filter,
            p: p.clone(),
        };
        show(&p, said.status, &page)
    }
}
