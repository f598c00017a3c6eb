//! One run: who is due, one shard after the other, users side by side.

use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use futures::{StreamExt, stream};
use interactions::{BATCH, Personalize, Settings, SettingsReader, Tracker};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    direct::{Access, DynamoDb},
    environment::{self, MissingVariable},
    estate::EstateSource,
    metrics::{Unit, emit},
    refreshed::Source,
    visitor::{Due, IDLE_SECONDS, Memories, Memory, SHARDS},
};

use crate::{error::ResendError, history};

/// Users at once. With some 30 ms a call they make 250 PutEvents a second at most: a quarter of
/// Personalize's quota.
const AT_ONCE: usize = 8;

/// How long a run begins with users. Lambda stops it after 15 minutes.
const WORK: Duration = Duration::from_secs(780);

/// The event: nothing.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {}

/// The answer.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    done: bool,
    resent: Resent,
    /// Users who were due and did something in the last 80 days.
    active: usize,
    /// Events that Personalize will never take.
    refused: usize,
}

/// What was sent again.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct Resent {
    users: usize,
    events: usize,
}

/// What became of one user.
enum Looked {
    /// They are gone, or refused, or somebody else was faster.
    NotDue,
    /// They are not idle.
    Active,
    /// So many events were sent, and so many refused.
    Resent { events: usize, refused: usize },
}

/// The step with its clients.
pub(crate) struct Step {
    settings: SettingsReader,
    memories: Memories,
    personalize: Personalize,
}

impl Step {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let access = Access::new(config);
        Ok(Self {
            settings: SettingsReader(EstateSource::from_environment(&access)?),
            memories: Memories::new(
                DynamoDb::new(&access),
                environment::required("LISTS_TABLE")?,
            ),
            personalize: Personalize::new(&access),
        })
    }

    /// Looks at all who are due, as far as there is time.
    ///
    /// # Errors
    /// When the tables or Personalize do not answer after retries.
    pub(crate) async fn run(&self, Event {}: Event) -> Result<Answer, ResendError> {
        let settings = self.settings.read(None).await?;
        let Tracker::Id(tracker) = &settings.tracker else {
            tracing::info!("there is no event tracker: nothing can be sent again");
            return Ok(Answer::default());
        };
        let (until, mut answer) = (Instant::now() + WORK, Answer::default());
        let all = self.shards(tracker, &settings, until, &mut answer).await;
        answer.report();
        answer.done = all?;
        Ok(answer)
    }

    /// Whether there was time for all.
    async fn shards(
        &self,
        tracker: &str,
        settings: &Settings,
        until: Instant,
        answer: &mut Answer,
    ) -> Result<bool, ResendError> {
        let now = Timestamp::now().as_second();
        for shard in 0..SHARDS {
            let mut next = None;
            loop {
                let (due, following) = self.memories.due(shard, now, next).await?;
                let looked: Vec<Result<Looked, ResendError>> = stream::iter(&due)
                    .map(|one| self.look(one, tracker, settings, now))
                    .buffer_unordered(AT_ONCE)
                    .collect()
                    .await;
                // All are counted before the first error ends the run.
                let wrong = looked.into_iter().filter_map(|one| answer.add(one).err());
                if let Some(error) = wrong.collect::<Vec<_>>().pop() {
                    return Err(error);
                }
                if following.is_none() {
                    break;
                }
                if Instant::now() >= until {
                    return Ok(false);
                }
                next = following;
            }
        }
        Ok(true)
    }

    async fn look(
        &self,
        due: &Due,
        tracker: &str,
        settings: &Settings,
        now: i64,
    ) -> Result<Looked, ResendError> {
        let memory = self.memories.get(&due.key).await?;
        let Some(due_at) = memory.due_at.filter(|at| *at <= now) else {
            return Ok(Looked::NotDue);
        };
        let idle_at = memory.updated_at + IDLE_SECONDS;
        if idle_at > now {
            self.memories.due_again(&due.key, due_at, idle_at).await?;
            return Ok(Looked::Active);
        }
        let looked = self.resend(due, &memory, due_at, tracker, settings).await?;
        let next = now + IDLE_SECONDS;
        self.memories.due_again(&due.key, due_at, next).await?;
        Ok(looked)
    }

    /// Sends the purchases of `memory`; an event that is refused does not take the others with it.
    async fn resend(
        &self,
        due: &Due,
        memory: &Memory,
        due_at: i64,
        tracker: &str,
        settings: &Settings,
    ) -> Result<Looked, ResendError> {
        let visit = history::visit(&due.user_id);
        let mut events = history::events(&due.user_id, &memory.purchases, due_at);
        // What is no longer declared a purchase is none of the filters' either.
        events.retain(|event| settings.serving.buys(&event.event_type));
        let mut refused = 0;
        for batch in events.chunks(BATCH) {
            let put = async |events: &[_]| self.personalize.put(tracker, &visit, events).await;
            let not_taken = interactions::put_all(batch, put).await;
            let not_taken = not_taken.map_err(|error| ResendError::Personalize(error.reason))?;
            refused += not_taken.len();
        }
        let events = events.len() - refused;
        Ok(Looked::Resent { events, refused })
    }
}

impl Answer {
    fn add(&mut self, looked: Result<Looked, ResendError>) -> Result<(), ResendError> {
        match looked? {
            Looked::NotDue => {}
            Looked::Active => self.active += 1,
            Looked::Resent { events, refused } => {
                self.resent.users += 1;
                self.resent.events += events;
                self.refused += refused;
            }
        }
        Ok(())
    }

    /// Counts of one run: exact as f64.
    #[allow(clippy::cast_precision_loss)]
    fn report(&self) {
        let count = |name, things: usize| (name, Unit::Count, things as f64);
        let data = [
            count("UsersResent", self.resent.users),
            count("EventsResent", self.resent.events),
            count("UsersActive", self.active),
            count("EventsRefused", self.refused),
        ];
        emit("resend-purchases", &[], &data);
    }
}
