//! The step: finds out what is to be read, and whether anything is.

use std::time::Instant;

use serde::Deserialize;
use shared::{
    aws,
    config::DatasetType,
    environment::required,
    estate::{Estate, EstateSource},
    operations::ImportMode,
};

use crate::{
    check::Check,
    columns::Columns,
    error::CheckError,
    objects::Bucket,
    report,
    results::{self, Answer},
    source::{self, Source},
};

/// The longest name of a run: a workflow's execution has 80 characters at most.
const MAX_RUN: usize = 100;

/// What is to be checked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    dataset: DatasetType,
    /// A folder (ending in `/`) or a key in the data bucket; the configuration's when absent.
    location: Option<String>,
    /// FULL when absent.
    #[serde(default)]
    import_mode: ImportMode,
    /// Whether objects that were imported already are read again.
    #[serde(default)]
    force: bool,
    /// The workflow's execution: it names the report.
    run: String,
}

/// The step with its clients.
pub(crate) struct CheckData {
    bucket: Bucket,
    source: EstateSource,
}

impl CheckData {
    /// Makes the clients.
    ///
    /// # Errors
    /// When a variable is missing.
    pub(crate) async fn from_environment() -> Result<Self, CheckError> {
        let sdk = aws::for_workflows().await;
        Ok(Self {
            bucket: Bucket {
                client: aws_sdk_s3::Client::new(&sdk),
                name: required("DATA_BUCKET")?,
            },
            source: EstateSource::from_environment(&sdk)?,
        })
    }

    /// Checks one dataset.
    ///
    /// # Errors
    /// When it cannot be read or the results cannot be stored. Data that is not good is no error.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, CheckError> {
        let started = Instant::now();
        check_run(&event.run)?;
        let estate = self.source.open().await?;
        let (dataset, mode) = (event.dataset, event.import_mode);
        let (columns, declared) = declared(&estate, dataset, mode)?;
        let Some(location) = event.location.or(declared) else {
            let why = "it has no incrementalLocation in the configuration";
            return Ok(Answer::nothing_to_do(dataset, mode, why));
        };
        let last = estate.operations.good_import(dataset, mode).await?;
        let listed = self.bucket.list(&location).await?;
        let imported = last.as_ref().filter(|_| !event.force);
        let source =
            Source::of(listed, mode, imported).map_err(|problem| CheckError::TooManyObjects {
                location: location.clone(),
                problem,
            })?;
        if mode == ImportMode::Incremental && source.objects.is_empty() {
            let why = format!("there is nothing in {location} that was not imported");
            return Ok(Answer::nothing_to_do(dataset, mode, why));
        }
        let check = Check {
            bucket: &self.bucket,
            estate: &estate,
            columns,
            dataset,
            mode,
            run: event.run,
            location,
            source,
            last,
            now: report::now(),
        };
        let (answer, report) = check.perform().await?;
        results::emit(&report, started);
        Ok(answer)
    }
}

/// The columns and the location that the configuration declares for `dataset`.
fn declared(
    estate: &Estate,
    dataset: DatasetType,
    mode: ImportMode,
) -> Result<(Columns, Option<String>), CheckError> {
    let config = &estate.config;
    let found = config.datasets.get(dataset);
    let schema = found.and_then(|found| config.schema_of(found));
    match (found, schema) {
        (Some(found), Some(schema)) => {
            let location = source::location(found, mode).map(str::to_owned);
            Ok((Columns::of(dataset, schema), location))
        }
        _ => Err(CheckError::Undeclared {
            estate: config.estate.clone(),
            dataset: dataset.name(),
        }),
    }
}

/// A run's name becomes part of keys: it is a name and no path.
fn check_run(run: &str) -> Result<(), CheckError> {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=MAX_RUN).contains(&run.len()) && run.chars().all(of_a_name) {
        return Ok(());
    }
    Err(CheckError::Run {
        run: run.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_a_name_and_no_path() {
        assert!(check_run("3f2a-demo_1").is_ok());
        for wrong in ["", "../items/x", "a/b", "a b", &"x".repeat(101)] {
            assert!(check_run(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_full_check_is_what_an_event_asks_for_when_it_says_no_more() {
        let event = serde_json::json!({"dataset": "items", "run": "r"});
        let event: Event = serde_json::from_value(event).unwrap();
        assert_eq!((event.import_mode, event.force), (ImportMode::Full, false));
        let event =
            serde_json::json!({"dataset": "items", "run": "r", "importMode": "INCREMENTAL"});
        let event: Event = serde_json::from_value(event).unwrap();
        assert_eq!(event.import_mode, ImportMode::Incremental);
    }
}
