//! What an event calls for. Pure: an event and what is ours in, a decision out.

use shared::{
    arn::Kind,
    resource::{is_active, is_failed},
    state_change::StateChange,
};

use crate::{
    event::{Happening, WorkflowChange},
    hands,
    notice::{Notice, cut},
    ours::Ours,
};

/// What a workflow ends with that found another run at work: nothing failed.
const ALREADY_RUNNING: &str = "AlreadyRunning";

/// What an event calls for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The catalogue and the ready-made lists are to be refreshed.
    StartWorkflow {
        /// Why.
        reason: String,
    },
    /// A filter's alias is to point to this generation, if it is newer than the one in service.
    SwitchAlias {
        /// Why.
        reason: String,
        /// The filter's stable name.
        filter: String,
        /// The ARN of the generation that became ACTIVE.
        arn: String,
    },
    /// People are to know.
    Notify {
        /// Why.
        reason: String,
        /// What they are told.
        notice: Notice,
    },
    /// Nothing.
    Ignore {
        /// Why not.
        reason: String,
    },
}

impl Decision {
    /// Nothing is called for.
    pub(crate) fn ignore(reason: impl Into<String>) -> Self {
        Self::Ignore {
            reason: reason.into(),
        }
    }
}

/// Decides on `happening`.
pub(crate) fn decide(happening: &Happening, ours: &Ours) -> Decision {
    match happening {
        Happening::Call(call) => hands::on_call(call, ours),
        Happening::State(change) => on_state(change, ours),
        Happening::Workflow(change) => on_workflow(change, ours),
        Happening::Unknown { what } => Decision::ignore(format!("no rule of ours sends {what}")),
    }
}

/// A resource that became usable, or never will.
fn on_state(change: &StateChange, ours: &Ours) -> Decision {
    let what = format!("{} `{}` is {}", change.kind, change.name, change.status);
    if change.estate != ours.estate {
        return Decision::ignore(format!("{what}, of another estate, `{}`", change.estate));
    }
    if is_failed(&change.status) {
        return failed(change, what, ours);
    }
    let declared = ours.stable_name(change.kind, &change.name);
    match (change.kind, declared) {
        (Kind::Campaign, _) if is_active(&change.status) => {
            Decision::StartWorkflow { reason: what }
        }
        (Kind::Filter, Some(filter)) if is_active(&change.status) => Decision::SwitchAlias {
            reason: what,
            filter: filter.to_owned(),
            arn: change.arn.clone(),
        },
        _ => Decision::ignore(format!("{what}, which calls for nothing")),
    }
}

fn failed(change: &StateChange, what: String, ours: &Ours) -> Decision {
    let why = change.failure_reason.as_deref();
    let why = cut(why.unwrap_or("Personalize gives no reason"));
    let waiting = ours.waiting_for(change.kind);
    let waits = waiting.map_or_else(
        || "No workflow waits for it.".to_owned(),
        |lock| {
            format!(
                "Workflow {} waits for it, in execution {}: it ends there, and can be started again once the cause is mended.",
                lock.workflow, lock.owner
            )
        },
    );
    let notice = Notice::new(
        &format!("{}: {what}", ours.estate),
        &[
            &format!("In estate `{}` the {what}.", ours.estate),
            &format!("Reason: {why}"),
            &waits,
            &format!("ARN: {}", change.arn),
        ],
        &[
            ("estate", &ours.estate),
            ("kind", change.kind.name()),
            ("name", &change.name),
            ("event", "failed"),
            ("status", &change.status),
            ("arn", &change.arn),
            ("reason", &why),
            ("workflow", waiting.map_or("", |lock| &lock.workflow)),
            ("execution", waiting.map_or("", |lock| &lock.owner)),
        ],
    );
    Decision::Notify {
        reason: what,
        notice,
    }
}

