//! Consent: to which version of the privacy notice, given anew by one tap, and taken back.

use crate::{Answer, Failure, House, accounts::principals::Visitor};
use domain::{
    audit::Deed,
    people::PersonNumber,
    privacy::{CURRENT, NEVER_ASKED, WITHDRAWN, is_to_be_asked},
    time::UnixMs,
};
use registry::{AuditLine, ConsentHow, ConsentStep};

/// A step of a consent, as its person sees it.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which version; -1 when it was taken back.
    pub version: i64,
    /// When.
    pub at: UnixMs,
    /// How, as the wire has it: `form`, `tap`, `door` or `withdrawn`.
    pub how: &'static str,
    /// The same in Chinese, a key into the catalogues.
    pub says: &'static str,
}

impl From<ConsentStep> for Step {
    fn from(step: ConsentStep) -> Self {
        let (how, says) = match step.how {
            _ if step.version == WITHDRAWN => ("withdrawn", "撤回同意"),
            ConsentHow::Form => (step.how.code(), "登记时勾选同意"),
            ConsentHow::Tap => (step.how.code(), "点击同意"),
            ConsentHow::Door => (step.how.code(), "在门口当面同意"),
        };
        Self { version: step.version, at: step.at, how, says }
    }
}

/// Most steps shown.
const STEPS_MAX: i64 = 100;

/// How a person's consent stands.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The version agreed to; 0 for somebody registered at a door, -1 after it was taken back.
    pub agreed: i64,
    /// Whether there is a newer one to be asked about.
    pub asks: bool,
    /// Every step, the newest first.
    pub steps: Vec<Step>,
}

/// How one's own consent stands.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn consent(house: &House, caller: &Visitor) -> Answer<Consent> {
    let agreed = house.mirror.consent(caller.person).unwrap_or(NEVER_ASKED);
    let steps = house.registry.consents_of(caller.person, STEPS_MAX).await?;
    let steps = steps.into_iter().map(Step::from).collect();
    Ok(Consent { agreed, asks: is_to_be_asked(agreed), steps })
}

/// Whether this person is to be asked about a newer version. Asks no database: it is looked at with
/// every result.
#[must_use]
pub fn asks(house: &House, caller: &Visitor) -> bool {
    house.mirror.consent(caller.person).is_some_and(is_to_be_asked)
}

/// Agrees to the version in force, as it was read.
///
/// # Errors
/// `Conflict` when another version is in force by now.
pub async fn agree(house: &House, caller: &Visitor, version: i64) -> Answer<()> {
    if version != CURRENT {
        return Err(Failure::Conflict("说明已经更新，请看过新版再同意"));
    }
    if house.mirror.consent(caller.person) == Some(CURRENT) {
        return Ok(());
    }
    note(house, caller.person, ConsentHow::Tap).await
}

/// Writes down that somebody agreed to the version in force.
pub(crate) async fn note(house: &House, person: PersonNumber, how: ConsentHow) -> Answer<()> {
    let step = ConsentStep { version: CURRENT, at: house.now(), how };
    house.registry.consent(person, &step).await?;
    super::note_active(house, person).await?;
    house.catch_up().await
}

/// Takes one's consent back: every phone is signed out, offline codes and accounts of apps end, and
/// nobody registers this person again who has not been told and agreed anew. What was recorded before
/// stays until its day, since the law asks for it.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn withdraw(house: &House, caller: &Visitor) -> Answer<()> {
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::ConsentWithdrawn,
        subject: format!("人员 {}", caller.person.0),
        detail: String::new(),
    };
    house.registry.withdraw_consent(caller.person, &line).await?;
    house.catch_up().await
}

/// Whether somebody took their consent back and has not given it again.
pub(crate) fn is_withdrawn(version: i64) -> bool {
    version == WITHDRAWN
}
