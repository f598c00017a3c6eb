//! Events that wait in the dead-letter queue of events, delivered again: products that changed, and
//! pages of single products. A message leaves the queue when the bus has its event.

mod event;
mod services;

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    aws::{self, AwsError},
    environment,
    estate::EstateSource,
};

use crate::error::ReplayError;
use event::{Event, Shop, event};
use services::{DeadLetters, EventBridge};

/// A message that was received.
#[derive(Debug, Clone)]
struct Waiting {
    id: String,
    receipt: String,
    body: String,
    /// Epoch milliseconds when it came into the queue.
    sent_at: i64,
}

/// The queue.
trait Queue {
    /// At most ten messages, hidden from others for some minutes; none when none is left.
    async fn receive(&self) -> Result<Vec<Waiting>, AwsError>;

    /// Takes a message out.
    async fn delete(&self, message: &Waiting) -> Result<(), AwsError>;
}

/// The event bus.
trait Bus {
    /// Puts at most ten events; whether it took each of them.
    async fn put(&self, events: &[Event]) -> Result<Vec<bool>, AwsError>;
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// On the bus again, and out of the queue.
    redelivered: u64,
    /// Events that the bus did not take now.
    pub(crate) not_taken: u64,
    /// Messages that no event of ours does again, or that came after the beginning.
    pub(crate) left: u64,
}

/// Delivers what waits.
pub(crate) async fn run() -> Result<Report, ReplayError> {
    let config = aws::for_workflows().await;
    let queue = DeadLetters::from_environment(&config)?;
    let estate = EstateSource::from_environment(&config)?.open().await?;
    let shop = Shop {
        estate: estate.config.estate,
        bucket: environment::required("DATA_BUCKET")?,
    };
    let began = Timestamp::now().as_millisecond();
    redeliver(&queue, &EventBridge::new(&config), &shop, began).await
}

/// Puts the events of `queue` on `bus` that were there at `began`: what fails again comes back, and
/// would go round for ever.
async fn redeliver(
    queue: &impl Queue,
    bus: &impl Bus,
    shop: &Shop,
    began: i64,
) -> Result<Report, ReplayError> {
    let (mut report, mut seen) = (Report::default(), HashSet::new());
    loop {
        let mut messages = queue.receive().await?;
        messages.retain(|message| seen.insert(message.id.clone()));
        if messages.is_empty() {
            return Ok(report);
        }
        let (mut known, mut events) = (Vec::new(), Vec::new());
        for message in messages {
            let again = event(&message.body, shop);
            match again.filter(|_| message.sent_at < began) {
                Some(event) => {
                    known.push(message);
                    events.push(event);
                }
                None => report.left += 1,
            }
        }
        if events.is_empty() {
            continue;
        }
        let taken = bus.put(&events).await?;
        for (message, is_taken) in known.iter().zip(taken) {
            if is_taken {
                queue.delete(message).await?;
                report.redelivered += 1;
            } else {
                report.not_taken += 1;
            }
        }
    }
}

impl Report {
    /// Shows it, for a person or a program.
    pub(crate) fn show(&self, json: bool) {
        if json {
            let json = serde_json::to_string(self).unwrap_or_default();
            anstream::println!("{json}");
            return;
        }
        for (what, many) in [
            ("events delivered again", self.redelivered),
            (
                "events that the bus did not take; run this again",
                self.not_taken,
            ),
            (
                "messages left: of AWS's own, of schedules, or newer than this command",
                self.left,
            ),
        ] {
            anstream::println!("{many:>10}  {what}");
        }
    }
}

#[cfg(test)]
mod tests;
