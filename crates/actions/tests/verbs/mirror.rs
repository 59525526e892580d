//! The mirror: a scan asks no database, and what changes is in force when the change is answered.

use crate::support::{colour, green, number, parts, visitor};
use actions::{
    Answer, Failure,
    accounts::principals::Visitor,
    checkins::{
        gate::Gate,
        look::{Looked, look},
        record::record,
    },
    duty::devices,
    mirror::Mirror,
    people::{
        correct::{CorrectionForm, correct},
        mine::masked_name,
        session,
    },
};
use domain::{
    checkins::Method,
    entry_policy::Decision,
    health_status::{Colour, HealthStatus},
    people::{PersonNumber, mask_name},
    venue_codes::Standing,
};
use registry::Registry;
use testkit::TestHouse;

/// The same registry as another process sees it.
async fn elsewhere(t: &TestHouse) -> Registry {
    Registry::open_sqlite(&t.data().join("registry.sqlite")).await.unwrap()
}

async fn whose(t: &TestHouse, token: &str) -> Answer<Visitor> {
    session::visitor(t, token).await
}

fn signed_out(answer: &Answer<Visitor>) -> bool {
    matches!(answer, Err(Failure::NotSignedIn))
}

#[tokio::test]
async fn a_scan_is_judged_and_recorded_without_the_registry() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (_, token) = t.visitor().await;
    t.registry.close().await;
    let person = whose(&t, &token).await.unwrap();
    let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!((receipt.decision, receipt.colour), (Decision::Pass, Colour::Green));
    assert_eq!(masked_name(&t, &person).unwrap(), "王*明");
}

#[tokio::test]
async fn what_another_process_changes_is_in_force_after_the_next_look() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let token = t.duty(&door).await;
    let (one, form) = visitor(&t).await;
    let who = number(&t, &form).await;
    let other = elsewhere(&t).await;
    let red = HealthStatus { colour: Colour::Red, ..green(t.now()) };
    other.set_health_status(who, &red).await.unwrap();
    other.set_code_standing(&door.code, Standing::Suspended, t.now()).await.unwrap();
    let manager = t.staff(&door.manager).await.as_manager().unwrap();
    let id = other.devices_at(door.number).await.unwrap()[0].id;
    let line = registry::AuditLine {
        at: t.now(),
        actor: manager.actor(),
        deed: domain::audit::Deed::DutyDeviceRevoked,
        subject: String::new(),
        detail: String::new(),
    };
    other.revoke_device(id, door.number, &line).await.unwrap();
    assert!(devices::device(&t, &token).is_ok(), "not yet looked");
    t.catch_up().await.unwrap();
    assert!(matches!(devices::device(&t, &token), Err(Failure::NotSignedIn)));
    assert!(matches!(look(&t, &door.code), Looked::Suspended(_)));
    other.set_code_standing(&door.code, Standing::Current, t.now()).await.unwrap();
    t.catch_up().await.unwrap();
    let receipt = record(&t, &one, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(receipt.decision, Decision::Stop);
}

#[tokio::test]
async fn somebody_registered_elsewhere_is_known_at_the_first_scan() {
    let mut t = TestHouse::new().await;
    let (_, token) = t.visitor().await;
    // As in a process that started before they registered.
    parts(&mut t).mirror = Mirror::default();
    let found = whose(&t, &token).await.unwrap();
    assert_eq!(masked_name(&t, &found).unwrap(), "王*明");
}

#[tokio::test]
async fn a_status_of_somebody_registered_elsewhere_hides_nobody_registered_before_them() {
    let mut t = TestHouse::new().await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(t.visitor().await.1);
    }
    t.registry.set_health_status(PersonNumber(3), &green(t.now())).await.unwrap();
    parts(&mut t).mirror = Mirror::default();
    t.catch_up().await.unwrap();
    for token in &tokens {
        assert!(whose(&t, token).await.is_ok());
    }
}

#[tokio::test]
async fn signing_out_everywhere_holds_at_once_and_for_nobody_else() {
    let t = TestHouse::new().await;
    let ((one, token), (_, neighbour)) = (t.visitor().await, t.visitor().await);
    session::revoke_all(&t, &one).await.unwrap();
    assert!(signed_out(&whose(&t, &token).await));
    assert!(whose(&t, &neighbour).await.is_ok());
}

#[tokio::test]
async fn whoever_is_gone_from_the_registry_is_nobody() {
    let t = TestHouse::new().await;
    let (one, token) = t.visitor().await;
    t.run("delete from consents").await;
    t.run("delete from people").await;
    assert!(whose(&t, &token).await.is_ok(), "nothing was said of it");
    session::revoke_all(&t, &one).await.unwrap();
    assert!(signed_out(&whose(&t, &token).await));
}

#[tokio::test]
async fn a_process_too_far_behind_reads_everything_again() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (one, form) = visitor(&t).await;
    let other = elsewhere(&t).await;
    let who = number(&t, &form).await;
    for colour in [Colour::Yellow, Colour::Red] {
        other.set_health_status(who, &HealthStatus { colour, ..green(t.now()) }).await.unwrap();
    }
    other.set_code_standing(&door.code, Standing::Closed, t.now()).await.unwrap();
    t.run("delete from changes where kind = 'person'").await;
    t.catch_up().await.unwrap();
    assert!(matches!(look(&t, &door.code), Looked::Closed(_)));
    t.set_standing(&door.code, Standing::Current).await;
    let receipt = record(&t, &one, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(receipt.colour, Colour::Red);
}

