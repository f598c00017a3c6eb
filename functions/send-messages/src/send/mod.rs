//! The step that sends: the people of some shards, part after part, until all are done, the run is told to
//! stop, or the time is nearly over.

mod block;
mod exposures;
mod job;
mod line;
mod part;
mod people;
mod previews;
mod ready;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use messages::{Lease, RunState};
use serde::Serialize;
use shared::metrics::{self, Unit};

use crate::{
    error::SendError, pace::Rates, part as parts, part::Part, progress::Progress,
    services::Services,
};
use job::{Job, Watch};

pub(crate) use job::Time;

/// What is asked.
#[derive(Debug)]
pub(crate) struct Order {
    /// The campaign.
    pub(crate) campaign: String,
    /// The run.
    pub(crate) run: String,
    /// Which of the senders this is, from 0.
    pub(crate) sender: u32,
    /// The shards it is to send to.
    pub(crate) shards: Vec<u32>,
    /// Messages a second that are its share.
    pub(crate) pace: Rates,
}

/// How far it came.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sent {
    /// Messages that left (or would have), by channel.
    sent: BTreeMap<String, u64>,
    /// People who do not get it, by reason.
    skipped: BTreeMap<String, u64>,
    /// People who get it later.
    later: u64,
    /// People of blocks of which it is not known whether they left.
    uncertain: u64,
    /// Whether the run was told to stop.
    stopped: bool,
    /// Whether nothing is left to do for this sender now.
    done: bool,
}

/// Sends until `time` is over.
pub(crate) async fn send(
    services: &Arc<Services>,
    order: Order,
    time: Time,
) -> Result<Sent, SendError> {
    let run = services.table.run(&order.run).await?;
    let run = run.ok_or_else(|| SendError::NoRun {
        run: order.run.clone(),
    })?;
    if run.campaign != order.campaign {
        return Err(SendError::OtherCampaign {
            run: run.run,
            of: run.campaign,
        });
    }
    let mut sent = Sent::default();
    if run.state != RunState::Running {
        (sent.stopped, sent.done) = (true, true);
        return Ok(sent);
    }
    let job = Arc::new(Job::open(services, run, &order, time).await?);
    let watch = Watch::over(&job);
    let ended = shards(&job, order.shards, &mut sent).await;
    drop(watch);
    measure(&job, &sent);
    sent.stopped = job.is_stopped();
    sent.done = ended? || sent.stopped;
    Ok(sent)
}

/// Sends to one shard after the other; whether nothing is left. A shard that another run sends to is come
/// back to at the end.
async fn shards(job: &Arc<Job>, shards: Vec<u32>, sent: &mut Sent) -> Result<bool, SendError> {
    let audience = parts::audience(&job.services.bucket, &job.run.run).await?;
    let mut taken = Vec::new();
    for &shard in &shards {
        if job.is_over() {
            return Ok(false);
        }
        if !one_shard(job, &audience, shard, sent).await? {
            taken.push(shard);
        }
    }
    if taken.is_empty() {
        return Ok(!job.is_over());
    }
    if taken.len() < shards.len() {
        // The others took their time; who held these may be done.
        return Ok(false);
    }
    let taken: Vec<String> = taken.iter().map(u32::to_string).collect();
    Err(SendError::Taken {
        shards: taken.join(", "),
    })
}

/// Sends to the people of `shard`; false when another run does.
async fn one_shard(
    job: &Arc<Job>,
    audience: &[Part],
    shard: u32,
    sent: &mut Sent,
) -> Result<bool, SendError> {
    let services = &job.services;
    let known = services
        .progress
        .all(&job.run.run, &format!("{shard:02}-"))
        .await?;
    let now = Timestamp::now().as_second();
    let own = audience.iter().filter(|part| part.shard == shard).cloned();
    let open = parts::open(own.collect(), &known, now);
    if open.is_empty() {
        return Ok(true);
    }
    // A dry run claims nothing, and keeps nobody waiting.
    let lease = match job.run.dry_run {
        true => Lease {
            shard,
            owner: String::new(),
            until: now,
        },
        false => {
            let name = format!("{}/{shard:02}", job.run.run);
            match services.table.lease(shard, &name, now).await? {
                Some(lease) => lease,
                None => return Ok(false),
            }
        }
    };
    let ended = parts_of(job, &lease, open, known, sent).await;
    if !job.run.dry_run {
        services.table.give_back(&lease).await?;
    }
    ended.map(|()| true)
}

async fn parts_of(
    job: &Arc<Job>,
    lease: &Lease,
    open: Vec<Part>,
    known: Vec<Progress>,
    sent: &mut Sent,
) -> Result<(), SendError> {
    for part in open {
        if job.is_over() {
            break;
        }
        let progress = known.iter().find(|known| known.part == part.part).cloned();
        let (tally, ended) = part::send(job, lease, &part, progress).await;
        for (channel, messages) in tally.sent {
            *sent.sent.entry(channel.name().to_owned()).or_default() += messages;
        }
        for (reason, people) in tally.skipped {
            *sent.skipped.entry(reason).or_default() += people;
        }
        sent.later += tally.later;
        sent.uncertain += tally.uncertain;
        ended?;
    }
    Ok(())
}

fn measure(job: &Job, sent: &Sent) {
    let campaign = job.campaign.name();
    for (channel, messages) in &sent.sent {
        let name = match job.run.dry_run {
            true => "MessagesPreviewed",
            false => "MessagesSent",
        };
        metrics::emit(
            "send-messages",
            &[("campaign", campaign), ("channel", channel)],
            &[(name, Unit::Count, *messages as f64)],
        );
    }
    let skipped: u64 = sent.skipped.values().sum();
    metrics::emit(
        "send-messages",
        &[("campaign", campaign)],
        &[
            ("MessagesSkipped", Unit::Count, skipped as f64),
            ("MessagesPutOff", Unit::Count, sent.later as f64),
            ("MessagesUncertain", Unit::Count, sent.uncertain as f64),
        ],
    );
}

/// The longest that a sender needs after its time is over: a call that is not answered, and settling.
pub(crate) const MARGIN: Duration = Duration::from_secs(60);
