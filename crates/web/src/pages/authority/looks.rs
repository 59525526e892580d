//! How the authority's pages look with sample data.

#![allow(clippy::unwrap_used)]

use super::{
    accounts::{AccountsPage, Made},
    audit::AuditPage,
    case_desk::DeskPage,
    cases::CasesPage,
    categories::{self as category_page, About, CategoriesPage},
    identity::IdentityPage,
    layouts::LayoutsPage,
    places::view::{PlacesPage, SurePage},
    review_view::{ManyPage, ReviewPage},
};
use crate::pages::desk::{
    Marks,
    samples::{MARKUP, NOW, ago, drawn, english, frame, some_counties},
};
use actions::posters::{
    Size, UploadedLayout,
    layouts::{LayoutForm, Listed},
};
use actions::{
    accounts::make::{AccountRow, NewAccountForm},
    applications::{
        Event,
        review::{Detail, Filter, Neighbour, Queue, Row},
    },
    audit::{AuditRow, Filter as AuditFilter},
    contact_tracing::{
        cases::CaseRow,
        identity::Identity,
        view::{CaseVisit, Chosen, ContactRow, Desk},
    },
    places,
};
use domain::{
    accounts::Role,
    applications::{NotYours, State},
    audit::Actor,
    audit::Deed,
    categories::Tree,
    checkins::Method,
    checkpoints::{CheckpointNumber, Standing},
    contact_tracing::CaseForm,
    fields::Complaints,
    health_status::Colour,
    organisations::CreditCheck,
    people::{IdKind, PersonNumber},
    places::{Match, Score},
};

fn row(id: i64, name: &str, door: &str, organisation: &str, category: &str, doubtful: bool) -> Row {
    Row {
        id,
        name: name.into(),
        door: door.into(),
        address: "三清路 501 号".into(),
        organisation: organisation.into(),
        category_name: category.into(),
        township_name: "三清街道".into(),
        submitted: ago(200 - id * 11),
        round: 2,
        doubtful,
    }
}

fn rows() -> Vec<Row> {
    vec![
        row(1, "华联超市", "西门", "阜阳华联超市有限公司", "商场超市", false),
        row(2, "阜阳市人民医院（南区）", "门诊部 东门", "阜阳市人民医院（南区）", "医院", true),
        row(3, MARKUP, "住院部 1 号楼", MARKUP, "医院", false),
        row(4, "老味道牛肉馍", "正门", "老味道牛肉馍", "餐饮饭店", true),
        row(5, "锦绣花园小区", "北出入口", "锦绣物业服务有限公司", "居民小区", false),
    ]
}

fn queue(rows: Vec<Row>) -> Queue {
    Queue {
        total: 128,
        page: 0,
        counts: vec![(State::Submitted, 128), (State::Returned, 14), (State::Approved, 2306)],
        narrowed_to: Some(("341202".into(), "颍州区".into())),
        yes: Some(State::Approved),
        rows,
    }
}

fn neighbour(name: &str, address: &str) -> Neighbour {
    Neighbour { name: name.into(), door: "正门".into(), address: address.into() }
}

fn detail(state: State) -> Detail {
    Detail {
        row: rows().remove(1),
        state,
        yes: if state.waits() { Ok(State::Approved) } else { Err(NotYours::Decided) },
        checkpoint: CheckpointNumber(7),
        standing: if state == State::Approved { Standing::Open } else { Standing::Applying },
        life: Vec::new(),
        undrawable: vec!['𠮷'],
        county_name: "颍州区".into(),
        responsible_name: "李*".into(),
        responsible_phone: "138****6021".into(),
        credit: Some(("91350100M000100Y44".into(), CreditCheck::Differs)),
        siblings: 4,
        same_credit: vec!["阜阳市人民医院后勤公司".into()],
        similar: vec![neighbour("阜阳市人民医院南区门诊楼", "三清路 499 号")],
        near: vec![neighbour("三清路便民药店", "三清路 501 号 1 楼")],
        listed: places::Listed::default(),
        changes: Vec::new(),
        people: vec![(1, "钟*".into())],
        events: vec![
            Event {
                at: ago(900),
                state: State::Submitted,
                reason: String::new(),
                actor: Actor::Account(1),
            },
            Event {
                at: ago(600),
                state: State::Returned,
                reason: MARKUP.into(),
                actor: Actor::Account(1),
            },
            Event {
                at: ago(178),
                state: State::Submitted,
                reason: String::new(),
                actor: Actor::Account(1),
            },
        ],
    }
}

