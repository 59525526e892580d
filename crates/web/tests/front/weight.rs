//! How heavy the pages of a scan are: one answer each, small enough for a bad network.

use crate::{
    client::Client,
    visitor::{enter, everybody_is, known},
};
use axum::http::{Method, StatusCode};
use domain::health_status::Colour;
use testkit::TestHouse;

/// Most bytes of a page in all.
const PAGE_BYTES_MAX: usize = 30 * 1024;
/// Most bytes of a page as it goes over the network.
const COMPRESSED_BYTES_MAX: usize = 14 * 1024;

async fn weigh(client: &mut Client, path: &str) {
    let plain = client.get(path).await;
    assert_eq!(plain.status, StatusCode::OK, "{path}");
    let text = plain.text();
    for loads in ["src=\"", "rel=\"stylesheet\"", "url(", "@import"] {
        assert!(!text.contains(loads), "{path} loads something: {loads}");
    }
    let zipped =
        client.read(Method::GET, path, &[("accept-encoding", "gzip")], String::new()).await;
    assert_eq!(zipped.header("content-encoding"), "gzip", "{path}");
    let (whole, compressed) = (plain.bytes.len(), zipped.bytes.len());
    assert!(whole <= PAGE_BYTES_MAX, "{path}: {whole} bytes");
    assert!(compressed <= COMPRESSED_BYTES_MAX, "{path}: {compressed} bytes compressed");
}

#[tokio::test]
async fn a_persons_own_pages_are_as_small() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    for _ in 0..20 {
        enter(&mut phone, &door).await;
        t.clock.advance_ms(61_000);
    }
    let card = phone.get("/api/v1/me/offline-codes").await.json();
    let person = card["bearers"][0]["person"].to_string();
    phone.get("/me/offline-codes").await;
    let card = phone.post("/me/offline-codes", &[("person", &person)]).await.aim();
    let pages = ["code", "offline-codes", "looks", "data", "requests", "consent"];
    let pages = pages.map(|page| format!("/me/{page}"));
    for page in ["/me".to_owned(), "/privacy".to_owned(), card].into_iter().chain(pages) {
        weigh(&mut phone, &page).await;
    }
}

#[tokio::test]
async fn the_pages_of_a_scan_are_one_small_answer_each() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let page = format!("/c/{}", door.code);
    let mut stranger = Client::new(&t).await;
    for (lang, large) in [("zh", "0"), ("zh", "1"), ("en", "0"), ("en", "1")] {
        for client in [&mut stranger, &mut phone] {
            client.cookies.insert("vc_lang".to_owned(), lang.to_owned());
            client.cookies.insert("vc_large".to_owned(), large.to_owned());
            weigh(client, &page).await;
        }
        let (aim, _) = enter(&mut phone, &door).await;
        weigh(&mut phone, &aim).await;
        t.clock.advance_ms(120_000);
    }
    everybody_is(&t, Colour::Red).await;
    let (aim, _) = enter(&mut phone, &door).await;
    weigh(&mut phone, &aim).await;
}
