//! One training: the version that is under way, or a new one. A repeated call finds the first one's.

use aws_sdk_personalize::{Client, types::TrainingMode};
use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
    campaign,
    estate::Estate,
    job,
    metrics::{self, Unit},
    operations::Outcome,
    solution::is_for_experiment,
};

use crate::{
    error::RetrainError,
    reuse::{Version, can_update, not_judged, under_way},
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
    /// How it is, or was, trained: FULL also when an UPDATE was asked for and has nothing to start from.
    training_mode: String,
}

/// Starts or takes up a training.
pub(crate) async fn train(
    client: &Client,
    estate: &Estate,
    request: Request,
) -> Result<Answer, RetrainError> {
    let solution_arn = solution_arn(estate, &request.solution).await?;
    let versions = versions(client, &solution_arn).await?;
    let mode = match request.training_mode.api() {
        TrainingMode::Update if !can_update(&versions) => {
            tracing::info!(
                solution = request.solution,
                "no FULL version to update: trained in full"
            );
            TrainingMode::Full
        }
        mode => mode,
    };
    let judged = judged(client, estate, &request.solution).await?;
    let now = jiff::Timestamp::now().as_second();
    let reused = reused(client, versions.clone(), &mode, (&judged, now)).await?;
    let (metric, version) = match reused {
        Some(version) => ("TrainingReused", version),
        None => (
            "TrainingStarted",
            start(
                client,
                (&request.solution, &solution_arn),
                &versions,
                mode,
                now,
            )
            .await?,
        ),
    };
    let dimension = [("solution", request.solution.as_str())];
    metrics::emit("retrain", &dimension, &[(metric, Unit::Count, 1.0)]);
    Ok(Answer {
        solution: request.solution,
        solution_version_arn: version.arn,
        status: version.status,
        training_mode: version.training_mode,
    })
}

/// The training to take up, if there is one. What was trained for an arm of an experiment is none: it
/// serves that arm, and to promote it would end the comparison.
async fn reused(
    client: &Client,
    mut versions: Vec<Version>,
    mode: &TrainingMode,
    (judged, now): (&[String], i64),
) -> Result<Option<Version>, AwsError> {
    loop {
        let found = under_way(&versions, mode.as_str());
        let found = found
            .or_else(|| not_judged(&versions, judged, now))
            .cloned();
        match found {
            Some(found) if is_for_experiment(client, &found.arn).await? => {
                versions.retain(|version| version.arn != found.arn);
            }
            found => return Ok(found),
        }
    }
}

/// The version that was decided about last, and the one in service, which a person may have put there.
async fn judged(
    client: &Client,
    estate: &Estate,
    solution: &str,
) -> Result<Vec<String>, RetrainError> {
    let last = estate.operations.decision(solution).await?;
    // One that was put into service by a run that came to grief is not judged: nobody saw it answer.
    let unseen = last
        .as_ref()
        .filter(|last| last.outcome == Outcome::Moving)
        .map(|last| last.solution_version_arn.clone());
    let mut judged: Vec<String> = last
        .and_then(|last| match last.outcome {
            Outcome::Moving => last.previous_solution_version_arn,
            _ => Some(last.solution_version_arn),
        })
        .into_iter()
        .collect();
    let Some(campaign) = estate.config.campaign_of(solution) else {
        return Ok(judged);
    };
    let state = estate
        .operations
        .resource(Kind::Campaign, &campaign.name)
        .await?;
    if let Some(state) = state {
        let campaign = campaign::describe(client, &state.arn).await?;
        let served = campaign.map(|campaign| campaign.solution_version_arn);
        judged.extend(served.filter(|served| unseen.as_ref() != Some(served)));
    }
    Ok(judged)
}

async fn solution_arn(estate: &Estate, name: &str) -> Result<String, RetrainError> {
    let declared = estate.config.solution(name);
    if declared.is_some_and(|solution| solution.perform_auto_training) {
        return Err(RetrainError::TrainsItself {
            name: name.to_owned(),
        });
    }
    if declared.is_none() {
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

/// Starts a training. Its name counts the solution's versions, which never go: an answer that was lost,
/// or a second caller at the same moment, comes to the same name, and takes up the one version.
async fn start(
    client: &Client,
    solution: (&str, &str),
    versions: &[Version],
    mode: TrainingMode,
    now: i64,
) -> Result<Version, AwsError> {
    let (name, solution_arn) = solution;
    let answer = client
        .create_solution_version()
        .name(job::name(name, &(versions.len() + 1).to_string()))
        .solution_arn(solution_arn)
        .training_mode(mode.clone())
        .send()
        .await
        .map_err(failure("personalize:CreateSolutionVersion"));
    match answer {
        Ok(answer) => Ok(Version {
            arn: answer.solution_version_arn.unwrap_or_default(),
            status: "CREATE PENDING".to_owned(),
            training_mode: mode.to_string(),
            created_at: now,
        }),
        Err(error) if error.already_exists() => newest(client, solution_arn).await?.ok_or(error),
        Err(error) => Err(error),
    }
}

async fn newest(client: &Client, solution_arn: &str) -> Result<Option<Version>, AwsError> {
    let mut versions = versions(client, solution_arn).await?;
    versions.sort_by_key(|version| version.created_at);
    for version in versions.into_iter().rev() {
        if !is_for_experiment(client, &version.arn).await? {
            return Ok(Some(version));
        }
    }
    Ok(None)
}
