//! How the venue platform looks with sample data.

use super::{
    apply::{FormPage, Kind},
    checkpoint::{CheckpointPage, Kept},
    devices::DutyLink,
    drafts::DraftsPage,
    home::Home,
    invitations::Transfer,
    messages::Messages,
    organisation::OrganisationPage,
};
use crate::pages::desk::{
    Marks,
    samples::{MARKUP, NOW, ago, drawn, english, frame, some_counties},
};
use actions::{
    applications::{
        Event,
        drafts::{Drafts, Judged},
        mine::{CheckpointEvent, Code, Device, Filter, List, Mine, Row},
    },
    duty::devices::EnrolLink,
    inspections::Tally,
    invitations::{DoorManager, ForMe, UnitOffer},
    messages::Message,
    organisations::Organisation,
};
use domain::{
    accounts::Role,
    applications::State,
    audit::Actor,
    categories::Tree,
    checkpoints::{CheckpointForm, CheckpointNumber, Happening, Standing},
    duty::DeviceKind,
    fields::{Complaint, Complaints},
    messages::MessageKind,
    organisations::OrganisationForm,
    sorting::Sort,
};

const MANAGER: Option<Role> = Some(Role::Manager);

fn organisation() -> Organisation {
    Organisation {
        id: 1,
        name: "阜阳市人民医院（南区）".into(),
        credit_code: None,
        county: "341202".into(),
        township: "341202004".into(),
    }
}

fn row(number: u32, door: &str, state: State, today: u64) -> Row {
    Row {
        number: CheckpointNumber(number),
        name: "阜阳市人民医院（南区）".into(),
        door: door.into(),
        address: "三清路 501 号".into(),
        standing: if state == State::Approved { Standing::Open } else { Standing::Applying },
        state,
        reason: if state == State::Returned { "场所类别选错，请重新选择" } else { "" }.into(),
        changed: ago(i64::from(number) * 90),
        round: 1,
        today,
    }
}

fn home(organisation: Option<Organisation>, rows: Vec<Row>) -> Home {
    let total = rows.len() as i64;
    let counts = State::ALL
        .map(|state| (state, rows.iter().filter(|row| row.state == state).count() as i64))
        .to_vec();
    let any_approved = rows.iter().any(|row| row.state == State::Approved);
    let list = List { rows, total, all: total, counts, page: 0, pages: 1, any_approved };
    Home {
        p: frame(MANAGER, "/venue"),
        organisation,
        list,
        filter: Filter::default(),
        entrusted: vec![],
        for_me: vec![],
        inspections: Tally::default(),
        done: None,
        notice: None,
    }
}

fn form() -> CheckpointForm {
    CheckpointForm {
        name: "阜阳市人民医院（南区）".into(),
        door: "门诊部 东门".into(),
        address: "三清路 501 号".into(),
        county: "341202".into(),
        township: "341202004".into(),
        category: "105".into(),
        responsible_name: "李红".into(),
        responsible_phone: "13800136021".into(),
    }
}

fn mine(state: State) -> Mine {
    let approved = state == State::Approved;
    Mine {
        row: row(7, "门诊部 东门", state, 1893),
        form: form(),
        proposed: None,
        undrawable: vec!['𠮷', '😀'],
        county_name: "颍州区".into(),
        township_name: "清河街道".into(),
        category_name: "医院".into(),
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
                reason: "场所类别选错，请重新选择".into(),
                actor: Actor::Account(1),
            },
            Event { at: ago(300), state, reason: String::new(), actor: Actor::Account(1) },
        ],
        life: if approved {
            vec![CheckpointEvent {
                at: ago(30),
                happening: Happening::CodeReplaced,
                reason: "丢失、被揭走".into(),
                actor: Actor::Account(1),
            }]
        } else {
            Vec::new()
        },
        code: approved.then(|| Code {
            url: "https://code.example.cn/c/abcdefgh23456abc".into(),
            short_number: "FY-1202-7K3QD".into(),
        }),
        devices: if approved {
            vec![
                Device {
                    kind: DeviceKind::Duty,
                    id: 1,
                    label: "东门平板".into(),
                    enrolled: ago(200),
                    revoked: None,
                },
                Device {
                    kind: DeviceKind::Sign,
                    id: 2,
                    label: MARKUP.into(),
                    enrolled: ago(250),
                    revoked: Some(NOW),
                },
            ]
        } else {
            Vec::new()
        },
        manager: DoorManager::Nobody,
        is_owner: true,
        is_responsible: false,
    }
}

