//! From what was counted to what is known: the evidence for the crate `experiment`, its report as it is
//! kept, what follows from it by itself, and the points of the plots.

pub(crate) mod act;
mod bandit;
pub(crate) mod evidence;
pub(crate) mod hold_out;
pub(crate) mod points;
pub(crate) mod results;
