//! The step `start`: a window, and the query that covers it.

use shared::{
    estate::Estate,
    operations::{ExportWindow, ImportMode},
};

use crate::{athena::Athena, declared::Declared, error::ExportError, query::Query, window::Window};

/// Starts the query of `run`; its id. A run that is repeated asks for the same window again, and so
/// finds the query that it has started, unless that has failed: then it starts another.
///
/// # Errors
/// When Athena refuses the statement, or a service does not answer.
pub(crate) async fn start(
    athena: &Athena,
    estate: &Estate,
    declared: &Declared<'_>,
    run: String,
) -> Result<(String, Window), ExportError> {
    let (dataset, mode) = (declared.dataset, declared.mode);
    let operations = &estate.operations;
    let begun = operations.export_begun(dataset, mode).await?;
    let begun = begun.filter(|begun| begun.run == run);
    let repeated = begun.is_some();
    let mut window = match begun {
        Some(begun) => begun,
        None => next_window(estate, declared, run).await?,
    };
    if !repeated {
        // Before the query: should this be killed now, a repeated step asks the same.
        operations.put_export_begun(dataset, mode, &window).await?;
    }
    let mut id = ask(athena, estate, declared, &window).await?;
    if repeated && athena.execution(&id).await?.has_failed() {
        window.failed += 1;
        operations.put_export_begun(dataset, mode, &window).await?;
        id = ask(athena, estate, declared, &window).await?;
    }
    tracing::info!(
        dataset = dataset.name(),
        importMode = mode.name(),
        from = window.from,
        until = window.until,
        failed = window.failed,
        query = id,
        "query started"
    );
    let (from, until) = (window.from, window.until);
    Ok((id, Window { from, until }))
}

async fn ask(
    athena: &Athena,
    estate: &Estate,
    declared: &Declared<'_>,
    window: &ExportWindow,
) -> Result<String, ExportError> {
    let place = [&estate.config.estate, &athena.workgroup, &athena.output];
    let query = Query::of(declared, window, &place.map(String::as_str))?;
    athena.start(&query).await
}

async fn next_window(
    estate: &Estate,
    declared: &Declared<'_>,
    run: String,
) -> Result<ExportWindow, ExportError> {
    let imported = match declared.mode {
        ImportMode::Full => None,
        mode => estate.operations.exported(declared.dataset, mode).await?,
    };
    let now = jiff::Timestamp::now().as_second();
    let window = Window::next(declared.export, declared.mode, imported.as_ref(), now);
    Ok(ExportWindow {
        run,
        from: window.from,
        until: window.until,
        failed: 0,
    })
}
