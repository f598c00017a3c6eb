//! The calls of Amazon Personalize that a model takes.

use aws_sdk_personalize::{
    Client,
    types::{Tag, TrainingMode},
};
use shared::{
    aws::{AwsError, failure},
    campaign::{self, Campaign},
    config::EstateConfig,
    experiments::TAG,
    resource::{self, DescribeError, Description},
};

/// Personalize.
#[derive(Debug, Clone)]
pub(crate) struct Personalize {
    control: Client,
    runtime: aws_sdk_personalizeruntime::Client,
}

/// Whom a campaign is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question<'a> {
    User(&'a str),
    Item(&'a str),
}

impl Personalize {
    /// With time-outs and retries of `aws`.
    pub(crate) fn new(aws: &aws_config::SdkConfig) -> Self {
        Self {
            control: Client::new(aws),
            runtime: aws_sdk_personalizeruntime::Client::new(aws),
        }
    }

    /// Trains `solution_arn` as the version `name` for `experiment`, or finds the one of that name; its
    /// ARN.
    pub(super) async fn train(
        &self,
        solution_arn: &str,
        (name, experiment): (&str, &str),
        config: &EstateConfig,
    ) -> Result<String, AwsError> {
        let answer = self
            .control
            .create_solution_version()
            .name(name)
            .solution_arn(solution_arn)
            .training_mode(TrainingMode::Full)
            .set_tags(Some(tags(experiment, config)))
            .send()
            .await
            .map_err(failure("personalize:CreateSolutionVersion"));
        match answer {
            Ok(answer) => Ok(answer.solution_version_arn.unwrap_or_default()),
            Err(error) if error.already_exists() => {
                self.version(solution_arn, name).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The version `name`; lists do not tell names, so the versions are described.
    async fn version(&self, solution_arn: &str, name: &str) -> Result<Option<String>, AwsError> {
        let mut pages = self
            .control
            .list_solution_versions()
            .solution_arn(solution_arn)
            .into_paginator()
            .items()
            .send();
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(failure("personalize:ListSolutionVersions"))?;
            let answer = self
                .control
                .describe_solution_version()
                .set_solution_version_arn(summary.solution_version_arn)
                .send()
                .await
                .map_err(failure("personalize:DescribeSolutionVersion"))?;
            let version = answer.solution_version;
            let found = version.filter(|version| version.name.as_deref() == Some(name));
            if let Some(found) = found {
                return Ok(found.solution_version_arn);
            }
        }
        Ok(None)
    }

    /// How a resource is now.
    pub(super) async fn describe(&self, arn: &str) -> Result<Description, DescribeError> {
        resource::describe(&self.control, arn).await
    }

    /// The campaign of that ARN, if there is one.
    pub(super) async fn campaign(&self, arn: &str) -> Result<Option<Campaign>, AwsError> {
        campaign::describe(&self.control, arn).await
    }

    /// Makes the campaign `name` for `experiment`; one that exists is left alone.
    pub(super) async fn create_campaign(
        &self,
        (name, experiment): (&str, &str),
        version_arn: &str,
        min_provisioned_tps: u32,
        config: &EstateConfig,
    ) -> Result<(), AwsError> {
        let answer = self
            .control
            .create_campaign()
            .name(name)
            .solution_version_arn(version_arn)
            .min_provisioned_tps(i32::try_from(min_provisioned_tps).unwrap_or(i32::MAX))
            .set_tags(Some(tags(experiment, config)))
            .send()
            .await
            .map_err(failure("personalize:CreateCampaign"));
        match answer {
            Err(error) if !error.already_exists() => Err(error),
            _ => Ok(()),
        }
    }

    /// Deletes a campaign; false while it cannot be, because it changes just now.
    pub(super) async fn delete_campaign(&self, arn: &str) -> Result<bool, AwsError> {
        let answer = self
            .control
            .delete_campaign()
            .campaign_arn(arn)
            .send()
            .await;
        match answer.map_err(failure("personalize:DeleteCampaign")) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(true),
            Err(error) if error.code() == "ResourceInUseException" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Asks the campaign once.
    pub(super) async fn ask(&self, arn: &str, question: Question<'_>) -> Result<(), AwsError> {
        let request = self.runtime.get_recommendations().campaign_arn(arn);
        let request = match question {
            Question::User(user) => request.user_id(user),
            Question::Item(item) => request.item_id(item),
        };
        let answer = request.send().await;
        answer.map_err(failure("personalize:GetRecommendations"))?;
        Ok(())
    }
}

/// What everything of the estate is tagged with, and for which experiment it was made: `estate`, `retrain`
/// and the role look at that.
fn tags(experiment: &str, config: &EstateConfig) -> Vec<Tag> {
    let ours = Tag::builder().tag_key(TAG).tag_value(experiment).build();
    let mut tags = campaign::tags(config).unwrap_or_default();
    tags.retain(|tag| tag.tag_key != TAG);
    tags.extend(ours);
    tags
}
