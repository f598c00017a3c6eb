//! Campaigns and recommenders as things with a paid rate.

use aws_sdk_personalize::{
    Client,
    primitives::DateTime,
    types::{Campaign, CampaignConfig, Recommender, RecommenderConfig},
};
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
    resource::{is_active, is_failed},
};

/// A campaign or recommender as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) arn: String,
    /// The status of the resource itself, whatever becomes of an update.
    pub(crate) status: String,
    /// The status of a change that Personalize still works at.
    pub(crate) update: Option<String>,
    /// The rate in force.
    pub(crate) rate: u32,
    /// Epoch seconds when it was made.
    pub(crate) created: i64,
    options: Options,
}

/// What an update has to say again, because Personalize takes the options whole.
#[derive(Debug, Clone)]
enum Options {
    Campaign {
        config: Option<CampaignConfig>,
        /// `<solution>/$LATEST`, for one that follows its solution: Personalize asks for it then.
        follows: Option<String>,
    },
    Recommender(RecommenderConfig),
}

impl Found {
    /// Whether Personalize takes an update now.
    pub(crate) fn is_free(&self) -> bool {
        is_active(&self.status) && self.update.is_none()
    }
}

/// Personalize's control plane.
#[derive(Debug, Clone)]
pub(crate) struct Personalize {
    client: Client,
}

impl Personalize {
    pub(crate) fn new(aws: &aws_config::SdkConfig) -> Self {
        Self {
            client: Client::new(aws),
        }
    }

    /// The resource of that ARN, if there is one.
    pub(crate) async fn describe(&self, kind: Kind, arn: &str) -> Result<Option<Found>, AwsError> {
        let found = match kind {
            Kind::Recommender => self.recommender(arn).await,
            _ => self.campaign(arn).await,
        };
        match found {
            Err(error) if error.is_not_found() => Ok(None),
            other => other,
        }
    }

    async fn campaign(&self, arn: &str) -> Result<Option<Found>, AwsError> {
        let describe = self.client.describe_campaign().campaign_arn(arn).send();
        let answer = describe
            .await
            .map_err(failure("personalize:DescribeCampaign"))?;
        Ok(answer.campaign.map(|campaign| of_campaign(arn, campaign)))
    }

    async fn recommender(&self, arn: &str) -> Result<Option<Found>, AwsError> {
        let describe = self
            .client
            .describe_recommender()
            .recommender_arn(arn)
            .send();
        let answer = describe
            .await
            .map_err(failure("personalize:DescribeRecommender"))?;
        let found = answer.recommender;
        Ok(found.map(|recommender| of_recommender(arn, recommender)))
    }

    /// Begins to change the rate, and nothing else.
    pub(crate) async fn set_rate(&self, found: &Found, rate: u32) -> Result<Taken, AwsError> {
        let rate = i32::try_from(rate).unwrap_or(i32::MAX);
        match &found.options {
            Options::Campaign { config, follows } => {
                let update = self.client.update_campaign();
                // Without one the version stays, also the one a promotion has just moved it to.
                let update = update
                    .campaign_arn(&found.arn)
                    .set_solution_version_arn(follows.clone())
                    .min_provisioned_tps(rate)
                    .set_campaign_config(config.clone());
                let answer = update.send().await;
                taken(answer.map_err(failure("personalize:UpdateCampaign")))
            }
            Options::Recommender(config) => {
                let mut config = config.clone();
                config.min_recommendation_requests_per_second = Some(rate);
                let update = self.client.update_recommender();
                let update = update
                    .recommender_arn(&found.arn)
                    .recommender_config(config);
                let answer = update.send().await;
                taken(answer.map_err(failure("personalize:UpdateRecommender")))
            }
        }
    }

    /// Begins to delete a campaign. One that is gone is as good.
    pub(crate) async fn delete_campaign(&self, arn: &str) -> Result<Taken, AwsError> {
        let answer = self.client.delete_campaign().campaign_arn(arn).send().await;
        match answer.map_err(failure("personalize:DeleteCampaign")) {
            Err(error) if error.is_not_found() => Ok(Taken::Yes),
            other => taken(other),
        }
    }

