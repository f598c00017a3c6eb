//! What a shell needs so that AWS tools and the `estate` command work on the running stack.

use crate::aws::{ACCESS_KEY, REGION};
use crate::error::Result;
use crate::stack::Stack;

/// Variables that hold an output of the template, and the output's name.
const OUTPUTS: [(&str, &str); 14] = [
    ("DATA_BUCKET", "DataBucketName"),
    ("OPERATIONS_TABLE", "OperationsTableName"),
    ("PERSONALIZE_ROLE_ARN", "PersonalizeRoleArn"),
    ("SCHEDULE_GROUP", "ScheduleGroupName"),
    ("SCHEDULER_ROLE_ARN", "SchedulerRoleArn"),
    ("EVENTS_DEAD_LETTER_QUEUE_ARN", "EventsDeadLetterQueueArn"),
    ("EVENTS_DEAD_LETTER_QUEUE_URL", "EventsDeadLetterQueueUrl"),
    (
        "APPLY_ESTATE_STATE_MACHINE_ARN",
        "ApplyEstateStateMachineArn",
    ),
    ("IMPORT_DATA_STATE_MACHINE_ARN", "ImportDataStateMachineArn"),
    ("RETRAIN_STATE_MACHINE_ARN", "RetrainStateMachineArn"),
    (
        "REFRESH_CATALOG_STATE_MACHINE_ARN",
        "RefreshCatalogStateMachineArn",
    ),
    (
        "BATCH_RECOMMEND_STATE_MACHINE_ARN",
        "BatchRecommendStateMachineArn",
    ),
    (
        "SEND_CAMPAIGN_STATE_MACHINE_ARN",
        "SendCampaignStateMachineArn",
    ),
    ("CAPACITY_FUNCTION_ARN", "CapacityFunctionArn"),
];

/// The lines a shell evaluates: `eval "$(cargo local env)"`.
///
/// # Errors
/// [`Error::Unexpected`](crate::Error::Unexpected) when the template lacks an output.
pub fn exports(stack: &Stack) -> Result<String> {
    let mut lines = vec![
        export("AWS_ENDPOINT_URL", &stack.endpoint()),
        export("AWS_REGION", REGION),
        export("AWS_DEFAULT_REGION", REGION),
        export("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        export("AWS_SECRET_ACCESS_KEY", ACCESS_KEY),
        // A profile of the user's would win over the credentials.
        "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned(),
    ];
    for (name, output) in OUTPUTS {
        lines.push(export(name, stack.output(output)?));
    }
    Ok(lines.join("\n"))
}

/// Single quotes, so that a shell takes the value as it is.
fn export(name: &str, value: &str) -> String {
    format!("export {name}='{}'", value.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_values_as_they_are() {
        assert_eq!(export("A", "b$c"), "export A='b$c'");
        assert_eq!(export("A", "it's"), "export A='it'\\''s'");
    }
}
