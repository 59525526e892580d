//! What is kept no longer than it must be: days on which people were seen, what speaks for keeping
//! somebody, erasing those for whom nothing does, and what has ended.

use super::{
    made::{NOON, person},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    health_status::{Colour, HealthStatus, Source},
    people::{IdKind, PersonNumber, Relation},
    privacy::WITHDRAWN,
    requests::{RequestKind, RequestState},
    retention::Kept,
    time::{DAY_MS, UnixMs},
};
use registry::{
    AuditLine, Case, ConsentHow, ConsentStep, ERASED, NewAlert, NewFamilyMember, NewPerson,
    NewRequest, OfflineCode, PhoneChange, PhoneOutcome, RequestDecision, Resting, SEEN_BLOCK,
};

on_both!(
    a_day_is_raised_and_never_lowered,
    days_noted_at_once_are_all_kept,
    a_row_that_is_none_is_said,
    the_first_day_is_settled_once_and_moves_when_told,
    a_deed_is_a_day_and_never_goes_back,
    everything_that_speaks_for_somebody_is_told,
    only_whoever_is_still_as_judged_is_erased,
    of_whoever_is_erased_nothing_is_left_in_any_table,
    a_run_is_begun_gone_on_with_and_ended_once,
    what_has_ended_goes_by_its_day_in_portions_and_is_counted,
    consents_go_after_their_person_and_no_others,
    erasures_of_before_are_known_from_the_audit,
);

fn line(deed: Deed, subject: &str) -> AuditLine {
    AuditLine {
        at: NOON,
        actor: Actor::System,
        deed,
        subject: subject.to_owned(),
        detail: String::new(),
    }
}

fn nobody(n: u64) -> NewPerson {
    NewPerson {
        id_sealed: vec![20],
        id_index: format!("by lot {n}").into_bytes(),
        name_sealed: vec![21],
        masked_sealed: vec![22],
        ..person("nobody")
    }
}

async fn seen(at: &BackEnd, person: u64) -> u16 {
    let block = person / SEEN_BLOCK;
    let rows = at.registry.seen_days(block, block).await.unwrap();
    rows.first().map_or(0, |(_, days)| days.of(PersonNumber(person)))
}

async fn a_day_is_raised_and_never_lowered(at: &BackEnd) {
    let note = async |seen: &[(u64, u16)]| {
        let seen = seen.iter().map(|(person, day)| (PersonNumber(*person), *day));
        at.registry.note_seen(seen).await.unwrap();
    };
    assert!(at.registry.seen_days(0, 9).await.unwrap().is_empty());
    note(&[]).await;
    note(&[(1, 20_000), (4_095, 20_001), (4_096, 20_002), (90_000, 20_003)]).await;
    note(&[(1, 19_999), (4_095, 20_005), (2, 1), (4_096, ERASED)]).await;
    note(&[(4_096, 30_000)]).await;
    let all = [seen(at, 0).await, seen(at, 1).await, seen(at, 2).await, seen(at, 4_095).await];
    assert_eq!(all, [0, 20_000, 1, 20_005]);
    assert_eq!((seen(at, 4_096).await, seen(at, 90_000).await), (ERASED, 20_003));
    let blocks: Vec<u64> =
        at.registry.seen_days(1, 99).await.unwrap().into_iter().map(|(block, _)| block).collect();
    assert_eq!(blocks, [1, 90_000 / SEEN_BLOCK]);
}

async fn days_noted_at_once_are_all_kept(at: &BackEnd) {
    let note = async |first: u64| {
        let some = (0..200).map(|n| (PersonNumber(first + n * 1_000), 20_000));
        at.registry.note_seen(some).await.unwrap();
    };
    tokio::join!(note(1), note(2), note(3), note(4));
    for first in 1..=4 {
        for n in [0, 77, 199] {
            assert_eq!(seen(at, first + n * 1_000).await, 20_000, "{first} {n}");
        }
    }
}

