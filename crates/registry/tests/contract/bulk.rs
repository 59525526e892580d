//! Bulk insertion: everything or nothing, with the numbers that single insertion would give.

use super::{
    made::{AWKWARD, NOON, line, organisation, person, record},
    support::{BackEnd, on_both},
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::CheckpointNumber,
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source},
    people::{IdKind, PersonNumber},
    venue_codes::Standing,
};
use registry::{Change, EnrolledDevice, ListedCheckpoint, NewDevice, NewPerson};

on_both!(
    people_get_the_next_numbers_in_order_and_come_back,
    a_known_document_spoils_all_of_it,
    what_is_not_committed_never_was,
    statuses_are_set_for_people_of_the_same_transaction,
    a_status_twice_or_of_nobody_is_an_error,
    devices_are_enrolled_without_links,
    doors_are_open_with_their_codes_as_after_an_import,
    a_door_or_a_code_that_is_there_spoils_all_of_it,
    whoever_follows_the_trail_reads_everything_again,
    others_go_on_where_it_ended,
);

/// More than two whole statements, and some.
const MANY: u64 = 251;

fn people(documents: std::ops::Range<u64>) -> Vec<NewPerson> {
    documents.map(|n| person(&format!("{n:05}"))).collect()
}

fn green(sampled: Option<NucleicAcid>) -> HealthStatus {
    HealthStatus {
        colour: Colour::Green,
        confirmed: NOON,
        nucleic_acid: sampled,
        itinerary: Itinerary::Clear,
        doses: None,
        source: Source::Register,
    }
}

async fn people_get_the_next_numbers_in_order_and_come_back(at: &BackEnd) {
    at.a_person("first").await;
    let mut new = people(0..MANY);
    new[150] = NewPerson {
        id_kind: IdKind::Passport,
        phone_sealed: None,
        phone_index: None,
        consent_version: 0,
        session_epoch: 2_147_483_647,
        ..new[150].clone()
    };
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    assert_eq!(bulk.people(&new).await.unwrap(), 2..2 + MANY);
    assert_eq!(bulk.people(&[]).await.unwrap(), 2 + MANY..2 + MANY);
    assert_eq!(bulk.people(&people(MANY..MANY + 3)).await.unwrap(), 2 + MANY..5 + MANY);
    bulk.commit().await.unwrap();
    at.assert_dense("people", "number", 1 + 251 + 3).await;
    for (n, new) in (2..).zip(&new) {
        let stored = at.registry.person(PersonNumber(n)).await.unwrap().unwrap();
        assert_eq!(stored.new.id_index, new.id_index);
        assert_eq!(stored.new.session_epoch, new.session_epoch);
    }
    let odd = at.registry.person(PersonNumber(152)).await.unwrap().unwrap().new;
    assert_eq!((odd.id_kind, odd.consent_version), (IdKind::Passport, 0));
    assert_eq!((odd.phone_sealed, odd.phone_index), (None, None));
    let usual = at.registry.person_by_id(b"00007").await.unwrap().unwrap().new;
    assert_eq!(usual.id_sealed, [0, 255, 7]);
    assert_eq!((usual.name_sealed, usual.masked_sealed), (b"name".to_vec(), b"masked".to_vec()));
    assert_eq!(usual.phone_sealed.as_deref(), Some(&b"phone"[..]));
    assert_eq!(usual.phone_index.as_deref(), Some(&b"index"[..]));
    assert_eq!((usual.registered, usual.consent_version), (NOON, 1));
}

async fn a_known_document_spoils_all_of_it(at: &BackEnd) {
    at.a_person("00120").await;
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    bulk.people(&people(1_000..1_010)).await.unwrap();
    assert!(bulk.people(&people(0..MANY)).await.is_err());
    drop(bulk);
    at.assert_dense("people", "number", 1).await;
}

async fn what_is_not_committed_never_was(at: &BackEnd) {
    at.an_open_door("万达", "one").await;
    let seq = at.registry.last_change().await.unwrap();
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    bulk.people(&people(0..MANY)).await.unwrap();
    bulk.health_statuses(&[(PersonNumber(1), green(None))]).await.unwrap();
    let line = line(Deed::DutyDeviceEnrolled, NOON);
    bulk.devices(&[device(1, "token")], &line).await.unwrap();
    drop(bulk);
    at.assert_dense("people", "number", 0).await;
    at.assert_dense("duty_devices", "id", 0).await;
    assert_eq!(at.number("select count(*) from health_status").await, 0);
    assert_eq!(at.lines_of(Deed::DutyDeviceEnrolled).await, 0);
    assert_eq!(at.registry.last_change().await.unwrap(), seq);
}

