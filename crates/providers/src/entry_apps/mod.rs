//! Entry apps: each in the wire shape of its own platform.

mod alipay;
mod oidc;
pub mod stand_in;
mod triple_des;
mod unionpay;
mod wanshitong;
mod wechat;

pub use alipay::{Alipay, AlipaySettings};
pub use oidc::{Oidc, OidcSettings};
pub use unionpay::{UnionPay, UnionPaySettings};
pub use wanshitong::{Wanshitong, WanshitongSettings};
pub use wechat::{Wechat, WechatSettings};

use actions::entry_apps::NoIdentity;
use domain::entry_apps::{Identity, Trouble};
use hyper::StatusCode;
use serde::Deserialize;

/// What is asked with in the body of a form.
const FORM: &str = "application/x-www-form-urlencoded;charset=utf-8";
/// What is asked with in JSON.
const JSON: &str = "application/json";

/// Names and values as a query or a form.
fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A server that was not reached, or not in time.
fn silent(why: String) -> NoIdentity {
    NoIdentity::new(Trouble::Silent, why)
}

/// An answer in another shape than the platform describes.
fn unreadable(why: &str) -> NoIdentity {
    NoIdentity::new(Trouble::Unreadable, why)
}

/// The server said no, with this code. Its words may name somebody and are left out.
fn refused(code: &str) -> NoIdentity {
    NoIdentity::new(Trouble::Refused, format!("refused with {}", plain(code)))
}

/// A code as it may stand in a log.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_graphic).take(60).collect()
}

/// Reads an answer that must be JSON of this shape, whatever the type it says it is.
fn json<'a, T: Deserialize<'a>>(status: StatusCode, bytes: &'a [u8]) -> Result<T, NoIdentity> {
    if status.is_server_error() {
        return Err(silent(format!("status {}", status.as_u16())));
    }
    serde_json::from_slice(bytes)
        .map_err(|_| unreadable(&format!("an answer that cannot be read, status {status}")))
}

/// An account by what the app calls it.
fn account(external: &str) -> Result<Identity, NoIdentity> {
    Identity::of(external).ok_or_else(|| unreadable("an account without a name"))
}
