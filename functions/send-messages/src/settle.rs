//! The step that settles what killed senders left: blocks that were claimed, and of which nobody wrote down
//! what became.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use messages::{Block, Lease, Outcome, Sends, Settled, key};
use serde::Serialize;
use shared::config::messages::Channel;

use crate::{
    error::SendError,
    evidence::{Found, search},
    progress::Progress,
    send::Time,
    services::Services,
    standing::count,
};

/// Parts that are looked at in one search: with 1,000 people each their keys are some megabytes.
const PARTS: usize = 100;
/// Clocks of services and ours differ, in seconds; less where evidence is waited for but a moment.
const CLOCKS: i64 = 10;
/// How long before a block an event may have happened that tells of the stream by when it came, in seconds:
/// as long as Firehose gathers.
const AROUND: i64 = 60;
/// After so many times the evidence's time nothing more is expected of it.
const PATIENCE: i64 = 4;

/// What was settled.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SettledPeople {
    /// Not known yet.
    open: u64,
    /// Not sent, and to be sent.
    released: u64,
    /// Never to be known.
    held: u64,
    /// Sent.
    sent: u64,
}

/// Settles what can be settled now of `run`.
pub(crate) async fn settle(
    services: &Services,
    run: &str,
    time: Time,
) -> Result<SettledPeople, SendError> {
    let now = Timestamp::now().as_second();
    let mut parts = services.progress.all(run, "").await?;
    parts.retain(|part| part.uncertain > 0 && part.settle_at.is_none_or(|at| at <= now));
    let mut settled = SettledPeople::default();
    for parts in parts.chunks(PARTS) {
        if time.is_over() {
            break;
        }
        let mut open = BTreeMap::new();
        for part in parts {
            let mut blocks = services.table.blocks(run, &part.part).await?;
            blocks.retain(|block| block.outcomes.is_empty());
            open.insert(part.part.clone(), blocks);
        }
        let found = evidence(services, run, open.values().flatten(), now).await?;
        for part in parts {
            let blocks = open.remove(&part.part).unwrap_or_default();
            one_part(services, run, part.clone(), blocks, &found, &mut settled).await?;
        }
    }
    Ok(settled)
}

async fn evidence(
    services: &Services,
    run: &str,
    blocks: impl Iterator<Item = &Block> + Clone,
    now: i64,
) -> Result<Found, SendError> {
    let first = blocks.clone().map(|block| block.claimed_at).min();
    let Some(first) = first else {
        return Ok(Found::default());
    };
    let people = blocks.flat_map(|block| &block.users);
    let people: HashSet<String> = people.map(|user| key::person(user)).collect();
    search(services, run, &people, first - AROUND - CLOCKS, now).await
}

/// Settles `blocks` of a part, and writes down how far it is now.
async fn one_part(
    services: &Services,
    run: &str,
    mut part: Progress,
    blocks: Vec<Block>,
    found: &Found,
    settled: &mut SettledPeople,
) -> Result<(), SendError> {
    let now = Timestamp::now().as_second();
    let shard = part.part.split('-').next().and_then(|n| n.parse().ok());
    let name = format!("{run}/{:02}", shard.unwrap_or(0));
    let lease = services.table.lease(shard.unwrap_or(0), &name, now).await?;
    // Another run sends to these people now: it takes minutes.
    let Some(lease) = lease else {
        settled.open += part.uncertain;
        part.settle_at = Some(next_look(now, services.evidence_seconds));
        return services.progress.put(run, &part, now).await;
    };
    let mut found_some = false;
    for block in blocks {
        let is_past = is_past(&block, found, services.evidence_seconds, now);
        let Some(outcomes) = outcomes(&block, found, is_past) else {
            continue;
        };
        found_some |= outcomes.iter().any(|one| matches!(one, Outcome::Sent(_)));
        write(services, run, &lease, &block, &outcomes, now).await?;
        for outcome in &outcomes {
            match outcome {
                Outcome::Sent(_) | Outcome::Failed(_) => settled.sent += 1,
                Outcome::Released => settled.released += 1,
                Outcome::Held(_) => settled.held += 1,
            }
        }
    }
    let all = services.table.blocks(run, &part.part).await?;
    count(&mut part, &all, next_look(now, services.evidence_seconds));
    settled.open += part.uncertain;
    // What was released is to be sent, and of what was found experiments are to be told.
    if part.released > 0 || found_some {
        (part.done, part.again_at) = (false, None);
    }
    services.progress.put(run, &part, now).await?;
    Ok(services.table.give_back(&lease).await?)
}

