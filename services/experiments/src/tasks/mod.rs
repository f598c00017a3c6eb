//! What the worker does with each experiment at a turn.

pub(crate) mod analyse;
mod hold_out;
pub(crate) mod provision;
