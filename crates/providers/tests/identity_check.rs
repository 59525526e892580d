//! The gateway of identity checks against its stand-in: answers, and every way to give none.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use actions::{health_status::Identity, people::identity_check::IdentityChecker};
use domain::{
    people::{CheckOutcome, IdKind},
    time::UnixMs,
};
use providers::identity_check::{
    IdentityGateway, IdentityGatewaySettings,
    mock::{Behaviour, MockIdentityGateway},
};
use std::{sync::Arc, time::Duration};
use testkit::SeededDice;

const NOW: UnixMs = UnixMs(1_795_329_127_000);

fn who(name: &str, id_kind: IdKind, id_number: &str) -> Identity {
    Identity { name: name.to_owned(), id_kind, id_number: id_number.to_owned() }
}

fn asking(settings: IdentityGatewaySettings) -> IdentityGateway {
    IdentityGateway::new(settings, Arc::new(SeededDice::new(3))).unwrap()
}

const NUMBER: &str = "11010519491231002X";

#[tokio::test]
async fn a_name_agrees_differs_or_is_not_found() {
    let police = MockIdentityGateway::start().await.unwrap();
    police.know(NUMBER, "阿依古丽·买买提");
    let gateway = asking(police.settings());
    for (name, kind, number, outcome) in [
        ("阿依古丽·买买提", IdKind::ResidentId, NUMBER, CheckOutcome::Agrees),
        ("王明", IdKind::ResidentId, NUMBER, CheckOutcome::Differs),
        ("查无此人", IdKind::ResidentId, "440524188001010014", CheckOutcome::NotFound),
        ("𠮷田", IdKind::ResidentId, "440524188001010014", CheckOutcome::Agrees),
        ("Anna Smith", IdKind::Passport, "E12345678", CheckOutcome::NotChecked),
    ] {
        assert_eq!(gateway.check(&who(name, kind, number), NOW).await, outcome, "{name}");
    }
    assert_eq!((police.asked(), police.refused()), (5, 0), "every question was signed");
}

#[tokio::test]
async fn no_answer_of_any_kind_is_a_failure_and_never_an_agreement() {
    let police = MockIdentityGateway::start().await.unwrap();
    let settings =
        IdentityGatewaySettings { wait: Duration::from_millis(200), ..police.settings() };
    let me = who("王明", IdKind::ResidentId, NUMBER);
    for behaviour in [
        Behaviour::Slow(Duration::from_secs(2)),
        Behaviour::Garbage,
        Behaviour::Foreign,
        Behaviour::Broken,
        Behaviour::HangsUp,
    ] {
        police.behave(behaviour);
        let failed = asking(settings.clone()).check(&me, NOW).await;
        assert_eq!(failed, CheckOutcome::Failed, "{behaviour:?}");
    }
    police.behave(Behaviour::Honest);
    let other = IdentityGatewaySettings { sign_secret: "another-secret-16".to_owned(), ..settings };
    assert_eq!(asking(other).check(&me, NOW).await, CheckOutcome::Failed);
    assert_eq!(police.refused(), 1);
}

#[tokio::test]
async fn a_gateway_that_fails_again_and_again_is_left_alone_and_tried_again() {
    let police = MockIdentityGateway::start().await.unwrap();
    let gateway = asking(police.settings());
    let me = who("王明", IdKind::ResidentId, NUMBER);
    police.behave(Behaviour::Broken);
    for _ in 0..20 {
        assert_eq!(gateway.check(&me, NOW).await, CheckOutcome::Failed);
    }
    assert_eq!(police.asked(), 5);
    police.behave(Behaviour::Honest);
    assert_eq!(gateway.check(&me, NOW.plus(9_999)).await, CheckOutcome::Failed);
    assert_eq!(gateway.check(&me, NOW.plus(10_000)).await, CheckOutcome::Agrees);
}
