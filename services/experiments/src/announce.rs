//! Tells the event bus when an experiment has another state, so that people are notified.

use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use serde_json::json;
use shared::{aws::failure, state_change::SOURCE};

/// The detail type of the events.
const DETAIL_TYPE: &str = "Experiment State Change";

/// The default bus.
#[derive(Debug, Clone)]
pub(crate) struct Announcer(pub(crate) Client);

impl Announcer {
    /// Puts an event with what happened and why. What cannot be told is in the log, and in the
    /// experiment's record in any case: a change is not taken back because nobody could be told.
    pub(crate) async fn tell(&self, experiment: &str, status: &str, text: &str) {
        let detail = json!({"experiment": experiment, "status": status, "text": text});
        let entry = PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(DETAIL_TYPE)
            .detail(detail.to_string())
            .build();
        let answer = self.0.put_events().entries(entry).send().await;
        match answer.map_err(failure("events:PutEvents")) {
            Ok(answer) if answer.failed_entry_count() == 0 => {}
            Ok(_) => tracing::warn!(experiment, text, "the event bus did not take this"),
            Err(error) => {
                tracing::warn!(%error, experiment, text, "the event bus did not take this");
            }
        }
    }
}
