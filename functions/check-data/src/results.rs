//! What remains of a check: the report, the rejected rows, what later steps ask about a dataset that
//! passed, the metrics, and the answer to the workflow.

use std::{collections::BTreeMap, time::Instant};

use serde::Serialize;
use shared::{
    config::DatasetType,
    estate::Estate,
    metrics::{self, Unit},
    operations::GoodCheck,
};

use crate::{
    error::CheckError,
    objects::Bucket,
    pass::Outcome,
    reason::Reason,
    report::{RejectedFile, Report},
};

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

/// Stores the rejected rows, when there are any.
///
/// # Errors
/// S3's, after its retries.
pub(crate) async fn store_rejected(
    bucket: &Bucket,
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
    bucket.put(&file.key, "text/csv", rows).await?;
    Ok(Some(file))
}

/// Stores the report and, of a dataset that passed, what is known of it. The state comes last:
/// it never names a report or a copy that is not there.
///
/// # Errors
/// When S3 or the Operations table does not take them.
pub(crate) async fn store(
    bucket: &Bucket,
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
    bucket.put(&key, "application/json", json).await?;
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

/// Writes the metrics and one line of log.
pub(crate) fn emit(report: &Report, started: Instant) {
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
