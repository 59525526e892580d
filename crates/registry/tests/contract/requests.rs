//! Requests of people: filed once at a time, queued by their day, answered once; correcting and erasing
//! change everything that belongs to it, or nothing.

use super::{
    made::{NOON, person},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    health_status::{Colour, HealthStatus, Itinerary, Source},
    people::{IdKind, PersonNumber, Relation},
    privacy::WITHDRAWN,
    requests::{RequestKind, RequestState},
    time::UnixMs,
};
use registry::{
    AuditLine, CarriedOut, Case, MadeCode, NewFamilyMember, NewPerson, NewRequest, OfflineCode,
    PersonRequest, RequestDecision,
};

on_both!(
    a_request_comes_back_as_it_was_filed,
    one_of_a_kind_is_open_at_a_time_also_when_filed_at_once,
    the_queue_has_those_due_first_and_counts_the_late,
    a_request_is_answered_once,
    a_correction_changes_name_and_document_and_revokes_printed_codes,
    a_document_of_somebody_else_is_not_taken,
    an_erased_person_is_a_number_that_leads_to_nobody,
    an_erased_guardian_leaves_the_child_to_whoever_waits,
    a_case_or_a_look_at_a_contact_keeps_a_person,
    an_embargo_is_set_and_lifted_once_and_lines_are_found_by_their_subject,
);

const RED: HealthStatus = HealthStatus {
    colour: Colour::Red,
    confirmed: NOON,
    nucleic_acid: None,
    itinerary: Itinerary::Risk,
    doses: None,
    source: Source::Register,
};

fn line(deed: Deed, subject: &str, later: i64) -> AuditLine {
    AuditLine {
        at: NOON.plus(later),
        actor: Actor::Account(1),
        deed,
        subject: subject.to_owned(),
        detail: String::new(),
    }
}

fn new(person: PersonNumber, kind: RequestKind, due: i64) -> NewRequest {
    NewRequest {
        person,
        kind,
        words_sealed: vec![0, 255],
        name_sealed: Some(vec![1]),
        document: Some((IdKind::Passport, vec![2])),
        filed: NOON,
        due: NOON.plus(due),
    }
}

async fn filed(at: &BackEnd, new: &NewRequest) -> Option<i64> {
    let line = line(Deed::RequestFiled, "人员 1", 0);
    at.registry.insert_request(new, &line).await.unwrap()
}

fn decision(state: RequestState, by: i64) -> RequestDecision {
    RequestDecision { state, reason_sealed: vec![9], by, at: NOON.plus(7) }
}

async fn request(at: &BackEnd, id: i64) -> PersonRequest {
    at.registry.request(id).await.unwrap().unwrap()
}

async fn a_request_comes_back_as_it_was_filed(at: &BackEnd) {
    let one = at.a_person("a").await;
    let id = filed(at, &new(one, RequestKind::Correction, 5)).await.unwrap();
    let stored = request(at, id).await;
    assert_eq!((stored.new.person, stored.new.kind), (one, RequestKind::Correction));
    assert_eq!((stored.new.words_sealed, stored.new.name_sealed), (vec![0, 255], Some(vec![1])));
    assert_eq!(stored.new.document, Some((IdKind::Passport, vec![2])));
    assert_eq!((stored.new.filed, stored.new.due), (NOON, NOON.plus(5)));
    assert!(stored.state == RequestState::Open && stored.decision.is_none());
    assert!(at.registry.request(id + 1).await.unwrap().is_none());
    assert_eq!(at.lines_of(Deed::RequestFiled).await, 1);
}

async fn one_of_a_kind_is_open_at_a_time_also_when_filed_at_once(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    let erasure = new(one, RequestKind::Erasure, 5);
    let (first, second) = tokio::join!(filed(at, &erasure), filed(at, &erasure));
    assert!(first.is_some() != second.is_some());
    assert!(filed(at, &new(one, RequestKind::Correction, 5)).await.is_some());
    assert!(filed(at, &new(other, RequestKind::Erasure, 5)).await.is_some());
    let mine = at.registry.requests_of(one, 9).await.unwrap();
    assert_eq!(mine.iter().map(|r| r.id).collect::<Vec<_>>(), [2, 1], "the newest first");
    assert_eq!(at.registry.requests_of(one, 1).await.unwrap().len(), 1);
    at.assert_dense("person_requests", "id", 3).await;
}

