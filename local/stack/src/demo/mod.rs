//! The demonstration: the main job of the product from nothing to a shop whose answers change
//! with what its customers do, shown to a person and written down for a program.

mod changes;
mod events;
mod messages;
mod questions;
mod report;
mod table;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::seed::{Seeded, Source};
use crate::seeding::{self, imported_interactions};
use crate::services;
use crate::stack::{Options, Stack};
use crate::steps::Steps;
use crate::up;
use crate::workflows::Workflow;
use questions::Question;
use report::Report;

/// What is to be demonstrated.
#[derive(Debug)]
pub struct Request {
    /// The stack.
    pub options: Options,
    /// This program, which becomes the front door.
    pub program: PathBuf,
    /// The shop's data; none is the synthetic shop.
    pub data: Option<PathBuf>,
    /// Stop everything at the end.
    pub once: bool,
    /// Where to write what was done.
    pub json: Option<PathBuf>,
}

/// Runs the demonstration until it ends, fails or `interrupted` does.
///
/// # Errors
/// That of the failed step; the report is written all the same, as far as it got.
pub async fn run(request: &Request, interrupted: impl Future<Output = ()>) -> Result<()> {
    // What is wrong with the command itself is said before anything is started.
    let source = Source::detect(request.data.as_deref())?;
    source.check()?;
    let mut steps = Steps::default();
    let mut report = Report::default();
    let outcome = tokio::select! {
        outcome = demonstrate(request, source, &mut steps, &mut report) => outcome,
        () = interrupted => Err(Error::Interrupted),
    };
    report.seconds = steps.seconds().clone();
    report.failed_step = steps.failed().map(str::to_owned);
    if let Some(file) = &request.json {
        report.write(file)?;
    }
    if request.once {
        stop(&request.options).await?;
    }
    outcome.inspect_err(|_| {
        if let Some(step) = steps.failed() {
            anstream::eprintln!("the step {step} failed");
        }
    })
}

async fn stop(options: &Options) -> Result<()> {
    let layout = Layout::find(&options.folder, &options.state)?;
    let stopped = services::stop(&layout).await?;
    if !stopped.is_empty() {
        anstream::eprintln!("stopped {}", stopped.join(", "));
    }
    Ok(())
}

async fn demonstrate(
    request: &Request,
    source: Source,
    steps: &mut Steps,
    report: &mut Report,
) -> Result<()> {
    let layout = Layout::find(&request.options.folder, &request.options.state)?;
    if let Some(other) = seeding::other_shop(&layout, &source) {
        anstream::eprintln!("the state held another shop ({other}) and is started afresh");
        seeding::forget_shop(&layout).await?;
    }
    let stack = up::up(&request.options, request.program.clone(), steps).await?;
    let seeded = steps.run("seed", seeding::seed(&stack, source)).await?;
    report.seeded(&seeded);
    tell_rejected(&seeded);
    shop(&stack, steps, report).await?;
    let answers = steps
        .run("queries", questions::ask_all(&stack, &seeded.examples))
        .await?;
    for answer in &answers {
        answer.print();
        report.query(answer);
    }
    let home = answers
        .first()
        .ok_or_else(|| Error::Unexpected("no answer to build on".into()))?;
    let question = Question::home_of(&seeded.examples.user).again();
    let changed = steps
        .run("events", events::show(&stack, &question, home))
        .await?;
    report.changed_after_event = Some(changed);
    if !changed {
        return Err(Error::Unexpected(
            "the answer did not change after a purchase was tracked".into(),
        ));
    }
    if let Some(page) = answers
        .iter()
        .find(|answer| answer.placement == "product-detail")
    {
        let question = Question::product_page_of(&seeded.examples.item);
        let seconds = steps
            .run("backend", changes::show(&stack, &question, page))
            .await?;
        report.backend_changes = Some(seconds);
    }
    let sent = steps.run("campaign", messages::show(&stack)).await?;
    report.messages = Some(sent);
    if !request.once {
        farewell(&stack, &seeded)?;
    }
    Ok(())
}

/// The workflows that make a shop of the seeded data.
async fn shop(stack: &Stack, steps: &mut Steps, report: &mut Report) -> Result<()> {
    let estate = up::check_config(&stack.layout().config())?;
    let run = |workflow| seeding::workflow(stack, workflow);
    steps
        .run(Workflow::ApplyEstate.name(), run(Workflow::ApplyEstate))
        .await?;
    let imported: Value = steps
        .run(Workflow::ImportData.name(), run(Workflow::ImportData))
        .await?;
    report.interactions_imported = Some(imported_interactions(&imported));
    let trained: Value = steps
        .run(Workflow::Retrain.name(), run(Workflow::Retrain))
        .await?;
    report.solutions(&trained, &estate);
    report.print_solutions();
    steps
        .run(
            Workflow::RefreshCatalog.name(),
            run(Workflow::RefreshCatalog),
        )
        .await?;
    report.items_cached = Some(cached(stack).await?);
    Ok(())
}

/// Products in the cache that can be shown: with title and price, and not withdrawn.
async fn cached(stack: &Stack) -> Result<u64> {
    let mut pages = stack
        .clients()
        .dynamodb
        .scan()
        .table_name(stack.output("CatalogTableName")?)
        .filter_expression("attribute_exists(title) AND attribute_exists(price) AND attribute_not_exists(withdrawnAt)")
        .select(aws_sdk_dynamodb::types::Select::Count)
        .into_paginator()
        .send();
    let mut items = 0;
    while let Some(page) = pages.next().await {
        let page = page.map_err(Error::aws("dynamodb:Scan of the catalogue"))?;
        items += u64::try_from(page.count()).unwrap_or_default();
    }
    Ok(items)
}

fn tell_rejected(seeded: &Seeded) {
    let Some(file) = &seeded.rejected_file else {
        return;
    };
    let reasons: Vec<String> = seeded
        .rows_rejected
        .iter()
        .map(|(reason, rows)| format!("{rows} {reason}"))
        .collect();
    anstream::eprintln!(
        "  rejected rows: {} (in {})",
        reasons.join(", "),
        display(file)
    );
}

fn display(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn farewell(stack: &Stack, seeded: &Seeded) -> Result<()> {
    let graphql = stack.graphql()?;
    anstream::println!("\nGraphQL is at {}", graphql.url());
    let sign_in = stack
        .layout()
        .command(&format!("token {}", seeded.examples.user));
    anstream::println!("Ask it as a visitor, and as a customer who is signed in:");
    anstream::println!("  {}", graphql.curl("home", "my-visit"));
    anstream::println!("  {}", graphql.curl_signed_in("home", &sign_in));
    anstream::println!(
        "Everything keeps running. To stop it: {} (add --clean to forget it)",
        stack.layout().command("down")
    );
    Ok(())
}
