//! The verbs: plan, diff, apply, teardown.

use std::{
    io::IsTerminal,
    path::Path,
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;

use super::{
    DIFFERS,
    arguments::Common,
    ask,
    stack::{Opened, open},
};
use crate::{
    apply::{Applied, apply},
    error::EstateError,
    plan::{Change, Mode, Plan},
    plans::Kept,
    records::Records,
    show::coloured,
};

/// The workflow whose lock the command takes.
const WORKFLOW: &str = "apply-estate";
/// How long the lock holds after the command was interrupted: it is renewed before each call.
const LEASE_SECONDS: i64 = 300;
/// Between two calls of apply: soon at first, for what is quick.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// `plan`
pub(super) async fn plan(
    common: &Common,
    out: Option<&Path>,
    check: bool,
) -> Result<ExitCode, EstateError> {
    let opened = open(common).await?;
    let kept = make(&opened, Mode::Apply).await?;
    show(common, &kept);
    if let Some(file) = out {
        std::fs::write(file, kept.json()).map_err(EstateError::file("writing", file))?;
    }
    let problems = !kept.plan.problems.is_empty();
    Ok(match (check && !kept.plan.is_empty(), problems) {
        (_, true) => ExitCode::from(super::WRONG),
        (true, false) => ExitCode::from(DIFFERS),
        (false, false) => ExitCode::SUCCESS,
    })
}

/// `diff`
pub(super) async fn diff(common: &Common) -> Result<ExitCode, EstateError> {
    let opened = open(common).await?;
    opened.must_remember()?;
    let mut kept = make(&opened, Mode::Apply).await?;
    let plan = &mut kept.plan;
    plan.changes.retain(|change| change.by_hand);
    for change in &mut plan.changes {
        change.differences.retain(|difference| difference.by_hand);
    }
    plan.waiting.clear();
    plan.problems.clear();
    let clean = plan.changes.is_empty() && plan.strangers.is_empty();
    show(common, &kept);
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERS)
    })
}

/// `apply`
pub(super) async fn apply_plan(
    common: &Common,
    named: Option<&str>,
    yes: bool,
) -> Result<ExitCode, EstateError> {
    let opened = open(common).await?;
    opened.must_remember()?;
    let kept = match named {
        Some(named) => read(&opened, named).await?,
        None => {
            let kept = make(&opened, Mode::Apply).await?;
            if !common.json {
                show(common, &kept);
            }
            kept
        }
    };
    refuse(&kept.plan)?;
    if kept.plan.is_empty() && kept.plan.coming.is_empty() {
        // What was found as declared is remembered all the same.
        return carry_out(common, &opened, &kept).await;
    }
    if named.is_none() && !yes && !ask::types("Do this? Type yes:", "yes")? {
        return Err(EstateError::Usage("nothing was done".to_owned()));
    }
    carry_out(common, &opened, &kept).await
}

/// `teardown`
pub(super) async fn teardown(common: &Common, yes: bool) -> Result<ExitCode, EstateError> {
    let opened = open(common).await?;
    opened.must_remember()?;
    let kept = make(&opened, Mode::Teardown).await?;
    if !common.json {
        show(common, &kept);
    }
    let estate = &opened.session.config.estate;
    let question =
        format!("This deletes the data too, for good. Type the estate's name ({estate}):");
    if !kept.plan.is_empty() && !yes && !ask::types(&question, estate)? {
        return Err(EstateError::Usage("nothing was deleted".to_owned()));
    }
    carry_out(common, &opened, &kept).await
}

async fn make(opened: &Opened, mode: Mode) -> Result<Kept, EstateError> {
    let (_, plan) = opened.session.plan(mode).await?;
    Ok(Kept::new(plan, mode))
}

/// A plan from a file or, by its id, from the data bucket.
async fn read(opened: &Opened, named: &str) -> Result<Kept, EstateError> {
    let path = Path::new(named);
    if path.is_file() {
        let bytes = std::fs::read(path).map_err(EstateError::file("reading", path))?;
        return Kept::parse(named, &bytes);
    }
    match &opened.plans {
        Some(plans) => plans.read(named).await,
        None => Err(EstateError::NotAPlan {
            origin: named.to_owned(),
            message: "there is no such file, and no data bucket to look in".to_owned(),
        }),
    }
}