async fn the_queue_has_those_due_first_and_counts_the_late(at: &BackEnd) {
    for (name, due) in [("a", 30), ("b", 10), ("c", 20)] {
        let one = at.a_person(name).await;
        filed(at, &new(one, RequestKind::Erasure, due)).await.unwrap();
    }
    let (state, now) = (RequestState::Open, NOON.plus(20));
    let (rows, total, late) = at.registry.requests_in(state, now, 2, 0).await.unwrap();
    assert_eq!(rows.iter().map(|r| r.id).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((total, late), (3, 1), "due at this very moment is not late");
    let (rows, ..) = at.registry.requests_in(state, now, 2, 2).await.unwrap();
    assert_eq!(rows.iter().map(|r| r.id).collect::<Vec<_>>(), [1]);
    let none = at.registry.requests_in(RequestState::Done, now, 9, 0).await.unwrap();
    assert!(none.0.is_empty() && (none.1, none.2) == (0, 0));
}

async fn a_request_is_answered_once(at: &BackEnd) {
    let (one, by) = (at.a_person("a").await, at.an_account(Role::PrivacyOfficer, "1").await);
    let id = filed(at, &new(one, RequestKind::Erasure, 5)).await.unwrap();
    let no = decision(RequestState::Refused, by);
    let refuse = async || {
        let line = line(Deed::RequestRefused, "人员 1", 7);
        at.registry.refuse_request(id, &no, &line).await.unwrap()
    };
    let (first, second) = tokio::join!(refuse(), refuse());
    assert!(first != second);
    let stored = request(at, id).await;
    let answered = stored.decision.unwrap();
    assert_eq!((stored.state, answered.by), (RequestState::Refused, by));
    assert_eq!((answered.reason_sealed, answered.at), (vec![9], NOON.plus(7)));
    assert_eq!(at.lines_of(Deed::RequestRefused).await, 1);
    assert!(filed(at, &new(one, RequestKind::Erasure, 5)).await.is_some(), "may be asked again");
}

async fn a_printed_code(at: &BackEnd, number: i64, person: PersonNumber, by: PersonNumber) {
    let code = OfflineCode {
        number,
        person,
        made_by: by,
        text_sealed: vec![1],
        issued: NOON,
        expires: NOON.plus(1_000),
        revoked: None,
    };
    assert_eq!(at.registry.insert_offline_code(&code, 9).await.unwrap(), MadeCode::Made);
}

async fn correct(at: &BackEnd, id: i64, who: PersonNumber, right: &NewPerson) -> CarriedOut {
    let by = 1;
    let done = decision(RequestState::Done, by);
    let line = line(Deed::PersonCorrected, "人员 1", 7);
    at.registry.correct_as_requested(id, who, right, &done, &line).await.unwrap()
}

async fn a_correction_changes_name_and_document_and_revokes_printed_codes(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    at.an_account(Role::PrivacyOfficer, "1").await;
    at.registry.set_health_status(one, &RED).await.unwrap();
    a_printed_code(at, 7, one, one).await;
    let id = filed(at, &new(one, RequestKind::Correction, 5)).await.unwrap();
    let before = at.registry.last_change().await.unwrap();
    // The name alone: what the register says of the document stays.
    let right = NewPerson { name_sealed: vec![5], masked_sealed: vec![6], ..person("a") };
    assert_eq!(correct(at, id, one, &right).await, CarriedOut::Done);
    assert_eq!(correct(at, id, one, &right).await, CarriedOut::NotOpen);
    let stored = at.registry.person(one).await.unwrap().unwrap();
    assert_eq!((stored.new.name_sealed, stored.new.masked_sealed), (vec![5], vec![6]));
    assert_eq!(stored.new.phone_index.as_deref(), Some(&b"index"[..]), "the phone stays");
    let known = at.registry.known_person(one).await.unwrap().unwrap();
    assert_eq!((known.status, known.session_epoch), (Some(RED), 0));
    let code = at.registry.offline_code(7).await.unwrap().unwrap();
    assert_eq!(code.revoked, Some(NOON.plus(7)));
    assert!(at.registry.last_change().await.unwrap() > before);
    // Another document: what was said of the old one was of somebody else.
    let id = filed(at, &new(one, RequestKind::Correction, 5)).await.unwrap();
    assert_eq!(correct(at, id, one, &person("c")).await, CarriedOut::Done);
    assert_eq!(at.registry.person_by_id(b"c").await.unwrap().unwrap().number, one);
    assert!(at.registry.person_by_id(b"a").await.unwrap().is_none());
    assert_eq!(at.registry.known_person(one).await.unwrap().unwrap().status, None);
    assert_eq!(at.registry.person_by_id(b"b").await.unwrap().unwrap().number, other);
}

async fn a_document_of_somebody_else_is_not_taken(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    at.an_account(Role::PrivacyOfficer, "1").await;
    let id = filed(at, &new(one, RequestKind::Correction, 5)).await.unwrap();
    assert_eq!(correct(at, id, one, &person("b")).await, CarriedOut::DocumentTaken);
    assert_eq!(request(at, id).await.state, RequestState::Open, "nothing was done");
    assert_eq!(at.registry.person_by_id(b"b").await.unwrap().unwrap().number, other);
    assert_eq!(at.lines_of(Deed::PersonCorrected).await, 0);
}

fn nobody(who: PersonNumber) -> NewPerson {
    NewPerson {
        id_sealed: vec![20],
        id_index: format!("by lot {}", who.0).into_bytes(),
        name_sealed: vec![21],
        masked_sealed: vec![22],
        ..person("nobody")
    }
}

async fn erase(at: &BackEnd, id: i64, who: PersonNumber, since: UnixMs) -> CarriedOut {
    let done = decision(RequestState::Done, 1);
    let line = line(Deed::PersonErased, &format!("人员 {}", who.0), 7);
    at.registry.erase_person(id, who, &nobody(who), &done, since, &line).await.unwrap()
}

async fn an_erased_person_is_a_number_that_leads_to_nobody(at: &BackEnd) {
    let (one, child) = (at.a_person("a").await, at.a_person("b").await);
    at.an_account(Role::PrivacyOfficer, "1").await;
    at.registry.set_health_status(one, &RED).await.unwrap();
    at.registry.bind_entry_identity("wechat", b"x", one, NOON).await.unwrap();
    a_printed_code(at, 7, one, one).await;
    a_printed_code(at, 8, child, one).await;
    let id = filed(at, &new(one, RequestKind::Erasure, 5)).await.unwrap();
    assert_eq!(erase(at, id, one, NOON).await, CarriedOut::Done);
    assert_eq!(erase(at, id, one, NOON).await, CarriedOut::NotOpen);
    let stored = at.registry.person(one).await.unwrap().unwrap();
    assert_eq!((stored.new.id_sealed, stored.new.name_sealed), (vec![20], vec![21]));
    assert!(stored.new.phone_sealed.is_none() && stored.new.phone_index.is_none());
    assert!(stored.new.name_index.is_none() && stored.new.session_epoch == 1);
    assert_eq!(stored.new.consent_version, WITHDRAWN);
    assert!(at.registry.person_by_id(b"a").await.unwrap().is_none());
    assert_eq!(at.registry.known_person(one).await.unwrap().unwrap().status, None);
    assert_eq!(at.registry.entry_apps_of(one).await.unwrap(), []);
    assert!(at.registry.offline_code(7).await.unwrap().is_none());
    let childs = at.registry.offline_code(8).await.unwrap().unwrap();
    assert_eq!((childs.made_by, childs.revoked), (child, None), "somebody else's stays");
    let request = request(at, id).await;
    assert_eq!((request.new.words_sealed, request.new.name_sealed), (vec![21], None));
    assert!(request.new.document.is_none() && request.state == RequestState::Done);
    assert_eq!(stored.new.born_sealed, None);
    let again = at.registry.insert_people(&[person("a")]).await.unwrap()[0].unwrap();
    assert_ne!(again, one, "whoever registers again is somebody new");
    let said = at.registry.known_person(again).await.unwrap().unwrap().status;
    assert_eq!(said.map(|said| said.colour), Some(RED.colour), "a red code is not erased away");
    assert_eq!(at.registry.person_by_id(b"b").await.unwrap().unwrap().number, child);
}

async fn an_erased_guardian_leaves_the_child_to_whoever_waits(at: &BackEnd) {
    let (gone, child, waits) =
        (at.a_person("a").await, at.a_person("b").await, at.a_person("c").await);
    at.an_account(Role::PrivacyOfficer, "1").await;
    for guardian in [gone, waits] {
        let relation = Relation::Child;
        let new =
            NewFamilyMember { guardian, person: child, relation, consent_version: 1, at: NOON };
        let line = line(Deed::FamilyChanged, "人员 2", 0);
        at.registry.add_family_member(&new, (8, 3), &line).await.unwrap();
    }
    assert!(at.registry.family_of(waits).await.unwrap()[0].confirmed.is_none());
    let id = filed(at, &new(gone, RequestKind::Erasure, 5)).await.unwrap();
    assert_eq!(erase(at, id, gone, NOON).await, CarriedOut::Done);
    assert!(at.registry.family_of(gone).await.unwrap().is_empty());
    assert!(at.registry.family_of(waits).await.unwrap()[0].confirmed.is_some());
}

async fn a_case_or_a_look_at_a_contact_keeps_a_person(at: &BackEnd) {
    let (case_of, contact) = (at.a_person("a").await, at.a_person("b").await);
    let opened_by = at.an_account(Role::Investigator, "1").await;
    let case = Case {
        id: 0,
        case_number: "FY-1".to_owned(),
        reason_sealed: vec![1],
        person: case_of,
        opened_by,
        opened: NOON,
        embargo: None,
    };
    at.registry.insert_case(&case, &line(Deed::CaseOpened, "人员 1", 0)).await.unwrap();
    let look = line(Deed::IdentityOpened, &format!("人员 {}", contact.0), 0);
    at.registry.audit(&[look]).await.unwrap();
    for one in [case_of, contact] {
        let id = filed(at, &new(one, RequestKind::Erasure, 5)).await.unwrap();
        assert_eq!(erase(at, id, one, NOON).await, CarriedOut::Kept);
        assert_eq!(request(at, id).await.state, RequestState::Open);
        assert_eq!(erase(at, id, one, NOON.plus(1)).await, CarriedOut::Done, "long ago");
    }
}

async fn an_embargo_is_set_and_lifted_once_and_lines_are_found_by_their_subject(at: &BackEnd) {
    let one = at.a_person("a").await;
    let opened_by = at.an_account(Role::Investigator, "1").await;
    let case = Case {
        id: 0,
        case_number: "FY-1".to_owned(),
        reason_sealed: vec![1],
        person: one,
        opened_by,
        opened: NOON,
        embargo: None,
    };
    let id = at.registry.insert_case(&case, &line(Deed::CaseOpened, "人员 1", 0)).await.unwrap();
    let set = async |secret, later| {
        let line = line(Deed::CaseEmbargoed, "病例 1", later);
        at.registry.set_embargo(id, secret, &[8], &line).await.unwrap()
    };
    assert!(!set(false, 1).await);
    assert!(set(true, 2).await && !set(true, 3).await);
    let stored = at.registry.case(id, opened_by).await.unwrap().unwrap();
    assert_eq!(stored.embargo, Some((NOON.plus(2), vec![8])));
    assert_eq!(at.registry.embargoed_cases().await.unwrap(), [id]);
    assert!(set(false, 4).await);
    assert!(at.registry.case(id, opened_by).await.unwrap().unwrap().embargo.is_none());
    assert!(at.registry.embargoed_cases().await.unwrap().is_empty());
    let about = at.registry.cases_about(one).await.unwrap();
    assert_eq!((about.len(), about[0].case_number.as_str()), (1, "FY-1"));
    let lines = at.registry.audit_about("病例 1", 9).await.unwrap();
    assert_eq!(lines.iter().map(|l| l.at).collect::<Vec<_>>(), [NOON.plus(4), NOON.plus(2)]);
    assert_eq!(at.registry.audit_about("病例 1", 1).await.unwrap().len(), 1);
    assert!(at.registry.audit_about("病例 11", 9).await.unwrap().is_empty());
}
