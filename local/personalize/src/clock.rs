//! Time as the services put it on the wire.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 with milliseconds, as JSON 1.1 timestamps are.
#[must_use]
pub(crate) fn epoch_seconds() -> f64 {
    // A clock before 1970 is taken for 1970: nothing here depends on it.
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let milliseconds = since.subsec_millis();
    (since.as_secs() as f64) + f64::from(milliseconds) / 1000.0
}
