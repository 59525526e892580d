//! Requests about one's own data, who looked, and everything as a file.

use crate::support::{
    colour, complains, conflict, investigator, lines, not_found, number, privacy_officer, refused,
    sign_up, too_many, visitor,
};
use actions::{
    Failure,
    accounts::principals::Visitor,
    checkins::record::record,
    contact_tracing::{cases, embargo::embargo, identity, view},
    health_status,
    people::{
        looks::looks,
        mine::me,
        my_data::{collect, phone_masked, send_code},
        session,
    },
    requests::{
        RequestRow,
        decide::{CASE_DAYS, decide},
        file::file,
        mine::mine,
        queue,
    },
};
use domain::{
    audit::Deed,
    checkins::Method,
    contact_tracing::CaseForm,
    health_status::{Colour, StatusForm},
    people::PersonForm,
    requests::{RequestForm, RequestState},
    time::{DAY_MS, MINUTE_MS},
};
use testkit::{TestHouse, id_number};

fn erasure() -> RequestForm {
    RequestForm { kind: "erasure".to_owned(), ..RequestForm::default() }
}

fn correction(name: &str, id_number: &str) -> RequestForm {
    RequestForm {
        kind: "correction".to_owned(),
        name: name.to_owned(),
        id_kind: "resident_id".to_owned(),
        id_number: id_number.to_owned(),
        words: "写错了".to_owned(),
    }
}

async fn first(t: &TestHouse, person: &Visitor) -> RequestRow {
    mine(t, person).await.unwrap().remove(0)
}

#[tokio::test]
async fn a_request_shows_its_day_and_is_late_after_it() {
    let t = TestHouse::new().await;
    let (person, _) = visitor(&t).await;
    complains("kind", file(&t, &person, &RequestForm::default()).await);
    complains("name", file(&t, &person, &correction("", "")).await);
    file(&t, &person, &erasure()).await.unwrap();
    conflict(file(&t, &person, &erasure()).await);
    let row = first(&t, &person).await;
    assert_eq!(row.due.date_text(), "2026-12-11", "fifteen working days after a Sunday");
    let officer = privacy_officer(&t).await;
    let open = async || queue::queue(&t, &officer, RequestState::Open, 0).await.unwrap();
    let seen = open().await;
    assert_eq!((seen.total, seen.late, seen.rows[0].masked_name.as_str()), (1, 0, "王*明"));
    assert!(lines(&t, Deed::RequestOpened).await.is_empty(), "the queue opens nobody");
    t.clock.advance_ms(row.due.since(t.now()) + 1);
    let seen = open().await;
    assert_eq!((seen.late, seen.rows[0].request.late_days), (1, Some(1)));
    assert_eq!(first(&t, &person).await.late_days, Some(1), "the person sees it too");
}

#[tokio::test]
async fn a_correction_is_carried_out_under_audit_and_the_person_reads_the_answer() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let form = t.person_form();
    let (person, _) = sign_up(&t, &form).await.unwrap();
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let id = file(&t, &person, &correction("王晓明", &id_number(7100))).await.unwrap();
    let officer = privacy_officer(&t).await;
    let opened = queue::open(&t, &officer, id).await.unwrap();
    assert_eq!((opened.identity.name.as_str(), opened.name.as_deref()), ("王小明", Some("王晓明")));
    assert_eq!(opened.document.unwrap().1, id_number(7100));
    assert_eq!(opened.words, "写错了");
    complains("reason", decide(&t, &officer, id, "carry_out", "").await);
    complains("outcome", decide(&t, &officer, id, "", "好").await);
    not_found(decide(&t, &officer, id + 1, "carry_out", "好").await);
    decide(&t, &officer, id, "carry_out", "已核对证件").await.unwrap();
    conflict(decide(&t, &officer, id, "refuse", "再想想").await);
    let row = first(&t, &person).await;
    assert_eq!((row.state, row.reason.as_deref()), (RequestState::Done, Some("已核对证件")));
    let me = me(&t, &person, 0).await.unwrap();
    assert_eq!((me.masked_name.as_str(), me.entries.len()), ("王*明", 1), "the entries stay");
    let corrected = PersonForm { name: "王晓明".to_owned(), id_number: id_number(7100), ..form };
    assert_eq!(number(&t, &corrected).await, person.person());
    sign_up(&t, &corrected).await.unwrap();
    assert_eq!(lines(&t, Deed::PersonCorrected).await.len(), 1);
}

