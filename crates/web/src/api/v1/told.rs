//! What handlers of the API answer with.

use crate::{answer, pages::desk};
use actions::{Failure, posters::Download};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{fields::Complaints, time::UnixMs};
use serde::Serialize;

pub(super) const PDF: &str = "application/pdf";
pub(super) const PNG: &str = "image/png";
pub(super) const SVG: &str = "image/svg+xml";

/// An answer, or a refusal as problem+json.
pub(super) type Told = Result<Response, Refused>;

/// A refusal.
#[derive(Debug)]
pub struct Refused(Response);

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(answer::problem(failure))
    }
}

impl From<Complaints> for Refused {
    fn from(complaints: Complaints) -> Self {
        Failure::from(complaints).into()
    }
}

impl From<Response> for Refused {
    fn from(response: Response) -> Self {
        Self(response)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0
    }
}

/// 200 with a body.
pub(super) fn read(body: impl Serialize) -> Told {
    Ok(Json(body).into_response())
}

/// 201 with a body, and where to find it again.
pub(super) fn made(place: String, body: impl Serialize) -> Told {
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(body)).into_response())
}

/// 204: it is done, and there is nothing to say.
pub(super) fn done() -> Told {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 200 with a file.
pub(super) fn file(download: Download, kind: &'static str) -> Told {
    Ok(desk::attachment(&download.name, kind, download.bytes))
}

/// Milliseconds since 1970 UTC, when there is a time.
pub(super) fn ms(at: Option<UnixMs>) -> Option<i64> {
    at.map(|at| at.0)
}
