//! Adapter to Amazon Personalize's GetRecommendations.

use aws_config::SdkConfig;
use aws_sdk_personalizeruntime::Client;
use shared::aws::{AwsError, failure};

use crate::{
    question::Question,
    services::{PredictedItem, Prediction},
};

/// The campaigns.
#[derive(Debug)]
pub(crate) struct Personalize(Client);

impl Personalize {
    /// With time-outs and retries of `config`.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// Asks one campaign.
    pub(crate) async fn predict(&self, question: &Question) -> Result<Prediction, AwsError> {
        let answer = self
            .0
            .get_recommendations()
            .campaign_arn(&question.campaign)
            .set_filter_arn(question.filter.clone())
            .set_user_id(question.user.clone())
            .set_item_id(question.item.clone())
            .num_results(i32::try_from(question.results).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(failure("personalize:GetRecommendations"))?;
        let items = answer.item_list.unwrap_or_default();
        let item = |item: aws_sdk_personalizeruntime::types::PredictedItem| {
            Some(PredictedItem {
                id: item.item_id?,
                score: item.score,
                reasons: item.reason.unwrap_or_default(),
            })
        };
        Ok(Prediction {
            recommendation_id: answer.recommendation_id,
            items: items.into_iter().filter_map(item).collect(),
        })
    }
}
