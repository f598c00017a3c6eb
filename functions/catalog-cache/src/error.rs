//! What a step fails with. A line that is no product is no error: it is counted and the others go on.

use shared::{
    aws::AwsError,
    batch::BatchError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// A step that did not end. Each may be run again: what is written already is unchanged then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CacheError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// `ANNOUNCE_LIMIT` is no number.
    #[error(
        "the environment variable ANNOUNCE_LIMIT is `{0}`, which is no number; set it to how many new products a run tells Personalize one by one, 0 for none"
    )]
    Limit(String),
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Operations table did not answer.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A batch was not done.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A prefix or key outside of what pulls write.
    #[error("`{0}` is not under raw/; pulls of products are, see events/catalog-cache.json")]
    OutsideRaw(String),
    /// A folder of pulls that do not list what did not change.
    #[error(
        "{0} has not all products, so it says nothing of those that left; sweep a pull under raw/products/"
    )]
    NotAll(String),
    /// A key where no single products are.
    #[error(
        "`{0}` is no page of single products: those are raw/single/*.jsonl; the step `write` writes others"
    )]
    NotSingle(String),
    /// The page is not there.
    #[error("there is no page s3://{bucket}/{key}; list the pull again")]
    NoPage {
        /// The data bucket.
        bucket: String,
        /// The page's key.
        key: String,
    },
    /// The download of a page ended early.
    #[error("the download of {key} broke off after {lines} lines: {source}")]
    BrokenOff {
        /// The page's key.
        key: String,
        /// Lines read whole.
        lines: u64,
        /// What the connection said.
        source: std::io::Error,
    },
    /// A product that DynamoDB's types cannot hold.
    #[error("product `{item}` cannot be stored: {source}")]
    Unstorable {
        /// Its id.
        item: String,
        /// Why.
        source: serde_dynamo::Error,
    },
    /// An empty pull is a failed pull, not an empty shop.
    #[error("no product id was found under {0}, so nothing was withdrawn; pull the products again")]
    EmptyPull(String),
}

impl Fault for CacheError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Batch(error) => error.kind(),
            Self::BrokenOff { .. } => FaultKind::Retryable,
            Self::Limit(_) | Self::Unstorable { .. } => FaultKind::Failed,
            Self::OutsideRaw(_)
            | Self::NotAll(_)
            | Self::NotSingle(_)
            | Self::NoPage { .. }
            | Self::EmptyPull(_) => FaultKind::InvalidInput,
        }
    }
}
