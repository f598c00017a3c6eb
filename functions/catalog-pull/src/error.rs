//! What a step fails with. A product that cannot be used is no error: it is reported, and the others
//! go on.

use backend::BackendError;
use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

use crate::adapter::AdapterError;

/// A step that did not end. Each may be run again, and goes on where it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PullError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Operations table did not answer.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// S3 did not take a page.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The backend did not answer.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The backend's answer is not what the adapter knows.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// The configuration declares no products to pull.
    #[error(
        "the estate declares no `backend.catalog`; add it to the configuration: docs/catalog.md"
    )]
    NoCatalog,
    /// The event has no id that a product can have.
    #[error(
        "the id in the event is none: 1 to 256 characters, not only dots, no control characters"
    )]
    Id,
    /// The run never planned a pull.
    #[error("the run `{run}` has planned no pull; begin with the step `plan`")]
    NotPlanned {
        /// The run.
        run: String,
    },
    /// The pull has no such part.
    #[error("the pull {pull} has no part `{part}`; take the parts from the step `plan`")]
    NoPart {
        /// The pull.
        pull: String,
        /// What the event named.
        part: String,
    },
    /// A part is not pulled to its end.
    #[error("{part} of the pull {pull} is not done; call the step `pull` for it until it is")]
    NotDone {
        /// The pull.
        pull: String,
        /// The part.
        part: String,
    },
    /// The backend lists the same again and again.
    #[error(
        "the backend answers {part} with what it answered before, {times} times, after page {page}: {hint}"
    )]
    Repeats {
        /// The part.
        part: String,
        /// The last page that was new.
        page: u64,
        /// How often.
        times: u32,
        /// What to look at.
        hint: &'static str,
    },
    /// One page takes longer than a function may run.
    #[error(
        "{part} brought no page in the time of one invocation; let the function run longer, or ask for smaller pages"
    )]
    TooSlow {
        /// The part.
        part: String,
    },
    /// Not one product can be used.
    #[error(
        "every one of {rejected} products was rejected: rejected/catalog-pull/{pull}/ in the data bucket has the reasons; check the mapping of backend.catalog"
    )]
    AllRejected {
        /// The pull.
        pull: String,
        /// How many.
        rejected: u64,
    },
}

impl Fault for PullError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Backend(error) => error.kind(),
            Self::Adapter(error) => error.kind(),
            Self::NotDone { .. } => FaultKind::Conflict,
            Self::TooSlow { .. } => FaultKind::Retryable,
            Self::NoCatalog
            | Self::Id
            | Self::NotPlanned { .. }
            | Self::NoPart { .. }
            | Self::Repeats { .. }
            | Self::AllRejected { .. } => FaultKind::InvalidInput,
        }
    }
}
