//! How much a query has read, and how much it may.

use std::sync::atomic::{AtomicU64, Ordering};

use super::failure::Failure;

/// Counts the bytes that a query reads.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    bytes: AtomicU64,
    cutoff: Option<u64>,
}

impl Scan {
    /// With as many bytes as a workgroup allows.
    #[must_use]
    pub(crate) fn new(cutoff: Option<u64>) -> Self {
        Self {
            bytes: AtomicU64::new(0),
            cutoff,
        }
    }

    /// Adds bytes that were read.
    ///
    /// # Errors
    /// When they are more than the query may read.
    pub(crate) fn add(&self, bytes: usize) -> Result<(), Failure> {
        let bytes = bytes as u64;
        let total = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        match self.cutoff {
            Some(cutoff) if total > cutoff => Err(Failure::Cutoff),
            _ => Ok(()),
        }
    }

    /// The bytes so far.
    #[must_use]
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}
