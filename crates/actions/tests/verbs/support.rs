//! What the rooms' tests share: reading refusals, becoming somebody, and parts of the house that
//! misbehave on purpose.

use actions::{
    Answer, Failure, House,
    accounts::{
        make::{self, SetUpForm},
        principals::{
            Administrator, Auditor, DutyDevice, Investigator, Manager, PrivacyOfficer, Reviewer,
            Staff, Visitor,
        },
        register::{self, RegisterForm},
        session::Token,
        sign_in::{self, SignedIn},
        sms_codes::CodeUse,
    },
    audit,
    duty::devices,
    health_status::{HealthSource, Subject},
    people,
    sms::BoxFuture,
};
use domain::{
    accounts::Role,
    audit::Deed,
    checkpoints::CheckpointNumber,
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid},
    people::{PersonForm, PersonNumber},
    time::{HOUR_MS, UnixMs},
};
use std::sync::Arc;
use testkit::{Door, TestHouse, patiently};
use vault::Index;
use visits::{
    AppendError, Appended, CloseError, Cursor, Page, ReadError, StoreHealth, Visit, VisitStore,
    Window,
};

/// A door's application as somebody reads it now, to be written.
pub(crate) async fn as_read(t: &TestHouse, door: CheckpointNumber) -> (CheckpointNumber, i64) {
    (door, t.registry.round_of(door).await.unwrap().unwrap())
}

/// Why it was refused; fails the test when it was done.
#[track_caller]
pub(crate) fn refused<T>(answer: Answer<T>) -> Failure {
    match answer {
        Ok(_) => panic!("this was done, and must not be"),
        Err(failure) => failure,
    }
}

/// It was refused with a complaint at this field.
#[track_caller]
pub(crate) fn complains<T>(at: &str, answer: Answer<T>) {
    match refused(answer) {
        Failure::Invalid(complaints) if complaints.about(at).is_some() => {}
        other => panic!("no complaint at {at}, but: {other}"),
    }
}

/// There is no such thing for this caller.
#[track_caller]
pub(crate) fn not_found<T>(answer: Answer<T>) {
    let failure = refused(answer);
    assert!(matches!(failure, Failure::NotFound), "{failure}");
}

/// It does not fit what happened meanwhile.
#[track_caller]
pub(crate) fn conflict<T>(answer: Answer<T>) {
    let failure = refused(answer);
    assert!(matches!(failure, Failure::Conflict(_)), "{failure}");
}

/// Nobody is signed in by this token.
#[track_caller]
pub(crate) fn not_signed_in<T>(answer: Answer<T>) {
    let failure = refused(answer);
    assert!(matches!(failure, Failure::NotSignedIn), "{failure}");
}

/// Too often; in how many seconds again.
#[track_caller]
pub(crate) fn too_many<T>(answer: Answer<T>) -> u32 {
    match refused(answer) {
        Failure::TooMany { retry_after_s, .. } => retry_after_s,
        other => panic!("not too many, but: {other}"),
    }
}

/// The last part of a URL: the token of a link.
pub(crate) fn token_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Another code of six digits.
pub(crate) fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// Registers a manager, waiting for a turn to hash.
pub(crate) async fn register_manager(t: &TestHouse, form: &RegisterForm) -> Answer<Token> {
    patiently(|| register::register_manager(t, form)).await
}

/// Follows a set-up link, waiting for a turn to hash.
pub(crate) async fn set_up(t: &TestHouse, link: &str, form: &SetUpForm) -> Answer<(Token, Role)> {
    patiently(|| make::set_up(t, link, form)).await
}

/// Signs in, waiting for a turn to hash.
pub(crate) async fn by_password(t: &TestHouse, phone: &str, typed: &str) -> Answer<(Token, Staff)> {
    match patiently(|| sign_in::by_password(t, phone, typed, None)).await? {
        SignedIn::In(token, staff) => Ok((token, staff)),
        SignedIn::CodeSent(_) => panic!("a second factor is wanted"),
    }
}

pub(crate) async fn manager(t: &TestHouse, token: &str) -> Manager {
    t.staff(token).await.as_manager().unwrap()
}