fn review(detail: Option<Detail>, rows: Vec<Row>) -> ReviewPage {
    ReviewPage {
        p: frame(Some(Role::Reviewer), "/review"),
        filter: Filter::all(State::Submitted),
        places: some_counties(),
        tree: Tree::start(),
        queue: queue(rows),
        opened: detail.is_some(),
        detail,
        next: Some(3),
        marks: Marks::default(),
        notice: None,
        done: None,
        reason: String::new(),
        now: NOW,
    }
}

#[test]
fn the_review_desk_shows_list_doubts_and_decision() {
    let html = drawn("review", &review(Some(detail(State::Submitted)), rows()));
    for word in [
        "待审核 · 颍州区",
        "最早一件已等待 3 小时",
        "校验不符",
        "别处有相似名称",
        "别的单位登记了同一信用代码",
        "同一门牌有 1 个别的检查点",
        "href=\"/review/many?state=submitted\"",
        "138****6021",
        "另有 4 个检查点",
    ] {
        assert!(html.contains(word), "{word}");
    }
    assert!(
        html.contains("action=\"/review/2/approve\"")
            && html.contains("action=\"/review/2/return\"")
    );
    assert!(html.contains("name=\"next\" value=\"3\"") && html.contains("data-key=\"a\""));
    assert!(html.contains("href=\"/review?state=submitted&#38;id=4\""));
}

#[test]
fn a_list_without_a_chosen_one_and_an_empty_queue_say_what_to_do() {
    let mut list = review(Some(detail(State::Submitted)), rows());
    list.opened = false;
    list.done = Some("已通过上一件。".into());
    assert!(drawn("review-list", &list).contains("已通过上一件。"));
    let mut nothing = review(None, vec![]);
    nothing.queue.total = 0;
    assert!(drawn("review-empty", &nothing).contains("都审完了"));
    let mut sought = review(None, vec![]);
    sought.filter.text = MARKUP.into();
    assert!(drawn("review-sought", &sought).contains("没有找到"));
}

#[test]
fn a_decision_taken_by_somebody_else_is_said_and_cannot_be_taken_again() {
    let mut page = review(Some(detail(State::Approved)), rows());
    page.notice = Some("这件申请已经有人处理了");
    let html = drawn("review-conflict", &page);
    assert!(html.contains("这件申请已经有人处理了") && !html.contains("/review/2/approve"));
    let mut wrong = review(Some(detail(State::Submitted)), rows());
    wrong.marks = Marks(Complaints::one("reason", "请写明退回原因，对方要据此改正"));
    let html = drawn("review-wrong", &wrong);
    assert!(html.contains("id=\"reason-wrong\""));
}

#[test]
fn what_one_decision_about_many_approves_is_shown_before() {
    let many = |rows: Vec<Row>| ManyPage {
        p: frame(Some(Role::Reviewer), "/review/many"),
        filter: Filter::all(State::Submitted),
        queue: queue(rows),
        notice: None,
        seen: NOW,
    };
    let html = drawn("review-many", &many(rows()));
    assert!(html.contains("通过这 128 件") && html.contains("还有 123 件没有列在这里"));
    let html = drawn("review-many-none", &many(Vec::new()));
    assert!(html.contains("没有可以一次通过的申请") && !html.contains("/review/many/approve"));
}

fn place(id: i64, name: &str, state: Match) -> places::Row {
    places::Row {
        id,
        name: name.into(),
        address: "三清路 501 号".into(),
        credit_code: (id == 1).then(|| "91350100M000100Y43".into()),
        category_name: if id == 2 { String::new() } else { "医院".into() },
        region_name: "颍州区 三清街道".into(),
        state,
        unit: (state == Match::Confirmed).then(|| (7, MARKUP.into())),
        round: 2,
        listed: ago(9000),
        seen: ago(100),
        decided: (state != Match::Open).then(|| ago(50)),
        gone: false,
        hinted: id == 1,
    }
}

fn candidate(organisation: i64, points: u8) -> places::Candidate {
    places::Candidate {
        organisation,
        name: "阜阳市人民医院（南区）".into(),
        credit_code: Some("91350100M000100Y43".into()),
        door: Some(("阜阳市人民医院（南区） · 门诊部 东门".into(), "三清路 501 号".into())),
        score: Score { points, credit: Some(points > 60), name: 100, address: None },
    }
}

