//! Adapter to GetRecommendations and GetPersonalizedRanking.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_personalizeruntime::{
    config::endpoint::{DefaultResolver, Params, ResolveEndpoint},
    operation::{
        get_personalized_ranking::{
            GetPersonalizedRanking, GetPersonalizedRankingError, GetPersonalizedRankingInput,
            GetPersonalizedRankingOutput,
        },
        get_recommendations::{
            GetRecommendations, GetRecommendationsError, GetRecommendationsInput,
            GetRecommendationsOutput,
        },
    },
    types,
};
use shared::{
    aws::AwsError,
    direct::{Access, Operation, Place, Service, Signing},
};

use crate::{
    question::{Asked, Question},
    services::{PredictedItem, Prediction},
};

/// Personalize's runtime.
#[derive(Debug)]
pub(crate) struct Runtime {
    service: Service,
    recommend:
        Operation<GetRecommendationsInput, GetRecommendationsOutput, GetRecommendationsError>,
    rank: Operation<
        GetPersonalizedRankingInput,
        GetPersonalizedRankingOutput,
        GetPersonalizedRankingError,
    >,
}

impl Runtime {
    /// With the time-outs and retries of `access`.
    pub(crate) fn new(access: &Access) -> Self {
        let usual = Signing::Usual;
        let (recommend, rank) = (GetRecommendations::new(), GetPersonalizedRanking::new());
        Self {
            service: Service::new(access, "personalize", "Personalize Runtime", endpoint),
            recommend: Operation::new("personalize:GetRecommendations", usual, &recommend),
            rank: Operation::new("personalize:GetPersonalizedRanking", usual, &rank),
        }
    }

    /// One call for `question`.
    pub(crate) async fn ask(&self, question: &Question) -> Result<Prediction, AwsError> {
        match question.list.is_empty() {
            true => self.recommend(question).await,
            false => self.rank(question).await,
        }
    }

    async fn recommend(&self, question: &Question) -> Result<Prediction, AwsError> {
        let input = GetRecommendationsInput::builder();
        let input = match &question.of {
            Asked::Campaign(arn) => input.campaign_arn(arn),
            Asked::Recommender(arn) => input.recommender_arn(arn),
        };
        let input = input
            .set_filter_arn(question.filter.clone())
            .set_filter_values(map(&question.filter_values))
            .set_context(map(&question.context))
            .set_user_id(question.user.clone())
            .set_item_id(question.item.clone())
            .num_results(i32::try_from(question.results).unwrap_or(i32::MAX))
            .build()
            .map_err(|error| self.recommend.unsent(&error))?;
        let answer = self.service.send(&self.recommend, input).await?;
        Ok(prediction(answer.recommendation_id, answer.item_list))
    }

    async fn rank(&self, question: &Question) -> Result<Prediction, AwsError> {
        let input = GetPersonalizedRankingInput::builder()
            .campaign_arn(question.of.arn())
            .set_filter_arn(question.filter.clone())
            .set_filter_values(map(&question.filter_values))
            .set_context(map(&question.context))
            .set_user_id(question.user.clone())
            .set_input_list(Some(question.list.clone()))
            .build()
            .map_err(|error| self.rank.unsent(&error))?;
        let answer = self.service.send(&self.rank, input).await?;
        Ok(prediction(
            answer.recommendation_id,
            answer.personalized_ranking,
        ))
    }
}

fn endpoint(place: Place) -> Result<String, String> {
    let params = Params::builder()
        .set_region(place.region)
        .set_endpoint(place.endpoint_url)
        .set_use_fips(place.use_fips)
        .set_use_dual_stack(place.use_dual_stack)
        .build()
        .map_err(|error| error.to_string())?;
    Service::endpoint(DefaultResolver::new().resolve_endpoint(&params))
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
