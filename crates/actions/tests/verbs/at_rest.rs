//! At rest: after everything that people do, no file holds anybody's name, number or phone.

use crate::support::{
    administrator, as_read, by_password, colour, complains, device, investigator, lines, manager,
    privacy_officer, reviewer, set_up, sign_up, token_of, visitor,
};
use actions::{
    accounts::{
        make::{self, NewAccountForm, SetUpForm},
        own,
        principals::{Manager, Visitor},
        sms_codes::CodeUse,
    },
    alerts::dispose,
    applications::{
        drafts, mine,
        review::{self, Filter},
        submit::{resubmit, submit},
    },
    categories,
    checkins::{follow_up, record::record},
    contact_tracing::{cases, embargo, export, identity, view},
    duty::{devices, screen},
    entry_apps::{self, CameBack, EntryApp},
    health_status, invitations, offline_codes,
    people::{consent, my_code, my_data},
    posters::{self, jobs, layouts},
    requests, retention,
    reverse_scans::{IdForm, by_id_number},
    venue_codes::{close, reopen, report_poster, resume, suspend},
};
use domain::{
    applications::State,
    audit::Deed,
    checkins::Method,
    checkpoints::CheckpointForm,
    contact_tracing::CaseForm,
    entry_apps::App,
    health_status::{Colour, StatusForm},
    people::PersonForm,
    requests::RequestForm,
    time::MINUTE_MS,
    venue_codes::VenueCode,
};
use std::{path::Path, sync::Arc, time::Duration};
use testkit::{Door, FakeApp, PASSWORD, TestHouse, id_number, patiently};

const WHY_SECRET: &str = "钟离先生的家人尚未通知";
const NOTE: &str = "已由社区赵医生接走";
/// It is in the audit in plain, and names nobody.
const REASON_SAID: &str = "疾控中心通知";
const ANSWER: &str = "司徒先生，材料不齐，暂不删除";
const REASON: &str = "司马青衫的同住人核酸阳性";

/// Does everything that people do, each verb at least once; gives what must stay sealed.
pub(crate) async fn a_full_story(t: &TestHouse) -> Vec<String> {
    let mut secrets: Vec<String> =
        ["欧阳建国", "诸葛望舒", "上官云起", "尉迟长风", "独孤清扬", NOTE, REASON]
            .map(str::to_owned)
            .into();
    secrets.extend(at_the_desk(t).await);
    let door = at_the_venue(t, &mut secrets).await;
    at_the_door(t, &door, &mut secrets).await;
    secrets.extend(super::phones::a_registration_lived_with(t, &door).await);
    crate::door_settings::once(t, &door).await;
    on_their_own_side(t, &mut secrets).await;
    assert!(retention::run(t, || true).await.unwrap().is_some());
    secrets
}

/// What an app calls somebody's account.
const ACCOUNT: &str = "o6-bmjrPTlm6-2sgVt7hMZOPfL2M";

/// 微信, as it is switched on in the story.
pub(crate) fn an_app() -> Vec<(App, Arc<dyn EntryApp>)> {
    vec![(App::Wechat, Arc::new(FakeApp::of(ACCOUNT)))]
}

/// Signed in by an app, registered, bound, known, and forgotten again.
async fn in_an_app(t: &TestHouse, door: &Door, person: &Visitor, secrets: &mut Vec<String>) {
    let seat = "abcdefghijklmnopqrstuvwxyz234567";
    let code = VenueCode::parse(&door.code).unwrap();
    for round in 0..2 {
        let address = entry_apps::begin(t, seat, App::Wechat, &code).await.unwrap();
        let state = address.split_once("state=").unwrap().1;
        let code = format!("code-of-the-app-{round}");
        let came =
            entry_apps::come_back(t, seat, App::Wechat, state, Some(&code), None).await.unwrap();
        secrets.extend([state.to_owned(), code]);
        if let CameBack::New { ticket, .. } = came {
            let ticket = entry_apps::read_ticket(t, seat, &ticket).unwrap();
            assert!(entry_apps::bind(t, person, &ticket).await.unwrap());
        } else {
            assert!(matches!(came, CameBack::Known { .. }));
        }
    }
    entry_apps::unbind(t, person, App::Wechat).await.unwrap();
    secrets.push(ACCOUNT.to_owned());
}

