//! What an event calls for. Pure: an event and what is ours in, a decision out.

use std::collections::BTreeSet;

use shared::{
    arn::Kind,
    resource::{is_active, is_failed},
    state_change::StateChange,
};

use crate::{
    call::Call,
    event::{Happening, WorkflowChange},
    notice::{Notice, cut},
};

/// What is ours.
#[derive(Debug, Default)]
pub(crate) struct Ours {
    /// The estate's name.
    pub(crate) estate: String,
    /// The stack's name.
    pub(crate) stack: String,
    /// The ARNs of the estate's resources, as far as an event may name them.
    pub(crate) arns: BTreeSet<String>,
}

/// What an event calls for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The catalogue and the ready-made lists are to be refreshed.
    StartWorkflow {
        /// Why.
        reason: String,
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
    fn ignore(reason: impl Into<String>) -> Self {
        Self::Ignore {
            reason: reason.into(),
        }
    }
}

/// Decides on `happening`.
pub(crate) fn decide(happening: &Happening, ours: &Ours) -> Decision {
    match happening {
        Happening::Call(call) => on_call(call, ours),
        Happening::State(change) => on_state(change, ours),
        Happening::Workflow(change) => on_workflow(change, ours),
        Happening::Unknown { what } => Decision::ignore(format!("no rule of ours sends {what}")),
    }
}

/// A change to one of our campaigns or filters that our own functions did not make.
fn on_call(call: &Call, ours: &Ours) -> Decision {
    let Some(subject) = call.subject() else {
        return Decision::ignore(format!(
            "{} changes no campaign and no filter",
            call.event_name
        ));
    };
    if let Some(code) = &call.error_code {
        return Decision::ignore(format!("{} was refused ({code})", call.event_name));
    }
    if call.is_by_function_of(&ours.stack) {
        return Decision::ignore(format!("{} is our own", call.event_name));
    }
    let mut named = subject.arn.iter().chain(&subject.parent);
    if !named.any(|arn| ours.arns.contains(arn)) {
        return Decision::ignore(format!(
            "the {} `{}` is not of estate `{}`",
            subject.kind, subject.name, ours.estate
        ));
    }
    let what = format!(
        "{} `{}` was {} by hand",
        subject.kind, subject.name, subject.verb
    );
    let notice = Notice::new(
        &format!("{}: {what}", ours.estate),
        &[
            &format!(
                "In estate `{}` the {what}, outside the workflows.",
                ours.estate
            ),
            &format!("Call: {}", call.event_name),
            &format!("By: {}", call.by()),
            "If it is to stay, declare it in config/personalization.yaml; if not, run apply-estate or retrain.",
        ],
        &[
            ("estate", &ours.estate),
            ("kind", subject.kind),
            ("name", &subject.name),
            ("event", "changed-by-hand"),
            ("call", &call.event_name),
            ("arn", subject.arn.as_deref().unwrap_or_default()),
        ],
    );
    Decision::Notify {
        reason: what,
        notice,
    }
}

