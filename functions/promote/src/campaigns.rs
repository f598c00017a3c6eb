//! Makes and moves campaigns.

use aws_sdk_personalize::Client;
use shared::{
    aws::{AwsError, failure},
    campaign::{self, Campaign},
    config::{self, EstateConfig},
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
        estate: &EstateConfig,
        declared: &config::Campaign,
        version_arn: &str,
    ) -> Result<(), AwsError> {
        let first = declared
            .capacity
            .as_ref()
            .map_or(1, |capacity| capacity.min);
        let first = i32::try_from(first).unwrap_or(i32::MAX);
        self.client
            .create_campaign()
            .name(&declared.name)
            .solution_version_arn(version_arn)
            .min_provisioned_tps(campaign::rate(declared).unwrap_or(first))
            .campaign_config(campaign::options(declared, None))
            .set_tags(campaign::tags(estate))
            .send()
            .await
            .map_err(failure("personalize:CreateCampaign"))?;
        Ok(())
    }

    /// Moves the campaign to `version_arn`. It goes on answering with the old one until that is done.
    /// A rate that `capacity` moves stays as it is, and so do options that nobody declares.
    pub(crate) async fn update(
        &self,
        campaign: &Campaign,
        declared: &config::Campaign,
        version_arn: &str,
    ) -> Result<(), AwsError> {
        self.client
            .update_campaign()
            .campaign_arn(&campaign.arn)
            .solution_version_arn(version_arn)
            .set_min_provisioned_tps(campaign::rate(declared))
            .campaign_config(campaign::options(declared, campaign.options.clone()))
            .send()
            .await
            .map_err(failure("personalize:UpdateCampaign"))?;
        Ok(())
    }
}
