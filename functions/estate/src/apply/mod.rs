//! One call of `apply`: looks, plans, and does what of it can be done now and was shown. It never
//! waits. Called again, it goes on from what it finds; nothing it did is needed from the call before.

mod create;
mod delete;
mod remember;
mod replace;
mod schedules;
mod update;

use serde::Serialize;
use shared::{
    arn::Kind,
    aws::AwsError,
    fault::{Fault, FaultKind},
};

use crate::{
    error::EstateError,
    plan::{Action, Change, Mode, Plan, Waiting, needs},
    resource::{Declared, has_generations},
    session::{Seen, Session},
};

/// What one call did.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Applied {
    /// All that was shown is done.
    pub(crate) settled: bool,
    pub(crate) done: Vec<Done>,
    pub(crate) pending: Vec<Waiting>,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) failed: Vec<Waiting>,
    /// Changes that wait for somebody to look at them.
    pub(crate) held: usize,
}

/// One thing that was done.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    pub(crate) action: Action,
    pub(crate) kind: Kind,
    pub(crate) name: String,
}

/// What became of a change.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// A call was made.
    Done,
    /// It has to wait, for what is said.
    Later(String),
}

/// One call, at work.
struct Run<'a> {
    session: &'a Session,
    seen: &'a Seen,
    approved: &'a [&'a Change],
    /// Kinds of what is leaving and of what is still to leave.
    leaving: Vec<Kind>,
}

/// Does what of `shown` can be done now.
pub(crate) async fn apply(
    session: &Session,
    shown: &Plan,
    mode: Mode,
) -> Result<Applied, EstateError> {
    if shown.estate != session.config.estate {
        return Err(EstateError::OtherEstate {
            planned: shown.estate.clone(),
            declared: session.config.estate.clone(),
        });
    }
    let (seen, now) = session.plan(mode).await?;
    refuse_problems(&now, mode)?;
    let stale = |change: String| EstateError::Stale { change };
    if shown.declaration != now.declaration {
        return Err(stale("what the configuration declares now".to_owned()));
    }
    let approved = shown
        .approved(&now)
        .map_err(|change| stale(describe(change)))?;
    remember::remember(session, &seen, &now, mode).await?;
    let leaving = seen.world.found.iter().filter(|found| found.is_leaving());
    let to_leave = approved
        .iter()
        .filter(|change| change.action == Action::Delete);
    let run = Run {
        session,
        seen: &seen,
        approved: &approved,
        leaving: leaving
            .map(|found| found.kind)
            .chain(to_leave.map(|change| change.kind))
            .collect(),
    };
    let mut applied = Applied {
        pending: now.coming.clone(),
        waiting: now.waiting.clone(),
        held: now.changes.len() - approved.len(),
        ..Applied::default()
    };
    for change in &approved {
        run.take(change, &mut applied).await?;
    }
    applied.settled = approved.is_empty() && now.coming.is_empty();
    Ok(applied)
}

/// `create filter not-purchased`
fn describe(change: &Change) -> String {
    let action = serde_json::json!(change.action);
    let action = action.as_str().unwrap_or_default();
    format!("{action} {} `{}`", change.kind, change.name)
}

fn refuse_problems(plan: &Plan, mode: Mode) -> Result<(), EstateError> {
    if plan.problems.is_empty() || mode == Mode::Teardown {
        return Ok(());
    }
    let problems = plan.problems.iter();
    Err(EstateError::Problems {
        problems: problems
            .map(|problem| format!("{} `{}`: {}", problem.kind, problem.name, problem.text))
            .collect(),
    })
}

impl Run<'_> {
    /// Takes one change a step further, and notes what became of it.
    async fn take(&self, change: &Change, applied: &mut Applied) -> Result<(), EstateError> {
        let waiting = |because: String| Waiting {
            kind: change.kind,
            name: change.name.clone(),
            because,
        };
        match self.step(change).await {
            Ok(Step::Done) => {
                if change.action == Action::Create {
                    remember::made(self.session, self.seen, change).await?;
                }
                applied.done.push(Done {
                    action: change.action,
                    kind: change.kind,
                    name: change.name.clone(),
                });
            }
            Ok(Step::Later(because)) => applied.pending.push(waiting(because)),
            Err(EstateError::Aws(error)) if is_busy(&error) => {
                applied.pending.push(waiting(error.to_string()));
            }
            Err(EstateError::Aws(error)) if is_refused(&error) => {
                applied.failed.push(waiting(error.to_string()));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn step(&self, change: &Change) -> Result<Step, EstateError> {
        if change.action == Action::Delete {
            return self.delete(change).await;
        }
        let same = |one: &&Declared| one.kind == change.kind && one.name == change.name;
        let Some(declared) = self.seen.declared.iter().find(same) else {
            return Ok(Step::Later("it is no longer declared".to_owned()));
        };
        if let Some(missing) = self.missing_need(declared) {
            return Ok(Step::Later(format!(
                "for the {} `{}`",
                missing.kind, missing.name
            )));
        }
        match change.action {
            Action::Create => self.create(declared).await,
            Action::Update => self.update(declared, &change.differences).await,
            Action::Replace if has_generations(change.kind) && change.reason.is_none() => {
                self.next_generation(declared).await
            }
            Action::Replace => self.remove_failed(declared).await,
            // `remember` has done it.
            Action::Adopt | Action::Delete => Ok(Step::Done),
        }
    }

    /// What `declared` needs and what is not usable yet.
    fn missing_need(&self, declared: &Declared) -> Option<&Declared> {
        let context = self.session.context(self.seen);
        self.seen
            .declared
            .iter()
            .filter(|other| needs(declared, other))
            .find(|other| {
                if has_generations(other.kind) {
                    let generations = crate::plan::Generations::of(&context, other);
                    return !generations
                        .wanted
                        .is_some_and(crate::resource::Found::is_ready);
                }
                let ready = context
                    .find(other)
                    .is_some_and(crate::resource::Found::is_ready);
                !ready || self.is_moving(other)
            })
    }

    /// Whether a change of more than tags is still to be made to it.
    fn is_moving(&self, declared: &Declared) -> bool {
        let same = |change: &&&Change| change.kind == declared.kind && change.name == declared.name;
        let changes = self.approved.iter().filter(same);
        let mut fields = changes.flat_map(|change| &change.differences);
        fields.any(|difference| !difference.field.starts_with(crate::resource::TAG))
    }
}

/// Another change is under way: it ends.
fn is_busy(error: &AwsError) -> bool {
    error.code() == "ResourceInUseException"
}

/// Whether Personalize understood and said no. A quota counts: making resources does not wait for one
/// to be raised.
fn is_refused(error: &AwsError) -> bool {
    error.kind() == FaultKind::InvalidInput || error.code() == "LimitExceededException"
}
