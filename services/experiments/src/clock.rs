//! The time.

/// Epoch seconds.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