/// Accounts: one made by invitation, one refused at the password.
async fn at_the_desk(t: &TestHouse) -> [String; 1] {
    let form = NewAccountForm { role: "auditor".to_owned(), county: String::new() };
    let url = make::invite(t, &administrator(t).await, &form).await.unwrap();
    let phone = t.fresh_phone();
    let form = SetUpForm {
        name: "尉迟长风".to_owned(),
        phone: phone.clone(),
        password: PASSWORD.to_owned(),
        ..SetUpForm::default()
    };
    assert!(set_up(t, token_of(&url), &form).await.is_ok());
    let (caller, note) = (administrator(t).await, "2026 年版".to_owned());
    let form = layouts::LayoutForm { size: "A4".to_owned(), county: String::new(), note };
    let svg = layouts::example(&caller, "A4").await.unwrap().bytes;
    layouts::upload(t, &caller, &form, svg).await.unwrap();
    layouts::begin(t, &caller, 2).await.unwrap();
    layouts::end(t, &caller, 2).await.unwrap();
    categories::edit::add_group(t, &caller, "其他场所").await.unwrap();
    complains("password", by_password(t, &phone, "wrong-password-1").await);
    assert!(by_password(t, &phone, PASSWORD).await.is_ok());
    super::places::one_settled(t).await;
    let auditor = make::list(t, &caller).await.unwrap().remove(1).id;
    let link = make::password_link(t, &caller, auditor).await.unwrap();
    patiently(|| own::set_by_link(t, token_of(&link), PASSWORD)).await.unwrap();
    [phone]
}

/// All posters of the unit ordered, drawn and downloaded.
async fn all_posters(t: &TestHouse, caller: &Manager) {
    let typed = jobs::Ordering { size: "A4".into(), form: "zip".into(), ..Default::default() };
    let id = jobs::order_of_unit(t, caller, &typed).await.unwrap();
    let house = Arc::clone(&t.house);
    let drawing = tokio::spawn(async move { jobs::run(&house).await });
    while !jobs::list(t, caller).await.unwrap()[0].state.has_ended() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    jobs::download(t, caller, id, true).await.unwrap();
    t.poster_jobs.stop();
    drawing.await.unwrap();
}

/// A door: returned, corrected, approved, its poster downloaded, a device enrolled and revoked.
async fn at_the_venue(t: &TestHouse, secrets: &mut Vec<String>) -> Door {
    let token = t.manager_with_organisation().await;
    let caller = manager(t, &token).await;
    let form =
        CheckpointForm { responsible_name: "上官云起".to_owned(), ..t.checkpoint_form() };
    secrets.push(form.responsible_phone.clone());
    let draft = CheckpointForm {
        responsible_name: "独孤清扬".to_owned(),
        door: String::new(),
        ..form.clone()
    };
    drafts::keep(t, &caller, &draft).await.unwrap();
    let table = "场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话\n\
         清河中学,东门,清河路 1 号,颍州区,清河街道,学校,独孤清扬,13800136021";
    drafts::upload(t, &caller, table.into()).await.unwrap();
    secrets.push("13800136021".to_owned());
    drafts::submit_all(t, &caller).await.unwrap();
    let number = submit(t, &caller, &form).await.unwrap();
    let reviewer = reviewer(t, "341202").await;
    let filter = Filter::all(State::Submitted);
    let rows = review::queue(t, &reviewer, &filter).await.unwrap().rows;
    let id = rows.iter().find(|row| row.door == form.door).unwrap().id;
    review::send_back(t, &reviewer, id, 1, "请核对门牌").await.unwrap();
    resubmit(t, &caller, as_read(t, number).await, &form).await.unwrap();
    assert_eq!(review::approve(t, &reviewer, id, 2).await.unwrap(), State::Endorsed);
    review::approve(t, &crate::support::reviewer(t, "").await, id, 2).await.unwrap();
    posters::one(t, &caller, number, "A4").await.unwrap();
    all_posters(t, &caller).await;
    for fault in ["damaged", "lost"] {
        let seen = mine::one(t, &caller, number).await.unwrap().code.unwrap();
        report_poster(t, &caller, number, &seen.short_number, fault).await.unwrap();
    }
    close(t, &caller, number).await.unwrap();
    reopen(t, &caller, number).await.unwrap();
    suspend(t, &reviewer, number, "核实场所").await.unwrap();
    resume(t, &reviewer, number).await.unwrap();
    let successor = t.fresh_phone();
    invitations::offer_door(t, &caller, number).await.unwrap();
    let guest = manager(t, &t.manager_of(&form.responsible_phone).await).await;
    let offer = invitations::for_me(t, &guest).await.unwrap().remove(0);
    invitations::accept(t, &guest, offer.id).await.unwrap();
    invitations::take_back_door(t, &caller, number).await.unwrap();
    invitations::offer_unit(t, &caller, &successor).await.unwrap();
    secrets.push(successor);
    let code = mine::one(t, &caller, number).await.unwrap().code.unwrap();
    let door = Door { number, code: token_of(&code.url).to_owned(), manager: token };
    t.duty(&door).await;
    let device = mine::one(t, &caller, number).await.unwrap().devices[0].id;
    devices::revoke(t, &caller, number, device).await.unwrap();
    super::inspections::one_settled(t, &door).await;
    super::entry_policy::one_agreed(t).await;
    door
}

