//! Definitions: how one comes to be, what it must fit, and the steps of its life; and what the
//! hold-out amounts to. No I/O.

pub(crate) mod define;
pub(crate) mod fits;
pub(crate) mod hold_out;
pub(crate) mod lifecycle;
mod place;
