//! Who orders posters by the thousand: a manager for the own unit, a reviewer for the own scope.

use crate::{
    Answer, Failure, House,
    accounts::principals::{Manager, Reviewer},
};
use domain::audit::Actor;
use registry::{PosterJob, PostersOf};

/// Somebody who may have jobs.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// Of the doors of the own unit.
    Manager(&'a Manager),
    /// Of the doors in the own scope.
    Reviewer(&'a Reviewer),
}

impl<'a> From<&'a Manager> for Caller<'a> {
    fn from(manager: &'a Manager) -> Self {
        Self::Manager(manager)
    }
}

impl<'a> From<&'a Reviewer> for Caller<'a> {
    fn from(reviewer: &'a Reviewer) -> Self {
        Self::Reviewer(reviewer)
    }
}

impl Caller<'_> {
    pub(super) fn account(self) -> i64 {
        match self {
            Self::Manager(manager) => manager.account,
            Self::Reviewer(reviewer) => reviewer.account,
        }
    }

    pub(super) fn actor(self) -> Actor {
        match self {
            Self::Manager(manager) => manager.actor(),
            Self::Reviewer(reviewer) => reviewer.actor(),
        }
    }

    /// Whether these codes are the caller's to print, today as when they were ordered.
    pub(super) async fn may_print(self, house: &House, of: &PostersOf) -> Answer<bool> {
        Ok(match (self, of) {
            (Self::Manager(manager), PostersOf::Organisation(id)) => {
                let own = house.registry.organisation_of(manager.account).await?;
                own.is_some_and(|organisation| organisation.id == *id)
            }
            (Self::Reviewer(reviewer), PostersOf::Region(code)) => reviewer.scope.covers(code),
            _ => false,
        })
    }

    /// The caller's own job of this number; anybody else's is not there.
    pub(super) async fn own(self, house: &House, id: i64) -> Answer<PosterJob> {
        let job = house.registry.poster_job(id).await?.ok_or(Failure::NotFound)?;
        let own = job.new.account == self.account() && self.may_print(house, &job.new.of).await?;
        if own { Ok(job) } else { Err(Failure::NotFound) }
    }
}
