//! Entry policy: proposed by one, agreed on by another, and what doors then do.

use crate::support::{complains, conflict, device, green, lines, not_found, number, visitor};
use actions::{
    accounts::principals::PolicyOfficer,
    checkins::{
        receipt::receipt,
        record::record,
        stored::{KeptVersion, Recorded},
    },
    entry_policy::{
        decide::{approve, refuse, withdraw},
        list::{Standing, desk, one},
        preview::{of_form, of_version},
        propose::propose,
    },
    reverse_scans::{IdForm, by_id_number},
};
use domain::{
    accounts::Role,
    audit::Deed,
    checkins::Method,
    entry_policy::{Decision, FIRST_RULES, PolicyForm, Rules},
    health_status::{HealthStatus, NucleicAcid},
    time::{HOUR_MS, MINUTE_MS},
};
use testkit::TestHouse;

pub(crate) async fn officer(t: &TestHouse, region: &str) -> PolicyOfficer {
    let token = t.staff_token(Role::PolicyOfficer, region).await;
    t.staff(&token).await.as_policy_officer().unwrap()
}

pub(crate) fn form(rules: &Rules) -> PolicyForm {
    PolicyForm { note: "指挥部第 9 号通告".to_owned(), ..PolicyForm::of_rules(rules) }
}

const DAY: Rules = Rules { nucleic_acid_hours_max: Some(24), ..FIRST_RULES };
const HALF: Rules = Rules { nucleic_acid_hours_max: Some(10), ..FIRST_RULES };

/// Somebody proposes and somebody else agrees.
pub(crate) async fn agreed(t: &TestHouse, form: &PolicyForm) -> u32 {
    let version = propose(t, &officer(t, "").await, form).await.unwrap();
    approve(t, &officer(t, "").await, version).await.unwrap();
    version
}

/// A policy is agreed on, for whoever needs everything to have happened once.
pub(crate) async fn one_agreed(t: &TestHouse) {
    agreed(t, &PolicyForm { category: "204".to_owned(), ..form(&FIRST_RULES) }).await;
}

#[tokio::test]
async fn a_policy_holds_once_another_officer_agrees_and_a_visit_keeps_its_version() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    // Tested eleven hours ago.
    let (person, typed) = visitor(&t).await;
    let (one_officer, other) = (officer(&t, "").await, officer(&t, "").await);
    let version = propose(&t, &one_officer, &form(&HALF)).await.unwrap();
    let enter = async || record(&t, &person, &door.code, Method::Browser).await.unwrap();
    assert_eq!(enter().await.decision, Decision::Pass, "a proposal changes nothing");
    conflict(approve(&t, &one_officer, version).await);
    conflict(refuse(&t, &one_officer, version, "不行").await);
    conflict(withdraw(&t, &other, version).await);
    approve(&t, &other, version).await.unwrap();
    conflict(approve(&t, &other, version).await);
    t.clock.advance_ms(2 * MINUTE_MS);
    let seen = enter().await;
    assert_eq!(seen.decision, Decision::Recheck);
    assert_eq!(seen.advice, "核酸检测超过规定时间，请值守人员复核");
    let who = number(&t, &typed).await;
    let visits = t.visits.visits_of(who.0, 0, i64::MAX).await.unwrap();
    let versions: Vec<KeptVersion> =
        visits.iter().map(|visit| Recorded::from(visit).policy).collect();
    assert_eq!(versions, [1, version].map(KeptVersion::Whole));
    let listed = one(&t, &other, version).await.unwrap();
    assert!(listed.proposed_by.contains('*'), "who proposed, masked: {}", listed.proposed_by);
    assert!(listed.decided_by.is_some_and(|name| name.contains('*')));
    assert_eq!(seen.policy_version, Some(version));
    // A fresh result that is looked at again says what holds now.
    let again = receipt(&t, &person, &seen.id).await.unwrap();
    assert_eq!(again.decision, Decision::Recheck);
    let told = lines(&t, Deed::PolicyDecided).await;
    assert_eq!(told, [(format!("通行策略 {version}"), "同意".to_owned())]);
}

#[tokio::test]
async fn the_narrowest_holds_at_a_door_also_for_a_reverse_scan() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, typed) = visitor(&t).await;
    agreed(&t, &form(&HALF)).await;
    let enter = async || {
        t.clock.advance_ms(2 * MINUTE_MS);
        record(&t, &person, &door.code, Method::Browser).await.unwrap().decision
    };
    assert_eq!(enter().await, Decision::Recheck);
    let hospitals = PolicyForm { category: "105".to_owned(), ..form(&DAY) };
    agreed(&t, &hospitals).await;
    assert_eq!(enter().await, Decision::Pass, "the kind of place comes before the city");
    let code = t.registry.code_of(door.number).await.unwrap().unwrap();
    let stop = Rules { untested: domain::entry_policy::Otherwise::Stop, ..HALF };
    let own = PolicyForm {
        reach: "checkpoint".to_owned(),
        // As it is heard on the telephone.
        door: code.short_number.to_lowercase().replace('-', " "),
        ..form(&stop)
    };
    agreed(&t, &own).await;
    assert_eq!(enter().await, Decision::Stop, "and the door itself before its kind");
    let duty = device(&t, &door).await;
    let typed = IdForm {
        id_kind: typed.id_kind,
        id_number: typed.id_number,
        name: String::new(),
        ..IdForm::default()
    };
    t.clock.advance_ms(2 * MINUTE_MS);
    let card = by_id_number(&t, &duty, &typed).await.unwrap();
    assert_eq!(card.decision, Decision::Stop);
    assert_eq!(card.advice, "核酸检测超过规定时间，请勿进入，配合值守人员");
    let back = PolicyForm { take_back: "1".to_owned(), ..own };
    agreed(&t, &back).await;
    assert_eq!(enter().await, Decision::Pass, "taken back: the kind of place again");
}

