//! Marks at the fields of a form, and the reply to a form that was not taken.

use crate::{answer::PageFailure, page::Page};
use actions::Failure;
use axum::http::StatusCode;
use domain::fields::{Complaint, Complaints};

/// What is wrong with a form, for the marks at its fields.
#[derive(Clone, Debug, Default)]
pub struct Marks(pub Complaints);

impl Marks {
    /// Whether anything is wrong.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// How many complaints there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.0.len()
    }

    /// All of them, in the order of the form.
    #[must_use]
    pub fn list(&self) -> &[Complaint] {
        &self.0.0
    }

    /// The complaint about a field.
    #[must_use]
    pub fn about(&self, field: &str) -> Option<&'static str> {
        self.0.about(field)
    }

    /// Whether this is the first field to go back to.
    #[must_use]
    pub fn first(&self, field: &str) -> bool {
        self.0.0.first().is_some_and(|complaint| complaint.field == field)
    }
}

/// What there is to say about a form when it is shown again.
#[derive(Debug, Default)]
pub struct Said {
    /// Status of the page.
    pub status: StatusCode,
    /// What is wrong, at which field.
    pub marks: Marks,
    /// What stands in the way of the whole form.
    pub notice: Option<&'static str>,
}

/// What to say when an action refused, when a person can do something about it on the same page.
///
/// # Errors
/// Every other failure, as a page of its own.
pub fn said(p: &Page, failure: Failure) -> Result<Said, PageFailure> {
    match failure {
        Failure::Invalid(complaints) => Ok(Said {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            marks: Marks(complaints),
            notice: None,
        }),
        Failure::Conflict(says) => {
            Ok(Said { status: StatusCode::CONFLICT, notice: Some(says), ..Said::default() })
        }
        Failure::TooMany { says, .. } => Ok(Said {
            status: StatusCode::TOO_MANY_REQUESTS,
            notice: Some(says),
            ..Said::default()
        }),
        Failure::Busy => Ok(Said {
            status: StatusCode::SERVICE_UNAVAILABLE,
            notice: Some("现在人多，请稍等几秒再提交，不用重新填写。"),
            ..Said::default()
        }),
        other => Err(PageFailure(p.clone(), other)),
    }
}
