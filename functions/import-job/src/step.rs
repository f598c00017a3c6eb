//! The step: finds the run's import or starts it, and remembers it once it has succeeded.
//!
//! Every call looks at what is there and does what is next, so that a run may be taken up anywhere.

use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    aws,
    config::{Dataset, DatasetType},
    environment::required,
    estate::{Estate, EstateSource},
    metrics::{self, Unit},
    operations::{GoodCheck, GoodImport, ImportMode},
    resource::is_active,
};

use crate::{
    covered,
    error::ImportError,
    job::{Job, Jobs},
    rows::{self, Rows},
    skip::{self, Known},
};

/// What is to be imported.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// Into which dataset.
    pub(crate) dataset: DatasetType,
    /// A folder (ending in `/`) or a key in the data bucket.
    pub(crate) location: String,
    /// FULL when absent.
    #[serde(default)]
    pub(crate) import_mode: ImportMode,
    /// Whether to import what need not be.
    #[serde(default)]
    pub(crate) force: bool,
    /// The workflow's execution: it names the job.
    pub(crate) run: String,
}

/// How far the run's import is.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    dataset: DatasetType,
    /// The job to wait for; rows that are sent one by one have none.
    arn: Option<String>,
    status: String,
    /// Whether there is nothing left to do or to wait for.
    done: bool,
    /// Why nothing was imported although nothing is wrong.
    skipped: Option<String>,
    /// Rows sent one by one that Personalize did not take.
    refused: u64,
}

/// The step with its clients.
pub(crate) struct ImportJob {
    jobs: Jobs,
    rows: Rows,
    source: EstateSource,
}

impl ImportJob {
    /// Makes the clients.
    ///
    /// # Errors
    /// When a variable is missing.
    pub(crate) async fn from_environment() -> Result<Self, ImportError> {
        let sdk = aws::for_workflows().await;
        let bucket = required("DATA_BUCKET")?;
        Ok(Self {
            jobs: Jobs {
                personalize: aws_sdk_personalize::Client::new(&sdk),
                bucket: bucket.clone(),
                role: required("PERSONALIZE_ROLE_ARN")?,
            },
            rows: Rows {
                personalize: aws_sdk_personalizeevents::Client::new(&sdk),
                s3: aws_sdk_s3::Client::new(&sdk),
                bucket,
            },
            source: EstateSource::from_environment(&sdk)?,
        })
    }

    /// Brings the run's import forward. A job that failed is found too: another try is another run.
    ///
    /// # Errors
    /// When the dataset is not there, or Personalize does not take job or rows.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, ImportError> {
        if event.location.is_empty() || event.location.starts_with('/') {
            let location = event.location;
            return Err(ImportError::Location { location });
        }
        let estate = self.source.open().await?;
        let declared = declared(&estate, event.dataset)?;
        let job = job(&estate, declared, &event).await?;
        let (dataset, mode) = (event.dataset, event.import_mode);
        // A check of another run says nothing of these objects.
        let check = estate.operations.good_check_of(dataset, mode).await?;
        let check = check.filter(|check| check.run == event.run);
        let answer = match self.jobs.find(&job).await? {
            Some(status) => {
                if is_active(&status) {
                    remember(&estate, &event, check).await?;
                }
                event.job(job.arn, status)
            }
            None => self.begin(&estate, declared, job, &event, check).await?,
        };
        tracing::info!(
            dataset = dataset.name(),
            arn = answer.arn,
            status = answer.status,
            skipped = answer.skipped,
            "import"
        );
        Ok(answer)
    }

    async fn begin(
        &self,
        estate: &Estate,
        declared: &Dataset,
        job: Job,
        event: &Event,
        check: Option<GoodCheck>,
    ) -> Result<Answer, ImportError> {
        let last = estate
            .operations
            .good_import(event.dataset, event.import_mode)
            .await?;
        if let Some(last) = last {
            if last.run == event.run {
                return Ok(event.finished(0));
            }
            if !event.force
                && let Some(why) = self
                    .skip(declared, &job, event, check.as_ref(), &last)
                    .await?
            {
                return Ok(event.skipped(why));
            }
        }
        match check {
            Some(check) if rows::are_few(event.dataset, event.import_mode, check.rows) => {
                self.send_rows(estate, declared, &job, event, check).await
            }
            _ => {
                let status = self.jobs.create(&job, event).await?;
                Ok(event.job(job.arn, status))
            }
        }
    }

    async fn skip(
        &self,
        declared: &Dataset,
        job: &Job,
        event: &Event,
        check: Option<&GoodCheck>,
        last: &GoodImport,
    ) -> Result<Option<String>, ImportError> {
        let known = Known {
            mode: event.import_mode,
            max_age: declared.max_age,
            fingerprint: check.map_or("", |check| check.fingerprint.as_str()),
            last,
            now: now(),
        };
        let Some(why) = skip::reason(&known) else {
            return Ok(None);
        };
        // A dataset made after the last import has nothing of it.
        let made_at = self.jobs.dataset_made_at(job).await?;
        if made_at.is_some_and(|made_at| made_at > last.imported_at) {
            return Ok(None);
        }
        count(event.dataset, "ImportsSkipped");
        Ok(Some(why))
    }

    async fn send_rows(
        &self,
        estate: &Estate,
        declared: &Dataset,
        job: &Job,
        event: &Event,
        check: GoodCheck,
    ) -> Result<Answer, ImportError> {
        let sent = self
            .rows
            .send(estate, declared, &job.dataset_arn, event)
            .await?;
        if !sent.done {
            return Ok(event.sending(sent.progress.refused));
        }
        remember(estate, event, Some(check)).await?;
        Ok(event.finished(sent.progress.refused))
    }
}

