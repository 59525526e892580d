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
