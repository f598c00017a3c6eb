//! Why an audience was not found. No message holds a user's id.

use interactions::LogError;
use messages::{MessagesError, object::ReadError};
use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    lists::ListsError,
};

/// Why an audience was not found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AudienceError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A service failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A service failed for a reason of its own.
    #[error(transparent)]
    Unwell(AwsError),
    /// The Messages table failed.
    #[error(transparent)]
    Messages(#[from] MessagesError),
    /// The Lists table failed.
    #[error(transparent)]
    Lists(#[from] ListsError),
    /// The event log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What is to be written has no form.
    #[error("cannot write a line: {0}; this is a defect of build-audience")]
    Line(#[from] serde_json::Error),
    /// The campaign is not declared.
    #[error(
        "no message campaign is named `{campaign}`: the configuration declares {declared}; add it under messages.campaigns, or name one of these"
    )]
    Undeclared {
        /// What was asked for.
        campaign: String,
        /// What there is.
        declared: String,
    },
    /// The run's name would be no part of a key.
    #[error(
        "a run has a name of 1 to 100 letters, digits, `-`, `_` and `.`: give it that of the execution"
    )]
    Run,
    /// A cursor of no call.
    #[error(
        "cursor {cursor} is of no call of this run ({message}): give the one that was answered last"
    )]
    Cursor {
        /// What was given.
        cursor: u32,
        /// What is wrong with it.
        message: String,
    },
    /// The campaign's audience was changed during the run.
    #[error("the audience of the campaign was changed since this run began: start another run")]
    OtherAudience,
    /// There is no list of the segment, or only an old one.
    #[error(
        "there is no list of the segment `{of}` of the batch job `{job}`, or it has expired: run batch-recommend for `{job}`, and see that its input has a line for `{of}`"
    )]
    NoSegment {
        /// The batch job.
        job: String,
        /// What it was asked for.
        of: String,
    },
    /// The list was written anew while it was read.
    #[error(
        "the lists of the batch job `{job}` were written anew while they were read: start another run"
    )]
    SegmentChanged {
        /// The batch job.
        job: String,
    },
    /// There is no such object.
    #[error("there is no list {key} in the data bucket: upload it, or correct the audience")]
    NoList {
        /// Its key.
        key: String,
    },
    /// It is too large.
    #[error(
        "the list {key} has {bytes} bytes, and {most} are the most: cut it into several campaigns, or ask a query"
    )]
    ListTooLarge {
        /// Its key.
        key: String,
        /// How large it is.
        bytes: u64,
        /// How large it may be.
        most: u64,
    },
    /// Another object has its place.
    #[error("{key} was replaced or removed while it was read: start another run")]
    ListChanged {
        /// Its key.
        key: String,
    },
    /// No column has ids.
    #[error(
        "{key} has no column `user_id`: name it so (AS user_id in a query), or let the list have an id a line"
    )]
    NoColumn {
        /// Its key.
        key: String,
    },
    /// A quote is not closed.
    #[error(
        "the row of {key} at byte {offset} has no end within {most} bytes: look for a quote that is not closed"
    )]
    EndlessRow {
        /// Its key.
        key: String,
        /// Where the row begins.
        offset: u64,
        /// The longest row.
        most: u64,
    },
    /// A download broke off again and again.
    #[error("{key} broke off again and again while it was read; try again")]
    BrokenOff {
        /// Its key.
        key: String,
    },
    /// There is nobody to ask.
    #[error(
        "this deployment has no workgroup of Athena: deploy it with the backend's address or with a connector, or use another audience"
    )]
    NoAthena,
    /// The query is wrong, or was stopped.
    #[error("the query of the audience failed: {reason}; correct it in the configuration")]
    Query {
        /// Athena's words.
        reason: String,
    },
    /// The query failed for a reason that passes.
    #[error("the query of the audience failed, and may not fail again: {reason}")]
    QueryInterrupted {
        /// Athena's words.
        reason: String,
    },
    /// The query costs more than it may.
    #[error(
        "the query of the audience scanned {bytes} bytes, and exports.maxBytesScanned is {most}: narrow it (fewer columns, partitions) or raise the limit"
    )]
    TooMuchScanned {
        /// Bytes scanned.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// Athena names no file in the data bucket.
    #[error(
        "the query of the audience left no CSV file in the data bucket: let it be a SELECT, and start another run"
    )]
    NoResult,
    /// The schedule is no rate any more.
    #[error(
        "an audience after an event needs a schedule by rate, which is the width of its window: add one"
    )]
    NoRate,
    /// The clock is at no time.
    #[error("the run is at no time that a calendar has: {0}")]
    Time(#[from] jiff::Error),
}

impl From<ReadError> for AudienceError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Aws(error) => Self::Aws(error),
            ReadError::BrokenOff { key } => Self::BrokenOff { key },
        }
    }
}

impl Fault for AudienceError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Messages(error) => error.kind(),
            Self::Lists(error) => error.kind(),
            Self::Log(error) => error.kind(),
            Self::Unwell(_) | Self::QueryInterrupted { .. } | Self::BrokenOff { .. } => {
                FaultKind::Retryable
            }
            Self::Line(_) | Self::Time(_) => FaultKind::Failed,
            _ => FaultKind::InvalidInput,
        }
    }
}
