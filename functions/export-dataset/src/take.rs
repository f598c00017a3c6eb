//! The step `take`: a query's result becomes files of the dataset.
//!
//! Its window counts as imported once `import-job` has imported them; one without a row counts at once.

use serde::Serialize;
use shared::{
    config::DatasetType,
    operations::{ExportWindow, ImportMode, Operations},
};

use crate::{
    bucket::{Bucket, ResultFile},
    columns::Columns,
    declared::Declared,
    error::ExportError,
    execution::Execution,
    files::{Files, Names},
    output::SIZES,
    transform::{Counted, Transform},
    window::Window,
};

/// The answer of the step.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taken {
    /// The dataset.
    pub(crate) dataset: DatasetType,
    /// Files written.
    pub(crate) files: usize,
    /// Rows in them.
    pub(crate) rows: u64,
    /// Rows of the result that are in none: longer than 1 MiB.
    pub(crate) rejected: u64,
    /// Bytes that the query scanned.
    pub(crate) bytes_scanned: u64,
}

/// Writes the result of `execution`, which has succeeded, as the files of `run`. Nothing changes
/// unless all of it was read.
///
/// # Errors
/// When the result is not of the dataset's columns, or of a FULL export empty, or S3 fails.
pub(crate) async fn take(
    bucket: &Bucket,
    declared: &Declared<'_>,
    run: &str,
    execution: &Execution,
) -> Result<Taken, ExportError> {
    let result = result(bucket, declared, execution).await?;
    let mut files = Files::new(bucket, Names::of(declared.folder, run));
    let (written, counted) = match fill(&mut files, result, declared).await {
        Ok(written) => written,
        Err(error) => {
            files.abort().await;
            return Err(error);
        }
    };
    Ok(Taken {
        dataset: declared.dataset,
        files: written,
        rows: counted.rows,
        rejected: counted.rejected,
        bytes_scanned: execution.bytes_scanned,
    })
}

async fn result<'a>(
    bucket: &'a Bucket,
    declared: &Declared<'_>,
    execution: &'a Execution,
) -> Result<ResultFile<'a>, ExportError> {
    let location = execution.result.as_deref();
    let file = match location.filter(|location| location.ends_with(".csv")) {
        Some(location) => bucket.result(location).await?,
        None => None,
    };
    file.ok_or_else(|| ExportError::NoResult {
        dataset: declared.dataset.name(),
    })
}

async fn fill(
    files: &mut Files<'_>,
    mut result: ResultFile<'_>,
    declared: &Declared<'_>,
) -> Result<(usize, Counted), ExportError> {
    let columns = Columns::of(declared.dataset, declared.schema);
    let mut transform = Transform::new(columns, SIZES);
    while let Some(chunk) = result.next().await? {
        transform.push(chunk);
        while let Some(part) = transform.part()? {
            files.add(part).await?;
        }
    }
    let (rest, counted) = transform.end()?;
    if counted.rows == 0 && declared.mode == ImportMode::Full {
        return Err(ExportError::Empty {
            dataset: declared.dataset.name(),
        });
    }
    if let Some(part) = rest {
        files.add(part).await?;
    }
    Ok((files.finish().await?, counted))
}

impl Taken {
    /// Whether nothing is left to be imported of the window.
    fn is_settled(&self, mode: ImportMode) -> bool {
        mode == ImportMode::Incremental && self.rows == 0
    }
}

/// Stores that `window` is imported if nothing of it is left to be: no import comes that would, and
/// the next export would ask for it again. Unless a later run was there before.
///
/// # Errors
/// When the Operations table does not answer.
pub(crate) async fn settle(
    operations: &Operations,
    declared: &Declared<'_>,
    run: &str,
    window: Window,
    taken: &Taken,
) -> Result<(), ExportError> {
    let (dataset, mode) = (declared.dataset, declared.mode);
    if !taken.is_settled(mode) {
        return Ok(());
    }
    let last = operations.exported(dataset, mode).await?;
    if last.is_some_and(|last| last.until > window.until) {
        return Ok(());
    }
    let settled = ExportWindow {
        run: run.to_owned(),
        from: window.from,
        until: window.until,
        failed: 0,
    };
    operations.put_exported(dataset, mode, &settled).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_to_be_imported_do_not_count_as_imported() {
        let settled = |rows, mode| {
            let taken = Taken {
                dataset: DatasetType::Interactions,
                files: 1,
                rows,
                rejected: 0,
                bytes_scanned: 0,
            };
            taken.is_settled(mode)
        };
        assert!(!settled(1, ImportMode::Incremental) && !settled(1, ImportMode::Full));
        assert!(settled(0, ImportMode::Incremental) && !settled(0, ImportMode::Full));
    }
}