/// Entries of all kinds, an alert dealt with, a case traced to the identities.
async fn at_the_door(t: &TestHouse, door: &Door, secrets: &mut Vec<String>) {
    let guard = device(t, door).await;
    let form = PersonForm { name: "诸葛望舒".to_owned(), ..t.person_form() };
    let (person, token) = sign_up(t, &form).await.unwrap();
    in_an_app(t, door, &person, secrets).await;
    record(t, &person, &door.code, Method::Wechat).await.unwrap();
    let (red, red_form) = visitor(t).await;
    colour(t, &red_form, Colour::Red).await;
    record(t, &red, &door.code, Method::Alipay).await.unwrap();
    let alert = screen::open(t, &guard).await.unwrap().open_alerts[0].id;
    dispose(t, &guard, alert, "handed_over", NOTE).await.unwrap();
    screen::count_head(t, &guard).await.unwrap();
    let typed = IdForm {
        id_kind: "resident_id".to_owned(),
        id_number: id_number(7000),
        name: "欧阳建国".to_owned(),
        ..IdForm::default()
    };
    by_id_number(t, &guard, &typed).await.unwrap();
    let caller = investigator(t).await;
    let said = StatusForm {
        id_number: id_number(7001),
        name: "公孙绿萼".to_owned(),
        colour: "yellow".to_owned(),
        ..StatusForm::default()
    };
    health_status::set(t, &caller, &said, REASON_SAID, false).await.unwrap();
    health_status::take(t, &caller, &[said], REASON_SAID).await.unwrap().unwrap();
    let number = id_number(7001);
    let looked = health_status::look(t, &caller, "resident_id", &number, REASON_SAID).await;
    assert!(looked.unwrap().status.is_some());
    secrets.extend(["公孙绿萼".to_owned(), id_number(7001)]);
    let case = CaseForm {
        case_number: "FY-2026-0118".to_owned(),
        reason: REASON.to_owned(),
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
    };
    let case = cases::open(t, &caller, &case).await.unwrap();
    for (secret, reason) in [(true, WHY_SECRET), (false, "已公布")] {
        embargo::embargo(t, &caller, case, secret, reason).await.unwrap();
    }
    secrets.push(WHY_SECRET.to_owned());
    let desk = view::desk(t, &caller, case, Some(240), None).await.unwrap();
    assert_eq!(desk.contacts_total, 2);
    identity::open(t, &caller, case, desk.contacts[0].person).await.unwrap();
    assert_eq!(export::contacts(t, &caller, case, None, None).await.unwrap().rows.len(), 2);
    t.clock.advance_ms(MINUTE_MS + 1);
    let pending = t.fresh_phone();
    let code = t.sms_code(CodeUse::Visitor, &pending).await;
    assert!(code.len() == 6, "a code waits to be used");
    let asked_form = asked_by_name(t, door).await;
    for form in [form, red_form, asked_form] {
        secrets.extend([form.id_number, form.phone]);
    }
    crate::ages::derived_once(t).await;
    secrets.extend(["司马相如", "349998197105"].map(str::to_owned));
    // `王小明` and `韩梅` are everybody else's names in these tests.
    secrets.extend([typed.id_number, pending, token, "王小明".to_owned(), "韩梅".to_owned()]);
}

