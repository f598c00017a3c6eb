//! Asks a campaign, as the shop will.

use std::time::Duration;

use aws_config::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_personalizeruntime::{Client, config::Builder, types::PredictedItem};
use futures::{StreamExt, TryStreamExt, stream};
use shared::aws::{AwsError, failure};

use crate::{
    question::Question,
    verdict::{Outcome, Tally, blames_campaign},
};

/// Long for a shopper: a campaign that is slow while it starts is no broken one. Short enough that ten
/// questions to a dead campaign fit in an invocation. There is no time limit over all attempts: it would
/// make a time-out of what was throttling.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(100);
/// How many questions wait for their answers at a time: a new campaign is not to be measured under load.
const AT_A_TIME: usize = 5;
const RESULTS: i32 = 5;

/// What Personalize fills a list with when a filter, or a version that knows too little, leaves
/// nothing better (developer guide, "Recommendation reasons with User-Personalization-v2").
const PLACEHOLDER: &str = "Popular item";

/// Personalize's runtime.
#[derive(Debug, Clone)]
pub(crate) struct Runtime {
    client: Client,
}

fn is_placeholder(item: &&PredictedItem) -> bool {
    item.reason().iter().any(|reason| reason == PLACEHOLDER)
}

impl Runtime {
    pub(crate) fn new(aws: &aws_config::SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .disable_operation_timeout()
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(PAUSE);
        let config = Builder::from(aws)
            .timeout_config(timeouts)
            .retry_config(retries);
        Self {
            client: Client::from_conf(config.build()),
        }
    }

    /// Asks every question.
    pub(crate) async fn ask(
        &self,
        campaign_arn: &str,
        questions: &[Question],
    ) -> Result<Tally, AwsError> {
        let asked = questions
            .iter()
            .map(|question| self.outcome(campaign_arn, question));
        let outcomes: Vec<Outcome> = stream::iter(asked)
            .buffered(AT_A_TIME)
            .try_collect()
            .await?;
        let mut tally = Tally::default();
        for outcome in outcomes {
            tally.add(outcome);
        }
        Ok(tally)
    }

    async fn outcome(&self, campaign_arn: &str, question: &Question) -> Result<Outcome, AwsError> {
        let request = self
            .client
            .get_recommendations()
            .campaign_arn(campaign_arn)
            .num_results(RESULTS);
        let request = match question {
            Question::User(id) => request.user_id(id),
            Question::Item(id) => request.item_id(id),
        };
        match request
            .send()
            .await
            .map_err(failure("personalize:GetRecommendations"))
        {
            Ok(answer) if answer.item_list().is_empty() => Ok(Outcome::Empty),
            Ok(answer) => Ok(Outcome::WithItems {
                items: answer.item_list().len(),
                placeholders: answer.item_list().iter().filter(is_placeholder).count(),
            }),
            Err(error) if blames_campaign(error.code()) => {
                tracing::warn!(code = error.code(), "the campaign answered with an error");
                Ok(Outcome::Error)
            }
            Err(error) => Err(error),
        }
    }
}
