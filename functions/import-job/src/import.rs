//! The step: looks for the run's job, and makes it when it is not there.

use aws_sdk_personalize::{
    Client,
    types::{DataSource, ImportMode},
};
use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    aws::{self, failure},
    config::DatasetType,
    environment::required,
    estate::{Estate, EstateSource},
    metrics::{self, Unit},
    resource::{Description, describe},
};

use crate::{error::ImportError, name};

/// What Personalize says of every job it has just taken.
const FIRST_STATUS: &str = "CREATE PENDING";

/// What is to be imported.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    dataset: DatasetType,
    /// A folder (ending in `/`) or a key in the data bucket.
    location: String,
    import_mode: Mode,
    /// The workflow's execution: it names the job.
    run: String,
}

/// What becomes of the rows imported before.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Mode {
    /// They are replaced.
    Full,
    /// They stay.
    Incremental,
}

/// The run's job.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    arn: String,
    status: String,
    dataset: DatasetType,
}

/// The step with its clients.
pub(crate) struct ImportJob {
    personalize: Client,
    source: EstateSource,
    bucket: String,
    role: String,
}

impl ImportJob {
    /// Makes the clients.
    ///
    /// # Errors
    /// When a variable is missing.
    pub(crate) async fn from_environment() -> Result<Self, ImportError> {
        let sdk = aws::for_workflows().await;
        Ok(Self {
            personalize: Client::new(&sdk),
            source: EstateSource::from_environment(&sdk)?,
            bucket: required("DATA_BUCKET")?,
            role: required("PERSONALIZE_ROLE_ARN")?,
        })
    }

    /// Starts the run's import, or finds it. A job that failed is found too: another try is
    /// another run.
    ///
    /// # Errors
    /// When the dataset is not there, or Personalize does not take the job.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, ImportError> {
        if event.location.is_empty() || event.location.starts_with('/') {
            let location = event.location;
            return Err(ImportError::Location { location });
        }
        let estate = self.source.open().await?;
        let job = Job::named(&estate, event.dataset, &event.run).await?;
        let (arn, status) = match self.find(&job.arn).await? {
            Some(found) => (job.arn, found.status),
            None => self.create(job, &event).await?,
        };
        tracing::info!(dataset = event.dataset.name(), arn, status, "import job");
        Ok(Answer {
            arn,
            status,
            dataset: event.dataset,
        })
    }

    async fn find(&self, arn: &str) -> Result<Option<Description>, ImportError> {
        match describe(&self.personalize, arn).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn create(&self, job: Job, event: &Event) -> Result<(String, String), ImportError> {
        let location = format!("s3://{}/{}", self.bucket, event.location);
        let answer = self
            .personalize
            .create_dataset_import_job()
            .job_name(&job.name)
            .dataset_arn(job.dataset_arn)
            .data_source(DataSource::builder().data_location(location).build())
            .role_arn(&self.role)
            .import_mode(match event.import_mode {
                Mode::Full => ImportMode::Full,
                Mode::Incremental => ImportMode::Incremental,
            })
            .publish_attribution_metrics_to_s3(false)
            .send()
            .await
            .map_err(failure("personalize:CreateDatasetImportJob"));
        match answer {
            Ok(answer) => {
                let dimensions = [("dataset", event.dataset.name())];
                metrics::emit(
                    "import-job",
                    &dimensions,
                    &[("ImportsStarted", Unit::Count, 1.0)],
                );
                let arn = answer.dataset_import_job_arn;
                let arn = arn.ok_or(ImportError::NoArn { job: job.name })?;
                Ok((arn, FIRST_STATUS.to_owned()))
            }
            // The same run, invoked twice at once, or an answer that was lost on its way.
            Err(error) if error.already_exists() => {
                let found = describe(&self.personalize, &job.arn).await?;
                Ok((job.arn, found.status))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A run's job, made or not.
struct Job {
    name: String,
    arn: String,
    dataset_arn: String,
}

impl Job {
    async fn named(estate: &Estate, of: DatasetType, run: &str) -> Result<Self, ImportError> {
        let config = &estate.config;
        let Some(declared) = config.datasets.get(of) else {
            return Err(ImportError::Undeclared {
                estate: config.estate.clone(),
                dataset: of.name(),
            });
        };
        let state = estate
            .operations
            .resource(Kind::Dataset, &declared.name)
            .await?;
        let Some(state) = state else {
            return Err(ImportError::NotApplied {
                estate: config.estate.clone(),
                dataset: declared.name.clone(),
            });
        };
        let name = name::of_job(of.name(), run);
        match name::arn_of_job(&state.arn, &name) {
            Some(arn) => Ok(Self {
                name,
                arn,
                dataset_arn: state.arn,
            }),
            None => Err(ImportError::StoredArn {
                estate: config.estate.clone(),
                dataset: declared.name.clone(),
                arn: state.arn,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_workflow_s_event_is_understood_and_an_unknown_mode_is_not() {
        let event = |mode: &str| {
            serde_json::from_value::<Event>(json!({
                "dataset": "items", "location": "datasets/full/items/", "importMode": mode, "run": "r"
            }))
        };
        assert!(matches!(event("FULL").unwrap().import_mode, Mode::Full));
        assert!(matches!(
            event("INCREMENTAL").unwrap().import_mode,
            Mode::Incremental
        ));
        assert!(
            event("PARTIAL")
                .unwrap_err()
                .to_string()
                .contains("INCREMENTAL")
        );
    }
}