fn register(rows: Vec<places::Row>, detail: Option<places::Detail>) -> PlacesPage {
    let show = places::Show::State(rows.first().map_or(Match::Open, |row| row.state));
    PlacesPage {
        p: frame(Some(Role::Reviewer), "/places"),
        filter: places::Filter::all(show),
        list: places::Places {
            total: 120,
            page: 1,
            counts: places::Show::ALL.map(|show| (show, 120)).to_vec(),
            likely: if show == places::Show::State(Match::Open) { 3 } else { 0 },
            narrowed_to: Some(("341202".into(), "颍州区".into())),
            rows,
        },
        opened: detail.is_some(),
        detail,
        unit: String::new(),
        next: Some(3),
        notice: None,
        done: None,
        counties: some_counties(),
        tree: Tree::start(),
    }
}

#[test]
fn the_register_shows_the_place_its_candidates_and_the_decisions() {
    let rows = vec![place(1, "阜阳市人民医院", Match::Open), place(2, MARKUP, Match::Open)];
    let candidates = vec![candidate(7, 93), candidate(8, 40)];
    let one = places::Detail { row: rows[0].clone(), candidates, found: vec![candidate(9, 31)] };
    let mut page = register(rows, Some(one));
    page.unit = MARKUP.into();
    let html = drawn("places", &page);
    for word in [
        "场所名录 · 待对应 · 颍州区",
        "相符 93 分 · 信用代码相同 · 名称相同",
        "相符 40 分 · 信用代码不同 · 名称相同",
        "href=\"/places/sure?state=open\"",
        "href=\"/places?state=open&#38;id=2\"",
        "name=\"organisation\" value=\"none\" data-key=\"n\"",
        "name=\"organisation\" value=\"9\"",
        "未归类",
    ] {
        assert!(html.contains(word), "{word}");
    }
    assert_eq!(html.matches("data-key=\"a\"").count(), 1);
    let rows = vec![place(1, "阜阳市人民医院", Match::Confirmed)];
    let candidates = vec![candidate(7, 93), candidate(8, 40)];
    let one = places::Detail { row: rows[0].clone(), candidates, found: Vec::new() };
    let html = drawn("places-confirmed", &register(rows, Some(one)));
    assert!(!html.contains("value=\"none\"") && html.contains("撤回，改为待对应"));
    assert!(!html.contains("name=\"organisation\" value=\"7\""), "it is that unit already");
    let mut sought = register(vec![], None);
    sought.filter.text = MARKUP.into();
    assert!(drawn("places-sought", &sought).contains("没有找到"));
    let mut none = register(vec![], None);
    none.list.counts = places::Show::ALL.map(|show| (show, 0)).to_vec();
    assert!(drawn("places-none", &none).contains("还没有场所名录"));
}

#[test]
fn what_one_decision_about_the_register_confirms_is_shown_before() {
    let page = |looked_at, likely| SurePage {
        p: frame(Some(Role::Reviewer), "/places/sure"),
        filter: places::Filter::all(places::Show::State(Match::Open)),
        ones: places::SureOnes {
            rows: vec![(place(1, MARKUP, Match::Open), MARKUP.into())],
            looked_at,
            likely,
        },
        seen: NOW,
    };
    let html = drawn("places-sure", &page(1, 1));
    assert!(html.contains("对应这 1 个场所") && html.contains("name=\"seen\" value=\""));
    let html = drawn("places-sure-many", &page(50, 2306));
    assert!(html.contains("另有 2256 个没有列在这里") && html.contains("另有 49 个不止一个单位"));
}

fn case() -> CaseRow {
    CaseRow {
        id: 7,
        case_number: "2026-1122-003".into(),
        reason: "疾控中心 11 月 22 日流调通知".into(),
        masked_name: "张*丰".into(),
        opened: ago(30),
        embargo: None,
    }
}

fn visit(id: u32, name: &str, door: &str, minutes: i64, people: usize) -> CaseVisit {
    CaseVisit {
        left: None,
        policy_version: Some(1),
        checkpoint: CheckpointNumber(id),
        name: name.into(),
        door: door.into(),
        category_name: "商场超市".into(),
        entered: ago(minutes),
        method: Method::Wechat,
        colour: if id == 3 { Colour::Yellow } else { Colour::Green },
        people,
    }
}

