//! Up to when the rows of a dataset are imported: the next INCREMENTAL export begins there.
//!
//! `export-dataset` stores the window of an export when it begins; it counts only once the import of
//! the same run has succeeded, so that rows whose import fails are exported again.

use shared::operations::{ExportWindow, ImportMode, Operations};

use crate::{error::ImportError, step::Event};

/// Stores what the dataset covers now that the import of `event` has succeeded.
///
/// # Errors
/// When the Operations table does not answer.
pub(crate) async fn remember(operations: &Operations, event: &Event) -> Result<(), ImportError> {
    let (dataset, mode) = (event.dataset, event.import_mode);
    let begun = operations.export_begun(dataset, mode).await?;
    let before = operations.exported(dataset, mode).await?;
    for (mode, window) in covered(event, begun, before) {
        operations.put_exported(dataset, mode, &window).await?;
    }
    Ok(())
}

/// The windows to store by mode; INCREMENTAL's is where its next export begins. `before` is the last
/// window of the event's mode that was imported.
fn covered(
    event: &Event,
    begun: Option<ExportWindow>,
    before: Option<ExportWindow>,
) -> Vec<(ImportMode, ExportWindow)> {
    let own = begun.filter(|begun| begun.run == event.run);
    match (event.import_mode, own) {
        // What was imported since `until` by INCREMENTAL imports is replaced, and asked for again.
        (ImportMode::Full, Some(own)) => vec![
            (ImportMode::Full, own.clone()),
            (ImportMode::Incremental, own),
        ],
        // Files of an earlier run: all rows are again those of its window.
        (ImportMode::Full, None) => before
            .into_iter()
            .map(|before| (ImportMode::Incremental, before))
            .collect(),
        (ImportMode::Incremental, Some(own)) => vec![(ImportMode::Incremental, own)],
        (ImportMode::Incremental, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use shared::config::DatasetType;

    use super::*;

    fn event(import_mode: ImportMode, run: &str) -> Event {
        Event {
            dataset: DatasetType::Interactions,
            location: "datasets/".to_owned(),
            import_mode,
            force: false,
            run: run.to_owned(),
        }
    }

    fn window(run: &str, until: i64) -> Option<ExportWindow> {
        Some(ExportWindow {
            run: run.to_owned(),
            from: 0,
            until,
            failed: 0,
        })
    }

    /// Where each mode's window ends after an import of `run`, whose last export `begun` was.
    fn ends(
        mode: ImportMode,
        run: &str,
        begun: Option<ExportWindow>,
        before: Option<ExportWindow>,
    ) -> Vec<(ImportMode, i64)> {
        let covered = covered(&event(mode, run), begun, before).into_iter();
        covered.map(|(mode, window)| (mode, window.until)).collect()
    }

    #[test]
    fn a_run_s_import_covers_what_the_run_has_exported() {
        let (full, new) = (ImportMode::Full, ImportMode::Incremental);
        assert_eq!(
            ends(full, "b", window("b", 20), window("a", 10)),
            [(full, 20), (new, 20)]
        );
        assert_eq!(
            ends(new, "b", window("b", 20), window("a", 10)),
            [(new, 20)]
        );
    }

    #[test]
    fn an_export_of_another_run_is_not_what_was_imported() {
        let (full, new) = (ImportMode::Full, ImportMode::Incremental);
        assert_eq!(ends(new, "c", window("b", 20), window("a", 10)), []);
        assert_eq!(
            ends(full, "c", window("b", 20), window("a", 10)),
            [(new, 10)]
        );
        assert_eq!(ends(full, "c", None, None), []);
    }
}