#[test]
fn without_an_organisation_the_home_says_what_comes_next() {
    let html = drawn("venue-start", &home(None, vec![]));
    assert!(html.contains("href=\"/venue/organisation/new\"") && html.contains("三步拿到场所码"));
}

#[test]
fn the_home_shows_offers_and_doors_of_other_units_first() {
    let offer = |id, door: &str| ForMe { id, unit: MARKUP.into(), door: door.into(), until: NOW };
    let page = Home {
        for_me: vec![offer(3, "东门"), offer(4, "")],
        entrusted: vec![row(9, "西门", State::Approved, 12)],
        done: Some("已谢绝。"),
        notice: Some("您已有单位：一个账号只能管理一个单位"),
        ..home(None, vec![])
    };
    let html = drawn("venue-invited", &page);
    assert!(
        html.contains("action=\"/venue/invitations/3/accept\"") && html.contains("请您管理检查点")
    );
    assert!(
        html.contains("action=\"/venue/invitations/4/decline\"") && html.contains("请您接手单位")
    );
    assert!(html.contains("href=\"/venue/checkpoints/9\"") && html.contains("已谢绝"));
    assert!(!html.contains("三步拿到场所码"), "there is something to manage already");
}

#[test]
fn a_door_says_who_manages_it() {
    let page = |manager, is_owner| {
        let mine = Mine { manager, is_owner, ..mine(State::Approved) };
        CheckpointPage {
            p: frame(MANAGER, "/venue/checkpoints/7"),
            mine,
            inspections: Tally::default(),
            kept: Kept::default(),
            marks: Marks::default(),
            notice: None,
        }
    };
    let html = drawn("checkpoint-alone", &page(DoorManager::Nobody, true));
    assert!(html.contains("action=\"/venue/checkpoints/7/invite\""));
    let invited = DoorManager::Invited { phone: "138****6021".into(), until: NOW };
    let html = drawn("checkpoint-invited", &page(invited, true));
    assert!(html.contains("已邀请 138****6021") && html.contains("收回邀请"));
    assert!(!html.contains("/invite\""));
    let somebody = DoorManager::Somebody { name: "李*".into(), phone: "138****6021".into() };
    let html = drawn("checkpoint-managed", &page(somebody.clone(), true));
    assert!(html.contains("由 李* 138****6021 管理") && html.contains("收回管理"));
    let html = drawn("checkpoint-entrusted", &page(somebody, false));
    assert!(html.contains("action=\"/venue/checkpoints/7/lay-down\""));
    assert!(!html.contains("/change\"") && !html.contains("收回管理"));
}

#[test]
fn messages_say_what_happened_to_what_and_why() {
    let message = |id, kind, checkpoint: Option<u32>, detail: &str, read| Message {
        id,
        at: ago(id * 60),
        kind,
        checkpoint: checkpoint.map(CheckpointNumber),
        about: if checkpoint.is_some() { MARKUP.into() } else { "账号".into() },
        detail: detail.into(),
        read,
        inspection: (kind == MessageKind::InspectionFindings).then_some(5),
        deadline: (kind == MessageKind::InspectionFindings).then_some(NOW),
    };
    let messages = vec![
        message(4, MessageKind::InspectionFindings, Some(7), MARKUP, None),
        message(3, MessageKind::Returned, Some(7), "场所类别选错", None),
        message(2, MessageKind::Approved, Some(8), "", Some(NOW)),
        message(1, MessageKind::PasswordReset, None, "", Some(NOW)),
    ];
    let list = actions::messages::List { messages, total: 53, page: 0, pages: 2 };
    let html = drawn("messages", &Messages { p: frame(MANAGER, "/venue/messages"), list });
    assert!(html.contains("href=\"/venue/checkpoints/7\"") && html.contains("场所类别选错"));
    assert!(html.contains("href=\"/venue/inspections/5\"") && html.contains("期限 2026-11-22"));
    assert_eq!(html.matches("class=\"new\"").count(), 2);
    assert!(html.contains("/venue/messages?page=1"));
    let list = actions::messages::List { messages: vec![], total: 0, page: 0, pages: 1 };
    let html = drawn("messages-none", &Messages { p: frame(MANAGER, "/venue/messages"), list });
    assert!(html.contains("还没有消息"));
}

