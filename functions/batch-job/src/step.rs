//! The step: finds the run's job, or makes it.

use aws_config::SdkConfig;
use aws_sdk_personalize::Client;
use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    aws::failure,
    campaign,
    config::BatchJob as Declared,
    environment::required,
    estate::{Estate, EstateSource},
    metrics::{self, Unit},
    resource::{describe, is_active},
    solution::is_for_experiment,
};

use crate::{
    create::Maker,
    error::BatchJobError,
    order::{Order, order},
};

/// What the version of a campaign ends in that follows its solution.
const LATEST: &str = "/$LATEST";

/// What is to be run.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    /// The declared job.
    job: String,
    /// The workflow's execution: it names the run.
    run: String,
}

/// The run's job.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    arn: String,
    kind: Kind,
    /// The prefix of its results in the data bucket.
    output: String,
}

/// The step with its clients.
pub(crate) struct BatchJob {
    source: EstateSource,
    maker: Maker,
}

impl BatchJob {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(aws: &SdkConfig) -> Result<Self, BatchJobError> {
        Ok(Self {
            source: EstateSource::from_environment(aws)?,
            maker: Maker {
                personalize: Client::new(aws),
                bucket: required("DATA_BUCKET")?,
                role: required("PERSONALIZE_ROLE_ARN")?,
            },
        })
    }

    /// Starts the run's job, or finds it. A job that failed is found too: another try is another run.
    pub(crate) async fn run(&self, event: &Event) -> Result<Answer, BatchJobError> {
        let estate = self.source.open().await?;
        let Some(declared) = estate.config.batch_job(&event.job) else {
            return Err(undeclared(&estate, &event.job));
        };
        let version = self.version(&estate, &declared.solution).await?;
        let filter = match &declared.filter {
            Some(filter) => Some(arn(&estate, Kind::Filter, filter, "apply-estate").await?),
            None => None,
        };
        let bucket = &self.maker.bucket;
        let order = order(bucket, declared, &event.run, version, filter)?;
        if !self.exists(&order).await? && self.maker.create(&order).await? {
            started(declared);
        }
        tracing::info!(job = declared.name, arn = order.arn, "batch job");
        Ok(Answer {
            arn: order.arn,
            kind: order.kind,
            output: order.output,
        })
    }

    async fn exists(&self, order: &Order) -> Result<bool, BatchJobError> {
        match describe(&self.maker.personalize, &order.arn).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The version in service, or the latest that can be asked and is not an experiment's: segments have
    /// no campaign.
    async fn version(&self, estate: &Estate, solution: &str) -> Result<String, BatchJobError> {
        if let Some(version) = self.in_service(estate, solution).await? {
            return Ok(version);
        }
        let solution_arn = arn(estate, Kind::Solution, solution, "apply-estate").await?;
        for version in self.trained(solution_arn).await? {
            if !is_for_experiment(&self.maker.personalize, &version).await? {
                return Ok(version);
            }
        }
        Err(BatchJobError::NoVersion {
            solution: solution.to_owned(),
        })
    }

    /// The versions that can be asked, the latest first.
    async fn trained(&self, solution_arn: String) -> Result<Vec<String>, BatchJobError> {
        let mut versions = self
            .maker
            .personalize
            .list_solution_versions()
            .solution_arn(solution_arn)
            .into_paginator()
            .items()
            .send();
        let mut trained = Vec::new();
        while let Some(version) = versions.next().await {
            let version = version.map_err(failure("personalize:ListSolutionVersions"))?;
            if version.status.as_deref().is_some_and(is_active) {
                let made = version.creation_date_time.map(|time| time.secs());
                trained.extend(version.solution_version_arn.map(|arn| (made, arn)));
            }
        }
        trained.sort_unstable_by(|one, other| other.cmp(one));
        Ok(trained.into_iter().map(|(_, arn)| arn).collect())
    }

    async fn in_service(
        &self,
        estate: &Estate,
        solution: &str,
    ) -> Result<Option<String>, BatchJobError> {
        let Some(declared) = estate.config.campaign_of(solution) else {
            return Ok(None);
        };
        let operations = &estate.operations;
        let Some(state) = operations.resource(Kind::Campaign, &declared.name).await? else {
            return Ok(None);
        };
        let campaign = campaign::describe(&self.maker.personalize, &state.arn).await?;
        let version = campaign.map(|campaign| campaign.solution_version_arn);
        Ok(version.filter(|version| !version.is_empty() && !version.ends_with(LATEST)))
    }
}

async fn arn(
    estate: &Estate,
    kind: Kind,
    name: &str,
    workflow: &'static str,
) -> Result<String, BatchJobError> {
    let state = estate.operations.resource(kind, name).await?;
    state
        .map(|state| state.arn)
        .ok_or_else(|| BatchJobError::NotMade {
            what: kind,
            name: name.to_owned(),
            workflow,
        })
}

fn undeclared(estate: &Estate, job: &str) -> BatchJobError {
    let names = estate.config.batch.iter().map(|job| job.name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    BatchJobError::Undeclared {
        job: job.to_owned(),
        declared: if names.is_empty() {
            "none".to_owned()
        } else {
            names
        },
    }
}

fn started(declared: &Declared) {
    let job = [("job", declared.name.as_str())];
    metrics::emit("batch-job", &job, &[("BatchJobsStarted", Unit::Count, 1.0)]);
}