fn refuse(plan: &Plan) -> Result<(), EstateError> {
    if plan.problems.is_empty() {
        return Ok(());
    }
    let problems = plan.problems.iter();
    Err(EstateError::Problems {
        problems: problems
            .map(|problem| format!("{} `{}`: {}", problem.kind, problem.name, problem.text))
            .collect(),
    })
}

fn show(common: &Common, kept: &Kept) {
    if common.json {
        anstream::print!("{}", kept.json());
    } else {
        anstream::print!("{}", coloured(kept));
    }
}

/// Calls apply until all is settled or nothing moves any more, under the lock of the workflow.
async fn carry_out(common: &Common, opened: &Opened, kept: &Kept) -> Result<ExitCode, EstateError> {
    let owner = owner();
    take_lock(opened, &owner).await?;
    let done = repeat(common, opened, kept, &owner).await;
    if let Records::Table(operations) = &opened.session.records {
        operations.release_lock(WORKFLOW, &owner).await?;
    }
    done
}

async fn repeat(
    common: &Common,
    opened: &Opened,
    kept: &Kept,
    owner: &str,
) -> Result<ExitCode, EstateError> {
    let mut all_done = Vec::new();
    let mut pause = FIRST_PAUSE;
    let mut started = false;
    loop {
        let applied = apply(&opened.session, kept, started).await?;
        if !started && kept.mode == Mode::Apply && opened.publish().await? && !common.json {
            anstream::println!(
                "The declaration was uploaded to the data bucket, for the functions."
            );
        }
        started = true;
        if !common.json {
            tell(&applied);
        }
        let moved = !applied.done.is_empty();
        let ended = applied.settled || (!moved && applied.pending.is_empty());
        all_done.extend(applied.done.iter().map(|done| json!(done)));
        if ended {
            return Ok(end(common, &applied, &all_done));
        }
        pause = if moved {
            FIRST_PAUSE
        } else {
            (pause * 2).min(LONGEST_PAUSE)
        };
        tokio::time::sleep(pause).await;
        take_lock(opened, owner).await?;
    }
}

fn tell(applied: &Applied) {
    for done in &applied.done {
        let change = Change::new(done.action, done.kind, &done.name);
        anstream::println!("  {}", crate::show::line(&change));
    }
    if std::io::stderr().is_terminal() && !applied.pending.is_empty() {
        let names: Vec<String> = (applied.pending.iter())
            .map(|one| format!("{} {} ({})", one.kind, one.name, one.because))
            .collect();
        anstream::eprintln!("    … {}", names.join(", "));
    }
}

fn end(common: &Common, applied: &Applied, all_done: &[serde_json::Value]) -> ExitCode {
    if common.json {
        let result = json!({
            "settled": applied.settled, "done": all_done, "waiting": applied.waiting,
            "failed": applied.failed, "held": applied.held,
        });
        anstream::println!("{result:#}");
    } else if applied.settled {
        anstream::println!("Everything is as declared.");
    }
    let red = anstyle::AnsiColor::Red.on_default().bold();
    for failed in &applied.failed {
        anstream::eprintln!(
            "{red}failed:{red:#} {} {}: {}",
            failed.kind,
            failed.name,
            failed.because
        );
    }
    if applied.failed.is_empty() && applied.settled {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn take_lock(opened: &Opened, owner: &str) -> Result<(), EstateError> {
    let Records::Table(operations) = &opened.session.records else {
        return Ok(());
    };
    let now = jiff::Timestamp::now().as_second();
    let taken = operations.take_lock_for(LEASE_SECONDS, WORKFLOW, owner, now);
    match taken.await? {
        None => Ok(()),
        Some(held) => Err(EstateError::Held(format!(
            "{} is at work on this estate; wait for it to end, its lock ends at the latest {}",
            held.owner,
            jiff::Timestamp::from_second(held.expires_at)
                .map_or_else(|_| String::new(), |at| at.to_string()),
        ))),
    }
}

/// Tells this run from others.
fn owner() -> String {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!(
        "the command estate, process {} of {}",
        std::process::id(),
        since.as_millis()
    )
}
