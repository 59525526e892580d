//! A door set up as a way out, with a position asked for, with an electronic sign; and the words of its day.

use crate::support::{complains, lines, not_found, number, visitor, visits_at};
use actions::{
    Failure,
    accounts::principals::{Investigator, Manager},
    checkins::{
        receipt::receipt,
        record::{Scanned, record},
        stored::{KeptVersion, Recorded},
    },
    checkpoints::settings::{read, set, words},
    contact_tracing::{cases, export, view},
    duty::{devices, screen, signs},
};
use domain::{
    accounts::Role,
    audit::Deed,
    checkins::Method,
    checkpoints::{DoorSettings, SettingsForm},
    contact_tracing::CaseForm,
    entry_policy::{Cause, Decision},
    health_status::Colour,
    people::PersonForm,
    presence::{Nearness, SignSeen, Told},
    time::MINUTE_MS,
};
use testkit::{Door, TestHouse};

async fn manager(t: &TestHouse, door: &Door) -> Manager {
    t.staff(&door.manager).await.as_manager().unwrap()
}

fn spot() -> SettingsForm {
    SettingsForm {
        asks_position: "1".to_owned(),
        latitude: "32.89".to_owned(),
        longitude: "115.814".to_owned(),
        radius_m: "200".to_owned(),
        ..SettingsForm::default()
    }
}

async fn set_up(t: &TestHouse, door: &Door, form: &SettingsForm) -> DoorSettings {
    set(t, &manager(t, door).await, door.number, form).await.unwrap()
}

pub(crate) async fn way_out(t: &TestHouse, door: &Door) {
    set_up(t, door, &SettingsForm { way: "exit".to_owned(), ..SettingsForm::default() }).await;
}

pub(crate) async fn way_in(t: &TestHouse, door: &Door) {
    set_up(t, door, &SettingsForm::default()).await;
}

pub(crate) async fn asks_position(t: &TestHouse, door: &Door) {
    set_up(t, door, &spot()).await;
}

/// Words are printed and a door is set up, for whoever needs everything to have happened once.
pub(crate) async fn once(t: &TestHouse, door: &Door) {
    set_up(t, door, &SettingsForm::default()).await;
    words(t, &manager(t, door).await, door.number, false).await.unwrap();
}

#[tokio::test]
async fn a_way_out_records_that_somebody_left_and_judges_nothing() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let duty = devices::device(&t, &t.duty(&door).await).unwrap();
    way_out(&t, &door).await;
    let (person, form) = visitor(&t).await;
    crate::support::colour(&t, &form, Colour::Red).await;
    let seen = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(seen.leaves && !seen.pending && seen.policy_version.is_none());
    assert_eq!((seen.method, seen.advice), (Method::Exit, "已登记离开"));
    assert_ne!(seen.decision, Decision::Pass);
    let again = receipt(&t, &person, &seen.id).await.unwrap();
    assert!(again.leaves && again.decision != Decision::Stop, "nothing is judged later either");
    let screen = screen::open(&t, &duty).await.unwrap();
    assert_eq!((screen.entries, screen.exits), (0, Some(1)));
    assert_eq!((screen.abnormal, screen.open_alerts.len()), (0, 0), "a red code leaves no alert");
    assert_eq!(screen.recent[0].method, Method::Exit);
    t.clock.advance_ms(30_000);
    let again = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(again.again && visits_at(&t, &door).await.len() == 1, "a minute is a minute here too");
}

