//! Adapter to GetRecommendations and GetPersonalizedRanking.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_personalizeruntime::{Client, types};
use shared::aws::{AwsError, failure};

use crate::{
    question::{Asked, Question},
    services::{PredictedItem, Prediction},
};

/// One call for `question`.
pub(crate) async fn ask(client: &Client, question: &Question) -> Result<Prediction, AwsError> {
    match question.list.is_empty() {
        true => recommend(client, question).await,
        false => rank(client, question).await,
    }
}

async fn recommend(client: &Client, question: &Question) -> Result<Prediction, AwsError> {
    let call = client.get_recommendations();
    let call = match &question.of {
        Asked::Campaign(arn) => call.campaign_arn(arn),
        Asked::Recommender(arn) => call.recommender_arn(arn),
    };
    let answer = call
        .set_filter_arn(question.filter.clone())
        .set_filter_values(map(&question.filter_values))
        .set_context(map(&question.context))
        .set_user_id(question.user.clone())
        .set_item_id(question.item.clone())
        .num_results(i32::try_from(question.results).unwrap_or(i32::MAX))
        .send()
        .await
        .map_err(failure("personalize:GetRecommendations"))?;
    Ok(prediction(answer.recommendation_id, answer.item_list))
}

async fn rank(client: &Client, question: &Question) -> Result<Prediction, AwsError> {
    let answer = client
        .get_personalized_ranking()
        .campaign_arn(question.of.arn())
        .set_filter_arn(question.filter.clone())
        .set_filter_values(map(&question.filter_values))
        .set_context(map(&question.context))
        .set_user_id(question.user.clone())
        .set_input_list(Some(question.list.clone()))
        .send()
        .await
        .map_err(failure("personalize:GetPersonalizedRanking"))?;
    Ok(prediction(
        answer.recommendation_id,
        answer.personalized_ranking,
    ))
}

fn map(values: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    let owned = |(name, value): (&String, &String)| (name.clone(), value.clone());
    (!values.is_empty()).then(|| values.iter().map(owned).collect())
}

fn prediction(
    recommendation_id: Option<String>,
    items: Option<Vec<types::PredictedItem>>,
) -> Prediction {
    let item = |item: types::PredictedItem| {
        Some(PredictedItem {
            id: item.item_id?,
            score: item.score,
            reasons: item.reason.unwrap_or_default(),
        })
    };
    Prediction {
        recommendation_id,
        items: items.into_iter().flatten().filter_map(item).collect(),
    }
}
