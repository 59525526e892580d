//! Rights: every role becomes exactly one kind of principal.

use actions::{Failure, accounts::principals::Staff};
use domain::accounts::Role;
use testkit::TestHouse;

/// Which of the eight it may become, in the order of `Role::ALL`.
fn becomes(staff: &Staff) -> [bool; 8] {
    [
        staff.as_manager().is_ok(),
        staff.as_reviewer().is_ok(),
        staff.as_inspector().is_ok(),
        staff.as_investigator().is_ok(),
        staff.as_auditor().is_ok(),
        staff.as_administrator().is_ok(),
        staff.as_policy_officer().is_ok(),
        staff.as_privacy_officer().is_ok(),
    ]
}

#[tokio::test]
async fn every_role_has_its_own_rights_and_no_others() {
    let t = TestHouse::new().await;
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let staff = t.staff(&t.staff_token(role, "").await).await;
        assert_eq!(staff.role(), role);
        let mut only = [false; 8];
        only[at] = true;
        assert_eq!(becomes(&staff), only, "{role:?}");
    }
}

#[tokio::test]
async fn what_is_not_theirs_is_forbidden_and_not_hidden() {
    let t = TestHouse::new().await;
    let manager = t.staff(&t.manager().await).await;
    assert!(matches!(manager.as_administrator(), Err(Failure::Forbidden)));
}
