//! Reverse scans: staff type the document of a person who has no phone.

use crate::support::{colour, complains, conflict, device, number, sign_up, visitor, visits_at};
use actions::{
    checkins::record::record,
    duty::{announce::Announcement, screen},
    people::register::{CONSENT_VERSION, seal},
    reverse_scans::{IdForm, by_id_number},
};
use domain::{
    checkins::Method,
    entry_policy::Decision,
    health_status::Colour,
    people::{IdDocument, IdKind, PersonForm},
    venue_codes::Standing,
};
use testkit::{TestHouse, id_number};

fn typed(id_number: &str, name: &str) -> IdForm {
    IdForm {
        id_kind: "resident_id".to_owned(),
        id_number: id_number.to_owned(),
        name: name.to_owned(),
        consent: false,
    }
}

#[tokio::test]
async fn a_known_person_enters_by_the_number_alone() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (_, form) = visitor(&t).await;
    let mut listener = screen::listen(&t, &guard);
    let shown = by_id_number(&t, &guard, &typed(&form.id_number, "")).await.unwrap();
    assert_eq!((shown.masked_name.as_str(), shown.method), ("王*明", Method::StaffIdNumber));
    assert_eq!((shown.decision, shown.entered), (Decision::Pass, t.now()));
    assert!(matches!(listener.try_recv(), Ok(Announcement::Entry(_))));
    let stored = visits_at(&t, &door).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].person, number(&t, &form).await.0);
    assert_eq!(stored[0].method, Method::StaffIdNumber.number());
    let id = t.registry.devices_at(door.number).await.unwrap()[0].id;
    assert_eq!(i64::from(stored[0].operator), id, "which device did it");
}

#[tokio::test]
async fn a_new_person_needs_a_name_and_is_known_afterwards() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let id = id_number(900);
    complains("name", by_id_number(&t, &guard, &typed(&id, "")).await);
    complains("name", by_id_number(&t, &guard, &typed(&id, "12")).await);
    assert!(visits_at(&t, &door).await.is_empty());
    assert_eq!(t.registry.count_people().await.unwrap(), 0);
    let shown = by_id_number(&t, &guard, &typed(&id, "欧阳建国")).await.unwrap();
    assert_eq!(shown.masked_name, "欧**国");
    t.clock.advance_ms(60_000);
    let shown = by_id_number(&t, &guard, &typed(&id.to_lowercase(), "")).await.unwrap();
    assert_eq!(shown.masked_name, "欧**国");
    assert_eq!(t.registry.count_people().await.unwrap(), 1);
    assert_eq!(visits_at(&t, &door).await.len(), 2);
}

#[tokio::test]
async fn a_wrong_number_or_kind_is_marked_and_registers_nothing() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let right = id_number(901);
    let last = if right.ends_with('1') { "2" } else { "1" };
    let wrong = format!("{}{last}", &right[..17]);
    for number in [wrong.as_str(), "", "34120219", "场所码"] {
        complains("id_number", by_id_number(&t, &guard, &typed(number, "王小明")).await);
    }
    let kind = IdForm { id_kind: "library_card".to_owned(), ..typed(&right, "王小明") };
    complains("id_kind", by_id_number(&t, &guard, &kind).await);
    assert!(visits_at(&t, &door).await.is_empty());
    assert_eq!(t.registry.count_people().await.unwrap(), 0);
}

#[tokio::test]
async fn one_new_person_typed_at_two_doors_at_once_is_one_person() {
    let t = TestHouse::new().await;
    let (door, other) = (t.door().await, t.door().await);
    let (here, there) = (device(&t, &door).await, device(&t, &other).await);
    let form = typed(&id_number(902), "王小明");
    let (one, two) = tokio::join!(by_id_number(&t, &here, &form), by_id_number(&t, &there, &form));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(t.registry.count_people().await.unwrap(), 1);
    let (at_one, at_two) = (visits_at(&t, &door).await, visits_at(&t, &other).await);
    assert_eq!((at_one.len(), at_two.len()), (1, 1));
    assert_eq!(at_one[0].person, at_two[0].person);
}

#[tokio::test]
async fn who_was_registered_elsewhere_a_moment_ago_enters_at_once() {
    let t = TestHouse::new().await;
    let guard = device(&t, &t.door().await).await;
    let form = typed(&id_number(903), "王小明");
    let id = IdDocument::parse(IdKind::ResidentId, &form.id_number, t.now()).unwrap();
    // As another request, or another process, leaves it before the memory has followed.
    let sealed = seal(&t, &form.name, &id, None, 0).unwrap();
    t.registry.insert_people(&[sealed]).await.unwrap();
    assert_eq!(by_id_number(&t, &guard, &form).await.unwrap().masked_name, "王*明");
}

#[tokio::test]
async fn a_scan_and_a_reverse_scan_within_a_minute_are_one_entry() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, form) = visitor(&t).await;
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(30_000);
    let shown = by_id_number(&t, &guard, &typed(&form.id_number, "")).await.unwrap();
    assert_eq!(shown.method, Method::Wechat, "the entry that was there");
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}

#[tokio::test]
async fn a_red_person_raises_the_same_alert() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (_, form) = visitor(&t).await;
    colour(&t, &form, Colour::Red).await;
    let shown = by_id_number(&t, &guard, &typed(&form.id_number, "")).await.unwrap();
    assert_eq!((shown.decision, shown.colour), (Decision::Stop, Colour::Red));
    assert_eq!(shown.alert, Some(screen::open(&t, &guard).await.unwrap().open_alerts[0].id));
}

#[tokio::test]
async fn a_door_whose_code_is_stopped_takes_nobody() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    for standing in [Standing::Suspended, Standing::Replaced(t.now()), Standing::Closed] {
        t.set_standing(&door.code, standing).await;
        conflict(by_id_number(&t, &guard, &typed(&id_number(903), "王小明")).await);
    }
    assert!(visits_at(&t, &door).await.is_empty());
    assert_eq!(t.registry.count_people().await.unwrap(), 0);
}

#[tokio::test]
async fn a_person_registered_at_a_door_gets_a_phone_by_registering_later() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let form = PersonForm { name: "欧阳建国".to_owned(), ..t.person_form() };
    by_id_number(&t, &guard, &typed(&form.id_number, "欧阳建国")).await.unwrap();
    let person = number(&t, &form).await;
    let stored = t.registry.person(person).await.unwrap().unwrap().new;
    assert!(stored.phone_sealed.is_none() && stored.consent_version == 0);
    let other_name = PersonForm { name: "欧阳建军".to_owned(), ..form.clone() };
    complains("name", sign_up(&t, &other_name).await);
    sign_up(&t, &form).await.unwrap();
    assert_eq!(number(&t, &form).await, person);
    let stored = t.registry.person(person).await.unwrap().unwrap().new;
    assert!(stored.phone_sealed.is_some() && stored.consent_version == CONSENT_VERSION);
    let other_phone = PersonForm { phone: t.fresh_phone(), ..form };
    complains("phone", sign_up(&t, &other_phone).await);
}