#[test]
fn handing_a_unit_over_says_who_is_asked() {
    let page = |open| Transfer {
        p: frame(MANAGER, "/venue/transfer"),
        unit: MARKUP.into(),
        open,
        phone: "1380013".into(),
        done: None,
        marks: Marks(Complaints::one("phone", "请填写 11 位手机号码，例如 13800138000")),
        notice: None,
    };
    let html = drawn("transfer", &page(None));
    assert!(html.contains("value=\"1380013\"") && html.contains("由谁接手"));
    let offer = UnitOffer { phone: "138****8000".into(), until: NOW };
    let html = drawn("transfer-open", &page(Some(offer)));
    assert!(html.contains("138****8000") && html.contains("action=\"/venue/transfer/take-back\""));
}

#[test]
fn the_home_lists_the_doors_with_state_reason_and_count() {
    let rows = vec![
        row(1, "门诊部 东门", State::Approved, 1893),
        row(2, MARKUP, State::Returned, 0),
        row(3, "住院部 1 号楼", State::Submitted, 0),
    ];
    let home = |rows| home(Some(organisation()), rows);
    let html = drawn("venue-home", &home(rows));
    for word in ["已通过", "已退回", "待审核", "场所类别选错", "1893", "申请注册检查点"]
    {
        assert!(html.contains(word), "{word}");
    }
    assert!(html.contains("href=\"/venue/checkpoints/2/edit\""));
    assert!(html.contains("aria-current=\"page\">检查点</a>"));
    assert!(!html.contains("role=\"search\""), "three doors need no search");
    assert!(drawn("venue-empty", &home(vec![])).contains("申请第一个检查点"));
}

#[test]
fn a_unit_with_many_doors_can_look_for_one() {
    let rows = (0..12).map(|n| row(n, MARKUP, State::Approved, 7)).collect();
    let mut many = home(Some(organisation()), rows);
    many.filter =
        Filter { state: Some(State::Approved), text: "东 门&".into(), sort: Sort::Name, page: 1 };
    (many.list.page, many.list.pages) = (1, 3);
    let html = drawn("venue-home-many", &many);
    assert!(html.contains("role=\"search\"") && html.contains("2 / 3"));
    let next = "/venue?state=approved&#38;q=%E4%B8%9C+%E9%97%A8%26&#38;sort=name&#38;page=2";
    assert!(html.contains(next));
    assert!(html.contains("<option value=\"name\" selected>"));
    many.list.rows.clear();
    assert!(drawn("venue-home-none", &many).contains("没有符合条件的检查点"));
}

#[test]
fn wrong_input_is_marked_at_its_field_and_kept() {
    let mut complaints = Complaints::one(
        "credit_code",
        "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）",
    );
    complaints.add("township", "请选择乡镇或街道");
    let html = drawn(
        "venue-organisation",
        &OrganisationPage {
            p: frame(MANAGER, "/venue/organisation/new"),
            form: OrganisationForm {
                name: "阜阳市人民医院（南区）".into(),
                credit_code: "9134".into(),
                county: "341202".into(),
                township: String::new(),
            },
            counties: some_counties(),
            marks: Marks(complaints),
            notice: None,
        },
    );
    assert!(html.contains("id=\"credit_code-wrong\"") && html.contains("value=\"9134\""));
    assert!(html.contains("<option value=\"341202\" selected>颍州区"));
    assert!(html.contains("<optgroup label=\"颍州区\" data-county=\"341202\">"));
}

#[test]
fn the_application_knows_the_organisation_and_offers_five_groups() {
    let page = |kind, form| FormPage {
        p: frame(MANAGER, "/venue/checkpoints/new"),
        form,
        kind,
        counties: some_counties(),
        tree: Tree::start(),
        marks: Marks::default(),
        notice: None,
    };
    let html = drawn("venue-apply", &page(Kind::New, form()));
    let (_, category) = html.split_once("name=\"category\"").unwrap_or_default();
    assert_eq!(category.matches("<optgroup").count(), 5);
    assert!(html.contains("<option value=\"105\" selected>医院") && html.contains("提交申请"));
    let html =
        drawn("venue-edit", &page(Kind::CameBack { reason: MARKUP.into(), round: 2 }, form()));
    assert!(html.contains("退回原因") && html.contains("重新提交") && !html.contains("存为草稿"));
    let typed = CheckpointForm { county: "颍洲区".into(), township: MARKUP.into(), ..form() };
    let html = drawn("venue-draft", &page(Kind::Draft { id: 9, line: 12, round: 3 }, typed));
    assert!(html.contains("来自表格第 12 行") && html.contains("<b>县区</b> 颍洲区"));
    assert!(html.contains("action=\"/venue/drafts/9/submit\""));
    assert!(html.contains("formaction=\"/venue/drafts/9/save\""));
    assert!(html.contains("name=\"round\" value=\"3\""));
}

