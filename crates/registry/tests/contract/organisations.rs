//! Organisations: one for each manager, or from a list without one.

use super::{
    made::{AWKWARD, NOON, organisation},
    support::{BackEnd, on_both},
};
use domain::accounts::Role;
use registry::{NewOrganisation, Organisation};

on_both!(
    everything_stored_comes_back,
    a_manager_has_one_organisation,
    two_made_at_once_for_one_manager_are_one,
    many_may_have_no_manager,
    an_organisation_lies_in_a_known_place,
);

async fn everything_stored_comes_back(at: &BackEnd) {
    let account = at.an_account(Role::Manager, "139").await;
    let new = NewOrganisation {
        account: Some(account),
        name: AWKWARD.to_owned(),
        credit_code: Some("91341200MA2N00000X".to_owned()),
        ..organisation("万达")
    };
    let given = at.registry.insert_organisation(&new).await.unwrap().unwrap();
    let by_number = at.registry.organisation(given).await.unwrap().unwrap();
    let by_account = at.registry.organisation_of(account).await.unwrap().unwrap();
    for Organisation { id, new: old } in [by_number, by_account] {
        assert_eq!((id, old.account), (1, Some(account)));
        assert_eq!((old.name.as_str(), old.same_name.as_str()), (AWKWARD, "万达"));
        assert_eq!(old.credit_code.as_deref(), Some("91341200MA2N00000X"));
        assert_eq!((old.county.as_str(), old.township.as_str()), ("341202", "341202001"));
        assert_eq!(old.made, NOON);
    }
    let bare = at.an_organisation("万象").await;
    let bare = at.registry.organisation(bare).await.unwrap().unwrap();
    assert_eq!((bare.new.account, bare.new.credit_code), (None, None));
    assert!(at.registry.organisation(3).await.unwrap().is_none());
    assert!(at.registry.organisation_of(99).await.unwrap().is_none());
}

async fn a_manager_has_one_organisation(at: &BackEnd) {
    let account = Some(at.an_account(Role::Manager, "139").await);
    let first = NewOrganisation { account, ..organisation("万达") };
    let second = NewOrganisation { account, ..organisation("万象") };
    assert_eq!(at.registry.insert_organisation(&first).await.unwrap(), Some(1));
    assert_eq!(at.registry.insert_organisation(&second).await.unwrap(), None);
    assert_eq!(at.registry.organisation_of(1).await.unwrap().unwrap().new.name, "万达");
    assert_eq!(at.an_organisation("吾悦").await, 2);
    at.assert_dense("organisations", "id", 2).await;
}

async fn two_made_at_once_for_one_manager_are_one(at: &BackEnd) {
    let account = Some(at.an_account(Role::Manager, "139").await);
    let new = NewOrganisation { account, ..organisation("万达") };
    let (one, other) =
        tokio::join!(at.registry.insert_organisation(&new), at.registry.insert_organisation(&new));
    assert_eq!([one.unwrap(), other.unwrap()].iter().flatten().collect::<Vec<_>>(), [&1]);
    at.assert_dense("organisations", "id", 1).await;
}

async fn many_may_have_no_manager(at: &BackEnd) {
    assert_eq!(at.an_organisation("万达").await, 1);
    assert_eq!(at.an_organisation("万达").await, 2);
}

async fn an_organisation_lies_in_a_known_place(at: &BackEnd) {
    let county = NewOrganisation { county: "999999".to_owned(), ..organisation("万达") };
    let township = NewOrganisation { township: "999999999".to_owned(), ..organisation("万达") };
    let account = NewOrganisation { account: Some(99), ..organisation("万达") };
    for unknown in [county, township, account] {
        assert!(at.registry.insert_organisation(&unknown).await.is_err(), "{unknown:?}");
    }
    at.assert_dense("organisations", "id", 0).await;
}
