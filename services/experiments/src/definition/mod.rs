//! Definitions: how one comes to be, what it must fit, and the steps of its life. No I/O.

pub(crate) mod define;
pub(crate) mod fits;
pub(crate) mod lifecycle;
mod place;