#[test]
fn drafts_say_what_is_wrong_and_what_can_be_submitted() {
    let draft = |id: i64, line, form, wrong: &[(&'static str, &'static str)]| Judged {
        id,
        line,
        round: 1,
        form,
        complaints: Complaints(
            wrong.iter().map(|(field, says)| Complaint { field, says }).collect(),
        ),
    };
    let odd = CheckpointForm { name: MARKUP.into(), door: String::new(), ..form() };
    let rows = vec![
        draft(1, 2, form(), &[]),
        draft(2, 3, odd, &[("door", "请填写这是哪一个门，例如“东门”"), ("county", "请填写县区")]),
        draft(3, 0, CheckpointForm::default(), &[("name", "请填写场所名称，与门牌一致")]),
    ];
    let page = |rows: Vec<Judged>, unreadable: Option<&str>| DraftsPage {
        p: frame(MANAGER, "/venue/drafts"),
        drafts: Drafts { total: 120 * rows.len().min(1), faulty: 2, rows, page: 0, pages: 3 },
        faulty: false,
        done: None,
        notice: None,
        unreadable: unreadable.map(Into::into),
    };
    let html = drawn("venue-drafts", &page(rows, None));
    for word in ["草稿共 120 条", "118 条可以提交", "要改正的 2 条", "还没有名称", "1 / 3"]
    {
        assert!(html.contains(word), "{word}");
    }
    assert!(html.contains("<b>门</b> 请填写这是哪一个门"));
    let html = drawn("venue-drafts-none", &page(vec![], Some("表头（第 1 行）缺少：县区")));
    assert!(html.contains("还没有草稿") && html.contains("缺少：县区"));
    assert!(html.contains("enctype=\"multipart/form-data\""));
}

#[test]
fn an_approved_door_has_its_code_files_guide_and_devices() {
    let page = |state, just_sent: bool| CheckpointPage {
        p: frame(MANAGER, "/venue/checkpoints/7"),
        mine: mine(state),
        inspections: Tally { all: 3, wait_for_manager: 1, ..Tally::default() },
        kept: Kept {
            done: just_sent.then_some("申请已提交。审核结果会显示在这里。"),
            ..Kept::default()
        },
        marks: Marks::default(),
        notice: None,
    };
    let html = drawn("venue-checkpoint", &page(State::Approved, false));
    for word in [
        "FY-1202-7K3QD",
        "posters/A4.pdf",
        "posters/800x1800.pdf",
        "贴在入口右侧",
        "停用",
        "已停用",
        "更换场所码",
    ] {
        assert!(html.contains(word), "{word}");
    }
    assert!(html.contains("/venue/checkpoints/7/devices/1/revoke"));
    assert!(!html.contains("/venue/checkpoints/7/devices/2/revoke"));
    let html = drawn("venue-checkpoint-returned", &page(State::Returned, false));
    assert!(
        html.contains("改正并重新提交") && !html.contains("/posters/") && !html.contains("/close")
    );
    let html = drawn("venue-checkpoint-sent", &page(State::Submitted, true));
    assert!(html.contains("申请已提交"));
    let english =
        CheckpointPage { p: english(frame(MANAGER, "/venue")), ..page(State::Approved, false) };
    assert!(drawn("venue-checkpoint-en", &english).contains("Download the poster"));
}

#[test]
fn a_duty_link_is_shown_with_its_time() {
    let html = drawn(
        "venue-duty-link",
        &DutyLink {
            p: frame(MANAGER, "/venue/checkpoints/7/duty-links"),
            number: 7,
            link: EnrolLink {
                url: "https://code.example.cn/duty/enrol/abcdefgh23456abcdefgh23456abc".into(),
                svg: "<svg viewBox=\"0 0 33 33\"><path d=\"M4 4h7v7H4zM22 4h7v7h-7zM4 22h7v7H4z\"/></svg>".into(),
                minutes: 30,
            },
        },
    );
    assert!(html.contains("<svg viewBox=\"0 0 33 33\">") && html.contains("30 分钟内有效"));
}
