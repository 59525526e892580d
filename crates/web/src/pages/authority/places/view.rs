//! What the pages of the register show, and the links within them.

use super::narrowing::words;
use crate::{
    page::Page,
    pages::desk::{County, list_address, part_of_city},
};
use actions::places::{Detail, Filter, Places, Show, SureOnes};
use askama::Template;
use domain::{
    categories::Tree,
    places::{Match, Score},
    time::UnixMs,
};

/// The list with one place beside it.
#[derive(Template)]
#[template(path = "authority/places.html")]
pub(in crate::pages::authority) struct PlacesPage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) filter: Filter,
    pub(in crate::pages::authority) list: Places,
    pub(in crate::pages::authority) detail: Option<Detail>,
    /// Whether a place was asked for; a narrow screen then shows it alone.
    pub(in crate::pages::authority) opened: bool,
    /// Which unit's name was looked for.
    pub(in crate::pages::authority) unit: String,
    /// The place to go on to after a decision.
    pub(in crate::pages::authority) next: Option<i64>,
    pub(in crate::pages::authority) notice: Option<&'static str>,
    pub(in crate::pages::authority) done: Option<String>,
    pub(in crate::pages::authority) counties: Vec<County>,
    pub(in crate::pages::authority) tree: Tree,
}

impl PlacesPage {
    fn chosen(&self, id: &i64) -> bool {
        self.detail.as_ref().is_some_and(|detail| detail.row.id == *id)
    }

    fn is_open(&self) -> bool {
        self.filter.show == Show::State(Match::Open)
    }

    /// Whether nothing was taken over yet that this reviewer may see.
    fn nothing_yet(&self) -> bool {
        self.list.counts.iter().all(|(_, count)| *count == 0)
    }

    fn show_link(&self, show: &Show) -> String {
        link(&Filter::all(*show), None)
    }

    fn page_link(&self, page: i64) -> String {
        link(&Filter { page, ..self.filter.clone() }, None)
    }

    fn back_link(&self) -> String {
        link(&self.filter, None)
    }

    fn row_link(&self, id: &i64) -> String {
        link(&self.filter, Some(*id))
    }

    /// Where those that are sure can be confirmed with one decision.
    fn sure_link(&self) -> Option<String> {
        let filter = Filter { page: 0, ..self.filter.clone() };
        (self.list.likely > 0).then(|| list_address("/places/sure", &words(&filter), None))
    }

    /// The filter's words as hidden fields.
    fn kept(&self) -> Vec<(&'static str, String)> {
        words(&self.filter)
    }

    /// The part of the city that is shown.
    fn part_name(&self) -> String {
        let own = self.list.narrowed_to.as_ref().map(|(_, name)| name.as_str());
        let chosen = part_of_city(&self.counties, self.filter.region.as_deref());
        chosen.or(own).unwrap_or_else(|| self.p.t("全市")).to_owned()
    }

    fn likeness(&self, score: &Score) -> String {
        likeness(&self.p, *score, false)
    }
}

/// What one decision about many would confirm.
#[derive(Template)]
#[template(path = "authority/places_sure.html")]
pub(in crate::pages::authority) struct SurePage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) filter: Filter,
    pub(in crate::pages::authority) ones: SureOnes,
    /// When the reviewer looked.
    pub(in crate::pages::authority) seen: UnixMs,
}

impl SurePage {
    fn kept(&self) -> Vec<(&'static str, String)> {
        words(&self.filter)
    }

    fn back_link(&self) -> String {
        link(&self.filter, None)
    }

    /// Those that the page does not list.
    fn unlisted(&self) -> i64 {
        (self.ones.likely - self.ones.looked_at).max(0)
    }

    /// Those that were looked at and have two units.
    fn doubted(&self) -> i64 {
        self.ones.looked_at - i64::try_from(self.ones.rows.len()).unwrap_or(0)
    }
}

/// The address of the list, narrowed and paged, with a place chosen or not.
pub(super) fn link(filter: &Filter, id: Option<i64>) -> String {
    list_address("/places", &words(filter), id)
}

/// What speaks for a place being a unit, in words; `by_unit_name` when it is not the door's name.
pub(in crate::pages::authority) fn likeness(p: &Page, score: Score, by_unit_name: bool) -> String {
    let yes_no = |same: bool, yes, no| p.t(if same { yes } else { no }).to_owned();
    let mut words = vec![p.f("相符 {} 分", score.points)];
    words.extend(score.credit.map(|same| yes_no(same, "信用代码相同", "信用代码不同")));
    words.push(match score.name {
        100 if by_unit_name => p.t("单位名称相同").to_owned(),
        100 => p.t("名称相同").to_owned(),
        alike if by_unit_name => p.f("单位名称相近 {}%", alike),
        alike => p.f("名称相近 {}%", alike),
    });
    words.extend(score.address.map(|same| yes_no(same, "门牌相同", "门牌不同")));
    words.join(" · ")
}
