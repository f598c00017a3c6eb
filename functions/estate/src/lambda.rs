//! The Lambda function: what workflows ask of the estate.

use serde::{Deserialize, Serialize};
use shared::{
    aws,
    environment::{self, required},
    estate::{Estate, EstateSource},
    function,
    metrics::{self, Unit},
    telemetry,
};

use crate::{
    apply::{Applied, apply},
    declared::{Names, names},
    error::EstateError,
    lock::{Locked, lock},
    observe::Schedules,
    plan::{Mode, Plan, Prices, Quotas},
    plans::{Kept, Plans},
    records::Records,
    schedules::Targets,
    session::{Reports, Session},
    show::words,
};

/// How long a replaced filter stays when `REPLACEMENT_GRACE_SECONDS` is not set.
const GRACE_SECONDS: i64 = 300;

#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Request {
    /// Makes and keeps a plan. An unattended one holds back what somebody should see first.
    Plan {
        #[serde(default)]
        unattended: bool,
        #[serde(default)]
        teardown: bool,
    },
    /// Does what of the plan can be done now. `started` in all calls for a plan but the first.
    Apply {
        plan: String,
        #[serde(default)]
        started: bool,
    },
    /// Says what is declared.
    List,
    /// Takes or renews the lock of a workflow.
    Lock { workflow: String, owner: String },
    /// Gives it back.
    Unlock { workflow: String, owner: String },
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Planned(Planned),
    Applied(Applied),
    Declared(Names),
    Locked(Locked),
    Unlocked { released: bool },
}

/// The answer to `plan`.
#[derive(Debug, Serialize)]
struct Planned {
    /// What `apply` takes.
    plan: String,
    /// The key of the plan in words.
    report: String,
    changes: usize,
    held: usize,
    /// Changes by hand among both.
    drifted: usize,
    /// What stands against it, one line each.
    problems: Vec<String>,
}

/// The function with its clients.
struct Function {
    source: EstateSource,
    personalize: aws_sdk_personalize::Client,
    workflows: aws_sdk_sfn::Client,
    schedules: Option<Schedules>,
    plans: Plans,
    reports: Reports,
    prices: Prices,
    quotas: Quotas,
    grace: i64,
}

/// Serves invocations until Lambda stops the process.
pub(crate) async fn serve() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let aws = aws::for_workflows().await;
    let bucket = required("DATA_BUCKET")?;
    let scheduler = aws_sdk_scheduler::Client::new(&aws);
    let function = Function {
        source: EstateSource::from_environment(&aws)?,
        personalize: aws_sdk_personalize::Client::new(&aws),
        workflows: aws_sdk_sfn::Client::new(&aws),
        schedules: Targets::from_environment().map(|targets| Schedules {
            client: scheduler,
            targets,
        }),
        reports: Reports::new(Some(bucket.clone())),
        plans: Plans {
            s3: aws_sdk_s3::Client::new(&aws),
            bucket,
        },
        prices: Prices::shipped()?,
        quotas: Quotas::read()?,
        grace: grace_seconds(),
    };
    function::run(async |request: Request| function.answer(request).await).await
}

/// `REPLACEMENT_GRACE_SECONDS`, or the default.
pub(crate) fn grace_seconds() -> i64 {
    let given = environment::required("REPLACEMENT_GRACE_SECONDS").ok();
    let given = given.and_then(|seconds| seconds.parse().ok());
    given.unwrap_or(GRACE_SECONDS)
}

impl Function {
    async fn answer(&self, request: Request) -> Result<Answer, EstateError> {
        let estate = self.source.open().await?;
        Ok(match request {
            Request::List => Answer::Declared(names(&estate.config)),
            Request::Plan {
                unattended,
                teardown,
            } => {
                let mode = if teardown {
                    Mode::Teardown
                } else {
                    Mode::Apply
                };
                Answer::Planned(self.plan(estate, mode, unattended).await?)
            }
            Request::Apply { plan, started } => {
                let kept = self.plans.read(&plan).await?;
                let session = self.session(estate);
                let applied = apply(&session, &kept, started).await?;
                count(&applied);
                Answer::Applied(applied)
            }
            Request::Lock { workflow, owner } => {
                Answer::Locked(lock(&estate.operations, &self.workflows, &workflow, &owner).await?)
            }
            Request::Unlock { workflow, owner } => {
                estate.operations.release_lock(&workflow, &owner).await?;
                Answer::Unlocked { released: true }
            }
        })
    }

    async fn plan(
        &self,
        estate: Estate,
        mode: Mode,
        unattended: bool,
    ) -> Result<Planned, EstateError> {
        let session = self.session(estate);
        let (_, mut plan) = session.plan(mode).await?;
        if unattended && session.records.is_torn_down().await? {
            plan.hold_all();
        } else if unattended {
            plan.hold_unsafe();
        }
        let kept = Kept::new(plan, mode);
        let [_, report] = self.plans.keep(&kept, words(&kept)).await?;
        let planned = planned(kept, report);
        let data = [("ResourcesDrifted", Unit::Count, planned.drifted as f64)];
        metrics::emit("estate", &[], &data);
        Ok(planned)
    }

    fn session(&self, estate: Estate) -> Session {
        Session {
            personalize: self.personalize.clone(),
            schedules: self.schedules.clone(),
            records: Records::Table(estate.operations),
            config: estate.config,
            prices: self.prices.clone(),
            quotas: self.quotas.clone(),
            reports: self.reports.clone(),
            grace: self.grace,
        }
    }
}

fn planned(kept: Kept, report: String) -> Planned {
    let Plan {
        changes,
        held,
        problems,
        ..
    } = kept.plan;
    let all = changes.iter().chain(&held);
    Planned {
        plan: kept.id,
        report,
        drifted: all.filter(|change| change.by_hand).count(),
        changes: changes.len(),
        held: held.len(),
        problems: problems
            .iter()
            .map(|problem| format!("{} `{}`: {}", problem.kind, problem.name, problem.text))
            .collect(),
    }
}

fn count(applied: &Applied) {
    let data = [
        ("ResourcesChanged", applied.done.len()),
        ("ResourcesFailed", applied.failed.len()),
    ];
    for (name, number) in data {
        if number > 0 {
            metrics::emit("estate", &[], &[(name, Unit::Count, number as f64)]);
        }
    }
}
