//! The adapter against a gateway in its wire shape, as it should behave and as it should not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{
    Province,
    mock::{Behaviour, MockGateway},
};
use crate::health_status::{OneSource, Sources, Trouble};
use actions::health_status::{HealthSource, Identity, Subject};
use domain::{
    health_status::{Colour, HealthStatus, Source},
    outside::Dice,
    people::{IdKind, PersonNumber},
    time::UnixMs,
};
use std::{sync::Arc, time::Duration};

const NOW: UnixMs = UnixMs(1_795_329_127_000);
const MINE: &str = "11010519491231002X";

struct Sevens;

impl Dice for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn who() -> Identity {
    Identity {
        name: "欧阳明".to_owned(), id_kind: IdKind::ResidentId, id_number: MINE.to_owned()
    }
}

fn subject() -> Subject {
    Subject { person: PersonNumber(7), identity: Some(who()) }
}

fn adapter(gateway: &MockGateway, wait_ms: u64) -> Province {
    let wait = Duration::from_millis(wait_ms);
    let settings = super::ProvinceSettings { wait, ..gateway.settings() };
    Province::new(settings, Arc::new(Sevens)).unwrap()
}

async fn said(gateway: &MockGateway) -> Result<HealthStatus, Trouble> {
    adapter(gateway, 1_500).ask(&who(), NOW).await
}

#[tokio::test]
async fn the_colour_is_the_gateways_and_is_confirmed_when_it_was_asked() {
    let gateway = MockGateway::start(None).await.unwrap();
    for (level, colour) in [(1, Colour::Green), (2, Colour::Yellow), (3, Colour::Red)] {
        gateway.know(MINE, "欧阳明", level);
        let status = said(&gateway).await.unwrap();
        assert_eq!((status.colour, status.confirmed), (colour, NOW));
        assert_eq!((status.source, status.nucleic_acid), (Source::Province, None));
    }
    assert_eq!((gateway.asked(), gateway.refused()), (3, 0));
}

#[tokio::test]
async fn an_answer_with_anothers_identity_is_refused() {
    let gateway = MockGateway::start(None).await.unwrap();
    gateway.behave(Behaviour::Foreign);
    assert_eq!(said(&gateway).await, Err(Trouble::Foreign));
    gateway.behave(Behaviour::Honest);
    gateway.know(MINE, "王小明", 1);
    assert_eq!(said(&gateway).await, Err(Trouble::Foreign), "the number is another's");
}

#[tokio::test]
async fn nothing_that_goes_wrong_is_a_colour_or_repeats_the_number() {
    let gateway = MockGateway::start(None).await.unwrap();
    let wrong = [Behaviour::Garbage, Behaviour::Broken, Behaviour::HangsUp, Behaviour::Endless];
    for behaviour in wrong {
        gateway.behave(behaviour);
        let Err(Trouble::Failed(why)) = said(&gateway).await else { panic!("{behaviour:?}") };
        assert!(!why.contains(MINE) && !why.contains("mock-token"), "{why}");
    }
    gateway.behave(Behaviour::Failing);
    assert_eq!(said(&gateway).await, Err(Trouble::Refused));
    drop(gateway);
}

#[tokio::test]
async fn a_passport_is_not_asked_about() {
    let gateway = MockGateway::start(None).await.unwrap();
    let foreigner = Identity { id_kind: IdKind::Passport, id_number: "E1234567".into(), ..who() };
    let said = adapter(&gateway, 1_500).ask(&foreigner, NOW).await;
    assert_eq!((said, gateway.asked()), (Err(Trouble::Refused), 0));
}

#[tokio::test]
async fn a_signed_question_is_believed_and_an_unsigned_one_is_not() {
    let gateway = MockGateway::start(Some("secret")).await.unwrap();
    assert_eq!(said(&gateway).await, Err(Trouble::Refused));
    for (secret, refused) in [("secret", 1), ("other", 2)] {
        let sign_secret = Some(secret.to_owned());
        let settings = super::ProvinceSettings { sign_secret, ..gateway.settings() };
        let province = Province::new(settings, Arc::new(Sevens)).unwrap();
        assert_eq!(province.ask(&who(), NOW).await.is_ok(), secret == "secret");
        assert_eq!(gateway.refused(), refused);
    }
}

#[tokio::test]
async fn a_slow_gateway_is_given_up_and_then_left_alone_until_a_trial_is_answered() {
    let gateway = MockGateway::start(None).await.unwrap();
    let sources = Sources::new(vec![Box::new(adapter(&gateway, 30))]);
    gateway.behave(Behaviour::Slow(Duration::from_secs(5)));
    for _ in 0..8 {
        assert!(sources.ask(&subject(), NOW).await.is_none());
    }
    let figures = sources.figures().remove(0);
    assert_eq!((gateway.asked(), figures.failed, figures.spared), (5, 5, 3));
    assert!(figures.open);
    gateway.behave(Behaviour::Honest);
    assert!(sources.ask(&subject(), NOW.plus(9_999)).await.is_none(), "still left alone");
    let status = sources.ask(&subject(), NOW.plus(10_000)).await.unwrap();
    assert_eq!(status.colour, Colour::Green);
    assert!(!sources.figures().remove(0).open);
}

#[tokio::test]
async fn the_next_source_is_asked_when_the_first_says_nothing() {
    let (first, second) =
        (MockGateway::start(None).await.unwrap(), MockGateway::start(None).await.unwrap());
    first.behave(Behaviour::Broken);
    second.know(MINE, "欧阳明", 2);
    let both: Vec<Box<dyn OneSource>> =
        vec![Box::new(adapter(&first, 1_500)), Box::new(adapter(&second, 1_500))];
    let sources = Sources::new(both);
    assert_eq!(sources.ask(&subject(), NOW).await.unwrap().colour, Colour::Yellow);
    first.behave(Behaviour::Honest);
    assert_eq!(sources.ask(&subject(), NOW).await.unwrap().colour, Colour::Green);
    assert_eq!((first.asked(), second.asked()), (2, 1));
    let nobody = Subject { person: PersonNumber(7), identity: None };
    assert!(sources.ask(&nobody, NOW).await.is_none());
}
