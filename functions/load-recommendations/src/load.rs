//! The function: the popular list by asking its campaign, the lists of a batch job by its files.

use aws_config::SdkConfig;
use aws_sdk_personalizeruntime::Client;
use jiff::Timestamp;
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
    environment::{self, MissingVariable},
    estate::{Estate, EstateSource},
    fault::{Fault, FaultKind},
    lists::{Lists, NOBODY},
    metrics::{Unit, emit},
};

use crate::{
    batch::Loader,
    error::LoadError,
    popular::{popular_list, popular_placement},
    request::{Answer, Event, Popular},
};

/// How many items a list holds: enough for a fallback, whatever of it is sold out.
const ITEMS: i32 = 100;

/// What the campaign is asked for.
struct Question {
    campaign: String,
    filter: Option<String>,
}

/// The function.
#[derive(Debug)]
pub(crate) struct LoadRecommendations {
    estate: EstateSource,
    personalize: Client,
    lists: Lists,
    loader: Loader,
}

impl LoadRecommendations {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let dynamodb = aws_sdk_dynamodb::Client::new(config);
        Ok(Self {
            estate: EstateSource::from_environment(config)?,
            personalize: Client::new(config),
            lists: Lists::new(dynamodb, environment::required("LISTS_TABLE")?),
            loader: Loader {
                s3: aws_sdk_s3::Client::new(config),
                bucket: environment::required("DATA_BUCKET")?,
            },
        })
    }

    /// Fills what is asked for.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, LoadError> {
        Ok(match event {
            Event::Popular => Answer::Popular(self.popular().await?),
            Event::Batch(batch) => Answer::Batch(self.loader.load(&self.lists, batch).await?),
        })
    }

    async fn popular(&self) -> Result<Popular, LoadError> {
        let answer = match self.load_popular().await {
            Ok(items) => Popular {
                items,
                reason: None,
            },
            Err(LoadError::Unchanged(reason)) => {
                tracing::warn!(reason, "the list stays as it is");
                Popular {
                    items: 0,
                    reason: Some(reason),
                }
            }
            Err(error) => return Err(error),
        };
        // At most 500 items: exact as f64.
        #[allow(clippy::cast_precision_loss)]
        let items = answer.items as f64;
        emit(
            "load-recommendations",
            &[("list", "popular")],
            &[("ItemsLoaded", Unit::Count, items)],
        );
        Ok(answer)
    }

    /// How many items were written.
    async fn load_popular(&self) -> Result<usize, LoadError> {
        let estate = self.estate.open().await?;
        let (placement, name) = popular_placement(&estate.config).map_err(LoadError::Unchanged)?;
        let filter = match &placement.filter {
            Some(filter) => Some(arn(&estate, Kind::Filter, filter).await?),
            None => None,
        };
        let campaign = arn(&estate, Kind::Campaign, name).await?;
        let items = match self.ask(&Question { campaign, filter }).await {
            // It is being made, or has gone: nothing that trying again soon could change.
            Err(error) if error.kind() == FaultKind::InvalidInput => {
                return Err(LoadError::Unchanged(error.to_string()));
            }
            items => items?,
        };
        let now = Timestamp::now().as_second();
        let list = popular_list(name, items, now).map_err(LoadError::Unchanged)?;
        self.lists.put(&list).await?;
        Ok(list.items.len())
    }

    async fn ask(&self, question: &Question) -> Result<Vec<String>, AwsError> {
        let answer = self
            .personalize
            .get_recommendations()
            .campaign_arn(&question.campaign)
            .set_filter_arn(question.filter.clone())
            .user_id(NOBODY)
            .num_results(ITEMS)
            .send()
            .await
            .map_err(failure("personalize:GetRecommendations"))?;
        let items = answer.item_list.unwrap_or_default();
        Ok(items.into_iter().filter_map(|item| item.item_id).collect())
    }
}

async fn arn(estate: &Estate, kind: Kind, name: &str) -> Result<String, LoadError> {
    let state = estate.operations.resource(kind, name).await?;
    state.map(|state| state.arn).ok_or_else(|| {
        LoadError::Unchanged(format!(
            "{kind} `{name}` does not exist yet; run apply-estate and retrain"
        ))
    })
}
