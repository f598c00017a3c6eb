//! What ends an invocation of `retrain`.

use shared::{
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

/// The step could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RetrainError {
    /// The declaration is missing or unsound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The solution's ARN could not be read.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize did not answer, or refuses the training.
    #[error(transparent)]
    Personalize(#[from] AwsError),
    /// The event names something else.
    #[error(
        "the solution `{name}` is not declared in config/personalization.yaml (declared: {declared}); name one of these, or declare it and run apply-estate"
    )]
    NotDeclared {
        /// What the event names.
        name: String,
        /// The names it could have, separated by commas.
        declared: String,
    },
    /// Personalize trains it by its own clock.
    #[error(
        "the solution `{name}` has performAutoTraining: Personalize trains it, and a training here would be paid besides; declare training.full instead if retrain is to do it"
    )]
    TrainsItself {
        /// Its name.
        name: String,
    },
    /// Declared, but not made yet.
    #[error("the solution `{name}` is declared and not made yet: run apply-estate first")]
    NotMade {
        /// Its name.
        name: String,
    },
}

impl Fault for RetrainError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Personalize(error) => error.kind(),
            Self::NotDeclared { .. } | Self::NotMade { .. } | Self::TrainsItself { .. } => {
                FaultKind::InvalidInput
            }
        }
    }
}