#[tokio::test]
async fn a_policy_begins_when_it_was_wanted_to() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let begins = PolicyForm::begins_text(t.now().plus(HOUR_MS).0);
    let version = agreed(&t, &PolicyForm { begins, ..form(&HALF) }).await;
    let caller = officer(&t, "").await;
    assert_eq!(one(&t, &caller, version).await.unwrap().standing, Standing::Ahead);
    let enter = async || record(&t, &person, &door.code, Method::Browser).await.unwrap().decision;
    assert_eq!(enter().await, Decision::Pass);
    t.clock.advance_ms(HOUR_MS);
    assert_eq!(enter().await, Decision::Recheck);
    assert_eq!(one(&t, &caller, version).await.unwrap().standing, Standing::Holds);
    let next = agreed(&t, &form(&DAY)).await;
    let seen = desk(&t, &caller, 0).await.unwrap();
    let standing = |wanted| seen.all.iter().find(|one| one.row.version == wanted).unwrap().standing;
    assert_eq!((standing(version), standing(next)), (Standing::Over, Standing::Holds));
    let holding: Vec<u32> = seen.holding.iter().map(|one| one.row.version).collect();
    assert_eq!((holding, seen.first), (vec![next], None));
}

#[tokio::test]
async fn a_countys_officer_has_a_say_in_the_county_alone() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (here, city) = (officer(&t, "341202").await, officer(&t, "").await);
    let there = officer(&t, "341203").await;
    complains("region", propose(&t, &here, &form(&DAY)).await);
    let of = |region: &str| PolicyForm { region: region.to_owned(), ..form(&DAY) };
    complains("region", propose(&t, &here, &of("341203")).await);
    complains("region", propose(&t, &city, &of("341299")).await);
    complains(
        "category",
        propose(&t, &city, &PolicyForm { category: "999".into(), ..form(&DAY) }).await,
    );
    let code = t.registry.code_of(door.number).await.unwrap().unwrap();
    let at = |number: &str| PolicyForm {
        reach: "checkpoint".to_owned(),
        door: number.to_owned(),
        ..form(&DAY)
    };
    complains("door", propose(&t, &there, &at(&code.short_number)).await);
    complains("door", propose(&t, &here, &at("FY-0000-00000")).await);
    let version = propose(&t, &here, &of("341202")).await.unwrap();
    propose(&t, &here, &of("341202001")).await.unwrap();
    let own = propose(&t, &here, &at(&code.short_number)).await.unwrap();
    for version in [version, own] {
        not_found(approve(&t, &there, version).await);
        not_found(refuse(&t, &there, version, "不归我管").await);
        not_found(withdraw(&t, &there, version).await);
    }
    complains("reason", refuse(&t, &city, version, " ").await);
    refuse(&t, &city, version, "全市统一").await.unwrap();
    withdraw(&t, &here, own).await.unwrap();
    let seen = desk(&t, &there, 0).await.unwrap();
    assert!(seen.waiting.iter().all(|one| !one.theirs), "seen, and not theirs to decide");
    assert!(seen.first.is_some() && seen.holding.is_empty());
    let whole = PolicyForm { region: "341200".to_owned(), ..form(&DAY) };
    propose(&t, &city, &whole).await.unwrap();
}

#[tokio::test]
async fn a_preview_shows_what_changes_and_keeps_nothing() {
    let t = TestHouse::new().await;
    let (_, first) = visitor(&t).await;
    let (_, second) = visitor(&t).await;
    let tested = |hours: i64| {
        let test = NucleicAcid::of(t.now().plus(-hours * HOUR_MS), true);
        HealthStatus { nucleic_acid: Some(test), ..green(t.now()) }
    };
    t.set_status(number(&t, &first).await, &tested(8)).await;
    t.set_status(number(&t, &second).await, &tested(20)).await;
    let caller = officer(&t, "").await;
    let without_note = PolicyForm { note: String::new(), ..form(&HALF) };
    let seen = of_form(&t.house, &caller, &without_note).await.unwrap();
    assert_eq!(seen.before_version, 1);
    let changed: Vec<&str> =
        seen.people.iter().filter(|one| one.before != one.after).map(|one| one.label).collect();
    assert_eq!(
        changed,
        [
            "绿码，核酸阴性 12 小时",
            "绿码，核酸阴性 36 小时",
            "绿码，核酸阴性 60 小时",
            "绿码，行程没有查到"
        ]
    );
    assert_eq!((seen.registered_before.pass, seen.registered_before.recheck), (2, 0));
    assert_eq!((seen.registered_after.pass, seen.registered_after.recheck), (1, 1));
    assert_eq!(desk(&t, &caller, 0).await.unwrap().total, 0);
    let wrong = PolicyForm { red: "pass".to_owned(), ..form(&HALF) };
    complains("red", of_form(&t.house, &caller, &wrong).await);
    let version = propose(&t, &caller, &form(&HALF)).await.unwrap();
    let kept = of_version(&t.house, &caller, version).await.unwrap();
    assert_eq!(kept.people, seen.people);
    not_found(of_version(&t.house, &caller, 99).await);
}
