//! One invocation: the messages of the queue, visits side by side, each visit in order.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use aws_config::SdkConfig;
use futures::{StreamExt, stream};
use shared::{
    environment::MissingVariable,
    metrics::{Unit, emit},
};

use crate::{
    error::ReplayError,
    messages::{Failures, Messages, Opened, Record, by_visit},
    queues::Queues,
    redeliver::{Outcome, Redelivery},
};

/// Visits at once. With two processes, as the template allows, some 500 PutEvents a second at most:
/// half of Personalize's quota, the other half is for what happens now.
const AT_ONCE: usize = 8;

/// How long an invocation goes on beginning with messages: half of its time-out.
const WORK: Duration = Duration::from_secs(60);

/// The function.
pub(crate) struct Replay {
    redelivery: Redelivery,
    queues: Queues,
}

/// What the invocation did so far.
struct Progress {
    until: Instant,
    /// Personalize is down: nobody else need try.
    is_down: Cell<bool>,
    replayed: Cell<usize>,
    withheld: Cell<usize>,
    refused: Cell<usize>,
    returned: RefCell<Vec<Record>>,
}

impl Replay {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self {
            redelivery: Redelivery::from_environment(config)?,
            queues: Queues::from_environment(config)?,
        })
    }

    /// Delivers what can be delivered of `messages`, and says which come back.
    pub(crate) async fn messages(&self, messages: Messages) -> Result<Failures, ReplayError> {
        let progress = Progress::new();
        let mut opened = Vec::new();
        for record in messages.records {
            match record.letter() {
                Ok(letter) => opened.push(Opened { record, letter }),
                Err(reason) => self.unreadable(record, &reason, &progress).await,
            }
        }
        stream::iter(by_visit(opened))
            .for_each_concurrent(AT_ONCE, |visit| self.visit(visit, &progress))
            .await;
        progress.report();
        let returned = progress.returned.into_inner();
        stream::iter(&returned)
            .for_each_concurrent(AT_ONCE, async |record| {
                self.queues.come_back(record, record.pause()).await;
            })
            .await;
        Ok(Failures::of(&returned))
    }

    /// After a message that has to wait, the later ones of its visit wait too.
    async fn visit(&self, visit: Vec<Opened>, progress: &Progress) {
        let mut waits = false;
        for message in visit {
            if waits || progress.is_over() {
                progress.returned.borrow_mut().push(message.record);
                continue;
            }
            waits = !self.message(message, progress).await;
        }
    }

    /// Whether the message is done.
    async fn message(&self, Opened { record, letter }: Opened, progress: &Progress) -> bool {
        let events = letter.events.len();
        let outcome = self
            .redelivery
            .batch(&letter.visit, &letter.events, letter.remember)
            .await;
        let is_done = match outcome {
            Outcome::Withheld => {
                add(&progress.withheld, events);
                true
            }
            Outcome::Done { delivered, refused } => {
                let aside = match refused.is_empty() {
                    true => Ok(()),
                    false => self.queues.refuse(&record, &refused).await,
                };
                add(&progress.replayed, delivered);
                add(&progress.refused, refused.len());
                aside.is_ok()
            }
            Outcome::Later {
                reason,
                all_would_fail,
            } => {
                tracing::info!(reason, waits_for = letter.reason, "a message comes back");
                progress
                    .is_down
                    .set(progress.is_down.get() || all_would_fail);
                false
            }
        };
        if !is_done {
            progress.returned.borrow_mut().push(record);
        }
        is_done
    }

    async fn unreadable(&self, record: Record, reason: &str, progress: &Progress) {
        // The reason may quote an id: it is in the refused queue, not in the log.
        tracing::error!("a message that is no letter is put aside");
        match self.queues.unreadable(&record, reason).await {
            Ok(()) => add(&progress.refused, 1),
            Err(error) => {
                tracing::warn!(%error, "it could not be put aside");
                progress.returned.borrow_mut().push(record);
            }
        }
    }
}

impl Progress {
    fn new() -> Self {
        Self {
            until: Instant::now() + WORK,
            is_down: Cell::default(),
            replayed: Cell::default(),
            withheld: Cell::default(),
            refused: Cell::default(),
            returned: RefCell::default(),
        }
    }

    fn is_over(&self) -> bool {
        self.is_down.get() || Instant::now() >= self.until
    }

    /// Counts of one invocation: exact as f64.
    #[allow(clippy::cast_precision_loss)]
    fn report(&self) {
        let count = |name, things: usize| (name, Unit::Count, things as f64);
        let data = [
            count("Replayed", self.replayed.get()),
            count("Withheld", self.withheld.get()),
            count("RefusedForGood", self.refused.get()),
            count("Returned", self.returned.borrow().len()),
        ];
        emit("replay", &[], &data);
    }
}

fn add(count: &Cell<usize>, more: usize) {
    count.set(count.get() + more);
}