impl Event {
    fn job(&self, arn: String, status: String) -> Answer {
        Answer {
            arn: Some(arn),
            done: is_active(&status),
            status,
            ..self.finished(0)
        }
    }

    fn finished(&self, refused: u64) -> Answer {
        Answer {
            dataset: self.dataset,
            arn: None,
            status: "ACTIVE".to_owned(),
            done: true,
            skipped: None,
            refused,
        }
    }

    fn sending(&self, refused: u64) -> Answer {
        Answer {
            status: "CREATE IN_PROGRESS".to_owned(),
            done: false,
            ..self.finished(refused)
        }
    }

    fn skipped(&self, why: String) -> Answer {
        Answer {
            skipped: Some(why),
            ..self.finished(0)
        }
    }
}

/// Keeps what was imported: the next check and the next import are compared with it.
async fn remember(
    estate: &Estate,
    event: &Event,
    check: Option<GoodCheck>,
) -> Result<(), ImportError> {
    let operations = &estate.operations;
    let (dataset, mode) = (event.dataset, event.import_mode);
    let last = operations.good_import(dataset, mode).await?;
    if last.is_some_and(|last| last.run == event.run) {
        return Ok(());
    }
    covered::remember(operations, event).await?;
    let check = check.unwrap_or_default();
    let import = GoodImport {
        run: event.run.clone(),
        imported_at: now(),
        rows: check.rows,
        event_mix: check.event_mix,
        fingerprint: check.fingerprint,
        objects: check.objects,
    };
    operations.put_good_import(dataset, mode, &import).await?;
    Ok(())
}

fn declared(estate: &Estate, dataset: DatasetType) -> Result<&Dataset, ImportError> {
    let config = &estate.config;
    let declared = config.datasets.get(dataset);
    declared.ok_or_else(|| ImportError::Undeclared {
        estate: config.estate.clone(),
        dataset: dataset.name(),
    })
}

async fn job(estate: &Estate, declared: &Dataset, event: &Event) -> Result<Job, ImportError> {
    let state = estate
        .operations
        .resource(Kind::Dataset, &declared.name)
        .await?;
    let Some(state) = state else {
        return Err(ImportError::NotApplied {
            estate: estate.config.estate.clone(),
            dataset: declared.name.clone(),
        });
    };
    let job = Job::of_run(event.dataset, &event.run, &state.arn);
    let job = job.map(|job| job.reported(&estate.config, event.dataset));
    job.ok_or_else(|| ImportError::StoredArn {
        estate: estate.config.estate.clone(),
        dataset: declared.name.clone(),
        arn: state.arn,
    })
}

/// Counts one of `what` for the dataset.
pub(crate) fn count(dataset: DatasetType, what: &'static str) {
    let dimensions = [("dataset", dataset.name())];
    metrics::emit("import-job", &dimensions, &[(what, Unit::Count, 1.0)]);
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(more: &serde_json::Value) -> Result<Event, serde_json::Error> {
        let mut event = json!({"dataset": "items", "location": "datasets/full/items/", "run": "r"});
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        serde_json::from_value(event)
    }

    #[test]
    fn the_workflow_s_event_is_understood_and_an_unknown_mode_is_not() {
        assert_eq!(event(&json!({})).unwrap().import_mode, ImportMode::Full);
        let incremental = event(&json!({"importMode": "INCREMENTAL", "force": true})).unwrap();
        assert!(incremental.force && incremental.import_mode == ImportMode::Incremental);
        let refused = event(&json!({"importMode": "PARTIAL"})).unwrap_err();
        assert!(refused.to_string().contains("INCREMENTAL"));
    }

    #[test]
    fn only_an_active_job_is_done() {
        let event = event(&json!({})).unwrap();
        let done = |status: &str| event.job("arn".to_owned(), status.to_owned()).done;
        assert!(done("ACTIVE") && !done("CREATE PENDING") && !done("CREATE FAILED"));
        assert!(!event.sending(0).done && event.skipped("unchanged".to_owned()).done);
    }
}