#[tokio::test]
async fn a_far_phone_and_one_that_tells_nothing_are_looked_at_and_a_near_one_passes() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    set_up(&t, &door, &spot()).await;
    let (person, form) = visitor(&t).await;
    let enter = async |position| {
        t.clock.advance_ms(2 * MINUTE_MS);
        let scanned = Scanned { position, ..Method::Wechat.into() };
        record(&t, &person, &door.code, scanned).await.unwrap()
    };
    let near = enter(Told::read("32.8905,115.814,20")).await;
    assert_eq!((near.decision, near.presence.nearness), (Decision::Pass, Nearness::Near));
    let far = enter(Told::read("33.1,115.814,20")).await;
    assert_eq!((far.decision, far.colour), (Decision::Recheck, Colour::Green));
    assert_eq!(far.advice, "扫码的位置离这个门较远，请值守人员复核");
    let untold = enter(None).await;
    assert_eq!(
        (untold.decision, untold.advice),
        (Decision::Recheck, "没有得到位置，请值守人员复核")
    );
    crate::support::colour(&t, &form, Colour::Yellow).await;
    let both = enter(None).await;
    assert_eq!(both.advice, "请值守人员复核后再进入");
    assert_eq!(both.besides, Some("没有得到位置，请值守人员复核"), "no doubt is silent");
    let kept: Vec<Recorded> = visits_at(&t, &door).await.iter().map(Recorded::from).collect();
    let causes: Vec<_> = kept.iter().map(|one| one.cause).collect();
    let presence = Some(Cause::Presence);
    assert_eq!(causes, [None, presence, presence, Some(Cause::Colour)]);
    assert!(kept.iter().all(|one| one.policy == KeptVersion::Whole(1)));
    let duty = devices::device(&t, &t.duty(&door).await).unwrap();
    let screen = screen::open(&t, &duty).await.unwrap();
    assert_eq!(screen.open_alerts.len(), 1, "the yellow code, not the positions");
    assert_eq!(screen.recent[2].advice, "扫码的位置离这个门较远，请值守人员复核");
}

#[tokio::test]
async fn the_signs_code_of_the_moment_passes_and_a_photo_of_it_does_not() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    set_up(&t, &door, &SettingsForm { has_sign: "1".to_owned(), ..SettingsForm::default() }).await;
    let (sign_token, duty_token) = (t.sign(&door).await, t.duty(&door).await);
    let screen = devices::sign(&t, &sign_token).unwrap();
    let token = || {
        let url = signs::sign(&t, &screen).unwrap().url;
        assert!(url.starts_with(&format!("{}/c/{}/", t.settings.public_url, door.code)));
        url.rsplit('/').next().unwrap().to_owned()
    };
    let first = token();
    assert_eq!(signs::opened(&t, &door.code, &first), SignSeen::Fresh);
    t.clock.advance_ms(15_000);
    assert_ne!(token(), first, "it changes");
    t.clock.advance_ms(45_000);
    assert_eq!(signs::opened(&t, &door.code, &first), SignSeen::Fresh, "a minute to scan it");
    t.clock.advance_ms(60 * MINUTE_MS);
    assert_eq!(signs::opened(&t, &door.code, &first), SignSeen::Old);
    let other = "aaaaaaaaaaaaaaaa";
    for (code, token) in [
        (other, token().as_str()),
        (&door.code, ""),
        (&door.code, "a"),
        (&door.code, &"a".repeat(900)),
    ] {
        assert_eq!(signs::opened(&t, code, token), SignSeen::Missing);
    }
    let note = signs::note(&t, "seat", &door.code);
    assert_eq!(signs::noted(&t, "seat", &door.code, Some(&note)), SignSeen::Fresh);
    assert_eq!(signs::noted(&t, "other", &door.code, Some(&note)), SignSeen::Missing);
    assert_eq!(signs::noted(&t, "seat", &door.code, None), SignSeen::Missing);
    t.clock.advance_ms(16 * MINUTE_MS);
    assert_eq!(signs::noted(&t, "seat", &door.code, Some(&note)), SignSeen::Old);
    let (person, _) = visitor(&t).await;
    for (sign, decision) in [
        (SignSeen::NotAsked, Decision::Recheck),
        (SignSeen::Missing, Decision::Recheck),
        (SignSeen::Old, Decision::Recheck),
        (SignSeen::Fresh, Decision::Pass),
    ] {
        t.clock.advance_ms(2 * MINUTE_MS);
        let scanned = Scanned { sign, ..Method::Wechat.into() };
        let seen = record(&t, &person, &door.code, scanned).await.unwrap();
        assert_eq!(seen.decision, decision, "{sign:?}");
    }
    assert!(matches!(devices::device(&t, &sign_token), Err(Failure::NotSignedIn)));
    assert!(matches!(devices::sign(&t, &duty_token), Err(Failure::NotSignedIn)));
}

