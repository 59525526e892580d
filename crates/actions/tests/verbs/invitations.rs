//! A door, or the whole unit, handed to somebody else by phone.

use crate::support::{as_read, complains, conflict, manager, not_found, reviewer, too_many};
use actions::{
    accounts::principals::Manager,
    applications::{
        mine, review,
        submit::{change, submit, withdraw},
    },
    checkpoints::counts::counts,
    duty::devices,
    invitations::{self, DoorManager, Offered},
    posters,
    sms::TextMessage,
    venue_codes::{close, reopen, report_poster},
};
use domain::{
    applications::State,
    checkpoints::{CheckpointForm, CheckpointNumber},
    time::{DAY_MS, HOUR_MS},
};
use testkit::TestHouse;

/// An open door of a unit, its manager, and the phone of its responsible person.
async fn a_door(t: &TestHouse) -> (Manager, CheckpointNumber, CheckpointForm) {
    let owner = manager(t, &t.manager_with_organisation().await).await;
    let form = t.checkpoint_form();
    let number = submit(t, &owner, &form).await.unwrap();
    conflict(invitations::offer_door(t, &owner, number).await);
    approve(t, 1).await;
    (owner, number, form)
}

async fn approve(t: &TestHouse, round: i64) {
    let reviewer = reviewer(t, "").await;
    let waiting = review::Filter::all(State::Submitted);
    let rows = review::queue(t, &reviewer, &waiting).await.unwrap().rows;
    review::approve(t, &reviewer, rows[0].id, round).await.unwrap();
}

/// Whoever has this phone, registered as a manager.
async fn guest(t: &TestHouse, phone: &str) -> Manager {
    manager(t, &t.manager_of(phone).await).await
}

async fn accept(t: &TestHouse, guest: &Manager) {
    let offer = invitations::for_me(t, guest).await.unwrap().remove(0);
    invitations::accept(t, guest, offer.id).await.unwrap();
}

#[tokio::test]
async fn the_responsible_person_manages_the_door_with_an_account_of_their_own() {
    let t = TestHouse::new().await;
    let (owner, number, form) = a_door(&t).await;
    let phone = form.responsible_phone.clone();
    assert_eq!(invitations::offer_door(&t, &owner, number).await.unwrap(), Offered::BySms);
    let unit = "阜阳市人民医院".to_owned();
    let door = format!("{} {}", form.name, form.door);
    let said = TextMessage::DoorInvitation { unit: unit.clone(), door: door.clone() };
    assert_eq!(t.outbox.notices(&phone), [said]);
    let seen = mine::one(&t, &owner, number).await.unwrap();
    assert!(matches!(seen.manager, DoorManager::Invited { .. }) && !seen.is_responsible);
    let guest = guest(&t, &phone).await;
    not_found(mine::one(&t, &guest, number).await);
    let offers = invitations::for_me(&t, &guest).await.unwrap();
    assert_eq!((offers[0].unit.as_str(), offers[0].door.as_str()), (&*unit, &*door));
    invitations::accept(&t, &guest, offers[0].id).await.unwrap();
    let seen = mine::one(&t, &guest, number).await.unwrap();
    assert!(!seen.is_owner && seen.is_responsible);
    assert_eq!(mine::entrusted(&t, &guest).await.unwrap()[0].number, number);
    let owners = mine::one(&t, &owner, number).await.unwrap();
    assert!(owners.is_owner && matches!(owners.manager, DoorManager::Somebody { .. }));
    conflict(invitations::offer_door(&t, &owner, number).await);
    // What a door's manager does.
    posters::one(&t, &guest, number, "A4").await.unwrap();
    counts(&t, &guest, number).await.unwrap();
    devices::make_link(&t, &guest, number).await.unwrap();
    let code = seen.code.unwrap().short_number;
    report_poster(&t, &guest, number, &code, "damaged").await.unwrap();
    close(&t, &guest, number).await.unwrap();
    reopen(&t, &guest, number).await.unwrap();
    // And what is the unit's alone.
    not_found(change(&t, &guest, as_read(&t, number).await, &form).await);
    not_found(withdraw(&t, &guest, number).await);
    not_found(invitations::offer_door(&t, &guest, number).await);
    not_found(invitations::take_back_door(&t, &guest, number).await);
    conflict(invitations::offer_unit(&t, &guest, &t.fresh_phone()).await);
}