/// A reviewer of this county, or of the city when it is empty.
pub(crate) async fn reviewer(t: &TestHouse, county: &str) -> Reviewer {
    let token = t.staff_token(Role::Reviewer, county).await;
    t.staff(&token).await.as_reviewer().unwrap()
}

pub(crate) async fn investigator(t: &TestHouse) -> Investigator {
    let token = t.staff_token(Role::Investigator, "").await;
    t.staff(&token).await.as_investigator().unwrap()
}

pub(crate) async fn privacy_officer(t: &TestHouse) -> PrivacyOfficer {
    let token = t.staff_token(Role::PrivacyOfficer, "").await;
    t.staff(&token).await.as_privacy_officer().unwrap()
}

pub(crate) async fn auditor(t: &TestHouse) -> Auditor {
    let token = t.staff_token(Role::Auditor, "").await;
    t.staff(&token).await.as_auditor().unwrap()
}

pub(crate) async fn administrator(t: &TestHouse) -> Administrator {
    let token = t.staff_token(Role::Administrator, "").await;
    t.staff(&token).await.as_administrator().unwrap()
}

/// A duty device at this door.
pub(crate) async fn device(t: &TestHouse, door: &Door) -> DutyDevice {
    let token = t.duty(door).await;
    devices::device(t, &token).unwrap()
}

/// Registers this person with a code sent to their phone.
pub(crate) async fn sign_up(t: &TestHouse, form: &PersonForm) -> Answer<(Visitor, String)> {
    // A number gets a code once a minute.
    t.clock.advance_ms(61_000);
    let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
    people::register::register(t, form, &code).await
}

/// Somebody registered, with the form they filled in.
pub(crate) async fn visitor(t: &TestHouse) -> (Visitor, PersonForm) {
    let form = t.person_form();
    let (visitor, _) = sign_up(t, &form).await.unwrap();
    (visitor, form)
}

/// The number that a registered person was given.
pub(crate) async fn number(t: &TestHouse, form: &PersonForm) -> PersonNumber {
    let index = t.vault.blind(Index::IdNumber, &format!("{}:{}", form.id_kind, form.id_number));
    t.registry.person_by_id(&index).await.unwrap().expect("registered").number
}

/// Everything in the visit store about a door.
pub(crate) async fn visits_at(house: &House, door: &Door) -> Vec<Visit> {
    let window = Window { checkpoint: door.number.0, from_ms: 0, to_ms: i64::MAX };
    house.visits.visits_at(window).await.unwrap()
}

/// Lines of the audit about this deed, newest first: (subject, detail).
pub(crate) async fn lines(t: &TestHouse, deed: Deed) -> Vec<(String, String)> {
    let stored = t.registry.audit_page(Some(deed), 1000, 0).await.unwrap();
    stored.into_iter().map(|stored| (stored.line.subject, stored.line.detail)).collect()
}

/// What an auditor reads on the first page.
pub(crate) async fn audit_rows(t: &TestHouse, deed: Option<Deed>) -> Vec<audit::AuditRow> {
    let auditor = auditor(t).await;
    audit::list(t, &auditor, audit::Filter { deed, page: 0 }).await.unwrap()
}

/// Sets what the register of health status says of a person.
pub(crate) async fn colour(t: &TestHouse, form: &PersonForm, colour: Colour) {
    let status = HealthStatus { colour, ..green(t.now()) };
    let person = number(t, form).await;
    t.set_status(person, &status).await;
}

/// Green, confirmed at `now`, tested eleven hours ago.
pub(crate) fn green(now: UnixMs) -> HealthStatus {
    HealthStatus {
        colour: Colour::Green,
        confirmed: now,
        nucleic_acid: Some(NucleicAcid::of(now.plus(-11 * HOUR_MS), true)),
        itinerary: Itinerary::Clear,
        ..HealthStatus::unknown(now)
    }
}

/// The house itself, to exchange a part of it before anybody shares it.
pub(crate) fn parts(t: &mut TestHouse) -> &mut House {
    Arc::get_mut(&mut t.house).expect("nobody shares the house yet")
}

