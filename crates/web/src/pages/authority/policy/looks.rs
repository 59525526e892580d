//! How the pages of entry policies look with sample data.

#![allow(clippy::unwrap_used)]

use super::view::{DeskPage, FormPage, OnePage};
use crate::pages::desk::{
    Marks,
    samples::{MARKUP, ago, drawn, english, frame, some_counties},
};
use actions::entry_policy::{
    PolicyOutcome, PolicyRow, Where,
    list::{Desk, Listed, Standing},
    preview::{Compared, Preview, Tally},
};
use domain::{
    accounts::Role,
    categories::Tree,
    entry_policy::{Decision, FIRST_RULES, NewPolicy, PolicyForm, Reach, Rules},
    fields::Complaints,
};

const OFFICER: Option<Role> = Some(Role::PolicyOfficer);

fn listed(version: u32, standing: Standing, rules: Option<Rules>) -> Listed {
    let decided = match standing {
        Standing::Waits => None,
        Standing::Refused => Some((PolicyOutcome::Refused, 4, ago(30))),
        Standing::Withdrawn => Some((PolicyOutcome::Withdrawn, 3, ago(30))),
        _ => Some((PolicyOutcome::Approved, 4, ago(30))),
    };
    Listed {
        row: PolicyRow {
            version,
            reach: Reach::Places { region: None, category: None },
            new: NewPolicy { begins: None, rules, note: MARKUP.into() },
            proposed_by: 3,
            proposed: ago(90),
            decided,
            reason: String::new(),
            begins: decided.map(|(_, _, at)| at),
        },
        place: Where::Places(Some("颍州区".into()), Some("医院".into())),
        standing,
        proposed_by: "季*舒".into(),
        decided_by: decided.map(|_| "傅*哲".into()),
        own: false,
        theirs: true,
    }
}

fn desk(waiting: Vec<Listed>, holding: Vec<Listed>) -> DeskPage {
    let all: Vec<Listed> = waiting.iter().chain(&holding).cloned().collect();
    let total = all.len() as i64;
    let first = Some((1, FIRST_RULES));
    DeskPage {
        p: frame(OFFICER, "/policy"),
        desk: Desk { waiting, holding, all, total, page: 0, pages: 1, first },
        done: None,
    }
}

#[test]
fn the_list_begins_with_what_waits_and_says_what_holds_where_nothing_was_agreed_on() {
    let strict = Rules { nucleic_acid_hours_max: Some(24), ..FIRST_RULES };
    let page = desk(
        vec![listed(3, Standing::Waits, Some(strict))],
        vec![listed(2, Standing::Holds, None)],
    );
    let html = drawn("policy", &page);
    for word in [
        "待复核",
        "生效中",
        "颍州区 · 医院",
        "策略 1，系统自带",
        "/policy/3",
        "核酸阴性 24 小时内",
        "红码：劝返",
    ] {
        assert!(html.contains(word), "{word}");
    }
    let html = drawn("policy-first", &desk(Vec::new(), Vec::new()));
    assert!(html.contains("提出新策略") && !html.contains("全部记录"));
}

fn preview() -> Preview {
    let one = |label, before, after| Compared { label, before, after, advice: "请进入" };
    Preview {
        before_version: 2,
        people: vec![
            one("绿码，核酸阴性 12 小时", Decision::Pass, Decision::Pass),
            one("绿码，没有核酸记录", Decision::Recheck, Decision::Stop),
        ],
        registered_before: Tally { pass: 3214, recheck: 96, stop: 11 },
        registered_after: Tally { pass: 2820, recheck: 96, stop: 405 },
    }
}

fn proposal(marks: Marks, preview: Option<Preview>) -> FormPage {
    FormPage {
        p: frame(OFFICER, "/policy/new"),
        form: PolicyForm {
            nucleic_acid_hours: "一天".into(),
            note: MARKUP.into(),
            ..PolicyForm::default()
        },
        counties: some_counties(),
        own: None,
        tree: Tree::start(),
        preview,
        marks,
        notice: None,
    }
}

#[test]
fn a_proposal_is_compared_before_it_is_made_and_keeps_what_was_typed() {
    let html = drawn("policy-form", &proposal(Marks::default(), Some(preview())));
    assert_eq!(html.matches("有变化").count(), 1, "what changes is marked, and nothing else");
    for word in ["前后对比", "3214", "405", "value=\"一天\"", "提出，待复核"] {
        assert!(html.contains(word), "{word}");
    }
    let mut complaints = Complaints::default();
    complaints.add("nucleic_acid_hours", "请填 1 到 720 的整数");
    let html = drawn("policy-form-wrong", &proposal(Marks(complaints), None));
    assert!(html.contains("id=\"nucleic_acid_hours-wrong\"") && !html.contains("id=\"preview\""));
}

fn one(listed: Listed) -> OnePage {
    let (reason, marks) = (String::new(), Marks::default());
    OnePage {
        p: frame(OFFICER, "/policy/3"),
        one: listed,
        preview: Some(preview()),
        reason,
        marks,
        notice: None,
    }
}

#[test]
fn a_policy_is_decided_by_somebody_else_and_by_nobody_twice() {
    let html = drawn("policy-one", &one(listed(3, Standing::Waits, Some(FIRST_RULES))));
    assert!(html.contains("/policy/3/approve") && html.contains("/policy/3/refuse"));
    assert!(
        html.contains("季*舒") && !html.contains("傅*哲"),
        "who proposed, and nobody yet decided"
    );
    let own = Listed { own: true, ..listed(3, Standing::Waits, Some(FIRST_RULES)) };
    let html = drawn("policy-own", &one(own));
    assert!(html.contains("须由另一位防控专员复核") && html.contains("/policy/3/withdraw"));
    assert!(!html.contains("/policy/3/approve"));
    let mut page = one(listed(3, Standing::Refused, None));
    page.p = english(page.p);
    let html = drawn("policy-refused-english", &page);
    assert!(html.contains("/policy/new?from=3") && !html.contains("/policy/3/approve"));
}