/// Somebody enters whose status is asked for outside, by name and number.
async fn asked_by_name(t: &TestHouse, door: &Door) -> PersonForm {
    *t.health.by_name.lock() = true;
    tokio::spawn(follow_up::run(Arc::clone(&t.house)));
    let (person, form) = visitor(t).await;
    record(t, &person, &door.code, Method::Wechat).await.unwrap();
    while lines(t, Deed::HealthStatusAsked).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    *t.health.by_name.lock() = false;
    form
}

/// What people do about their own data.
async fn on_their_own_side(t: &TestHouse, secrets: &mut Vec<String>) {
    let form = PersonForm { name: "宇文化雨".to_owned(), ..t.person_form() };
    let (person, token) = sign_up(t, &form).await.unwrap();
    let number = offline_codes::make::make(t, &person, person.person()).await.unwrap();
    secrets.push(offline_codes::list::one(t, &person, number).await.unwrap().text);
    offline_codes::revoke::revoke(t, &person, number).await.unwrap();
    secrets.push(my_code::my_code(t, &person).unwrap().text);
    let right = RequestForm {
        kind: "correction".to_owned(),
        name: "宇文化羽".to_owned(),
        id_kind: "resident_id".to_owned(),
        id_number: id_number(7002),
        words: "名字错了一个字，原来是宇文化雨".to_owned(),
    };
    let asked = requests::file::file(t, &person, &right).await.unwrap();
    let erasure = RequestForm { kind: "erasure".to_owned(), ..RequestForm::default() };
    let refused = requests::file::file(t, &person, &erasure).await.unwrap();
    let officer = privacy_officer(t).await;
    requests::queue::open(t, &officer, asked).await.unwrap();
    requests::decide::decide(t, &officer, asked, "carry_out", "已核对证件").await.unwrap();
    requests::decide::decide(t, &officer, refused, "refuse", ANSWER).await.unwrap();
    t.clock.advance_ms(MINUTE_MS + 1);
    my_data::send_code(t, &person, None).await.unwrap();
    let code = t.outbox.code(&form.phone).unwrap();
    assert_eq!(my_data::collect(t, &person, &code).await.unwrap().name, right.name);
    consent::withdraw(t, &person).await.unwrap();
    let erased = requests::file::file(t, &person, &erasure).await.unwrap();
    requests::decide::decide(t, &officer, erased, "carry_out", "已删除").await.unwrap();
    secrets.extend([right.name, right.id_number, right.words, ANSWER.to_owned()]);
    secrets.extend([form.name, form.id_number, form.phone, token]);
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test]
async fn no_file_holds_a_name_a_number_or_a_phone() {
    let t = TestHouse::with_two_steps_and(an_app()).await;
    let secrets = a_full_story(&t).await;
    actions::retention::daily(&t, || true).await.unwrap();
    let mut found = Vec::new();
    files(&t.data(), &mut found);
    let all: usize = found.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(found.len() >= 3 && all > 100_000, "{} files with {all} bytes", found.len());
    let door = "阜阳市人民医院（南区）";
    assert!(found.iter().any(|(_, bytes)| holds(bytes, door.as_bytes())), "the search finds text");
    for secret in &secrets {
        let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (file, bytes) in &found {
            assert!(!holds(bytes, secret.as_bytes()), "{file} holds {secret}");
            assert!(!holds(bytes, &wide), "{file} holds {secret} as UTF-16");
        }
    }
}
