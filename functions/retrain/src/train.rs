//! One training: the version that is under way, or a new one. A repeated call finds the first one's.

use aws_sdk_personalize::{Client, types::TrainingMode};
use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
    estate::Estate,
    metrics::{self, Unit},
};

use crate::{
    error::RetrainError,
    reuse::{Version, under_way},
};

/// The event of the step.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    /// A declared solution's name.
    solution: String,
    /// How; FULL when absent.
    #[serde(default)]
    training_mode: Mode,
}

/// How to train. Personalize knows AUTOTRAIN too, which is its own to start.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Mode {
    /// From all the data.
    #[default]
    Full,
    /// From what came since; recipes of user personalization only.
    Update,
}

impl Mode {
    fn api(self) -> TrainingMode {
        match self {
            Self::Full => TrainingMode::Full,
            Self::Update => TrainingMode::Update,
        }
    }
}

/// The answer of the step.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    solution: String,
    solution_version_arn: String,
    status: String,
}

/// Starts or takes up a training.
pub(crate) async fn train(
    client: &Client,
    estate: &Estate,
    request: Request,
) -> Result<Answer, RetrainError> {
    let solution_arn = solution_arn(estate, &request.solution).await?;
    let mode = request.training_mode.api();
    let versions = versions(client, &solution_arn).await?;
    let (metric, solution_version_arn, status) = match under_way(&versions, mode.as_str()) {
        Some(version) => (
            "TrainingReused",
            version.arn.clone(),
            version.status.clone(),
        ),
        None => {
            let arn = start(client, &solution_arn, mode).await?;
            ("TrainingStarted", arn, "CREATE PENDING".to_owned())
        }
    };
    let dimension = [("solution", request.solution.as_str())];
    metrics::emit("retrain", &dimension, &[(metric, Unit::Count, 1.0)]);
    Ok(Answer {
        solution: request.solution,
        solution_version_arn,
        status,
    })
}

async fn solution_arn(estate: &Estate, name: &str) -> Result<String, RetrainError> {
    if estate.config.solution(name).is_none() {
        let declared: Vec<&str> = estate
            .config
            .solutions
            .iter()
            .map(|solution| solution.name.as_str())
            .collect();
        let declared = declared.join(", ");
        return Err(RetrainError::NotDeclared {
            name: name.to_owned(),
            declared,
        });
    }
    let state = estate.operations.resource(Kind::Solution, name).await?;
    state
        .map(|state| state.arn)
        .ok_or_else(|| RetrainError::NotMade {
            name: name.to_owned(),
        })
}

async fn versions(client: &Client, solution_arn: &str) -> Result<Vec<Version>, AwsError> {
    let mut pages = client
        .list_solution_versions()
        .solution_arn(solution_arn)
        .into_paginator()
        .items()
        .send();
    let mut versions = Vec::new();
    while let Some(summary) = pages.next().await {
        let summary = summary.map_err(failure("personalize:ListSolutionVersions"))?;
        versions.push(Version {
            arn: summary.solution_version_arn.unwrap_or_default(),
            status: summary.status.unwrap_or_default(),
            training_mode: summary
                .training_mode
                .map_or_else(String::new, |mode| mode.to_string()),
            created_at: summary
                .creation_date_time
                .map_or(0, |created| created.secs()),
        });
    }
    Ok(versions)
}

async fn start(
    client: &Client,
    solution_arn: &str,
    mode: TrainingMode,
) -> Result<String, AwsError> {
    let answer = client
        .create_solution_version()
        .solution_arn(solution_arn)
        .training_mode(mode)
        .send()
        .await
        .map_err(failure("personalize:CreateSolutionVersion"))?;
    Ok(answer.solution_version_arn.unwrap_or_default())
}
