//! Messages: what a manager is told in the platform, and by text message.

pub mod send;

use crate::{Answer, House, accounts::principals::Manager};
pub use registry::Message;

/// Messages of one page.
pub const PAGE_ROWS: i64 = 50;
/// Days a message is kept.
pub const KEPT_DAYS: i64 = 180;

/// A page of a manager's messages.
#[derive(Clone, Debug)]
pub struct List {
    /// The messages, newest first.
    pub messages: Vec<Message>,
    /// How many there are in all.
    pub total: i64,
    /// The page, from 0.
    pub page: i64,
    /// How many pages there are, at least one.
    pub pages: i64,
}

/// A page of one's own messages; a page beyond the last is the last. What is shown counts as seen.
///
/// # Errors
/// `Broken` when the registry cannot be read or written.
pub async fn list(house: &House, caller: &Manager, page: i64) -> Answer<List> {
    let (total, _) = house.registry.count_messages_of(caller.account).await?;
    let pages = ((total + PAGE_ROWS - 1) / PAGE_ROWS).max(1);
    let page = page.clamp(0, pages - 1);
    let messages = house.registry.messages_of(caller.account, PAGE_ROWS, page * PAGE_ROWS).await?;
    if let Some(newest) = messages.first().filter(|_| page == 0) {
        house.registry.note_read(caller.account, newest.id, house.now()).await?;
    }
    Ok(List { messages, total, page, pages })
}

/// How many messages a manager has not seen.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn unseen(house: &House, caller: &Manager) -> Answer<i64> {
    Ok(house.registry.count_messages_of(caller.account).await?.1)
}