/// A resource that became usable, or never will.
fn on_state(change: &StateChange, ours: &Ours) -> Decision {
    let what = format!("{} `{}` is {}", change.kind, change.name, change.status);
    if change.estate != ours.estate {
        return Decision::ignore(format!("{what}, of another estate, `{}`", change.estate));
    }
    if change.kind == Kind::Campaign && is_active(&change.status) {
        return Decision::StartWorkflow { reason: what };
    }
    if !is_failed(&change.status) {
        return Decision::ignore(format!("{what}, which calls for nothing"));
    }
    let why = change
        .failure_reason
        .as_deref()
        .unwrap_or("Personalize gives no reason");
    let notice = Notice::new(
        &format!("{}: {what}", ours.estate),
        &[
            &format!("In estate `{}` the {what}.", ours.estate),
            &format!("Reason: {}", cut(why)),
            "The workflow that waited for it has stopped there; mend the cause and start it again.",
        ],
        &[
            ("estate", &ours.estate),
            ("kind", change.kind.name()),
            ("name", &change.name),
            ("event", "failed"),
            ("status", &change.status),
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
    let cause = change
        .cause
        .as_deref()
        .unwrap_or("see the execution's history");
    let notice = Notice::new(
        &format!("{}: {what}", ours.estate),
        &[
            &format!(
                "In estate `{}` the {what} in execution `{}`.",
                ours.estate, change.name
            ),
            &format!("Cause: {}", cut(cause)),
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

    use super::*;
    use crate::event::Envelope;

    const PERSONALIZE: &str = "arn:aws:personalize:us-east-1:123456789012";

    fn ours() -> Ours {
        let arns = [
            "dataset-group/shop",
            "solution/taste",
            "campaign/taste",
            "filter/not-purchased",
        ];
        Ours {
            estate: "shop".to_owned(),
            stack: "retail".to_owned(),
            arns: arns.map(|arn| format!("{PERSONALIZE}:{arn}")).into(),
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

    /// A call as CloudTrail records it, made by a person's session.
    fn call(name: &str, parameters: &Value, answer: &Value) -> Value {
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole", "principalId": "AROAEXAMPLE:ann", "accountId": "123456789012",
                "arn": "arn:aws:sts::123456789012:assumed-role/Admin/ann", "accessKeyId": "ASIAEXAMPLE",
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role", "principalId": "AROAEXAMPLE", "accountId": "123456789012",
                        "arn": "arn:aws:iam::123456789012:role/Admin", "userName": "Admin"
                    },
                    "attributes": {"creationDate": "2026-11-23T06:30:00Z", "mfaAuthenticated": "true"}
                }
            },
            "eventTime": "2026-11-23T06:39:58Z", "eventSource": "personalize.amazonaws.com",
            "eventName": name, "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.1",
            "userAgent": "aws-cli/2.31", "requestParameters": parameters, "responseElements": answer,
            "requestID": "1", "eventID": "2", "readOnly": false, "eventType": "AwsApiCall",
            "managementEvent": true, "recipientAccountId": "123456789012", "eventCategory": "Management"
        })
    }

    fn on(detail: &Value) -> Decision {
        decided("aws.personalize", "AWS API Call via CloudTrail", detail)
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

    fn update_campaign() -> Value {
        let arn = json!({"campaignArn": format!("{PERSONALIZE}:campaign/taste")});
        call("UpdateCampaign", &arn, &arn)
    }

    #[test]
    fn a_campaign_changed_by_hand_is_told_with_who_and_what() {
        let notice = notice(on(&update_campaign()));
        assert_eq!(notice.subject, "shop: campaign `taste` was changed by hand");
        assert!(
            notice
                .message
                .contains("By: arn:aws:sts::123456789012:assumed-role/Admin/ann")
        );
        assert_eq!(notice.facts["event"], "changed-by-hand");
    }

    #[test]
    fn what_is_made_by_hand_is_ours_by_what_it_belongs_to() {
        let filter = json!({
            "name": "cheap", "datasetGroupArn": format!("{PERSONALIZE}:dataset-group/shop"),
            "filterExpression": "***"
        });
        let made = json!({"filterArn": format!("{PERSONALIZE}:filter/cheap")});
        let told = notice(on(&call("CreateFilter", &filter, &made)));
        assert_eq!(told.subject, "shop: filter `cheap` was created by hand");
        assert_eq!(told.facts["arn"], made["filterArn"]);
        let campaign = json!({
            "name": "other", "solutionVersionArn": format!("{PERSONALIZE}:solution/taste/8f3a11c0")
        });
        let told = notice(on(&call("CreateCampaign", &campaign, &Value::Null)));
        assert_eq!(told.subject, "shop: campaign `other` was created by hand");
    }

    #[test]
    fn a_refused_call_changed_nothing() {
        let mut refused = update_campaign();
        refused["errorCode"] = json!("AccessDenied");
        refused["responseElements"] = Value::Null;
        assert_eq!(
            reason(on(&refused)),
            "UpdateCampaign was refused (AccessDenied)"
        );
    }

    #[test]
    fn our_own_functions_are_no_hands() {
        let mut own = update_campaign();
        let role = "arn:aws:sts::123456789012:assumed-role/retail-PromoteRole-1X2Y/retail-promote";
        own["userIdentity"]["arn"] = json!(role);
        own["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] =
            json!("retail-PromoteRole-1X2Y");
        assert_eq!(reason(on(&own)), "UpdateCampaign is our own");
        // A person with a role that begins like the stack's is a person.
        own["userIdentity"]["arn"] =
            json!("arn:aws:sts::123456789012:assumed-role/retail-admins/ann@example.com");
        assert!(matches!(on(&own), Decision::Notify { .. }));
        // So is a user without any session.
        own["userIdentity"] = json!({"type": "IAMUser", "arn": "arn:aws:iam::1:user/ann"});
        assert!(matches!(on(&own), Decision::Notify { .. }));
    }

    #[test]
    fn the_resources_of_others_and_other_calls_are_ignored() {
        let other = json!({"filterArn": format!("{PERSONALIZE}:filter/theirs")});
        let why = reason(on(&call("DeleteFilter", &other, &Value::Null)));
        assert_eq!(why, "the filter `theirs` is not of estate `shop`");
        let why = reason(on(&call("ListFilters", &Value::Null, &Value::Null)));
        assert_eq!(why, "ListFilters changes no campaign and no filter");
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
        assert!(reason_of_ignoring("filter", "ACTIVE").contains("calls for nothing"));
        assert!(reason_of_ignoring("campaign", "CREATE PENDING").contains("calls for nothing"));
        assert!(reason(state("campaign", "ACTIVE", "books")).contains("another estate, `books`"));
    }

    fn reason_of_ignoring(kind: &str, status: &str) -> String {
        reason(state(kind, status, "shop"))
    }

    #[test]
    fn a_failure_is_told_with_its_reason() {
        let notice = notice(state("solutionVersion", "CREATE FAILED", "shop"));
        assert_eq!(
            notice.subject,
            "shop: solutionVersion `taste` is CREATE FAILED"
        );
        assert!(notice.message.contains("Reason: too few interactions"));
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
