//! What the ledger says of the people of a part.

use std::collections::{BTreeMap, HashMap};

use messages::{Block, Outcome};

use crate::progress::Progress;

/// What became of a person's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It left.
    Sent,
    /// The service refused it.
    Failed,
    /// It will not be known.
    Held,
    /// It is not known yet.
    Uncertain,
    /// It did not leave; another block may have it.
    Released,
}

/// Who is in `blocks`, and how they stand.
pub(crate) fn standing(blocks: &[Block]) -> HashMap<&str, Standing> {
    let mut all = HashMap::new();
    for block in blocks {
        for (place, user) in block.users.iter().enumerate() {
            let standing = match block.outcomes.get(place) {
                None => Standing::Uncertain,
                Some(Outcome::Sent(_)) => Standing::Sent,
                Some(Outcome::Failed(_)) => Standing::Failed,
                Some(Outcome::Held(_)) => Standing::Held,
                Some(Outcome::Released) => Standing::Released,
            };
            let known = all.entry(user.as_str()).or_insert(standing);
            // Who was released may be in a later block; in two others nobody is.
            if *known == Standing::Released {
                *known = standing;
            }
        }
    }
    all
}

/// The number of the next block.
pub(crate) fn next_block(blocks: &[Block]) -> u32 {
    blocks.iter().map(|block| block.n + 1).max().unwrap_or(0)
}

/// Counts `blocks` into `progress`, in place of what it had of them. Claimed ones, whose senders are no
/// more, are looked at not before `settle_at` (epoch seconds).
pub(crate) fn count(progress: &mut Progress, blocks: &[Block], settle_at: i64) {
    let (mut sent, mut failed) = (BTreeMap::new(), BTreeMap::new());
    for block in blocks {
        for outcome in &block.outcomes {
            let (counts, name) = match outcome {
                Outcome::Sent(_) => (&mut sent, block.channel.name()),
                Outcome::Failed(reason) => (&mut failed, reason.as_str()),
                Outcome::Held(_) | Outcome::Released => continue,
            };
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    let standing = standing(blocks);
    let of = |one: Standing| standing.values().filter(|known| **known == one).count() as u64;
    progress.uncertain = of(Standing::Uncertain);
    progress.held = of(Standing::Held);
    progress.released = of(Standing::Released);
    progress.settle_at = (progress.uncertain > 0).then_some(settle_at);
    (progress.sent, progress.failed) = (sent, failed);
}

#[cfg(test)]
pub(crate) mod tests {
    use messages::BlockState;
    use shared::config::messages::Channel;

    use super::*;

    /// A block of `users`, settled when it has outcomes.
    pub(crate) fn block(n: u32, users: &[&str], outcomes: Vec<Outcome>) -> Block {
        Block {
            part: "03-0000".to_owned(),
            n,
            channel: Channel::Email,
            state: match outcomes.is_empty() {
                true => BlockState::Claimed,
                false => BlockState::Settled,
            },
            claimed_at: 100 + i64::from(n),
            attempt: 0,
            users: users.iter().map(|&user| user.to_owned()).collect(),
            outcomes,
            known: Vec::new(),
        }
    }

    fn sent() -> Outcome {
        Outcome::Sent("m".to_owned())
    }

    #[test]
    fn who_was_released_stands_as_in_a_later_block() {
        let blocks = [
            block(0, &["a", "b"], vec![Outcome::Released, Outcome::Released]),
            block(4, &["b", "c"], vec![]),
            block(5, &["d"], vec![sent()]),
        ];
        let standing = standing(&blocks);
        assert_eq!(standing["a"], Standing::Released);
        assert_eq!(standing["b"], Standing::Uncertain);
        assert_eq!(standing["d"], Standing::Sent);
        assert_eq!(next_block(&blocks), 6);
        assert_eq!(next_block(&[]), 0);
    }

    #[test]
    fn what_is_counted_replaces_what_was() {
        let mut progress = Progress::new("03-0000");
        progress.sent.insert("sms".to_owned(), 9);
        let failed = Outcome::Failed("MESSAGE_REJECTED".to_owned());
        let held = Outcome::Held("no answer".to_owned());
        let blocks = [
            block(0, &["a", "b", "c"], vec![sent(), failed, held]),
            block(1, &["d", "e"], vec![]),
        ];
        count(&mut progress, &blocks, 1_001);
        assert_eq!(progress.sent, BTreeMap::from([("email".to_owned(), 1)]));
        assert_eq!(progress.failed["MESSAGE_REJECTED"], 1);
        assert_eq!((progress.uncertain, progress.held), (2, 1));
        assert_eq!(progress.settle_at, Some(1_001));
    }
}