async fn statuses_are_set_for_people_of_the_same_transaction(at: &BackEnd) {
    let tests =
        [None, Some(NucleicAcid::of(NOON.plus(-5), true)), Some(NucleicAcid::of(NOON, false))];
    let status = |n: u64| HealthStatus {
        colour: Colour::ALL[n as usize % 6],
        ..green(tests[n as usize % 3])
    };
    let all: Vec<_> = (1..=MANY).map(|n| (PersonNumber(n), status(n))).collect();
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    bulk.people(&people(0..MANY + 1)).await.unwrap();
    bulk.health_statuses(&all).await.unwrap();
    bulk.commit().await.unwrap();
    for (person, status) in all {
        assert_eq!(at.registry.health_status(person).await.unwrap(), Some(status));
    }
    assert_eq!(at.registry.health_status(PersonNumber(MANY + 1)).await.unwrap(), None);
}

async fn a_status_twice_or_of_nobody_is_an_error(at: &BackEnd) {
    let person = at.a_person("a").await;
    at.registry.set_health_status(person, &green(None)).await.unwrap();
    for wrong in [1, 2, 0, u64::MAX] {
        let mut bulk = at.registry.begin_bulk().await.unwrap();
        let refused = bulk.health_statuses(&[(PersonNumber(wrong), green(None))]).await;
        assert!(refused.is_err(), "{wrong}");
    }
}

fn device(checkpoint: u32, token: &str) -> NewDevice {
    NewDevice {
        checkpoint: CheckpointNumber(checkpoint),
        token_mac: token.as_bytes().to_vec(),
        label: AWKWARD.to_owned(),
    }
}

async fn devices_are_enrolled_without_links(at: &BackEnd) {
    for (name, code) in [("万达", "one"), ("万象", "two")] {
        at.an_open_door(name, code).await;
    }
    let new: Vec<_> = (0..MANY).map(|n| device(1 + n as u32 % 2, &format!("{n}"))).collect();
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    let line = line(Deed::DutyDeviceEnrolled, NOON);
    assert_eq!(bulk.devices(&new, &line).await.unwrap(), 1..252);
    bulk.commit().await.unwrap();
    at.assert_dense("duty_devices", "id", 251).await;
    assert_eq!(at.lines_of(Deed::DutyDeviceEnrolled).await, 1);
    let found = at.registry.device(b"7").await.unwrap().unwrap();
    assert_eq!((found.id, found.checkpoint), (8, CheckpointNumber(2)));
    assert_eq!((found.label.as_str(), found.enrolled, found.revoked), (AWKWARD, NOON, None));
    let wanted = EnrolledDevice {
        kind: domain::duty::DeviceKind::Duty,
        token_mac: b"250".to_vec(),
        id: 251,
        checkpoint: CheckpointNumber(1),
        in_use: true,
    };
    assert!(at.registry.enrolled_devices().await.unwrap().contains(&wanted));

    for refused in [device(3, "no such door"), device(1, "7")] {
        let mut bulk = at.registry.begin_bulk().await.unwrap();
        assert!(bulk.devices(&[refused], &line).await.is_err());
    }
}

/// A door of an organisation; its code is the door.
fn listed(name: &str, door: &str) -> ListedCheckpoint {
    ListedCheckpoint {
        organisation: organisation(name),
        record: record(0, name, door),
        codes: vec![
            (door.to_owned(), format!("FY-{door}")),
            ("never".to_owned(), "FY-never".to_owned()),
        ],
        line: line(Deed::ApplicationApproved, NOON),
    }
}

