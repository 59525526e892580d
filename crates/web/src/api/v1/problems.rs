//! The refusals that many endpoints share, for the description: each endpoint names the kinds that
//! can come from it.

use crate::api::openapi::Problem;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $says:literal),+;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.to_owned(), problem($says))),+])
            }
        }
    )+};
}

problems! {
    /// Of whatever asks who is calling.
    Guarded:
        "401" "not signed in, or not any more",
        "403" "signed in, with another role; sent by another site's page";
    /// Of whatever asks only that somebody is signed in.
    SignedIn: "401" "not signed in, or not any more";
    /// Of what anybody may send.
    FromElsewhere: "403" "sent by another site's page";
    /// Of a JSON body.
    Typed:
        "400" "not JSON",
        "413" "larger than 64 KiB",
        "415" "not `application/json`",
        "422" "a field is missing, unknown or wrong; `errors` names each";
    /// Of a file.
    Filed:
        "400" "the file did not arrive whole; a word of the query is unknown",
        "413" "larger than a file of this kind may be",
        "415" "not a content type of such a file",
        "422" "the file cannot be taken, `errors` says why at `file`; or names a word of the query";
    /// Of a file that can be had in parts.
    Parts: "416" "the file has no such part; `Content-Range` says how long it is";
    /// Of the words of a query.
    Asked:
        "400" "a word of the query is unknown, or stands twice",
        "422" "a word of the query makes no sense; `errors` names each";
    /// Of whatever names a thing.
    Named: "404" "no such thing, or not the caller's";
    /// Of whatever depends on how things stand.
    Elsewhere: "409" "does not fit how things stand meanwhile; `detail` says what to do";
    /// Of what may not be tried at any rate.
    Often: "429" "too often; see Retry-After";
    /// Of what needs a place that may be taken.
    Full: "503" "full at this moment; see Retry-After";
}

fn problem(says: &str) -> RefOr<Response> {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    RefOr::T(
        ResponseBuilder::new()
            .description(says)
            .content("application/problem+json", content)
            .build(),
    )
}

/// A file, as the description shows it.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct File(#[expect(dead_code, reason = "stands for the bytes")] Vec<u8>);