/// A source of health status that says the same of everybody.
pub(crate) struct Says(pub(crate) HealthStatus);

impl HealthSource for Says {
    fn ask<'a>(&'a self, _: &'a Subject, _: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async { Some(self.0) })
    }

    fn at_hand(&self, _: PersonNumber, _: UnixMs) -> Option<HealthStatus> {
        Some(self.0)
    }
}

/// A source of health status that never answers.
pub(crate) struct Hangs;

impl HealthSource for Hangs {
    fn ask<'a>(&'a self, _: &'a Subject, _: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(std::future::pending())
    }
}

/// A store that reads as the one inside does and takes no visit, for this reason.
pub(crate) struct Refuses {
    pub(crate) inside: Arc<dyn VisitStore>,
    /// Whether a person's visits can be read; a door's always can.
    pub(crate) knows_people: bool,
    /// Most visits that one answer about doors holds.
    pub(crate) holds_max: usize,
    pub(crate) reason: AppendError,
}

impl Refuses {
    /// One that reads all.
    pub(crate) fn new(inside: &Arc<dyn VisitStore>, reason: AppendError) -> Self {
        let inside = Arc::clone(inside);
        Self { inside, knows_people: true, holds_max: usize::MAX, reason }
    }
}

type Fut<'a, T> = visits::BoxFuture<'a, T>;

impl VisitStore for Refuses {
    fn append(&self, _: Visit) -> Fut<'_, Result<Appended, AppendError>> {
        Box::pin(async { Err(self.reason.clone()) })
    }

    fn append_all(&self, _: Vec<Visit>) -> Fut<'_, Result<Vec<Appended>, AppendError>> {
        Box::pin(async { Err(self.reason.clone()) })
    }

    fn visits_of(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
    ) -> Fut<'_, Result<Vec<Visit>, ReadError>> {
        if self.knows_people {
            return self.inside.visits_of(person, from_ms, to_ms);
        }
        Box::pin(async { Err(ReadError::Failed("input/output error".to_owned())) })
    }

    fn visits_at(&self, window: Window) -> Fut<'_, Result<Vec<Visit>, ReadError>> {
        self.inside.visits_at(window)
    }

    fn visits_of_page(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
        after: Option<Cursor>,
        limit: usize,
    ) -> Fut<'_, Result<Page, ReadError>> {
        self.inside.visits_of_page(person, from_ms, to_ms, after, limit)
    }

    fn visits_at_page(
        &self,
        window: Window,
        after: Option<Cursor>,
        limit: usize,
    ) -> Fut<'_, Result<Page, ReadError>> {
        self.inside.visits_at_page(window, after, limit)
    }

    fn visits_of_many<'a>(
        &'a self,
        persons: &'a [u64],
        from_ms: i64,
        to_ms: i64,
    ) -> Fut<'a, Result<Vec<Vec<Visit>>, ReadError>> {
        self.inside.visits_of_many(persons, from_ms, to_ms)
    }

    fn visits_at_windows<'a>(
        &'a self,
        windows: &'a [Window],
    ) -> Fut<'a, Result<Vec<Vec<Visit>>, ReadError>> {
        Box::pin(async move {
            let (found, limit) = (self.inside.visits_at_windows(windows).await?, self.holds_max);
            let visits: usize = found.iter().map(Vec::len).sum();
            if visits > limit { Err(ReadError::AnswerTooLarge { limit }) } else { Ok(found) }
        })
    }

    fn persons_between(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> Fut<'_, Result<visits::Persons, ReadError>> {
        self.inside.persons_between(from_ms, to_ms)
    }

    fn drop_before(&self, day: i64) -> BoxFuture<'_, Result<(), visits::KeepError>> {
        self.inside.drop_before(day)
    }

    fn tidy(&self) -> BoxFuture<'_, Result<(), visits::KeepError>> {
        self.inside.tidy()
    }

    fn day_of(&self, ms: i64) -> i64 {
        self.inside.day_of(ms)
    }

    fn health(&self) -> StoreHealth {
        self.inside.health()
    }

    fn close(&self) -> Fut<'_, Result<(), CloseError>> {
        self.inside.close()
    }
}
