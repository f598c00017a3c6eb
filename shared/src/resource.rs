//! Describes one Personalize resource by its ARN: the status every workflow waits on.

use aws_sdk_personalize::Client;

use crate::{
    arn::{Kind, NotAnArn, PersonalizeArn},
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};

/// A resource as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its kind and name.
    pub resource: PersonalizeArn,
    /// Personalize's status: `CREATE PENDING`, `CREATE IN_PROGRESS`, `ACTIVE`, `CREATE FAILED`, ...
    /// A campaign that is being updated has the update's status.
    pub status: String,
    /// Why it failed, in Personalize's words.
    pub failure_reason: Option<String>,
}

impl Description {
    /// Whether it can be used.
    #[must_use]
    pub fn is_active(&self) -> bool {
        is_active(&self.status)
    }

    /// Whether it will never become usable by waiting.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        is_failed(&self.status)
    }
}

/// Whether `status` is the one of a usable resource.
#[must_use]
pub fn is_active(status: &str) -> bool {
    status == "ACTIVE"
}

/// Whether `status` is an end without success.
#[must_use]
pub fn is_failed(status: &str) -> bool {
    status.ends_with("FAILED") || status.ends_with("STOPPED")
}

/// A resource could not be described.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// The string is no ARN.
    #[error(transparent)]
    Arn(#[from] NotAnArn),
    /// Personalize did not answer, or does not know it.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl DescribeError {
    /// Whether Personalize said that it does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Aws(error) if error.is_not_found())
    }
}

impl Fault for DescribeError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Arn(_) => FaultKind::InvalidInput,
            Self::Aws(error) => error.kind(),
        }
    }
}

/// Describes the resource named by `arn`.
///
/// # Errors
/// When `arn` is not one, when nothing is there, or when Personalize does not answer.
pub async fn describe(client: &Client, arn: &str) -> Result<Description, DescribeError> {
    let resource: PersonalizeArn = arn.parse()?;
    let (status, failure_reason) = status_of(client, resource.kind, arn).await?;
    // A schema has no status: it is usable as soon as it exists.
    let status = status.unwrap_or_else(|| "ACTIVE".to_owned());
    Ok(Description {
        resource,
        status,
        failure_reason,
    })
}

type Status = (Option<String>, Option<String>);

async fn status_of(client: &Client, kind: Kind, arn: &str) -> Result<Status, AwsError> {
    /// One arm a kind: the same call, answer member and fields under other names.
    macro_rules! describe {
        ($operation:ident, $arn:ident, $member:ident, $call:literal) => {{
            let answer = client
                .$operation()
                .$arn(arn)
                .send()
                .await
                .map_err(failure($call))?;
            let found = answer.$member.as_ref();
            (
                found.and_then(|found| found.status()).map(str::to_owned),
                found
                    .and_then(|found| found.failure_reason())
                    .map(str::to_owned),
            )
        }};
    }
    Ok(match kind {
        Kind::DatasetGroup => describe!(
            describe_dataset_group,
            dataset_group_arn,
            dataset_group,
            "personalize:DescribeDatasetGroup"
        ),
        Kind::DatasetImportJob => describe!(
            describe_dataset_import_job,
            dataset_import_job_arn,
            dataset_import_job,
            "personalize:DescribeDatasetImportJob"
        ),
        Kind::SolutionVersion => describe!(
            describe_solution_version,
            solution_version_arn,
            solution_version,
            "personalize:DescribeSolutionVersion"
        ),
        Kind::Filter => describe!(
            describe_filter,
            filter_arn,
            filter,
            "personalize:DescribeFilter"
        ),
        Kind::BatchInferenceJob => describe!(
            describe_batch_inference_job,
            batch_inference_job_arn,
            batch_inference_job,
            "personalize:DescribeBatchInferenceJob"
        ),
        Kind::BatchSegmentJob => describe!(
            describe_batch_segment_job,
            batch_segment_job_arn,
            batch_segment_job,
            "personalize:DescribeBatchSegmentJob"
        ),
        Kind::MetricAttribution => describe!(
            describe_metric_attribution,
            metric_attribution_arn,
            metric_attribution,
            "personalize:DescribeMetricAttribution"
        ),
        // Not Personalize's: no ARN is parsed to it.
        Kind::Schedule => (None, None),
        Kind::Campaign => return campaign_status(client, arn).await,
        Kind::Recommender => return recommender_status(client, arn).await,
        Kind::Schema => return schema_status(client, arn).await,
        Kind::Dataset => {
            let answer = client
                .describe_dataset()
                .dataset_arn(arn)
                .send()
                .await
                .map_err(failure("personalize:DescribeDataset"))?;
            (answer.dataset.and_then(|found| found.status), None)
        }
        Kind::EventTracker => {
            let answer = client
                .describe_event_tracker()
                .event_tracker_arn(arn)
                .send()
                .await
                .map_err(failure("personalize:DescribeEventTracker"))?;
            (answer.event_tracker.and_then(|found| found.status), None)
        }
        Kind::Solution => {
            let answer = client
                .describe_solution()
                .solution_arn(arn)
                .send()
                .await
                .map_err(failure("personalize:DescribeSolution"))?;
            (answer.solution.and_then(|found| found.status), None)
        }
    })
}

async fn schema_status(client: &Client, arn: &str) -> Result<Status, AwsError> {
    client
        .describe_schema()
        .schema_arn(arn)
        .send()
        .await
        .map_err(failure("personalize:DescribeSchema"))?;
    Ok((None, None))
}

async fn campaign_status(client: &Client, arn: &str) -> Result<Status, AwsError> {
    let answer = client
        .describe_campaign()
        .campaign_arn(arn)
        .send()
        .await
        .map_err(failure("personalize:DescribeCampaign"))?;
    let Some(campaign) = answer.campaign else {
        return Ok((None, None));
    };
    // While an update runs, or after it failed, the campaign itself stays ACTIVE on the old version.
    Ok(match campaign.latest_campaign_update {
        Some(update) => (update.status, update.failure_reason),
        None => (campaign.status, campaign.failure_reason),
    })
}

async fn recommender_status(client: &Client, arn: &str) -> Result<Status, AwsError> {
    let answer = client
        .describe_recommender()
        .recommender_arn(arn)
        .send()
        .await
        .map_err(failure("personalize:DescribeRecommender"))?;
    let Some(recommender) = answer.recommender else {
        return Ok((None, None));
    };
    // A stopped recommender says so itself, whatever became of its last update.
    let update = recommender
        .latest_recommender_update
        .filter(|_| recommender.status.as_deref().is_some_and(is_active));
    Ok(match update {
        Some(update) => (update.status, update.failure_reason),
        None => (recommender.status, recommender.failure_reason),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_end_without_success_is_a_failure() {
        assert!(is_failed("CREATE FAILED") && is_failed("CREATE STOPPED"));
        assert!(!is_failed("CREATE IN_PROGRESS") && !is_failed("ACTIVE"));
    }
}