#[tokio::test]
async fn a_door_is_its_managers_and_what_was_set_is_in_the_audit() {
    let t = TestHouse::new().await;
    let (door, other) = (t.door().await, t.door().await);
    let (own, foreign) = (manager(&t, &door).await, manager(&t, &other).await);
    not_found(read(&t, &foreign, door.number).await);
    not_found(set(&t, &foreign, door.number, &spot()).await);
    not_found(words(&t, &foreign, door.number, false).await);
    let wrong = SettingsForm { radius_m: "9".to_owned(), ..spot() };
    complains("radius_m", set(&t, &own, door.number, &wrong).await);
    let settings = set(&t, &own, door.number, &spot()).await.unwrap();
    assert_eq!(read(&t, &own, door.number).await.unwrap().settings, settings);
    let told = lines(&t, Deed::DoorSetUp).await;
    assert_eq!(told[0].1, "入口，核对位置，200 米内，不用电子码");
    let today = words(&t, &own, door.number, false).await.unwrap();
    assert_eq!(today.hours.len(), 24);
    let (person, _) = visitor(&t).await;
    let seen = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let hour = usize::try_from(seen.entered.since(today.day) / 3_600_000).unwrap();
    assert_eq!(today.hours[hour].1, seen.proof_word);
    let tomorrow = words(&t, &own, door.number, true).await.unwrap();
    assert_ne!(tomorrow.hours, today.hours);
    assert_eq!(lines(&t, Deed::ProofWordsPrinted).await.len(), 2);
}

async fn investigator(t: &TestHouse) -> Investigator {
    t.staff(&t.staff_token(Role::Investigator, "").await).await.as_investigator().unwrap()
}

#[tokio::test]
async fn tracing_counts_those_who_were_there_during_the_stay() {
    let t = TestHouse::new().await;
    let (entrance, out) = t.two_doors().await;
    way_out(&t, &out).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(visitor(&t).await);
    }
    let scan = async |who: usize, door: &Door| {
        t.clock.advance_ms(10 * MINUTE_MS);
        record(&t, &people[who].0, &door.code, Method::Wechat).await.unwrap().entered
    };
    // 1 has left when the case, 0, comes; 2 has not; 3 comes when the case has left.
    scan(1, &entrance).await;
    scan(1, &out).await;
    scan(2, &entrance).await;
    scan(0, &entrance).await;
    let left = scan(0, &out).await;
    scan(3, &entrance).await;
    let caller = investigator(&t).await;
    let PersonForm { id_kind, id_number, .. } = people[0].1.clone();
    let form =
        CaseForm {
            case_number: "FY-9".to_owned(), reason: "流调".to_owned(), id_kind, id_number
        };
    let case = cases::open(&t, &caller, &form).await.unwrap();
    let desk = view::desk(&t, &caller, case, Some(60), None).await.unwrap();
    assert_eq!(desk.visits.len(), 1, "the scan on the way out ends the stay and is none");
    assert_eq!(desk.visits[0].left, Some(left));
    assert_eq!(desk.visits[0].policy_version, Some(1));
    let met: Vec<_> = desk.contacts.iter().map(|contact| contact.person).collect();
    assert_eq!(met, [number(&t, &people[2].1).await]);
    assert_eq!(export::contacts(&t, &caller, case, Some(60), None).await.unwrap().rows.len(), 1);
}
