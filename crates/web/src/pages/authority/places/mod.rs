//! The register of places: the list, which unit one of them is, many settled at once.

pub mod narrowing;
pub mod view;

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Said, asked, counties_of, failed, next_after, number, said, show, to},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Reviewer,
    categories,
    places::{self, Decision, Filter},
    regions,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::{places::Match, time::UnixMs};
use narrowing::Narrowing;
use serde::Deserialize;
use std::sync::Arc;
use view::{PlacesPage, SurePage, link};

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    #[serde(flatten)]
    narrowing: Narrowing,
    id: String,
    unit: String,
    done: String,
    count: String,
    doubted: String,
}

/// What a decision carries along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Decided {
    #[serde(flatten)]
    narrowing: Narrowing,
    /// Number of the unit, `none` when there is no unit, empty to take back what was said.
    organisation: String,
    round: String,
    next: String,
}

/// What a decision about many carries along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ManyDecided {
    #[serde(flatten)]
    narrowing: Narrowing,
    seen: String,
}

/// `GET /places`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    query: Asked<Wanted>,
) -> Shown {
    let wanted = asked(query);
    let view = View {
        filter: wanted.narrowing.filter(),
        id: wanted.id.parse().ok(),
        done: done_text(&p, &wanted),
        // Nobody reads on after so many characters.
        unit: wanted.unit.trim().chars().take(60).collect(),
    };
    view.show(&house, p, &caller, Said::default()).await
}

/// `POST /places/{id}`: which unit a place is.
pub async fn decide(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    Checked(decided): Checked<Decided>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let decision = match decided.organisation.as_str() {
        "" => Decision::Open,
        "none" => Decision::NoUnit,
        // A number that cannot be read is no unit's.
        unit => Decision::Is(unit.parse().unwrap_or(0)),
    };
    // Without the round that was seen it counts as gone.
    let round = decided.round.parse().unwrap_or(-1);
    let filter = decided.narrowing.filter();
    match places::decide(&house, &caller, (id, round), decision).await {
        Ok(state) => {
            let next = decided.next.parse().ok();
            Ok(to(&format!("{}&done={}", link(&filter, next), state.code())))
        }
        Err(failure) => {
            let said = said(&p, failure)?;
            let view = View { filter, id: Some(id), done: None, unit: String::new() };
            view.show(&house, p, &caller, said).await
        }
    }
}

/// `GET /places/sure`: what would be confirmed with one decision.
pub async fn sure(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    query: Asked<Wanted>,
) -> Shown {
    let filter = Filter { page: 0, ..asked(query).narrowing.filter() };
    // Before the list is read: what comes in meanwhile has not been seen.
    let seen = house.now();
    let ones = places::sure_ones(&house, &caller, &filter).await.map_err(failed(&p))?;
    show(&p, StatusCode::OK, &SurePage { p: p.clone(), filter, ones, seen })
}

/// `POST /places/sure/confirm`
pub async fn confirm_sure(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Checked(decided): Checked<ManyDecided>,
) -> Shown {
    let filter = Filter { page: 0, ..decided.narrowing.filter() };
    let seen = decided.seen.parse().map_or(UnixMs(0), UnixMs);
    let came = places::confirm_sure(&house, &caller, &filter, seen).await.map_err(failed(&p))?;
    let link = link(&filter, None);
    Ok(to(&format!("{link}&done=sure&count={}&doubted={}", came.confirmed, came.doubted)))
}

fn done_text(p: &Page, wanted: &Wanted) -> Option<String> {
    let says = match wanted.done.as_str() {
        "sure" => {
            let mut says = p.f("已对应 {} 个场所。", wanted.count.parse::<i64>().ok()?);
            let doubted = wanted.doubted.parse::<i64>().ok().filter(|doubted| *doubted > 0);
            says.extend(doubted.map(|n| p.f("另有 {} 个不止一个单位相符，请逐个确认。", n)));
            return Some(says);
        }
        code => match Match::from_code(code)? {
            Match::Confirmed => "已对应上一个场所。",
            Match::NoUnit => "已标为无对应单位。",
            Match::Open => "已撤回，这个场所待对应。",
        },
    };
    Some(p.t(says).to_owned())
}

/// What the page is asked to show.
struct View {
    filter: Filter,
    id: Option<i64>,
    done: Option<String>,
    unit: String,
}

impl View {
    async fn show(self, house: &House, p: Page, caller: &Reviewer, said: Said) -> Shown {
        let fail = failed(&p);
        let list = places::list(house, caller, &self.filter).await.map_err(&fail)?;
        let filter = Filter { page: list.page, ..self.filter };
        let id = self.id.or_else(|| list.rows.first().map(|row| row.id));
        let detail = match id {
            Some(id) => Some(places::one(house, caller, id, &self.unit).await.map_err(&fail)?),
            None => None,
        };
        let regions = regions::all(house).await.map_err(&fail)?;
        let own = list.narrowed_to.as_ref().map(|(own, _)| own.as_str());
        let page = PlacesPage {
            counties: counties_of(&regions, own),
            tree: categories::tree(house).await.map_err(&fail)?,
            next: id.and_then(|id| next_after(list.rows.iter().map(|row| row.id), id)),
            opened: self.id.is_some(),
            list,
            detail,
            unit: self.unit,
            // A unit that is gone meanwhile is no field of a form: said like any other refusal.
            notice: said.notice.or_else(|| said.marks.about("organisation")),
            done: self.done,
            filter,
            p: p.clone(),
        };
        show(&p, said.status, &page)
    }
}
