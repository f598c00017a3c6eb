//! The events API: what comes one by one and counts at once.

mod put_events;
mod put_rows;

pub(crate) use put_events::put_events;
pub(crate) use put_rows::{put_items, put_users};
