//! What ends an invocation of `promote`. An unhealthy campaign is not among it: that is an answer.

use shared::{
    arn::NotAnArn,
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    solution::LatestVersionError,
};

/// The step could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PromoteError {
    /// The declaration is missing or unsound.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The sample users and items could not be read.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize did not answer, or refused.
    #[error(transparent)]
    Personalize(#[from] AwsError),
    /// The event names no version, and there is no latest one.
    #[error(transparent)]
    LatestVersion(#[from] LatestVersionError),
    /// The event's ARN is none.
    #[error(transparent)]
    Arn(#[from] NotAnArn),
    /// The event's ARN is of something else.
    #[error(
        "{arn} is not a version of the solution `{solution}`: hand on the solutionVersionArn that retrain answered"
    )]
    NotItsVersion {
        /// What the event names.
        arn: String,
        /// The solution it names.
        solution: String,
    },
    /// There is nowhere to put the version.
    #[error(
        "no campaign is declared for the solution `{solution}`: declare one under campaigns in config/personalization.yaml"
    )]
    NoCampaign {
        /// The solution.
        solution: String,
    },
    /// Another change is under way.
    #[error("the campaign `{campaign}` is busy: {with}; try again when it is done")]
    Busy {
        /// The campaign.
        campaign: String,
        /// What Personalize works at.
        with: String,
    },
    /// Waiting does not help.
    #[error("the campaign `{campaign}` cannot be moved: {because}")]
    Immovable {
        /// The campaign.
        campaign: String,
        /// What stands against it, and the remedy.
        because: String,
    },
}

impl Fault for PromoteError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Personalize(error) => error.kind(),
            Self::LatestVersion(error) => error.kind(),
            Self::Arn(_) | Self::NotItsVersion { .. } | Self::NoCampaign { .. } => {
                FaultKind::InvalidInput
            }
            Self::Busy { .. } => FaultKind::Conflict,
            Self::Immovable { .. } => FaultKind::Failed,
        }
    }
}
