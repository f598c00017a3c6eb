//! The event that a Personalize resource has another state. Personalize publishes none itself, so
//! what looks at a resource tells the default event bus; `event-filter` acts on it.

use std::time::Duration;

use aws_sdk_eventbridge::{
    Client,
    types::{PutEventsRequestEntry, PutEventsResultEntry},
};
use serde::{Deserialize, Serialize};

use crate::{
    arn::Kind,
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};

/// The event's source.
pub const SOURCE: &str = "retail.personalization";
/// The event's detail type.
pub const DETAIL_TYPE: &str = "Personalize Resource State Change";
/// EventBridge may answer 200 and not take an entry, which the SDK's retries do not see.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The event's detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateChange {
    /// The estate the resource belongs to.
    pub estate: String,
    /// The resource's kind.
    pub kind: Kind,
    /// Its name in the Operations table.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Personalize's status now.
    pub status: String,
    /// The status seen before; none when it was not seen before.
    pub previous_status: Option<String>,
    /// Why it failed, if it did.
    pub failure_reason: Option<String>,
}

/// The event bus has not taken the event.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It did not answer.
    #[error(transparent)]
    Bus(#[from] AwsError),
    /// It answered, and did not take the event.
    #[error(
        "the event bus refused the state change of {arn} {attempts} times ({code}: {message}); it is published by the next look at it"
    )]
    Refused {
        /// The resource.
        arn: String,
        /// How often it was tried.
        attempts: u32,
        /// EventBridge's code.
        code: String,
        /// EventBridge's words.
        message: String,
    },
}

impl Fault for PublishError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Bus(error) => error.kind(),
            Self::Refused { .. } => FaultKind::Retryable,
        }
    }
}

impl StateChange {
    /// Puts it on the default bus, or fails: an event is never dropped.
    ///
    /// # Errors
    /// When the bus does not answer, or does not take the event after several tries.
    pub async fn publish(&self, bus: &Client) -> Result<(), PublishError> {
        let entry = PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(DETAIL_TYPE)
            .detail(serde_json::json!(self).to_string())
            .resources(&self.arn)
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
                return Err(self.refused(answer.entries().first()));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
            attempts += 1;
        }
    }

    fn refused(&self, entry: Option<&PutEventsResultEntry>) -> PublishError {
        let text = |value: Option<&str>| value.unwrap_or("not given").to_owned();
        PublishError::Refused {
            arn: self.arn.clone(),
            attempts: ATTEMPTS,
            code: text(entry.and_then(PutEventsResultEntry::error_code)),
            message: text(entry.and_then(PutEventsResultEntry::error_message)),
        }
    }
}