async fn a_row_that_is_none_is_said(at: &BackEnd) {
    at.registry.note_seen([(PersonNumber(1), 7)]).await.unwrap();
    at.run(
        "update seen_days set days = (select id_index from people where number = -1) \
            where block = -1",
    )
    .await
    .unwrap();
    assert!(at.registry.seen_days(0, 0).await.is_ok());
    let id = at.a_person("short").await;
    at.run(&format!(
        "update seen_days set days = (select id_index from people where number = {})",
        id.0
    ))
    .await
    .unwrap();
    assert!(at.registry.seen_days(0, 0).await.is_err(), "five bytes are no block");
    assert!(at.registry.note_seen([(PersonNumber(1), 9)]).await.is_err());
}

async fn the_first_day_is_settled_once_and_moves_when_told(at: &BackEnd) {
    let registry = &at.registry;
    assert_eq!(registry.noted_until().await.unwrap(), None);
    assert_eq!(registry.keeping_began(20_779).await.unwrap(), 20_779);
    assert_eq!(registry.keeping_began(20_800).await.unwrap(), 20_779);
    registry.set_keeping_began(20_790).await.unwrap();
    assert_eq!(registry.keeping_began(20_800).await.unwrap(), 20_790);
    for day in [20_791, 20_792] {
        registry.set_noted_until(day).await.unwrap();
        assert_eq!(registry.noted_until().await.unwrap(), Some(day));
    }
}

async fn a_deed_is_a_day_and_never_goes_back(at: &BackEnd) {
    let (one, two) = (at.a_person("a").await, at.a_person("b").await);
    let deed = async |person| {
        let all = at.registry.deeds_between(PersonNumber(0), PersonNumber(9)).await.unwrap();
        all.into_iter().find(|(who, _)| *who == person).unwrap().1
    };
    assert_eq!(deed(one).await, Some(NOON), "registering is one");
    for days in [3, 1, 3] {
        at.registry.note_active(one, NOON.plus(days * DAY_MS)).await.unwrap();
    }
    let third = NOON.plus(3 * DAY_MS).day_start();
    assert_eq!((deed(one).await, deed(two).await), (Some(third), Some(NOON)));
    assert_eq!(at.registry.deeds_of(&[two, one]).await.unwrap().len(), 2);
    at.registry.note_active(PersonNumber(77), NOON).await.unwrap();
    assert_eq!(at.registry.last_person().await.unwrap(), two);
    let run = at.registry.begin_retention_run(NOON, NOON).await.unwrap();
    erase(at, run, &[one]).await;
    assert_eq!(deed(one).await, None, "nobody's");
    let left: Vec<_> =
        at.registry.deeds_of(&[one, two]).await.unwrap().iter().map(|(who, _)| *who).collect();
    assert_eq!(left, [two]);
}

/// What the registry says of one person.
async fn said(at: &BackEnd, person: PersonNumber) -> Resting {
    at.registry.resting(&[person]).await.unwrap().pop().unwrap()
}

async fn erase(at: &BackEnd, run: i64, people: &[PersonNumber]) -> u64 {
    let judged: Vec<_> = at
        .registry
        .resting(people)
        .await
        .unwrap()
        .into_iter()
        .map(|resting| {
            let nobody = nobody(resting.person.0);
            (resting, nobody)
        })
        .collect();
    at.registry.erase_resting(run, &judged, NOON).await.unwrap()
}

async fn a_code(at: &BackEnd, number: i64, person: PersonNumber, expires: i64) {
    let code = OfflineCode {
        number,
        person,
        made_by: person,
        text_sealed: vec![1],
        issued: NOON,
        expires: NOON.plus(expires),
        revoked: None,
    };
    at.registry.insert_offline_code(&code, 9).await.unwrap();
}

async fn a_member(at: &BackEnd, guardian: PersonNumber, person: PersonNumber) -> i64 {
    let relation = Relation::Child;
    let new = NewFamilyMember { guardian, person, relation, consent_version: 1, at: NOON };
    at.registry.add_family_member(&new, (8, 3), &line(Deed::FamilyChanged, "")).await.unwrap();
    at.number("select max(id) from family_members").await
}

