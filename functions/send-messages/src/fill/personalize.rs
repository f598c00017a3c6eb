//! Personalize's runtime: one call a question, and one answer for all who ask the same for everybody.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_personalizeruntime::{
    config::endpoint::{DefaultResolver, Params, ResolveEndpoint},
    operation::get_recommendations::{
        GetRecommendations, GetRecommendationsError, GetRecommendationsInput,
        GetRecommendationsOutput,
    },
};
use shared::{
    aws::AwsError,
    direct::{Access, Operation, Place, Service, Signing},
};

use super::Question;

/// How long an answer that is the same for everybody is kept.
const LIFE: Duration = Duration::from_secs(60);
/// Such answers that are kept: one a cart's product, at most.
const KEPT: usize = 256;
/// An attempt; a message can wait longer than a page, and its sender has more to do.
const ATTEMPT: Duration = Duration::from_secs(3);
/// All attempts: then lists stand in.
const CALL: Duration = Duration::from_secs(12);

/// What Personalize recommends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prediction {
    /// Its id of the answer.
    pub(crate) recommendation_id: Option<String>,
    /// Items, best first.
    pub(crate) items: Vec<String>,
}

/// The campaigns and recommenders.
pub(crate) struct Personalize {
    service: Service,
    recommend:
        Operation<GetRecommendationsInput, GetRecommendationsOutput, GetRecommendationsError>,
    kept: Mutex<HashMap<Question, (Instant, Arc<Prediction>)>>,
}

impl Personalize {
    /// Asks nothing yet.
    pub(crate) fn new(aws: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(CALL);
        let patient = aws
            .to_builder()
            .timeout_config(timeouts.build())
            .retry_config(RetryConfig::standard().with_max_attempts(6));
        let access = Access::new(&patient.build());
        Self {
            service: Service::new(&access, "personalize", "Personalize Runtime", endpoint),
            recommend: Operation::new(
                "personalize:GetRecommendations",
                Signing::Usual,
                &GetRecommendations::new(),
            ),
            kept: Mutex::default(),
        }
    }

    /// The answer to `question`.
    pub(crate) async fn ask(&self, question: &Question) -> Result<Arc<Prediction>, AwsError> {
        if let Some(known) = self.known(question) {
            return Ok(known);
        }
        let answer = Arc::new(self.call(question).await?);
        if question.is_for_all() {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(question.clone(), (Instant::now(), Arc::clone(&answer)));
        }
        Ok(answer)
    }

    fn known(&self, question: &Question) -> Option<Arc<Prediction>> {
        if !question.is_for_all() {
            return None;
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, answer) = kept.get(question)?;
        (at.elapsed() < LIFE).then(|| Arc::clone(answer))
    }

    async fn call(&self, question: &Question) -> Result<Prediction, AwsError> {
        let input = GetRecommendationsInput::builder();
        let input = match question.is_recommender {
            false => input.campaign_arn(&question.of),
            true => input.recommender_arn(&question.of),
        };
        let input = input
            .set_filter_arn(question.filter.clone())
            .set_filter_values(map(&question.filter_values))
            .set_user_id(question.user.clone())
            .set_item_id(question.item.clone())
            .num_results(i32::try_from(question.results).unwrap_or(i32::MAX))
            .build()
            .map_err(|error| self.recommend.unsent(&error))?;
        let answer = self.service.send(&self.recommend, input).await?;
        let items = answer.item_list.into_iter().flatten();
        Ok(Prediction {
            recommendation_id: answer.recommendation_id,
            items: items.filter_map(|item| item.item_id).collect(),
        })
    }
}

fn map(values: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    let owned = |(name, value): (&String, &String)| (name.clone(), value.clone());
    (!values.is_empty()).then(|| values.iter().map(owned).collect())
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
