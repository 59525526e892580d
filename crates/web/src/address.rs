//! Which address a request comes from, when proxies stand in front, and how much it may ask.

use actions::House;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use domain::networks::subscriber;
use std::{convert::Infallible, net::IpAddr, sync::Arc};

/// Who is at the other end of the connection; put into every request by the server.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Most addresses looked through in one header.
const HOPS_MAX: usize = 16;

/// The client's address. A trusted proxy's word is taken for who asked it; whatever a client
/// claims beyond that is not. `None` for this machine itself and for a proxy that names nobody:
/// many people may stand behind it.
fn client(house: &House, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let trusted = |address| house.settings.trusted_proxies.iter().any(|net| net.holds(address));
    if !trusted(peer) {
        return Some(peer).filter(|peer| !peer.to_canonical().is_loopback());
    }
    let named = headers.get_all("x-forwarded-for").iter();
    let named: Vec<&str> =
        named.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).collect();
    for address in named.iter().rev().take(HOPS_MAX) {
        match address.trim().parse() {
            Ok(address) if trusted(address) => {}
            Ok(address) => return Some(address),
            Err(_) => return None,
        }
    }
    None
}

/// The address that a request counts for: one client's, or one /64 of IPv6.
pub struct Client(pub Option<IpAddr>);

impl FromRequestParts<Arc<House>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>();
        let client = peer.and_then(|Peer(peer)| client(house, *peer, &parts.headers));
        Ok(Self(client.map(subscriber)))
    }
}

/// Takes one request from what this address may ask.
///
/// # Errors
/// Seconds until it may ask again.
pub(crate) fn admit(house: &House, parts: &Parts) -> Result<(), u32> {
    if is_exempt(parts.uri.path()) {
        return Ok(());
    }
    let Some(Peer(peer)) = parts.extensions.get() else { return Ok(()) };
    let Some(client) = client(house, *peer, &parts.headers) else { return Ok(()) };
    house.limits.address.take(subscriber(client), house.now())
}

/// Health checks, duty screens and what browsers keep for a year are answered in any case.
fn is_exempt(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics" | "/duty")
        || path.starts_with("/duty/")
        || path.starts_with("/assets/")
}
