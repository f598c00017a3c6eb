//! Changes by hand: calls that changed something of ours and that no function of ours made. The
//! estate then drifts from its declaration, and somebody has to say which of the two is right.

use crate::{
    call::Call,
    decide::Decision,
    notice::{Notice, cut},
    ours::Ours,
};

/// Decides on a call.
pub(crate) fn on_call(call: &Call, ours: &Ours) -> Decision {
    let Some(subject) = call.subject() else {
        return Decision::ignore(format!(
            "{} changes nothing that an estate declares",
            call.event_name
        ));
    };
    if let Some(code) = &call.error_code {
        return Decision::ignore(format!("{} was refused ({code})", call.event_name));
    }
    if call.is_by_function_of(&ours.stack) {
        return Decision::ignore(format!("{} is our own", call.event_name));
    }
    let Some(name) = ours.name_of(&subject) else {
        return Decision::ignore(format!(
            "the {} `{}` is not of estate `{}`",
            subject.kind, subject.name, ours.estate
        ));
    };
    let what = format!("{} `{name}` was {} by hand", subject.kind, subject.verb);
    let asked = cut(&call.asked_for());
    let notice = Notice::new(
        &format!("{}: {what}", ours.estate),
        &[
            &format!(
                "In estate `{}` the {what}, outside the workflows: it differs from config/personalization.yaml now.",
                ours.estate
            ),
            &format!("In Personalize its name is `{}`.", subject.name),
            &format!("Call: {}, which asked for {asked}", call.event_name),
            &format!("By: {}", call.by()),
            "See the drift with `cargo run -p estate --bin estate -- diff`. If the change is to stay, declare it (`estate -- adopt` takes over what is there); if not, `estate -- plan` shows what apply-estate would put back.",
        ],
        &[
            ("estate", &ours.estate),
            ("kind", subject.kind.name()),
            ("name", name),
            ("event", "changed-by-hand"),
            ("call", &call.event_name),
            ("by", call.by()),
            ("asked", &asked),
            ("arn", subject.arn.as_deref().unwrap_or_default()),
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
    use shared::{arn::Kind, operations::ResourceState};

    use super::*;

    const PERSONALIZE: &str = "arn:aws:personalize:us-east-1:123456789012";

    fn ours() -> Ours {
        let state = |kind: Kind, name: &str, resource: &str| ResourceState {
            kind,
            name: name.to_owned(),
            arn: format!("{PERSONALIZE}:{resource}"),
            status: "ACTIVE".to_owned(),
            updated_at: 0,
            tracking_id: None,
        };
        Ours {
            estate: "shop".to_owned(),
            stack: "retail".to_owned(),
            declared: [
                (Kind::Campaign, "taste"),
                (Kind::Filter, "new"),
                (Kind::Recommender, "picks"),
            ]
            .map(|(kind, name)| (kind, name.to_owned()))
            .into(),
            states: vec![
                state(Kind::DatasetGroup, "shop", "dataset-group/shop"),
                state(Kind::Solution, "taste", "solution/taste"),
                state(Kind::EventTracker, "shop-events", "event-tracker/258090be"),
            ],
            locks: Vec::new(),
        }
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
        on_call(&serde_json::from_value(detail.clone()).unwrap(), &ours())
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
    fn what_the_experiments_service_makes_is_ours() {
        let mut made = update_campaign();
        let identity = &mut made["userIdentity"];
        let role = "retail-ExperimentsTaskRole-1ABC";
        let task = "8f3a11c08f3a11c08f3a11c08f3a11c0";
        identity["arn"] = json!(format!("arn:aws:sts::1:assumed-role/{role}/{task}"));
        identity["sessionContext"]["sessionIssuer"]["userName"] = json!(role);
        assert_eq!(reason(on(&made)), "UpdateCampaign is our own");
        made["userIdentity"]["arn"] = json!(format!("arn:aws:sts::1:assumed-role/{role}/ann"));
        assert!(
            matches!(on(&made), Decision::Notify { .. }),
            "a person's session"
        );
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
        assert_eq!(why, "ListFilters changes nothing that an estate declares");
    }

    #[test]
    fn every_kind_that_is_declared_is_watched_and_told_under_its_stable_name() {
        let by_arn = |call_name: &str, member: &str, resource: &str| {
            let parameters = json!({ member: format!("{PERSONALIZE}:{resource}") });
            notice(on(&call(call_name, &parameters, &Value::Null))).subject
        };
        for (call_name, member, resource, told) in [
            (
                "DeleteFilter",
                "filterArn",
                "filter/new-20261123-3fa9c1d2",
                "filter `new` was deleted by hand",
            ),
            (
                "StopRecommender",
                "recommenderArn",
                "recommender/picks",
                "recommender `picks` was stopped by hand",
            ),
            (
                "DeleteEventTracker",
                "eventTrackerArn",
                "event-tracker/258090be",
                "eventTracker `shop-events` was deleted by hand",
            ),
            (
                "TagResource",
                "resourceArn",
                "campaign/taste",
                "campaign `taste` was tagged by hand",
            ),
            (
                "DeleteDatasetGroup",
                "datasetGroupArn",
                "dataset-group/shop",
                "datasetGroup `shop` was deleted by hand",
            ),
        ] {
            let subject = by_arn(call_name, member, resource);
            assert_eq!(subject, format!("shop: {told}"));
        }
    }

    #[test]
    fn what_the_call_asked_for_is_told() {
        let parameters = json!({
            "campaignArn": format!("{PERSONALIZE}:campaign/taste"), "minProvisionedTPS": 5
        });
        let told = notice(on(&call("UpdateCampaign", &parameters, &Value::Null)));
        assert_eq!(told.facts["asked"], r#"{"minProvisionedTPS":5}"#);
    }
}
