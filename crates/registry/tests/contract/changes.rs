//! The trail of changes: everything that is kept in memory is found in it, in the order of commits.

use super::{
    made::{AWKWARD, NOON, line, person},
    support::{BackEnd, on_both},
};
use domain::{
    audit::Deed,
    duty::DeviceKind,
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source},
    people::PersonNumber,
    venue_codes::Standing,
};
use registry::{Change, EnrolledDevice, KnownPerson, LinkUse, Share};

on_both!(
    every_change_of_what_is_kept_in_memory_is_in_the_trail,
    what_was_not_done_leaves_no_trace,
    a_trail_that_begins_later_is_not_taken_for_the_whole,
    people_and_codes_are_handed_over_with_all_that_a_scan_needs,
    everybody_is_handed_over_once_also_when_they_are_thousands,
    session_keys_are_changed_by_whoever_knows_the_last_ones,
);

const RED: HealthStatus = HealthStatus {
    colour: Colour::Red,
    confirmed: NOON,
    nucleic_acid: None,
    itinerary: Itinerary::Risk,
    doses: Some(3),
    source: Source::Register,
};

async fn since(at: &BackEnd, seq: i64) -> Vec<Change> {
    let changes = at.registry.changes_after(seq, 100).await.unwrap().unwrap();
    changes.into_iter().map(|(_, change)| change).collect()
}

async fn every_change_of_what_is_kept_in_memory_is_in_the_trail(at: &BackEnd) {
    let person = at.a_person("a").await;
    assert_eq!(at.registry.last_change().await.unwrap(), 0, "new people need no line");
    at.registry.next_session_epoch(person).await.unwrap();
    at.registry.set_health_status(person, &RED).await.unwrap();
    let door = at.an_open_door("医院", "code").await;
    at.registry.set_code_standing("code", Standing::Suspended, NOON).await.unwrap();
    at.a_link(b"link", LinkUse::EnrolDuty { checkpoint: door.0 }).await;
    let enrolled = line(Deed::DutyDeviceEnrolled, NOON);
    let device = at
        .registry
        .enrol_device(b"link", b"token", door, ("门口", DeviceKind::Duty), &enrolled)
        .await;
    let device = device.unwrap().unwrap();
    let found = EnrolledDevice {
        token_mac: b"token".to_vec(),
        id: device,
        checkpoint: door,
        kind: DeviceKind::Duty,
        in_use: true,
    };
    assert_eq!(at.registry.enrolled_devices().await.unwrap(), [found]);
    let revoked = line(Deed::DutyDeviceRevoked, NOON);
    assert!(at.registry.revoke_device(device, door, &revoked).await.unwrap());
    let code = || Change::VenueCode("code".to_owned());
    let wanted = [
        Change::Person(person),
        Change::Person(person),
        code(),
        code(),
        Change::Device(device),
        Change::Device(device),
    ];
    assert_eq!(since(at, 0).await, wanted);
    assert_eq!(since(at, 4).await, wanted[4..]);
    assert_eq!(at.registry.last_change().await.unwrap(), 6);
    assert!(!at.registry.enrolled_device(device).await.unwrap().unwrap().in_use);
    assert_eq!(at.registry.enrolled_devices().await.unwrap(), []);
}

async fn what_was_not_done_leaves_no_trace(at: &BackEnd) {
    assert!(!at.registry.set_code_standing("none", Standing::Closed, NOON).await.unwrap());
    assert!(at.registry.set_health_status(PersonNumber(9), &RED).await.is_err());
    assert_eq!(since(at, 0).await, []);
}

async fn a_trail_that_begins_later_is_not_taken_for_the_whole(at: &BackEnd) {
    let person = at.a_person("a").await;
    for _ in 0..3 {
        at.registry.next_session_epoch(person).await.unwrap();
    }
    assert_eq!(at.registry.sweep_changes().await.unwrap(), 0, "all of them are kept");
    at.run("delete from changes where seq <= 2").await.unwrap();
    assert_eq!(at.registry.changes_after(1, 100).await.unwrap(), None);
    assert_eq!(since(at, 2).await.len(), 1);
}

