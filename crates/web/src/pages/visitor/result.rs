//! What was recorded: big, clear, and honest about its age.

use super::{itinerary, show, tag};
use crate::{
    answer::{PageFailure, Shown},
    page::Page,
    seat::As,
};
use actions::{
    House,
    accounts::principals::Visitor,
    checkins::receipt::{Receipt, receipt},
    people::{consent, mine::masked_name},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
};
use domain::{entry_policy::Decision, health_status::Colour, time::MINUTE_MS};
use std::sync::Arc;

/// After this long a result page is an old record: reopened, it does not pass for a fresh one.
const FRESH_MS: i64 = 10 * MINUTE_MS;

/// Seconds until a page looks again whether its verdict has come, at least.
const REFRESH_S: i64 = 2;

#[derive(Template)]
#[template(path = "visitor/result.html")]
struct ResultPage<'a> {
    p: &'a Page,
    r: &'a Receipt,
    masked_name: String,
    /// Class and shape of the head: the decision first, then the colour.
    look: &'static str,
    headline: &'static str,
    tag: &'static str,
    itinerary: &'static str,
    /// Whether the privacy notice has a newer version than the one agreed to: asked here, after the
    /// entry, where nobody waits behind.
    asks: bool,
    /// Minutes since the entry, when it is old.
    old_minutes: Option<i64>,
    /// The code of the door, where somebody may check members of their family in beside themself.
    code: &'a str,
    /// Whether it is an entry of a member of the family.
    of_member: bool,
}

/// `GET /c/{code}/r/{receipt}`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path((code, id)): Path<(String, String)>,
) -> Shown {
    let receipt = receipt(&house, &visitor, &id).await;
    let r = receipt.map_err(|failure| PageFailure(p.clone(), failure))?;
    let masked_name =
        masked_name(&house, &visitor).map_err(|failure| PageFailure(p.clone(), failure))?;
    let whose = Whose { masked_name, of_member: false, asks: consent::asks(&house, &visitor) };
    draw(&p, &r, whose, &code)
}

/// Whose result it is: of whoever is signed in, or of a member of their family.
pub(super) struct Whose {
    pub(super) masked_name: String,
    pub(super) of_member: bool,
    /// Whether the privacy notice has a newer version than the one agreed to.
    pub(super) asks: bool,
}

/// A result.
pub(super) fn draw(p: &Page, r: &Receipt, whose: Whose, code: &str) -> Shown {
    let Whose { masked_name, of_member, asks } = whose;
    let age_ms = r.now.since(r.entered);
    let page = ResultPage {
        p,
        masked_name,
        asks,
        look: if r.leaves { "leave" } else { look(r.decision, r.colour) },
        headline: headline(r.colour),
        tag: tag(r.colour),
        itinerary: itinerary(r.itinerary),
        old_minutes: (age_ms > FRESH_MS).then_some(age_ms / MINUTE_MS),
        r,
        code,
        of_member,
    };
    let mut response = show(p, StatusCode::OK, &page)?;
    if r.pending {
        // Works without scripts; not everybody at the same moment.
        let seconds = REFRESH_S + r.entered.0.rem_euclid(3);
        response.headers_mut().insert(header::REFRESH, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// The head follows the decision; a recheck of a status nobody knows is gray.
pub(crate) fn look(decision: Decision, colour: Colour) -> &'static str {
    match (decision, colour) {
        (Decision::Pass, _) => "pass",
        (Decision::Stop, _) => "stop",
        (Decision::Recheck, Colour::Gray | Colour::None | Colour::Unknown) => "unknown",
        (Decision::Recheck, _) => "recheck",
    }
}

/// The word beside the head.
fn headline(colour: Colour) -> &'static str {
    match colour {
        Colour::Gray | Colour::None | Colour::Unknown => "待核验",
        known => known.label(),
    }
}
