//! The adapter to PutEvents.

use std::time::Duration;

use aws_config::{SdkConfig, retry::RetryConfig};
use aws_sdk_personalizeevents::{
    Client, config::Builder, error::SdkError, operation::put_events::PutEventsError, types::Event,
};
use shared::{
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
    visitor::session_name,
};

use crate::{
    deliver::NotTaken,
    interaction::{Interaction, Visit},
};

/// Tries of one batch. The SDK waits between them with full jitter, and knows throttling by its error
/// code although PutEvents does not model it.
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Personalize's event endpoint.
#[derive(Debug, Clone)]
pub struct Personalize {
    client: Client,
}

impl Personalize {
    /// With the time-outs of `config`, and up to three tries.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let retry = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(FIRST_PAUSE);
        let config = Builder::from(config).retry_config(retry).build();
        Self {
            client: Client::from_conf(config),
        }
    }

    /// Sends at most [`crate::BATCH`] `interactions` of `visit` to the tracker `tracking_id`.
    ///
    /// # Errors
    /// [`NotTaken`], which says whether the next batch would fail the same way.
    pub async fn put(
        &self,
        tracking_id: &str,
        visit: &Visit,
        interactions: &[Interaction],
    ) -> Result<(), NotTaken> {
        let call = "personalize:PutEvents";
        let events: Result<Vec<Event>, _> = interactions.iter().map(Interaction::event).collect();
        let events = events
            .map_err(SdkError::<PutEventsError>::construction_failure)
            .map_err(|error| not_taken(&failure(call)(error)))?;
        self.client
            .put_events()
            .tracking_id(tracking_id)
            .session_id(session_name(&visit.session_id))
            .set_user_id(visit.user_id.clone())
            .set_event_list(Some(events))
            .send()
            .await
            .map_err(|error| not_taken(&failure(call)(error)))?;
        Ok(())
    }
}

/// Only a batch that Personalize finds wrong says nothing about the next one.
fn not_taken(error: &AwsError) -> NotTaken {
    // The message of an invalid batch may quote an id.
    tracing::warn!(code = error.code(), "Personalize did not take a batch");
    NotTaken {
        reason: error.code().to_owned(),
        all_would_fail: error.kind() != FaultKind::InvalidInput || error.is_not_found(),
    }
}
