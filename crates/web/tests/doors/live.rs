//! A door's screen hears of what happens at this door, in time, and of nothing else.

use crate::support::{answer, known_visitor, router};
use actions::duty::announce::{Announcement, LAG_MAX};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::checkpoints::CheckpointNumber;
use http_body_util::BodyExt;
use std::time::Duration;
use testkit::TestHouse;

/// An open stream and what it has said so far.
struct Stream {
    body: Body,
    heard: String,
}

impl Stream {
    async fn open(t: &TestHouse, token: &str) -> Self {
        let cookie = format!("vc_duty={token}");
        let headers = [("cookie", cookie.as_str()), ("accept", "text/event-stream")];
        let answer = answer(&router(t), &Method::GET, "/duty/events", &headers, "").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert!(!answer.headers().contains_key(header::CONTENT_ENCODING));
        Self { body: answer.into_body(), heard: String::new() }
    }

    /// Reads on until this was said; `false` when three seconds pass or the stream ends before.
    async fn hears(&mut self, word: &str) -> bool {
        let listening = async {
            while !self.heard.contains(word) {
                let Some(Ok(frame)) = self.body.frame().await else { return false };
                let bytes = frame.into_data().unwrap();
                self.heard.push_str(std::str::from_utf8(&bytes).unwrap());
            }
            true
        };
        tokio::time::timeout(Duration::from_secs(3), listening).await.unwrap_or(false)
    }
}

#[tokio::test]
async fn an_entry_is_heard_at_its_own_door_alone() {
    let t = TestHouse::new().await;
    let (here, there) = (t.door().await, t.door().await);
    let mut at_here = Stream::open(&t, &t.duty(&here).await).await;
    let mut at_there = Stream::open(&t, &t.duty(&there).await).await;
    known_visitor(&t).await.post(&format!("/c/{}", here.code), &[]).await.aim();
    assert!(at_here.hears("\n\n").await && at_here.hears("event: entry\n").await);
    assert!(at_here.hears("王*明").await && at_here.hears("\"decision\":\"pass\"").await);
    assert!(!at_here.heard.contains("王小明"));
    assert!(!at_there.hears("event: entry").await, "{}", at_there.heard);
}

#[tokio::test]
async fn a_screen_that_was_too_slow_is_told_that_it_skipped_some() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut slow = Stream::open(&t, &t.duty(&door).await).await;
    let tell = |at: CheckpointNumber| t.announcer.tell(at, Announcement::Head);
    for _ in 0..LAG_MAX + 5 {
        tell(door.number);
    }
    assert!(slow.hears("event: skipped\ndata: 5\n").await, "{}", slow.heard);
    assert!(slow.hears("event: head").await, "{}", slow.heard);
}

#[tokio::test]
async fn a_house_that_closes_ends_its_streams() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut stream = Stream::open(&t, &t.duty(&door).await).await;
    t.announcer.close();
    let ended = async { while stream.body.frame().await.is_some() {} };
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.is_ok(), "the stream stays open, and so would the server");
}
