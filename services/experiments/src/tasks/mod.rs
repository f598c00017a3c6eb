//! What the worker does with each experiment at a turn.

pub(crate) mod analyse;
pub(crate) mod provision;
