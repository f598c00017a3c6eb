//! The life of an execution: waits for its turn, runs, leaves its result in S3.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use datafusion::{arrow::datatypes::Schema, prelude::SessionContext};
use futures::StreamExt;
use tokio::sync::Notify;

use super::{
    definitions,
    failure::Failure,
    outcome::{Outcome, ResultColumn},
    plan::{self, Context},
    result_file::ResultFile,
    scan::Scan,
    session,
};
use crate::{
    app::{App, DEFAULT_DATABASE},
    executions::Execution,
    sql::{
        parse::{Parsed, ParsedQuery},
        relations::{DEFAULT_CATALOG, Defaults},
    },
};

/// How often the bytes of a running query are noted.
const PROGRESS: Duration = Duration::from_millis(200);

/// Runs an execution in the background.
pub(crate) fn spawn(
    app: &Arc<App>,
    execution: Execution,
    parsed: Parsed,
    cutoff: Option<u64>,
    stop: Arc<Notify>,
) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let id = execution.id.clone();
        let scan = Arc::new(Scan::new(cutoff));
        let turn = tokio::select! {
            biased;
            () = stop.notified() => Err(Failure::Stopped),
            turn = app.turns.acquire() => turn.map_err(|_| Failure::Restarted),
        };
        let result = match &turn {
            Err(failure) => Err(failure.clone()),
            Ok(_) => {
                app.executions.started(&id);
                run(&app, &execution, &parsed, &scan, &stop).await
            }
        };
        drop(turn);
        if let Err(failure) = &result {
            tracing::info!(query = %id, %failure, "failed");
        }
        app.executions.ended(&id, result, scan.bytes());
    });
}

async fn run(
    app: &Arc<App>,
    execution: &Execution,
    parsed: &Parsed,
    scan: &Arc<Scan>,
    stop: &Notify,
) -> Result<Outcome, Failure> {
    let mut file = ResultFile::create(&app.s3, &execution.output_location)?;
    let context = Context {
        app: Arc::clone(app),
        scan: Arc::clone(scan),
        defaults: defaults(execution),
        query_id: execution.id.clone(),
    };
    let work = async {
        match parsed {
            Parsed::Query(query) => rows(&context, query, &mut file).await,
            Parsed::Explain(query) => explain(&context, query, &mut file).await,
            Parsed::Definition(definition) => {
                let shown = definitions::run(&context, definition).await?;
                for line in &shown.lines {
                    file.line(line).await?;
                }
                Ok(Outcome {
                    columns: shown.columns,
                })
            }
        }
    };
    let result = tokio::select! {
        result = work => result,
        () = stop.notified() => Err(Failure::Stopped),
        () = note_progress(app, &execution.id, scan) => Err(Failure::Stopped),
    };
    match result {
        Ok(outcome) => file.finish().await.map(|()| outcome),
        Err(failure) => {
            file.abort().await;
            Err(failure)
        }
    }
}

/// Notes bytes for as long as it is not dropped.
async fn note_progress(app: &App, id: &str, scan: &Scan) {
    let mut ticks = tokio::time::interval(PROGRESS);
    loop {
        ticks.tick().await;
        app.executions.progress(id, scan.bytes());
    }
}

fn defaults(execution: &Execution) -> Defaults {
    let lower = |name: &Option<String>, default: &str| {
        let name = name.as_deref().unwrap_or(default);
        match name.starts_with(crate::sql::parse::LAMBDA) {
            true => name.to_owned(),
            false => name.to_lowercase(),
        }
    };
    Defaults {
        catalog: lower(&execution.catalog, DEFAULT_CATALOG),
        database: lower(&execution.database, DEFAULT_DATABASE),
    }
}

async fn planned(
    context: &Context,
    query: &ParsedQuery,
) -> Result<(SessionContext, plan::Planned), Failure> {
    let started = Instant::now();
    let session = session::open(context.app.query_memory);
    let session = session.map_err(|error| Failure::of(&error, None))?;
    let planned = plan::plan(context, &session, query).await?;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    context
        .app
        .executions
        .planned(&context.query_id, milliseconds);
    Ok((session, planned))
}

async fn rows(
    context: &Context,
    query: &ParsedQuery,
    file: &mut ResultFile,
) -> Result<Outcome, Failure> {
    let (session, planned) = planned(context, query).await?;
    let failed = |error| Failure::of(&error, Some(query));
    let frame = session
        .execute_logical_plan(planned.plan)
        .await
        .map_err(failed)?;
    let mut batches = frame.execute_stream().await.map_err(failed)?;
    let schema: Arc<Schema> = batches.schema();
    file.header(&planned.names).await?;
    while let Some(batch) = batches.next().await {
        file.rows(&batch.map_err(failed)?).await?;
    }
    Ok(Outcome {
        columns: ResultColumn::all(&schema, &planned.names),
    })
}

async fn explain(
    context: &Context,
    query: &ParsedQuery,
    file: &mut ResultFile,
) -> Result<Outcome, Failure> {
    let (session, planned) = planned(context, query).await?;
    let plan = session.state().optimize(&planned.plan);
    let plan = plan.map_err(|error| Failure::of(&error, Some(query)))?;
    file.line("Query Plan").await?;
    for line in plan.display_indent().to_string().lines() {
        file.line(line).await?;
    }
    Ok(Outcome {
        columns: vec![ResultColumn::text("Query Plan")],
    })
}
