//! Counting: from the event log of `track` to what each unit of each experiment did.
//!
//! [`follow`] reads the log in order from a [`cursor`], [`line`] understands its lines, [`history`] knows
//! which definitions were in force, and the [`ledger`] counts: an exposure once, if what was told is what
//! the hash says ([`sight`]), outcomes after it, each event once ([`seen`]), with what the unit did before ([`past`]) as covariate, and sessions as the users
//! that they turn out to be ([`people`]). The ledger is all the state there is; a [`codec`] keeps it together
//! with the cursor, so that after a crash the log is read again from there, and nothing is counted twice or
//! lost.

pub(crate) mod codec;
pub(crate) mod cursor;
pub(crate) mod follow;
pub(crate) mod history;
pub(crate) mod ledger;
pub(crate) mod line;
mod lines;
mod past;
mod people;
mod seen;
mod sight;
pub(crate) mod tally;
pub(crate) mod unit;
mod window;

use xxhash_rust::xxh3::xxh3_64;

/// A day in seconds.
const DAY: i64 = 86_400;

/// An id as it is kept: eight bytes instead of up to 256, and nobody's name. Of ten million units two
/// have the same with a chance of 3 in a million.
fn hash(parts: &[&str]) -> u64 {
    let joined = parts.join("\u{0}");
    xxh3_64(joined.as_bytes())
}
