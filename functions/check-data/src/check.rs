//! The step: judges a dataset, copies its good rows when some are broken, stores the report, the
//! rejected rows and, of a dataset that passed, what later steps ask about it.

use std::{
    collections::BTreeMap,
    time::{Instant, SystemTime},
};

use serde::{Deserialize, Serialize};
use shared::{
    aws,
    config::{DatasetType, EstateConfig},
    environment::required,
    estate::{Estate, EstateSource},
    metrics::{self, Unit},
    operations::GoodCheck,
};

use crate::{
    columns::Columns,
    error::CheckError,
    objects::Bucket,
    pass::Outcome,
    reading::Reading,
    reason::Reason,
    report::{self, RejectedFile, Report},
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

/// The verdict.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    dataset: DatasetType,
    passed: bool,
    /// Good rows: those that an import of `location` brings.
    rows: u64,
    rejected: BTreeMap<Reason, u64>,
    report: String,
    problems: Vec<String>,
    /// What to import: as asked, or the copy without the rejected rows.
    location: String,
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
        let rejected_rows = self.store_rejected(&mut found, event.dataset, &run).await?;
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
        emit(&report, started);
        let samples = (tally.users.samples, tally.items.samples);
        self.store(report, samples, &estate).await
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

    async fn store_rejected(
        &self,
        found: &mut Outcome,
        dataset: DatasetType,
        run: &str,
    ) -> Result<Option<RejectedFile>, CheckError> {
        if found.rejected.stored == 0 {
            return Ok(None);
        }
        let file = RejectedFile::new(
            format!("rejected/check-data/{}/{run}.csv", dataset.name()),
            found.rejected.stored,
        );
        let rows = std::mem::take(&mut found.rejected).into_bytes()?;
        self.bucket.put(&file.key, "text/csv", rows).await?;
        Ok(Some(file))
    }

    /// Stores the report and, of a dataset that passed, what is known of it. The state comes last:
    /// it never names a report or a copy that is not there.
    async fn store(
        &self,
        report: Report,
        (sample_users, sample_items): (Vec<String>, Vec<String>),
        estate: &Estate,
    ) -> Result<Answer, CheckError> {
        let key = format!(
            "reports/check-data/{}/{}.json",
            report.dataset.name(),
            report.run
        );
        let json = serde_json::to_vec_pretty(&report)?;
        self.bucket.put(&key, "application/json", json).await?;
        if report.passed {
            let check = GoodCheck {
                report: key.clone(),
                rows: report.rows,
                sample_users,
                sample_items,
            };
            estate
                .operations
                .put_good_check(report.dataset, &check)
                .await?;
        }
        Ok(Answer {
            dataset: report.dataset,
            passed: report.passed,
            rows: report.rows,
            rejected: report.rejected,
            report: key,
            problems: report
                .problems
                .into_iter()
                .map(|problem| problem.text)
                .collect(),
            location: report.location,
        })
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

fn emit(report: &Report, started: Instant) {
    let rejected: u64 = report.rejected.values().sum();
    let passed = if report.passed { 1.0 } else { 0.0 };
    // Counts of rows stay far below 2^53, where a float would begin to round them.
    #[allow(clippy::cast_precision_loss)]
    let (rows, broken) = (report.rows as f64, rejected as f64);
    metrics::emit(
        "check-data",
        &[("dataset", report.dataset.name())],
        &[
            ("Rows", Unit::Count, rows),
            ("RowsRejected", Unit::Count, broken),
            ("Passed", Unit::Count, passed),
            (
                "CheckTime",
                Unit::Milliseconds,
                started.elapsed().as_secs_f64() * 1_000.0,
            ),
        ],
    );
    tracing::info!(
        dataset = report.dataset.name(),
        passed = report.passed,
        rows = report.rows,
        rejected,
        objects = report.objects.len(),
        "checked"
    );
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
