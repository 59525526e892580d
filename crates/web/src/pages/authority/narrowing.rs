//! What the review queue is narrowed to, as addresses and forms carry it.

use crate::pages::desk::{Words, category, optional, page, region, searched, sort};
use actions::applications::review::Filter;
use domain::{applications::State, fields::Complaints};
use serde::Deserialize;
use utoipa::IntoParams;

/// Days of waiting that can be chosen.
pub const DAYS: [i64; 3] = [1, 3, 7];

/// The words of an address or of a form's hidden fields. On a page, what makes no sense narrows
/// nothing; a program is told.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Narrowing {
    /// `submitted`, `endorsed` (wait for the second of two reviewers), `returned`, `approved`; when it
    /// is left out, those that wait for the caller first.
    #[param(required = false)]
    state: String,
    /// Part of a name or address; 60 characters.
    #[param(required = false)]
    q: String,
    /// Code of a county (six digits) or township (nine).
    #[param(required = false)]
    region: String,
    /// Code of a category (three digits) or group (one).
    #[param(required = false)]
    category: String,
    /// Submitted at least so many days ago: 1, 3, 7.
    #[param(required = false, value_type = i64)]
    days: String,
    /// `yes`: only doubtful ones; `no`: only those that are not.
    #[param(required = false)]
    doubt: String,
    /// The order: `name` or `address`; the list's own when it is left out.
    #[param(required = false)]
    sort: String,
    /// Page, from 0.
    #[param(required = false, value_type = i64)]
    page: String,
}

impl Narrowing {
    /// What is meant, `first` being the state that is shown when none is named; what makes no sense
    /// narrows nothing.
    #[must_use]
    pub fn filter(&self, first: State) -> Filter {
        self.read(first).0
    }

    /// What is meant.
    ///
    /// # Errors
    /// Each word that makes no sense.
    pub fn strict(&self, first: State) -> Result<Filter, Complaints> {
        self.read(first).whole()
    }

    /// Those that wait, narrowed to this.
    #[must_use]
    pub fn of_waiting(
        region: Option<String>,
        category: Option<String>,
        days: Option<i64>,
        q: Option<String>,
    ) -> Self {
        Self {
            region: region.unwrap_or_default(),
            category: category.unwrap_or_default(),
            days: days.map(|days| days.to_string()).unwrap_or_default(),
            q: q.unwrap_or_default(),
            ..Self::default()
        }
    }

    fn read(&self, first: State) -> Words<Filter> {
        let mut complaints = Complaints::default();
        let state = match self.state.as_str() {
            "" => Ok(first),
            code => State::from_code(code).ok_or("没有这种状态"),
        };
        let days = optional(&self.days, |days| days.parse().ok().filter(|d| DAYS.contains(d)));
        let doubtful = optional(&self.doubt, |doubt| match doubt {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        });
        let filter = Filter {
            state: complaints.take("state", state).unwrap_or(first),
            region: region(&self.region, &mut complaints),
            category: category(&self.category, &mut complaints),
            days: complaints.take("days", days.ok_or("天数可以是 1、3、7")).flatten(),
            doubtful: complaints.take("doubt", doubtful.ok_or("可以是 yes 或 no")).flatten(),
            text: searched(&self.q, &mut complaints),
            sort: sort(&self.sort, &mut complaints),
            page: page(&self.page, &mut complaints),
        };
        Words(filter, complaints)
    }
}

/// The same as names and values; what is left out means nothing narrower.
#[must_use]
pub fn words(filter: &Filter) -> Vec<(&'static str, String)> {
    let mut words = vec![("state", filter.state.code().to_owned())];
    let mut put = |name, value: Option<String>| {
        words.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
    };
    put("q", Some(filter.text.clone()));
    put("region", filter.region.clone());
    put("category", filter.category.clone());
    put("days", filter.days.map(|days| days.to_string()));
    put("doubt", filter.doubtful.map(|yes| if yes { "yes" } else { "no" }.to_owned()));
    put("sort", Some(filter.sort.code().to_owned()));
    put("page", (filter.page > 0).then(|| filter.page.to_string()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sorting::Sort;

    fn read(filter: &Filter) -> Filter {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(words(filter)).finish();
        serde_urlencoded::from_str::<Narrowing>(&query).unwrap().filter(State::Approved)
    }

    #[test]
    fn an_address_carries_everything() {
        let whole = Filter {
            sort: Sort::Address,
            region: Some("341202001".into()),
            category: Some("1".into()),
            days: Some(3),
            doubtful: Some(false),
            text: "三清路 & 东门".into(),
            page: 7,
            ..Filter::all(State::Returned)
        };
        assert_eq!(format!("{:?}", read(&whole)), format!("{whole:?}"));
        let none = Filter::all(State::Submitted);
        assert_eq!(words(&none), [("state", "submitted".to_owned())]);
        assert_eq!(format!("{:?}", read(&none)), format!("{none:?}"));
    }

    #[test]
    fn nonsense_narrows_nothing() {
        let odd = "state=x&region=34120a&category=10&days=2&doubt=perhaps&page=-1";
        let narrowing = serde_urlencoded::from_str::<Narrowing>(odd).unwrap();
        let filter = narrowing.filter(State::Endorsed);
        assert!(!filter.narrows() && filter.page == 0 && filter.state == State::Endorsed);
        // A program is told of each.
        let complaints = narrowing.strict(State::Endorsed).unwrap_err();
        for field in ["state", "region", "category", "days", "doubt", "page"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
    }
}