async fn everybody_is_handed_over_once_also_when_they_are_thousands(at: &BackEnd) {
    at.registry.all_people(Share::WHOLE, |_| panic!("nobody is there")).await.unwrap();
    at.registry.all_statuses(Share::WHOLE, |_, _| panic!("nobody is there")).await.unwrap();
    let people: Vec<_> = (0..4_200).map(|n| person(&format!("{n}"))).collect();
    let given = at.registry.insert_people(&people).await.unwrap();
    let mut numbers: Vec<_> = given.into_iter().map(Option::unwrap).collect();
    at.registry.set_health_status(numbers[4_150], &RED).await.unwrap();
    numbers.sort_unstable();
    for of in 0..4 {
        let (mut all, mut statuses) = (Vec::new(), Vec::new());
        for share in (0..of.max(1)).map(|nth| Share { nth, of }) {
            let registry = &at.registry;
            registry.all_people(share, |known| all.push(known.number)).await.unwrap();
            registry.all_statuses(share, |who, is| statuses.push((who, is))).await.unwrap();
        }
        all.sort_unstable();
        assert_eq!(all, numbers, "in {of} shares");
        assert_eq!(statuses, [(numbers[4_150], RED)], "in {of} shares");
    }
}

async fn people_and_codes_are_handed_over_with_all_that_a_scan_needs(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    at.registry.set_health_status(other, &RED).await.unwrap();
    at.registry.next_session_epoch(other).await.unwrap();
    let mut people = Vec::new();
    let count = at.registry.known_people_after(PersonNumber(0), |known| people.push(known)).await;
    assert_eq!(count.unwrap(), 2);
    let seen: Vec<_> = people.iter().map(|p| (p.number, p.session_epoch, p.status)).collect();
    assert_eq!(seen, [(one, 0, None), (other, 1, Some(RED))]);
    let (mut all, mut statuses) = (Vec::new(), Vec::new());
    at.registry.all_people(Share::WHOLE, |known| all.push(known)).await.unwrap();
    all.sort_unstable_by_key(|known| known.number);
    let without = people.iter().map(|known| KnownPerson { status: None, ..known.clone() });
    assert_eq!(all, without.collect::<Vec<_>>());
    let tested = HealthStatus {
        nucleic_acid: Some(NucleicAcid::of(NOON, true)),
        itinerary: Itinerary::Clear,
        ..RED
    };
    at.registry.set_health_status(one, &tested).await.unwrap();
    at.registry
        .all_statuses(Share::WHOLE, |person, status| statuses.push((person, status)))
        .await
        .unwrap();
    statuses.sort_unstable_by_key(|(person, _)| *person);
    assert_eq!(statuses, [(one, tested), (other, RED)]);
    let sealed = at.registry.person(one).await.unwrap().unwrap().new.masked_sealed;
    assert_eq!(people[0].masked_sealed, sealed);
    assert_eq!(at.registry.known_person(other).await.unwrap().as_ref(), people.get(1));
    assert_eq!(at.registry.known_person(PersonNumber(3)).await.unwrap(), None);
    assert_eq!(at.registry.known_people_after(one, |_| {}).await.unwrap(), 1);

    let doors =
        [at.an_open_door(AWKWARD, "code").await, at.an_open_door("医院", "another code").await];
    let mut codes = Vec::new();
    at.registry.venue_codes(|row| codes.push(row)).await.unwrap();
    assert_eq!(codes.iter().map(|row| row.checkpoint).collect::<Vec<_>>(), doors);
    for handed in codes {
        let asked = at.registry.venue_code(&handed.code).await.unwrap().unwrap();
        assert_eq!(format!("{handed:?}"), format!("{asked:?}"));
    }
}

async fn session_keys_are_changed_by_whoever_knows_the_last_ones(at: &BackEnd) {
    assert_eq!(at.registry.session_keys().await.unwrap(), None);
    assert!(at.registry.set_session_keys(None, "1").await.unwrap());
    assert!(!at.registry.set_session_keys(None, "2").await.unwrap());
    assert!(!at.registry.set_session_keys(Some("3"), "2").await.unwrap());
    assert!(at.registry.set_session_keys(Some("1"), "2").await.unwrap());
    assert_eq!(at.registry.session_keys().await.unwrap().as_deref(), Some("2"));
    assert_eq!(since(at, 0).await, [Change::SessionKeys, Change::SessionKeys]);
}
