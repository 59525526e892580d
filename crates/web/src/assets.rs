//! Files that pages load: compiled in, addressed by their content, kept by browsers for a year.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The address of an asset; it changes with the content.
#[must_use]
pub fn address(name: &str) -> String {
    let hash = Files::get(name).map(|file| file.metadata.sha256_hash());
    let hash = hash.map(|hash| data_encoding::HEXLOWER.encode(&hash[..6])).unwrap_or_default();
    format!("/assets/{name}?v={hash}")
}

/// `GET /assets/{name}`
pub(crate) async fn file(Path(name): Path<String>) -> Response {
    let Some(file) = Files::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, file.data.into_owned()).into_response()
}