/// When an uncertain part is looked at again.
fn next_look(now: i64, evidence_seconds: i64) -> i64 {
    now + (evidence_seconds / 2).max(1)
}

/// Whether who is not found in the evidence was not sent anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Past {
    /// The events of the block would be there.
    Yes,
    /// They may come.
    NotYet,
    /// Nobody will know.
    Never,
}

/// Whether the stream of events is seen to have come past `block`, so that who is not found was not sent
/// anything. Its own time of waiting has to be over, all objects have to be readable, and something of the
/// channel, of whatever run, has to have happened after the claim and come. When nothing is sent after a
/// block, nothing of that kind comes: then, after [`PATIENCE`] times the wait, it is enough that an event
/// from around the claim came after it. A stream that ended before the claim shows neither.
fn is_past(block: &Block, found: &Found, evidence_seconds: i64, now: i64) -> Past {
    let clocks = (evidence_seconds / 4).clamp(1, CLOCKS);
    let (channel, claimed_at) = (block.channel, block.claimed_at);
    let age = now - claimed_at;
    let is_last = age >= evidence_seconds * PATIENCE;
    let is_proven = !found.has_gaps
        && (found.has_later(channel, claimed_at + clocks)
            || is_last && found.came_later(channel, claimed_at - AROUND, claimed_at + clocks));
    match (age >= evidence_seconds && is_proven, is_last) {
        (true, _) => Past::Yes,
        (false, true) => Past::Never,
        (false, false) => Past::NotYet,
    }
}

/// What became of the people of `block`, first by what its sender knew; nothing as long as it is not known.
fn outcomes(block: &Block, found: &Found, is_past: Past) -> Option<Vec<Outcome>> {
    let of = |(place, user): (usize, &String)| {
        if let Some(Some(known)) = block.known.get(place) {
            return Some(known.clone());
        }
        match found.people.get(&key::person(user)) {
            Some(event) if event.is_failure() => Some(Outcome::Failed(event.event.clone())),
            Some(event) => Some(Outcome::Sent(event.message_id.clone())),
            // Nothing tells of notifications.
            None if block.channel == Channel::Push => Some(Outcome::Held("no answer".to_owned())),
            None => match is_past {
                Past::Yes => Some(Outcome::Released),
                Past::NotYet => None,
                Past::Never => Some(Outcome::Held("no evidence".to_owned())),
            },
        }
    };
    block.users.iter().enumerate().map(of).collect()
}