#[tokio::test]
async fn a_mirror_read_at_a_start_shows_what_the_one_before_showed() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    let guard = t.duty(&door).await;
    let (_, token) = t.visitor().await;
    let (red, form) = visitor(&t).await;
    colour(&t, &form, Colour::Red).await;
    session::change_key(&t).await.unwrap();
    let fresh = Mirror::load(&t.registry, &t.vault).await.unwrap();
    parts(&mut t).mirror = fresh;
    parts(&mut t).gate = Gate::default();
    assert!(whose(&t, &token).await.is_ok());
    assert_eq!(devices::device(&t, &guard).unwrap().checkpoint(), door.number);
    let receipt = record(&t, &red, &door.code, Method::Wechat).await.unwrap();
    assert_eq!((receipt.colour, receipt.door.checkpoint), (Colour::Red, door.number));
}

#[tokio::test]
async fn a_new_key_signs_the_one_before_is_accepted_and_two_changes_end_every_session() {
    let t = TestHouse::new().await;
    let (_, before) = t.visitor().await;
    assert!(session::change_key(&t).await.unwrap());
    let (_, after) = t.visitor().await;
    assert!(whose(&t, &before).await.is_ok() && whose(&t, &after).await.is_ok());
    assert!(session::change_key(&t).await.unwrap());
    assert!(signed_out(&whose(&t, &before).await));
    assert!(whose(&t, &after).await.is_ok());
}

#[tokio::test]
async fn a_phone_registered_after_the_backup_is_not_whoever_gets_its_number_after_the_restore() {
    let lost = TestHouse::new().await;
    let (somebody, token) = lost.visitor().await;
    // The same house from a backup that is older: the same key, and nobody registered yet.
    let t = TestHouse::new().await;
    t.dice.fill(&mut [0]);
    let (other, _) = t.visitor().await;
    assert_eq!(other.person(), somebody.person());
    assert!(whose(&lost, &token).await.is_ok());
    assert!(signed_out(&whose(&t, &token).await));
}

#[tokio::test]
async fn a_token_that_was_right_once_lets_no_other_in_and_outlives_nothing() {
    let t = TestHouse::new().await;
    let (me, token) = t.visitor().await;
    let (_, strangers) = t.visitor().await;
    t.clock.advance_ms(5_000);
    let epoch = t.registry.person(me.person()).await.unwrap().unwrap().new.session_epoch;
    let other_phone = session::issue(&t.vault, &t.mirror.keys(), me.person(), epoch, t.now());
    assert_ne!(token, other_phone);
    for token in [&token, &other_phone, &token, &token] {
        assert_eq!(whose(&t, token).await.unwrap().person(), me.person());
    }
    for at in 0..token.len() {
        for other in [&strangers, &other_phone] {
            let mixed = [&other[..at], &token[at..]].concat();
            let known = [&token, &strangers, &other_phone].contains(&&mixed);
            assert_eq!(whose(&t, &mixed).await.is_ok(), known, "{at} from another");
        }
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'a' { b'b' } else { b'a' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(signed_out(&whose(&t, &forged).await), "forged at {at}");
        assert!(whose(&t, &token.to_ascii_uppercase()).await.is_ok());
    }
    t.clock.advance_ms(session::LASTS_S * 1000 - 5_000);
    assert!(whose(&t, &token).await.is_ok(), "to the end of its year");
    t.clock.advance_ms(1_000);
    assert!(signed_out(&whose(&t, &token).await), "a year");
    assert!(whose(&t, &other_phone).await.is_ok());
    session::revoke_all(&t, &me).await.unwrap();
    assert!(signed_out(&whose(&t, &other_phone).await), "signed out everywhere");
}

#[tokio::test]
async fn a_masked_name_is_right_every_time_and_put_right_at_once() {
    let t = TestHouse::new().await;
    let (me, form) = visitor(&t).await;
    for _ in 0..3 {
        assert_eq!(masked_name(&t, &me).unwrap(), "王*明");
    }
    let typed = CorrectionForm {
        name: "王小名字".to_owned(),
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
    };
    correct(&t, &me, &typed).await.unwrap();
    for _ in 0..3 {
        assert_eq!(masked_name(&t, &me).unwrap(), mask_name("王小名字"));
    }
}

#[tokio::test]
async fn a_key_is_changed_once_it_has_signed_for_a_year() {
    let t = TestHouse::new().await;
    assert!(session::change_key_when_due(&t).await.unwrap(), "a fresh house takes its own");
    assert!(!session::change_key_when_due(&t).await.unwrap());
    let (_, token) = t.visitor().await;
    t.clock.advance_ms(session::LASTS_S * 1000 - 1000);
    assert!(!session::change_key_when_due(&t).await.unwrap());
    t.clock.advance_ms(1000);
    assert!(session::change_key_when_due(&t).await.unwrap());
    assert!(whose(&t, &token).await.is_ok(), "to the end of its year");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_side_by_side_each_see_their_own_change() {
    let t = TestHouse::new().await;
    let mut outs = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (one, token) = t.visitor().await;
        let house = std::sync::Arc::clone(&t.house);
        outs.spawn(async move {
            session::revoke_all(&house, &one).await.unwrap();
            session::visitor(&house, &token).await
        });
    }
    assert!(outs.join_all().await.iter().all(signed_out));
}