async fn doors_are_open_with_their_codes_as_after_an_import(at: &BackEnd) {
    let one = at.registry.import_checkpoints(&[listed("医院", "imported")]).await.unwrap();
    assert_eq!(one, Some(vec![true]));
    // Organisations of one, two and three doors.
    let names = ["一", "二", "二", "三", "三", "三"];
    let rows: Vec<_> = (0..60)
        .map(|n| listed(&format!("{}{}", names[n % 6], n / 6), &format!("door {n}")))
        .collect();
    let mut placed = rows.clone();
    placed[40].record.position = Some((115.25, 32.5));
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    assert_eq!(bulk.doors(&placed).await.unwrap(), 2..62);
    assert_eq!(bulk.doors(&[]).await.unwrap(), 62..62);
    bulk.commit().await.unwrap();

    for (table, key, expected) in [
        ("organisations", "id", 31),
        ("checkpoints", "number", 61),
        ("applications", "id", 61),
        ("application_events", "id", 122),
        ("audit", "seq", 61),
    ] {
        at.assert_dense(table, key, expected).await;
    }
    let imported = at.registry.checkpoint(CheckpointNumber(1)).await.unwrap().unwrap();
    for (row, number) in placed.iter().zip(2..) {
        let number = CheckpointNumber(number);
        let stored = at.registry.checkpoint(number).await.unwrap().unwrap();
        assert_eq!((stored.standing, stored.changed), (imported.standing, imported.changed));
        assert_eq!(stored.record.same_key, row.record.same_key);
        assert_eq!(stored.record.position, row.record.position);
        let owner = at.registry.organisation(stored.record.organisation).await.unwrap().unwrap();
        assert_eq!(owner.new.same_name, row.organisation.same_name);
        let code = at.registry.venue_code(&row.record.door).await.unwrap().unwrap();
        assert_eq!((code.checkpoint, code.standing), (number, Standing::Current));
        assert_eq!((code.short_number, code.since), (format!("FY-{}", row.record.door), NOON));
        let (application, state) = at.registry.application_of(number).await.unwrap().unwrap();
        assert_eq!(state, State::Approved);
        let events = at.registry.application_events(application).await.unwrap();
        let states: Vec<_> = events.iter().map(|event| event.state).collect();
        assert_eq!(states, [State::Submitted, State::Approved]);
    }
    let lines = at.registry.audit_page(Some(Deed::ApplicationApproved), 100, 0).await.unwrap();
    let subjects: Vec<_> = lines.iter().rev().map(|stored| stored.line.subject.clone()).collect();
    assert!(subjects.iter().cloned().eq((1..=61).map(|n| format!("检查点 {n}"))), "{subjects:?}");
    let next = at.registry.import_checkpoints(&[listed("医院", "next")]).await.unwrap();
    assert_eq!(next, Some(vec![true]));
    at.assert_dense("checkpoints", "number", 62).await;
}

async fn a_door_or_a_code_that_is_there_spoils_all_of_it(at: &BackEnd) {
    at.registry.import_checkpoints(&[listed("医院", "东门")]).await.unwrap();
    let mut same_code = listed("银行", "西门");
    same_code.codes = vec![("东门".to_owned(), "FY-1".to_owned())];
    let mut same_short = listed("银行", "西门");
    same_short.codes = vec![("other".to_owned(), "FY-东门".to_owned())];
    let mut no_code = listed("银行", "西门");
    no_code.codes = Vec::new();
    for wrong in [listed("医院", "东门"), same_code, same_short, no_code] {
        let mut bulk = at.registry.begin_bulk().await.unwrap();
        assert!(bulk.doors(&[listed("学校", "正门"), wrong]).await.is_err());
    }
    at.assert_dense("checkpoints", "number", 1).await;
    at.assert_dense("organisations", "id", 1).await;
}

async fn whoever_follows_the_trail_reads_everything_again(at: &BackEnd) {
    at.an_open_door("万达", "one").await;
    let seq = at.registry.last_change().await.unwrap();
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    bulk.people(&people(0..3)).await.unwrap();
    bulk.commit().await.unwrap();
    assert_eq!(at.registry.last_change().await.unwrap(), seq, "new people need no line");

    let mut bulk = at.registry.begin_bulk().await.unwrap();
    bulk.health_statuses(&[(PersonNumber(2), green(None))]).await.unwrap();
    bulk.commit().await.unwrap();
    let after = at.registry.last_change().await.unwrap();
    assert_eq!(at.registry.changes_after(seq, 100).await.unwrap(), None);
    assert_eq!(at.registry.changes_after(0, 100).await.unwrap(), None, "a hole further on");
    assert_eq!(at.registry.changes_after(0, 1).await.unwrap().unwrap().len(), 1);
    assert_eq!(at.registry.changes_after(after, 100).await.unwrap(), Some(Vec::new()));

    let mut bulk = at.registry.begin_bulk().await.unwrap();
    bulk.devices(&[device(1, "a")], &line(Deed::DutyDeviceEnrolled, NOON)).await.unwrap();
    bulk.commit().await.unwrap();
    assert_eq!(at.registry.changes_after(after, 100).await.unwrap(), None);

    let last = at.registry.last_change().await.unwrap();
    at.registry.set_health_status(PersonNumber(1), &green(None)).await.unwrap();
    let next = at.registry.changes_after(last, 100).await.unwrap().unwrap();
    assert_eq!(next, [(last + 1, Change::Person(PersonNumber(1)))]);
}

async fn others_go_on_where_it_ended(at: &BackEnd) {
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    bulk.people(&people(0..MANY)).await.unwrap();
    bulk.commit().await.unwrap();
    assert_eq!(at.a_person("next").await, PersonNumber(MANY + 1));
    let mut bulk = at.registry.begin_bulk().await.unwrap();
    assert_eq!(bulk.people(&people(300..301)).await.unwrap(), 253..254);
    bulk.commit().await.unwrap();
    at.assert_dense("people", "number", 253).await;
}
