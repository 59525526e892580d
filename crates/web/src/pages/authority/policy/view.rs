//! The pages of entry policies: what templates ask of them.

use crate::{
    i18n::Lang,
    page::Page,
    pages::desk::{County, Marks, query_text},
};
use actions::entry_policy::{
    PolicyRow, Where,
    list::{Desk, Listed, Standing},
    preview::Preview,
};
use askama::Template;
use domain::{
    categories::Tree,
    entry_policy::{Decision, Otherwise, PolicyForm, Rules},
};

/// The list.
#[derive(Template)]
#[template(path = "authority/policy.html")]
pub(in crate::pages::authority) struct DeskPage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) desk: Desk,
    pub(in crate::pages::authority) done: Option<&'static str>,
}

impl DeskPage {
    fn page_link(&self, step: i64) -> String {
        query_text("/policy", &[("page", &(self.desk.page + step).to_string())])
    }
}

/// The form of a proposal.
#[derive(Template)]
#[template(path = "authority/policy_form.html")]
pub(in crate::pages::authority) struct FormPage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) form: PolicyForm,
    pub(in crate::pages::authority) counties: Vec<County>,
    /// The caller's own county or township: code and name.
    pub(in crate::pages::authority) own: Option<(String, String)>,
    pub(in crate::pages::authority) tree: Tree,
    pub(in crate::pages::authority) preview: Option<Preview>,
    pub(in crate::pages::authority) marks: Marks,
    pub(in crate::pages::authority) notice: Option<&'static str>,
}

/// Field, label and what is typed of the rules that end in a recheck or a stop.
type Choice<'a> = (&'static str, &'static str, &'a str);

impl FormPage {
    fn colours(&self) -> [Choice<'_>; 5] {
        let form = &self.form;
        [
            ("yellow", "黄码", form.yellow.as_str()),
            ("gray", "灰码", &form.gray),
            ("red", "红码", &form.red),
            ("none", "没有申领健康码", &form.none),
            ("unknown", "查询失败或已过期", &form.unknown),
        ]
    }

    /// Those that may also be passed over.
    fn itineraries(&self) -> [Choice<'_>; 2] {
        let form = &self.form;
        [
            ("risk", "到过风险地区", form.risk.as_str()),
            ("no_itinerary", "行程没有查到", &form.no_itinerary),
        ]
    }
}

/// One policy.
#[derive(Template)]
#[template(path = "authority/policy_one.html")]
pub(in crate::pages::authority) struct OnePage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) one: Listed,
    pub(in crate::pages::authority) preview: Option<Preview>,
    pub(in crate::pages::authority) reason: String,
    pub(in crate::pages::authority) marks: Marks,
    pub(in crate::pages::authority) notice: Option<&'static str>,
}

/// Where a policy holds, in words.
pub(in crate::pages::authority) fn place(p: &Page, place: &Where) -> String {
    match place {
        Where::Door(words, _) => words.clone(),
        Where::Places(region, category) => {
            let region = region.as_deref().unwrap_or_else(|| p.t("全市")).to_owned();
            let category = category.as_deref().map_or_else(|| p.t("所有类别"), |name| p.t(name));
            format!("{region} · {category}")
        }
    }
}

/// What the rules ask, in a few words each.
pub(in crate::pages::authority) fn asks(p: &Page, rules: Option<&Rules>) -> Vec<String> {
    let Some(rules) = rules else {
        return vec![p.t("取消这里的规定，按上一级执行").to_owned()];
    };
    let colon = if p.lang == Lang::En { ": " } else { "：" };
    let of = |what: &str, rule: Otherwise| format!("{}{colon}{}", p.t(what), p.t(rule.label()));
    let or_pass = |what: &str, rule: Option<Otherwise>| {
        format!("{}{colon}{}", p.t(what), p.t(rule.map_or("不看", Otherwise::label)))
    };
    let test = match rules.nucleic_acid_hours_max {
        Some(hours) => {
            format!("{} · {}", p.f("核酸阴性 {} 小时内", hours), of("超过或没有", rules.untested))
        }
        None => p.t("不查核酸时间").to_owned(),
    };
    let free = |says: &str, years: Option<u8>| years.map(|years| p.f(says, years));
    let mut asks = vec![test];
    if rules.nucleic_acid_hours_max.is_some() {
        asks.extend(free("不满 {} 周岁免查核酸", rules.test_free_under_years));
        asks.extend(free("{} 周岁及以上免查核酸", rules.test_free_from_years));
    }
    asks.extend([
        of("黄码", rules.yellow),
        of("灰码", rules.gray),
        of("红码", rules.red),
        of("没有申领健康码", rules.none),
        of("查询失败或已过期", rules.unknown),
        or_pass("到过风险地区", rules.risk),
        or_pass("行程没有查到", rules.no_itinerary),
    ]);
    asks
}

/// From when, in words.
pub(in crate::pages::authority) fn begins(p: &Page, row: &PolicyRow) -> String {
    match (row.begins, row.new.begins) {
        (Some(at), _) => p.f("{} 起", crate::pages::desk::minute_text(&at)),
        (None, Some(at)) => p.f("{} 起", crate::pages::desk::minute_text(&at)),
        (None, None) => p.t("同意后立即生效").to_owned(),
    }
}

/// The class of the tag of a standing.
pub(in crate::pages::authority) fn tag(standing: Standing) -> &'static str {
    match standing {
        Standing::Waits | Standing::Ahead => "brand",
        Standing::Holds => "pass",
        Standing::Refused => "recheck",
        Standing::Over | Standing::Withdrawn => "",
    }
}

/// The shape that goes with it.
pub(in crate::pages::authority) fn shape(standing: Standing) -> &'static str {
    match standing {
        Standing::Waits | Standing::Ahead => "wait",
        Standing::Holds => "pass",
        Standing::Refused => "recheck",
        Standing::Over | Standing::Withdrawn => "stop",
    }
}

/// The class and shape of a decision.
pub(in crate::pages::authority) fn decision(decision: Decision) -> &'static str {
    decision.code()
}