async fn a_request(at: &BackEnd, person: PersonNumber, kind: RequestKind) -> i64 {
    let new = NewRequest {
        person,
        kind,
        words_sealed: vec![1],
        name_sealed: None,
        document: None,
        filed: NOON,
        due: NOON,
    };
    at.registry.insert_request(&new, &line(Deed::RequestFiled, "")).await.unwrap().unwrap()
}

async fn refuse(at: &BackEnd, request: i64, by: i64, later: i64) {
    let (state, reason_sealed) = (RequestState::Refused, vec![9]);
    let no = RequestDecision { state, reason_sealed, by, at: NOON.plus(later) };
    let line = line(Deed::RequestRefused, "");
    assert!(at.registry.refuse_request(request, &no, &line).await.unwrap());
}

async fn a_case(at: &BackEnd, person: PersonNumber, opened_by: i64, opened: UnixMs) {
    let case = Case {
        id: 0,
        case_number: "FY-1".to_owned(),
        reason_sealed: vec![1],
        person,
        opened_by,
        opened,
        embargo: None,
    };
    at.registry.insert_case(&case, &line(Deed::CaseOpened, "")).await.unwrap();
}

async fn everything_that_speaks_for_somebody_is_told(at: &BackEnd) {
    let (one, two, three) =
        (at.a_person("a").await, at.a_person("b").await, at.a_person("c").await);
    let by = at.an_account(Role::Investigator, "1").await;
    let none = said(at, one).await;
    assert_eq!((none.deed, none.code_ends, none.members.len()), (NOON, None, 0));
    assert!(none.traced.is_none() && !none.alert && none.status.is_none() && !none.request);
    a_code(at, 7, one, 500).await;
    a_code(at, 8, one, 900).await;
    assert_eq!(said(at, one).await.code_ends, Some(NOON.plus(900)));
    at.registry.revoke_offline_code(8, NOON, &line(Deed::OfflineCodeRevoked, "")).await.unwrap();
    assert_eq!(said(at, one).await.code_ends, Some(NOON.plus(500)), "a revoked one keeps nobody");
    assert_eq!(at.registry.last_code_ends(one).await.unwrap(), Some(NOON.plus(500)));
    assert_eq!(at.registry.last_code_ends(two).await.unwrap(), None);
    a_member(at, one, two).await;
    a_member(at, three, two).await;
    assert_eq!((said(at, one).await.members, said(at, three).await.members), (vec![two], vec![]));
    a_case(at, one, by, NOON.plus(3)).await;
    a_case(at, one, by, NOON.plus(1)).await;
    assert_eq!(said(at, one).await.traced, Some(NOON.plus(3)));
    let look = line(Deed::IdentityOpened, &format!("人员 {}", two.0));
    let sought = line(Deed::HealthStatusSought, &format!("人员 {}", three.0));
    at.registry.audit(&[look, sought]).await.unwrap();
    assert_eq!((said(at, two).await.traced, said(at, three).await.traced), (Some(NOON), None));
    let door = at.an_open_door("万达", "one").await;
    let entry = NewAlert { checkpoint: door, person: two, entered: NOON };
    at.registry.open_alert(&entry, NOON).await.unwrap();
    assert!(said(at, two).await.alert && !said(at, one).await.alert);
    at.run("update alerts set closed_ms = 1").await.unwrap();
    assert!(!said(at, two).await.alert, "dealt with");
    let red = HealthStatus {
        colour: Colour::Red,
        source: Source::Register,
        ..HealthStatus::unknown(NOON)
    };
    at.registry.set_health_status(three, &red).await.unwrap();
    assert_eq!(said(at, three).await.status, Some(red));
    let request = a_request(at, three, RequestKind::Correction).await;
    assert!(said(at, three).await.request);
    refuse(at, request, by, 1).await;
    assert!(!said(at, three).await.request, "answered");
    let all = at.registry.resting(&[three, PersonNumber(99), one]).await.unwrap();
    assert_eq!(all.iter().map(|one| one.person).collect::<Vec<_>>(), [one, three], "in order");
    assert!(at.registry.resting(&[]).await.unwrap().is_empty());
}

