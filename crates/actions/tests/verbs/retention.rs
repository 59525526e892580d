//! People are erased when they gave no sign of life for long and nothing holds them back; not before,
//! and not later.

use crate::families::child;
use crate::support::{
    colour, device, investigator, lines, not_signed_in, parts, privacy_officer, sign_up, visitor,
    visits_at,
};
use actions::{
    accounts::principals::Visitor,
    alerts::dispose,
    checkins::record::record,
    contact_tracing::{cases, identity},
    offline_codes::{make::make, revoke::revoke},
    people::{
        consent::agree,
        family::{add, check_in},
        mine::me,
        my_data::{collect, send_code},
        session,
    },
    requests::{decide::CASE_DAYS, decide::decide, file::file},
    retention::{Report, daily, delete_old_visits, note_days, preview, run},
    reverse_scans::{IdForm, by_code::by_code, by_id_number},
};
use domain::{
    audit::{Actor, Deed},
    checkins::Method,
    contact_tracing::CaseForm,
    health_status::Colour,
    people::{MemberForm, PersonForm, PersonNumber},
    privacy::CURRENT,
    requests::RequestForm,
    retention::{Hold, Kept},
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use registry::NewAlert;
use std::sync::atomic::Ordering::SeqCst;
use testkit::{Door, TestHouse};

/// A house that begins to note who is there, ten minutes after midnight.
async fn house() -> TestHouse {
    let t = TestHouse::new().await;
    let midnight = t.now().day_start().plus(DAY_MS);
    t.clock.advance_ms(midnight.since(t.now()) + 10 * MINUTE_MS);
    daily(&t, || true).await.unwrap();
    t
}

/// Days go by, the job runs after some of the midnights and after the last.
async fn pass(t: &TestHouse, days: i64) {
    for day in 1..=days {
        t.clock.advance_ms(DAY_MS);
        if day % 6 == 0 || day == days {
            daily(t, || true).await.unwrap();
        }
    }
}

async fn there(t: &TestHouse, form: &PersonForm) -> bool {
    t.catch_up().await.unwrap();
    let index =
        t.vault.blind(vault::Index::IdNumber, &format!("{}:{}", form.id_kind, form.id_number));
    t.registry.person_by_id(&index).await.unwrap().is_some()
}

async fn last_run(t: &TestHouse) -> Vec<(Kept, u64)> {
    t.registry.retention_runs(1).await.unwrap().remove(0).counts
}

#[tokio::test]
async fn whoever_does_nothing_for_180_days_is_erased_and_their_cookie_leads_to_registering() {
    let t = house().await;
    let form = t.person_form();
    let (person, token) = sign_up(&t, &form).await.unwrap();
    pass(&t, 179).await;
    assert!(there(&t, &form).await, "one day is left");
    assert!(session::visitor(&t, &token).await.is_ok());
    assert_eq!(preview(&t).await.unwrap(), Report::default());
    t.clock.advance_ms(DAY_MS);
    let told = preview(&t).await.unwrap();
    assert_eq!(told.of(Kept::People), 1);
    assert!(there(&t, &form).await, "a look deletes nothing");
    let runs = lines(&t, Deed::RetentionRun).await.len();
    daily(&t, || true).await.unwrap();
    assert!(!there(&t, &form).await);
    assert_eq!(last_run(&t).await, [(Kept::People, 1)]);
    not_signed_in(session::visitor(&t, &token).await);
    let audited = lines(&t, Deed::RetentionRun).await;
    assert_eq!(audited.len(), runs + 1);
    assert_eq!(audited[0].1, "长期未使用的登记 1", "counts, and nobody");
    let lines = t.registry.audit_page(Some(Deed::RetentionRun), 1, 0).await.unwrap();
    assert_eq!(lines[0].line.actor, Actor::System);
    daily(&t, || true).await.unwrap();
    assert_eq!(lines_of(&t).await, runs + 1, "a day has one run");
    let (again, _) = sign_up(&t, &form).await.unwrap();
    assert_ne!(again.person(), person.person(), "somebody new");
    assert!(me(&t, &again, 0).await.unwrap().entries.is_empty());
}

async fn lines_of(t: &TestHouse) -> usize {
    lines(t, Deed::RetentionRun).await.len()
}

/// Everything that is a sign of life, done on a day; nobody who does it is erased for 180 days.
#[tokio::test]
async fn every_sign_of_life_counts_from_its_day() {
    let t = house().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let mut people: Vec<(Visitor, PersonForm)> = Vec::new();
    for _ in 0..9 {
        people.push(visitor(&t).await);
    }
    pass(&t, 60).await;
    let who = |n: usize| &people[n].0;
    // 0 does nothing.
    record(&t, who(1), &door.code, Method::Wechat).await.unwrap();
    let by_document = IdForm {
        id_kind: "resident_id".to_owned(),
        id_number: people[2].1.id_number.clone(),
        ..IdForm::default()
    };
    by_id_number(&t, &guard, &by_document).await.unwrap();
    sign_up(&t, &people[3].1).await.unwrap();
    me(&t, who(4), 0).await.unwrap();
    let code = make(&t, who(5), who(5).person()).await.unwrap();
    revoke(&t, who(5), code).await.unwrap();
    send_code(&t, who(6), None).await.unwrap();
    let sent = t.outbox.code(&people[6].1.phone).unwrap();
    let day = collect(&t, who(6), &sent).await.unwrap().erased_on;
    let request = file(&t, who(7), &erasure()).await.unwrap();
    let officer = privacy_officer(&t).await;
    decide(&t, &officer, request, "refuse", "先不删").await.unwrap();
    let old =
        registry::ConsentStep { version: CURRENT - 1, at: t.now(), how: registry::ConsentHow::Tap };
    t.registry.consent(who(8).person(), &old).await.unwrap();
    t.catch_up().await.unwrap();
    agree(&t, who(8), CURRENT).await.unwrap();
    pass(&t, 120).await;
    for (n, (_, form)) in people.iter().enumerate() {
        assert_eq!(there(&t, form).await, n != 0, "{n}, 180 days after registering");
    }
    pass(&t, 59).await;
    for (n, (_, form)) in people.iter().enumerate().skip(1) {
        assert!(there(&t, form).await, "{n}, a day before");
    }
    pass(&t, 1).await;
    for (n, (_, form)) in people.iter().enumerate() {
        assert!(!there(&t, form).await, "{n}, 180 days after the last sign of life");
    }
    assert_eq!(day, t.now().day_start(), "the day was told");
}

fn erasure() -> RequestForm {
    RequestForm { kind: "erasure".to_owned(), ..RequestForm::default() }
}

#[tokio::test]
async fn a_red_code_an_open_alert_and_an_open_request_hold_somebody_until_they_do_not() {
    let t = house().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (_, red) = visitor(&t).await;
    let (alerted, alerted_form) = visitor(&t).await;
    let (asking, asking_form) = visitor(&t).await;
    let (_, green) = visitor(&t).await;
    colour(&t, &red, Colour::Red).await;
    colour(&t, &green, Colour::Green).await;
    let entry = NewAlert { checkpoint: door.number, person: alerted.person(), entered: t.now() };
    let alert = t.registry.open_alert(&entry, t.now()).await.unwrap();
    let request = file(&t, &asking, &erasure()).await.unwrap();
    pass(&t, 200).await;
    assert!(!there(&t, &green).await, "a green code holds nobody");
    for form in [&red, &alerted_form, &asking_form] {
        assert!(there(&t, form).await);
    }
    let told = preview(&t).await.unwrap();
    assert_eq!((told.held_by(Hold::Status), told.held_by(Hold::Alert)), (1, 1));
    assert_eq!((told.held_by(Hold::Request), told.of(Kept::People)), (1, 0));
    let audited = lines(&t, Deed::RetentionRun).await;
    assert_eq!(audited[0].1, "没有到期的；到期但暂留的登记 3");
    colour(&t, &red, Colour::Yellow).await;
    dispose(&t, &guard, alert, "turned_back", "").await.unwrap();
    let officer = privacy_officer(&t).await;
    decide(&t, &officer, request, "refuse", "已办").await.unwrap();
    pass(&t, 1).await;
    assert!(there(&t, &red).await, "yellow is not green");
    assert!(!there(&t, &alerted_form).await && !there(&t, &asking_form).await);
    colour(&t, &red, Colour::Green).await;
    pass(&t, 1).await;
    assert!(!there(&t, &red).await);
}

#[tokio::test]
async fn a_red_code_that_waits_for_a_document_is_there_again_for_whoever_has_it() {
    let t = house().await;
    let (_, form) = visitor(&t).await;
    colour(&t, &form, Colour::Green).await;
    pass(&t, 180).await;
    assert!(!there(&t, &form).await);
    assert_eq!(t.registry.count_waiting_statuses().await.unwrap(), 1, "under the blind index");
    t.registry.sweep_waiting_statuses(t.now().plus(29 * DAY_MS)).await.unwrap();
    assert_eq!(t.registry.count_waiting_statuses().await.unwrap(), 0, "for 28 days");
}

#[tokio::test]
async fn a_case_or_a_look_at_a_contact_holds_somebody_for_its_days() {
    let t = house().await;
    let door = t.door().await;
    let ((_, ill), (contact, met)) = (visitor(&t).await, visitor(&t).await);
    pass(&t, 150).await;
    let caller = investigator(&t).await;
    let case = CaseForm {
        case_number: "FY-2026-0118".to_owned(),
        reason: "核酸阳性".to_owned(),
        id_kind: ill.id_kind.clone(),
        id_number: ill.id_number.clone(),
    };
    let case = cases::open(&t, &caller, &case).await.unwrap();
    let look = registry::AuditLine {
        at: t.now(),
        actor: Actor::Account(1),
        deed: Deed::IdentityOpened,
        subject: format!("人员 {}", contact.person().0),
        detail: format!("病例 {case}"),
    };
    assert!(identity::open(&t, &caller, case, contact.person()).await.is_err(), "never met");
    t.registry.audit(&[look]).await.unwrap();
    pass(&t, CASE_DAYS).await;
    assert!(there(&t, &ill).await && there(&t, &met).await, "in the last moment of the 90 days");
    assert_eq!(preview(&t).await.unwrap().held_by(Hold::Case), 2);
    pass(&t, 1).await;
    assert!(!there(&t, &ill).await && !there(&t, &met).await);
    assert!(visits_at(&t, &door).await.is_empty());
}

#[tokio::test]
async fn a_printed_code_keeps_its_person_as_long_as_it_works() {
    let mut t = house().await;
    parts(&mut t).settings.kept.inactive = 30;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let ((one, form), (other, others)) = (visitor(&t).await, visitor(&t).await);
    let printed = make(&t, &one, one.person()).await.unwrap();
    let printed = actions::offline_codes::list::one(&t, &one, printed).await.unwrap().text;
    let revoked = make(&t, &other, other.person()).await.unwrap();
    revoke(&t, &other, revoked).await.unwrap();
    let told = me(&t, &one, 0).await.unwrap().erased_on;
    pass(&t, 30).await;
    assert!(there(&t, &form).await && !there(&t, &others).await);
    while t.now().plus(DAY_MS) < told {
        pass(&t, 1).await;
        if t.now().plus(3 * DAY_MS) < told && t.now().0 % (20 * DAY_MS) < DAY_MS {
            assert!(there(&t, &form).await);
        }
    }
    assert!(there(&t, &form).await);
    pass(&t, 1).await;
    assert!(!there(&t, &form).await, "on the day that was told");
    assert!(by_code(&t, &guard, &printed).await.is_err());
}

fn as_person(form: &MemberForm) -> PersonForm {
    PersonForm {
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
        ..PersonForm::default()
    }
}

#[tokio::test]
async fn a_guardian_lives_as_long_as_their_family_and_a_member_for_themselves() {
    let t = house().await;
    let door = t.door().await;
    let (guardian, form) = visitor(&t).await;
    let member = add(&t, &guardian, &child(1)).await.unwrap();
    pass(&t, 100).await;
    check_in(&t, &guardian, member.id, &door.code, Method::Browser.into()).await.unwrap();
    pass(&t, 100).await;
    let (young, old) = (as_person(&child(1)), form);
    assert!(there(&t, &young).await && there(&t, &old).await, "both, by the child's entry");
    record(&t, &guardian, &door.code, Method::Wechat).await.unwrap();
    pass(&t, 80).await;
    assert!(!there(&t, &young).await, "180 days after its own entry");
    assert!(there(&t, &old).await);
    assert!(actions::people::family::family(&t, &guardian).await.unwrap().members.is_empty());
    let again = add(&t, &guardian, &child(1)).await.unwrap();
    check_in(&t, &guardian, again.id, &door.code, Method::Browser.into()).await.unwrap();
}

#[tokio::test]
async fn a_guardian_who_is_erased_leaves_a_member_who_is_there() {
    let t = house().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (guardian, form) = visitor(&t).await;
    let member = add(&t, &guardian, &child(1)).await.unwrap();
    actions::people::family::remove(&t, &guardian, member.id).await.unwrap();
    pass(&t, 27).await;
    let count = async || t.registry.count_over(Kept::Families, t.now()).await.unwrap();
    assert_eq!(count().await, 1, "ended, and kept for its days");
    pass(&t, 1).await;
    assert_eq!((count().await, last_run(&t).await), (0, vec![(Kept::Families, 1)]));
    pass(&t, 120).await;
    let by_document = IdForm {
        id_kind: "resident_id".to_owned(),
        id_number: child(1).id_number,
        ..IdForm::default()
    };
    by_id_number(&t, &guard, &by_document).await.unwrap();
    pass(&t, 60).await;
    assert!(!there(&t, &form).await, "a family that ended keeps nobody");
    assert!(there(&t, &as_person(&child(1))).await);
}

#[tokio::test]
async fn nobody_is_erased_within_180_days_of_the_first_run_of_an_older_house() {
    let t = TestHouse::new().await;
    let (_, form) = visitor(&t).await;
    t.clock.advance_ms(400 * DAY_MS);
    daily(&t, || true).await.unwrap();
    pass(&t, 179).await;
    assert!(there(&t, &form).await);
    pass(&t, 1).await;
    assert!(!there(&t, &form).await);
}

#[tokio::test]
async fn where_visits_went_that_nobody_noted_everybody_counts_as_seen() {
    let t = house().await;
    let (_, form) = visitor(&t).await;
    for _ in 0..40 {
        t.clock.advance_ms(DAY_MS);
        delete_old_visits(&t).await.unwrap();
    }
    pass(&t, 140).await;
    assert!(there(&t, &form).await, "they may have entered meanwhile");
    // Noting went on on day 46, when day 19 was the first whose visits were kept.
    pass(&t, 18).await;
    assert!(there(&t, &form).await);
    pass(&t, 1).await;
    assert!(!there(&t, &form).await, "180 days after the first day that was kept again");
}

#[tokio::test]
async fn days_are_noted_a_week_later_and_once() {
    let t = house().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    t.clock.advance_ms(HOUR_MS);
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let noted = async || {
        let rows = t.registry.seen_days(0, 0).await.unwrap();
        rows.first().map_or(0, |(_, days)| days.of(person.person()))
    };
    t.clock.advance_ms(6 * DAY_MS);
    assert_eq!((note_days(&t, || true).await.unwrap(), noted().await), (0, 0));
    t.clock.advance_ms(DAY_MS);
    assert_eq!(note_days(&t, || false).await.unwrap(), 0, "told to stop");
    assert_eq!(note_days(&t, || true).await.unwrap(), 1);
    assert!(noted().await > 20_000);
    assert_eq!(note_days(&t, || true).await.unwrap(), 0);
    t.clock.advance_ms(5 * DAY_MS);
    assert_eq!(note_days(&t, || true).await.unwrap(), 5);
}

/// People in the registry who never did anything, all over at once.
async fn many(t: &TestHouse, count: u32) -> Vec<PersonForm> {
    let mut forms = Vec::new();
    let mut sealed = Vec::new();
    for _ in 0..count {
        let form = t.person_form();
        let id = domain::people::IdDocument::parse(
            domain::people::IdKind::ResidentId,
            &form.id_number,
            t.now(),
        );
        sealed.push(
            actions::people::register::seal(t, &form.name, &id.unwrap(), None, CURRENT).unwrap(),
        );
        forms.push(form);
    }
    t.registry.insert_people(&sealed).await.unwrap();
    forms
}

#[tokio::test]
async fn a_run_that_is_stopped_anywhere_goes_on_and_erases_everybody_once() {
    let t = house().await;
    let forms = many(&t, 430).await;
    pass(&t, 179).await;
    t.clock.advance_ms(DAY_MS);
    note_days(&t, || true).await.unwrap();
    let mut stops = 0;
    // Told to stop between its steps, and cut off in the middle of one.
    for after in 1..3 {
        let left = std::sync::atomic::AtomicU32::new(after);
        let go_on = || left.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_ok();
        assert_eq!(run(&t, go_on).await.unwrap(), None);
        stops += 1;
    }
    let left = preview(&t).await.unwrap().of(Kept::People);
    assert!((1..430).contains(&left), "in the middle: {left}");
    for ms in [1, 7, 13, 29, 41] {
        let house = std::sync::Arc::clone(&t.house);
        let task = tokio::spawn(async move { run(&house, || true).await });
        tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
        task.abort();
        let _ = task.await;
        stops += 1;
    }
    daily(&t, || true).await.unwrap();
    let runs = t.registry.retention_runs(9).await.unwrap();
    let erased: u64 = runs.iter().flat_map(|run| &run.counts).map(|(_, count)| count).sum();
    assert_eq!((erased, stops), (430, 7), "each of them once: {runs:?}");
    for form in forms.iter().step_by(37) {
        assert!(!there(&t, form).await);
    }
}

#[tokio::test]
async fn whoever_enters_while_a_run_goes_on_stays() {
    let t = house().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    many(&t, 60).await;
    pass(&t, 179).await;
    t.clock.advance_ms(DAY_MS);
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    daily(&t, || true).await.unwrap();
    assert!(there(&t, &form).await);
    assert_eq!(last_run(&t).await, [(Kept::People, 60)]);
}

#[tokio::test]
async fn requests_and_consents_are_proofs_for_three_years_and_corrections_go_soon() {
    let mut t = house().await;
    parts(&mut t).settings.kept.proof = 90;
    let (person, form) = visitor(&t).await;
    let (other, _) = visitor(&t).await;
    let officer = privacy_officer(&t).await;
    let request = file(&t, &person, &erasure()).await.unwrap();
    decide(&t, &officer, request, "carry_out", "已删除").await.unwrap();
    assert!(!there(&t, &form).await);
    let count = async |kind| t.registry.count_over(kind, t.now()).await.unwrap();
    pass(&t, 89).await;
    assert_eq!((count(Kept::Requests).await, count(Kept::Consents).await), (1, 1));
    pass(&t, 1).await;
    assert_eq!((count(Kept::Requests).await, count(Kept::Consents).await), (0, 0));
    assert_eq!(last_run(&t).await, [(Kept::Requests, 1), (Kept::Consents, 1)]);
    assert_eq!(t.registry.consents_of(other.person(), 9).await.unwrap().len(), 1);
    assert!(t.registry.person(PersonNumber(1)).await.unwrap().is_some(), "the number stays");
}

mod any_history {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};
    use std::hash::{BuildHasher, RandomState};

    const PEOPLE: usize = 12;
    const DAYS: i64 = 110;
    const INACTIVE: i64 = 30;

    /// Somebody of the model, in days.
    #[derive(Debug, Default)]
    struct Model {
        last: i64,
        code_until: Option<i64>,
        red: bool,
        asks: bool,
        gone: bool,
        /// The child they check in, and the day it was last there.
        child: Option<i64>,
    }

    impl Model {
        fn is_over(&self, today: i64) -> bool {
            let last = self.last.max(self.child.unwrap_or(0));
            let code = self.code_until.is_some_and(|until| today <= until);
            today - last >= INACTIVE && !code && !self.red && !self.asks
        }
    }

    struct Town {
        t: TestHouse,
        door: Door,
        people: Vec<(Visitor, PersonForm, Model)>,
        codes: Vec<Option<i64>>,
        requests: Vec<Option<i64>>,
        members: Vec<Option<i64>>,
    }

    impl Town {
        async fn act(&mut self, n: usize, today: i64, dice: &mut StdRng) {
            let t = &self.t;
            let (visitor, form, model) = &mut self.people[n];
            match dice.random_range(0..9) {
                0 | 1 => {
                    record(t, visitor, &self.door.code, Method::Wechat).await.unwrap();
                    model.last = today;
                }
                2 => {
                    me(t, visitor, 0).await.unwrap();
                    model.last = today;
                }
                3 => {
                    model.red = !model.red;
                    let now = if model.red { Colour::Red } else { Colour::Green };
                    colour(t, form, now).await;
                }
                4 if self.codes[n].is_none() => {
                    self.codes[n] = Some(make(t, visitor, visitor.person()).await.unwrap());
                    model.last = today;
                    model.code_until = Some(today + 180);
                }
                5 | 6 if self.codes[n].is_some() => {
                    revoke(t, visitor, self.codes[n].take().unwrap()).await.unwrap();
                    model.code_until = None;
                }
                5 if self.requests[n].is_none() => {
                    self.requests[n] = Some(file(t, visitor, &erasure()).await.unwrap());
                    (model.last, model.asks) = (today, true);
                }
                7 if self.members[n].is_none() => {
                    let member = add(t, visitor, &child(n as u32)).await.unwrap();
                    self.members[n] = Some(member.id);
                    (model.last, model.child) = (today, Some(today));
                }
                7 if model.child.is_some() => {
                    let member = self.members[n].unwrap();
                    check_in(t, visitor, member, &self.door.code, Method::Browser.into())
                        .await
                        .unwrap();
                    model.child = Some(today);
                }
                8 if self.requests[n].is_some() => {
                    let officer = privacy_officer(t).await;
                    let request = self.requests[n].take().unwrap();
                    decide(t, &officer, request, "refuse", "已办").await.unwrap();
                    model.asks = false;
                }
                _ => {}
            }
        }

        /// A midnight passes: the model says who goes, the house is asked whether they did.
        async fn midnight(&mut self, today: i64, seed: u64) {
            daily(&self.t, || true).await.unwrap();
            for (n, (_, form, model)) in self.people.iter_mut().enumerate() {
                let child_over = model.child.is_some_and(|last| today - last >= INACTIVE);
                model.gone |= model.is_over(today);
                if child_over {
                    let child = as_person(&child(n as u32));
                    assert!(!there(&self.t, &child).await, "seed {seed}, day {today}, child {n}");
                    (model.child, self.members[n]) = (None, None);
                }
                let stays = there(&self.t, form).await;
                assert_eq!(stays, !model.gone, "seed {seed}, day {today}, person {n}: {model:?}");
            }
        }
    }

    #[tokio::test]
    async fn somebody_is_erased_exactly_when_the_rule_says() {
        let seed = std::env::var("VENUECODE_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(0));
        let mut dice = StdRng::seed_from_u64(seed);
        let mut t = house().await;
        parts(&mut t).settings.kept.inactive = INACTIVE as u32;
        let door = t.door().await;
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            let (visitor, form) = visitor(&t).await;
            people.push((visitor, form, Model::default()));
        }
        let (codes, requests, members) =
            (vec![None; PEOPLE], vec![None; PEOPLE], vec![None; PEOPLE]);
        let mut town = Town { t, door, people, codes, requests, members };
        for today in 0..DAYS {
            for n in 0..PEOPLE {
                // Towards the end people stop coming, one after the other.
                let busy = today < 20 + 6 * n as i64;
                if !town.people[n].2.gone && busy && dice.random_range(0..14) == 0 {
                    town.act(n, today, &mut dice).await;
                }
            }
            town.t.clock.advance_ms(DAY_MS);
            town.midnight(today + 1, seed).await;
        }
        let gone = town.people.iter().filter(|(_, _, model)| model.gone).count();
        assert!(gone > 0, "seed {seed}");
    }
}
