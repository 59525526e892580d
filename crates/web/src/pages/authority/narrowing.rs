//! What the review queue is narrowed to, as addresses and forms carry it.

use actions::applications::review::Filter;
use domain::applications::State;
use serde::Deserialize;

/// Most characters of a text that is looked for.
const TEXT_CHARS_MAX: usize = 60;
/// The last page that can be asked for; bounds what a database is told to skip.
const PAGE_MAX: i64 = 10_000;

/// Days of waiting that can be chosen.
pub const DAYS: [i64; 3] = [1, 3, 7];

/// The words of an address or of a form's hidden fields; what makes no sense narrows nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Narrowing {
    state: String,
    q: String,
    region: String,
    category: String,
    days: String,
    doubt: String,
    page: String,
}

impl Narrowing {
    /// What is meant; `first` is the state that is shown when none is named.
    #[must_use]
    pub fn filter(&self, first: State) -> Filter {
        let digits = |text: &str, lengths: &[usize]| {
            let code = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            code.then(|| text.to_owned())
        };
        Filter {
            state: State::from_code(&self.state).unwrap_or(first),
            region: digits(&self.region, &[6, 9]),
            category: digits(&self.category, &[1, 3]),
            days: self.days.parse().ok().filter(|days| DAYS.contains(days)),
            doubtful: match self.doubt.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            text: self.q.trim().chars().take(TEXT_CHARS_MAX).collect(),
            page: self.page.parse().unwrap_or(0).clamp(0, PAGE_MAX),
        }
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
    put("page", (filter.page > 0).then(|| filter.page.to_string()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(filter: &Filter) -> Filter {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(words(filter)).finish();
        serde_urlencoded::from_str::<Narrowing>(&query).unwrap().filter(State::Approved)
    }

    #[test]
    fn an_address_carries_everything() {
        let whole = Filter {
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
        let filter = serde_urlencoded::from_str::<Narrowing>(odd).unwrap().filter(State::Endorsed);
        assert!(!filter.narrows() && filter.page == 0 && filter.state == State::Endorsed);
    }
}
