//! Does what was decided: starts the workflow, sends the notification.

use aws_sdk_sns::{error::BuildError, types::MessageAttributeValue};
use shared::aws::{AwsError, failure};

use crate::{error::FilterError, notice::Notice};

/// The longest name of an execution.
const MAX_NAME: usize = 80;

/// Where decisions lead.
pub(crate) struct Targets {
    pub(crate) workflows: aws_sdk_sfn::Client,
    pub(crate) refresh_catalog: String,
    pub(crate) notifications: aws_sdk_sns::Client,
    pub(crate) topic: String,
}

impl Targets {
    /// Starts refresh-catalog because of the event `id`; the workflow's ARN. An event delivered
    /// again starts nothing: its execution has its name already.
    ///
    /// # Errors
    /// Step Functions', after its retries.
    pub(crate) async fn start(&self, id: &str) -> Result<&str, AwsError> {
        let answer = self
            .workflows
            .start_execution()
            .state_machine_arn(&self.refresh_catalog)
            .name(execution_name(id))
            .input("{}")
            .send()
            .await
            .map_err(failure("states:StartExecution"));
        match answer {
            Err(error) if error.code() == "ExecutionAlreadyExists" => {
                tracing::info!("the event was delivered again: its execution is there");
            }
            other => drop(other?),
        }
        Ok(&self.refresh_catalog)
    }

    /// Sends `notice`; the topic's ARN. An email has the text, everything else (queues, functions,
    /// HTTPS) has JSON; the short facts are message attributes too, for subscriptions that filter.
    ///
    /// # Errors
    /// SNS's, after its retries.
    pub(crate) async fn notify(&self, id: &str, notice: &Notice) -> Result<&str, FilterError> {
        let mut request = self
            .notifications
            .publish()
            .topic_arn(&self.topic)
            .subject(&notice.subject)
            .message_structure("json")
            .message(notice.by_protocol(id))
            .message_attributes("eventId", text(id)?);
        for (name, value) in notice.attributes() {
            request = request.message_attributes(name, text(value)?);
        }
        request.send().await.map_err(failure("sns:Publish"))?;
        Ok(&self.topic)
    }
}

fn text(value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
}

/// The name of the execution an event starts: always the same for the same event.
fn execution_name(id: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let id = id.chars().map(|c| if fits(c) { c } else { '-' });
    "event-".chars().chain(id).take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_s_execution_has_a_name_that_step_functions_takes() {
        let id = "17793124-05d4-b198-2fde-7ededc63b103";
        assert_eq!(execution_name(id), format!("event-{id}"));
        assert_eq!(execution_name("a b:c"), "event-a-b-c");
        assert_eq!(execution_name(&"x".repeat(200)).len(), MAX_NAME);
    }
}
