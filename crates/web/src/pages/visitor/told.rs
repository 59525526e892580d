//! What a form of a visitor says besides its fields.

use crate::{answer::PageFailure, page::Page};
use actions::Failure;
use axum::http::StatusCode;
use domain::fields::Complaints;

/// What went wrong, where the form itself can say it; nothing at first.
#[derive(Default)]
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) complaints: Complaints,
    pub(super) notice: Option<&'static str>,
}

impl Told {
    /// A failure that the form itself can say; any other has a page of its own.
    pub(super) fn of(p: &Page, failure: Failure) -> Result<Self, PageFailure> {
        let noticed = |status, says| {
            Ok(Self { status, complaints: Complaints::default(), notice: Some(says) })
        };
        match failure {
            Failure::Invalid(complaints) => {
                Ok(Self { status: StatusCode::UNPROCESSABLE_ENTITY, complaints, notice: None })
            }
            Failure::TooMany { says, .. } => noticed(StatusCode::TOO_MANY_REQUESTS, says),
            Failure::Conflict(says) => noticed(StatusCode::CONFLICT, says),
            Failure::Busy => noticed(
                StatusCode::SERVICE_UNAVAILABLE,
                "现在人多，请稍等几秒再提交，不用重新填写。",
            ),
            other => Err(PageFailure(p.clone(), other)),
        }
    }
}
