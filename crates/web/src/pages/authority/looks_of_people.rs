//! How the desks for people's own data and for the register of health status look with sample data.

#![allow(clippy::unwrap_used)]

use super::{
    health_status::StatusPage,
    requests::{QueuePage, RequestPage},
};
use crate::pages::desk::{
    Marks,
    samples::{MARKUP, ago, drawn, english, frame},
};
use actions::{
    contact_tracing::identity::Identity,
    health_status::Registered,
    requests::{
        RequestRow,
        queue::{OpenedRequest, Queue, QueueRow},
    },
};
use domain::{
    accounts::Role,
    fields::Complaints,
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source, StatusForm},
    people::{IdKind, PersonNumber},
    requests::{RequestKind, RequestState},
};

const OFFICER: Option<Role> = Some(Role::PrivacyOfficer);

fn request(id: i64, kind: RequestKind, late_days: Option<i64>) -> RequestRow {
    RequestRow {
        id,
        kind,
        state: RequestState::Open,
        filed: ago(60 * 24 * 9),
        due: ago(-60 * 24 * 12),
        late_days,
        decided: None,
        reason: None,
    }
}

fn queue(state: RequestState, rows: Vec<QueueRow>) -> QueuePage {
    let total = rows.len() as i64;
    let late = rows.iter().filter(|row| row.request.late_days.is_some()).count() as i64;
    let queue = Queue { state, rows, total, late, page: 0, pages: 1 };
    QueuePage { p: frame(OFFICER, "/requests"), queue, done: false }
}

#[test]
fn the_queue_of_requests_names_nobody_in_full_and_says_what_is_late() {
    let row = |id, kind, late, name: &str| QueueRow {
        request: request(id, kind, late),
        masked_name: name.into(),
    };
    let rows = vec![
        row(3, RequestKind::Erasure, Some(2), MARKUP),
        row(4, RequestKind::Correction, None, "蔺*帆"),
    ];
    let html = drawn("requests", &queue(RequestState::Open, rows));
    for word in
        ["有 1 个要求已超过答复期限", "超期 2 天", "更正 · 蔺*帆", "/requests/4", "办理中 2"]
    {
        assert!(html.contains(word), "{word}");
    }
    let html = drawn("requests-none", &queue(RequestState::Open, Vec::new()));
    assert!(html.contains("没有等待答复的要求") && html.contains("市民在“我的记录”里提出的要求"));
    let mut page = queue(RequestState::Refused, Vec::new());
    page.p = english(page.p);
    let html = drawn("requests-none-english", &page);
    assert!(!html.contains("市民在"), "an English page has no Chinese sentence left");
}

fn opened(kind: RequestKind) -> RequestPage {
    let identity = Identity {
        name: MARKUP.into(),
        id_kind: IdKind::ResidentId,
        masked_id: "349***********8819".into(),
        phone: Some("15500000011".into()),
    };
    RequestPage {
        p: frame(OFFICER, "/requests/4"),
        one: OpenedRequest {
            request: request(4, kind, None),
            person: PersonNumber(7),
            identity,
            words: "派出所改过名".into(),
            name: (kind == RequestKind::Correction).then(|| MARKUP.to_owned()),
            document: None,
        },
        reason: String::new(),
        outcome: String::new(),
        marks: Marks::default(),
        notice: None,
    }
}

#[test]
fn a_request_shows_what_is_asked_and_asks_for_an_outcome_and_a_reason() {
    let html = drawn("request", &opened(RequestKind::Correction));
    for word in
        ["同意，按上面更正", "改为姓名", "派出所改过名", "tel:15500000011", "此次查看已记入审计"]
    {
        assert!(html.contains(word), "{word}");
    }
    assert!(
        !html.contains("selected") && !html.contains(" checked"),
        "nothing is chosen beforehand"
    );
    let html = drawn("request-erasure", &opened(RequestKind::Erasure));
    assert!(html.contains("不能恢复") && html.contains("同意，删除") && !html.contains("改为姓名"));
    let mut complaints = Complaints::default();
    complaints.add("outcome", "请选择办理还是不予办理");
    complaints.add("reason", "请写明办理结果或不予办理的理由，本人会看到");
    let wrong = RequestPage { marks: Marks(complaints), ..opened(RequestKind::Correction) };
    let html = drawn("request-wrong", &wrong);
    assert!(html.contains("有 2 处需要改正") && html.contains("id=\"reason-wrong\""));
    let mut done = opened(RequestKind::Correction);
    done.one.request.state = RequestState::Refused;
    done.one.request.reason = Some(MARKUP.into());
    let html = drawn("request-refused", &done);
    assert!(!html.contains("/requests/4/decision"), "an answer is given once");
}

fn register(found: Option<Registered>) -> StatusPage {
    StatusPage {
        p: frame(Some(Role::Investigator), "/health-status"),
        form: StatusForm {
            id_number: MARKUP.into(),
            colour: "red".into(),
            ..StatusForm::default()
        },
        reason: "外省协查".into(),
        replaces: false,
        marks: Marks::default(),
        found,
        done: None,
    }
}

#[test]
fn the_register_of_health_status_shows_what_it_knows_and_keeps_what_was_typed() {
    let status = HealthStatus {
        colour: Colour::Yellow,
        confirmed: ago(600),
        nucleic_acid: Some(NucleicAcid::of(ago(900), true)),
        itinerary: Itinerary::Risk,
        doses: Some(3),
        source: Source::Register,
    };
    let known = Registered {
        masked_id: "341***********1234".into(),
        masked_name: Some(MARKUP.into()),
        status: Some(status),
        organisation: Some("阜阳市疾控中心".into()),
    };
    let html = drawn("health-status", &register(Some(known)));
    for word in ["黄码", "到过风险地区", "阜阳市疾控中心", "3 剂", "value=\"外省协查\""]
    {
        assert!(html.contains(word), "{word}");
    }
    assert!(html.contains("value=\"red\" selected"));
    let stranger = Registered {
        masked_id: "341***********1234".into(),
        masked_name: None,
        status: None,
        organisation: None,
    };
    let html = drawn("health-status-none", &register(Some(stranger)));
    assert!(html.contains("还没有在本系统登记") && html.contains("没有记录"));
    let html = drawn("health-status-empty", &register(None));
    assert!(!html.contains("登记库现在的记录") && html.contains("成批导入"));
}
