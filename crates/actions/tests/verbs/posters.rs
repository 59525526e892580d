//! Posters: downloaded by the manager, after approval, with a line in the audit.

use crate::support::{conflict, lines, manager, not_found};
use actions::{
    applications::submit::submit,
    posters::{a4, code_svg},
};
use domain::audit::Deed;
use testkit::TestHouse;

#[tokio::test]
async fn before_approval_there_is_no_poster() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let number = submit(&t, &caller, &t.checkpoint_form()).await.unwrap();
    conflict(a4(&t, &caller, number).await);
    conflict(code_svg(&t, &caller, number).await);
    assert!(lines(&t, Deed::PosterDownloaded).await.is_empty());
}

#[tokio::test]
async fn a_poster_is_a_pdf_and_its_download_is_written_down() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let poster = a4(&t, &caller, door.number).await.unwrap();
    assert!(poster.bytes.starts_with(b"%PDF"));
    assert!(poster.name.contains("阜阳市人民医院（南区）") && poster.name.ends_with("-A4.pdf"));
    let written = lines(&t, Deed::PosterDownloaded).await;
    assert_eq!(written, [(format!("检查点 {}", door.number.0), "A4".to_owned())]);
    let svg = code_svg(&t, &caller, door.number).await.unwrap();
    assert!(String::from_utf8(svg.bytes).unwrap().contains("<svg"));
}

#[tokio::test]
async fn another_managers_poster_is_not_found() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    not_found(a4(&t, &stranger, door.number).await);
    not_found(code_svg(&t, &stranger, door.number).await);
    assert!(lines(&t, Deed::PosterDownloaded).await.is_empty());
}

#[tokio::test]
async fn an_audit_that_cannot_be_written_gives_no_poster() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    t.spoil_audit().await;
    assert!(a4(&t, &caller, door.number).await.is_err());
}
