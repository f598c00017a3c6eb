//! The events API: what comes one by one and counts at once.

mod event;
mod put_action_interactions;
mod put_events;
mod put_rows;

pub(crate) use put_action_interactions::put_action_interactions;
pub(crate) use put_events::put_events;
pub(crate) use put_rows::{put_actions, put_items, put_users};