#[tokio::test]
async fn a_document_of_somebody_else_is_refused_and_the_request_stays_open() {
    let t = TestHouse::new().await;
    let ((person, _), (_, other)) = (visitor(&t).await, visitor(&t).await);
    let id = file(&t, &person, &correction("", &other.id_number)).await.unwrap();
    let officer = privacy_officer(&t).await;
    conflict(decide(&t, &officer, id, "carry_out", "好").await);
    assert_eq!(first(&t, &person).await.state, RequestState::Open);
}

#[tokio::test]
async fn an_erased_person_is_gone_and_their_entries_lead_to_nobody() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let form = t.person_form();
    let (person, token) = sign_up(&t, &form).await.unwrap();
    colour(&t, &form, Colour::Red).await;
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let id = file(&t, &person, &erasure()).await.unwrap();
    let officer = privacy_officer(&t).await;
    decide(&t, &officer, id, "carry_out", "已删除").await.unwrap();
    assert!(session::visitor(&t, &token).await.is_err());
    let index = t.vault.blind(vault::Index::IdNumber, &format!("resident_id:{}", form.id_number));
    assert!(t.registry.person_by_id(&index).await.unwrap().is_none());
    let stored = t.registry.person(person.person()).await.unwrap().unwrap().new;
    assert!(stored.phone_sealed.is_none() && stored.name_index.is_none());
    let name = t.vault.open(vault::Field::PersonName, &stored.name_sealed).unwrap();
    assert_eq!(name, "已删除");
    let opened = queue::open(&t, &officer, id).await.unwrap();
    assert_eq!((opened.identity.masked_id.as_str(), opened.words.as_str()), ("***", ""));
    let (again, _) = sign_up(&t, &form).await.unwrap();
    assert_ne!(again.person(), person.person());
    assert!(me(&t, &again, 0).await.unwrap().entries.is_empty(), "the old ones are nobody's");
}

async fn case_about(
    t: &TestHouse,
    form: &PersonForm,
) -> (actions::accounts::principals::Investigator, i64) {
    let caller = investigator(t).await;
    let case = CaseForm {
        case_number: "FY-2026-0118".to_owned(),
        reason: "核酸阳性".to_owned(),
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
    };
    let case = cases::open(t, &caller, &case).await.unwrap();
    (caller, case)
}

#[tokio::test]
async fn a_case_keeps_a_person_from_being_erased_for_as_long_as_it_is_kept() {
    let t = TestHouse::new().await;
    let (person, form) = visitor(&t).await;
    case_about(&t, &form).await;
    let id = file(&t, &person, &erasure()).await.unwrap();
    let officer = privacy_officer(&t).await;
    conflict(decide(&t, &officer, id, "carry_out", "好").await);
    decide(&t, &officer, id, "refuse", "按规定 90 天内须保存").await.unwrap();
    t.clock.advance_ms((CASE_DAYS + 1) * DAY_MS);
    let id = file(&t, &person, &erasure()).await.unwrap();
    let officer = privacy_officer(&t).await;
    decide(&t, &officer, id, "carry_out", "已删除").await.unwrap();
}