async fn only_whoever_is_still_as_judged_is_erased(at: &BackEnd) {
    let mut people = Vec::new();
    for n in 0..70 {
        people.push(at.a_person(&format!("p{n}")).await);
    }
    let run = at.registry.begin_retention_run(NOON, NOON).await.unwrap();
    let judged = at.registry.resting(&people).await.unwrap();
    assert_eq!(judged.len(), 70, "more than one statement asks about");
    let judged: Vec<_> =
        judged.into_iter().map(|one| (one.clone(), nobody(one.person.0))).collect();
    at.registry.note_active(people[3], NOON.plus(DAY_MS)).await.unwrap();
    a_request(at, people[5], RequestKind::Erasure).await;
    let before = at.registry.last_change().await.unwrap();
    assert_eq!(at.registry.erase_resting(run, &judged, NOON).await.unwrap(), 68);
    for (n, kept) in [(0, false), (3, true), (5, true), (69, false)] {
        let there = at.registry.person_by_id(format!("p{n}").as_bytes()).await.unwrap();
        assert_eq!(there.is_some(), kept, "{n}");
    }
    assert_eq!(at.registry.last_change().await.unwrap() - before, 68, "who keeps them reads again");
    assert_eq!(at.registry.erase_resting(run, &judged, NOON).await.unwrap(), 0, "never twice");
    assert_eq!(at.registry.erase_resting(run, &[], NOON).await.unwrap(), 0);
    let counts = at.registry.retention_runs(1).await.unwrap().remove(0).counts;
    assert_eq!(counts, [(Kept::People, 68)]);
}

/// What somebody leaves behind who has used everything there is; every value occurs nowhere else.
async fn a_whole_life(at: &BackEnd) -> (PersonNumber, Vec<Vec<u8>>) {
    let value = |name: &str| format!("value of {name} 7f3a").into_bytes();
    let names = [
        "id",
        "id_index",
        "name",
        "masked",
        "phone",
        "phone_index",
        "name_index",
        "born",
        "app",
        "code",
        "new_phone",
        "new_phone_index",
        "old_id",
        "old_index",
        "old_name",
        "words",
        "wanted_name",
        "wanted_id",
        "alert",
    ];
    let [
        id,
        id_index,
        name,
        masked,
        phone,
        phone_index,
        name_index,
        born,
        app,
        code,
        new_phone,
        new_phone_index,
        old_id,
        old_index,
        old_name,
        words,
        wanted_name,
        wanted_id,
        alert,
    ] = names.map(value);
    let first = NewPerson {
        id_sealed: old_id,
        id_index: old_index,
        name_sealed: old_name,
        masked_sealed: masked.clone(),
        phone_sealed: Some(phone.clone()),
        phone_index: Some(phone_index.clone()),
        name_index: Some(name_index.clone()),
        born_sealed: Some(born.clone()),
        ..person("a")
    };
    let who = at.registry.insert_people(std::slice::from_ref(&first)).await.unwrap()[0].unwrap();
    let right = NewPerson { id_sealed: id, id_index, name_sealed: name, ..first };
    let corrected = line(Deed::RegistrationCorrected, "");
    assert!(at.registry.correct_person(who, &right, NOON, &corrected).await.unwrap());
    at.registry.bind_entry_identity("wechat", &app, who, NOON).await.unwrap();
    let printed = OfflineCode {
        number: 7,
        person: who,
        made_by: who,
        text_sealed: code,
        issued: NOON,
        expires: NOON,
        revoked: None,
    };
    at.registry.insert_offline_code(&printed, 9).await.unwrap();
    let change = PhoneChange {
        id: 0,
        person: who,
        phone_sealed: new_phone,
        phone_index: new_phone_index,
        asked: NOON,
        due: NOON,
    };
    at.registry.ask_phone_change(&change, NOON, &line(Deed::PhoneChanged, "")).await.unwrap();
    let sms = registry::SmsCode { code_mac: vec![7], sent: NOON, expires: NOON, tries: 0 };
    at.registry.put_sms_code(&phone_index, "register", &sms, NOON, &[]).await.unwrap();
    at.run("delete from sms_counts").await.unwrap();
    let new = NewRequest {
        person: who,
        kind: RequestKind::Correction,
        words_sealed: words,
        name_sealed: Some(wanted_name),
        document: Some((IdKind::Passport, wanted_id)),
        filed: NOON,
        due: NOON,
    };
    let request = at.registry.insert_request(&new, &line(Deed::RequestFiled, "")).await.unwrap();
    let by = at.an_account(Role::PrivacyOfficer, "1").await;
    refuse(at, request.unwrap(), by, 1).await;
    let child = at.a_person("child").await;
    a_member(at, who, child).await;
    let door = at.an_open_door("万达", "one").await;
    let entry = NewAlert { checkpoint: door, person: who, entered: NOON };
    at.registry.open_alert(&entry, NOON).await.unwrap();
    let text = String::from_utf8(alert).unwrap();
    at.run(&format!("update alerts set closed_ms = 1, note_sealed = {}", at.bytes(&text)))
        .await
        .unwrap();
    (who, names.map(value).to_vec())
}

