//! The tree of categories: what forms offer, and what the authority makes of it.

pub mod edit;

use crate::{Answer, Failure, House};
use domain::categories::Tree;

/// The tree in force.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn tree(house: &House) -> Answer<Tree> {
    Ok(house.registry.categories().await?)
}

/// The category, when a door may have it: one in use, or the one it has already.
///
/// # Errors
/// `Invalid` at `category`.
pub(crate) async fn known(house: &House, code: &str, kept: Option<&str>) -> Answer<()> {
    if tree(house).await?.may_be(code, kept) { Ok(()) } else { Err(gone()) }
}

fn gone() -> Failure {
    Failure::field("category", GONE)
}

/// What is said of a category that cannot be chosen.
pub(crate) const GONE: &str = "没有这个场所类别，请重新选择";
