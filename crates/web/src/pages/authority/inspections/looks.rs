//! How the inspector's pages, and the manager's of inspections, look with sample data.

use super::{
    InspectionsPage,
    door::{DoorPage, FindPage},
    one::{Fields, InspectionPage},
};
use crate::pages::desk::{
    Marks,
    samples::{MARKUP, NOW, ago, drawn, english, frame, some_counties},
};
use actions::inspections::{Detail, Door, Filter, List, Past, Row, Show, Tally};
use domain::{
    accounts::Role,
    checkpoints::{CheckpointNumber, Standing},
    fields::Complaints,
    inspections::{Finding, InspectionForm, State},
    time::DAY_MS,
};

const INSPECTOR: Option<Role> = Some(Role::Inspector);

fn row(id: i64, state: State) -> Row {
    Row {
        id,
        checkpoint: CheckpointNumber(7),
        name: "阜阳市人民医院（南区）".into(),
        door: MARKUP.into(),
        address: "三清路 501 号".into(),
        region_name: "颍州区 清河街道".into(),
        organisation_name: MARKUP.into(),
        at: ago(9000),
        findings: match state {
            State::InOrder => vec![],
            _ => vec![Finding::NotPosted, Finding::OneForSeveral],
        },
        note: MARKUP.into(),
        overdue: state.is_overdue(NOW),
        state,
        round: 2,
        changed: ago(50),
    }
}

fn rows() -> Vec<Row> {
    let deadline = NOW.plus(DAY_MS);
    vec![
        row(5, State::Open { deadline }),
        row(4, State::Open { deadline: ago(600) }),
        row(3, State::Answered { deadline, words: MARKUP.into() }),
        row(2, State::Accepted),
        row(1, State::InOrder),
    ]
}

fn list(rows: Vec<Row>) -> InspectionsPage {
    InspectionsPage {
        p: frame(INSPECTOR, "/inspections"),
        list: List {
            total: 120,
            tally: Tally { all: rows.len() as i64 * 24, overdue: 3, ..Tally::default() },
            rows,
            page: 1,
            pages: 3,
        },
        filter: Filter { show: Show::Overdue, text: MARKUP.into(), ..Filter::default() },
        counties: some_counties(),
        narrowed_to: Some(("341202".into(), "颍州区".into())),
    }
}

fn door() -> Door {
    Door {
        number: CheckpointNumber(7),
        name: "阜阳市人民医院（南区）".into(),
        door: MARKUP.into(),
        address: "三清路 501 号".into(),
        region_name: "颍州区 清河街道".into(),
        organisation_name: MARKUP.into(),
        standing: Standing::Suspended,
        short_number: "FY-1202-7K3QD".into(),
        has_manager: false,
        newest: 5,
    }
}

#[test]
fn the_list_says_what_is_late_and_keeps_what_was_narrowed() {
    let html = drawn("inspections", &list(rows()));
    for word in [
        "检查 · 颍州区",
        "已逾期 3",
        "2026-11-23",
        "没有张贴场所码",
        "href=\"/inspections/5\"",
        "/inspections/table.csv?state=overdue&#38;q=",
        "state=overdue&#38;q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E&#38;page=2",
    ] {
        assert!(html.contains(word), "{word}");
    }
    let mut none = list(vec![]);
    assert!(drawn("inspections-sought", &none).contains("没有找到"));
    none.filter = Filter::default();
    assert!(drawn("inspections-none", &none).contains("登记第一次检查"));
    let english = InspectionsPage { p: english(frame(INSPECTOR, "/inspections")), ..list(rows()) };
    assert!(drawn("inspections-en", &english).contains("No code is posted"));
}

#[test]
fn a_door_is_looked_for_and_its_form_keeps_what_was_ticked() {
    let p = || frame(INSPECTOR, "/inspections/new");
    let find = FindPage { p: p(), q: MARKUP.into(), doors: vec![] };
    assert!(drawn("inspection-find", &find).contains("没有找到"));
    let find = FindPage { p: p(), q: "医院".into(), doors: vec![door()] };
    assert!(drawn("inspection-found", &find).contains("href=\"/inspections/doors/7\""));
    let page = DoorPage {
        p: frame(INSPECTOR, "/inspections/doors/7"),
        door: door(),
        earlier: rows(),
        form: InspectionForm {
            outcome: "in_order".into(),
            findings: vec!["not_posted".into()],
            note: MARKUP.into(),
            days: "7".into(),
        },
        old_code: true,
        now: NOW,
        marks: Marks(Complaints::one("outcome", "勾选了问题，就不是“未发现问题”")),
        notice: Some("这个门刚有了新的检查记录，请看过以后再提交"),
    };
    let html = drawn("inspection-form", &page);
    for word in [
        "name=\"finding_not_posted\" value=\"1\" checked",
        "value=\"in_order\" checked",
        "value=\"7\" selected",
        "2026-11-29",
        "已作废的旧码",
        "还没有账号",
        "name=\"seen\" value=\"5\"",
    ] {
        assert!(html.contains(word), "{word}");
    }
    assert_eq!(html.matches("type=\"checkbox\"").count(), Finding::ALL.len());
}

#[test]
fn an_inspection_offers_what_can_be_done_with_it() {
    let page = |state: State| InspectionPage {
        p: frame(INSPECTOR, "/inspections/3"),
        one: Detail {
            past: vec![
                Past { at: ago(9000), state: State::Open { deadline: NOW }, who: MARKUP.into() },
                Past { at: ago(50), state: state.clone(), who: "李*".into() },
            ],
            row: row(3, state),
        },
        typed: Fields::default(),
        now: NOW,
        done: None,
        marks: Marks::default(),
        notice: None,
    };
    let html = drawn("inspection", &page(State::Answered { deadline: NOW, words: MARKUP.into() }));
    assert!(html.contains("action=\"/inspections/3/accept\"") && html.contains("场所管理员的答复"));
    assert!(html.contains("action=\"/inspections/3/send-back\""));
    let html = drawn("inspection-open", &page(State::Open { deadline: NOW }));
    assert!(html.contains("还没有答复"));
    for over in [State::Accepted, State::InOrder] {
        assert!(!drawn("inspection-over", &page(over)).contains("<form class=\"fields\""));
    }
}