/// A workflow of this stack that did not end well.
fn on_workflow(change: &WorkflowChange, ours: &Ours) -> Decision {
    let machine = change
        .state_machine_arn
        .rsplit(':')
        .next()
        .unwrap_or_default();
    let workflow = machine
        .strip_prefix(&ours.stack)
        .and_then(|rest| rest.strip_prefix('-'));
    let Some(workflow) = workflow else {
        return Decision::ignore(format!(
            "`{machine}` is no workflow of stack `{}`",
            ours.stack
        ));
    };
    let what = format!("workflow {workflow} ended {}", change.status);
    if !matches!(change.status.as_str(), "FAILED" | "TIMED_OUT" | "ABORTED") {
        return Decision::ignore(format!("workflow {workflow} is {}", change.status));
    }
    let error = change.error.as_deref().unwrap_or_default();
    if error == ALREADY_RUNNING {
        return Decision::ignore(format!(
            "workflow {workflow} was started while another run of it was at work"
        ));
    }
    let cause = cut(change
        .cause
        .as_deref()
        .unwrap_or("see the execution's history"));
    let notice = Notice::new(
        &format!("{}: {what}", ours.estate),
        &[
            &format!(
                "In estate `{}` the {what} in execution `{}`.",
                ours.estate, change.name
            ),
            &format!("Cause: {cause}"),
            &format!("Execution: {}", change.execution_arn),
            "It can be started again: it takes up what is there and makes nothing twice.",
        ],
        &[
            ("estate", &ours.estate),
            ("kind", "workflow"),
            ("name", workflow),
            ("event", "failed"),
            ("status", &change.status),
            ("error", error),
            ("reason", &cause),
            ("arn", &change.execution_arn),
        ],
    );
    Decision::Notify {
        reason: what,
        notice,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::operations::Lock;

    use super::*;
    use crate::event::Envelope;

    const PERSONALIZE: &str = "arn:aws:personalize:us-east-1:123456789012";

    fn ours() -> Ours {
        Ours {
            estate: "shop".to_owned(),
            stack: "retail".to_owned(),
            declared: vec![(Kind::Filter, "taste".to_owned())],
            locks: vec![Lock {
                workflow: "retrain".to_owned(),
                owner: "arn:aws:states:us-east-1:123456789012:execution:retail-retrain:r-1"
                    .to_owned(),
                taken_at: 0,
                expires_at: 1,
            }],
            ..Ours::default()
        }
    }

    fn decided(source: &str, kind: &str, detail: &Value) -> Decision {
        let envelope: Envelope = serde_json::from_value(json!({
            "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "source": source,
            "detail-type": kind, "account": "123456789012", "time": "2026-11-23T06:40:00Z",
            "region": "us-east-1", "resources": [], "detail": detail
        }))
        .unwrap();
        decide(&envelope.read().unwrap(), &ours())
    }

    fn reason(decision: Decision) -> String {
        match decision {
            Decision::Ignore { reason } => reason,
            other => panic!("expected to ignore it, got {other:?}"),
        }
    }

    fn notice(decision: Decision) -> Notice {
        match decision {
            Decision::Notify { notice, .. } => notice,
            other => panic!("expected a notification, got {other:?}"),
        }
    }

    fn state(kind: &str, status: &str, estate: &str) -> Decision {
        let detail = json!({
            "estate": estate, "kind": kind, "name": "taste", "status": status,
            "arn": format!("{PERSONALIZE}:campaign/taste"), "previousStatus": "CREATE IN_PROGRESS",
            "failureReason": status.ends_with("FAILED").then_some("too few interactions")
        });
        decided(
            "retail.personalization",
            "Personalize Resource State Change",
            &detail,
        )
    }

    #[test]
    fn a_campaign_that_became_active_refreshes_the_catalogue() {
        let why = "campaign `taste` is ACTIVE".to_owned();
        assert_eq!(
            state("campaign", "ACTIVE", "shop"),
            Decision::StartWorkflow { reason: why }
        );
        assert!(reason_of_ignoring("solution", "ACTIVE").contains("calls for nothing"));
        assert!(reason_of_ignoring("campaign", "CREATE PENDING").contains("calls for nothing"));
        assert!(reason(state("campaign", "ACTIVE", "books")).contains("another estate, `books`"));
    }

    fn reason_of_ignoring(kind: &str, status: &str) -> String {
        reason(state(kind, status, "shop"))
    }

    #[test]
    fn a_filter_of_ours_that_became_active_takes_over_its_alias() {
        let switch = state("filter", "ACTIVE", "shop");
        let Decision::SwitchAlias { filter, .. } = switch else {
            panic!("expected a switch, got {switch:?}");
        };
        assert_eq!(filter, "taste");
        assert!(reason_of_ignoring("filter", "CREATE PENDING").contains("calls for nothing"));
    }

    #[test]
    fn another_run_at_work_is_no_failure() {
        let detail = json!({
            "executionArn": "arn:e", "name": "run-2", "status": "FAILED", "error": "AlreadyRunning",
            "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:retail-retrain",
            "cause": "another run is at work"
        });
        let kind = "Step Functions Execution Status Change";
        assert!(reason(decided("aws.states", kind, &detail)).contains("another run of it"));
    }

    #[test]
    fn a_failure_is_told_with_its_reason() {
        let notice = notice(state("solutionVersion", "CREATE FAILED", "shop"));
        assert_eq!(
            notice.subject,
            "shop: solutionVersion `taste` is CREATE FAILED"
        );
        assert!(notice.message.contains("Reason: too few interactions"));
        assert_eq!(notice.facts["workflow"], "retrain");
        assert!(notice.message.contains("Workflow retrain waits for it"));
    }

    #[test]
    fn a_workflow_of_ours_that_failed_is_told_with_its_cause() {
        let states = "arn:aws:states:us-east-1:123456789012";
        let workflow = |machine: &str, status: &str| {
            let detail = json!({
                "executionArn": format!("{states}:execution:{machine}:run-1"), "name": "run-1",
                "stateMachineArn": format!("{states}:stateMachine:{machine}"), "status": status,
                "startDate": 1_795_415_998_123_u64, "stopDate": null, "input": "{}", "output": null,
                "error": "DataNotGood", "cause": "Nothing was imported"
            });
            decided(
                "aws.states",
                "Step Functions Execution Status Change",
                &detail,
            )
        };
        let told = notice(workflow("retail-import-data", "FAILED"));
        assert_eq!(told.subject, "shop: workflow import-data ended FAILED");
        assert!(told.message.contains("Cause: Nothing was imported"));
        assert_eq!(
            (&told.facts["error"], &told.facts["name"]),
            (&json!("DataNotGood"), &json!("import-data"))
        );
        assert_eq!(
            reason(workflow("retail-import-data", "SUCCEEDED")),
            "workflow import-data is SUCCEEDED"
        );
        assert!(
            reason(workflow("other-import-data", "FAILED"))
                .contains("no workflow of stack `retail`")
        );
    }

    #[test]
    fn an_unknown_source_is_ignored_and_a_broken_event_names_its_place() {
        let why = reason(decided("aws.s3", "Object Created", &json!({})));
        assert_eq!(why, "no rule of ours sends `Object Created` from aws.s3");
        let broken: Envelope = serde_json::from_value(json!({
            "id": "1", "source": "retail.personalization",
            "detail-type": "Personalize Resource State Change", "detail": {"estate": 7}
        }))
        .unwrap();
        let message = broken.read().unwrap_err().to_string();
        assert!(message.contains("at `estate`"), "{message}");
    }
}
