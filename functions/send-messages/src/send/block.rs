//! One block: looked at again if it waited, claimed, sent. [`settle`] writes down what became of it.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use messages::{Block, BlockState, Claim, Claimed, Lease, Verdict};
use shared::config::messages::Channel;
use tokio::sync::{Mutex, MutexGuard};

use super::{
    job::{Job, Time},
    outcome::settle,
    people::judged,
    ready::{Aside, Ready},
};
use crate::{
    channels::{Answer, Outgoing},
    error::SendError,
    fill::Shown,
    part::Member,
};

/// How old what decides about a message may be when it is claimed.
const FRESH: Duration = Duration::from_secs(4);
/// The pause after a throttled call; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a throttled block is tried: after that what decided about its messages is too old, and they are
/// left for another block.
const PATIENCE: Duration = FRESH;

/// Where the blocks of a part are written down.
pub(super) struct Ledger {
    pub(super) part: String,
    pub(super) lease: Lease,
    /// How often the part was tried before.
    pub(super) attempt: u32,
    /// The number of the next block. Claims go one after the other: each looks at the lease, and
    /// transactions that look at one item at once stand in each other's way.
    pub(super) next: Mutex<u32>,
    /// How long the lease is held in one go; nothing of a dry run, which has none.
    pub(super) turn: Option<Time>,
}

impl Ledger {
    /// Whether no further block is to be begun for now.
    pub(super) fn is_over(&self, job: &Job) -> bool {
        job.is_over() || self.turn.is_some_and(Time::is_over)
    }
}

/// What became of a block.
#[derive(Debug)]
pub(super) struct End {
    pub(super) channel: Channel,
    pub(super) aside: Aside,
    /// To be prepared anew: the channel changed, or a product did.
    pub(super) again: Vec<Member>,
    /// Who got it.
    pub(super) sent: Vec<(String, Shown)>,
    /// People of a block that is left to be looked up.
    pub(super) uncertain: u64,
    /// Whether some of it got no answer.
    pub(super) silent: bool,
    /// Why the service sends nothing at all now, if it said so.
    pub(super) closed: Option<String>,
    /// Why it refused the last of many people in a row.
    pub(super) refused: Option<String>,
}

/// Sends `people`, all of one channel. It is not begun when the job is over.
pub(super) async fn send(
    job: Arc<Job>,
    ledger: Arc<Ledger>,
    channel: Channel,
    people: Vec<Ready>,
) -> Result<End, SendError> {
    let mut end = End {
        channel,
        aside: Aside::default(),
        again: Vec::new(),
        sent: Vec::new(),
        uncertain: 0,
        silent: false,
        closed: None,
        refused: None,
    };
    let is_over = || ledger.is_over(&job);
    if !job.pace.take(channel, people.len(), is_over).await {
        return Ok(end);
    }
    // First its turn, then the last look: nothing is waited for between the look and the claim.
    let next = ledger.next.lock().await;
    let people = still_ready(&job, people, &mut end).await?;
    if people.is_empty() || is_over() {
        return Ok(end);
    }
    let (block, people) = claim(&job, &ledger, next, channel, people).await?;
    let answers = deliver(&job, channel, &people).await;
    settle(&job, &ledger, block, people, answers, &mut end).await?;
    Ok(end)
}

