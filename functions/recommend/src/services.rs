//! The outside world of a request, as the ladder sees it, and AWS behind it.

use aws_config::SdkConfig;
use shared::{
    aws::AwsError,
    environment::{self, MissingVariable},
    fault::{Fault, FaultKind},
    lists::{Lists, ListsError, POPULAR},
};

use crate::{answer::Products, catalog::Catalog, personalize::Personalize, question::Question};

/// What Personalize predicts for one question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prediction {
    /// Its id, to be sent back with what follows from it.
    pub(crate) recommendation_id: Option<String>,
    /// Best first.
    pub(crate) items: Vec<PredictedItem>,
}

/// One predicted item.
#[derive(Debug, Clone)]
pub(crate) struct PredictedItem {
    /// The item's id.
    pub(crate) id: String,
    /// The model's score; placeholders have none.
    pub(crate) score: Option<f64>,
    /// Why, when Personalize says so.
    pub(crate) reasons: Vec<String>,
}

/// Why a rung of the ladder gave nothing. The values of the metric dimension `cause`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// No answer in time, or no connection.
    Timeout,
    /// Throttled, or failing on its side.
    Busy,
    /// It does not take the question.
    Refused,
    /// It has nothing to show.
    Empty,
    /// The campaign or filter does not exist yet.
    NotThere,
    /// The shop does not say who looks.
    NobodyNamed,
}

impl Cause {
    /// The name in metrics and logs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Timeout => "Timeout",
            Self::Busy => "Busy",
            Self::Refused => "Refused",
            Self::Empty => "Empty",
            Self::NotThere => "NotThere",
            Self::NobodyNamed => "NobodyNamed",
        }
    }
}

impl From<&AwsError> for Cause {
    fn from(error: &AwsError) -> Self {
        match (error.code(), error.kind()) {
            ("Timeout" | "NoConnection", _) => Self::Timeout,
            (_, FaultKind::Retryable | FaultKind::Conflict) => Self::Busy,
            _ => Self::Refused,
        }
    }
}

/// What a request needs of other services. Implementations log what went wrong.
pub(crate) trait Services {
    /// Personalize's answer to one question.
    async fn predict(&self, question: &Question) -> Result<Prediction, Cause>;
    /// The ids of the popular list, best first; empty when there is none.
    async fn popular(&self) -> Result<Vec<String>, Cause>;
    /// The products of `ids` that the catalogue has; without those that could not be read.
    async fn products(&self, ids: &[&str]) -> Products;
}

/// AWS.
#[derive(Debug)]
pub(crate) struct Aws {
    personalize: Personalize,
    lists: Lists,
    catalog: Catalog,
}

impl Aws {
    /// Reads the tables' names from the environment.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let dynamodb = aws_sdk_dynamodb::Client::new(config);
        Ok(Self {
            personalize: Personalize::new(config),
            lists: Lists::new(dynamodb.clone(), environment::required("LISTS_TABLE")?),
            catalog: Catalog::new(dynamodb, environment::required("CATALOG_TABLE")?),
        })
    }
}

impl Services for Aws {
    async fn predict(&self, question: &Question) -> Result<Prediction, Cause> {
        self.personalize.predict(question).await.map_err(|error| {
            tracing::warn!(%error, campaign = question.campaign, "Personalize did not answer");
            Cause::from(&error)
        })
    }

    async fn popular(&self) -> Result<Vec<String>, Cause> {
        match self.lists.get(POPULAR).await {
            Ok(list) => Ok(list.map(|list| list.items).unwrap_or_default()),
            Err(error) => {
                tracing::warn!(%error, "the popular list was not readable");
                Err(match &error {
                    ListsError::Aws(error) => Cause::from(error),
                    ListsError::Batch(_) | ListsError::Shape { .. } => Cause::Refused,
                })
            }
        }
    }

    async fn products(&self, ids: &[&str]) -> Products {
        self.catalog.products(ids).await
    }
}
