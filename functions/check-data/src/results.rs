//! What remains of a check: the report, the rejected rows, what later steps ask about a dataset that
//! passed, the metrics, and the answer to the workflow.

use std::{collections::BTreeMap, time::Instant};

use serde::Serialize;
use shared::{
    config::DatasetType,
    metrics::{self, Unit},
    operations::{GoodCheck, ImportMode},
};

use crate::{
    catalogue::Catalogue,
    check::Check,
    error::CheckError,
    page,
    pass::Outcome,
    reason::Reason,
    report::{RejectedFile, Report},
};

/// The verdict.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    dataset: DatasetType,
    import_mode: ImportMode,
    passed: bool,
    /// Why there is nothing to import although nothing is wrong.
    skipped: Option<String>,
    /// Good rows: those that an import of `location` brings.
    rows: u64,
    rejected: BTreeMap<Reason, u64>,
    /// The key of the report for machines.
    report: Option<String>,
    /// The key of the report for people.
    page: Option<String>,
    problems: Vec<String>,
    /// What to import: as asked, or the copy without the rejected rows.
    location: Option<String>,
}

impl Answer {
    /// There was nothing to read.
    pub(crate) fn nothing_to_do(
        dataset: DatasetType,
        import_mode: ImportMode,
        why: impl Into<String>,
    ) -> Self {
        Self {
            dataset,
            import_mode,
            passed: true,
            skipped: Some(why.into()),
            rows: 0,
            rejected: BTreeMap::new(),
            report: None,
            page: None,
            problems: Vec::new(),
            location: None,
        }
    }
}

/// What later steps ask about a dataset that passed.
pub(crate) struct Kept {
    check: GoodCheck,
    known_ids: Option<Vec<u8>>,
}

impl Kept {
    /// Of what `check` found.
    pub(crate) fn of(check: &Check<'_>, found: Outcome) -> Self {
        let tally = found.tally;
        Self {
            check: GoodCheck {
                run: check.run.clone(),
                report: String::new(),
                rows: tally.good,
                event_mix: tally.events,
                sample_users: tally.users.samples,
                sample_items: tally.items.samples,
                fingerprint: check.source.fingerprint.clone(),
                objects: check.source.marks.clone(),
                known_ids: None,
            },
            known_ids: match tally.catalogue {
                Catalogue::Collected(known) => Some(known.into_stored()),
                Catalogue::Unknown | Catalogue::Compared { .. } => None,
            },
        }
    }
}

/// Stores the rejected rows, when there are any.
///
/// # Errors
/// S3's, after its retries.
pub(crate) async fn store_rejected(
    check: &Check<'_>,
    found: &mut Outcome,
) -> Result<Option<RejectedFile>, CheckError> {
    if found.rejected.stored == 0 {
        return Ok(None);
    }
    let file = RejectedFile::new(
        format!(
            "rejected/check-data/{}/{}.csv",
            check.dataset.name(),
            check.run
        ),
        found.rejected.stored,
    );
    let rows = std::mem::take(&mut found.rejected).into_bytes()?;
    check.bucket.put(&file.key, "text/csv", rows).await?;
    Ok(Some(file))
}

/// Stores the report and, of a dataset that passed and is to be imported, what is known of it. The
/// state comes last: it never names a report or a copy that is not there.
///
/// # Errors
/// When S3 or the Operations table does not take them.
pub(crate) async fn store(
    check: &Check<'_>,
    report: &Report,
    kept: Kept,
    skipped: Option<String>,
) -> Result<Answer, CheckError> {
    let (key, page) = (report.key("json"), report.key("html"));
    let json = serde_json::to_vec_pretty(report)?;
    let html = page::render(report).into_bytes();
    check
        .bucket
        .put(&page, "text/html; charset=utf-8", html)
        .await?;
    check.bucket.put(&key, "application/json", json).await?;
    if report.passed && skipped.is_none() {
        keep(check, key.clone(), kept).await?;
    }
    let problems = report.problems.iter().map(|problem| problem.text.clone());
    Ok(Answer {
        dataset: report.dataset,
        import_mode: report.import_mode,
        passed: report.passed,
        skipped,
        rows: report.rows,
        rejected: report.rejected.clone(),
        report: Some(key),
        page: Some(page),
        problems: problems.collect(),
        location: Some(report.location.clone()),
    })
}

async fn keep(check: &Check<'_>, report: String, kept: Kept) -> Result<(), CheckError> {
    let known_ids = match kept.known_ids {
        Some(ids) => Some(check.bucket.keep_known_ids(ids).await?),
        None => None,
    };
    let good = GoodCheck {
        report,
        known_ids,
        ..kept.check
    };
    let operations = &check.estate.operations;
    operations
        .put_good_check(check.dataset, check.mode, &good)
        .await?;
    Ok(())
}

/// Writes the metrics and one line of log.
pub(crate) fn emit(report: &Report, started: Instant) {
    let rejected = report.rejections();
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