#[tokio::test]
async fn a_person_sees_who_looked_unless_a_case_is_kept_secret_and_afterwards_again() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let ((person, form), (contact, _)) = (visitor(&t).await, visitor(&t).await);
    for one in [&person, &contact] {
        record(&t, one, &door.code, Method::Wechat).await.unwrap();
    }
    assert!(looks(&t, &person).await.unwrap().is_empty());
    let (caller, case) = case_about(&t, &form).await;
    complains("embargo_reason", embargo(&t, &caller, case, true, " ").await);
    conflict(embargo(&t, &caller, case, false, "已公布").await);
    not_found(embargo(&t, &investigator(&t).await, case, true, "保密").await);
    embargo(&t, &caller, case, true, "家人未通知").await.unwrap();
    view::desk(&t, &caller, case, None, None).await.unwrap();
    identity::open(&t, &caller, case, contact.person()).await.unwrap();
    for one in [&person, &contact] {
        assert!(looks(&t, one).await.unwrap().is_empty(), "kept secret");
    }
    health_status::look(&t, &caller, &form.id_kind, &form.id_number, "核对").await.unwrap();
    let seen = looks(&t, &person).await.unwrap();
    assert_eq!(seen.iter().map(|l| l.deed).collect::<Vec<_>>(), [Deed::HealthStatusSought]);
    let yellow = StatusForm {
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
        colour: "yellow".to_owned(),
        ..StatusForm::default()
    };
    health_status::set(&t, &caller, &yellow, "疾控中心通知", false).await.unwrap();
    assert_eq!(looks(&t, &person).await.unwrap()[0].deed, Deed::HealthStatusSet);
    embargo(&t, &caller, case, false, "已公布").await.unwrap();
    let mut deeds: Vec<_> =
        looks(&t, &person).await.unwrap().iter().map(|l| l.deed.code()).collect();
    deeds.sort_unstable();
    assert_eq!(deeds, ["case_opened", "case_viewed", "health_status_set", "health_status_sought"]);
    let seen = looks(&t, &contact).await.unwrap();
    assert_eq!((seen.len(), seen[0].deed), (1, Deed::IdentityOpened));
    assert_eq!((seen[0].role.code(), seen[0].region.as_deref()), ("investigator", None));
    assert_eq!(lines(&t, Deed::CaseEmbargoed).await.len(), 1);
    assert_eq!(lines(&t, Deed::EmbargoLifted).await.len(), 1);
}

#[tokio::test]
async fn everything_is_a_file_after_a_fresh_code_and_in_the_audit_first() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    file(&t, &person, &erasure()).await.unwrap();
    assert!(phone_masked(&t, &person).await.unwrap().contains("****"));
    complains("sms_code", collect(&t, &person, "").await);
    complains("sms_code", collect(&t, &person, "000000").await);
    t.clock.advance_ms(MINUTE_MS + 1);
    send_code(&t, &person, None).await.unwrap();
    too_many(send_code(&t, &person, None).await);
    let code = t.outbox.code(&form.phone).unwrap();
    let data = collect(&t, &person, &code).await.unwrap();
    assert_eq!((data.name, data.id_number, data.phone), (form.name, form.id_number, form.phone));
    assert_eq!((data.visits.len(), data.consents.len(), data.requests.len()), (1, 1, 1));
    complains("sms_code", collect(&t, &person, &code).await);
    assert_eq!(lines(&t, Deed::OwnDataTaken).await.len(), 1);
}

#[tokio::test]
async fn an_audit_that_cannot_be_written_gives_nothing_away() {
    let t = TestHouse::new().await;
    let (person, form) = visitor(&t).await;
    let id = file(&t, &person, &erasure()).await.unwrap();
    let officer = privacy_officer(&t).await;
    t.clock.advance_ms(MINUTE_MS + 1);
    send_code(&t, &person, None).await.unwrap();
    let code = t.outbox.code(&form.phone).unwrap();
    t.spoil_audit().await;
    let broken = |failure| matches!(failure, Failure::Broken(_));
    assert!(broken(refused(collect(&t, &person, &code).await)));
    assert!(broken(refused(queue::open(&t, &officer, id).await)));
    assert!(broken(refused(decide(&t, &officer, id, "carry_out", "好").await)));
    assert!(session::visitor(&t, "x").await.is_err());
    assert_eq!(first(&t, &person).await.state, RequestState::Open);
}
