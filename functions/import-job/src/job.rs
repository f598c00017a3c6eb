//! Import jobs of Personalize: one a run and dataset, found by its name instead of made twice.

use aws_sdk_personalize::{Client, types::DataSource};
use shared::{
    aws::failure,
    config::{DatasetType, EstateConfig},
    job,
    operations::ImportMode,
    resource::describe,
};

use crate::{
    error::ImportError,
    step::{Event, count},
};

/// What Personalize says of every job it has just taken.
const FIRST_STATUS: &str = "CREATE PENDING";

/// A run's job, made or not.
#[derive(Debug)]
pub(crate) struct Job {
    name: String,
    /// Its ARN, once it is made.
    pub(crate) arn: String,
    /// The dataset it imports into.
    pub(crate) dataset_arn: String,
    /// Whether a metric attribution wants reports of what the import led to.
    reports: bool,
}

impl Job {
    /// The job of `run` beside the dataset; `None` when `dataset_arn` is no dataset's ARN.
    pub(crate) fn of_run(dataset: DatasetType, run: &str, dataset_arn: &str) -> Option<Self> {
        let name = job::name(dataset.name(), run);
        Some(Self {
            arn: job::arn_beside(dataset_arn, "dataset-import-job", &name)?,
            dataset_arn: dataset_arn.to_owned(),
            name,
            reports: false,
        })
    }

    /// The same with reports, if `config` wants them of its interactions.
    pub(crate) fn reported(mut self, config: &EstateConfig, dataset: DatasetType) -> Self {
        let attribution = config.metric_attribution.as_ref();
        let wanted = attribution.is_some_and(|attribution| attribution.reports.is_some());
        self.reports = wanted && dataset == DatasetType::Interactions;
        self
    }
}

/// Makes and finds jobs.
pub(crate) struct Jobs {
    /// The service.
    pub(crate) personalize: Client,
    /// The data bucket.
    pub(crate) bucket: String,
    /// The role that Personalize reads the bucket with.
    pub(crate) role: String,
}

impl Jobs {
    /// The job's status, when it is there.
    ///
    /// # Errors
    /// When Personalize does not answer.
    pub(crate) async fn find(&self, job: &Job) -> Result<Option<String>, ImportError> {
        match describe(&self.personalize, &job.arn).await {
            Ok(found) => Ok(Some(found.status)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the job; its status.
    ///
    /// # Errors
    /// When Personalize does not take it.
    pub(crate) async fn create(&self, job: &Job, event: &Event) -> Result<String, ImportError> {
        let location = format!("s3://{}/{}", self.bucket, event.location);
        let answer = self
            .personalize
            .create_dataset_import_job()
            .job_name(&job.name)
            .dataset_arn(&job.dataset_arn)
            .data_source(DataSource::builder().data_location(location).build())
            .role_arn(&self.role)
            .import_mode(match event.import_mode {
                ImportMode::Full => aws_sdk_personalize::types::ImportMode::Full,
                ImportMode::Incremental => aws_sdk_personalize::types::ImportMode::Incremental,
            })
            .publish_attribution_metrics_to_s3(job.reports)
            .send()
            .await
            .map_err(failure("personalize:CreateDatasetImportJob"));
        match answer {
            Ok(_) => {
                count(event.dataset, "ImportsStarted");
                Ok(FIRST_STATUS.to_owned())
            }
            // The same run, invoked twice at once, or an answer that was lost on its way.
            Err(error) if error.already_exists() => {
                Ok(describe(&self.personalize, &job.arn).await?.status)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Epoch seconds when the job's dataset was made.
    ///
    /// # Errors
    /// When Personalize does not answer.
    pub(crate) async fn dataset_made_at(&self, job: &Job) -> Result<Option<i64>, ImportError> {
        let answer = self
            .personalize
            .describe_dataset()
            .dataset_arn(&job.dataset_arn)
            .send()
            .await
            .map_err(failure("personalize:DescribeDataset"))?;
        let made_at = answer.dataset.and_then(|found| found.creation_date_time);
        Ok(made_at.map(|time| time.secs()))
    }
}
