//! Entry policies: kept whole, decided once by another person, and told to who keeps them in memory.

use super::{
    made::{NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    audit::Deed,
    checkpoints::CheckpointNumber,
    entry_policy::{FIRST_RULES, NewPolicy, Otherwise, Reach, Rules},
    regions::RegionCode,
    time::UnixMs,
};
use registry::{Change, PolicyOutcome, Proposed};

on_both!(
    a_proposal_is_kept_whole_and_holds_nowhere,
    another_person_agrees_and_it_holds_from_when_it_was_wanted,
    nobody_agrees_to_their_own_and_nobody_else_takes_it_back,
    a_proposal_is_decided_once_by_two_at_once,
    so_many_wait_and_no_more,
    a_door_says_in_which_township_it_lies,
);

const RULES: Rules = Rules {
    yellow: Otherwise::Stop,
    nucleic_acid_hours_max: None,
    test_free_under_years: Some(3),
    test_free_from_years: Some(120),
    risk: None,
    no_itinerary: Some(Otherwise::Stop),
    ..FIRST_RULES
};

fn new(begins: Option<UnixMs>, rules: Option<Rules>) -> NewPolicy {
    NewPolicy { begins, rules, note: "第 9 号通告".to_owned() }
}

fn hospitals() -> Reach {
    Reach::Places { region: RegionCode::parse("341202"), category: Some("105".to_owned()) }
}

async fn two(at: &BackEnd) -> (i64, i64) {
    (at.an_account(Role::PolicyOfficer, "1").await, at.an_account(Role::PolicyOfficer, "2").await)
}

async fn propose(at: &BackEnd, reach: &Reach, new: &NewPolicy, by: i64) -> Proposed {
    let line = line(Deed::PolicyProposed, NOON);
    at.registry.propose_policy(reach, new, by, &line).await.unwrap()
}

async fn decide(at: &BackEnd, version: u32, by: (PolicyOutcome, i64), when: UnixMs) -> bool {
    let line = line(Deed::PolicyDecided, when);
    at.registry.decide_policy(version, by, "理由", &line).await.unwrap()
}

async fn a_proposal_is_kept_whole_and_holds_nowhere(at: &BackEnd) {
    let (one, _) = two(at).await;
    let door = at.an_open_door("万达", "code").await;
    let wanted = new(Some(NOON.plus(9)), Some(RULES));
    for (version, reach, new) in [
        (2, Reach::CITY, wanted.clone()),
        (3, hospitals(), new(None, None)),
        (4, Reach::Checkpoint(door), wanted.clone()),
    ] {
        assert_eq!(propose(at, &reach, &new, one).await, Proposed::Waits(version));
        let row = at.registry.policy(version).await.unwrap().unwrap();
        assert_eq!((row.version, &row.reach, &row.new), (version, &reach, &new));
        assert_eq!((row.proposed_by, row.proposed), (one, NOON));
        assert_eq!((row.decided, row.begins, row.reason.as_str()), (None, None, ""));
    }
    assert_eq!(at.registry.policy(5).await.unwrap(), None);
    assert!(at.registry.agreed_policies().await.unwrap().is_empty());
    let versions = |rows: Vec<registry::PolicyRow>| -> Vec<u32> {
        rows.iter().map(|row| row.version).collect()
    };
    assert_eq!(versions(at.registry.policies(2, 0).await.unwrap()), [4, 3]);
    assert_eq!(versions(at.registry.policies(2, 2).await.unwrap()), [2]);
    assert_eq!(versions(at.registry.waiting_policies().await.unwrap()), [2, 3, 4]);
    assert_eq!(at.registry.count_policies().await.unwrap(), 3);
    assert_eq!(at.lines_of(Deed::PolicyProposed).await, 3);
}

async fn another_person_agrees_and_it_holds_from_when_it_was_wanted(at: &BackEnd) {
    let (one, other) = two(at).await;
    let later = new(Some(NOON.plus(900)), Some(RULES));
    propose(at, &Reach::CITY, &later, one).await;
    propose(at, &hospitals(), &later, one).await;
    propose(at, &hospitals(), &new(None, None), one).await;
    let before = at.registry.last_change().await.unwrap();
    let yes = (PolicyOutcome::Approved, other);
    assert!(decide(at, 2, yes, NOON.plus(100)).await);
    // Agreed on too late for when it was wanted: from then on, not before.
    assert!(decide(at, 3, yes, NOON.plus(1_000)).await);
    assert!(decide(at, 4, yes, NOON.plus(1_001)).await);
    let agreed = at.registry.agreed_policies().await.unwrap();
    let begins: Vec<UnixMs> = agreed.iter().map(|policy| policy.begins).collect();
    assert_eq!(begins, [NOON.plus(900), NOON.plus(1_000), NOON.plus(1_001)]);
    assert_eq!((agreed[0].reach.clone(), agreed[0].rules), (Reach::CITY, Some(RULES)));
    assert_eq!((agreed[2].version, agreed[2].rules), (4, None));
    let row = at.registry.policy(2).await.unwrap().unwrap();
    assert_eq!(row.decided, Some((PolicyOutcome::Approved, other, NOON.plus(100))));
    let changes = at.registry.changes_after(before, 9).await.unwrap().unwrap();
    assert!(changes.iter().all(|(_, change)| *change == Change::EntryPolicies));
    assert_eq!(changes.len(), 3);
    assert_eq!(at.lines_of(Deed::PolicyDecided).await, 3);
}

async fn nobody_agrees_to_their_own_and_nobody_else_takes_it_back(at: &BackEnd) {
    let (one, other) = two(at).await;
    propose(at, &Reach::CITY, &new(None, Some(RULES)), one).await;
    propose(at, &Reach::CITY, &new(None, Some(RULES)), one).await;
    for by in [
        (PolicyOutcome::Approved, one),
        (PolicyOutcome::Refused, one),
        (PolicyOutcome::Withdrawn, other),
    ] {
        assert!(!decide(at, 2, by, NOON).await, "{by:?}");
    }
    assert_eq!(at.lines_of(Deed::PolicyDecided).await, 0, "what is not done leaves no line");
    let before = at.registry.last_change().await.unwrap();
    assert!(decide(at, 2, (PolicyOutcome::Withdrawn, one), NOON).await);
    assert!(decide(at, 3, (PolicyOutcome::Refused, other), NOON).await);
    assert!(!decide(at, 2, (PolicyOutcome::Approved, other), NOON).await);
    assert!(!decide(at, 9, (PolicyOutcome::Approved, other), NOON).await);
    assert_eq!(at.registry.policy(3).await.unwrap().unwrap().reason, "理由");
    assert!(at.registry.agreed_policies().await.unwrap().is_empty());
    assert_eq!(at.registry.last_change().await.unwrap(), before, "nothing to read again");
}

async fn a_proposal_is_decided_once_by_two_at_once(at: &BackEnd) {
    let (one, other) = two(at).await;
    let third = at.an_account(Role::PolicyOfficer, "3").await;
    propose(at, &Reach::CITY, &new(None, Some(RULES)), one).await;
    let (a, b) = tokio::join!(
        decide(at, 2, (PolicyOutcome::Approved, other), NOON),
        decide(at, 2, (PolicyOutcome::Refused, third), NOON)
    );
    assert!(a ^ b, "{a} {b}");
    assert_eq!(at.registry.agreed_policies().await.unwrap().len(), usize::from(a));
    assert_eq!(at.lines_of(Deed::PolicyDecided).await, 1);
}

async fn so_many_wait_and_no_more(at: &BackEnd) {
    let (one, other) = two(at).await;
    for _ in 0..100 {
        let kept = propose(at, &Reach::CITY, &new(None, None), one).await;
        assert!(matches!(kept, Proposed::Waits(_)), "{kept:?}");
    }
    assert_eq!(propose(at, &Reach::CITY, &new(None, None), one).await, Proposed::Full);
    assert!(decide(at, 2, (PolicyOutcome::Refused, other), NOON).await);
    let next = propose(at, &Reach::CITY, &new(None, None), one).await;
    assert_eq!(next, Proposed::Waits(102), "a number that was not used is not lost");
}

async fn a_door_says_in_which_township_it_lies(at: &BackEnd) {
    let door = at.an_open_door("万达", "code").await;
    assert_eq!(at.registry.township_of(door).await.unwrap().as_deref(), Some("341202001"));
    assert_eq!(at.registry.township_of(CheckpointNumber(9)).await.unwrap(), None);
}
