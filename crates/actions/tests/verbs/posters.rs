//! Posters: downloaded by the manager, after approval, with a line in the audit.

use crate::support::{conflict, lines, manager, not_found, reviewer};
use actions::{
    Failure,
    accounts::principals::Manager,
    applications::{
        review::{self, Filter},
        submit::submit,
    },
    posters::{Order, Print, Size, all, code_png, code_svg, empty_layout, guide, one},
};
use domain::{applications::State, audit::Deed, checkpoints::CheckpointForm};
use std::time::Duration;
use testkit::TestHouse;

#[tokio::test]
async fn before_approval_there_is_no_poster() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let number = submit(&t, &caller, &t.checkpoint_form()).await.unwrap();
    conflict(one(&t, &caller, number, "A4").await);
    conflict(code_svg(&t, &caller, number).await);
    conflict(code_png(&t, &caller, number).await);
    assert!(lines(&t, Deed::PosterDownloaded).await.is_empty());
}

#[tokio::test]
async fn a_poster_is_a_pdf_and_its_download_is_written_down() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let poster = one(&t, &caller, door.number, "A4").await.unwrap();
    assert!(poster.bytes.starts_with(b"%PDF"));
    assert!(poster.name.contains("阜阳市人民医院（南区）") && poster.name.ends_with("-A4.pdf"));
    let written = lines(&t, Deed::PosterDownloaded).await;
    assert_eq!(written, [(format!("检查点 {}", door.number.0), "A4".to_owned())]);
    let svg = code_svg(&t, &caller, door.number).await.unwrap();
    assert!(String::from_utf8(svg.bytes).unwrap().contains("<svg"));
}

#[tokio::test]
async fn a_way_out_has_a_poster_of_its_own_also_where_the_city_has_a_layout() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    for size in ["A4", "600x900", "800x1800", "A4-bleed"] {
        crate::door_settings::way_in(&t, &door).await;
        let entry = one(&t, &caller, door.number, size).await.unwrap().bytes;
        crate::door_settings::way_out(&t, &door).await;
        let exit = one(&t, &caller, door.number, size).await.unwrap().bytes;
        assert_ne!(exit, entry, "{size} says another thing");
    }
    let built_in = one(&t, &caller, door.number, "A4").await.unwrap().bytes;
    let version = crate::layouts::in_force(&t, Size::A4).await;
    let exit = one(&t, &caller, door.number, "A4").await.unwrap().bytes;
    assert_eq!(exit, built_in, "layout {version} has the words of a way in");
    crate::door_settings::way_in(&t, &door).await;
    let entry = one(&t, &caller, door.number, "A4").await.unwrap().bytes;
    assert_ne!(entry, exit, "and a way in has the layout");
}

#[tokio::test]
async fn another_managers_poster_is_not_found() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    not_found(one(&t, &stranger, door.number, "A4").await);
    not_found(code_svg(&t, &stranger, door.number).await);
    assert!(lines(&t, Deed::PosterDownloaded).await.is_empty());
}

#[tokio::test]
async fn an_audit_that_cannot_be_written_gives_no_poster() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    t.spoil_audit().await;
    assert!(one(&t, &caller, door.number, "A4").await.is_err());
}

#[tokio::test]
async fn every_size_has_its_name_and_another_is_not_found() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    for size in ["A4", "600x900", "800x1800"] {
        let poster = one(&t, &caller, door.number, size).await.unwrap();
        assert!(poster.name.ends_with(&format!("-{size}.pdf")), "{}", poster.name);
    }
    for size in ["", "a4", "A3", "1x1"] {
        not_found(one(&t, &caller, door.number, size).await);
        not_found(all(&t, &caller, size).await);
    }
}

