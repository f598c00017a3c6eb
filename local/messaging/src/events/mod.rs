//! What the services tell of messages: events of what was sent go to S3 as Firehose writes them, bounces,
//! complaints and answers to SNS.
//!
//! Events are made from the outbox itself, from the first message on that has none yet: whatever ends this server or
//! the S3, none is lost, and one may come twice, as with Firehose.

mod aws;
mod email;
mod feedback;
mod text;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use self::aws::{Clients, object_key};
pub(crate) use self::feedback::{About, answered, bounced, complained};
use crate::{
    app::App,
    error::Error,
    fault::Fault,
    outbox::{Channel, Filter, Record, Status},
    settings::Destinations,
    state::StateDir,
};

/// Messages that are looked at together.
const BATCH: usize = 2000;
/// Bytes of an object, about: Firehose's own limit.
const OBJECT: usize = 5 << 20;
/// How often it is looked whether there is anything to do when there are no destinations.
const IDLE: Duration = Duration::from_secs(1);
/// How long the last events may take when the server stops.
const LAST: Duration = Duration::from_secs(10);
const FILE: &str = "delivered.json";

/// Who knows up to which message events were delivered.
#[derive(Debug)]
pub(crate) struct Courier {
    delivered: Mutex<u64>,
    /// One delivers at a time.
    turn: tokio::sync::Mutex<Option<Clients>>,
    state: Option<Arc<StateDir>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Delivered {
    seq: u64,
}

impl Courier {
    /// Goes on where the last one was, with `newest` as the last message that there is.
    pub(crate) fn open(state: Option<Arc<StateDir>>, newest: u64) -> Result<Self, Error> {
        let delivered = state.as_deref().map(|state| state.read::<Delivered>(FILE));
        let delivered = delivered.transpose()?.flatten().unwrap_or_default();
        Ok(Self {
            // An outbox that was emptied before a restart begins anew.
            delivered: Mutex::new(delivered.seq.min(newest)),
            turn: tokio::sync::Mutex::new(None),
            state,
        })
    }

    fn delivered(&self) -> u64 {
        *self
            .delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, seq: u64) {
        *self
            .delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = seq;
        if let Some(state) = &self.state
            && let Err(error) = state.replace(FILE, &Delivered { seq })
        {
            tracing::warn!(%error, "what was delivered cannot be kept: it comes twice after a restart");
        }
    }
}

/// Delivers events until the server stops, and those that are left then.
pub(crate) async fn deliver_all(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    loop {
        let evidence = app.settings.destinations().evidence;
        let pause = evidence.map_or(IDLE, |evidence| Duration::from_secs(evidence.seconds));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => break,
        }
        if let Err(fault) = deliver(&app).await {
            tracing::warn!(%fault, "events wait");
        }
    }
    match tokio::time::timeout(LAST, deliver(&app)).await {
        Ok(Ok(_)) => {}
        Ok(Err(fault)) => tracing::warn!(%fault, "the last events wait for the next start"),
        Err(_) => tracing::warn!("the last events wait for the next start"),
    }
}

/// Delivers the events of messages that have none yet, and says of how many messages.
///
/// # Errors
/// When S3 or SNS does not take them; the next call tries again.
pub(crate) async fn deliver(app: &Arc<App>) -> Result<u64, Fault> {
    let destinations = app.settings.destinations();
    if destinations.evidence.is_none() && destinations.feedback.is_none() {
        return Ok(0);
    }
    let mut turn = app.courier.turn.lock().await;
    if turn
        .as_ref()
        .is_none_or(|clients| !clients.are_of(&destinations))
    {
        *turn = Some(Clients::new(&destinations));
    }
    let Some(clients) = turn.as_ref() else {
        return Ok(0);
    };
    let mut count = 0;
    loop {
        let after = app.courier.delivered();
        let records = batch(Arc::clone(app), after).await?;
        let Some(last) = records.last().map(|record| record.seq) else {
            return Ok(count);
        };
        if let Some(evidence) = &destinations.evidence {
            for object in objects(&records) {
                let key = object_key(&evidence.prefix);
                clients.put(&evidence.bucket, &key, object).await?;
            }
        }
        if destinations.feedback.is_some() {
            react(clients, &destinations, &records).await?;
        }
        count += records.len() as u64;
        app.courier.advance(last);
    }
}

async fn batch(app: Arc<App>, after: u64) -> Result<Vec<Record>, Fault> {
    let read = move || {
        let entries = app.outbox.after(after, &Filter::default(), BATCH);
        app.outbox.records(&entries)
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(Fault::internal)?.map_err(Fault::internal)
}

/// Events one after the other, each on a line, in objects of a bounded size. As on AWS, messages without a
/// configuration set have none, nor have push notifications.
fn objects(records: &[Record]) -> Vec<Vec<u8>> {
    let mut objects = vec![Vec::new()];
    let told = records
        .iter()
        .filter(|record| record.configuration_set.is_some());
    for record in told {
        let events = match record.channel {
            Channel::Email => vec![email::sent(record)],
            Channel::Sms => text::sent(record),
            Channel::Push => Vec::new(),
        };
        if objects.last().is_some_and(|object| object.len() >= OBJECT) {
            objects.push(Vec::new());
        }
        if let Some(object) = objects.last_mut() {
            for event in events {
                object.extend_from_slice(event.to_string().as_bytes());
                object.push(b'\n');
            }
        }
    }
    objects.retain(|object| !object.is_empty());
    objects
}

/// What SES itself answers to some emails: a bounce of a suppressed address, and what its simulator is for.
async fn react(
    clients: &Clients,
    destinations: &Destinations,
    records: &[Record],
) -> Result<(), Fault> {
    let emails = records
        .iter()
        .filter(|record| record.channel == Channel::Email);
    for record in emails {
        if record.status == Status::Suppressed {
            let event = email::bounce(record, &record.to, "Permanent", "OnAccountSuppressionList");
            clients.publish(destinations, &event).await?;
        }
        for address in &record.to {
            if let Some(event) = feedback::simulated(record, address) {
                clients.publish(destinations, &event).await?;
            }
        }
    }
    Ok(())
}

/// Publishes what happened to a message.
///
/// # Errors
/// When there is no topic, or SNS does not take it.
pub(crate) async fn publish(app: &App, event: &serde_json::Value) -> Result<(), Fault> {
    let destinations = app.settings.destinations();
    if destinations.feedback.is_none() {
        return Err(Fault::missing(
            "there is no topic to publish to; put one to /_messaging/destinations as feedback.topicArn",
        ));
    }
    Clients::new(&destinations)
        .publish(&destinations, event)
        .await
}
