//! The adapter to PutEvents.

use std::{sync::Arc, time::Duration};

use aws_config::retry::RetryConfig;
use aws_sdk_personalizeevents::{
    config::endpoint::{DefaultResolver, Params, ResolveEndpoint},
    error::BuildError,
    operation::put_events::{PutEvents, PutEventsError, PutEventsInput, PutEventsOutput},
};
use shared::{
    aws::AwsError,
    direct::{Access, Operation, Place, Service, Signing},
    fault::{Fault, FaultKind},
    visitor::session_name,
};

use crate::{
    deliver::NotTaken,
    interaction::{Interaction, Visit},
};

/// Tries of one batch, with full jitter between them. Throttling is known by its error code, as
/// PutEvents does not model it.
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Personalize's event endpoint.
#[derive(Debug, Clone)]
pub struct Personalize(Arc<Endpoint>);

#[derive(Debug)]
struct Endpoint {
    service: Service,
    put_events: Operation<PutEventsInput, PutEventsOutput, PutEventsError>,
}

impl Personalize {
    /// With the time-outs of `access`, and up to three tries.
    #[must_use]
    pub fn new(access: &Access) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(FIRST_PAUSE);
        let access = access.with_retries(retries);
        Self(Arc::new(Endpoint {
            service: Service::new(&access, "personalize", "Personalize Events", endpoint),
            put_events: Operation::new("personalize:PutEvents", Signing::Usual, &PutEvents::new()),
        }))
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
        let Endpoint {
            service,
            put_events,
        } = self.0.as_ref();
        let input = input(tracking_id, visit, interactions);
        let input = input.map_err(|error| not_taken(&put_events.unsent(&error)))?;
        let answer = service.send(put_events, input).await;
        answer.map(|_| ()).map_err(|error| not_taken(&error))
    }
}

fn input(
    tracking_id: &str,
    visit: &Visit,
    interactions: &[Interaction],
) -> Result<PutEventsInput, BuildError> {
    let events: Result<Vec<_>, _> = interactions.iter().map(Interaction::event).collect();
    PutEventsInput::builder()
        .tracking_id(tracking_id)
        .session_id(session_name(&visit.session_id))
        .set_user_id(visit.user_id.clone())
        .set_event_list(Some(events?))
        .build()
}

fn endpoint(place: Place) -> Result<String, String> {
    let params = Params::builder()
        .set_region(place.region)
        .set_endpoint(place.endpoint_url)
        .set_use_fips(place.use_fips)
        .set_use_dual_stack(place.use_dual_stack)
        .build()
        .map_err(|error| error.to_string())?;
    Service::endpoint(DefaultResolver::new().resolve_endpoint(&params))
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
