//! Puts a state change on the default event bus.

use std::time::Duration;

use aws_sdk_eventbridge::{
    Client,
    types::{PutEventsRequestEntry, PutEventsResultEntry},
};
use shared::aws::failure;

use crate::{error::CheckError, status::Change};

const SOURCE: &str = "retail.personalization";
const DETAIL_TYPE: &str = "Personalize Resource State Change";
/// EventBridge may answer 200 and not take an entry, which the SDK's retries do not see.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Publishes `change`, or fails: an event is never dropped.
pub(crate) async fn publish(bus: &Client, change: &Change) -> Result<(), CheckError> {
    let entry = PutEventsRequestEntry::builder()
        .source(SOURCE)
        .detail_type(DETAIL_TYPE)
        .detail(serde_json::json!(change).to_string())
        .resources(&change.arn)
        .build();
    let mut pause = FIRST_PAUSE;
    let mut attempts = 1;
    loop {
        let answer = bus
            .put_events()
            .entries(entry.clone())
            .send()
            .await
            .map_err(failure("events:PutEvents"))?;
        if answer.failed_entry_count() == 0 {
            return Ok(());
        }
        if attempts == ATTEMPTS {
            return Err(refused(change, answer.entries().first()));
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
        attempts += 1;
    }
}

fn refused(change: &Change, entry: Option<&PutEventsResultEntry>) -> CheckError {
    let text = |value: Option<&str>| value.unwrap_or("not given").to_owned();
    CheckError::NotPublished {
        arn: change.arn.clone(),
        attempts: ATTEMPTS,
        code: text(entry.and_then(PutEventsResultEntry::error_code)),
        message: text(entry.and_then(PutEventsResultEntry::error_message)),
    }
}