async fn of_whoever_is_erased_nothing_is_left_in_any_table(at: &BackEnd) {
    let (who, values) = a_whole_life(at).await;
    for value in &values {
        assert!(!at.holders(value).await.is_empty(), "the search finds it");
    }
    let run = at.registry.begin_retention_run(NOON, NOON).await.unwrap();
    assert_eq!(erase(at, run, &[who]).await, 1);
    for value in &values {
        let left = at.holders(value).await;
        assert!(left.is_empty(), "{} is left in {left:?}", String::from_utf8_lossy(value));
    }
    let stored = at.registry.person(who).await.unwrap().unwrap();
    assert_eq!((stored.new.session_epoch, stored.new.consent_version), (1, WITHDRAWN));
    assert_eq!(at.number("select count(*) from family_members").await, 0);
    assert_eq!(at.number("select count(*) from consents where person = 1").await, 1, "as proof");
    assert_eq!(at.number("select count(*) from person_requests").await, 1, "as proof");
    assert!(at.registry.person_by_id(b"child").await.unwrap().is_some(), "the child stays");
    let again = at.registry.insert_people(&[person("a")]).await.unwrap()[0].unwrap();
    assert_ne!(again, who);
}

async fn a_run_is_begun_gone_on_with_and_ended_once(at: &BackEnd) {
    let registry = &at.registry;
    assert!(registry.retention_runs(9).await.unwrap().is_empty());
    let first = registry.begin_retention_run(NOON.day_start(), NOON).await.unwrap();
    let later = NOON.plus(DAY_MS);
    let begin = || registry.begin_retention_run(later.day_start(), later);
    assert_eq!(begin().await.unwrap(), first, "one that was interrupted goes on");
    let open = registry.retention_runs(9).await.unwrap().remove(0);
    assert_eq!((open.id, open.day, open.began), (first, NOON.day_start(), NOON));
    assert!(open.ended.is_none() && open.counts.is_empty());
    let end = line(Deed::RetentionRun, "到期清理 1");
    assert!(registry.end_retention_run(first, &end).await.unwrap());
    assert!(!registry.end_retention_run(first, &end).await.unwrap());
    assert_eq!(at.lines_of(Deed::RetentionRun).await, 1);
    let (one, other) = tokio::join!(begin(), begin());
    assert_eq!((one.unwrap(), other.unwrap()), (first + 1, first + 1));
    let runs = registry.retention_runs(9).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [2, 1], "the newest first");
    assert_eq!((runs[1].ended, registry.retention_runs(1).await.unwrap().len()), (Some(NOON), 1));
    at.assert_dense("retention_runs", "id", 2).await;
    assert_eq!(registry.sweep_retention_runs(NOON).await.unwrap(), 0);
    assert_eq!(registry.sweep_retention_runs(NOON.plus(1)).await.unwrap(), 1);
    assert_eq!(registry.retention_runs(9).await.unwrap().len(), 1, "the one under way stays");
}

