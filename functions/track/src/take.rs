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
    memory::{Change, Consent},
    request::{Call, Event, TrackArguments, TrackResult},
    screen,
    serve::Track,
};

/// How long after its begin a call stops waiting for Personalize and for the visitor's memory; what
/// is left of two seconds is for the queue.
const DELIVER_UNTIL: Duration = Duration::from_millis(1_200);

/// At least this is left for the memory when the log took long: a purchase should be forgotten last.
const LEAST: Duration = Duration::from_millis(300);

/// How often a call waits for a tracker that was not there.
const MISSING_AGE: Duration = Duration::from_secs(5);

const REFUSED: &str = "the visitor refused personalization";
const CONSENT_UNKNOWN: &str = "it is not known whether the visitor agreed";
const NOT_REMEMBERED: &str = "it is not remembered that the visitor's lists are stale";

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
        let key = visit.key();
        let (settings, consent) = tokio::join!(self.settings(), self.memory.consent(&key));
        if consent == Consent::Refused {
            count("Refused", sent);
            return Ok(TrackResult::none_of(sent, REFUSED));
        }
        let placements = settings.as_ref().map(|settings| &settings.placements);
        let call = Call::new(visit, input.interactions, placements, received.as_second());
        let mut outcome = Outcome::default();
        if !call.accepted.is_empty() {
            let log_key = self.log.write(&call, consent, received).await?;
            let settings = settings.as_ref();
            outcome = self
                .hand_on(&call, consent, settings, &log_key, begun)
                .await;
        }
        report(&call, &outcome);
        Ok(TrackResult {
            accepted: call.accepted.len(),
            rejected: call.rejected,
        })
    }

    /// Delivers and remembers what is in the log by now, and queues what could not be.
    async fn hand_on(
        &self,
        call: &Call,
        consent: Consent,
        settings: Option<&Arc<Settings>>,
        log_key: &str,
        begun: Instant,
    ) -> Outcome {
        let until = begun + DELIVER_UNTIL;
        let (undelivered, remembered) = match consent {
            Consent::Agreed => tokio::join!(
                self.deliver(call, settings, until),
                self.remember(call, settings, until)
            ),
            _ => (all(&call.accepted, CONSENT_UNKNOWN), false),
        };
        let undelivered = if remembered || consent != Consent::Agreed {
            undelivered
        } else {
            // The queue brings all of them again; Personalize ignores what it has.
            all(&call.accepted, NOT_REMEMBERED)
        };
        let dead: usize = undelivered.iter().map(|batch| batch.events.len()).sum();
        let messages = messages(&call.visit, log_key, !remembered, undelivered);
        let unqueued = self.queue.send_all(messages).await;
        if unqueued > 0 {
            tracing::error!(unqueued, log_key, "interactions are in the event log alone");
        }
        Outcome {
            dead_lettered: dead - unqueued,
            unqueued,
            stale_lists: usize::from(!remembered),
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

    /// Remembers what the call changes; whether there is nothing left to remember.
    async fn remember(
        &self,
        call: &Call,
        settings: Option<&Arc<Settings>>,
        until: Instant,
    ) -> bool {
        let by_default = Serving::default();
        let serving = settings.map_or(&by_default, |settings| &settings.serving);
        let Some(change) = Change::by(&call.accepted, serving) else {
            return true;
        };
        let limit = until.saturating_duration_since(Instant::now()).max(LEAST);
        let now = Timestamp::now().as_second();
        self.memory
            .remember(&call.visit.key(), &change, now, limit)
            .await
    }

    async fn with_tracker(&self, settings: &Arc<Settings>) -> Arc<Settings> {
        let settings = Arc::clone(settings);
        match settings.tracker {
            Tracker::NotThere => self.settings.renewed(settings, MISSING_AGE).await,
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