#[tokio::test]
async fn all_posters_of_a_unit_come_in_one_archive_and_are_written_down_as_one() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let mut archive = all(&t, &caller, "A4").await.unwrap();
    assert_eq!(archive.name, "阜阳市人民医院-场所码海报-A4.zip");
    let mut bytes = Vec::new();
    while let Some(chunk) = archive.next().await {
        bytes.extend(chunk.unwrap());
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(zip.len(), 2, "the guide and the poster");
    let mut pdf = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_index(1).unwrap(), &mut pdf).unwrap();
    assert_eq!(pdf, one(&t, &caller, door.number, "A4").await.unwrap().bytes);
    let written = lines(&t, Deed::PosterDownloaded).await;
    assert!(written.iter().any(|(_, detail)| detail == "A4，1 张"), "{written:?}");
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    conflict(all(&t, &stranger, "A4").await);
}

/// A unit whose archive is far more than may wait unread.
async fn a_manager_of_many_doors(t: &TestHouse) -> Manager {
    let caller = manager(t, &t.manager_with_organisation().await).await;
    let reviewer = reviewer(t, "341202").await;
    let filter = Filter::all(State::Submitted);
    for n in 0..48 {
        let form = CheckpointForm { door: format!("{n} 号门"), ..t.checkpoint_form() };
        submit(t, &caller, &form).await.unwrap();
        let id = review::queue(t, &reviewer, &filter).await.unwrap().rows[0].id;
        review::approve(t, &reviewer, id, 1).await.unwrap();
    }
    caller
}

#[tokio::test]
async fn a_third_archive_waits_until_somebody_goes() {
    let t = TestHouse::new().await;
    let caller = a_manager_of_many_doors(&t).await;
    let first = all(&t, &caller, "A4").await.unwrap();
    let _second = all(&t, &caller, "A4").await.unwrap();
    let third = all(&t, &caller, "A4").await;
    assert!(matches!(third, Err(Failure::Busy)), "{third:?}");
    // Nobody read the first one.
    drop(first);
    let mut tries = 0;
    while all(&t, &caller, "A4").await.is_err() {
        tries += 1;
        assert!(tries < 1_000, "whoever went still holds a place");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn whoever_reads_nothing_for_a_minute_loses_the_place() {
    let t = TestHouse::new().await;
    let caller = a_manager_of_many_doors(&t).await;
    let first = all(&t, &caller, "A4").await.unwrap();
    let second = all(&t, &caller, "A4").await.unwrap();
    let mut tries = 0;
    while all(&t, &caller, "A4").await.is_err() {
        tries += 1;
        assert!(tries < 1_000, "whoever reads nothing still holds a place");
        tokio::time::sleep(Duration::from_millis(10)).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(61)).await;
        tokio::time::resume();
    }
    assert!(tries > 0, "nobody waited");
    let mut given_up = 0;
    for mut archive in [first, second] {
        while let Some(chunk) = archive.next().await {
            given_up += usize::from(chunk.is_err());
        }
    }
    assert!(given_up > 0, "what was given up looks whole");
}

#[tokio::test]
async fn a_printing_shop_gets_bleed_and_everybody_the_guide_and_the_empty_layout() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let shop = one(&t, &caller, door.number, "A4-bleed").await.unwrap();
    assert!(shop.name.ends_with("-A4-bleed.pdf"));
    assert_ne!(shop.bytes, one(&t, &caller, door.number, "A4").await.unwrap().bytes);
    for name in ["A5", "A4-", "-bleed", "A4-bleed-bleed", ""] {
        not_found(one(&t, &caller, door.number, name).await);
        not_found(all(&t, &caller, name).await.map(|_| ()));
        not_found(empty_layout(name).await);
    }
    let png = code_png(&t, &caller, door.number).await.unwrap();
    assert!(png.bytes.starts_with(b"\x89PNG") && png.name.ends_with(".png"));
    assert!(guide().await.unwrap().bytes.starts_with(b"%PDF"));
    for size in Size::ALL {
        let empty = empty_layout(size.code()).await.unwrap();
        assert!(empty.bytes.starts_with(b"%PDF") && empty.name.contains(size.code()));
    }
    for order in [Print::Trimmed, Print::WithBleed].into_iter().flat_map(Order::all) {
        assert_eq!(Order::from_name(&order.name()), Some(order));
    }
}
