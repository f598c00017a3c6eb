//! One call from end to end: checked, logged, delivered, and what was not delivered queued.

use std::{sync::Arc, time::Duration};

use aws_config::SdkConfig;
use jiff::Timestamp;
use shared::{
    caller::{Caller, DEFAULT_USER_ID_CLAIM},
    config::Serving,
    environment::{self, MissingVariable},
    estate::EstateSource,
    metrics::{Unit, emit},
    refreshed::Refreshed,
    visitor::Memories,
};

use crate::{
    dead_letter::messages,
    deliver::{NotTaken, Undelivered, deliver},
    error::TrackError,
    event_log::EventLog,
    interaction::Interaction,
    outlets::Outlets,
    request::{Call, Event, TrackResult},
    tracker::{Tracker, TrackerReader, Watched},
};

/// How old the tracker's id may grow before it is looked up again behind a call.
const TRACKER_AGE: Duration = Duration::from_secs(60);

/// How often a call waits for a tracker that was not there.
const MISSING_AGE: Duration = Duration::from_secs(5);

/// The function.
pub(crate) struct Track {
    tracker: Refreshed<TrackerReader>,
    log: EventLog,
    outlets: Outlets,
    memories: Memories,
    user_id_claim: String,
}

impl Track {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let s3 = aws_sdk_s3::Client::new(config);
        let tracker = TrackerReader(EstateSource::from_environment(config)?);
        let queue_url = environment::required("TRACK_DEAD_LETTER_QUEUE_URL")?;
        Ok(Self {
            tracker: Refreshed::new(tracker, TRACKER_AGE),
            log: EventLog::new(s3, environment::required("DATA_BUCKET")?),
            outlets: Outlets::new(config, queue_url),
            memories: Memories::new(
                aws_sdk_dynamodb::Client::new(config),
                environment::required("LISTS_TABLE")?,
            ),
            user_id_claim: environment::or("USER_ID_CLAIM", DEFAULT_USER_ID_CLAIM),
        })
    }

    /// Looks the tracker up while Lambda still starts the process. A failure is left to the calls.
    pub(crate) async fn warm(&self) {
        if let Err(error) = self.tracker.get().await {
            tracing::warn!(%error, "the event tracker is not known yet");
        }
    }

    /// Takes one call. What the answer counts as accepted is in the event log.
    pub(crate) async fn take(&self, event: Event) -> Result<TrackResult, TrackError> {
        let received = Timestamp::now();
        let caller = Caller::new(&event.identity, &self.user_id_claim)?;
        let call = Call::new(event.arguments.input, &caller, received.as_second())?;
        let (mut dead, mut unqueued) = (0, 0);
        if !call.accepted.is_empty() {
            let log_key = self.log.write(&call, received).await?;
            let watched = self.watched().await;
            let (undelivered, ()) = tokio::join!(
                self.deliver(&call, &watched),
                self.remember(&call, &watched, received.as_second())
            );
            dead = undelivered.iter().map(|batch| batch.events.len()).sum();
            let messages = messages(&call.visit, &log_key, &undelivered);
            unqueued = self.outlets.dead_letter(messages).await;
            if unqueued > 0 {
                tracing::error!(unqueued, log_key, "interactions are in the event log alone");
            }
        }
        report(&call, dead - unqueued, unqueued);
        Ok(TrackResult {
            accepted: call.accepted.len(),
            rejected: call.rejected,
        })
    }

    async fn deliver<'a>(
        &self,
        call: &'a Call,
        watched: &Result<Arc<Watched>, NotTaken>,
    ) -> Vec<Undelivered<'a>> {
        let put = async |events: &[Interaction]| match watched {
            Ok(watched) => match &watched.tracker {
                Tracker::Undeclared => Ok(()),
                Tracker::NotThere => Err(unready("the event tracker does not exist yet")),
                Tracker::Id(id) => self.outlets.put(id, &call.visit, events).await,
            },
            Err(not_taken) => Err(not_taken.clone()),
        };
        deliver(&call.accepted, put).await
    }

    /// Makes the visitor's lists stale and notes what was bought, before the answer: the next
    /// recommendation knows of it.
    async fn remember(&self, call: &Call, watched: &Result<Arc<Watched>, NotTaken>, now: i64) {
        let usual = Serving::default();
        let serving = watched.as_ref().map_or(&usual, |watched| &watched.serving);
        let changes = |one: &&Interaction| serving.makes_stale(&one.event_type);
        let Some(key) = call
            .visitor
            .key()
            .filter(|_| call.accepted.iter().any(|one| changes(&one)))
        else {
            return;
        };
        let buys = call
            .accepted
            .iter()
            .filter(|one| serving.buys(&one.event_type));
        let bought: Vec<String> = buys.map(|one| one.item_id.clone()).collect();
        if let Err(error) = self.memories.changed(&key, &bought, now).await {
            tracing::warn!(%error, "lists made before stay");
            emit("track", &[], &[("StaleLists", Unit::Count, 1.0)]);
        }
    }

    async fn watched(&self) -> Result<Arc<Watched>, NotTaken> {
        match self.tracker.get().await {
            Ok(watched) if watched.tracker == Tracker::NotThere => {
                Ok(self.tracker.renewed(watched, MISSING_AGE).await)
            }
            Ok(watched) => Ok(watched),
            Err(error) => {
                tracing::warn!(%error, "the event tracker is not known");
                Err(unready("the event tracker could not be looked up"))
            }
        }
    }
}

fn unready(reason: &str) -> NotTaken {
    NotTaken {
        reason: reason.to_owned(),
        all_would_fail: true,
    }
}

/// At most 100 of anything: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn report(call: &Call, dead_lettered: usize, unqueued: usize) {
    let count = |name, things: usize| (name, Unit::Count, things as f64);
    let data = [
        count("Accepted", call.accepted.len()),
        count("Rejected", call.rejected.len()),
        count("DeadLettered", dead_lettered),
        count("Unqueued", unqueued),
    ];
    emit("track", &[], &data);
}
