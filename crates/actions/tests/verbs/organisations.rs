//! Organisations: created once, complained about at each field.

use crate::support::{complains, conflict, manager};
use actions::organisations::{create, mine};
use domain::organisations::OrganisationForm;
use testkit::{TestHouse, credit_code};

fn form() -> OrganisationForm {
    OrganisationForm {
        name: "阜阳市人民医院（南区）".to_owned(),
        credit_code: credit_code(1),
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
    }
}

#[tokio::test]
async fn a_manager_creates_one_organisation() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager().await).await;
    assert!(mine(&t, &caller).await.unwrap().is_none());
    let id = create(&t, &caller, &form()).await.unwrap();
    let found = mine(&t, &caller).await.unwrap().unwrap();
    assert_eq!((found.id, found.name.as_str()), (id, "阜阳市人民医院（南区）"));
    assert_eq!(found.credit_code, Some(credit_code(1)));
    assert_eq!((found.county.as_str(), found.township.as_str()), ("341202", "341202001"));
    conflict(create(&t, &caller, &form()).await);
    let other = manager(&t, &t.manager().await).await;
    assert!(mine(&t, &other).await.unwrap().is_none(), "it is nobody else's");
}

#[tokio::test]
async fn wrong_input_is_marked_at_its_field() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager().await).await;
    let wrong = [
        ("name", OrganisationForm { name: " \u{3000}".to_owned(), ..form() }),
        ("name", OrganisationForm { name: "长".repeat(61), ..form() }),
        ("credit_code", OrganisationForm { credit_code: "123".to_owned(), ..form() }),
        ("credit_code", OrganisationForm { credit_code: "Z".repeat(18), ..form() }),
        ("township", OrganisationForm { township: String::new(), ..form() }),
        ("township", OrganisationForm { township: "341203001".to_owned(), ..form() }),
        ("township", OrganisationForm { township: "341202999".to_owned(), ..form() }),
        ("township", OrganisationForm { township: "341202".to_owned(), ..form() }),
    ];
    for (field, form) in wrong {
        complains(field, create(&t, &caller, &form).await);
    }
    assert!(mine(&t, &caller).await.unwrap().is_none(), "nothing was stored");
}

#[tokio::test]
async fn a_credit_code_may_be_missing_or_have_a_wrong_check_character() {
    let t = TestHouse::new().await;
    for code in ["", "91350100M000100Y44"] {
        let caller = manager(&t, &t.manager().await).await;
        let form = OrganisationForm { credit_code: code.to_owned(), ..form() };
        create(&t, &caller, &form).await.unwrap();
    }
}
