//! What the list of places is narrowed to, as addresses and forms carry it.

use crate::pages::desk::{Words, category, optional, page, region, searched, sort};
use actions::places::{Filter, Show};
use domain::{fields::Complaints, places::Match};
use serde::Deserialize;
use utoipa::IntoParams;

/// The words of an address or of a form's hidden fields. On a page, what makes no sense narrows
/// nothing; a program is told.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Narrowing {
    /// `open` (nobody has said which unit it is), `confirmed`, `no_unit` (nobody has applied for it),
    /// `gone` (the last list does not have it any more); `open` when it is left out.
    #[param(required = false)]
    state: String,
    /// Part of a name, an address or a credit code; 60 characters.
    #[param(required = false)]
    q: String,
    /// Code of a county (six digits) or township (nine).
    #[param(required = false)]
    region: String,
    /// Code of a category (three digits) or group (one).
    #[param(required = false)]
    category: String,
    /// `yes`: only those whose credit code or name a unit or a door has; `no`: only the others.
    #[param(required = false)]
    hint: String,
    /// The order: `name` or `address`; the list's own when it is left out.
    #[param(required = false)]
    sort: String,
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

    /// The open ones, narrowed to this.
    #[must_use]
    pub fn of_open(region: Option<String>, category: Option<String>, q: Option<String>) -> Self {
        Self {
            region: region.unwrap_or_default(),
            category: category.unwrap_or_default(),
            q: q.unwrap_or_default(),
            ..Self::default()
        }
    }

    fn read(&self) -> Words<Filter> {
        let mut complaints = Complaints::default();
        let open = Show::State(Match::Open);
        let show = match self.state.as_str() {
            "" => Ok(open),
            code => Show::from_code(code).ok_or("没有这种状态"),
        };
        let hinted = optional(&self.hint, |hint| match hint {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        });
        let filter = Filter {
            show: complaints.take("state", show).unwrap_or(open),
            region: region(&self.region, &mut complaints),
            category: category(&self.category, &mut complaints),
            hinted: complaints.take("hint", hinted.ok_or("可以是 yes 或 no")).flatten(),
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
    let mut words = vec![("state", filter.show.code().to_owned())];
    let mut put = |name, value: Option<String>| {
        words.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
    };
    put("q", Some(filter.text.clone()));
    put("region", filter.region.clone());
    put("category", filter.category.clone());
    put("hint", filter.hinted.map(|yes| if yes { "yes" } else { "no" }.to_owned()));
    put("sort", Some(filter.sort.code().to_owned()));
    put("page", (filter.page > 0).then(|| filter.page.to_string()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sorting::Sort;

    fn read(query: &str) -> Narrowing {
        serde_urlencoded::from_str(query).unwrap()
    }

    #[test]
    fn an_address_carries_everything() {
        let whole = Filter {
            sort: Sort::Address,
            region: Some("341202001".into()),
            category: Some("1".into()),
            hinted: Some(false),
            text: "三清路 & 东门".into(),
            page: 7,
            ..Filter::all(Show::Gone)
        };
        for filter in [whole, Filter::all(Show::State(Match::Open))] {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(words(&filter))
                .finish();
            assert_eq!(format!("{:?}", read(&query).filter()), format!("{filter:?}"));
        }
    }

    #[test]
    fn nonsense_narrows_nothing_and_a_program_is_told_of_each() {
        let odd = read("state=x&region=34120a&category=10&hint=perhaps&page=-1");
        let filter = odd.filter();
        assert!(!filter.narrows() && filter.page == 0);
        assert_eq!(filter.show, Show::State(Match::Open));
        let complaints = odd.strict().unwrap_err();
        for field in ["state", "region", "category", "hint", "page"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
    }
}
