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

/// How template.yaml ends the name of the workflow, after the stack's.
const REFRESH_CATALOG: &str = "-refresh-catalog";
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
    /// When a variable is missing, or the workflow is not named as the template names it.
    pub(crate) async fn from_environment() -> Result<Self, FilterError> {
        let sdk = aws::for_workflows().await;
        let refresh_catalog = required("REFRESH_CATALOG_STATE_MACHINE_ARN")?;
        Ok(Self {
            stack: stack_of(&refresh_catalog)?.to_owned(),
            source: EstateSource::from_environment(&sdk)?,
            targets: Targets {
                workflows: aws_sdk_sfn::Client::new(&sdk),
                refresh_catalog,
                notifications: aws_sdk_sns::Client::new(&sdk),
                topic: required("NOTIFICATION_TOPIC_ARN")?,
            },
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

/// The stack's name, with which the names of all our functions, roles and workflows begin.
fn stack_of(refresh_catalog: &str) -> Result<&str, FilterError> {
    refresh_catalog
        .rsplit(':')
        .next()
        .and_then(|name| name.strip_suffix(REFRESH_CATALOG))
        .ok_or_else(|| FilterError::WorkflowName {
            arn: refresh_catalog.to_owned(),
        })
}

async fn known_arns(estate: &Estate) -> Result<BTreeSet<String>, FilterError> {
    let mut arns = BTreeSet::new();
    for kind in NAMED_BY_CALLS {
        let states = estate.operations.resources(kind).await?;
        arns.extend(states.into_iter().map(|state| state.arn));
    }
    Ok(arns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_is_known_by_its_workflow() {
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:my-shop-refresh-catalog";
        assert_eq!(stack_of(arn).unwrap(), "my-shop");
        assert!(stack_of("arn:aws:states:us-east-1:1:stateMachine:other").is_err());
    }
}
