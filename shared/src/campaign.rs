//! A campaign as the steps see it that decide which solution version it serves.

use std::collections::HashMap;

use aws_sdk_personalize::{
    Client,
    types::{CampaignConfig, Tag},
};

use crate::{
    arn::{Kind, NotAnArn, PersonalizeArn},
    aws::{AwsError, failure},
    config::{self, EstateConfig, Exploration},
    resource::{is_active, is_failed},
};

/// A campaign as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its ARN.
    pub arn: String,
    /// The status of the campaign itself, whatever becomes of an update.
    pub status: String,
    /// The version that answers, or that will once the campaign is made.
    pub solution_version_arn: String,
    /// The last change of version, running, done or failed.
    pub update: Option<Update>,
    /// Its options.
    pub options: Option<CampaignConfig>,
}

/// A change of a campaign's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The version it moves to.
    pub solution_version_arn: String,
    /// Personalize's status of the change.
    pub status: String,
}

impl Update {
    /// Whether Personalize still works at it.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !is_active(&self.status) && !is_failed(&self.status)
    }
}

impl Campaign {
    /// The change that Personalize still works at.
    #[must_use]
    pub fn running_update(&self) -> Option<&Update> {
        self.update.as_ref().filter(|update| update.is_running())
    }
}

/// The ARN of the campaign `name` in the account and region of a solution version.
///
/// # Errors
/// When `solution_version_arn` is not the ARN of a Personalize resource.
pub fn arn_beside(solution_version_arn: &str, name: &str) -> Result<String, NotAnArn> {
    let _: PersonalizeArn = solution_version_arn.parse()?;
    // The parsed form has exactly five colons before the resource.
    let account: Vec<&str> = solution_version_arn.splitn(6, ':').take(5).collect();
    Ok(format!("{}:{}/{name}", account.join(":"), Kind::Campaign))
}

/// The campaign of that ARN; none when Personalize knows none.
///
/// # Errors
/// When Personalize does not answer.
pub async fn describe(client: &Client, arn: &str) -> Result<Option<Campaign>, AwsError> {
    let answer = client.describe_campaign().campaign_arn(arn).send().await;
    let answer = match answer.map_err(failure("personalize:DescribeCampaign")) {
        Ok(answer) => answer,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(answer.campaign.map(|campaign| Campaign {
        arn: arn.to_owned(),
        status: campaign.status.unwrap_or_default(),
        solution_version_arn: campaign.solution_version_arn.unwrap_or_default(),
        update: campaign.latest_campaign_update.map(|update| Update {
            solution_version_arn: update.solution_version_arn.unwrap_or_default(),
            status: update.status.unwrap_or_default(),
        }),
        options: campaign.campaign_config,
    }))
}

/// The options of a declared campaign. `there` are those of a campaign that exists: what nobody
/// declares stays as it is, which an update without it would lose.
#[must_use]
pub fn options(declared: &config::Campaign, there: Option<CampaignConfig>) -> CampaignConfig {
    let mut options = there.unwrap_or_else(|| CampaignConfig::builder().build());
    options.enable_metadata_with_recommendations = Some(declared.enable_metadata);
    options.sync_with_latest_solution_version = Some(declared.sync_with_latest_solution_version);
    if let Some(declared) = &declared.exploration {
        options
            .item_exploration_config
            .get_or_insert_default()
            .extend(exploration(declared));
    }
    options
}

/// How much a campaign or recommender explores, as Personalize takes it: both numbers as texts.
#[must_use]
pub fn exploration(declared: &Exploration) -> HashMap<String, String> {
    let mut config = HashMap::from([("explorationWeight".to_owned(), declared.weight.to_string())]);
    if let Some(days) = declared.item_age_cut_off {
        config.insert("explorationItemAgeCutOff".to_owned(), days.to_string());
    }
    config
}

/// The rate that a declared campaign pays for; none when `capacity` moves it.
#[must_use]
pub fn rate(declared: &config::Campaign) -> Option<i32> {
    let fixed = declared.capacity.is_none();
    fixed.then(|| i32::try_from(declared.min_provisioned_tps).unwrap_or(i32::MAX))
}

/// The declared tags, for what is made.
#[must_use]
pub fn tags(config: &EstateConfig) -> Option<Vec<Tag>> {
    let tags = config.tags.iter();
    let tags: Vec<Tag> = tags
        .filter_map(|(key, value)| Tag::builder().tag_key(key).tag_value(value).build().ok())
        .collect();
    (!tags.is_empty()).then_some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_is_in_the_account_of_its_version() {
        let version = "arn:aws-cn:personalize:cn-north-1:12:solution/taste/8f3a";
        assert_eq!(
            arn_beside(version, "home").unwrap(),
            "arn:aws-cn:personalize:cn-north-1:12:campaign/home"
        );
        assert!(arn_beside("taste/8f3a", "home").is_err());
    }
}
