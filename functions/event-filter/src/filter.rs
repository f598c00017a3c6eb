//! The step: reads an event, asks what is ours, decides, acts.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::{
    arn::Kind,
    aws,
    environment::required,
    estate::{Estate, EstateSource},
    metrics::{self, Unit},
};

use crate::{
    act::Targets,
    decide::{Decision, Ours, decide},
    error::FilterError,
    event::{Envelope, Happening},
};

/// How template.yaml ends this function's name, after the stack's.
const OWN_NAME: &str = "-event-filter";
/// The kinds a call may name: what it changes, or what that belongs to.
const NAMED_BY_CALLS: [Kind; 4] = [
    Kind::Campaign,
    Kind::Filter,
    Kind::Solution,
    Kind::DatasetGroup,
];

/// What was done.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    decision: &'static str,
    reason: String,
    /// The ARN of the workflow or the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

/// The step with its clients.
pub(crate) struct EventFilter {
    source: EstateSource,
    targets: Targets,
    stack: String,
}

impl EventFilter {
    /// Makes the clients.
    ///
    /// # Errors
    /// When a variable is missing, or the function is not named as the template names it.
    pub(crate) async fn from_environment() -> Result<Self, FilterError> {
        let sdk = aws::for_workflows().await;
        let name = required("AWS_LAMBDA_FUNCTION_NAME")?;
        let Some(stack) = name.strip_suffix(OWN_NAME) else {
            return Err(FilterError::FunctionName { name });
        };
        Ok(Self {
            source: EstateSource::from_environment(&sdk)?,
            targets: Targets {
                workflows: aws_sdk_sfn::Client::new(&sdk),
                refresh_catalog: required("REFRESH_CATALOG_STATE_MACHINE_ARN")?,
                notifications: aws_sdk_sns::Client::new(&sdk),
                topic: required("NOTIFICATION_TOPIC_ARN")?,
            },
            stack: stack.to_owned(),
        })
    }

    /// Deals with one event.
    ///
    /// # Errors
    /// When the event has another shape, or something it needs does not answer.
    pub(crate) async fn run(&self, event: Envelope) -> Result<Answer, FilterError> {
        let happening = event.read()?;
        let ours = self.ours(&happening).await?;
        let answer = self.act(&event.id, decide(&happening, &ours)).await?;
        let Answer {
            decision, reason, ..
        } = &answer;
        tracing::info!(decision, reason, source = event.source, "event");
        metrics::emit(
            "event-filter",
            &[("decision", decision)],
            &[("Events", Unit::Count, 1.0)],
        );
        Ok(answer)
    }

    async fn ours(&self, happening: &Happening) -> Result<Ours, FilterError> {
        let estate = self.source.open().await?;
        // Only calls name resources by ARNs that have to be looked up.
        let arns = match happening {
            Happening::Call(_) => known_arns(&estate).await?,
            _ => BTreeSet::new(),
        };
        Ok(Ours {
            estate: estate.config.estate,
            stack: self.stack.clone(),
            arns,
        })
    }

    async fn act(&self, id: &str, decision: Decision) -> Result<Answer, FilterError> {
        Ok(match decision {
            Decision::StartWorkflow { reason } => Answer {
                decision: "start-workflow",
                reason,
                target: Some(self.targets.start(id).await?.to_owned()),
            },
            Decision::Notify { reason, notice } => Answer {
                decision: "notify",
                reason,
                target: Some(self.targets.notify(id, &notice).await?.to_owned()),
            },
            Decision::Ignore { reason } => Answer {
                decision: "ignore",
                reason,
                target: None,
            },
        })
    }
}

async fn known_arns(estate: &Estate) -> Result<BTreeSet<String>, FilterError> {
    let mut arns = BTreeSet::new();
    for kind in NAMED_BY_CALLS {
        let states = estate.operations.resources(kind).await?;
        arns.extend(states.into_iter().map(|state| state.arn));
    }
    Ok(arns)
}