/// Writes `outcomes` of `block`, claimed or held, into the ledger.
pub(crate) async fn write(
    services: &Services,
    run: &str,
    lease: &Lease,
    block: &Block,
    outcomes: &[Outcome],
    now: i64,
) -> Result<(), SendError> {
    let users: Vec<&str> = block.users.iter().map(String::as_str).collect();
    let people = services.table.people(&users).await?;
    let sends: HashMap<String, Sends> = people
        .into_iter()
        .map(|(user, person)| (user, person.sends))
        .collect();
    let sends: Vec<(String, Sends)> = sends.into_iter().collect();
    let table = &services.table;
    match table
        .release(run, lease, block, outcomes, &sends, now)
        .await?
    {
        Settled::LostLease => Err(SendError::TakenOver { shard: lease.shard }),
        Settled::Settled | Settled::Already => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use messages::evidence::Evidence;

    use super::*;
    use crate::standing::tests::block;

    const WAIT: i64 = 900;

    fn event(user: &str, word: &str, at: i64) -> Evidence {
        Evidence {
            channel: Channel::Email,
            run: "r".to_owned(),
            person: key::person(user),
            message_id: "m1".to_owned(),
            event: word.to_owned(),
            at,
            happened_at: at,
        }
    }

    fn found(users: &[&str], evidence: Vec<Evidence>, written_at: i64) -> Found {
        let people = users.iter().map(|user| key::person(user)).collect();
        Found::of_one("r", &people, evidence, written_at)
    }

    fn held(why: &str) -> Outcome {
        Outcome::Held(why.to_owned())
    }

    #[test]
    fn who_is_not_found_was_not_sent_if_the_stream_is_past_the_block() {
        let users = ["a", "b", "c"];
        let block = block(0, &users, vec![]);
        let events = vec![event("a", "Send", 100), event("b", "Reject", 100)];
        let found = found(&users, events, 101);
        let sent = || Outcome::Sent("m1".to_owned());
        let failed = || Outcome::Failed("Reject".to_owned());
        assert_eq!(outcomes(&block, &found, Past::NotYet), None);
        assert_eq!(
            outcomes(&block, &found, Past::Never),
            Some(vec![sent(), failed(), held("no evidence")])
        );
        assert_eq!(
            outcomes(&block, &found, Past::Yes),
            Some(vec![sent(), failed(), Outcome::Released])
        );
        let push = Block {
            channel: Channel::Push,
            ..block
        };
        let found = Found::default();
        assert_eq!(
            outcomes(&push, &found, Past::Yes),
            Some(vec![held("no answer"); 3])
        );
    }

    #[test]
    fn what_its_sender_knew_needs_no_evidence() {
        let block = Block {
            known: vec![Some(Outcome::Sent("m7".to_owned())), None],
            ..block(0, &["a", "b"], vec![])
        };
        assert_eq!(
            outcomes(&block, &Found::default(), Past::Never),
            Some(vec![Outcome::Sent("m7".to_owned()), held("no evidence")])
        );
    }

    #[test]
    fn a_stream_that_ended_before_the_claim_shows_nothing() {
        let block = block(0, &["a"], vec![]);
        let claimed = block.claimed_at;
        let is_past = |at, written_at, age| {
            let found = found(&[], vec![event("z", "Send", at)], written_at);
            super::is_past(&block, &found, WAIT, claimed + age)
        };
        // Something that came just before.
        assert_eq!(is_past(claimed - 5, claimed, WAIT), Past::NotYet);
        assert_eq!(is_past(claimed - 5, claimed, 4 * WAIT), Past::Never);
        // Something later, when it was waited for.
        let later = claimed + CLOCKS;
        assert_eq!(is_past(later, later + 60, WAIT - 1), Past::NotYet);
        assert_eq!(is_past(later, later + 60, WAIT), Past::Yes);
        // The last block of all: what happened around it came after it.
        assert_eq!(is_past(claimed - 5, claimed + 55, WAIT), Past::NotYet);
        assert_eq!(is_past(claimed - 5, claimed + 55, 4 * WAIT), Past::Yes);
        assert_eq!(is_past(claimed - 61, claimed + 55, 4 * WAIT), Past::Never);
    }

    #[test]
    fn nobody_is_not_found_in_what_cannot_be_read() {
        let block = block(0, &["a"], vec![]);
        let later = block.claimed_at + CLOCKS;
        let mut found = found(&[], vec![event("z", "Send", later)], later);
        found.has_gaps = true;
        let at = |age| is_past(&block, &found, WAIT, block.claimed_at + age);
        assert_eq!((at(WAIT), at(4 * WAIT)), (Past::NotYet, Past::Never));
    }

    #[test]
    fn a_part_whose_shard_is_another_runs_is_left_for_a_while() {
        assert_eq!(next_look(1_000, 900), 1_450);
        assert_eq!(next_look(1_000, 1), 1_001);
    }
}
