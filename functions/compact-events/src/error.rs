//! What a compaction fails with. Whatever it is, nothing is lost: the next run goes on.

use interactions::LogError;
use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// A compaction that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompactError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The declaration, whose estate has the lock.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The lock.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// S3 failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Compressing failed.
    #[error("lines of the event log cannot be compressed: {0}")]
    Gzip(#[from] std::io::Error),
    /// S3 did not delete something.
    #[error("S3 left {left} objects under {prefix} undeleted ({code}); the next run deletes them")]
    Undeleted {
        /// Where.
        prefix: String,
        /// How many.
        left: usize,
        /// S3's code of the first.
        code: String,
    },
    /// What was written is not what is there.
    #[error(
        "{key} holds {found} lines where {written} were written: it is dropped, the small objects stay, and the next run tries again"
    )]
    Unverified {
        /// The object.
        key: String,
        /// Lines read back.
        found: u64,
        /// Lines written.
        written: u64,
    },
    /// Another run is at work.
    #[error("another run is compacting until {0} (epoch seconds) at most; nothing was done")]
    Locked(i64),
    /// A day that is not over.
    #[error("{0} is not over yet in UTC, or no day; say a day before today")]
    Day(String),
}

impl Fault for CompactError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Log(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Gzip(_) => FaultKind::Failed,
            Self::Undeleted { .. } | Self::Unverified { .. } => FaultKind::Retryable,
            Self::Locked(_) => FaultKind::Conflict,
            Self::Day(_) => FaultKind::InvalidInput,
        }
    }
}
