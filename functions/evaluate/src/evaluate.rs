//! One evaluation: the metrics of the version and of its rival, the decision, the report.

use aws_sdk_personalize::Client;
use serde::Deserialize;
use shared::{
    arn::{Kind, PersonalizeArn},
    aws::AwsError,
    campaign::{self, Campaign},
    estate::Estate,
    metrics::{Unit, emit},
    operations::{self, Operations, Outcome},
    resource::is_failed,
    solution::version_or_latest,
};

use crate::{
    decide::{Because, Decision, Judgement, Rival, decide},
    error::EvaluateError,
    metrics::{Metrics, metrics, numbers},
    report::{Answer, InService, Reports, key},
};

/// The event of the step.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    solution: String,
    /// A version whose training has ended well; the solution's latest when absent.
    solution_version_arn: Option<String>,
}

/// Decides whether the version goes into service, and keeps the report.
pub(crate) async fn evaluate(
    client: &Client,
    reports: &Reports,
    estate: &Estate,
    request: Request,
) -> Result<Answer, EvaluateError> {
    let Request {
        solution,
        solution_version_arn: named,
    } = request;
    let Estate { config, operations } = estate;
    let solution_version_arn = version_or_latest(client, operations, &solution, named).await?;
    let version = version_of(&solution, &solution_version_arn)?;
    let candidate = metrics(client, &solution_version_arn).await?;
    let declared = config.campaign_of(&solution);
    let last = operations.decision(&solution).await?;
    let unseen = last.filter(|last| last.is_moving_to(&solution_version_arn));
    let served = match (declared, unseen) {
        // A run came to grief after the move: the version is compared with the one before it again.
        (Some(_), Some(moving)) => before(client, moving.previous_solution_version_arn).await?,
        (Some(campaign), None) => served(client, &solution_version_arn, &campaign.name).await?,
        (None, _) => None,
    };
    let rival = match (&declared, &served) {
        (None, _) => Rival::NoCampaign,
        (_, None) => Rival::NoneInService,
        (_, Some((arn, _))) if *arn == solution_version_arn => Rival::Itself,
        (_, Some((_, metrics))) => Rival::InService(metrics),
    };
    let judgement = decide(&config.evaluation, &candidate, rival);
    remember(operations, &solution, &solution_version_arn, &judgement).await?;
    let answer = Answer {
        report: key(&solution, &version),
        solution,
        decision: judgement.decision,
        because: judgement.because,
        reason: judgement.reason,
        metrics: numbers(&candidate),
        in_service: served.map(|(solution_version_arn, metrics)| InService {
            solution_version_arn,
            metrics: numbers(&metrics),
        }),
        solution_version_arn,
    };
    reports.keep(&answer, &config.evaluation).await?;
    count(&answer, &config.evaluation.metric);
    Ok(answer)
}

/// A version that is kept out is judged. One that is to go into service is not, until `promote` has
/// seen it answer: a run that comes to grief in between takes it up again.
async fn remember(
    operations: &Operations,
    solution: &str,
    version: &str,
    judgement: &Judgement,
) -> Result<(), EvaluateError> {
    if judgement.decision == Decision::Promote {
        return Ok(());
    }
    let outcome = match judgement.because {
        Because::InService => Outcome::Promoted,
        _ => Outcome::Kept,
    };
    let decision = operations::Decision {
        solution: solution.to_owned(),
        solution_version_arn: version.to_owned(),
        outcome,
        previous_solution_version_arn: None,
        reason: judgement.reason.clone(),
        decided_at: jiff::Timestamp::now().as_second(),
    };
    Ok(operations.put_decision(&decision).await?)
}

/// The version's id, when the ARN is of a version of `solution`.
fn version_of(solution: &str, arn: &str) -> Result<String, EvaluateError> {
    let parsed: PersonalizeArn = arn.parse()?;
    match parsed.name.split_once('/') {
        Some((of, version)) if parsed.kind == Kind::SolutionVersion && of == solution => {
            Ok(version.to_owned())
        }
        _ => Err(EvaluateError::NotItsVersion {
            arn: arn.to_owned(),
            solution: solution.to_owned(),
        }),
    }
}

/// The version that the campaign `name` serves, and its metrics.
async fn served(
    client: &Client,
    solution_version_arn: &str,
    name: &str,
) -> Result<Option<(String, Metrics)>, EvaluateError> {
    let arn = campaign::arn_beside(solution_version_arn, name)?;
    let Some(campaign) = campaign::describe(client, &arn).await?.filter(answers) else {
        return Ok(None);
    };
    let served = campaign.solution_version_arn;
    let metrics = known(metrics(client, &served).await)?;
    Ok(Some((served, metrics)))
}

/// The version before, and its metrics.
async fn before(
    client: &Client,
    previous: Option<String>,
) -> Result<Option<(String, Metrics)>, EvaluateError> {
    let Some(previous) = previous else {
        return Ok(None);
    };
    let metrics = known(metrics(client, &previous).await)?;
    Ok(Some((previous, metrics)))
}

/// A campaign whose making failed serves nothing.
fn answers(campaign: &Campaign) -> bool {
    !is_failed(&campaign.status)
}

/// A version in service without metrics (Personalize no longer knows it) is no bar to a new one.
fn known(metrics: Result<Metrics, AwsError>) -> Result<Metrics, AwsError> {
    match metrics {
        Err(error) if error.is_not_found() => Ok(Metrics::new()),
        other => other,
    }
}

fn count(answer: &Answer, metric: &str) {
    let decision = match answer.decision {
        Decision::Promote => "Promote",
        Decision::Keep => "Keep",
    };
    let mut data = vec![
        (decision, Unit::Count, 1.0),
        (answer.because.metric(), Unit::Count, 1.0),
    ];
    data.extend(
        answer
            .metrics
            .get(metric)
            .map(|value| (metric, Unit::None, *value)),
    );
    emit("evaluate", &[("solution", &answer.solution)], &data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_of_the_solution_is_evaluated() {
        let arn = |rest: &str| format!("arn:aws:personalize:us-east-1:1:solution/{rest}");
        assert_eq!(version_of("taste", &arn("taste/8f3a")).unwrap(), "8f3a");
        for wrong in [arn("other/8f3a"), arn("taste")] {
            assert!(
                version_of("taste", &wrong)
                    .unwrap_err()
                    .to_string()
                    .contains("`taste`")
            );
        }
    }
}