/// Those whose message may still leave. What waited for its turn is read and judged again.
async fn still_ready(
    job: &Job,
    people: Vec<Ready>,
    end: &mut End,
) -> Result<Vec<Ready>, SendError> {
    if people.iter().all(|ready| ready.read_at.elapsed() < FRESH) {
        return Ok(people);
    }
    let read_at = Instant::now();
    let users: Vec<&str> = people
        .iter()
        .map(|ready| ready.member.user.as_str())
        .collect();
    let shown = people.iter().flat_map(|ready| &ready.products);
    let shown: HashSet<&str> = shown.map(|product| product.item_id.as_str()).collect();
    let (mut known, products) =
        tokio::try_join!(judged(job, &users), job.services.catalogue.products(&shown))?;
    let is_as_shown = |ready: &Ready| {
        ready.products.iter().all(|shown| {
            let now = products.get(&shown.item_id);
            now.is_some_and(|now| {
                now.available && now.withdrawn_at.is_none() && now.price == shown.price
            })
        })
    };
    let mut still = Vec::with_capacity(people.len());
    for mut ready in people {
        let Some(now) = known.remove(&ready.member.user) else {
            continue;
        };
        let address = now.person.contact.as_ref();
        let address = address.and_then(|contact| contact.address(ready.channel));
        let goes_there = address.is_some_and(|address| goes_to(&ready.outgoing, address));
        match now.verdict {
            Verdict::Send(channel)
                if channel == ready.channel && goes_there && is_as_shown(&ready) =>
            {
                ready.sends = now.person.sends;
                ready.read_at = read_at;
                still.push(ready);
            }
            Verdict::Send(_) => end.again.push(ready.member),
            Verdict::Later(at) => end.aside.later.push((ready.member, at)),
            Verdict::Never(reason) => end.aside.skip(reason.name()),
        }
    }
    Ok(still)
}

fn goes_to(outgoing: &Outgoing, address: &str) -> bool {
    use crate::channels::Content::{Email, Push, Sms};
    match &outgoing.content {
        Email { to, .. } | Sms { to, .. } => to == address,
        Push { to, .. } => to.token == address,
    }
}

/// Claims the block, whose turn `next` is; from then on its messages are to be sent.
async fn claim(
    job: &Job,
    ledger: &Ledger,
    mut next: MutexGuard<'_, u32>,
    channel: Channel,
    people: Vec<Ready>,
) -> Result<(Block, Vec<Ready>), SendError> {
    let n = *next;
    // Whether or not this one comes to be, its number is used up.
    *next += 1;
    let now = Timestamp::now().as_second();
    let users = people.iter().map(|ready| ready.member.user.clone());
    let users: Vec<String> = users.collect();
    let sends = people.iter().map(|ready| ready.sends.clone());
    let claim = Claim {
        run: &job.run.run,
        campaign: job.campaign.name(),
        part: &ledger.part,
        n,
        channel,
        lease: &ledger.lease,
        attempt: ledger.attempt,
        people: users.iter().cloned().zip(sends).collect(),
        now,
    };
    let claimed = job.services.table.claim(&claim).await?;
    drop(next);
    match claimed {
        Claimed::Claimed => {}
        Claimed::LostLease | Claimed::Exists => {
            return Err(SendError::TakenOver {
                shard: ledger.lease.shard,
            });
        }
    }
    let block = Block {
        part: ledger.part.clone(),
        n,
        channel,
        state: BlockState::Claimed,
        claimed_at: now,
        attempt: ledger.attempt,
        users,
        outcomes: Vec::new(),
        known: Vec::new(),
    };
    Ok((block, people))
}

/// Sends, and what is throttled again after pauses: for a while, and not when the job is over.
async fn deliver(job: &Job, channel: Channel, people: &[Ready]) -> Vec<Answer> {
    let mut answers = vec![Answer::Throttled; people.len()];
    let Some(service) = job.channels.of(channel) else {
        return answers;
    };
    let (mut pause, begun) = (PAUSE, Instant::now());
    loop {
        let open = (0..people.len()).filter(|&place| answers[place] == Answer::Throttled);
        let open: Vec<usize> = open.collect();
        if open.is_empty() {
            return answers;
        }
        let block: Vec<&Outgoing> = open.iter().map(|&place| &people[place].outgoing).collect();
        let said = service.send(job.tags(), &block).await;
        let mut is_throttled = false;
        for (&place, answer) in open.iter().zip(said) {
            is_throttled |= answer == Answer::Throttled;
            answers[place] = answer;
        }
        if is_throttled {
            let sleep = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
            if job.is_over() || !is_worth(begun.elapsed() + sleep) {
                return answers;
            }
            tokio::time::sleep(sleep).await;
            pause *= 2;
        }
    }
}

/// Whether a throttled block is to be tried so long after its first try.
fn is_worth(after: Duration) -> bool {
    after < PATIENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttled_message_does_not_leave_by_what_was_read_long_ago() {
        assert!(is_worth(Duration::from_secs(3)));
        assert!(!is_worth(FRESH));
    }
}
