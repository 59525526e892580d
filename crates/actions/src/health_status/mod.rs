//! Health status: our own register first, then outside sources; never green by default, and never
//! waited for. What is not at hand is asked for beside the scan.

mod asking;
pub mod import;
mod questions;
mod set;

pub(crate) use asking::ask;
pub use asking::{OPENINGS_MAX, OPENINGS_MS};
pub use questions::{ASK_WAIT, Questions};
pub(crate) use questions::{QUESTION_AGE_MS_MAX, Question};
pub use registry::TakenStatus;
pub use set::{Registered, STATEMENTS_MAX, StatementFault, look, set, take};

use crate::{House, sms::BoxFuture};
use domain::{
    entry_policy::FIRST_POLICY,
    health_status::{Colour, FIRST_FRESHNESS, HealthStatus, joined},
    people::{IdKind, PersonNumber},
    time::UnixMs,
};
use std::sync::Arc;

/// Who is asked about.
pub struct Subject {
    /// Their number.
    pub person: PersonNumber,
    /// Who they are, for a source that says so with [`HealthSource::needs_identity`].
    pub identity: Option<Identity>,
}

/// What an outside source knows a person by. It is in memory for one question and in no log.
pub struct Identity {
    /// Full name.
    pub name: String,
    /// Kind of document.
    pub id_kind: IdKind,
    /// Number of the document.
    pub id_number: String,
}

/// An outside source of health status.
pub trait HealthSource: Send + Sync + 'static {
    /// What it says of a person; `None` when it does not know them or cannot be reached. What it does
    /// not speak of is not known. Nobody waits for it at a door; it is given up after [`ASK_WAIT`].
    fn ask<'a>(&'a self, about: &'a Subject, now: UnixMs) -> BoxFuture<'a, Option<HealthStatus>>;

    /// What it knows without asking anybody, at once. A source over a network knows nothing so.
    fn at_hand(&self, person: PersonNumber, now: UnixMs) -> Option<HealthStatus> {
        let _asked_elsewhere = (person, now);
        None
    }

    /// Whether it makes sense to ask.
    fn can_be_asked(&self) -> bool {
        true
    }

    /// Whether it must be told who somebody is.
    fn needs_identity(&self) -> bool {
        false
    }

    /// Whether every system behind it fails and is left alone at this moment: then nobody's identity
    /// is opened for it.
    fn rests(&self, now: UnixMs) -> bool {
        let _never = now;
        false
    }

    /// How it goes, for the metrics; one entry for each system that is asked.
    fn figures(&self) -> Vec<SourceFigures> {
        Vec::new()
    }
}

/// How it goes with one outside system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFigures {
    /// Its name in the settings.
    pub name: String,
    /// Answers about the person that was asked for.
    pub answered: u64,
    /// Questions without a usable answer.
    pub failed: u64,
    /// Answers about somebody else.
    pub foreign: u64,
    /// Questions not asked, because it had failed too often.
    pub spared: u64,
    /// Whether it is left alone at this moment.
    pub open: bool,
}

/// No outside source is configured.
pub struct NoSource;

impl HealthSource for NoSource {
    fn ask<'a>(&'a self, _: &'a Subject, _: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async { None })
    }

    fn can_be_asked(&self) -> bool {
        false
    }
}

/// What is known of a person at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// As it is judged.
    pub(crate) status: HealthStatus,
    /// When the colour was said.
    pub(crate) said: UnixMs,
    /// Whether there is nothing to be asked at this moment.
    pub(crate) settled: bool,
}

/// How old a colour that was answered may be before it is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Somebody enters.
    Entry,
    /// A result is looked at again: it need not flicker as long as it counts.
    Page,
}

/// A person's status as far as it is known at this moment, without waiting for anybody. What is
/// known in part is judged in part: a positive test counts also when no colour is known.
pub(crate) fn known(house: &House, person: PersonNumber, look: Look, now: UnixMs) -> Known {
    let colour_ms = match look {
        Look::Entry => FIRST_FRESHNESS.colour_ms,
        Look::Page => FIRST_POLICY.colour_age_ms_max,
    };
    let register = house.mirror.status(person);
    let told = house
        .health
        .at_hand(person, now)
        .or_else(|| house.questions.answer(person, now, colour_ms));
    let status = joined(register.as_ref(), told.as_ref(), now, FIRST_POLICY.register_green_ms_max);
    let said = match register {
        Some(register) if status.source == register.source => register.confirmed,
        _ => status.confirmed,
    };
    Known { status, said, settled: status.colour != Colour::Unknown }
}

/// The colour by which somebody who enters now would be judged.
#[must_use]
pub fn colour_at_hand(house: &House, person: PersonNumber) -> Colour {
    known(house, person, Look::Entry, house.now()).status.colour
}

/// The name of the organisation that made a person's test.
pub(crate) fn tested_by(house: &House, status: &HealthStatus) -> Option<Arc<str>> {
    let number = status.nucleic_acid?.organisation?;
    house.mirror.test_organisation(number)
}
