//! What the list of inspections is narrowed to, as addresses carry it.

use crate::pages::desk::{Words, page, region, searched};
use actions::inspections::{Filter, Show};
use domain::fields::Complaints;
use serde::Deserialize;
use utoipa::IntoParams;

/// The words of an address. On a page, what makes no sense narrows nothing; a program is told.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Narrowing {
    /// `to_check` (answered, waits for the inspector), `overdue`, `to_put_right` (waits for the manager,
    /// late or not), `accepted`, `in_order` (nothing was found); all when it is left out.
    #[param(required = false)]
    state: String,
    /// Part of a name, door, address or organisation; 60 characters.
    #[param(required = false)]
    q: String,
    /// Code of a county (six digits) or township (nine).
    #[param(required = false)]
    region: String,
    /// Page, from 0.
    #[param(required = false, value_type = i64)]
    page: String,
}

impl Narrowing {
    /// What is meant; what makes no sense narrows nothing.
    #[must_use]
    pub fn filter(&self) -> Filter {
        self.read().0
    }

    /// What is meant.
    ///
    /// # Errors
    /// Each word that makes no sense.
    pub fn strict(&self) -> Result<Filter, Complaints> {
        self.read().whole()
    }

    fn read(&self) -> Words<Filter> {
        let mut complaints = Complaints::default();
        let filter = Filter {
            show: shown(&self.state, &mut complaints),
            region: region(&self.region, &mut complaints),
            text: searched(&self.q, &mut complaints),
            page: page(&self.page, &mut complaints),
        };
        Words(filter, complaints)
    }
}

/// Which inspections the word `state` means; all when it makes no sense.
pub(crate) fn shown(state: &str, complaints: &mut Complaints) -> Show {
    let show = Show::from_code(state).ok_or("没有这种状态");
    complaints.take("state", show).unwrap_or_default()
}

/// The words that stand for a filter, without the page.
pub(super) fn words(filter: &Filter) -> Vec<(&'static str, String)> {
    let mut words = Vec::new();
    if filter.show != Show::All {
        words.push(("state", filter.show.code().to_owned()));
    }
    words.extend(filter.region.clone().map(|region| ("region", region)));
    if !filter.text.is_empty() {
        words.push(("q", filter.text.clone()));
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_into_an_address_is_read_from_it() {
        let filter = Filter {
            show: Show::Overdue,
            region: Some("341202001".into()),
            text: "东门&".into(),
            page: 0,
        };
        let text = serde_urlencoded::to_string(words(&filter)).unwrap();
        let narrowing: Narrowing = serde_urlencoded::from_str(&text).unwrap();
        let read = narrowing.strict().unwrap();
        assert_eq!((read.show, read.region, read.text), (filter.show, filter.region, filter.text));
        assert!(words(&Filter::default()).is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_told_to_programs_only() {
        let odd = Narrowing {
            state: "x".into(),
            region: "1".into(),
            q: "长".repeat(61),
            page: "-1".into(),
        };
        let complaints = odd.strict().unwrap_err();
        for field in ["state", "region", "q", "page"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
        assert_eq!(odd.filter().show, Show::All);
    }
}
