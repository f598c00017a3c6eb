//! What can be asked of the service, whoever asks: the API's handlers and the worker's steps end here.

use experiment::definition::{Definitions, HoldOut, Layer, Status};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use shared::{
    estate::EstateSource,
    metrics::{self, Unit},
};

use crate::{
    analysis::results::Results,
    announce::Announcer,
    clock,
    definition::{
        define::Request,
        fits,
        lifecycle::{self, Step},
    },
    error::ServiceError,
    store::{
        DefinitionsStore, Objects, Records,
        record::{Record, Stage},
    },
};

/// The name in metrics and logs.
pub(crate) const NAME: &str = "experiments";

/// How many records are read at a time.
const AT_A_TIME: usize = 8;

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) definitions: DefinitionsStore,
    pub(crate) records: Records,
    pub(crate) objects: Objects,
    pub(crate) estate: EstateSource,
    pub(crate) announcer: Announcer,
}

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
    /// Keeps a draft.
    ///
    /// # Errors
    /// When it contradicts itself, others or the estate.
    pub(crate) async fn define(&self, request: Request) -> Result<View, ServiceError> {
        let estate = self.estate.open().await?.config;
        let now = clock::now();
        let id = request.id.clone();
        let made = self.records.get(&id).await?;
        let define = |definitions: &mut Definitions| {
            let wanted = request.clone().apply(definitions)?;
            made.may_want(&wanted)?;
            let problems = fits::problems(definitions, &id, &wanted, &estate);
            match problems.is_empty() {
                true => Ok(wanted),
                false => Err(ServiceError::Unsound(problems)),
            }
        };
        let (wanted, _) = self.definitions.change(now, define).await?;
        self.records
            .change(&id, |record| record.want(wanted.clone()))
            .await?;
        self.view(&id).await
    }

    /// Takes a step of the experiment's life.
    ///
    /// # Errors
    /// When it cannot be taken from where the experiment is.
    pub(crate) async fn step(&self, id: &str, step: &Step) -> Result<View, ServiceError> {
        let now = clock::now();
        let before = self.view(id).await?.experiment;
        let take = |definitions: &mut Definitions| {
            let known = definitions.experiments.iter_mut().find(|one| one.id == id);
            let known = known.ok_or_else(|| ServiceError::Unknown(id.to_owned()))?;
            lifecycle::take(known, step, now)
        };
        self.definitions.change(now, take).await?;
        let after = self.view(id).await?;
        if before.status != after.experiment.status || before.ramp != after.experiment.ramp {
            let status = lifecycle::name(&after.experiment.status);
            let text = format!("{status}, with a ramp of {}", after.experiment.ramp);
            self.happened(id, status, &text).await?;
        }
        self.view(id).await
    }

    /// Starts the experiment; with models that are missing it is creating first.
    ///
    /// # Errors
    /// When the estate no longer has what its arms name, and as [`step`](Self::step).
    pub(crate) async fn start(&self, id: &str) -> Result<View, ServiceError> {
        let record = self.records.get(id).await?;
        let estate = self.estate.open().await?.config;
        let wanted: Vec<_> = record
            .models
            .iter()
            .map(|model| model.wanted.clone())
            .collect();
        let problems = fits::problems(&self.all().await?, id, &wanted, &estate);
        if !problems.is_empty() {
            return Err(ServiceError::Unsound(problems));
        }
        let ready = record.is_ready();
        self.step(id, &Step::Start { ready }).await
    }

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
        let key = results_key(id);
        let content = self.objects.get(&key).await?;
        let read = content.map(|content| serde_json::from_slice(&content));
        read.transpose().map_err(|error| ServiceError::Shape {
            place: key,
            message: error.to_string(),
        })
    }

    /// Keeps results.
    pub(crate) async fn keep_results(&self, results: &Results) -> Result<(), ServiceError> {
        let key = results_key(&results.experiment.id);
        let content = serde_json::to_vec(results).map_err(|error| ServiceError::Shape {
            place: key.clone(),
            message: error.to_string(),
        })?;
        self.objects.put(&key, "application/json", content).await
    }

    /// Sets who sees no experiment; none is nobody.
    ///
    /// # Errors
    /// When another salt would move everybody while experiments run.
    pub(crate) async fn hold_out(&self, to: Option<HoldOut>) -> Result<(), ServiceError> {
        let change = |definitions: &mut Definitions| {
            let salt = |hold_out: &Option<HoldOut>| hold_out.as_ref().map(|one| one.salt.clone());
            let moves = definitions.hold_out.is_some() && salt(&definitions.hold_out) != salt(&to);
            if moves && definitions.experiments.iter().any(runs) {
                return Err(ServiceError::NotNow(
                    "another salt holds out other units, while experiments run: change the share, or end them first".to_owned(),
                ));
            }
            definitions.hold_out.clone_from(&to);
            Ok(())
        };
        self.definitions.change(clock::now(), change).await?;
        Ok(())
    }

    /// Sets the layers.
    ///
    /// # Errors
    /// When one that experiments use would go, or get another salt.
    pub(crate) async fn layers(&self, to: &[Layer]) -> Result<(), ServiceError> {
        let change = |definitions: &mut Definitions| {
            let moved = definitions.layers.iter().find(|layer| {
                let used = |one: &experiment::Experiment| one.layer == layer.name && runs(one);
                definitions.experiments.iter().any(used) && !to.contains(layer)
            });
            if let Some(layer) = moved {
                return Err(ServiceError::NotNow(format!(
                    "layer {:?} has experiments that run: leave it and its salt as they are",
                    layer.name
                )));
            }
            definitions.layers = to.to_vec();
            Ok(())
        };
        self.definitions.change(clock::now(), change).await?;
        Ok(())
    }

    /// Remembers what happened to an experiment, tells it, and counts it.
    pub(crate) async fn happened(
        &self,
        id: &str,
        status: &str,
        text: &str,
    ) -> Result<(), ServiceError> {
        tracing::info!(experiment = id, status, text, "an experiment changed");
        self.records.happened(id, clock::now(), text).await?;
        self.announcer.tell(id, status, text).await;
        let data = [("StateChanges", Unit::Count, 1.0)];
        metrics::emit(NAME, &[("status", status)], &data);
        Ok(())
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

fn runs(experiment: &experiment::Experiment) -> bool {
    matches!(
        experiment.status,
        Status::Creating | Status::Running | Status::Paused
    )
}

fn results_key(id: &str) -> String {
    format!("experiments/{id}/results.json")
}
