//! Cases: seen by the account that opened them, and by nobody else.

use super::{
    made::{AWKWARD, NOON, line},
    support::{BackEnd, on_both},
};
use domain::{accounts::Role, audit::Deed, people::PersonNumber};
use registry::Case;

on_both!(
    a_case_comes_back_to_the_account_that_opened_it,
    cases_are_newest_first_and_ones_own,
    a_case_needs_its_person_and_its_account,
);

fn case(person: u64, opened_by: i64) -> Case {
    Case {
        id: 0,
        case_number: AWKWARD.to_owned(),
        reason_sealed: vec![0, 255, 1],
        person: PersonNumber(person),
        opened_by,
        opened: NOON,
        embargo: None,
    }
}

async fn open(at: &BackEnd, case: &Case) -> Result<i64, registry::RegistryError> {
    at.registry.insert_case(case, &line(Deed::CaseOpened, NOON)).await
}

async fn a_case_comes_back_to_the_account_that_opened_it(at: &BackEnd) {
    let (one, other) = (
        at.an_account(Role::Investigator, "1").await,
        at.an_account(Role::Investigator, "2").await,
    );
    let person = at.a_person("a").await;
    let id = open(at, &case(person.0, one)).await.unwrap();
    assert_eq!(id, 1);
    let stored = at.registry.case(id, one).await.unwrap().unwrap();
    assert_eq!((stored.id, stored.case_number.as_str()), (1, AWKWARD));
    assert_eq!((stored.reason_sealed, stored.person), (vec![0, 255, 1], person));
    assert_eq!((stored.opened_by, stored.opened), (one, NOON));
    assert!(at.registry.case(id, other).await.unwrap().is_none());
    assert!(at.registry.case(2, one).await.unwrap().is_none());
    assert_eq!(at.lines_of(Deed::CaseOpened).await, 1);
}

async fn cases_are_newest_first_and_ones_own(at: &BackEnd) {
    let (one, other) = (
        at.an_account(Role::Investigator, "1").await,
        at.an_account(Role::Investigator, "2").await,
    );
    let person = at.a_person("a").await.0;
    for opened_by in [one, other, one, one] {
        open(at, &case(person, opened_by)).await.unwrap();
    }
    let seen = async |account, limit| {
        let cases = at.registry.cases_of(account, limit).await.unwrap();
        cases.iter().map(|case| case.id).collect::<Vec<_>>()
    };
    assert_eq!(seen(one, 9).await, [4, 3, 1]);
    assert_eq!(seen(one, 2).await, [4, 3]);
    assert_eq!(seen(other, 9).await, [2]);
    assert!(seen(99, 9).await.is_empty());
}

async fn a_case_needs_its_person_and_its_account(at: &BackEnd) {
    let account = at.an_account(Role::Investigator, "1").await;
    let person = at.a_person("a").await.0;
    assert!(open(at, &case(u64::MAX, account)).await.is_err());
    assert!(open(at, &case(2, account)).await.is_err());
    assert!(open(at, &case(person, 99)).await.is_err());
    assert_eq!(at.lines_of(Deed::CaseOpened).await, 0);
    at.assert_dense("cases", "id", 0).await;
    assert_eq!(open(at, &case(person, account)).await.unwrap(), 1);
}
