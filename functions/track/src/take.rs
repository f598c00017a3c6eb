//! `trackInteractions` from end to end: checked, logged, delivered and remembered, and what was not
//! delivered queued. It answers within two seconds whatever fails.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use interactions::{Interaction, NotTaken, Settings, Tracker, Undelivered, deliver};
use jiff::Timestamp;
use shared::{
    caller::Caller,
    config::Serving,
    metrics::{Unit, emit},
};

use crate::{
    dead_letter::{all, messages},
    error::TrackError,
    event_log::lines,
    memory::{Change, Consent},
    request::{Call, Event, TrackArguments, TrackResult},
    screen,
    serve::Track,
};

/// How long after its begin a call stops waiting for Personalize; what is left of two seconds is for
/// the queue.
const DELIVER_UNTIL: Duration = Duration::from_millis(1_200);

/// How often a call waits for a tracker that was not there.
const MISSING_AGE: Duration = Duration::from_secs(5);

/// And for how long.
const MISSING_WITHIN: Duration = Duration::from_millis(300);

const REFUSED: &str = "the visitor refused personalization";
const CONSENT_UNKNOWN: &str = "it is not known whether the visitor agreed";

/// What became of an accepted call.
#[derive(Debug, Default)]
struct Outcome {
    dead_lettered: usize,
    unqueued: usize,
    stale_lists: usize,
}

impl Track {
    /// Takes one call. What the answer counts as accepted is in the event log.
    pub(crate) async fn take(
        &self,
        event: &Event,
        caller: &Caller,
    ) -> Result<TrackResult, TrackError> {
        let (begun, received) = (Instant::now(), Timestamp::now());
        let input = event.arguments::<TrackArguments>()?.input;
        let visit = input.visit(caller)?;
        let sent = input.interactions.len();
        let (session, agent) = (&visit.session_id, event.user_agent());
        if self.screen.is_bot(caller, agent, session, sent, begun) {
            count("Bots", sent);
            return Ok(TrackResult::none_of(sent, screen::REASON));
        }
        let settings = self.settings().await;
        let placements = settings.as_ref().map(|settings| &settings.placements);
        let call = Call::new(visit, input.interactions, placements, received.as_second());
        let mut outcome = Outcome::default();
        if !call.accepted.is_empty() {
            let consent = self.remember(&call, settings.as_deref(), received).await;
            if consent == Consent::Refused {
                count("Refused", sent);
                return Ok(TrackResult::none_of(sent, REFUSED));
            }
            let lines = lines(&call, consent, received);
            let log_key = self.log.append(&lines, received).await?;
            outcome = self
                .hand_on(&call, consent, settings.as_ref(), &log_key, begun)
                .await;
        }
        report(&call, &outcome);
        Ok(TrackResult {
            accepted: call.accepted.len(),
            rejected: call.rejected,
        })
    }

    /// Remembers what the call changes, if its visitor agrees. That is one call to the table for both:
    /// nothing is remembered of a visitor who refused. A call that cannot be logged afterwards has
    /// made lists stale for nothing, which is no harm.
    async fn remember(
        &self,
        call: &Call,
        settings: Option<&Settings>,
        received: Timestamp,
    ) -> Consent {
        let by_default = Serving::default();
        let serving = settings.map_or(&by_default, |settings| &settings.serving);
        let change = Change::by(&call.accepted, serving);
        let now = received.as_second();
        self.memory
            .remember(&call.visit.names(), change.as_ref(), now)
            .await
    }

    /// Delivers what is in the log by now, and queues what could not be. Whoever replays it asks for the
    /// consent that is not known, and makes the lists stale then.
    async fn hand_on(
        &self,
        call: &Call,
        consent: Consent,
        settings: Option<&Arc<Settings>>,
        log_key: &str,
        begun: Instant,
    ) -> Outcome {
        let is_known = consent == Consent::Agreed;
        let undelivered = match is_known {
            true => self.deliver(call, settings, begun + DELIVER_UNTIL).await,
            false => all(&call.accepted, CONSENT_UNKNOWN),
        };
        let dead: usize = undelivered.iter().map(|batch| batch.events.len()).sum();
        let messages = messages(&call.visit, log_key, !is_known, undelivered);
        let unqueued = self.queue.send_all(messages).await;
        if unqueued > 0 {
            tracing::error!(unqueued, log_key, "interactions are in the event log alone");
        }
        Outcome {
            dead_lettered: dead - unqueued,
            unqueued,
            stale_lists: usize::from(!is_known),
        }
    }

    async fn deliver(
        &self,
        call: &Call,
        settings: Option<&Arc<Settings>>,
        until: Instant,
    ) -> Vec<Undelivered> {
        let Some(settings) = settings else {
            return all(&call.accepted, "the event tracker could not be looked up");
        };
        let settings = self.with_tracker(settings).await;
        let put = async |events: &[Interaction]| match &settings.tracker {
            Tracker::Undeclared => Ok(()),
            Tracker::NotThere => Err(NotTaken::unready("the event tracker does not exist yet")),
            Tracker::Id(id) => self.put(id, call, events, until).await,
        };
        deliver(&call.accepted, put).await
    }

    /// One batch, if Personalize is not known to be down, and if there is time.
    async fn put(
        &self,
        tracker: &str,
        call: &Call,
        events: &[Interaction],
        until: Instant,
    ) -> Result<(), NotTaken> {
        let now = Instant::now();
        if now >= until {
            return Err(NotTaken::unready("there was no time left"));
        }
        if !self.breaker.lets_through(now) {
            return Err(NotTaken::unready("Personalize did not answer a moment ago"));
        }
        let put = self.personalize.put(tracker, &call.visit, events);
        let put = tokio::time::timeout_at(until.into(), put).await;
        let put = put.unwrap_or_else(|_| Err(NotTaken::unready("Personalize took too long")));
        match &put {
            Err(not_taken) if not_taken.all_would_fail => self.breaker.failed(Instant::now()),
            _ => self.breaker.answered(),
        }
        put
    }

    async fn with_tracker(&self, settings: &Arc<Settings>) -> Arc<Settings> {
        let settings = Arc::clone(settings);
        match settings.tracker {
            Tracker::NotThere => {
                self.settings
                    .renewed(settings, MISSING_AGE, MISSING_WITHIN)
                    .await
            }
            Tracker::Undeclared | Tracker::Id(_) => settings,
        }
    }
}

/// At most 100 of anything: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn count(name: &str, things: usize) {
    emit("track", &[], &[(name, Unit::Count, things as f64)]);
}

#[allow(clippy::cast_precision_loss)]
fn report(call: &Call, outcome: &Outcome) {
    let count = |name, things: usize| (name, Unit::Count, things as f64);
    let data = [
        count("Accepted", call.accepted.len()),
        count("Rejected", call.rejected.len()),
        count("DeadLettered", outcome.dead_lettered),
        count("Unqueued", outcome.unqueued),
        count("StaleLists", outcome.stale_lists),
    ];
    emit("track", &[], &data);
}
