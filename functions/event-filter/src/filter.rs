//! The step: reads an event, asks what is ours, decides, acts.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    arn::{Kind, PersonalizeArn},
    aws,
    environment::required,
    estate::{Estate, EstateSource},
    metrics::{self, Unit},
    resource::is_failed,
};

use crate::{
    act::Targets,
    alias::{Switch, switch},
    call::Subject,
    decide::{Decision, decide},
    error::FilterError,
    event::{Envelope, Happening},
    notice::Notice,
    ours::{Ours, declared},
};

/// How template.yaml ends the name of the workflow, after the stack's.
const REFRESH_CATALOG: &str = "-refresh-catalog";
/// What was done.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    decision: &'static str,
    reason: String,
    /// The ARN of the workflow, the filter or the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

/// The step with its clients.
pub(crate) struct EventFilter {
    source: EstateSource,
    personalize: aws_sdk_personalize::Client,
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
            personalize: aws_sdk_personalize::Client::new(&sdk),
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
        let estate = self.source.open().await?;
        let ours = self.ours(&estate, &happening).await?;
        let decision = decide(&happening, &ours);
        let answer = self.act(&estate, &event.id, decision).await?;
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

    /// What is ours, asking only for what `happening` needs to be judged.
    async fn ours(&self, estate: &Estate, happening: &Happening) -> Result<Ours, FilterError> {
        let mut ours = Ours {
            estate: estate.config.estate.clone(),
            stack: self.stack.clone(),
            declared: declared(&estate.config),
            ..Ours::default()
        };
        match happening {
            Happening::Call(call) => {
                for kind in call.subject().map(kinds).unwrap_or_default() {
                    ours.states.extend(estate.operations.resources(kind).await?);
                }
            }
            Happening::State(change) if is_failed(&change.status) => {
                let now = Timestamp::now().as_second();
                ours.locks = estate.operations.locks(now).await?;
            }
            _ => {}
        }
        Ok(ours)
    }

    async fn act(
        &self,
        estate: &Estate,
        id: &str,
        decision: Decision,
    ) -> Result<Answer, FilterError> {
        let (decision, reason, target) = match decision {
            Decision::StartWorkflow { reason } => {
                let target = self.targets.start(id).await?.to_owned();
                ("start-workflow", reason, Some(target))
            }
            Decision::SwitchAlias {
                reason,
                filter,
                arn,
            } => match switch(&self.personalize, estate, &filter, &arn).await? {
                Switch::Done => ("switch-alias", reason, Some(arn)),
                Switch::Not(why) => ("ignore", format!("{reason}, but {why}"), None),
            },
            Decision::Notify { reason, notice } => {
                match self.notify_once(estate, id, &notice).await? {
                    Some(topic) => ("notify", reason, Some(topic)),
                    None => ("ignore", format!("{reason}, which was told before"), None),
                }
            }
            Decision::Ignore { reason } => ("ignore", reason, None),
        };
        Ok(Answer {
            decision,
            reason,
            target,
        })
    }

    /// Sends the notice of the event `id`; the topic's ARN, or none when it was sent before.
    async fn notify_once(
        &self,
        estate: &Estate,
        id: &str,
        notice: &Notice,
    ) -> Result<Option<String>, FilterError> {
        let operations = &estate.operations;
        let now = Timestamp::now().as_second();
        if !operations.take_event(id, now).await? {
            return Ok(None);
        }
        match self.targets.notify(id, notice).await {
            Ok(topic) => {
                operations.finish_event(id, now).await?;
                Ok(Some(topic.to_owned()))
            }
            Err(error) => {
                operations.give_event_back(id).await?;
                Err(error)
            }
        }
    }
}

/// The kinds of resources whose states tell whether `subject` is ours: its own, and its parent's.
fn kinds(subject: Subject) -> Vec<Kind> {
    let parent = subject.parent.and_then(|arn| arn.parse().ok());
    let parent = parent.map(|parent: PersonalizeArn| parent.kind);
    std::iter::once(subject.kind).chain(parent).collect()
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
