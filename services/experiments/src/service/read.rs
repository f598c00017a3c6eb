//! What is known: definitions, what happened, results.

use experiment::definition::{Definitions, Status};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};

use super::Service;
use crate::{
    analysis::{hold_out::HoldOutResults, results::Results},
    error::ServiceError,
    store::record::{Record, Stage},
};

/// How many records are read at a time.
const AT_A_TIME: usize = 8;
/// Where results of the hold-out are kept; those of experiments are in folders of their own.
const HOLD_OUT_KEY: &str = "experiments/hold-out.json";

/// An experiment as it is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    /// Its definition.
    #[serde(flatten)]
    pub(crate) experiment: experiment::Experiment,
    /// Models and what happened.
    #[serde(flatten)]
    pub(crate) record: Record,
}

impl Service {
    /// All experiments, in the order of their definitions.
    pub(crate) async fn views(&self) -> Result<Vec<View>, ServiceError> {
        let experiments = self.all().await?.experiments;
        let views = experiments.into_iter().map(|experiment| async move {
            let record = self.records.get(&experiment.id).await?;
            Ok(View { experiment, record })
        });
        stream::iter(views).buffered(AT_A_TIME).try_collect().await
    }

    /// All definitions.
    pub(crate) async fn all(&self) -> Result<Definitions, ServiceError> {
        Ok(self.definitions.read().await?.definitions)
    }

    /// One experiment.
    pub(crate) async fn view(&self, id: &str) -> Result<View, ServiceError> {
        let definitions = self.all().await?;
        let known = definitions.experiments.into_iter().find(|one| one.id == id);
        let experiment = known.ok_or_else(|| ServiceError::Unknown(id.to_owned()))?;
        let record = self.records.get(id).await?;
        Ok(View { experiment, record })
    }

    /// What is known of an experiment.
    ///
    /// # Errors
    /// [`ServiceError::NoResults`] before the first analysis.
    pub(crate) async fn results(&self, id: &str) -> Result<(View, Results), ServiceError> {
        let view = self.view(id).await?;
        let results = self.kept_results(id).await?;
        let results = results.ok_or_else(|| ServiceError::NoResults(id.to_owned()))?;
        Ok((view, results))
    }

    /// The results that were kept last.
    pub(crate) async fn kept_results(&self, id: &str) -> Result<Option<Results>, ServiceError> {
        self.kept(&results_key(id)).await
    }

    /// Keeps results.
    pub(crate) async fn keep_results(&self, results: &Results) -> Result<(), ServiceError> {
        self.keep(&results_key(&results.experiment.id), results)
            .await
    }

    /// What is known of the hold-out.
    ///
    /// # Errors
    /// [`ServiceError::NoHoldOutResults`] before the first analysis.
    pub(crate) async fn hold_out_results(&self) -> Result<HoldOutResults, ServiceError> {
        let kept = self.kept_hold_out_results().await?;
        kept.ok_or(ServiceError::NoHoldOutResults)
    }

    /// What was known of the hold-out last.
    pub(crate) async fn kept_hold_out_results(
        &self,
    ) -> Result<Option<HoldOutResults>, ServiceError> {
        self.kept(HOLD_OUT_KEY).await
    }

    /// Keeps what is known of the hold-out.
    pub(crate) async fn keep_hold_out_results(
        &self,
        results: &HoldOutResults,
    ) -> Result<(), ServiceError> {
        self.keep(HOLD_OUT_KEY, results).await
    }

    async fn kept<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ServiceError> {
        let content = self.objects.get(key).await?;
        let read = content.map(|content| serde_json::from_slice(&content));
        read.transpose().map_err(|error| shape(key, &error))
    }

    async fn keep<T: Serialize>(&self, key: &str, value: &T) -> Result<(), ServiceError> {
        let content = serde_json::to_vec(value).map_err(|error| shape(key, &error))?;
        self.objects.put(key, "application/json", content).await
    }
}

impl View {
    /// How to keep the winner's campaign, when we made it: a text for the report.
    pub(crate) fn winner_note(&self) -> Option<String> {
        let Status::Decided { winner } = &self.experiment.status else {
            return None;
        };
        let mut models = self.record.models.iter();
        let model =
            models.find(|model| model.wanted.arm == *winner && model.stage == Stage::Ready)?;
        Some(format!(
            "The campaign {0} was made for this experiment. To keep it, declare it in config/personalization.yaml under campaigns as {{ name: {0}, solution: {1}, minProvisionedTPS: {2} }}, name it in the placement, and run `estate -- adopt`.",
            model.wanted.campaign, model.wanted.solution, model.wanted.min_provisioned_tps
        ))
    }
}

fn results_key(id: &str) -> String {
    format!("experiments/{id}/results.json")
}

fn shape(key: &str, error: &serde_json::Error) -> ServiceError {
    ServiceError::Shape {
        place: key.to_owned(),
        message: error.to_string(),
    }
}
