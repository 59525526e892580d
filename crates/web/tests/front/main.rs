//! Visitors, the duty screen and the API over HTTP, through the requests that browsers and programs
//! send; and every address of the table against strangers and nonsense.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod anything;
mod api;
mod client;
mod duty;
mod late;
mod mine;
mod room;
mod visitor;
mod weight;
