//! The step: judges a dataset, copies its good rows when some are broken, and has the results stored.

use std::time::{Instant, SystemTime};

use serde::Deserialize;
use shared::{
    aws,
    config::{DatasetType, EstateConfig},
    environment::required,
    estate::EstateSource,
};

use crate::{
    columns::Columns,
    error::CheckError,
    objects::Bucket,
    pass::Outcome,
    reading::Reading,
    report::{self, Report},
    results::{self, Answer},
};

/// The longest name of a run: a workflow's execution has 80 characters at most.
const MAX_RUN: usize = 100;

/// What is to be checked.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    dataset: DatasetType,
    /// A folder (ending in `/`) or a key in the data bucket; the configuration's when absent.
    location: Option<String>,
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
        let run = name_of_run(event.run)?;
        let estate = self.source.open().await?;
        let (columns, declared) = declared(&estate.config, event.dataset)?;
        let source = event.location.unwrap_or(declared);
        let objects = self.bucket.list(&source).await?;
        let reading = Reading {
            bucket: &self.bucket,
            objects: &objects,
            dataset: event.dataset,
            columns: &columns,
            now: now(),
        };
        let mut found = reading.judge().await?;
        self.conclude(&mut found, &estate.config, event.dataset, &source);
        let location = self
            .copy_of_good_rows(&reading, &found, &source, &run)
            .await?;
        let rejected_rows =
            results::store_rejected(&self.bucket, &mut found, event.dataset, &run).await?;
        let tally = found.tally;
        let report = Report {
            dataset: event.dataset,
            checked_at: report::utc(reading.now),
            passed: found.problems.passed(),
            problems: found.problems.into_list(),
            duplicates_compared_with: report::compared_with(found.compared_all),
            rejected_rows,
            users: (&tally.users).into(),
            items: (&tally.items).into(),
            time_span: report::time_span(&tally),
            objects: report::objects(&objects, &found.rows),
            run,
            source,
            location,
            rows: tally.good,
            rejected: tally.rejected,
            event_mix: tally.events,
        };
        results::emit(&report, started);
        let samples = (tally.users.samples, tally.items.samples);
        results::store(&self.bucket, report, samples, &estate).await
    }

    /// Judges the whole, unless some of it could not be read at all: then that is the one problem.
    fn conclude(
        &self,
        found: &mut Outcome,
        config: &EstateConfig,
        dataset: DatasetType,
        source: &str,
    ) {
        if found.rows.is_empty() {
            found.problems.stop(format!(
                "there is nothing in s3://{}/{source}: upload CSV files with a header to it",
                self.bucket.name
            ));
        } else if found.problems.passed() {
            found.problems.judge(dataset, &found.tally, config);
        }
    }

    /// Where the good rows are: in the source itself when it has no others.
    async fn copy_of_good_rows(
        &self,
        reading: &Reading<'_>,
        found: &Outcome,
        source: &str,
        run: &str,
    ) -> Result<String, CheckError> {
        if found.tally.rejected.is_empty() || !found.problems.passed() {
            return Ok(source.to_owned());
        }
        let key = format!("datasets/checked/{}/{run}.csv", reading.dataset.name());
        reading.copy(&key).await?;
        Ok(key)
    }
}

/// The columns and the location that the configuration declares for `dataset`.
fn declared(config: &EstateConfig, dataset: DatasetType) -> Result<(Columns, String), CheckError> {
    config
        .datasets
        .get(dataset)
        .and_then(|found| {
            let schema = config.schema_of(found)?;
            Some((Columns::of(dataset, schema), found.location.clone()))
        })
        .ok_or_else(|| CheckError::Undeclared {
            estate: config.estate.clone(),
            dataset: dataset.name(),
        })
}

/// A run's name becomes part of keys: it is a name and no path.
fn name_of_run(run: String) -> Result<String, CheckError> {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=MAX_RUN).contains(&run.len()) && run.chars().all(of_a_name) {
        Ok(run)
    } else {
        Err(CheckError::Run { run })
    }
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_a_name_and_no_path() {
        assert!(name_of_run("3f2a-demo_1".to_owned()).is_ok());
        for wrong in ["", "../items/x", "a/b", "a b", &"x".repeat(101)] {
            assert!(name_of_run(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_dataset_that_is_not_declared_is_refused_with_the_estate() {
        let text = include_str!("../../../config/personalization.yaml");
        let without_users: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("users:"))
            .fold(String::new(), |text, line| text + line + "\n");
        let config = shared::config::parse("test.yaml", &without_users).unwrap();
        assert!(declared(&config, DatasetType::Items).is_ok());
        let message = declared(&config, DatasetType::Users)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("`shop` declares no dataset `users`"),
            "{message}"
        );
    }
}
