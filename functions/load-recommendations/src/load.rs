//! The function: the popular list by asking its campaign, the lists of a batch job by its files.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_personalizeruntime::Client;
use jiff::Timestamp;
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
    config::Segments,
    direct::{Access, Bucket, DynamoDb},
    environment::{self, MissingVariable},
    estate::{Estate, EstateSource},
    fault::{Fault, FaultKind},
    lists::{Lists, NOBODY, POPULAR, segment_popular_key},
    metrics::{Unit, emit},
    standby::{Standby, StandbyStore},
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
    /// The filter's placeholder and what it holds.
    value: Option<(String, String)>,
}

/// The function.
#[derive(Debug)]
pub(crate) struct LoadRecommendations {
    estate: EstateSource,
    personalize: Client,
    lists: Lists,
    loader: Loader,
    standby: StandbyStore,
}

impl LoadRecommendations {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let access = Access::new(config);
        let config = access.config();
        let s3 = aws_sdk_s3::Client::new(config);
        let bucket = environment::required("DATA_BUCKET")?;
        Ok(Self {
            estate: EstateSource::from_environment(&access)?,
            personalize: Client::new(config),
            lists: Lists::new(
                DynamoDb::new(&access),
                environment::required("LISTS_TABLE")?,
            ),
            standby: StandbyStore::new(Bucket::new(&access, bucket.clone())),
            loader: Loader { s3, bucket },
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
        let question = Question {
            campaign: arn(&estate, Kind::Campaign, name).await?,
            filter,
            value: None,
        };
        let items = match self.ask(&question).await {
            // It is being made, or has gone: nothing that trying again soon could change.
            Err(error) if error.kind() == FaultKind::InvalidInput => {
                return Err(LoadError::Unchanged(error.to_string()));
            }
            items => items?,
        };
        let now = Timestamp::now().as_second();
        let list = popular_list(POPULAR.to_owned(), name, items, now);
        let list = list.map_err(LoadError::Unchanged)?;
        self.lists.put(&list).await?;
        self.stand_by(&estate, &list.items).await?;
        let of_segments = self.load_segments(&estate, name, &question, now).await;
        Ok(list.items.len() + of_segments)
    }

    /// Keeps a copy of what requests cannot do without, for when the tables cannot be read.
    async fn stand_by(&self, estate: &Estate, popular: &[String]) -> Result<(), LoadError> {
        let arns = async |kind| -> Result<HashMap<String, String>, LoadError> {
            let states = estate.operations.resources(kind).await?;
            let arns = states.into_iter().map(|state| (state.name, state.arn));
            Ok(arns.collect())
        };
        let standby = Standby {
            popular: popular.to_vec(),
            campaigns: arns(Kind::Campaign).await?,
            recommenders: arns(Kind::Recommender).await?,
            filters: arns(Kind::Filter).await?,
        };
        Ok(self.standby.write(&standby).await?)
    }

    /// The popular lists of the segments declared. One that cannot be had stays as it is: there is the
    /// list of everybody.
    async fn load_segments(
        &self,
        estate: &Estate,
        name: &str,
        of_all: &Question,
        now: i64,
    ) -> usize {
        let mut loaded = 0;
        for (key, segments) in &estate.config.serving.segments {
            for value in &segments.values {
                let list_key = segment_popular_key(key.name(), value);
                match self.load_segment(estate, segments, value, of_all).await {
                    Ok(items) => loaded += self.put(list_key, name, items, now).await,
                    Err(error) => tracing::warn!(list_key, %error, "the list stays as it is"),
                }
            }
        }
        loaded
    }

    async fn load_segment(
        &self,
        estate: &Estate,
        segments: &Segments,
        value: &str,
        of_all: &Question,
    ) -> Result<Vec<String>, LoadError> {
        let question = Question {
            campaign: of_all.campaign.clone(),
            filter: Some(arn(estate, Kind::Filter, &segments.filter).await?),
            value: Some((segments.placeholder.clone(), format!("\"{value}\""))),
        };
        Ok(self.ask(&question).await?)
    }

    /// How many items were written.
    async fn put(&self, list_key: String, name: &str, items: Vec<String>, now: i64) -> usize {
        let list = match popular_list(list_key, name, items, now) {
            Ok(list) => list,
            Err(reason) => {
                tracing::warn!(reason, "a segment's list stays as it is");
                return 0;
            }
        };
        match self.lists.put(&list).await {
            Ok(()) => list.items.len(),
            Err(error) => {
                tracing::warn!(%error, "a segment's list stays as it is");
                0
            }
        }
    }

    async fn ask(&self, question: &Question) -> Result<Vec<String>, AwsError> {
        let answer = self
            .personalize
            .get_recommendations()
            .campaign_arn(&question.campaign)
            .set_filter_arn(question.filter.clone())
            .set_filter_values(question.value.clone().map(|value| HashMap::from([value])))
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