#[tokio::test]
async fn a_door_is_taken_back_or_laid_down() {
    let t = TestHouse::new().await;
    let (owner, number, form) = a_door(&t).await;
    conflict(invitations::take_back_door(&t, &owner, number).await);
    invitations::offer_door(&t, &owner, number).await.unwrap();
    let guest = guest(&t, &form.responsible_phone).await;
    accept(&t, &guest).await;
    invitations::take_back_door(&t, &owner, number).await.unwrap();
    not_found(mine::one(&t, &guest, number).await);
    not_found(posters::one(&t, &guest, number, "A4").await);
    not_found(invitations::lay_down(&t, &guest, number).await);
    invitations::offer_door(&t, &owner, number).await.unwrap();
    accept(&t, &guest).await;
    not_found(invitations::lay_down(&t, &owner, number).await);
    invitations::lay_down(&t, &guest, number).await.unwrap();
    assert!(mine::entrusted(&t, &guest).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_invitation_is_answered_by_the_one_invited_in_time() {
    let t = TestHouse::new().await;
    let (owner, number, form) = a_door(&t).await;
    invitations::offer_door(&t, &owner, number).await.unwrap();
    let guest = guest(&t, &form.responsible_phone).await;
    let id = invitations::for_me(&t, &guest).await.unwrap()[0].id;
    not_found(invitations::accept(&t, &owner, id).await);
    t.clock.advance_ms(7 * DAY_MS);
    not_found(invitations::accept(&t, &guest, id).await);
    assert!(invitations::for_me(&t, &guest).await.unwrap().is_empty());
    let seen = mine::one(&t, &owner, number).await.unwrap();
    assert_eq!(seen.manager, DoorManager::Nobody);
}

#[tokio::test]
async fn somebody_asked_for_many_doors_gets_one_text_message_an_hour() {
    let t = TestHouse::new().await;
    let (owner, number, form) = a_door(&t).await;
    let other = CheckpointForm { door: "后门".to_owned(), ..form.clone() };
    let other = submit(&t, &owner, &other).await.unwrap();
    approve(&t, 1).await;
    invitations::offer_door(&t, &owner, number).await.unwrap();
    let again = invitations::offer_door(&t, &owner, other).await.unwrap();
    assert_eq!(again, Offered::BesideOthers);
    assert_eq!(t.outbox.notices(&form.responsible_phone).len(), 1);
    let guest = guest(&t, &form.responsible_phone).await;
    assert_eq!(invitations::for_me(&t, &guest).await.unwrap().len(), 2);
    t.clock.advance_ms(HOUR_MS);
    assert_eq!(invitations::offer_door(&t, &owner, other).await.unwrap(), Offered::BySms);
}

#[tokio::test]
async fn an_invitation_that_could_not_be_sent_is_none() {
    let t = TestHouse::new().await;
    let (owner, number, form) = a_door(&t).await;
    t.outbox.fail(true);
    conflict(invitations::offer_door(&t, &owner, number).await);
    let seen = mine::one(&t, &owner, number).await.unwrap();
    assert_eq!(seen.manager, DoorManager::Nobody);
    t.outbox.fail(false);
    // The one before was not sent: the next one is, within the hour, too.
    assert_eq!(invitations::offer_door(&t, &owner, number).await.unwrap(), Offered::BySms);
    assert_eq!(t.outbox.notices(&form.responsible_phone).len(), 1);
}

#[tokio::test]
async fn nobody_invites_themselves() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let owner = guest(&t, &phone).await;
    let unit = domain::organisations::OrganisationForm {
        name: "青禾超市".to_owned(),
        credit_code: String::new(),
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
    };
    actions::organisations::create(&t, &owner, &unit).await.unwrap();
    let form = CheckpointForm { responsible_phone: phone.clone(), ..t.checkpoint_form() };
    let number = submit(&t, &owner, &form).await.unwrap();
    approve(&t, 1).await;
    assert!(mine::one(&t, &owner, number).await.unwrap().is_responsible);
    conflict(invitations::offer_door(&t, &owner, number).await);
    complains("phone", invitations::offer_unit(&t, &owner, &phone).await);
}

#[tokio::test]
async fn another_responsible_person_ends_what_the_one_before_could_do() {
    let t = TestHouse::new().await;
    let (owner, number, form) = a_door(&t).await;
    invitations::offer_door(&t, &owner, number).await.unwrap();
    let guest = guest(&t, &form.responsible_phone).await;
    accept(&t, &guest).await;
    let renamed = CheckpointForm { door: "改了名的门".to_owned(), ..form.clone() };
    change(&t, &owner, as_read(&t, number).await, &renamed).await.unwrap();
    approve(&t, 2).await;
    assert!(mine::one(&t, &guest, number).await.is_ok(), "another name, the same person");
    let other = CheckpointForm { responsible_phone: t.fresh_phone(), ..renamed };
    change(&t, &owner, as_read(&t, number).await, &other).await.unwrap();
    assert!(mine::one(&t, &guest, number).await.is_ok(), "not before it is approved");
    approve(&t, 3).await;
    not_found(mine::one(&t, &guest, number).await);
}

#[tokio::test]
async fn a_unit_changes_hands_with_everything() {
    let t = TestHouse::new().await;
    let (owner, number, form) = a_door(&t).await;
    assert_eq!(invitations::open_offer(&t, &owner).await.unwrap(), None);
    complains("phone", invitations::offer_unit(&t, &owner, "no phone").await);
    let phone = t.fresh_phone();
    assert_eq!(invitations::offer_unit(&t, &owner, &phone).await.unwrap(), Offered::BySms);
    assert!(invitations::open_offer(&t, &owner).await.unwrap().is_some());
    let successor = guest(&t, &phone).await;
    let offer = invitations::for_me(&t, &successor).await.unwrap().remove(0);
    assert_eq!(offer.door, "");
    invitations::accept(&t, &successor, offer.id).await.unwrap();
    not_found(mine::one(&t, &owner, number).await);
    assert!(mine::one(&t, &successor, number).await.unwrap().is_owner);
    let renamed = CheckpointForm { door: "改了名的门".to_owned(), ..form };
    change(&t, &successor, as_read(&t, number).await, &renamed).await.unwrap();
    assert_eq!(invitations::open_offer(&t, &owner).await.unwrap(), None);
}

#[tokio::test]
async fn who_has_a_unit_takes_no_other_and_an_offer_is_taken_back() {
    let t = TestHouse::new().await;
    let (owner, ..) = a_door(&t).await;
    let phone = t.fresh_phone();
    let other = guest(&t, &phone).await;
    let unit = domain::organisations::OrganisationForm {
        name: "另一家".to_owned(),
        credit_code: String::new(),
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
    };
    actions::organisations::create(&t, &other, &unit).await.unwrap();
    conflict(invitations::take_back_unit(&t, &owner).await);
    invitations::offer_unit(&t, &owner, &phone).await.unwrap();
    let id = invitations::for_me(&t, &other).await.unwrap()[0].id;
    conflict(invitations::accept(&t, &other, id).await);
    invitations::take_back_unit(&t, &owner).await.unwrap();
    not_found(invitations::decline(&t, &other, id).await);
}

#[tokio::test]
async fn a_unit_is_offered_five_times_a_day() {
    let t = TestHouse::new().await;
    let owner = manager(&t, &t.manager_with_organisation().await).await;
    for _ in 0..5 {
        invitations::offer_unit(&t, &owner, &t.fresh_phone()).await.unwrap();
    }
    too_many(invitations::offer_unit(&t, &owner, &t.fresh_phone()).await);
    t.clock.advance_ms(DAY_MS);
    invitations::offer_unit(&t, &owner, &t.fresh_phone()).await.unwrap();
}
