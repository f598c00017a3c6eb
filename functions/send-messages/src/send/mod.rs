//! The step that sends: the people of some shards, part after part, until all are done, the run is told to
//! stop, or the time is nearly over.

mod block;
mod exposures;
mod job;
mod line;
mod outcome;
mod part;
mod people;
mod previews;
mod ready;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

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

/// How long the lease of a shard is held in one go: other runs send to its people, too.
const TURN: Duration = Duration::from_secs(60);
/// The pause before a shard is taken again at once, in which another run may take it.
const BREATH: Duration = Duration::from_secs(5);

/// What came of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    /// To its end, for now.
    Through,
    /// To the end of a turn.
    Around,
    /// Another run has it.
    Taken,
}

/// The shards that are left, in their order.
struct Round {
    left: VecDeque<u32>,
    taken: Vec<u32>,
}

impl Round {
    /// Notes what came of `shard`; whether to pause before the next one, which is the same.
    fn note(&mut self, shard: u32, came: Came) -> bool {
        match came {
            Came::Through => {}
            Came::Taken => self.taken.push(shard),
            Came::Around => {
                self.left.push_back(shard);
                return self.left.len() == 1;
            }
        }
        false
    }
}

/// Sends to one shard after the other, and around; whether nothing is left. A shard that another run sends
/// to is come back to at the end.
async fn shards(job: &Arc<Job>, shards: Vec<u32>, sent: &mut Sent) -> Result<bool, SendError> {
    let audience = parts::audience(&job.services.bucket, &job.run.run).await?;
    let all = shards.len();
    let mut round = Round {
        left: shards.into(),
        taken: Vec::new(),
    };
    while let Some(shard) = round.left.pop_front() {
        if job.is_over() {
            return Ok(false);
        }
        let came = one_shard(job, &audience, shard, sent).await?;
        if round.note(shard, came) {
            job.rest(BREATH).await;
        }
    }
    let taken = round.taken;
    if taken.is_empty() {
        return Ok(!job.is_over());
    }
    if taken.len() < all {
        // The others took their time; who held these may be done.
        return Ok(false);
    }
    let taken: Vec<String> = taken.iter().map(u32::to_string).collect();
    Err(SendError::Taken {
        shards: taken.join(", "),
    })
}

/// Sends to the people of `shard`, for a turn.
async fn one_shard(
    job: &Arc<Job>,
    audience: &[Part],
    shard: u32,
    sent: &mut Sent,
) -> Result<Came, SendError> {
    let services = &job.services;
    let known = services
        .progress
        .all(&job.run.run, &format!("{shard:02}-"))
        .await?;
    let now = Timestamp::now().as_second();
    let own = audience.iter().filter(|part| part.shard == shard).cloned();
    let open = parts::open(own.collect(), &known, now);
    if open.is_empty() {
        return Ok(Came::Through);
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
                None => return Ok(Came::Taken),
            }
        }
    };
    let turn = (!job.run.dry_run).then(|| Time::within(TURN));
    let ended = parts_of(job, &lease, turn, open, known, sent).await;
    if !job.run.dry_run {
        services.table.give_back(&lease).await?;
    }
    ended.map(|()| match turn.is_some_and(Time::is_over) {
        true => Came::Around,
        false => Came::Through,
    })
}

async fn parts_of(
    job: &Arc<Job>,
    lease: &Lease,
    turn: Option<Time>,
    open: Vec<Part>,
    known: Vec<Progress>,
    sent: &mut Sent,
) -> Result<(), SendError> {
    for part in open {
        if job.is_over() || turn.is_some_and(Time::is_over) {
            break;
        }
        let progress = known.iter().find(|known| known.part == part.part).cloned();
        let (tally, ended) = part::send(job, lease, turn, &part, progress).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_lets_go_of_a_shard_before_it_takes_it_again() {
        let mut round = Round {
            left: VecDeque::from([4, 7, 9]),
            taken: Vec::new(),
        };
        let mut next = |came| {
            let shard = round.left.pop_front()?;
            Some((shard, round.note(shard, came)))
        };
        assert_eq!(next(Came::Around), Some((4, false)));
        assert_eq!(next(Came::Taken), Some((7, false)));
        assert_eq!(next(Came::Through), Some((9, false)));
        assert_eq!(next(Came::Around), Some((4, true)), "alone: others first");
        assert_eq!(next(Came::Through), Some((4, false)));
        assert_eq!(next(Came::Through), None);
        assert_eq!(round.taken, [7]);
    }
}
