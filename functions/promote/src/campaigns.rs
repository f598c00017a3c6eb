//! Makes and moves campaigns.

use aws_sdk_personalize::Client;
use shared::{
    aws::{AwsError, failure},
    campaign::{self, Campaign},
    config,
    operations::Operations,
    solution::{LatestVersionError, version_or_latest},
};

/// Personalize's control plane.
#[derive(Debug, Clone)]
pub(crate) struct Campaigns {
    client: Client,
}

impl Campaigns {
    pub(crate) fn new(aws: &aws_config::SdkConfig) -> Self {
        Self {
            client: Client::new(aws),
        }
    }

    /// The version named, or the latest of the solution.
    pub(crate) async fn version(
        &self,
        operations: &Operations,
        solution: &str,
        named: Option<String>,
    ) -> Result<String, LatestVersionError> {
        version_or_latest(&self.client, operations, solution, named).await
    }

    /// The campaign of that ARN, if there is one.
    pub(crate) async fn describe(&self, arn: &str) -> Result<Option<Campaign>, AwsError> {
        campaign::describe(&self.client, arn).await
    }

    /// Makes the declared campaign; it starts with `version_arn`.
    pub(crate) async fn create(
        &self,
        declared: &config::Campaign,
        version_arn: &str,
    ) -> Result<(), AwsError> {
        self.client
            .create_campaign()
            .name(&declared.name)
            .solution_version_arn(version_arn)
            .min_provisioned_tps(tps(declared))
            .send()
            .await
            .map_err(failure("personalize:CreateCampaign"))?;
        Ok(())
    }

    /// Moves the campaign to `version_arn`. It goes on answering with the old one until that is done.
    pub(crate) async fn update(
        &self,
        arn: &str,
        declared: &config::Campaign,
        version_arn: &str,
    ) -> Result<(), AwsError> {
        self.client
            .update_campaign()
            .campaign_arn(arn)
            .solution_version_arn(version_arn)
            .min_provisioned_tps(tps(declared))
            .send()
            .await
            .map_err(failure("personalize:UpdateCampaign"))?;
        Ok(())
    }
}

/// The configuration allows 1 to 500.
fn tps(declared: &config::Campaign) -> i32 {
    i32::try_from(declared.min_provisioned_tps).unwrap_or(i32::MAX)
}
