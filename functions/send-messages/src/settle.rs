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
/// Clocks of services and ours differ, in seconds.
const CLOCKS: i64 = 10;
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
    search(services, run, &people, first - CLOCKS, now).await
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
        return Ok(());
    };
    let mut found_some = false;
    for block in blocks {
        let waited = now - block.claimed_at >= services.evidence_seconds * PATIENCE;
        let Some(outcomes) = outcomes(&block, found, waited) else {
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
    count(
        &mut part,
        &all,
        now + (services.evidence_seconds / 2).max(1),
    );
    settled.open += part.uncertain;
    // What was released is to be sent, and of what was found experiments are to be told.
    if part.released > 0 || found_some {
        (part.done, part.again_at) = (false, None);
    }
    services.progress.put(run, &part, now).await?;
    Ok(services.table.give_back(&lease).await?)
}

/// What became of the people of `block`; nothing as long as it is not known. Who is not found was not sent
/// anything, if the stream of events has come past the time of the block.
fn outcomes(block: &Block, found: &Found, waited: bool) -> Option<Vec<Outcome>> {
    let alive = found.alive.get(&block.channel);
    let is_past = alive.is_some_and(|at| *at >= block.claimed_at - CLOCKS);
    let of = |user: &String| match found.people.get(&key::person(user)) {
        Some(event) if event.is_failure() => Some(Outcome::Failed(event.event.clone())),
        Some(event) => Some(Outcome::Sent(event.message_id.clone())),
        // Nothing tells of notifications.
        None if block.channel == Channel::Push => Some(Outcome::Held("no answer".to_owned())),
        None if is_past => Some(Outcome::Released),
        None if waited => Some(Outcome::Held("no evidence".to_owned())),
        None => None,
    };
    block.users.iter().map(of).collect()
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

    fn event(user: &str, word: &str) -> (String, Evidence) {
        let person = key::person(user);
        let event = Evidence {
            channel: Channel::Email,
            run: "r".to_owned(),
            person: person.clone(),
            message_id: "m1".to_owned(),
            event: word.to_owned(),
            at: 100,
        };
        (person, event)
    }

    #[test]
    fn who_is_not_found_was_not_sent_if_the_stream_is_past_the_block() {
        let block = block(0, &["a", "b", "c"], vec![]);
        let mut found = Found {
            people: HashMap::from([event("a", "Send"), event("b", "Reject")]),
            alive: HashMap::from([(Channel::Email, block.claimed_at - CLOCKS - 1)]),
        };
        let sent = || Outcome::Sent("m1".to_owned());
        let failed = || Outcome::Failed("Reject".to_owned());
        let held = |why: &str| Outcome::Held(why.to_owned());
        assert_eq!(outcomes(&block, &found, false), None);
        assert_eq!(
            outcomes(&block, &found, true),
            Some(vec![sent(), failed(), held("no evidence")])
        );
        found.alive.insert(Channel::Email, block.claimed_at);
        assert_eq!(
            outcomes(&block, &found, false),
            Some(vec![sent(), failed(), Outcome::Released])
        );
        let push = Block {
            channel: Channel::Push,
            ..block
        };
        let found = Found::default();
        assert_eq!(
            outcomes(&push, &found, false),
            Some(vec![held("no answer"); 3])
        );
    }
}
