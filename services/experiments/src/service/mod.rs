//! What can be asked of the service, whoever asks: the API's handlers and the worker's steps end here.

mod read;
mod traffic;

use experiment::definition::Definitions;
use shared::{
    estate::EstateSource,
    metrics::{self, Unit},
};

pub(crate) use read::View;

use crate::{
    announce::Announcer,
    clock,
    definition::{
        define::Request,
        fits,
        lifecycle::{self, Step},
    },
    error::ServiceError,
    store::{DefinitionsStore, Objects, Records},
};

/// The name in metrics and logs.
pub(crate) const NAME: &str = "experiments";

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) definitions: DefinitionsStore,
    pub(crate) records: Records,
    pub(crate) objects: Objects,
    pub(crate) estate: EstateSource,
    pub(crate) announcer: Announcer,
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
