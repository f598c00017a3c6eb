//! What ends an invocation of `capacity`. A resource that is busy is not among it: that is an answer.

use shared::{
    arn::Kind,
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// The step could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CapacityError {
    /// The declaration is missing or unsound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What is remembered could not be read or stored.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize or CloudWatch did not answer, or refused.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Others were looked at all the same.
    #[error(
        "the {resource_kind} `{name}` could not be looked after (one of {of} with a capacity): {error}"
    )]
    Resource {
        /// Its kind.
        resource_kind: Kind,
        /// Its name.
        name: String,
        /// How many resources have a `capacity`.
        of: usize,
        /// What happened.
        error: Box<CapacityError>,
    },
    /// The event names a recommender that the file does not.
    #[error(
        "no recommender `{name}` is declared in config/personalization.yaml; declared are: {declared}"
    )]
    NoRecommender {
        /// What the event names.
        name: String,
        /// The names that are there.
        declared: String,
    },
    /// There is nothing to start.
    #[error(
        "the recommender `{name}` does not exist yet: run the apply-estate workflow, which makes it"
    )]
    NotMade {
        /// Its name.
        name: String,
    },
    /// Waiting helps.
    #[error("the recommender `{name}` is busy ({status}); try again when that is done")]
    Busy {
        /// Its name.
        name: String,
        /// Personalize's word.
        status: String,
    },
    /// Waiting does not help.
    #[error(
        "the recommender `{name}` is {status} and can be neither started nor stopped; look at it in the console, delete it, and run apply-estate to make it again"
    )]
    Broken {
        /// Its name.
        name: String,
        /// Personalize's word.
        status: String,
    },
}

impl Fault for CapacityError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Resource { error, .. } => error.kind(),
            Self::NoRecommender { .. } => FaultKind::InvalidInput,
            Self::NotMade { .. } | Self::Broken { .. } => FaultKind::Failed,
            Self::Busy { .. } => FaultKind::Conflict,
        }
    }
}
