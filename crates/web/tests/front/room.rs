//! What a request takes while it waits for the gate, beside thousands that wait as well.

use crate::{client::Client, visitor::known};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Method, Request, Uri},
};
use std::{pin::pin, sync::Arc, task::Context, task::Waker};
use testkit::TestHouse;
use web::front::Front;

/// Most bytes of a request under way, beside its handler.
const BYTES_MAX: usize = 1_536;
/// A scan that finds the disk that fast does not wait, and shows nothing; another one does.
const TRIES: usize = 20;

/// A request as a connection gives it: its address and its headers lie in one buffer.
fn from_one_buffer(path: &str, headers: &[(&str, &str)], body: &str) -> (Request<Body>, Bytes) {
    let texts: Vec<&str> =
        [path].into_iter().chain(headers.iter().map(|(_, value)| *value)).collect();
    let buffer = Bytes::from(texts.concat().into_bytes());
    let mut rest = buffer.clone();
    let uri = Uri::from_maybe_shared(rest.split_to(path.len())).unwrap();
    let mut request = Request::builder().method(Method::POST).uri(uri);
    for (name, value) in headers {
        let value = HeaderValue::from_maybe_shared(rest.split_to(value.len())).unwrap();
        request = request.header(*name, value);
    }
    drop(rest);
    (request.body(Body::from(body.to_owned())).unwrap(), buffer)
}

/// Whether the buffer is free while the request waits; `None` when it did not wait.
async fn is_free_meanwhile(
    front: &Front,
    (request, buffer): (Request<Body>, Bytes),
) -> Option<bool> {
    assert!(!buffer.is_unique(), "the request is made of it");
    let answer = front.answer(request);
    let bytes = size_of_val(&answer);
    assert!(bytes <= BYTES_MAX, "{bytes} bytes");
    let mut answer = pin!(answer);
    let waits = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
    let free = buffer.is_unique();
    answer.await;
    waits.then_some(free)
}

/// Has new visitors scan until one waits; whether the buffer was free then.
async fn is_free(request: impl Fn(&Client, &str) -> (Request<Body>, Bytes)) -> Option<bool> {
    let t = TestHouse::new().await;
    let front = Front::new(Arc::clone(&t.house));
    for _ in 0..TRIES {
        let (client, door) = known(&t).await;
        let free = is_free_meanwhile(&front, request(&client, &door.code)).await;
        if free.is_some() {
            return free;
        }
    }
    None
}

#[tokio::test]
async fn a_scan_by_a_page_that_waits_leaves_the_connection_its_buffer() {
    let free = is_free(|client, code| {
        let cookies: Vec<String> = client.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let cookies = cookies.join("; ");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [("host", "127.0.0.1:8080"), ("cookie", &*cookies), form];
        from_one_buffer(&format!("/c/{code}"), &headers, &format!("csrf={}", client.guard))
    });
    assert_eq!(free.await, Some(true));
}

#[tokio::test]
async fn a_scan_by_a_program_that_waits_leaves_the_connection_its_buffer() {
    let free = is_free(|client, code| {
        let token = format!("Bearer {}", client.cookies["vc_visitor"]);
        let headers = [("authorization", &*token), ("content-type", "application/json")];
        from_one_buffer("/api/v1/checkins", &headers, &format!("{{\"code\":\"{code}\"}}"))
    });
    assert_eq!(free.await, Some(true));
}
