//! Why an event could not be dealt with. An event that calls for nothing is no error.

use shared::{
    aws::AwsError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// Why an event could not be dealt with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilterError {
    /// Lambda or the template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Operations table did not answer.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The workflow was not started, or the notification not sent.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A notification could not be put together.
    #[error("cannot put the notification together: {0}; this is a defect of event-filter")]
    Notice(#[from] aws_sdk_sns::error::BuildError),
    /// Others switched the alias while this was about to.
    #[error(
        "the alias of filter `{filter}` was changed by others several times at once; the event is delivered again"
    )]
    AliasContended {
        /// The filter's stable name.
        filter: String,
    },
    /// The event is not of the shape its source has.
    #[error(
        "event {id} from {origin} has another shape: at `{path}`: {message}; see events/event-filter.json"
    )]
    Shape {
        /// The event's id.
        id: String,
        /// Its source.
        origin: String,
        /// Where in its detail.
        path: String,
        /// What does not fit.
        message: String,
    },
    /// The workflow's name does not end as the template names it.
    #[error(
        "REFRESH_CATALOG_STATE_MACHINE_ARN is `{arn}`; template.yaml names the workflow <stack>-refresh-catalog, and the stack's name is needed to know what is ours"
    )]
    WorkflowName {
        /// The ARN given.
        arn: String,
    },
}

impl Fault for FilterError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::AliasContended { .. } => FaultKind::Retryable,
            Self::Shape { .. } => FaultKind::InvalidInput,
            Self::Notice(_) | Self::WorkflowName { .. } => FaultKind::Failed,
        }
    }
}