    /// Begins to stop a recommender.
    pub(crate) async fn stop_recommender(&self, arn: &str) -> Result<Taken, AwsError> {
        let answer = self.client.stop_recommender().recommender_arn(arn).send();
        taken(answer.await.map_err(failure("personalize:StopRecommender")))
    }

    /// Begins to start a recommender.
    pub(crate) async fn start_recommender(&self, arn: &str) -> Result<Taken, AwsError> {
        let answer = self.client.start_recommender().recommender_arn(arn).send();
        taken(
            answer
                .await
                .map_err(failure("personalize:StartRecommender")),
        )
    }
}

/// Whether Personalize took a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Yes,
    /// Something else began to change the resource since it was described.
    Busy,
}

fn taken<T>(answer: Result<T, AwsError>) -> Result<Taken, AwsError> {
    match answer {
        Ok(_) => Ok(Taken::Yes),
        Err(error) if error.code() == "ResourceInUseException" => Ok(Taken::Busy),
        Err(error) => Err(error),
    }
}

fn of_campaign(arn: &str, campaign: Campaign) -> Found {
    let update = campaign.latest_campaign_update;
    let config = campaign.campaign_config;
    let follows = config
        .as_ref()
        .and_then(CampaignConfig::sync_with_latest_solution_version)
        .unwrap_or_default();
    let version = campaign.solution_version_arn.unwrap_or_default();
    let latest = version.rsplit_once('/');
    let latest = latest.map(|(solution, _)| format!("{solution}/$LATEST"));
    Found {
        arn: arn.to_owned(),
        status: campaign.status.unwrap_or_default(),
        update: running(update.and_then(|update| update.status)),
        rate: rate(campaign.min_provisioned_tps),
        created: seconds(campaign.creation_date_time),
        options: Options::Campaign {
            config,
            follows: latest.filter(|_| follows),
        },
    }
}

fn of_recommender(arn: &str, recommender: Recommender) -> Found {
    let update = recommender.latest_recommender_update;
    let config = recommender.recommender_config;
    let config = config.unwrap_or_else(|| RecommenderConfig::builder().build());
    Found {
        arn: arn.to_owned(),
        status: recommender.status.unwrap_or_default(),
        update: running(update.and_then(|update| update.status)),
        rate: rate(config.min_recommendation_requests_per_second),
        created: seconds(recommender.creation_date_time),
        options: Options::Recommender(config),
    }
}

fn running(update: Option<String>) -> Option<String> {
    update.filter(|status| !is_active(status) && !is_failed(status))
}

/// Both kinds have a rate of 1 where none was said.
fn rate(rate: Option<i32>) -> u32 {
    rate.and_then(|rate| u32::try_from(rate).ok()).unwrap_or(1)
}

fn seconds(at: Option<DateTime>) -> i64 {
    at.map_or(0, |at| at.secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(follows: bool) -> Found {
        let config = CampaignConfig::builder().sync_with_latest_solution_version(follows);
        let campaign = Campaign::builder()
            .solution_version_arn("arn:aws:personalize:us-east-1:1:solution/taste/8f3a")
            .campaign_config(config.build());
        of_campaign("arn", campaign.build())
    }

    #[test]
    fn only_one_that_follows_its_solution_names_a_version() {
        let named = |found: Found| match found.options {
            Options::Campaign { follows, .. } => follows,
            Options::Recommender(_) => None,
        };
        assert_eq!(named(campaign(false)), None);
        assert_eq!(
            named(campaign(true)).as_deref(),
            Some("arn:aws:personalize:us-east-1:1:solution/taste/$LATEST")
        );
    }

    #[test]
    fn an_update_that_failed_is_over() {
        assert_eq!(running(Some("CREATE FAILED".to_owned())), None);
        assert_eq!(running(Some("ACTIVE".to_owned())), None);
        let status = Some("CREATE IN_PROGRESS".to_owned());
        assert_eq!(running(status.clone()), status);
    }
}
