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
    plans::Kept,
    resource::{Declared, Found, has_generations},
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

impl Applied {
    /// Whether a resource failed, or waits for what did.
    fn is_lost(&self, kind: Kind, name: &str) -> bool {
        let mut lost = self.failed.iter().chain(&self.waiting);
        lost.any(|one| one.kind == kind && one.name == name)
    }
}

/// What became of a change.
#[derive(Debug, PartialEq)]
enum Step {
    /// A call was made.
    Done,
    /// Something else has to be usable first.
    Needs { kind: Kind, name: String },
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

/// Does what of the plan `shown` can be done now. What was never shown ends the first call; when the
/// plan is `started` it is left to the next one.
pub(crate) async fn apply(
    session: &Session,
    shown: &Kept,
    started: bool,
) -> Result<Applied, EstateError> {
    let Kept { plan, mode, .. } = shown;
    if plan.estate != session.config.estate {
        return Err(EstateError::OtherEstate {
            planned: plan.estate.clone(),
            declared: session.config.estate.clone(),
        });
    }
    let (seen, now) = session.plan(*mode).await?;
    refuse_problems(&now, *mode)?;
    let stale = |change: String| EstateError::Stale { change };
    if plan.declaration != now.declaration {
        return Err(stale("what the configuration declares now".to_owned()));
    }
    let allowed = plan.allowed(&now);
    if let Some(change) = allowed.unseen.first().filter(|_| !started) {
        return Err(stale(describe(change)));
    }
    remember::remember(session, &seen, &now, *mode).await?;
    if *mode == Mode::Apply && !started && !plan.changes.is_empty() {
        session.records.torn_down(false, seen.now).await?;
    }
    let (broken, approved): (Vec<&Change>, Vec<&Change>) = allowed
        .approved
        .iter()
        .partition(|change| started && is_broken(change));
    let later = allowed.unseen.iter().copied();
    let broken = broken
        .into_iter()
        .chain(later.filter(|change| is_broken(change) && plan.touches(change)));
    let mut applied = Applied {
        pending: now.coming.clone(),
        waiting: now.waiting.clone(),
        failed: broken.map(failed).collect(),
        held: now.changes.len() - approved.len(),
        ..Applied::default()
    };
    let run = Run::new(session, &seen, &approved);
    for change in &approved {
        run.take(change, &mut applied).await?;
    }
    let is_done = approved.is_empty() && now.coming.is_empty();
    applied.settled = is_done && applied.failed.is_empty();
    if *mode == Mode::Teardown && applied.settled {
        session.records.torn_down(true, seen.now).await?;
    }
    Ok(applied)
}

/// Whether it is to be made anew because Personalize failed to make it. Once that was tried, the reason
/// is somebody's to look at.
fn is_broken(change: &Change) -> bool {
    change.action == Action::Replace && change.reason.is_some()
}

fn failed(change: &Change) -> Waiting {
    Waiting {
        kind: change.kind,
        name: change.name.clone(),
        because: change.reason.clone().unwrap_or_default(),
    }
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

impl<'a> Run<'a> {
    fn new(session: &'a Session, seen: &'a Seen, approved: &'a [&'a Change]) -> Self {
        let leaving = seen.world.found.iter().filter(|found| found.is_leaving());
        let to_leave = approved
            .iter()
            .filter(|change| change.action == Action::Delete);
        let kinds = leaving.map(|found| found.kind);
        Self {
            session,
            seen,
            approved,
            leaving: kinds.chain(to_leave.map(|change| change.kind)).collect(),
        }
    }

    /// Takes one change a step further, and notes what became of it.
    async fn take(&self, change: &Change, applied: &mut Applied) -> Result<(), EstateError> {
        let waiting = |because: String| Waiting {
            kind: change.kind,
            name: change.name.clone(),
            because,
        };
        match self.step(change).await {
            // What it needs will not come in this run, and so it will not either.
            Ok(Step::Needs { kind, name }) if applied.is_lost(kind, &name) => applied
                .waiting
                .push(waiting(format!("for the {kind} `{name}`, which failed"))),
            Ok(Step::Needs { kind, name }) => applied
                .pending
                .push(waiting(format!("for the {kind} `{name}`"))),
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
            // One that fails does not fail the others; a call that may be repeated is repeated whole.
            Err(error) if error.kind() != FaultKind::Retryable => {
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
            return Ok(Step::Needs {
                kind: missing.kind,
                name: missing.name.clone(),
            });
        }
        match change.action {
            Action::Create => match self.leaving_before(declared) {
                Some(leaving) => Ok(Step::Later(leaving.status.clone())),
                None => self.create(declared).await,
            },
            Action::Update => self.update(declared, &change.differences).await,
            Action::Replace if has_generations(change.kind) && change.reason.is_none() => {
                self.next_generation(declared).await
            }
            Action::Replace => self.remove_failed(declared).await,
            // `remember` has done it.
            Action::Adopt | Action::Delete => Ok(Step::Done),
        }
    }

    /// What is on its way out of the place of `declared`.
    fn leaving_before(&self, declared: &Declared) -> Option<&'a Found> {
        let found = self.session.context(self.seen).find(declared)?;
        (found.is_leaving() && !has_generations(declared.kind)).then_some(found)
    }

    /// What `declared` needs and what is not usable yet.
    fn missing_need(&self, declared: &Declared) -> Option<&'a Declared> {
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

/// Another change is under way, or an answer got lost and the resource is there: the next look shows.
/// That a name is taken by others was a problem of the plan.
fn is_busy(error: &AwsError) -> bool {
    error.code() == "ResourceInUseException" || error.already_exists()
}
