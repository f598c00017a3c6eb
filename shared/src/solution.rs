//! Which version of a solution is meant when an event names none: the latest. Workflows always name
//! one; a person who calls a step by hand need not look it up. And which versions are nobody's but an
//! experiment's.

use aws_sdk_personalize::Client;

use crate::{
    arn::Kind,
    aws::{AwsError, failure},
    experiments,
    fault::{Fault, FaultKind},
    operations::{Operations, OperationsError},
};

/// The latest version could not be found.
#[derive(Debug, thiserror::Error)]
pub enum LatestVersionError {
    /// The solution's ARN could not be read.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// Personalize did not answer, or does not know the solution.
    #[error(transparent)]
    Personalize(#[from] AwsError),
    /// There is nothing to work on.
    #[error("the solution `{solution}` has no version yet: run apply-estate and retrain first")]
    None {
        /// Its name.
        solution: String,
    },
}

impl Fault for LatestVersionError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Operations(error) => error.kind(),
            Self::Personalize(error) => error.kind(),
            Self::None { .. } => FaultKind::InvalidInput,
        }
    }
}

/// `named`, or the ARN of the latest version of `solution`, which may still be in training.
///
/// # Errors
/// When the solution or its versions do not exist, or are not to be read.
pub async fn version_or_latest(
    client: &Client,
    operations: &Operations,
    solution: &str,
    named: Option<String>,
) -> Result<String, LatestVersionError> {
    if let Some(named) = named {
        return Ok(named);
    }
    let none = || LatestVersionError::None {
        solution: solution.to_owned(),
    };
    let state = operations
        .resource(Kind::Solution, solution)
        .await?
        .ok_or_else(none)?;
    let answer = client
        .describe_solution()
        .solution_arn(state.arn)
        .send()
        .await
        .map_err(failure("personalize:DescribeSolution"))?;
    let latest = answer
        .solution
        .and_then(|solution| solution.latest_solution_version);
    latest
        .and_then(|version| version.solution_version_arn)
        .ok_or_else(none)
}

/// Whether the experiments service trained this version for an arm: it serves that arm, and whoever else
/// used it would end the comparison. Lists do not tell tags, so only a version about to be used is asked.
///
/// # Errors
/// When Personalize does not answer.
pub async fn is_for_experiment(client: &Client, version: &str) -> Result<bool, AwsError> {
    let answer = client
        .list_tags_for_resource()
        .resource_arn(version)
        .send()
        .await
        .map_err(failure("personalize:ListTagsForResource"))?;
    let mut tags = answer.tags.unwrap_or_default().into_iter();
    Ok(tags.any(|tag| tag.tag_key == experiments::TAG))
}