fn desk() -> Desk {
    let contact = |person, name: &str, meetings, nearest_minutes| ContactRow {
        person: PersonNumber(person),
        masked_name: name.into(),
        meetings,
        nearest_minutes,
        nearest_place: "老味道牛肉馍 正门".into(),
        nearest_entered: ago(1200),
        last_place: "老味道牛肉馍 正门".into(),
        last_entered: ago(1200),
    };
    Desk {
        case: case(),
        person: PersonNumber(1),
        from: ago(14 * 24 * 60),
        to: NOW,
        window_minutes: 60,
        visits: vec![
            visit(5, "公交 K12", "前门", 1801, 26),
            visit(4, "市人民医院", "门诊部 东门", 1767, 1893),
            visit(3, "老味道牛肉馍", "正门", 1202, 37),
            visit(2, "鼓楼农贸市场", "南门", 380, 164),
            visit(1, MARKUP, "西门", 291, 212),
            visit(3, "老味道牛肉馍", "正门", 60, 31),
        ],
        contacts: vec![
            contact(11, "刘*英", 4, 0),
            contact(12, "陈*", 1, 12),
            contact(13, "周*明", 2, 58),
        ],
        contacts_total: 2332,
    }
}

#[test]
fn the_tracing_desk_shows_the_way_the_people_and_the_places() {
    let p = || frame(Some(Role::Investigator), "/cases/7");
    let html = drawn("case-desk", &DeskPage::new(p(), desk(), None));
    for word in [
        "2026-1122-003",
        "14 天 6 次",
        "2332 人",
        "同时段 1893 人",
        "到过 2 次",
        "按进门到离开的实际停留计算。是否密接由流调人员判定。",
    ] {
        assert!(html.contains(word), "{word}");
    }
    assert!(
        html.contains("action=\"/cases/7/identities/11\"")
            && html.contains("action=\"/cases/7/contacts.csv\"")
    );
    let (newest, oldest) = (html.find("2026-11-22 周日"), html.find("2026-11-21 周六"));
    assert!(newest.is_some() && newest < oldest);
    let chosen = Chosen { checkpoint: CheckpointNumber(2), entered: ago(380) };
    let html = drawn("case-desk-chosen", &DeskPage::new(p(), desk(), Some(chosen)));
    assert!(html.contains("看全部各次") && html.contains("class=\"v on\""));
    let empty = Desk { visits: vec![], contacts: vec![], contacts_total: 0, ..desk() };
    let html = drawn("case-desk-empty", &DeskPage::new(p(), empty, None));
    assert!(html.contains("14 天内没有登记"));
    let html = drawn("case-desk-en", &DeskPage::new(english(p()), desk(), None));
    assert!(html.contains("Contacts"));
}

#[test]
fn opening_a_case_asks_for_number_reason_and_document() {
    let page = |rows, marks| CasesPage {
        p: frame(Some(Role::Investigator), "/cases"),
        rows,
        form: CaseForm { id_number: "3412".into(), ..CaseForm::default() },
        marks,
    };
    let html = drawn("cases", &page(vec![case()], Marks::default()));
    assert!(html.contains("href=\"/cases/7\"") && html.contains("先记入审计"));
    let complaints = Complaints::one("id_number", "没有找到登记过这个证件的人");
    let html = drawn("cases-wrong", &page(vec![], Marks(complaints)));
    assert!(html.contains("没有找到登记过这个证件的人") && html.contains("还没有病例"));
}

#[test]
fn an_identity_says_that_the_look_was_written_down() {
    let html = drawn(
        "identity",
        &IdentityPage {
            p: frame(Some(Role::Investigator), "/cases/7/identities/11"),
            identity: Identity {
                name: "刘英".into(),
                id_kind: IdKind::ResidentId,
                masked_id: "341***********1234".into(),
                phone: Some("13800138000".into()),
            },
            back: "/cases/7?window=60".into(),
        },
    );
    assert!(html.contains("此次查看已记入审计") && html.contains("341***********1234"));
}

#[test]
fn the_audit_shows_who_what_when_and_why() {
    let line = |seq, deed, subject: &str, detail: &str| AuditRow {
        seq,
        at: ago(seq),
        actor: "流调员 7".into(),
        deed,
        subject: subject.into(),
        detail: detail.into(),
    };
    let html = drawn(
        "audit",
        &AuditPage {
            p: frame(Some(Role::Auditor), "/audit"),
            rows: vec![
                line(1, Deed::IdentityOpened, "person 17", "case 3"),
                line(2, Deed::CaseOpened, "case 3", MARKUP),
            ],
            filter: AuditFilter { deed: Some(Deed::CaseOpened), page: 1 },
            full: true,
        },
    );
    assert!(html.contains("查看身份信息") && html.contains("value=\"case_opened\" selected"));
    assert!(html.contains("较早的") && html.contains("较新的"));
}

