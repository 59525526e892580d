//! A door or a unit is handed over by an invitation to a phone, answered once.

use super::{
    made::{NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    applications::State,
    audit::Deed,
    checkpoints::CheckpointNumber,
    messages::MessageKind,
    time::{DAY_MS, UnixMs},
};
use registry::{Answered, DoorFilter, NewInvitation, NewOrganisation};

on_both!(
    an_accepted_door_is_managed_by_who_accepted,
    an_invitation_is_for_one_phone_for_a_while_and_once,
    another_offer_takes_the_place_of_the_one_before,
    what_is_offered_or_given_is_taken_back,
    a_declined_door_and_one_laid_down_are_the_units_again,
    an_accepted_unit_changes_hands_with_all_its_doors,
    who_has_a_unit_takes_no_other,
    two_answers_at_once_are_one,
    another_responsible_person_ends_what_the_one_before_had,
    a_declined_unit_stays_and_its_manager_is_told,
    answered_and_old_invitations_are_swept,
    what_nobody_was_told_of_is_as_if_it_had_not_been,
);

const DOOR: CheckpointNumber = CheckpointNumber(1);
const OWNER: i64 = 1;
const GUEST: i64 = 2;
const EXPIRES: UnixMs = UnixMs(NOON.0 + 7 * DAY_MS);

/// An open door of a unit that account 1 manages; account 2 has the phone 139.
async fn a_managed_door(at: &BackEnd) {
    assert_eq!(at.an_account(Role::Manager, "138").await, OWNER);
    assert_eq!(at.an_account(Role::Manager, "139").await, GUEST);
    let unit = NewOrganisation { account: Some(OWNER), ..organisation("万达") };
    let unit = at.registry.insert_organisation(&unit).await.unwrap().unwrap();
    at.applied(&record(unit, "万达", "东门"), NOON).await;
    let line = line(Deed::ApplicationApproved, NOON);
    assert!(
        at.registry
            .approve_application((1, 1), State::Submitted, "code", "FY-1", &line)
            .await
            .unwrap()
    );
}

async fn invite(at: &BackEnd, checkpoint: Option<CheckpointNumber>, phone: &str) -> i64 {
    let new = NewInvitation {
        organisation: 1,
        checkpoint,
        phone_index: phone.as_bytes().to_vec(),
        phone_sealed: b"sealed".to_vec(),
        expires: EXPIRES,
    };
    at.registry.invite(&new, &line(Deed::Invited, NOON)).await.unwrap()
}

async fn answer(at: &BackEnd, id: i64, account: i64, accepts: bool) -> Answered {
    let line = line(Deed::InvitationAnswered, NOON.plus(5));
    at.registry.answer_invitation(id, account, accepts, &line).await.unwrap()
}

async fn manager(at: &BackEnd) -> Option<i64> {
    at.registry.checkpoint(DOOR).await.unwrap().unwrap().manager
}

async fn last_told(at: &BackEnd, account: i64) -> Option<MessageKind> {
    let messages = at.registry.messages_of(account, 1, 0).await.unwrap();
    messages.first().map(|message| message.kind)
}

async fn waiting(at: &BackEnd, phone: &str) -> usize {
    at.registry.invitations_for(phone.as_bytes(), NOON.plus(1), 9).await.unwrap().len()
}

async fn an_accepted_door_is_managed_by_who_accepted(at: &BackEnd) {
    a_managed_door(at).await;
    assert_eq!(at.registry.last_invited(1, b"139").await.unwrap(), None);
    let id = invite(at, Some(DOOR), "139").await;
    let seen = at.registry.invitations_for(b"139", NOON, 9).await.unwrap().remove(0);
    assert_eq!((seen.id, seen.unit.as_str(), seen.door.as_str()), (id, "万达", "万达 东门"));
    assert_eq!((seen.checkpoint, seen.made, seen.expires), (Some(DOOR), NOON, EXPIRES));
    assert_eq!((seen.organisation, seen.phone_sealed.as_slice()), (1, b"sealed".as_slice()));
    let of_door = at.registry.invitation_to(1, Some(DOOR), NOON).await.unwrap().unwrap();
    assert_eq!(of_door.id, id);
    assert!(at.registry.invitation_to(1, None, NOON).await.unwrap().is_none(), "not the unit");
    assert_eq!(answer(at, id, GUEST, true).await, Answered::Done);
    assert_eq!(manager(at).await, Some(GUEST));
    assert_eq!(last_told(at, OWNER).await, Some(MessageKind::DoorTaken));
    assert_eq!(at.registry.doors_managed_by(GUEST, 9).await.unwrap()[0].number, DOOR);
    assert!(at.registry.doors_managed_by(OWNER, 9).await.unwrap().is_empty());
    assert_eq!(waiting(at, "139").await, 0);
    assert_eq!(at.registry.last_invited(1, b"139").await.unwrap(), Some(NOON));
}

async fn an_invitation_is_for_one_phone_for_a_while_and_once(at: &BackEnd) {
    a_managed_door(at).await;
    let id = invite(at, Some(DOOR), "139").await;
    assert_eq!(answer(at, id, OWNER, true).await, Answered::Gone, "another phone's");
    assert_eq!(answer(at, id + 1, GUEST, true).await, Answered::Gone, "no such");
    let late = line(Deed::InvitationAnswered, EXPIRES);
    let answered = at.registry.answer_invitation(id, GUEST, true, &late).await.unwrap();
    assert_eq!(answered, Answered::Gone, "too late");
    assert_eq!(at.registry.invitations_for(b"139", EXPIRES, 9).await.unwrap().len(), 0);
    assert_eq!(manager(at).await, None);
    assert_eq!(answer(at, id, GUEST, true).await, Answered::Done);
    assert_eq!(answer(at, id, GUEST, false).await, Answered::Gone, "answered");
}

async fn another_offer_takes_the_place_of_the_one_before(at: &BackEnd) {
    a_managed_door(at).await;
    let first = invite(at, Some(DOOR), "139").await;
    let unit = invite(at, None, "139").await;
    invite(at, Some(DOOR), "137").await;
    assert_eq!(answer(at, first, GUEST, true).await, Answered::Gone);
    assert_eq!((waiting(at, "137").await, waiting(at, "139").await), (1, 1), "the unit's stays");
    assert_eq!(at.registry.invitation_to(1, None, NOON).await.unwrap().unwrap().id, unit);
    assert_eq!(at.registry.count_unit_offers(1, NOON).await.unwrap(), 1);
    assert_eq!(at.registry.count_unit_offers(1, NOON.plus(1)).await.unwrap(), 0);
}

async fn what_is_offered_or_given_is_taken_back(at: &BackEnd) {
    a_managed_door(at).await;
    let line = line(Deed::ManagerWithdrawn, NOON.plus(2));
    let take_back = async |door| at.registry.withdraw_offer(1, door, &line).await.unwrap();
    assert!(!take_back(Some(DOOR)).await, "there is nothing");
    let id = invite(at, Some(DOOR), "139").await;
    assert!(!take_back(None).await, "that is no offer of the unit");
    assert!(take_back(Some(DOOR)).await);
    assert_eq!(answer(at, id, GUEST, true).await, Answered::Gone);
    let id = invite(at, Some(DOOR), "139").await;
    assert_eq!(answer(at, id, GUEST, true).await, Answered::Done);
    assert!(take_back(Some(DOOR)).await);
    assert_eq!(manager(at).await, None);
    assert_eq!(last_told(at, GUEST).await, Some(MessageKind::DoorWithdrawn));
    invite(at, None, "139").await;
    assert!(take_back(None).await);
    assert_eq!(waiting(at, "139").await, 0);
}

async fn a_declined_door_and_one_laid_down_are_the_units_again(at: &BackEnd) {
    a_managed_door(at).await;
    let id = invite(at, Some(DOOR), "139").await;
    assert_eq!(answer(at, id, GUEST, false).await, Answered::Done);
    assert_eq!((manager(at).await, waiting(at, "139").await), (None, 0));
    assert_eq!(last_told(at, OWNER).await, Some(MessageKind::DoorLeft));
    let id = invite(at, Some(DOOR), "139").await;
    assert_eq!(answer(at, id, GUEST, true).await, Answered::Done);
    let line = line(Deed::InvitationAnswered, NOON.plus(9));
    assert!(
        !at.registry.lay_down(DOOR, OWNER, &line).await.unwrap(),
        "not the owner's to lay down"
    );
    assert!(at.registry.lay_down(DOOR, GUEST, &line).await.unwrap());
    assert!(!at.registry.lay_down(DOOR, GUEST, &line).await.unwrap());
    assert_eq!(manager(at).await, None);
    assert_eq!(last_told(at, OWNER).await, Some(MessageKind::DoorLeft));
}

async fn an_accepted_unit_changes_hands_with_all_its_doors(at: &BackEnd) {
    a_managed_door(at).await;
    let door = invite(at, Some(DOOR), "139").await;
    assert_eq!(answer(at, door, GUEST, true).await, Answered::Done);
    let id = invite(at, None, "139").await;
    let seen = at.registry.invitations_for(b"139", NOON, 9).await.unwrap().remove(0);
    assert_eq!((seen.checkpoint, seen.door.as_str()), (None, ""));
    assert_eq!(answer(at, id, GUEST, true).await, Answered::Done);
    assert!(at.registry.organisation_of(OWNER).await.unwrap().is_none());
    assert_eq!(at.registry.organisation_of(GUEST).await.unwrap().unwrap().id, 1);
    assert_eq!(manager(at).await, None, "the door is the unit's manager's by that");
    assert_eq!(last_told(at, OWNER).await, Some(MessageKind::UnitTaken));
    let (state, text, sort) = (None, String::new(), domain::sorting::Sort::Usual);
    let all = DoorFilter { organisation: 1, state, text, sort, limit: 9, offset: 0 };
    assert_eq!(at.registry.doors_total(&all).await.unwrap(), 1);
}

async fn who_has_a_unit_takes_no_other(at: &BackEnd) {
    a_managed_door(at).await;
    let own = NewOrganisation { account: Some(GUEST), ..organisation("金鹰") };
    at.registry.insert_organisation(&own).await.unwrap().unwrap();
    let id = invite(at, None, "139").await;
    assert_eq!(answer(at, id, GUEST, true).await, Answered::HasUnit);
    assert_eq!(at.registry.organisation_of(OWNER).await.unwrap().unwrap().id, 1);
    assert_eq!(waiting(at, "139").await, 1, "it still waits");
    assert_eq!(last_told(at, OWNER).await, Some(MessageKind::Approved), "nothing happened");
}

async fn two_answers_at_once_are_one(at: &BackEnd) {
    a_managed_door(at).await;
    let id = invite(at, Some(DOOR), "139").await;
    let (yes, no) = tokio::join!(answer(at, id, GUEST, true), answer(at, id, GUEST, false));
    let both = [yes, no];
    assert!(both.contains(&Answered::Done) && both.contains(&Answered::Gone), "{both:?}");
    assert_eq!(manager(at).await.is_some(), yes == Answered::Done);
}

async fn another_responsible_person_ends_what_the_one_before_had(at: &BackEnd) {
    a_managed_door(at).await;
    let id = invite(at, Some(DOOR), "139").await;
    assert_eq!(answer(at, id, GUEST, true).await, Answered::Done);
    let change = async |phone: &[u8], round| {
        let asked = line(Deed::ApplicationSubmitted, NOON.plus(6));
        let new = record(1, "万达", "北门");
        assert!(at.registry.propose(at.as_read(DOOR).await, &new, phone, &asked).await.unwrap());
        let yes = line(Deed::ApplicationApproved, NOON.plus(7));
        assert!(
            at.registry
                .approve_application((1, round), State::Submitted, "x", "FY-x", &yes)
                .await
                .unwrap()
        );
    };
    change(b"139", 2).await;
    assert_eq!(manager(at).await, Some(GUEST), "the same person's door");
    let open = invite(at, Some(DOOR), "139").await;
    change(b"137", 3).await;
    assert_eq!(manager(at).await, None);
    assert_eq!(last_told(at, GUEST).await, Some(MessageKind::DoorWithdrawn));
    assert_eq!(answer(at, open, GUEST, true).await, Answered::Gone);
}

async fn a_declined_unit_stays_and_its_manager_is_told(at: &BackEnd) {
    a_managed_door(at).await;
    let id = invite(at, None, "139").await;
    assert_eq!(answer(at, id, GUEST, false).await, Answered::Done);
    assert_eq!(at.registry.organisation_of(OWNER).await.unwrap().unwrap().id, 1);
    assert_eq!(last_told(at, OWNER).await, Some(MessageKind::UnitDeclined));
}

async fn what_nobody_was_told_of_is_as_if_it_had_not_been(at: &BackEnd) {
    a_managed_door(at).await;
    let id = invite(at, Some(DOOR), "139").await;
    let line = line(Deed::Invited, NOON.plus(1));
    at.registry.unsay_invitation(id, &line).await.unwrap();
    assert_eq!(waiting(at, "139").await, 0);
    assert_eq!(at.registry.last_invited(1, b"139").await.unwrap(), None);
    assert_eq!(at.lines_of(Deed::Invited).await, 2);
}

async fn answered_and_old_invitations_are_swept(at: &BackEnd) {
    a_managed_door(at).await;
    invite(at, Some(DOOR), "139").await;
    assert_eq!(at.registry.sweep_invitations(EXPIRES).await.unwrap(), 0);
    assert_eq!(at.registry.sweep_invitations(EXPIRES.plus(1)).await.unwrap(), 1);
}