async fn what_has_ended_goes_by_its_day_in_portions_and_is_counted(at: &BackEnd) {
    let registry = &at.registry;
    let by = at.an_account(Role::PrivacyOfficer, "1").await;
    let run = registry.begin_retention_run(NOON, NOON).await.unwrap();
    for n in 0..5_i64 {
        let (one, other) =
            (at.a_person(&format!("g{n}")).await, at.a_person(&format!("m{n}")).await);
        let later = NOON.plus(n);
        let ended = AuditLine { at: later, ..line(Deed::FamilyChanged, "") };
        let member = a_member(at, one, other).await;
        let corrected = line(Deed::RegistrationCorrected, "");
        let right = person(&format!("r{n}"));
        let change = PhoneChange {
            id: 0,
            person: one,
            phone_sealed: vec![1],
            phone_index: vec![2],
            asked: NOON,
            due: NOON,
        };
        let id = registry.ask_phone_change(&change, NOON, &ended).await.unwrap().unwrap();
        let request = a_request(at, one, RequestKind::Correction).await;
        if n < 4 {
            assert!(registry.end_family_member(one, member, later, &ended).await.unwrap());
            let (change, dropped) = (PhoneChange { id, ..change }, PhoneOutcome::Dropped);
            registry.end_phone_change(&change, dropped, later, &ended).await.unwrap();
            refuse(at, request, by, n).await;
        }
        assert!(registry.correct_person(other, &right, later, &corrected).await.unwrap());
    }
    let kinds = [Kept::Families, Kept::Corrections, Kept::PhoneChanges, Kept::Requests];
    for kind in kinds {
        assert_eq!(registry.count_over(kind, NOON.plus(3)).await.unwrap(), 3, "{kind:?}");
        let delete = |limit| registry.delete_over(run, kind, NOON.plus(3), limit);
        assert_eq!(delete(2).await.unwrap(), 2, "{kind:?}");
        assert_eq!(delete(2).await.unwrap(), 1, "{kind:?}");
        assert_eq!(delete(2).await.unwrap(), 0, "{kind:?}");
    }
    assert_eq!(registry.delete_over(run, Kept::People, NOON.plus(3), 9).await.unwrap(), 0);
    let counts = registry.retention_runs(1).await.unwrap().remove(0).counts;
    assert_eq!(counts, kinds.map(|kind| (kind, 3)));
    for table in ["family_members", "registration_corrections", "phone_changes", "person_requests"]
    {
        let left = at.number(&format!("select count(*) from {table}")).await;
        assert_eq!(left, 2, "{table}: the day itself, and what has not ended or is newer");
    }
}

async fn consents_go_after_their_person_and_no_others(at: &BackEnd) {
    let (gone, stays) = (at.a_person("a").await, at.a_person("b").await);
    let step = ConsentStep { version: 2, at: NOON, how: ConsentHow::Tap };
    for one in [gone, stays] {
        at.registry.consent(one, &step).await.unwrap();
    }
    let run = at.registry.begin_retention_run(NOON, NOON).await.unwrap();
    assert_eq!(erase(at, run, &[gone]).await, 1);
    let delete = |before| at.registry.delete_over(run, Kept::Consents, before, 9);
    assert_eq!(delete(NOON).await.unwrap(), 0);
    assert_eq!(delete(NOON.plus(1)).await.unwrap(), 2);
    assert_eq!(at.registry.consents_of(gone, 9).await.unwrap(), []);
    assert_eq!(at.registry.consents_of(stays, 9).await.unwrap().len(), 2);
}

async fn erasures_of_before_are_known_from_the_audit(at: &BackEnd) {
    let (gone, stays) = (at.a_person("a").await, at.a_person("b").await);
    let erased = line(Deed::PersonErased, &format!("人员 {}", gone.0));
    let other = line(Deed::PersonCorrected, &format!("人员 {}", stays.0));
    at.registry.audit(&[erased, other]).await.unwrap();
    let migration = include_str!("../../migrations/0025_retention.sql");
    let update = migration.split(';').find(|sql| sql.contains("update people")).unwrap();
    at.run(update).await.unwrap();
    let found = at.registry.deeds_of(&[gone, stays]).await.unwrap();
    assert_eq!(found.iter().map(|(who, _)| *who).collect::<Vec<_>>(), [stays]);
}