#[test]
fn the_tree_says_what_is_in_use_and_a_form_keeps_what_was_typed() {
    let mut tree = Tree::start();
    tree.groups[0].members[1].in_use = false;
    tree.groups[0].members[2].name = MARKUP.into();
    tree.groups[4].members.clear();
    let p = frame(Some(Role::Administrator), "/categories");
    let page = CategoriesPage { p: p.clone(), tree, done: Some("已保存，立即生效。") };
    let html = drawn("categories", &page);
    assert!(html.contains("政府及公益单位") && html.contains("已停用"));
    assert!(html.contains("还没有类别") && html.contains("href=\"/categories/105\""));
    let typed = category_page::Fields {
        name: "长".repeat(30),
        usual_stay_minutes: "x".into(),
        in_use: "1".into(),
        seen: "7".into(),
        ..category_page::Fields::default()
    };
    let form = |about, notice| category_page::FormPage {
        p: p.clone(),
        about,
        typed: typed.clone(),
        marks: Marks(Complaints::one("name", "名称不能超过 20 个字")),
        notice,
    };
    let about = About::Category { code: "105".into() };
    let html = drawn("category", &form(about, Some("刚有人改过，请看最新内容再改")));
    assert!(html.contains("value=\"x\"") && html.contains("name=\"seen\" value=\"7\""));
    assert!(html.contains("checked") && html.contains("刚有人改过"));
    let about = About::New { group: "2".into(), group_name: "各类经营场所".into() };
    let html = drawn("category-new", &form(about, None));
    assert!(html.contains("name=\"group\" value=\"2\"") && !html.contains("name=\"in_use\""));
    let html = drawn("category-group", &form(About::Group { code: "2".into() }, None));
    assert!(!html.contains("usual_stay_minutes"));
}

#[test]
fn an_invitation_is_shown_once_with_its_way_of_handing_over() {
    let page = AccountsPage {
        p: frame(Some(Role::Administrator), "/accounts"),
        rows: vec![AccountRow {
            id: 3,
            role: Role::Reviewer,
            name: "王*".into(),
            phone: "139****0001".into(),
            county: None,
            made: ago(5000),
        }],
        counties: some_counties(),
        form: NewAccountForm { role: "reviewer".into(), county: "341202".into() },
        made: Some(Made {
            what: "设置链接已生成，只显示这一次",
            url: "https://code.example.cn/set-up/abcdefgh23456abcdefgh".into(),
        }),
        marks: Marks::default(),
    };
    let html = drawn("accounts", &page);
    assert!(html.contains("只显示这一次") && html.contains("/set-up/abcdefgh"));
    assert!(!html.contains("value=\"manager\""));
    assert!(html.contains("action=\"/accounts/3/password-link\""));
}

#[test]
fn layouts_say_which_are_in_force_and_what_is_wrong() {
    let listed = |version, size, in_force| Listed {
        version,
        size,
        region_name: "阜阳市".into(),
        note: MARKUP.into(),
        uploaded: ago(version * 60),
        in_force,
    };
    let page = |rows: Vec<Listed>, faults| LayoutsPage {
        p: frame(Some(Role::Administrator), "/layouts"),
        rows,
        counties: some_counties(),
        form: LayoutForm { size: "A4".into(), county: "341203".into(), note: "2026 年版".into() },
        faults,
        done: None,
        marks: Marks::default(),
        notice: None,
    };
    let rows = vec![listed(3, Size::A4, true), listed(2, Size::Stand, false)];
    let html = drawn("layouts", &page(rows, Vec::new()));
    for word in ["已启用", "未启用", "/layouts/3/end", "/layouts/2/begin", "examples/A4.svg"]
    {
        assert!(html.contains(word), "{word}");
    }
    let faults = UploadedLayout::read(Size::A4, b"<svg><script/></svg>").unwrap_err();
    let html = drawn("layouts-refused", &page(Vec::new(), faults));
    assert!(html.contains("还没有自己的版式") && html.contains("id=\"file-wrong\""));
    assert!(html.contains("value=\"2026 年版\"") && html.contains("value=\"341203\" selected"));
}
