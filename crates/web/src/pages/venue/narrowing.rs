//! What the manager's lists are narrowed to, as addresses carry it: the words of pages are taken as far
//! as they make sense, those of programs as a whole or not at all.

use crate::pages::desk::{Words, page, searched, sort};
use actions::applications::mine::Filter;
use domain::{applications::State, fields::Complaints};
use serde::Deserialize;
use utoipa::IntoParams;

/// The words for checkpoints.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Narrowing {
    /// Only those whose application is `submitted`, `endorsed`, `returned` or `approved`.
    #[param(required = false)]
    state: String,
    /// Part of a name, door or address; 60 characters.
    #[param(required = false)]
    q: String,
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

    fn read(&self) -> Words<Filter> {
        let mut complaints = Complaints::default();
        let state = match self.state.as_str() {
            "" => Ok(None),
            code => State::from_code(code).map(Some).ok_or("没有这种状态"),
        };
        let filter = Filter {
            state: complaints.take("state", state).flatten(),
            text: searched(&self.q, &mut complaints),
            sort: sort(&self.sort, &mut complaints),
            page: page(&self.page, &mut complaints),
        };
        Words(filter, complaints)
    }
}

/// The words for drafts.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct DraftNarrowing {
    /// `faulty`: only those with something wrong.
    #[param(required = false)]
    show: String,
    /// Page, from 0.
    #[param(required = false, value_type = i64)]
    page: String,
}

impl DraftNarrowing {
    /// Whether only those with something wrong are meant, and which page.
    ///
    /// # Errors
    /// Each word that makes no sense.
    pub fn strict(&self) -> Result<(bool, usize), Complaints> {
        let mut complaints = Complaints::default();
        let faulty = match self.show.as_str() {
            "" => Ok(false),
            "faulty" => Ok(true),
            _ => Err("没有这种筛选"),
        };
        let faulty = complaints.take("show", faulty).unwrap_or_default();
        let page = usize::try_from(page(&self.page, &mut complaints)).unwrap_or_default();
        Words((faulty, page), complaints).whole()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(state: &str, q: &str, page: &str) -> Narrowing {
        Narrowing { state: state.into(), q: q.into(), sort: String::new(), page: page.into() }
    }

    #[test]
    fn nonsense_narrows_nothing_on_a_page_and_is_named_to_a_program() {
        let odd = of("open", &"东".repeat(61), "-1");
        let filter = odd.filter();
        assert!(filter.state.is_none() && filter.page == 0);
        assert_eq!(filter.text.chars().count(), 60);
        let complaints = odd.strict().unwrap_err();
        for field in ["state", "q", "page"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
    }

    #[test]
    fn what_makes_sense_is_the_same_for_both() {
        let good = of("returned", " 东门 ", "3");
        let filter = good.strict().unwrap();
        assert_eq!(format!("{filter:?}"), format!("{:?}", good.filter()));
        assert_eq!((filter.state, filter.text.as_str()), (Some(State::Returned), "东门"));
        assert_eq!(filter.page, 3);
        let drafts = |show: &str| DraftNarrowing { show: show.into(), page: "2".into() };
        assert_eq!(drafts("faulty").strict(), Ok((true, 2)));
        assert_eq!(drafts("").strict(), Ok((false, 2)));
        assert!(drafts("good").strict().is_err());
    }
}
