//! Gives what sessions did to the users that they turned out to be.

use std::collections::HashMap;

use messages::key;

use super::mark::{Mark, What, read};
use crate::{bucket::Bucket, error::AudienceError, spool::Spool};

/// Copies the marks of the sessions of one shard to `users`. Its objects are read twice, so that only who
/// the sessions are is in memory.
pub(super) async fn identify(
    s3: &Bucket,
    sessions: &Spool,
    users: &mut Spool,
    shard: u32,
) -> Result<(), AudienceError> {
    let shard = shard as usize;
    let mut known = HashMap::new();
    for number in 0..sessions.numbers.of(shard) {
        learn(&mut known, read(s3, sessions, shard, number).await?);
    }
    if known.is_empty() {
        return Ok(());
    }
    for number in 0..sessions.numbers.of(shard) {
        for mark in read(s3, sessions, shard, number).await? {
            if let Some(mark) = given(&known, mark) {
                let line = serde_json::to_vec(&mark)?;
                let shard = key::shard(&mark.who) as usize;
                users.add(s3, shard, &line).await?;
            }
        }
    }
    Ok(())
}

/// Who a session was last heard to be.
fn learn(known: &mut HashMap<String, (i64, String)>, marks: Vec<Mark>) {
    for mark in marks {
        let What::Is(user) = mark.what else {
            continue;
        };
        let heard = (mark.at, user);
        let last = known.entry(mark.who).or_insert_with(|| heard.clone());
        if *last < heard {
            *last = heard;
        }
    }
}

fn given(known: &HashMap<String, (i64, String)>, mark: Mark) -> Option<Mark> {
    let (_, user) = known.get(&mark.who)?;
    let is_done = !matches!(mark.what, What::Is(_));
    is_done.then(|| Mark {
        who: user.clone(),
        ..mark
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(who: &str, at: i64, what: What) -> Mark {
        Mark {
            who: who.to_owned(),
            at,
            what,
        }
    }

    #[test]
    fn a_session_is_who_it_was_last_heard_to_be() {
        let is = |user: &str| What::Is(user.to_owned());
        let mut known = HashMap::new();
        learn(
            &mut known,
            vec![mark("s", 5, is("late")), mark("s", 3, is("early"))],
        );
        let event = || What::Event(Some("a".to_owned()));
        let moved = given(&known, mark("s", 1, event())).unwrap();
        assert_eq!(moved, mark("late", 1, event()));
        assert_eq!(given(&known, mark("other", 1, event())), None);
        assert_eq!(given(&known, mark("s", 3, is("early"))), None);
    }
}
